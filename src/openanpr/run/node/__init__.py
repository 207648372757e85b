"""A node: everything that its one process does, wired together."""
