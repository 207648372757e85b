-- Set the reads of a batch aside. :batch its seq, :reason.
UPDATE reads SET aside = :reason, batch = NULL WHERE batch = :batch
