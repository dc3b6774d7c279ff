"""Contracts held against snapshots: rules into few statements, verdicts out of numbers."""
