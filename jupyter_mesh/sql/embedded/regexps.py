"""regexps."""
