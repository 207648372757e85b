-- What passed these cameras, or moving ones in an area on plates of some styles? Takes: cameras (force, source, camera),
-- moving (whether there is an area), corners (of the area: longitude, latitude), south, north, west and east (its bounds, in
-- ten-millionths of a degree), direction (empty: any), styles, since_ms (from), until_ms (before), limit;
-- search, seconds and memory.
-- Answers, newest first: captured_ms, force, source, camera, vrm, clock_doubtful, direction, lat_e7, lon_e7, place_error_m.
SELECT
    toUnixTimestamp64Milli(captured_at), force, source, camera, vrm,
    clock_doubtful, direction, lat_e7, lon_e7, place_error_m
FROM (
    SELECT captured_at, force, source, camera, vrm, earliness, clock_doubtful, direction, lat_e7, lon_e7, place_error_m
    FROM reads_by_camera
    WHERE (force, source, camera) IN {cameras:Array(Tuple(UInt32, UInt32, UInt32))}
        AND captured_at >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
        AND captured_at < fromUnixTimestamp64Milli({until_ms:Int64}, 'UTC')
    UNION ALL
    SELECT captured_at, force, source, camera, vrm, earliness, clock_doubtful, direction, lat_e7, lon_e7, place_error_m
    FROM reads_by_camera
    WHERE {moving:Bool}
        AND captured_at >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
        AND captured_at < fromUnixTimestamp64Milli({until_ms:Int64}, 'UTC')
        AND lat_e7 BETWEEN {south:Int32} AND {north:Int32} AND lon_e7 BETWEEN {west:Int32} AND {east:Int32}
        AND pointInPolygon(
            (assumeNotNull(lon_e7) / 10000000, assumeNotNull(lat_e7) / 10000000), {corners:Array(Tuple(Float64, Float64))})
        AND (force, source, camera) NOT IN {cameras:Array(Tuple(UInt32, UInt32, UInt32))}
)
WHERE ({direction:String} = '' OR direction = {direction:String})
    AND (captured_at, vrm, force, source, camera) IN (
        SELECT captured_at, vrm, force, source, camera FROM reads
        WHERE style IN {styles:Array(String)}
            AND captured_at >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
            AND captured_at < fromUnixTimestamp64Milli({until_ms:Int64}, 'UTC'))
ORDER BY captured_at DESC, vrm, force, source, camera, earliness DESC
LIMIT 1 BY captured_at, vrm, force, source, camera
LIMIT {limit:UInt32}
SETTINGS readonly = 1, log_comment = {search:String}, max_execution_time = {seconds:Float64}, max_memory_usage = {memory:UInt64},
    max_result_rows = 500000, timeout_overflow_mode = 'throw', result_overflow_mode = 'throw', read_overflow_mode = 'throw',
    group_by_overflow_mode = 'throw', sort_overflow_mode = 'throw', set_overflow_mode = 'throw',
    distinct_overflow_mode = 'throw', transfer_overflow_mode = 'throw', validate_polygons = 0
