"""Lists served to readers and cars: what changed since the revision they hold, page by page."""

from __future__ import annotations

from openanpr.core.voi_delta import Cursor, Delta, DeltaKind
from openanpr.core.voi_list import ListStanding
from openanpr.voi.ports import DeltaStore, Receipts


class CursorError(ValueError):
    """A page asked for that does not follow from one served before; the holder starts again."""


def delta(
    list_name: str, held: int, *, store: DeltaStore, limit: int = 50_000, cursor: Cursor | None = None
) -> Delta:
    """Return the next page of what leads from the revision that is `held` to the list's newest.

    Covert entries are no part of it, of whatever list: a device shows its screen to everyone in the car.
    Unchanged when there is nothing new; the full list when the holder has nothing (0), holds a revision that
    is too old to be known, or one that the list never had (of the time that a restored node has lost; no
    number is given twice, see `store.control.numbering.leap_revisions`). `cursor` is
    `more` of the page before; its revision stays the aim though the list moves on meanwhile.
    Raises CursorError for a cursor that leads nowhere, LookupError when there is no such list.
    """
    standing = store.standing(list_name)
    aim = standing.revision if cursor is None else cursor.revision
    if cursor is not None and not _known(standing, aim, store):
        msg = "the revision that these pages lead to is no longer known: begin again without a cursor"
        raise CursorError(msg)
    kind = _kind(standing, held, aim, store)
    if kind is DeltaKind.UNCHANGED:
        return Delta(list_name, kind, held, aim)
    since = 0 if kind is DeltaKind.FULL else held
    begun = cursor or Cursor(aim, removals_done=since == 0, after=0)
    fetch = store.upserts if begun.removals_done else store.removals
    page = fetch(list_name, since=since, to=aim, after=begun.after, limit=limit)
    if page.after is not None:
        more = Cursor(aim, begun.removals_done, page.after)
    else:
        more = None if begun.removals_done else Cursor(aim, removals_done=True, after=0)
    return Delta(list_name, kind, since, aim, page.upserts, page.removals, more)


def _kind(standing: ListStanding, since: int, aim: int, store: DeltaStore) -> DeltaKind:
    if since == aim:
        return DeltaKind.UNCHANGED
    return DeltaKind.DELTA if since < aim and _known(standing, since, store) else DeltaKind.FULL


def _known(standing: ListStanding, revision: int, store: DeltaStore) -> bool:
    """Return whether what the list held at a revision is still known, and was this list's at all."""
    in_reach = max(1, standing.oldest) <= revision <= standing.revision
    return in_reach and store.was_at(standing.of.name, revision)


def behind(list_name: str, revision: int, *, receipts: Receipts) -> tuple[str, ...]:
    """Return the devices whose last word is of another revision: they still act on it."""
    return tuple(sorted(one.device for one in receipts.holders(list_name) if one.revision != revision))
