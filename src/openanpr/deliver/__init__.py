"""The outbox: kept on disk, signed, sent, retried, acknowledged. For readers and nodes that forward."""
