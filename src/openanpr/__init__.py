"""OpenANPR: read number plates, compare them with vehicles of interest, and answer for it."""
