"""The threads of a node: what they do with reads, alerts and webhooks, and how they are wired."""
