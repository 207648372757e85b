"""Reads arrive: proved, checked, deduplicated, journalled, accepted; what cannot be read goes to quarantine with its reason."""
