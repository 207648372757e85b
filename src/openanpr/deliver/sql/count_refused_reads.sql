-- Count reads that were refused because the outbox is full. :count.
UPDATE totals SET refused_reads = refused_reads + :count
