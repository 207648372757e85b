"""The site that the public reads: every page and file of it, made of one state, bytes in and bytes out."""
