"""The audit log over the local socket, looked through: the newest entries, one with its proof, by person."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated, Final

from msgspec import Meta, Struct
from starlette.routing import Route

from openanpr.audit.acts import Act, Consultation
from openanpr.audit.checkpoint import SignedCheckpoint, open_checkpoint
from openanpr.audit.commitment import Opening
from openanpr.audit.entry import Entry
from openanpr.audit.history import newest_notes
from openanpr.audit.log import AuditLog
from openanpr.audit.merkle import ProofError, verify_consistency
from openanpr.audit.openings import Erased
from openanpr.audit.tiles import WIDTH
from openanpr.people.desk import Desk
from openanpr.policy.ask import Act as Judged
from openanpr.web.local.asking import Asked, Number, Said, answered
from openanpr.wire.read_json import rfc3339

_MOST_SHOWN: Final = 200
_LOOKED_AT: Final = 100_000
_OPENED_AT_ONCE: Final = 20_000
"""To look for a person opens every entry on the way: so many at most, and then whoever asks goes on."""
_MOST_NOTES: Final = 100
_PERSONS: Final = frozenset({"person", "subject", "by", "for_whom"})
"""The secret fields in which a person is named."""
_CLOCK: Final = timedelta(seconds=5)
"""So far the times of neighbours may fall: a clock is set right now and then."""


@dataclass(frozen=True, slots=True)
class ProofRoutes:
    """What these need; `names` tells under which names the log knows somebody by their sign-in name."""

    log: AuditLog
    clock: Callable[[], datetime]
    names: Callable[[str], frozenset[str]]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Which entries: of an act ("" for all), from a time on and before another."""

    act: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def fits(self, entry: Entry) -> bool:
        """Whether an entry is one of them."""
        return (
            self.act in {"", entry.act}
            and (self.since is None or entry.at >= self.since)
            and (self.until is None or entry.at < self.until)
        )

    def is_past(self, entry: Entry) -> bool:
        """Whether no entry before this one can be one of them."""
        return self.since is not None and entry.at < self.since - _CLOCK


class ConsistencyForm(Struct, frozen=True, forbid_unknown_fields=True):
    """Two checkpoints as texts; the later one is the log's latest where it is left out."""

    old: Said
    new: str = ""


class FindForm(Struct, frozen=True, forbid_unknown_fields=True):
    """Whose entries are looked for, by sign-in name; and by whom, for which case and why."""

    person: Said
    by: Said
    reference: Said
    why: Said
    act: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: Number = -1
    most: Annotated[int, Meta(ge=1, le=_MOST_SHOWN)] = 50


def proof_routes(of: ProofRoutes) -> list[Route]:
    """Return these routes of the audit log."""
    guard = Judged.READ_LOG
    return [
        answered("/audit/newest", lambda asked: _newest(of, asked), guard=guard),
        answered("/audit/entries/{index}", lambda asked: _entry(of, asked), guard=guard),
        answered("/audit/checkpoints", lambda _: _checkpoints(of), guard=guard),
        answered(
            "/audit/consistency",
            lambda asked: _consistency(of, asked.form(ConsistencyForm)),
            "POST",
            guard=guard,
        ),
        answered("/audit/find", lambda asked: _find(of, asked.form(FindForm)), "POST", guard=guard),
    ]


def names_of(people: Desk, login: str) -> frozenset[str]:
    """Return under which names the log knows a person: as they sign in, and the id of their account."""
    found = people.store.by_login(login)
    return frozenset({login} if found is None else {login, found.account_id})


def _newest(of: ProofRoutes, asked: Asked) -> object:
    """Return a page of what anybody may see of the entries, the newest first."""
    wanted = _wanted(asked.query.get("act", ""), _moment(asked, "since"), _moment(asked, "until"))
    most = min(max(asked.number("most", 50), 1), _MOST_SHOWN)
    end = _end(of.log, asked.number("before", -1), wanted)
    shown: list[dict[str, object]] = []
    at = end
    for at, entry in _down(of.log, end, _LOOKED_AT):
        if wanted.is_past(entry):
            return {"entries": shown, "next": None, "size": of.log.size}
        if wanted.fits(entry):
            shown.append(_shown(at, entry))
        if len(shown) == most:
            break
    return {"entries": shown, "next": at if at > 0 else None, "size": of.log.size}


def _find(of: ProofRoutes, form: FindForm) -> object:
    """Return the entries in which a person is named, the newest first; logged before any is opened."""
    wanted, names = _wanted(form.act, form.since, form.until), of.names(form.person)
    of.log.append(
        Consultation(
            at=of.clock(),
            person=form.by,
            stage="asked",
            kind="audit-log",
            purpose="audit",
            reference=form.reference,
            reason=form.why,
            for_whom=form.person,
        )
    )
    end = _end(of.log, form.before, wanted)
    shown: list[dict[str, object]] = []
    named: dict[int, dict[int, list[str]]] = {}
    at = end
    for at, entry in _down(of.log, end, _OPENED_AT_ONCE):
        if wanted.is_past(entry):
            return {"entries": shown, "next": None, "size": of.log.size}
        number = at // WIDTH
        if number not in named:
            named = {number: _named(of.log.openings(number), names)}
        if at in named[number] and wanted.fits(entry):
            shown.append({**_shown(at, entry), "named": named[number][at]})
        if len(shown) == form.most:
            break
    return {"entries": shown, "next": at if at > 0 else None, "size": of.log.size}


def _named(kept: tuple[Opening | Erased, ...], names: frozenset[str]) -> dict[int, list[str]]:
    """Return which fields of which entries hold one of these names."""
    found: dict[int, list[str]] = {}
    for one in kept:
        if isinstance(one, Opening) and one.name in _PERSONS and one.value in names:
            found.setdefault(one.index, []).append(one.name)
    return found


def _entry(of: ProofRoutes, asked: Asked) -> object:
    """Return an entry as anybody may see it, with the proof that it is in the log."""
    text = asked.path["index"]
    if not text.isascii() or not text.isdigit() or len(text) > 18 or int(text) >= of.log.size:
        raise LookupError(f"there is no such entry in a log of {of.log.size}")
    index = int(text)
    of.log.checkpoint()  # so that the proof leads to the latest one
    found = of.log.disclose(index)
    entry = of.log.entries_from(index, 1)[0]
    return {
        **_shown(index, entry),
        "sealed": {name: committed.hex() for name, committed in entry.sealed.items()},
        "openable": sorted(one.name for one in found.openings if isinstance(one, Opening)),
        "erased": {one.name: one.at for one in found.openings if isinstance(one, Erased)},
        "proof": replace(found, openings=()).to_bytes().decode(),
        "key": str(of.log.key),
        "size": of.log.size,
    }


def _checkpoints(of: ProofRoutes) -> object:
    """Return how the log does, and the last checkpoints that it signed, the newest first."""
    standing, latest = of.log.standing(), of.log.checkpoint()
    return {
        "name": of.log.key.name,
        "key": str(of.log.key),
        "entries": standing.entries,
        "refuses": standing.refuses,
        "latest": latest.note.to_bytes().decode(),
        "notes": [note.decode() for note in newest_notes(of.log.folder)[:_MOST_NOTES]],
    }


def _consistency(of: ProofRoutes, form: ConsistencyForm) -> object:
    """Return the proof that the log of the later checkpoint goes on from that of the earlier one.

    Raises NoteError, CheckpointError for texts that this log did not sign, and ProofError.
    """
    old = _opened(of.log, form.old)
    new = _opened(of.log, form.new) if form.new.strip() else of.log.latest
    before, after = old.checkpoint, new.checkpoint
    if before.size > after.size:
        raise ProofError(
            f"a checkpoint of {before.size} entries was signed, and the other has {after.size}: give the "
            "earlier one first. If the other is the log's latest, entries are missing from this log"
        )
    path = of.log.grown(before.size, after.size)
    verify_consistency(
        old_size=before.size, old_root=before.root, new_size=after.size, new_root=after.root, path=path
    )
    return {
        "old": old.note.to_bytes().decode(),
        "new": new.note.to_bytes().decode(),
        "path": [base64.b64encode(one).decode() for one in path],
    }


def _opened(log: AuditLog, text: str) -> SignedCheckpoint:
    """Return a checkpoint from what somebody kept: line ends may have been lost at its end."""
    whole = text.replace("\r\n", "\n").strip("\n") + "\n"
    return open_checkpoint(whole.encode(), log_key=log.key)


def _wanted(act: str, since: datetime | None, until: datetime | None) -> _Wanted:
    if act and act not in set(Act):
        raise ValueError(f"act is one of {', '.join(Act)}")
    if any(at is not None and at.tzinfo is None for at in (since, until)):
        raise ValueError("a time says its zone, such as 2026-11-22T00:00:00Z")
    return _Wanted(act, since, until)


def _moment(asked: Asked, name: str) -> datetime | None:
    text = asked.query.get(name, "")
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        raise ValueError(f"{name} must be a time such as 2026-11-22T00:00:00Z") from None


def _end(log: AuditLog, before: int, wanted: _Wanted) -> int:
    """Return the number before which the entries that are wanted begin, backwards."""
    end = log.size if before < 0 else min(before, log.size)
    return end if wanted.until is None else min(end, _first_at(log, wanted.until + _CLOCK, end))


def _first_at(log: AuditLog, at: datetime, end: int) -> int:
    """Return the number of the first entry at or after a time, of the first `end`: they stand by time."""
    low, high = 0, end
    while low < high:
        middle = (low + high) // 2
        if log.entries_from(middle, 1)[0].at < at:
            low = middle + 1
        else:
            high = middle
    return low


def _down(log: AuditLog, end: int, most: int) -> Iterator[tuple[int, Entry]]:
    """Yield entries with their numbers from before `end` down, at most so many."""
    least, at = max(0, end - most), end
    while at > least:
        first = max(least, (at - 1) // WIDTH * WIDTH)
        yield from reversed(list(enumerate(log.entries_from(first, at - first), first)))
        at = first


def _shown(index: int, entry: Entry) -> dict[str, object]:
    return {
        "index": index,
        "at": rfc3339(entry.at),
        "act": entry.act,
        "public": dict(entry.public),
        "secret": sorted(entry.sealed),
    }
