-- The view is made anew below: one whose question was changed in place names its inserts otherwise until the engine starts again,
-- and a group that came again after that start would be stored twice.
DROP VIEW IF EXISTS reads_arrive
