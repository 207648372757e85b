"""Measurements: what the reader reaches, on what, and how fast. Results stand in benchmarks/results."""
