"""Searches asked, measured, run and opened; approvals; cases."""
