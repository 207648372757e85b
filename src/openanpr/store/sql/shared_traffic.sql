-- How many reads of one camera are of marks that another saw within some time? Two counts alone, of no vehicle. Takes: one and
-- other (force, source, camera, in an array of one), since_ms (reads of the one from then on), within_ms. Shapes are compared,
-- so that O and 0 are one. Answers one row: reads of the one, and of them those that the other had too.
SELECT
    toInt64((
        SELECT uniqExact(captured_at, vrm) FROM reads_by_camera
        WHERE (force, source, camera) IN {one:Array(Tuple(UInt32, UInt32, UInt32))}
            AND captured_at >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
    )),
    toInt64(uniqExact(mine.at_ms, mine.vrm))
FROM (
    SELECT vrm, translate(vrm, 'IO', '10') AS shape, toUnixTimestamp64Milli(captured_at) AS at_ms
    FROM reads_by_camera
    WHERE (force, source, camera) IN {one:Array(Tuple(UInt32, UInt32, UInt32))}
        AND captured_at >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
) AS mine
INNER JOIN (
    SELECT translate(vrm, 'IO', '10') AS shape, toUnixTimestamp64Milli(captured_at) AS at_ms
    FROM reads_by_camera
    WHERE (force, source, camera) IN {other:Array(Tuple(UInt32, UInt32, UInt32))}
        AND captured_at >= fromUnixTimestamp64Milli({since_ms:Int64} - {within_ms:Int64}, 'UTC')
) AS theirs
ON mine.shape = theirs.shape
WHERE abs(mine.at_ms - theirs.at_ms) <= {within_ms:Int64}
SETTINGS readonly = 1, max_execution_time = 60, max_memory_usage = 2000000000, max_result_rows = 10
