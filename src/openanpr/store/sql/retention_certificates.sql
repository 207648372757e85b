-- Which days are certified as gone? Answers: the certificate of each; oldest first.
SELECT body FROM retention_days WHERE step = 1 ORDER BY day, began_at LIMIT 1 BY day, began_at
SETTINGS readonly = 1, max_execution_time = 60
