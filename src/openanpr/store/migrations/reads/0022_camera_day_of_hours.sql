-- Counts what was stored before. Cut short it goes on with the days that are not there yet: a day comes in one piece.
INSERT INTO camera_day
SELECT toDate(hour) AS day, force, source, camera, sum(n)
FROM camera_hour
WHERE day NOT IN (SELECT DISTINCT day FROM camera_day)
GROUP BY day, force, source, camera
ORDER BY day
SETTINGS max_partitions_per_insert_block = 1000, min_insert_block_size_rows = 1000000000, min_insert_block_size_bytes = 0,
    insert_deduplicate = 0
