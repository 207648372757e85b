"""Searches of stored reads: asked, judged, approved, logged, run and redacted. No other way leads there."""
