-- Which batches whose oldest read is of a day came with a held read? Takes: since_ms and until_ms.
-- Answers: hold_id, digest (hex), form, packed, body (base64), marks (the VRMs that the hold has of what it came with).
SELECT hold_id, lower(hex(digest)), form, packed, base64Encode(body), marks
FROM (
    SELECT * FROM origin_batches
    WHERE oldest >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
        AND oldest < fromUnixTimestamp64Milli({until_ms:Int64}, 'UTC')
) AS batch
INNER JOIN (
    SELECT hold_id, origin_key AS key, concat(device, '/', toString(batch_id)) AS came_with, groupUniqArray(vrm) AS marks
    FROM held_reads
    WHERE origin_proof = 'verified'
    GROUP BY hold_id, key, came_with
) AS held USING (key, came_with)
SETTINGS readonly = 1, max_execution_time = 600, max_memory_usage = 1000000000
