-- Set a picture aside. :sha256 hex, :reason.
UPDATE pictures SET aside = :reason WHERE sha256 = :sha256
