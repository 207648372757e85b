-- Counts arrivals by camera and hour. Unsure is a confidence below nine in ten, or none given.
CREATE MATERIALIZED VIEW IF NOT EXISTS camera_hour_arrive TO camera_hour AS
SELECT
    toStartOfHour(toDateTime(captured_at, 'UTC')) AS hour, force, source, camera,
    toUInt64(count()) AS n, toUInt64(countIf(late)) AS late_n,
    toUInt64(countIf(coalesce(confidence, 0) < 9000)) AS unsure_n,
    toInt64(sum(1099512676352 - toInt64(earliness))) AS latency_sum_ms,
    toInt64(max(1099512676352 - toInt64(earliness))) AS latency_max_ms,
    max(captured_at) AS last_seen
FROM arrivals
GROUP BY hour, force, source, camera
