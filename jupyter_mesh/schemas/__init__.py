"""The JSON schemas of the files people write, and what it means to keep one."""
