"""The outbox: kept on disk, signed, sent, retried, acknowledged. Used by readers and by nodes that forward."""
