-- Which reads name this picture? Takes: sha256 (hex). Answers: captured_ms, force, source, camera; oldest first.
SELECT DISTINCT toUnixTimestamp64Milli(captured_at) AS captured_ms, force, source, camera
FROM announced
WHERE sha256 = toFixedString(unhex({sha256:String}), 32)
ORDER BY captured_ms, force, source, camera
LIMIT 1000
SETTINGS readonly = 1, max_execution_time = 10, max_memory_usage = 1000000000
