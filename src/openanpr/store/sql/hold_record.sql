-- Takes: hold_id, case_ref, owner, until and placed_at of a hold; the latest row of a hold_id stands.
INSERT INTO holds (hold_id, case_ref, owner, until, placed_at)
