-- From which month on does the summary of VRMs stand for all reads? Earlier months have lost a day to retention.
-- Answers: one row, the first day of that month.
SELECT toString(if(count() = 0, toDate('1970-01-01'), toStartOfMonth(max(day)) + INTERVAL 1 MONTH)) FROM retention_days
SETTINGS readonly = 1, max_execution_time = 10
