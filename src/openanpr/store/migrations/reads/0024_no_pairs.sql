-- Since forms are sifted by numbers this index of pairs of characters is asked of no form any more; where a whole mark was
-- looked up it was read, and left nothing out.
ALTER TABLE vrm_month DROP INDEX IF EXISTS pairs
