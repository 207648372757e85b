"""Reads arrive: proved, checked, deduplicated, journalled, accepted; the rest goes to quarantine."""
