-- Which marks were read by the same cameras near the times of a vehicle, or near those times shifted? Takes: passes (force,
-- source, camera, since_ms and until_ms, both in), shifts (number, ms to shift by), left_out (pairs of pass, from 1, and number of
-- shift that are not asked), named (the cameras of the passes), bucket_ms (about the length of a pass), from_ms and to_ms (the
-- times that passes and shifts lie within), since_ms (from), until_ms (before), own (shapes of the vehicle itself), at_least,
-- without (cameras whose reads are not there); search, seconds and memory.
-- Answers, a row a shape that was seen beside so many passes by any one shift: what was seen of it, once a pass and shift
-- (pass, number of the shift, vrm, captured_ms).
SELECT groupArray((pass, shift, mark, at_ms))
FROM (
    SELECT shape, pass, shift, argMin(vrm, off_ms) AS mark, argMin(captured_ms, off_ms) AS at_ms
    FROM (
        SELECT
            translate(read.vrm, 'IO', '10') AS shape, read.vrm AS vrm, read.captured_ms AS captured_ms,
            near.pass AS pass, near.shift AS shift,
            (abs(2 * read.captured_ms - near.since_ms - near.until_ms), read.captured_ms, read.vrm) AS off_ms
        FROM (
            SELECT vrm, force, source, camera, toUnixTimestamp64Milli(captured_at) AS captured_ms
            FROM reads_by_camera
            WHERE (force, source, camera) IN {named:Array(Tuple(UInt32, UInt32, UInt32))}
                AND captured_at >= fromUnixTimestamp64Milli(greatest({since_ms:Int64}, {from_ms:Int64}), 'UTC')
                AND captured_at < fromUnixTimestamp64Milli(least({until_ms:Int64}, {to_ms:Int64} + 1), 'UTC')
                AND (force, source, camera) NOT IN {without:Array(Tuple(UInt32, UInt32, UInt32))}
                AND translate(vrm, 'IO', '10') NOT IN {own:Array(String)}
        ) AS read
        INNER JOIN (
            SELECT
                one.1 AS force, one.2 AS source, one.3 AS camera, pass, moved.1 AS shift,
                one.4 + moved.2 AS since_ms, one.5 + moved.2 AS until_ms,
                arrayJoin(range(
                    toUInt64(intDiv(since_ms, {bucket_ms:Int64})),
                    toUInt64(intDiv(until_ms, {bucket_ms:Int64}) + 1))) AS bucket
            FROM (
                SELECT one, pass, arrayJoin({shifts:Array(Tuple(UInt32, Int64))}) AS moved
                FROM (SELECT {passes:Array(Tuple(UInt32, UInt32, UInt32, Int64, Int64))} AS numbered)
                ARRAY JOIN numbered AS one, arrayEnumerate(numbered) AS pass
            )
            WHERE (pass, moved.1) NOT IN {left_out:Array(Tuple(UInt32, UInt32))}
        ) AS near
        ON read.force = near.force AND read.source = near.source AND read.camera = near.camera
            AND toUInt64(intDiv(read.captured_ms, {bucket_ms:Int64})) = near.bucket
        WHERE read.captured_ms BETWEEN near.since_ms AND near.until_ms
    )
    GROUP BY shape, pass, shift
)
GROUP BY shape
HAVING arrayMax(sumMap([shift], [toUInt32(1)]).2) >= {at_least:UInt32}
SETTINGS readonly = 1, log_comment = {search:String}, max_execution_time = {seconds:Float64}, max_memory_usage = {memory:UInt64},
    max_result_rows = 500000, timeout_overflow_mode = 'throw', result_overflow_mode = 'throw', read_overflow_mode = 'throw',
    group_by_overflow_mode = 'throw', sort_overflow_mode = 'throw', set_overflow_mode = 'throw',
    distinct_overflow_mode = 'throw', transfer_overflow_mode = 'throw', log_queries = 0
