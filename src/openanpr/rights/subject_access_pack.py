"""The reply pack: one ZIP with a page, its PDF, the same as JSON, the pictures, and the SHA-256 of each.

It is made of what was decided alone: an item that is withheld is in no file, by no number and no gap. The
same request, packed at the same time, makes the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from openanpr.rights.answer_ports import CaseSeen
from openanpr.rights.reply import Reply, ReplyItem, ReplyPart, ReplyText, page, reply_words, set_paper
from openanpr.rights.subject_access import WITHHELD, Box, Decision, Item, ItemKind, SubjectAccess, Verdict

VERSION: Final = 1
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_OPEN_TO_ALL: Final = 0o644 << 16


class PackError(Exception):
    """The pack could not be made; the sentence holds nothing of what was to be in it."""


class Pictures(Protocol):
    """Gives pictures of reads out."""

    def of(self, captured_at: datetime, sha256: str) -> bytes | None:
        """Return the JPEG, None where it is not here."""
        ...


class Fit(Protocol):
    """Makes pictures fit for a reply; each raises an error for a picture that cannot be."""

    def blurred(self, jpeg: bytes, box: Box) -> bytes:
        """Return it with all but a part blurred, without metadata."""
        ...

    def bare(self, jpeg: bytes) -> bytes:
        """Return it without metadata."""
        ...


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack: its bytes and their SHA-256."""

    body: bytes = field(repr=False)
    sha256: str


@dataclass(frozen=True, slots=True)
class Told:
    """One item as the reply tells it: its facts, whether in part, and its pictures by file name."""

    kind: ItemKind
    facts: tuple[tuple[str, str], ...] = field(repr=False)
    in_part: bool
    pictures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PackMaker:
    """Makes packs out of decided requests, as `rights.subject_access_desk.MakesPack`."""

    pictures: Pictures
    fit: Fit
    set_paper: Callable[[Reply, datetime], bytes] = set_paper

    def __call__(self, access: SubjectAccess, case: CaseSeen, at: datetime) -> Pack:
        """Return the pack; raises PackError where a picture cannot be had, or a paper not be set."""
        files: dict[str, bytes] = {}
        told = tuple(self._told(access, files))
        reply = _reply(access, case, told, at)
        files["reply.json"] = _json(_as_json(access, case, told, at))
        files["reply.html"] = page(reply).encode()
        try:
            files["reply.pdf"] = self.set_paper(reply, at)
        except (RuntimeError, ValueError) as fault:
            raise PackError(f"the reply could not be set on paper ({type(fault).__name__})") from None
        files["manifest.json"] = _json(_manifest(access, case, files, at))
        body = _zipped(files)
        return Pack(body, hashlib.sha256(body).hexdigest())

    def _told(self, access: SubjectAccess, files: dict[str, bytes]) -> Iterator[Told]:
        decided = access.decided
        for one in access.items or ():
            step = decided.get(one.number)
            decision = None if step is None else step.decision
            if decision is None or decision.verdict in WITHHELD:
                continue
            in_part = decision.verdict is Verdict.IN_PART
            facts = tuple(fact for fact in one.facts if not in_part or fact[0] in one.core)
            pictures = tuple(self._pictures(one, decision, files))
            yield Told(one.kind, facts, in_part, pictures)

    def _pictures(self, one: Item, decision: Decision, files: dict[str, bytes]) -> Iterator[str]:
        """Put the pictures of a read that is told whole into the pack; the overview with its box alone."""
        if one.at is None or decision.verdict is not Verdict.TELL:
            return
        try:
            if one.patch is not None and (jpeg := self.pictures.of(one.at, one.patch)) is not None:
                yield _kept(files, "plate", self.fit.bare(jpeg))
            if one.overview is not None and decision.box is not None:
                jpeg = self.pictures.of(one.at, one.overview)
                if jpeg is None:
                    raise PackError("a picture that was to be told is stored no more: decide upon it anew")
                yield _kept(files, "overview", self.fit.blurred(jpeg, decision.box))
        except (ValueError, ImportError) as fault:
            raise PackError(f"a picture could not be made fit: {fault}") from None


def _kept(files: dict[str, bytes], kind: str, jpeg: bytes) -> str:
    """Put a picture in under a count of its own: a name after its read would tell of reads left out."""
    name = f"pictures/{kind}-{sum(one.startswith(f'pictures/{kind}') for one in files) + 1:04}.jpg"
    files[name] = jpeg
    return name


def _reply(access: SubjectAccess, case: CaseSeen, told: tuple[Told, ...], at: datetime) -> Reply:
    say, opened = reply_words(), access.opened
    grounds = _grounds(access)
    entitled = "" if opened.entitlement is None else say[opened.entitlement.value]
    withheld = ReplyText("", say["withheld"], tuple(say[one] for one in grounds))
    return Reply(
        title=say["title"],
        lead=say["lead"],
        none=say["none"],
        picture=say["picture"],
        facts=(
            (say["case"], case.reference),
            (say["made"], _day(at)),
            (say["vehicles"], ", ".join(opened.marks)),
            (say["period"], f"{_day(opened.since)} to {_day(_last(opened.until))}"),
            (say["as"], entitled),
        ),
        parts=tuple(_part(kind, told) for kind in ItemKind),
        texts=(
            *([withheld] if grounds else ()),
            ReplyText("", say["places"]),
            ReplyText("", say["neither"]),
            *(ReplyText(say[f"{name}-title"], say[name]) for name in ("why", "rights", "proof")),
        ),
    )


def _part(kind: ItemKind, told: tuple[Told, ...]) -> ReplyPart:
    say = reply_words()
    items = (
        ReplyItem(_head(number, one), say["in-part"] if one.in_part else "", one.facts, one.pictures)
        for number, one in enumerate((one for one in told if one.kind is kind), 1)
    )
    return ReplyPart(say[kind.value], tuple(items))


def _grounds(access: SubjectAccess) -> list[str]:
    """Return the grounds that the reply tells, once each; not for how much."""
    used = {
        step.decision.exemption.value
        for step in access.decided.values()
        if step.decision is not None
        and step.decision.exemption is not None
        and step.decision.verdict is not Verdict.UNSAID
    }
    return sorted(used)


def _head(number: int, one: Told) -> str:
    facts = dict(one.facts)
    named = (facts[name] for name in ("time", "first", "list", "vehicle") if name in facts)
    return f"{number}. {next(named, '')}"


def _as_json(access: SubjectAccess, case: CaseSeen, told: tuple[Told, ...], at: datetime) -> object:
    opened, say = access.opened, reply_words()
    return {
        "version": VERSION,
        "reference": case.reference,
        "made_at": _moment(at),
        "vehicles": list(opened.marks),
        "since": None if opened.since is None else _moment(opened.since),
        "until": None if opened.until is None else _moment(opened.until),
        "items": [
            {
                "kind": one.kind.value,
                "told": "in-part" if one.in_part else "whole",
                "facts": dict(one.facts),
                "pictures": list(one.pictures),
            }
            for one in told
        ],
        "restricted_under_section_45_4": _grounds(access),
        "neither_confirmed_nor_denied": say["neither"],
    }


def _manifest(access: SubjectAccess, case: CaseSeen, files: Mapping[str, bytes], at: datetime) -> object:
    return {
        "version": VERSION,
        "reference": case.reference,
        "request": access.access_id,
        "made_at": _moment(at),
        "files": {name: hashlib.sha256(body).hexdigest() for name, body in sorted(files.items())},
    }


def _zipped(files: Mapping[str, bytes]) -> bytes:
    """Return a ZIP whose bytes follow from its files alone: sorted, undated, stored as they are."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as archive:
        for name, body in sorted(files.items()):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.external_attr, entry.create_system = _OPEN_TO_ALL, 3
            archive.writestr(entry, body)
    return written.getvalue()


def _json(told: object) -> bytes:
    return json.dumps(told, ensure_ascii=False, indent=2, sort_keys=True).encode() + b"\n"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _last(until: datetime | None) -> datetime | None:
    """Return the last moment before a time: of a whole day its own, not the next."""
    return None if until is None else until - timedelta(microseconds=1)


def _day(at: datetime | None) -> str:
    return "" if at is None else f"{at.astimezone(UTC).day} {at.astimezone(UTC):%B %Y}"
