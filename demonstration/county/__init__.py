"""The demonstration county: Lyonesse, with its roads, its traffic and its people, all invented."""
