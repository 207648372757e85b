"""One object with all that review asks of a store: what `review/ports.py` names, joined."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from openanpr.review.past import Digest
from openanpr.store.control.review_items import ReviewItems
from openanpr.store.control.review_known import ReviewDeclared, ReviewReferences, ReviewRounds
from openanpr.store.control.review_past import Opened, ReviewPast


class ReviewStore:
    """Review's records in one control database. Safe to share between threads."""

    def __init__(self, engine: sa.Engine, fresh_id: Callable[[], str]) -> None:
        self._engine = engine
        self.items = ReviewItems(engine, fresh_id)
        self.references = ReviewReferences(engine)
        self.rounds = ReviewRounds(engine)
        self.declared = ReviewDeclared(engine)

    def past(self, digest: Digest, opened: Opened | None) -> ReviewPast:
        """Return the past searches, marks hashed by `digest`; `opened` tells what was opened, if any."""
        return ReviewPast(self._engine, digest, opened)
