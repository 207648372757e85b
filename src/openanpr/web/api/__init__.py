"""The door for people: an HTTP API with sessions, its document, and what each route takes and gives."""
