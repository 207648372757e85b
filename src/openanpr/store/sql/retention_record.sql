-- Takes: day, began_at, step and body of a step of retention (migrations/reads/0013_retention_days.sql).
INSERT INTO retention_days (day, began_at, step, body)
