"""Notebooks looked through and run, each in a process of its own."""
