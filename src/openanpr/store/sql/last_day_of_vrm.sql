-- On which day was this VRM seen last? Takes: vrm, shape, whole_from (the first day of the first month with a summary).
-- Answers: one row, n (0: never) and day (days since 1970-01-01).
SELECT sum(n), toUInt32(max(last_day))
FROM (
    SELECT n, last_day FROM vrm_month
    WHERE month >= toDate({whole_from:String}) AND translate(vrm, 'IO', '10') = {shape:String} AND vrm = {vrm:String}
    UNION ALL
    SELECT toUInt64(count()) AS n, max(toDate(captured_at)) AS last_day FROM reads
    WHERE captured_at < toDateTime64({whole_from:String}, 3, 'UTC')
        AND translate(vrm, 'IO', '10') = {shape:String} AND vrm = {vrm:String}
)
SETTINGS readonly = 1, max_execution_time = 10, max_memory_usage = 1000000000, max_result_rows = 100001
