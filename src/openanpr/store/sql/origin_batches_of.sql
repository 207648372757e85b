-- Which batches are kept under these names, or held? Takes: key, came_with, captured_ms (of a read in it).
-- Answers: received_ms, form, packed, proof (JSON), body (base64).
SELECT toUnixTimestamp64Milli(received_at), form, packed, proof, base64Encode(body)
FROM (
    SELECT digest, oldest, received_at, form, packed, proof, body FROM origin_batches
    WHERE key = {key:String} AND came_with = {came_with:String}
        AND oldest <= fromUnixTimestamp64Milli({captured_ms:Int64}, 'UTC')
    UNION ALL
    SELECT digest, oldest, received_at, form, packed, proof, body FROM held_origin_batches
    WHERE key = {key:String} AND came_with = {came_with:String}
)
ORDER BY digest, oldest
LIMIT 1 BY digest
LIMIT 100
SETTINGS readonly = 1, max_execution_time = 10, max_memory_usage = 1000000000
