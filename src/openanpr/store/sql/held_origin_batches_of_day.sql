-- How many batches whose oldest read is of a day are kept to prove held reads? Takes: since_ms and until_ms.
SELECT uniqExact(key, came_with, digest) FROM held_origin_batches
WHERE oldest >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
    AND oldest < fromUnixTimestamp64Milli({until_ms:Int64}, 'UTC')
SETTINGS readonly = 1, max_execution_time = 60, max_memory_usage = 1000000000
