-- On which day was this VRM seen last? Takes: vrm, shape. Answers: one row, n (0: never) and day (days since 1970-01-01).
SELECT sum(n), toUInt32(max(last_day))
FROM vrm_month
WHERE translate(vrm, 'IO', '10') = {shape:String} AND vrm = {vrm:String}
SETTINGS readonly = 1, max_execution_time = 10, max_memory_usage = 1000000000, max_result_rows = 100001
