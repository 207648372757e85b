-- Does a month's summary tell what is kept? Takes: month (its first day), since_ms and until_ms.
-- Answers: one row, reads counted by the summary, and rows of reads from since to before until.
SELECT
    (SELECT sum(n) FROM vrm_month WHERE month = toDate({month:String})),
    (SELECT count() FROM reads WHERE captured_at >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
        AND captured_at < fromUnixTimestamp64Milli({until_ms:Int64}, 'UTC'))
SETTINGS readonly = 1, max_execution_time = 60, max_memory_usage = 1000000000
