-- Count a picture that was refused because there is no room for it.
UPDATE totals SET refused_pictures = refused_pictures + 1
