"""Reads against lists: exact, same-shape and doubtful. Pure: no clock, no files, no log."""
