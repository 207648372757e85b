-- One read, as the order of cameras keeps it. Takes: shape, captured_ms, force, source, camera, vrm.
-- Answers: one row (none: not stored), the columns of reads_by_camera from clock to released_from.
SELECT
    clock, clock_error_ms, clock_offset_ms, direction, frames, lat_e7, lon_e7, place_error_m,
    model, device, batch_id, signed, clock_doubtful, profile, released_from
FROM reads_by_camera
WHERE translate(vrm, 'IO', '10') = {shape:String} AND vrm = {vrm:String}
    AND captured_at = fromUnixTimestamp64Milli({captured_ms:Int64}, 'UTC')
    AND force = {force:UInt32} AND source = {source:UInt32} AND camera = {camera:UInt32}
ORDER BY earliness DESC
LIMIT 1
SETTINGS readonly = 1, max_execution_time = 10, max_memory_usage = 1000000000, max_result_rows = 100001
