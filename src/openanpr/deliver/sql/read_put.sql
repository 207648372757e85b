-- Keep a read. :read_id 8 bytes, :captured_ms UTC, :record as encoded. A read that waits already stays as it is.
INSERT INTO reads (read_id, captured_ms, record) VALUES (:read_id, :captured_ms, :record)
ON CONFLICT (read_id) DO NOTHING
