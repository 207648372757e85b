-- How full the outbox is. Columns: as the table.
SELECT reads, read_bytes, reads_aside, pictures, picture_bytes, pictures_aside, refused_reads, refused_pictures
FROM totals
