-- Count reads and pictures that were refused because there is no room. :reads, :pictures.
UPDATE totals SET refused_reads = refused_reads + :reads, refused_pictures = refused_pictures + :pictures
