"""Vehicles of interest: list files read row by row, bad rows reported, good rows kept."""
