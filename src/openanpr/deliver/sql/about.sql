-- What the outbox is for. Columns: kind.
SELECT kind FROM about
