"""A node to look at: two simulated cameras deliver what the recogniser truly reads, and alerts come of it."""
