"""The evidences: small pure functions over facts, by subject, and the catalogue of all by their names."""
