-- Of what was stored before, work the number out once, not at each question. Goes on behind the start of the node.
ALTER TABLE vrm_month MATERIALIZE COLUMN code, MATERIALIZE INDEX long
