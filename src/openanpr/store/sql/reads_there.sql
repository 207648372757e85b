-- How many of these reads are stored, in both orders? Takes: shapes, cameras and keys (vrm, captured_ms, force, source, camera).
SELECT
    (SELECT uniqExact(captured_at, vrm, force, source, camera) FROM reads
    WHERE translate(vrm, 'IO', '10') IN {shapes:Array(String)}
        AND (vrm, toUnixTimestamp64Milli(captured_at), force, source, camera)
            IN {keys:Array(Tuple(String, Int64, UInt32, UInt32, UInt32))}),
    (SELECT uniqExact(captured_at, vrm, force, source, camera) FROM reads_by_camera
    WHERE (force, source, camera) IN {cameras:Array(Tuple(UInt32, UInt32, UInt32))}
        AND translate(vrm, 'IO', '10') IN {shapes:Array(String)}
        AND (vrm, toUnixTimestamp64Milli(captured_at), force, source, camera)
            IN {keys:Array(Tuple(String, Int64, UInt32, UInt32, UInt32))})
SETTINGS readonly = 1, max_execution_time = 60, max_memory_usage = 1000000000
