"""Moving traffic drawn by our own renderer, with the truth of every pass beside it."""
