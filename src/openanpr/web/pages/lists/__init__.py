"""Vehicles of interest: lists, entries, changes, files."""
