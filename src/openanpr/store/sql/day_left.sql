-- What is still kept of one capture day? Takes: since_ms and until_ms, its bounds. Answers: one row, the rows of reads,
-- reads_by_camera, camera_hour with camera_day, announced and origin_batches. Asks by time, not by partition, so as not to
-- lean on what the drop leaned on.
SELECT
    (SELECT count() FROM reads WHERE captured_at >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
        AND captured_at < fromUnixTimestamp64Milli({until_ms:Int64}, 'UTC')),
    (SELECT count() FROM reads_by_camera WHERE captured_at >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
        AND captured_at < fromUnixTimestamp64Milli({until_ms:Int64}, 'UTC')),
    (SELECT count() FROM camera_hour WHERE hour >= toDateTime(intDiv({since_ms:Int64}, 1000), 'UTC')
        AND hour < toDateTime(intDiv({until_ms:Int64}, 1000), 'UTC'))
    + (SELECT count() FROM camera_day WHERE day >= toDate(fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC'))
        AND day < toDate(fromUnixTimestamp64Milli({until_ms:Int64}, 'UTC'))),
    (SELECT count() FROM announced WHERE captured_at >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
        AND captured_at < fromUnixTimestamp64Milli({until_ms:Int64}, 'UTC')),
    (SELECT count() FROM origin_batches WHERE oldest >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
        AND oldest < fromUnixTimestamp64Milli({until_ms:Int64}, 'UTC'))
SETTINGS readonly = 1, max_execution_time = 60, max_memory_usage = 1000000000
