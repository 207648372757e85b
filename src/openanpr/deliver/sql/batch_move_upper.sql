-- Move the reads of :batch that came after :middle into :other.
UPDATE reads SET batch = :other WHERE batch = :batch AND seq > :middle
