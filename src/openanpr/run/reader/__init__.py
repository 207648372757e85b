"""`openanpr reader`: one camera read without end, and delivered to its node."""
