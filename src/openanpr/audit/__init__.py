"""The audit log: every act of law, append-only, verifiable by outsiders who see nobody's plate."""
