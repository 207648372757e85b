"""What could not be taken: how much and why, each read with its reason, and what a person may do about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final, TypeVar, cast
from urllib.parse import urlencode

import msgspec
from msgspec import Meta, Struct

from openanpr.ingest.accept import Reason
from openanpr.ingest.mend import merge_patch
from openanpr.ingest.quarantine import State
from openanpr.policy.ask import Act
from openanpr.web.local.asking import status_of
from openanpr.web.pages.administration.act_form import Why, sentence
from openanpr.web.pages.form import FormFaultsError
from openanpr.web.pages.inside import Inside, Question
from openanpr.web.pages.route import Answer, PageRoute, SeeOther, Shown, Visit, page, sent

QUARANTINE: Final = "/administration/quarantine"
_AT_ONCE: Final = 50
TO_DO: Final = {
    Reason.MALFORMED: "Mend the field that is named, or discard it.",
    Reason.NOT_UNDERSTOOD: "Give the fields of the read, or discard it.",
    Reason.NOT_ITS_CAMERA: "Enrol the device for the camera, or find out why it speaks for it. Then release.",
    Reason.UNKNOWN_CAMERA: "Put the camera into the register. Then release.",
    Reason.CAMERA_LAPSED: (
        "The camera had no leave to deliver then: its case had lapsed, or it had none. Discard it; a renewal "
        "does not let it through."
    ),
    Reason.NO_PLACE: "The moving camera gave no place, or 0, 0: mend the place.",
    Reason.CLOCK_OFF: "Set the device's clock. Mend the time where it is wrong, then release.",
    Reason.TOO_OLD: "It may not be taken any more: discard it.",
    Reason.FROM_THE_FUTURE: "Mend the time.",
    Reason.ORIGIN_NOT_PROVED: (
        "It was changed on the way: ask the other node's operator. Discard it, or release it as unsigned."
    ),
}
"""What to do about each reason."""

_MENDED: Final = ("camera", "captured_at", "vrm", "lat", "lon")
_DONE: Final = {
    "mended": "It was mended, and waits. Release it when all is right.",
    "released": "It was released: it is matched and stored like any other, marked late.",
    "discarded": "It was discarded. It can be seen until retention ends it.",
}
_WORDS: Final = {"why": "Say why", "patch": "Enter an object of JSON, or leave it empty"}


class CountTold(Struct, frozen=True):
    """How many wait for one reason, of one device."""

    reason: Reason
    device: str
    waiting: int
    what: str


class DeedTold(Struct, frozen=True):
    """Who did something, when and why."""

    by: str
    at: datetime
    why: str


class MendTold(DeedTold, frozen=True, kw_only=True):
    """What was set right."""

    patch: str


class ItemTold(Struct, frozen=True):
    """One quarantined read, without what was sent."""

    id: str
    version: int
    state: State
    reason: Reason
    detail: str
    device: str
    received_at: datetime
    mends: int
    end: DeedTold | None


class WholeItem(Struct, frozen=True):
    """One quarantined read with what was sent."""

    id: str
    version: int
    state: State
    reason: Reason
    detail: str
    device: str
    received_at: datetime
    mends: list[MendTold]
    end: DeedTold | None
    form: str
    text: str | None
    base64: str

    @property
    def open(self) -> bool:
        """Whether something can still be done to it."""
        return self.state in {State.WAITING, State.RELEASING}


class DeedFields(Struct, frozen=True):
    """Which item, in which version, and why."""

    item: Annotated[str, Meta(max_length=400)]
    version: Annotated[int, Meta(ge=0)]
    why: Why


class MendFields(DeedFields, frozen=True, kw_only=True):
    """What is to be set right; what was left as it is changes nothing."""

    camera: str = ""
    captured_at: str = ""
    vrm: str = ""
    lat: str = ""
    lon: str = ""
    patch: Annotated[str, Meta(max_length=16_000)] = ""


_KindT = TypeVar("_KindT", bound=DeedFields)


@dataclass(frozen=True, slots=True)
class QuarantinePages:
    """What the pages need."""

    inside: Inside


def quarantine_pages(of: QuarantinePages) -> list[PageRoute]:
    """Return the pages of the quarantine."""
    may = Act.MANAGE_QUARANTINE
    return [
        page(QUARANTINE, may, lambda visit: _counts(of, visit)),
        page(
            f"{QUARANTINE}/items",
            may,
            lambda visit: _items(of, visit),
            asks=("held_for", "device", "state", "after"),
        ),
        page(f"{QUARANTINE}/item", may, lambda visit: _item(of, visit), asks=("id", "done")),
        sent(f"{QUARANTINE}/mend", may, lambda visit: _mend(of, visit)),
        sent(f"{QUARANTINE}/release", may, lambda visit: _end(of, visit, "release", "released")),
        sent(f"{QUARANTINE}/discard", may, lambda visit: _end(of, visit, "discard", "discarded")),
    ]


def _names(of: QuarantinePages, visit: Visit) -> Mapping[str, str]:
    """Return what people call each device, to those who may see devices."""
    if Act.MANAGE_DEVICES not in visit.may:
        return {}
    devices = of.inside.ask(visit, Question("GET", "/devices"), list[dict[str, Any]])
    feeds = of.inside.ask(visit, Question("GET", "/feeds"), list[dict[str, Any]])
    named = {one["device"]: one["name"] for one in devices}
    return named | {one["feed_id"]: one["name"] for one in feeds}


def _counts(of: QuarantinePages, visit: Visit) -> Answer:
    found = of.inside.ask(visit, Question("GET", "/quarantine/counts"), list[CountTold])
    by_reason = {
        reason: [one for one in found if one.reason is reason]
        for reason in Reason
        if any(one.reason is reason for one in found)
    }
    values = {
        "by_reason": by_reason,
        "to_do": TO_DO,
        "all": sum(one.waiting for one in found),
        "names": _names(of, visit),
        "section": "/administration",
    }
    return Shown("administration/quarantine.html", values)


def _items(of: QuarantinePages, visit: Visit) -> Answer:
    said = {name: text for name, text in visit.asked.query.items() if text}
    asked = {"reason" if name == "held_for" else name: text for name, text in said.items()}
    query = {**asked, "most": str(_AT_ONCE + 1)}
    found = of.inside.ask(visit, Question("GET", "/quarantine", query=query), list[ItemTold])
    more = len(found) > _AT_ONCE
    shown = found[:_AT_ONCE]
    rest = {name: text for name, text in said.items() if name != "after"}
    values = {
        "items": [(one, urlencode({"id": one.id})) for one in shown],
        "next": urlencode({**rest, "after": shown[-1].id}) if more else "",
        "state": said.get("state", "waiting"),
        "rest": rest,
        "reason": said.get("held_for", ""),
        "reasons": list(Reason),
        "device": said.get("device", ""),
        "names": _names(of, visit),
        "section": "/administration",
    }
    return Shown("administration/quarantine_items.html", values)


def _item(of: QuarantinePages, visit: Visit) -> Answer:
    return _item_shown(of, visit, visit.asked.query.get("id", ""), {})


def _item_shown(
    of: QuarantinePages, visit: Visit, item: str, faults: Mapping[str, str], how: str = ""
) -> Shown:
    question = Question("GET", "/quarantine/item", query={"id": item})
    whole = of.inside.ask(visit, question, WholeItem)
    now = fields_now(whole)
    values = {
        "item": whole,
        "fields": now,
        "said": {name: visit.form.text(name) if how == "mend" else now[name] for name in _MENDED},
        "patch": visit.form.text("patch"),
        "why": visit.form.text("why"),
        "sent_to": how,
        "pretty": _pretty(whole.text),
        "to_do": TO_DO[whole.reason],
        "names": _names(of, visit),
        "faults": faults,
        "done": _DONE.get(visit.asked.query.get("done", ""), ""),
        "section": "/administration",
    }
    return Shown("administration/quarantine_item.html", values, 422 if faults else 200)


def fields_now(item: WholeItem) -> dict[str, str]:
    """Return the fields that are mended most, as they stand with all mends; "" for what is not there."""
    found: object = _object(item.text or "")
    for one in item.mends:
        found = merge_patch(found, _object(one.patch))
    said = cast("dict[str, Any]", found) if isinstance(found, dict) else {}
    place = said.get("place")
    there = cast("dict[str, Any]", place) if isinstance(place, dict) else {}
    told = {
        **{name: said.get(name) for name in ("camera", "captured_at", "vrm")},
        **{name: there.get(name) for name in ("lat", "lon")},
    }
    return {name: str(value) if isinstance(value, str | int | float) else "" for name, value in told.items()}


def _object(text: str) -> dict[str, Any]:
    try:
        found = cast("object", msgspec.json.decode(text))
    except (msgspec.DecodeError, RecursionError):
        return {}
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def _pretty(text: str | None) -> str:
    if text is None:
        return ""
    try:
        return msgspec.json.format(text, indent=2)
    except msgspec.DecodeError:
        return text


def _mend(of: QuarantinePages, visit: Visit) -> Answer:
    def ask(form: MendFields) -> dict[str, object]:
        return {"patch": msgspec.Raw(msgspec.json.encode(_patch(of, visit, form)))}

    return _done(of, visit, "mend", "mended", MendFields, ask)


def _end(of: QuarantinePages, visit: Visit, how: str, done: str) -> Answer:
    def nothing_more(_: DeedFields) -> dict[str, object]:
        return {}

    return _done(of, visit, how, done, DeedFields, nothing_more)


def _done(
    of: QuarantinePages,
    visit: Visit,
    how: str,
    done: str,
    kind: type[_KindT],
    more: Callable[[_KindT], Mapping[str, object]],
) -> Answer:
    item = visit.form.text("item")
    try:
        form = visit.form.read(kind, _WORDS)
        said = {"why": form.why, "version": form.version, **more(form)}
        question = Question("POST", f"/quarantine/{how}", query={"id": item}, form=said)
        of.inside.ask_json(visit, question)
    except FormFaultsError as fault:
        faults = {f"{how}-{name}" if name else "": text for name, text in fault.faults.items()}
        return _item_shown(of, visit, item, faults, how)
    except Exception as fault:  # what another form would mend is told in it; all else goes on
        if status_of(fault) not in {409, 422}:
            raise
        return _item_shown(of, visit, item, {"": sentence(fault)}, how)
    return SeeOther(f"{QUARANTINE}/item?{urlencode({'id': item, 'done': done})}")


def _patch(of: QuarantinePages, visit: Visit, form: MendFields) -> dict[str, Any]:
    """Return what was changed, as a merge patch; raises FormFaultsError."""
    question = Question("GET", "/quarantine/item", query={"id": form.item})
    now = fields_now(of.inside.ask(visit, question, WholeItem))
    changed = {name: getattr(form, name) for name in _MENDED if getattr(form, name) != now[name]}
    patch: dict[str, Any] = {
        name: changed[name] or None for name in ("camera", "captured_at", "vrm") if name in changed
    }
    if "lat" in changed or "lon" in changed:
        patch["place"] = _place(form)
    if form.patch:
        patch |= _patch_said(form.patch)
    if not patch:
        raise FormFaultsError({"camera": "Change a field, or there is nothing to mend"})
    return patch


def _place(form: MendFields) -> dict[str, float] | None:
    if not form.lat and not form.lon:
        return None
    try:
        return {"lat": float(form.lat), "lon": float(form.lon)}
    except ValueError:
        raise FormFaultsError(
            {"lat": "Enter a latitude and a longitude in degrees, such as 51.4501 and -2.5902"}
        ) from None


def _patch_said(text: str) -> dict[str, Any]:
    try:
        found = cast("object", msgspec.json.decode(text))
    except (msgspec.DecodeError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise FormFaultsError({"patch": _WORDS["patch"]})
    return cast("dict[str, Any]", found)
