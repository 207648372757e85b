"""What the public sees: counts with small numbers hidden, the self assessment, policies, checkpoints."""
