-- Remember what was put. :key bytes that name it. Nothing changes for what is known already.
INSERT INTO known (key) VALUES (:key) ON CONFLICT (key) DO NOTHING
