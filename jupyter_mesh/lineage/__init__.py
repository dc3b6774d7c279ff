"""What a run read and wrote, told to others as OpenLineage events."""
