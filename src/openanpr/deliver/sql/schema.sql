-- The outbox on disk, version 2 (PRAGMA user_version). Run once, in one transaction.
-- reads: waiting (batch and aside NULL), in a batch, or set aside with a reason. A row is one read, or, in the
-- outbox of a node that forwards, a batch as it came: `holds` says how many reads it stands for.
CREATE TABLE reads (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    read_id BLOB NOT NULL UNIQUE,
    captured_ms INTEGER NOT NULL,
    record BLOB NOT NULL,
    holds INTEGER NOT NULL DEFAULT 1,
    batch INTEGER REFERENCES batches (seq),
    aside TEXT
) STRICT;
CREATE INDEX reads_queue ON reads (seq) WHERE aside IS NULL;
CREATE INDEX reads_batch ON reads (batch) WHERE batch IS NOT NULL;

-- One row: what the outbox is for.
CREATE TABLE about (kind TEXT NOT NULL) STRICT;

CREATE TABLE batches (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    batch_id BLOB NOT NULL UNIQUE
) STRICT;

-- What was put before, so that it is not sent twice when it is put again; the oldest are forgotten.
CREATE TABLE known (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    key BLOB NOT NULL UNIQUE
) STRICT;

-- after_read: the last read that was put before the picture; it follows once that one is gone.
CREATE TABLE pictures (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    sha256 TEXT NOT NULL UNIQUE,
    jpeg BLOB NOT NULL,
    after_read INTEGER NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    aside TEXT
) STRICT;
CREATE INDEX pictures_queue ON pictures (tries, seq) WHERE aside IS NULL;

-- One row, kept by the triggers below, so that asking how full the outbox is costs nothing.
CREATE TABLE totals (
    reads INTEGER NOT NULL DEFAULT 0,
    read_bytes INTEGER NOT NULL DEFAULT 0,
    reads_aside INTEGER NOT NULL DEFAULT 0,
    pictures INTEGER NOT NULL DEFAULT 0,
    picture_bytes INTEGER NOT NULL DEFAULT 0,
    pictures_aside INTEGER NOT NULL DEFAULT 0,
    refused_reads INTEGER NOT NULL DEFAULT 0,
    refused_pictures INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO totals DEFAULT VALUES;

CREATE TRIGGER read_in AFTER INSERT ON reads BEGIN
    UPDATE totals SET reads = reads + new.holds, read_bytes = read_bytes + length(new.record);
END;
CREATE TRIGGER read_out AFTER DELETE ON reads BEGIN
    UPDATE totals SET reads = reads - old.holds, read_bytes = read_bytes - length(old.record),
        reads_aside = reads_aside - old.holds * (old.aside IS NOT NULL);
END;
CREATE TRIGGER read_moved AFTER UPDATE OF aside ON reads BEGIN
    UPDATE totals SET
        reads_aside = reads_aside + new.holds * ((new.aside IS NOT NULL) - (old.aside IS NOT NULL));
END;
CREATE TRIGGER picture_in AFTER INSERT ON pictures BEGIN
    UPDATE totals SET pictures = pictures + 1, picture_bytes = picture_bytes + length(new.jpeg);
END;
CREATE TRIGGER picture_out AFTER DELETE ON pictures BEGIN
    UPDATE totals SET pictures = pictures - 1, picture_bytes = picture_bytes - length(old.jpeg),
        pictures_aside = pictures_aside - (old.aside IS NOT NULL);
END;
CREATE TRIGGER picture_moved AFTER UPDATE OF aside ON pictures BEGIN
    UPDATE totals SET pictures_aside = pictures_aside + (new.aside IS NOT NULL) - (old.aside IS NOT NULL);
END;
PRAGMA user_version = 2;
