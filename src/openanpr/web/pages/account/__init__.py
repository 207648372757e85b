"""Signing in, joining, one's own account and log."""
