"""Messages of other systems, made into capture records: one file a vendor, one contract for all."""
