-- Put every waiting read up to :last into :batch.
UPDATE reads SET batch = :batch WHERE aside IS NULL AND batch IS NULL AND seq <= :last
