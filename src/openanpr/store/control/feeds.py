"""Enrolled feeds in the control database: other makers' systems that come with a token."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias

import msgspec
import sqlalchemy as sa

from openanpr.ingest.device import Revocation
from openanpr.ingest.feed import Feed
from openanpr.ingest.limits import Limits
from openanpr.store.control.engine import reading
from openanpr.store.control.ingest_tables import feed, sender
from openanpr.store.control.mirror import Changed, Mirror
from openanpr.store.control.numbering import Register, next_change
from openanpr.store.control.senders import (
    Kind,
    add_sender,
    revocation_of,
    revoke_sender,
    scope_of,
    scope_text,
)
from openanpr.store.control.times import from_us, to_us
from openanpr.wire.json_decoder import json_decoder

FeedMirror: TypeAlias = Mirror[str, Feed]
_FEEDS: Final = sa.select(sender, feed).join(feed, feed.c.feed_id == sender.c.sender_id)


class RevokedFeedError(Exception):
    """A feed that was revoked stays so: enrol its system under another id."""


@dataclass(frozen=True, slots=True)
class EnrolledFeed:
    """A feed, and who enrolled it or set it right last, and when (UTC)."""

    feed: Feed
    by: str
    at: datetime


class EnrolledFeeds:
    """The feeds of a node, as `ingest.feed.Feeds`. Safe to share between threads.

    `by_token` answers from memory: what this process changed is seen at once, what another process changed
    after a second at most.
    """

    __slots__ = ("_engine", "_mirror")

    def __init__(self, engine: sa.Engine, mirror: FeedMirror) -> None:
        """`mirror`: see `feed_mirror`."""
        self._engine, self._mirror = engine, mirror

    def by_token(self, token_name: str) -> Feed | None:
        """Return the feed whose token has this name, revoked or not."""
        return self._mirror.get_surely(token_name)

    def put(self, new: Feed, *, by: str, at: datetime) -> None:
        """Keep a feed, new or in place of what was said of it: another token, scope or limits.

        Raises IdTakenError where its id is a device's, RevokedFeedError where it was revoked, ValueError for
        one that says of itself that it is.
        """
        if new.revoked is not None:
            raise ValueError("a feed is revoked by revoke, not by putting it")
        with self._mirror.changing() as connection:
            change = next_change(connection, Register.SENDERS)
            before = connection.execute(_FEEDS.where(feed.c.feed_id == new.feed_id)).first()
            if before is not None and before.revoked_at_us is not None:
                raise RevokedFeedError("this feed was revoked: enrol its system under another id")
            said = {"name": new.name, "scope": scope_text(new.scope)}
            if before is None:
                add_sender(connection, new.feed_id, Kind.FEED, change=change, **said)
                connection.execute(sa.insert(feed).values(feed_id=new.feed_id, **_cells(new, by, at)))
                return
            mine = sender.c.sender_id == new.feed_id
            connection.execute(sa.update(sender).where(mine).values(change=change, **said))
            connection.execute(
                sa.update(feed).where(feed.c.feed_id == new.feed_id).values(**_cells(new, by, at))
            )

    def find(self, feed_id: str) -> Feed | None:
        """Return a feed, revoked or not."""
        with reading(self._engine) as connection:
            row = connection.execute(_FEEDS.where(feed.c.feed_id == feed_id)).first()
            return None if row is None else _feed_of(row)

    def every(self) -> tuple[EnrolledFeed, ...]:
        """Return all feeds, also revoked ones, by id."""
        with reading(self._engine) as connection:
            rows = connection.execute(_FEEDS.order_by(feed.c.feed_id))
            return tuple(EnrolledFeed(_feed_of(r), r.added_by, from_us(r.added_at_us)) for r in rows)

    def revoke(self, feed_id: str, revocation: Revocation) -> Feed | None:
        """Revoke a feed and return it; one that was revoked keeps its first revocation; None: no such."""
        with self._mirror.changing() as connection:
            change = next_change(connection, Register.SENDERS)
            revoke_sender(connection, feed_id, Kind.FEED, revocation, change=change)
            row = connection.execute(_FEEDS.where(feed.c.feed_id == feed_id)).first()
            return None if row is None else _feed_of(row)


def feed_mirror(engine: sa.Engine, *, clock: Callable[[], float] = time.monotonic) -> FeedMirror:
    """Return the feeds in memory, by the name of their token: one for a process."""
    return Mirror(engine, _changed, clock=clock)


def _cells(new: Feed, by: str, at: datetime) -> dict[str, object]:
    limits = None if new.limits is None else msgspec.json.encode(new.limits).decode()
    return {
        "token_name": new.token_name,
        "token_digest": new.token_digest,
        "most_message_bytes": new.most_message_bytes,
        "limits": limits,
        "added_by": by,
        "added_at_us": to_us(at),
    }


def _changed(connection: sa.Connection, seen: int) -> Iterator[Changed[str, Feed]]:
    rows = connection.execute(_FEEDS.where(sender.c.change > seen).order_by(sender.c.change))
    for row in rows:
        found = _feed_of(row)
        yield Changed(row.change, found.feed_id, found.token_name, found)


def _feed_of(row: sa.Row[Any]) -> Feed:
    return Feed(
        feed_id=row.feed_id,
        name=row.name,
        scope=scope_of(row),
        token_name=row.token_name,
        token_digest=bytes(row.token_digest),
        most_message_bytes=row.most_message_bytes,
        limits=None if row.limits is None else json_decoder(Limits).decode(row.limits),
        revoked=revocation_of(row),
    )
