"""The audit log in a browser: looked through, one entry with its proof, opened, handed out; checkpoints."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo

from msgspec import Struct

from openanpr.audit.acts import Act as Logged
from openanpr.audit.disclosure import Disclosure, verify_disclosure
from openanpr.audit.merkle import Step, inclusion_steps, leaf_hash
from openanpr.audit.note import NoteKey
from openanpr.people.desk import Desk
from openanpr.policy.ask import Act
from openanpr.web.api.refusals import ApiError
from openanpr.web.api.route import File, LongText, Text
from openanpr.web.pages.form import FormFaultsError
from openanpr.web.pages.inside import Inside, Question
from openanpr.web.pages.oversight.log_words import ACTS, field_words, opened_words, value_words
from openanpr.web.pages.route import Answer, PageRoute, SeeOther, Shown, Visit, page, sent

_SECTION: Final = "/log"
_MOST: Final = 50
_JSON: Final = "application/json"
_OPEN_WORDS: Final = {
    "reference": "Enter the reference of the case that it is for",
    "why": "Say why",
    "recipient": "Enter who gets it",
    "person": "Enter the sign-in name of the person",
}


@dataclass(frozen=True, slots=True)
class LogPages:
    """What the pages need; `zone` is that in which a day begins."""

    inside: Inside
    people: Desk
    zone: ZoneInfo


class EntryShown(Struct, frozen=True):
    """An entry as anybody may see it; `named`: its secret fields that name the person who is looked for."""

    index: int
    at: datetime
    act: str
    public: dict[str, Any]
    secret: list[str]
    named: list[str] = []


class EntriesShown(Struct, frozen=True):
    """A page of entries; `next` is the number to go on before."""

    entries: list[EntryShown]
    next: int | None
    size: int


class WholeEntry(EntryShown, frozen=True, kw_only=True):
    """An entry with the proof that it is in the log."""

    sealed: dict[str, str]
    openable: list[str]
    erased: dict[str, str]
    proof: str
    key: str
    size: int


class Disclosed(Struct, frozen=True):
    """An entry with what opens it, as a file."""

    disclosure: str


class FindFields(Struct, frozen=True):
    """Whose entries are looked for."""

    person: Text
    reference: Text
    why: LongText
    act: str = ""
    day: str = ""
    before: int = -1


class OpenFields(Struct, frozen=True):
    """For which case an entry is opened, and why."""

    reference: Text
    why: LongText


class DiscloseFields(Struct, frozen=True):
    """Who gets an entry with what opens it, for which case, and why."""

    recipient: Text
    reference: Text
    why: LongText


@dataclass(frozen=True, slots=True)
class Proof:
    """An entry's way to the root of the checkpoint, verified: hashes as text."""

    leaf: str
    steps: tuple[Step, ...]
    size: int
    root: str
    note: str


def log_pages(pages: LogPages) -> list[PageRoute]:
    """Return the pages of the audit log."""
    act, entry = Act.READ_LOG, "/log/entries/{index}"
    return [
        page("/log", act, partial(_newest, pages), asks=("act", "day", "before", "number")),
        sent("/log/find", act, partial(_find, pages)),
        page(entry, act, partial(_entry, pages)),
        page(f"{entry}/proof", act, partial(_proof_file, pages)),
        sent(f"{entry}/open", act, partial(_open, pages)),
        sent(f"{entry}/disclose", act, partial(_disclose, pages)),
    ]


def _newest(pages: LogPages, visit: Visit) -> Answer:
    asked = visit.asked.query
    if number := asked.get("number", "").strip():
        return SeeOther(f"/log/entries/{number}" if number.isascii() and number.isdigit() else "/log")
    act, day = asked.get("act", ""), asked.get("day", "")
    values: dict[str, object] = {**_looking(act, day), "find": None}
    no_faults: dict[str, str] = {}
    nothing = EntriesShown([], None, 0)
    try:
        query = {"act": act, "before": asked.get("before", ""), "most": str(_MOST), **_span(pages, day)}
        told = pages.inside.ask(visit, Question("GET", "/audit/newest", query=query), EntriesShown)
    except FormFaultsError as fault:
        return Shown("log/entries.html", values | {"faults": fault.faults, "told": nothing}, 422)
    return Shown(
        "log/entries.html",
        values | {"told": told, "faults": no_faults, "from_newest": not asked.get("before", "")},
    )


def _find(pages: LogPages, visit: Visit) -> Answer:
    """Show the entries in which somebody is named; each is opened on the way, which is logged."""
    form = visit.form
    values: dict[str, object] = {**_looking(form.text("act"), form.text("day")), "find": form}
    no_faults: dict[str, str] = {}
    nothing = EntriesShown([], None, 0)
    try:
        said = form.read(FindFields, _OPEN_WORDS)
        span = _span(pages, said.day)
    except FormFaultsError as fault:
        return Shown("log/entries.html", values | {"faults": fault.faults, "told": nothing}, 422)
    asked = {
        "person": said.person,
        "reference": said.reference,
        "why": said.why,
        "act": said.act,
        "before": said.before,
        "most": _MOST,
        **span,
    }
    told = pages.inside.ask(visit, Question("POST", "/audit/find", form=asked), EntriesShown)
    return Shown(
        "log/entries.html", values | {"told": told, "faults": no_faults, "from_newest": said.before < 0}
    )


def _entry(pages: LogPages, visit: Visit) -> Answer:
    return Shown("log/entry.html", _entry_values(_whole(pages, visit)))


def _proof_file(pages: LogPages, visit: Visit) -> Answer:
    told = _whole(pages, visit)
    return File(told.proof.encode(), _JSON, f"entry-{told.index}-proof.json")


def _open(pages: LogPages, visit: Visit) -> Answer:
    """Open an entry for whoever asks: that is a disclosure to themselves, logged before it is done."""
    try:
        said = visit.form.read(OpenFields, _OPEN_WORDS)
    except FormFaultsError as fault:
        return _again(pages, visit, fault.faults)
    login = visit.person.present.standing.account.login
    disclosure = Disclosure.parse(_disclosed(pages, visit, login, said.reference, said.why))
    told = _whole(pages, visit)
    proved = verify_disclosure(disclosure, log_key=NoteKey.parse(told.key))
    opened = {name: opened_words(name, value, partial(_who, pages)) for name, value in proved.values.items()}
    return Shown("log/entry.html", {**_entry_values(told), "opened": opened})


def _disclose(pages: LogPages, visit: Visit) -> Answer:
    """Hand an entry out, with what opens it, as a file for somebody who is named."""
    try:
        said = visit.form.read(DiscloseFields, _OPEN_WORDS)
    except FormFaultsError as fault:
        return _again(pages, visit, {f"for-{name}": text for name, text in fault.faults.items()})
    body = _disclosed(pages, visit, said.recipient, said.reference, said.why)
    return File(body, _JSON, f"entry-{visit.place('index')}-opened.json")


def _again(pages: LogPages, visit: Visit, faults: Mapping[str, str]) -> Shown:
    return Shown("log/entry.html", {**_entry_values(_whole(pages, visit)), "faults": faults}, 422)


def _disclosed(pages: LogPages, visit: Visit, recipient: str, reference: str, why: str) -> bytes:
    form = {
        "index": _number(visit),
        "recipient": recipient,
        "reference": reference,
        "why": why,
    }
    told = pages.inside.ask(visit, Question("POST", "/audit/disclose", form=form), Disclosed)
    return told.disclosure.encode()


def _number(visit: Visit) -> int:
    text = visit.place("index")
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise ApiError(404, "there is no such entry", "an entry has a whole number: look at the newest")
    return int(text)


def _whole(pages: LogPages, visit: Visit) -> WholeEntry:
    place = {"index": str(_number(visit))}
    return pages.inside.ask(visit, Question("GET", "/audit/entries/{index}", place), WholeEntry)


def _entry_values(told: WholeEntry) -> dict[str, object]:
    return {
        "section": _SECTION,
        "told": told,
        "proof": proof_of(told.proof, told.key),
        "opened": None,
        "faults": {},
        "acts": ACTS,
        "field": field_words,
        "value": value_words,
    }


def proof_of(file: str, key: str) -> Proof:
    """Return the way of a proof, verified against the log's key; raises what `verify_disclosure` raises."""
    found = Disclosure.parse(file.encode())
    proved = verify_disclosure(found, log_key=NoteKey.parse(key))
    leaf = leaf_hash(found.entry)
    steps = inclusion_steps(leaf, index=found.index, size=proved.size, path=found.path)
    root = (steps[-1].over if steps else leaf).hex()
    return Proof(leaf.hex(), steps, proved.size, root, found.note.to_bytes().decode())


def root_words(root: bytes) -> str:
    """Return a root as a checkpoint writes it."""
    return base64.b64encode(root).decode()


def _looking(act: str, day: str) -> dict[str, object]:
    return {
        "section": _SECTION,
        "acts": ACTS,
        "act": act if act in set(Logged) else "",
        "day": day,
        "field": field_words,
        "value": value_words,
    }


def _span(pages: LogPages, day: str) -> dict[str, str]:
    """Return from when to when a day goes; raises FormFaultsError for what is none."""
    if not day:
        return {}
    try:
        on = datetime.strptime(day, "%d/%m/%Y")  # noqa: DTZ007 - a day, whose zone comes next
        since = datetime(on.year, on.month, on.day, tzinfo=pages.zone)
        until = since + timedelta(days=1)
    except (ValueError, OverflowError):
        raise FormFaultsError({"day": "Enter a day, such as 22/11/2026"}) from None
    return {"since": since.isoformat(), "until": until.isoformat()}


def _who(pages: LogPages, text: str) -> str:
    """Return who is meant by an account's id or a sign-in name; what is neither as it is."""
    store = pages.people.store
    found = store.find(text) or store.by_login(text)
    return text if found is None else f"{found.name} ({found.login})"
