"""Requests and complaints of the public: each a tracked case with an owner, a due day and an answer."""
