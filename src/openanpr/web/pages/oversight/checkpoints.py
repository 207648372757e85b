"""Checkpoints of the audit log in a browser: the latest, and whether one goes on from another."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from functools import partial
from typing import Final

from msgspec import Struct

from openanpr.audit.checkpoint import CheckpointError, open_checkpoint
from openanpr.audit.merkle import verify_consistency
from openanpr.audit.note import NoteError, NoteKey
from openanpr.policy.ask import Act
from openanpr.web.api.route import File
from openanpr.web.pages.inside import Inside, Question
from openanpr.web.pages.route import Answer, PageRoute, Shown, Visit, page, sent

_SECTION: Final = "/log"
_KEPT: Final = "kept"


@dataclass(frozen=True, slots=True)
class CheckpointPages:
    """What the pages need."""

    inside: Inside


class CheckpointsTold(Struct, frozen=True):
    """How the log does, and its checkpoints as texts, the newest first."""

    name: str
    key: str
    entries: int
    refuses: str
    latest: str
    notes: list[str]


class ConsistencyTold(Struct, frozen=True):
    """Two checkpoints and the hashes between them."""

    old: str
    new: str
    path: list[str]


@dataclass(frozen=True, slots=True)
class Signed:
    """A checkpoint as a page shows it; `witnesses` are the names of those who signed beside the log."""

    size: int
    root: str
    witnesses: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class GoesOn:
    """That a checkpoint goes on from another, verified, with the hashes that show it."""

    old: Signed
    new: Signed
    path: tuple[str, ...]


def checkpoint_pages(pages: CheckpointPages) -> list[PageRoute]:
    """Return the pages of checkpoints."""
    act = Act.READ_LOG
    return [
        page("/log/checkpoints", act, partial(_shown, pages)),
        page("/log/checkpoints/latest", act, partial(_latest, pages)),
        sent("/log/checkpoints/consistency", act, partial(_compare, pages)),
    ]


def _told(pages: CheckpointPages, visit: Visit) -> CheckpointsTold:
    return pages.inside.ask(visit, Question("GET", "/audit/checkpoints"), CheckpointsTold)


def _shown(pages: CheckpointPages, visit: Visit) -> Answer:
    return Shown("log/checkpoints.html", _values(_told(pages, visit)))


def _latest(pages: CheckpointPages, visit: Visit) -> Answer:
    told = _told(pages, visit)
    return File(told.latest.encode(), "text/plain; charset=utf-8", f"checkpoint-{told.entries}.txt")


def _compare(pages: CheckpointPages, visit: Visit) -> Answer:
    """Show whether the log goes on from a checkpoint that somebody kept, to the latest or to another one."""
    form = visit.form
    old, new = form.text(_KEPT), form.text("later")
    if not old:
        faults = {_KEPT: "Paste the checkpoint that you kept, all of it, with its signatures"}
        return Shown("log/checkpoints.html", _values(_told(pages, visit)) | {"faults": faults}, 422)
    asked = {"old": old, "new": new}
    try:
        found = pages.inside.ask(visit, Question("POST", "/audit/consistency", form=asked), ConsistencyTold)
        goes_on, why = _verified(found, NoteKey.parse(_told(pages, visit).key)), ""
    except (NoteError, CheckpointError) as fault:
        faults = {_KEPT: f"This is no checkpoint of this log: {fault}"}
        return Shown("log/checkpoints.html", _values(_told(pages, visit)) | {"faults": faults}, 422)
    except ValueError as fault:  # a proof that does not hold
        goes_on, why = None, str(fault)
    return Shown("log/checkpoints.html", _values(_told(pages, visit)) | {"goes_on": goes_on, "why": why})


def _verified(found: ConsistencyTold, key: NoteKey) -> GoesOn:
    """Return what was proved; raises NoteError, CheckpointError, ProofError."""
    old = open_checkpoint(found.old.encode(), log_key=key).checkpoint
    new = open_checkpoint(found.new.encode(), log_key=key).checkpoint
    path = [base64.b64decode(one) for one in found.path]
    verify_consistency(old_size=old.size, old_root=old.root, new_size=new.size, new_root=new.root, path=path)
    return GoesOn(_signed(found.old, key), _signed(found.new, key), tuple(one.hex() for one in path))


def _signed(text: str, key: NoteKey) -> Signed:
    """Return a checkpoint that its log has signed; raises NoteError, CheckpointError."""
    signed = open_checkpoint(text.encode(), log_key=key)
    others = tuple(one.name for one in signed.note.signatures if one.key_id != key.id)
    return Signed(signed.checkpoint.size, signed.checkpoint.root.hex(), others, text)


def _values(told: CheckpointsTold) -> dict[str, object]:
    key = NoteKey.parse(told.key)
    kept: dict[int, Signed] = {}
    for note in told.notes:
        one = _signed(note, key)
        kept.setdefault(one.size, one)  # the newest of each size bears all signatures
    return {
        "section": _SECTION,
        "told": told,
        "latest": _signed(told.latest, key),
        "earlier": list(kept.values()),
        "goes_on": None,
        "why": "",
        "faults": {},
    }
