"""Review of searches, the audit log with its proofs, the rules."""
