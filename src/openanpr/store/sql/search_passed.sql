-- What passed these cameras, or moving ones in an area? Takes: cameras (force, source, camera),
-- moving (whether there is an area), corners (of the area: longitude, latitude) and ends (the same, the second first),
-- south, north, west and east (its bounds, in ten-millionths of a degree), direction (empty: any), since_ms (from), until_ms (before), limit,
-- without (moving cameras whose reads are not there);
-- search, seconds and memory.
-- Answers, newest first: captured_ms, force, source, camera, vrm, tabled (whether the row is whole), confidence (ten-thousandths
-- or null), late, latency_ms, style, candidate_plate, candidate_p, clock_doubtful, direction, lat_e7, lon_e7, place_error_m.
SELECT
    toUnixTimestamp64Milli(captured_at), force, source, camera, vrm, tabled,
    confidence, late, 1099512676352 - toInt64(earliness) AS latency_ms, style, candidate_plate, candidate_p,
    clock_doubtful, direction, lat_e7, lon_e7, place_error_m
FROM (
    SELECT
        captured_at, force, source, camera, vrm, tabled, confidence, late, earliness, style, candidate_plate, candidate_p,
        clock_doubtful, direction, lat_e7, lon_e7, place_error_m
    FROM reads_by_camera
    WHERE (force, source, camera) IN {cameras:Array(Tuple(UInt32, UInt32, UInt32))}
        AND captured_at >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
        AND captured_at < fromUnixTimestamp64Milli({until_ms:Int64}, 'UTC')
    UNION ALL
    SELECT
        captured_at, force, source, camera, vrm, tabled, confidence, late, earliness, style, candidate_plate, candidate_p,
        clock_doubtful, direction, lat_e7, lon_e7, place_error_m
    FROM reads_by_camera
    WHERE {moving:Bool}
        AND captured_at >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
        AND captured_at < fromUnixTimestamp64Milli({until_ms:Int64}, 'UTC')
        AND lat_e7 BETWEEN {south:Int32} AND {north:Int32} AND lon_e7 BETWEEN {west:Int32} AND {east:Int32}
        AND arraySum( -- of sides crossed, for pointInPolygon misses points in narrow corners
            (a, b) -> (a.2 > assumeNotNull(lat_e7) / 10000000) != (b.2 > assumeNotNull(lat_e7) / 10000000)
                AND assumeNotNull(lon_e7) / 10000000 < a.1 + (assumeNotNull(lat_e7) / 10000000 - a.2) / (b.2 - a.2) * (b.1 - a.1),
            {corners:Array(Tuple(Float64, Float64))}, {ends:Array(Tuple(Float64, Float64))}) % 2 = 1
        AND (force, source, camera) NOT IN {cameras:Array(Tuple(UInt32, UInt32, UInt32))}
        AND (force, source, camera) NOT IN {without:Array(Tuple(UInt32, UInt32, UInt32))}
)
WHERE ({direction:String} = '' OR direction = {direction:String})
ORDER BY captured_at DESC, vrm, force, source, camera, earliness DESC
LIMIT 1 BY captured_at, vrm, force, source, camera
LIMIT {limit:UInt32}
SETTINGS readonly = 1, log_comment = {search:String}, max_execution_time = {seconds:Float64}, max_memory_usage = {memory:UInt64},
    max_result_rows = 500000, timeout_overflow_mode = 'throw', result_overflow_mode = 'throw', read_overflow_mode = 'throw',
    group_by_overflow_mode = 'throw', sort_overflow_mode = 'throw', set_overflow_mode = 'throw',
    distinct_overflow_mode = 'throw', transfer_overflow_mode = 'throw', log_queries = 0
