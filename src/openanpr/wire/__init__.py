"""Versioned records in and out: the JSON of a read and its schema."""
