-- Which capture days before a day are still kept? Takes: before (yyyymmdd).
-- Answers: yyyymmdd, rows of reads, reads_by_camera, camera_hour, announced and origin_batches; oldest first.
SELECT day, sum(by_plate), sum(by_camera), sum(hours), sum(pictures), sum(origins)
FROM (
    SELECT _partition_id AS day, count() AS by_plate, 0 AS by_camera, 0 AS hours, 0 AS pictures, 0 AS origins
    FROM reads WHERE _partition_id < {before:String} GROUP BY day
    UNION ALL
    SELECT _partition_id AS day, 0, count(), 0, 0, 0
    FROM reads_by_camera WHERE _partition_id < {before:String} GROUP BY day
    UNION ALL
    SELECT _partition_id AS day, 0, 0, count(), 0, 0
    FROM camera_hour WHERE _partition_id < {before:String} GROUP BY day
    UNION ALL
    SELECT toString(number) AS day, 0, 0, 0, 0, 0 -- so that a day is found of which only this is left
    FROM (SELECT toYYYYMMDD(day) AS number FROM camera_day) WHERE number < toUInt32({before:String}) GROUP BY day
    UNION ALL
    SELECT _partition_id AS day, 0, 0, 0, count(), 0
    FROM announced WHERE _partition_id < {before:String} GROUP BY day
    UNION ALL
    SELECT _partition_id AS day, 0, 0, 0, 0, count()
    FROM origin_batches WHERE _partition_id < {before:String} GROUP BY day
)
GROUP BY day
ORDER BY day
SETTINGS readonly = 1, max_execution_time = 60, max_memory_usage = 1000000000
