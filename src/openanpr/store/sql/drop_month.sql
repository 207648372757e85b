-- Drop a whole month of the summary of VRMs. Takes: month (its first day).
ALTER TABLE vrm_month DROP PARTITION {month:String}
