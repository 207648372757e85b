-- Let every read that was set aside wait again, in its old place.
UPDATE reads SET aside = NULL WHERE aside IS NOT NULL
