-- Counts arrivals by camera and day.
CREATE MATERIALIZED VIEW IF NOT EXISTS camera_day_arrive TO camera_day AS
SELECT toDate(captured_at) AS day, force, source, camera, toUInt64(count()) AS n
FROM arrivals
GROUP BY day, force, source, camera
