-- Which holds are there, ended ones too? Answers: hold_id, case_ref, owner, until (days since 1970-01-01).
SELECT
    hold_id, argMax(case_ref, placed_at), argMax(owner, placed_at), toUInt32(argMax(until, placed_at))
FROM holds GROUP BY hold_id ORDER BY hold_id
SETTINGS readonly = 1, max_execution_time = 60, max_memory_usage = 1000000000
