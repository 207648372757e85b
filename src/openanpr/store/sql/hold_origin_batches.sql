-- Copy for a hold the batches of these digests (hex) whose oldest read is of a day. Takes: hold_id, digests, since_ms and until_ms.
INSERT INTO held_origin_batches (hold_id, key, came_with, digest, oldest, received_at, form, packed, proof, body)
SELECT {hold_id:String}, key, came_with, digest, oldest, received_at, form, packed, proof, body
FROM origin_batches
WHERE oldest >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
    AND oldest < fromUnixTimestamp64Milli({until_ms:Int64}, 'UTC')
    AND lower(hex(digest)) IN {digests:Array(String)}
SETTINGS insert_deduplicate = 0
