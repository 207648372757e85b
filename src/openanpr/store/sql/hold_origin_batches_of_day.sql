-- Copy, for each hold, the batches whose oldest read is of a day and that prove a held read. Takes: since_ms and until_ms.
INSERT INTO held_origin_batches (hold_id, key, came_with, digest, oldest, received_at, form, packed, proof, body)
SELECT hold_id, key, came_with, digest, oldest, received_at, form, packed, proof, body
FROM (
    SELECT * FROM origin_batches
    WHERE oldest >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
        AND oldest < fromUnixTimestamp64Milli({until_ms:Int64}, 'UTC')
) AS batch
INNER JOIN (
    SELECT DISTINCT hold_id, origin_key AS key, concat(device, '/', toString(batch_id)) AS came_with FROM held_reads
    WHERE origin_proof = 'verified'
) AS held USING (key, came_with)
SETTINGS insert_deduplicate = 0, max_partitions_per_insert_block = 0
