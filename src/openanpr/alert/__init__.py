"""Hits become alerts: to whom, seen by whom, checked how, what came of it, and the clock on each."""
