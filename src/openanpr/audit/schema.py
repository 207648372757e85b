"""The schemas of entries, taken from the classes of the acts: which fields, of which kind, needed or not."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import date
from types import MappingProxyType, UnionType
from typing import Annotated, Union, cast, get_args, get_origin, get_type_hints

from openanpr.audit.acts import EVENTS, Act, Event, Kind

_WORD = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._:/-]{0,119}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_MOST_LABELS = 32
_MOST_COUNT = (1 << 53) - 1
_MOST_SECRET = 8_000


class SchemaError(ValueError):
    """A field that an entry may not have, or may not have so. Names the field, never what is in it."""


@dataclass(frozen=True, slots=True)
class FieldRule:
    """One field of an act: its kind, and whether every entry of the act has it."""

    kind: Kind
    needed: bool


def rules_of(event: type[Event]) -> Mapping[str, FieldRule]:
    """The fields of an act beside its time, in the order of its class."""
    hints = get_type_hints(event, include_extras=True)
    return {
        one.name: FieldRule(_kind(hints[one.name]), one.default is MISSING or one.default is not None)
        for one in fields(event)
        if one.name != "at"
    }


def _kind(hint: object) -> Kind:
    """The kind in `Annotated[..., kind]`, alone or beside None."""
    if get_origin(hint) in {Union, UnionType}:
        return next(_kind(part) for part in get_args(hint) if part is not type(None))
    if get_origin(hint) is not Annotated:
        raise TypeError("a field of an act is of a kind")
    return cast("Kind", get_args(hint)[1])


SCHEMAS: Mapping[str, Mapping[str, FieldRule]] = MappingProxyType(
    {event.act.value: rules_of(event) for event in EVENTS}
)
"""The schema of each act of version 1, by its name."""


def verify_fields(act: Act, public: Mapping[str, object], secret: frozenset[str]) -> None:
    """Raise SchemaError unless an entry of `act` may have these public fields and these secret ones."""
    rules = SCHEMAS[act]
    for name, value in public.items():
        rule = rules.get(name)
        if rule is None or rule.kind is Kind.SEALED or not _FITS[rule.kind](value):
            raise SchemaError(f"the field {_named(name)} of {act} must be {_wanted(rule)}")
    for name in secret:
        if name not in rules or rules[name].kind is not Kind.SEALED:
            raise SchemaError(f"{act} has no secret field {_named(name)}")
    missing = [
        name for name, rule in rules.items() if rule.needed and name not in public and name not in secret
    ]
    if missing:
        raise SchemaError(f"{act} needs {', '.join(missing)}")


def verify_secret(name: str, value: object) -> None:
    """Raise SchemaError unless the value can be committed to: some text, not too long."""
    if not isinstance(value, str) or not value.strip() or len(value) > _MOST_SECRET:
        raise SchemaError(f"the field {name} must be some text of at most {_MOST_SECRET} characters")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise SchemaError(f"the field {name} must be text that can be written in UTF-8") from None


def _wanted(rule: FieldRule | None) -> str:
    if rule is None:
        return "left out: it is not known"
    return "kept secret" if rule.kind is Kind.SEALED else rule.kind.value


def _named(name: str) -> str:
    """A field's name for an error: never what a stranger put in its place."""
    return name if _WORD.fullmatch(name.replace("_", "-")) else "of a strange name"


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST_COUNT


def _is_labels(value: object) -> bool:
    if not isinstance(value, list | tuple):
        return False
    found = cast("list[object]", value)
    return len(found) <= _MOST_LABELS and all(isinstance(v, str) and _LABEL.fullmatch(v) for v in found)


def _is_day(value: object) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


_FITS: Mapping[Kind, Callable[[object], bool]] = {
    Kind.WORD: lambda value: isinstance(value, str) and _WORD.fullmatch(value) is not None,
    Kind.LABELS: _is_labels,
    Kind.COUNT: _is_count,
    Kind.DAY: _is_day,
    Kind.DIGEST: lambda value: isinstance(value, str) and _DIGEST.fullmatch(value) is not None,
}
