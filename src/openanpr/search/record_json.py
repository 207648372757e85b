"""What is kept of a search as JSON, and back: what was asked, the meter, roles of who gave an authority."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, TypeVar

import msgspec

from openanpr.core.purpose import Category, Stance
from openanpr.policy.ask import HeldRole
from openanpr.search.ask import Ask, ForWhom
from openanpr.search.meter import Figures, Meter, Narrower
from openanpr.search.question_json import plain_question, question_of
from openanpr.wire.json_decoder import json_decoder

_KindT = TypeVar("_KindT")


class KeptError(Exception):
    """What is kept of a search is not as this version writes it."""


class _Asked(msgspec.Struct, frozen=True):
    question: dict[str, Any]
    category: Category
    stance: Stance
    reference: str
    reason: str
    objective: str
    for_whom: ForWhom | None
    urgent: bool


class _Way(msgspec.Struct, frozen=True):
    step: str
    figures: Figures


class _Metered(msgspec.Struct, frozen=True):
    figures: Figures
    oldest_days: int
    narrower: tuple[_Way, ...]


def ask_json(ask: Ask) -> str:
    """Return an ask as one line of JSON."""
    told = {
        "question": plain_question(ask.question),
        "category": ask.category,
        "stance": ask.stance,
        "reference": ask.reference,
        "reason": ask.reason,
        "objective": ask.objective,
        "for_whom": None if ask.for_whom is None else msgspec.to_builtins(ask.for_whom),
        "urgent": ask.urgent,
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def ask_of(text: str) -> Ask:
    """Return the ask that a JSON text spells. Raises KeptError."""
    try:
        said = json_decoder(_Asked).decode(text)
        return Ask(
            question_of(said.question),
            said.category,
            said.stance,
            said.reference,
            said.reason,
            said.objective,
            said.for_whom,
            said.urgent,
        )
    except (ValueError, msgspec.ValidationError):
        # Nothing of it goes into the error: it holds marks and reasons.
        raise _unread() from None


def recorded(meter: Meter) -> Meter:
    """Return a meter as it is kept: its narrower ways in words and figures, without the marks in them."""
    return replace(meter, narrower=tuple(replace(one, question=None) for one in meter.narrower))


def meter_json(meter: Meter) -> str:
    """Return a recorded meter as one line of JSON."""
    told = msgspec.to_builtins(recorded(meter))
    for one in told["narrower"]:
        del one["question"]
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def meter_of(text: str) -> Meter:
    """Return the meter that a JSON text spells. Raises KeptError."""
    said = _kept(text, _Metered)
    ways = tuple(Narrower(one.step, one.figures) for one in said.narrower)
    return Meter(said.figures, said.oldest_days, ways)


def roles_json(roles: tuple[HeldRole, ...]) -> str:
    """Return roles as one line of JSON."""
    return json.dumps(msgspec.to_builtins(roles), separators=(",", ":"))


def roles_of(text: str) -> tuple[HeldRole, ...]:
    """Return the roles that a JSON text spells. Raises KeptError."""
    return _kept(text, tuple[HeldRole, ...])


def _kept(text: str, kind: type[_KindT]) -> _KindT:
    try:
        return json_decoder(kind).decode(text)
    except (ValueError, msgspec.ValidationError):
        raise _unread() from None


def _unread() -> KeptError:
    return KeptError("a search that is kept cannot be read: was it written by another version?")
