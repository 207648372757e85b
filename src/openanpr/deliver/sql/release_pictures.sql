-- Let every picture that was set aside wait again.
UPDATE pictures SET aside = NULL, tries = 0 WHERE aside IS NOT NULL
