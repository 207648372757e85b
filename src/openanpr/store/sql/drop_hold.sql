-- Drop the copies kept for a hold. Takes: hold_id.
ALTER TABLE held_reads DROP PARTITION {hold_id:String}
