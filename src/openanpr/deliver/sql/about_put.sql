-- Say what a new outbox is for. :kind.
INSERT INTO about (kind) SELECT :kind WHERE NOT EXISTS (SELECT 1 FROM about)
