"""What answers SQL: the embedded engine, its sources, its answers, and what it writes."""
