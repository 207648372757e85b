"""Which column of a feed holds what, as its profile says: a TOML file, ours or the operator's own."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import cast

from openanpr.core.normalise import normalise
from openanpr.core.voi_entry import Action, Priority
from openanpr.voi.fault import ListError
from openanpr.voi.judge import ImportRules

TEXTS = (
    *("make", "model", "colour", "warning_markers", "reason", "information", "owner", "force_area"),
    *("grading", "protective_marking", "pnc_id", "cad", "spare_1", "spare_2"),
)
DAYS = ("entered_on", "confirmed_on", "review_on", "weed_on")
FIELDS = ("vrm", "action", "priority", *TEXTS, *DAYS, "covert", "seen_by", "operation")
"""What a column may hold; `operation` tells in a delta whether the row puts on or takes off."""

_KNOWN = frozenset(
    {"name", "list", "source", "file_name", "renamed_into_place", "stolen_life"}
    | {"columns", "defaults", "words", "ask"}
)
_WORDS = MappingProxyType(
    {
        "action": {a.value: a.value for a in Action} | {"intel": "intelligence", "covert": "silent"},
        "priority": {p.value: p.value for p in Priority} | {"h": "high", "m": "medium", "l": "low"},
        "covert": {
            "yes": "yes",
            "y": "yes",
            "true": "yes",
            "1": "yes",
            "no": "",
            "n": "",
            "false": "",
            "0": "",
        },
        "operation": {"a": "put", "add": "put", "c": "put", "change": "put", "d": "take", "delete": "take"},
    }
)


class ProfileError(ListError):
    """A feed's profile that cannot be used; the text says what to mend in it."""


@dataclass(frozen=True, slots=True)
class FeedProfile:
    """How one feed's files are read and judged.

    `columns` gives for a field the heading of its column, or its number from 1 in a file without
    headings; empty for the sixteen-column form. `defaults` fill fields that the feed leaves empty.
    `words` translates, field by field, the feed's words into ours. `file_name` is matched with a file's
    whole name; its groups `kind` (full or delta), `revision` and `base` are taken if it has them.
    `stolen_life` asks that the weed date follow from the stolen report's own days.
    """

    name: str
    list_name: str
    source: str
    file_name: re.Pattern[str]
    renamed_into_place: bool
    stolen_life: bool
    columns: Mapping[str, str | int]
    defaults: Mapping[str, str]
    words: Mapping[str, Mapping[str, str]]
    ask: ImportRules


def load_profile(path: Path) -> FeedProfile:
    """Return the feed profile at `path`; raises ProfileError when it cannot be used."""
    try:
        return parse_profile(path.read_text(encoding="utf-8"), where=path.name)
    except (OSError, UnicodeDecodeError) as error:
        msg = f"the feed profile {path.name} cannot be read: check that it is there and is UTF-8 text"
        raise ProfileError(msg) from error


def shipped_profile(name: str) -> FeedProfile:
    """Return a profile that comes with the program: pnc-like, midas-like, dvla-like or sixteen-columns."""
    found = resources.files("openanpr.voi").joinpath("profiles", f"{name}.toml")
    if not found.is_file():
        msg = f"no feed profile named {name} comes with the program"
        raise ProfileError(msg)
    return parse_profile(found.read_text(encoding="utf-8"), where=f"{name}.toml")


def parse_profile(text: str, *, where: str) -> FeedProfile:
    """Return the profile that the TOML `text` spells; `where` names it in an error.

    Raises ProfileError for a key that is not known, a word that means nothing, or a missing part.
    """
    try:
        found = tomllib.loads(text)
        return _profile(found)
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError, re.error) as error:
        told = f"{error.args[0]} is missing" if isinstance(error, KeyError) else str(error)
        msg = f"the feed profile {where} cannot be used: {told}"
        raise ProfileError(msg) from error


def _profile(found: dict[str, object]) -> FeedProfile:
    unknown = sorted(found.keys() - _KNOWN)
    if unknown:
        msg = f"it has no use for {', '.join(unknown)}"
        raise ValueError(msg)
    columns = _table(found.get("columns", {}), "columns")
    defaults = {field: str(text) for field, text in _table(found.get("defaults", {}), "defaults").items()}
    words = {
        field: _words(field, theirs) for field, theirs in _table(found.get("words", {}), "words").items()
    }
    _checked(columns, {**{field: {} for field in defaults}, **words})
    return FeedProfile(
        name=_text(found["name"], "name"),
        list_name=_text(found["list"], "list"),
        source=_text(found["source"], "source"),
        file_name=re.compile(_text(found["file_name"], "file_name")),
        renamed_into_place=found.get("renamed_into_place") is True,
        stolen_life=found.get("stolen_life") is True,
        columns=MappingProxyType({field: _column(field, where) for field, where in columns.items()}),
        defaults=MappingProxyType(defaults),
        words=MappingProxyType({field: _WORDS[field] | words.get(field, {}) for field in _WORDS}),
        ask=ImportRules.of(_table(found["ask"], "ask")),
    )


def _checked(columns: Mapping[str, object], others: Mapping[str, object]) -> None:
    strange = sorted((columns.keys() | others.keys()) - set(FIELDS))
    if strange:
        msg = f"no entry has a field named {', '.join(strange)}"
        raise ValueError(msg)
    if columns and "vrm" not in columns:
        msg = "its columns need one for vrm"
        raise ValueError(msg)
    if len({isinstance(where, int) for where in columns.values()}) > 1:
        msg = "its columns are named by headings or by numbers, not both"
        raise ValueError(msg)


def _words(field: str, theirs: object) -> dict[str, str]:
    if field not in _WORDS:
        msg = f"{field} is taken as it is written and has no words to translate"
        raise ValueError(msg)
    meant = {str(word).strip().lower(): str(ours) for word, ours in _table(theirs, f"words.{field}").items()}
    strange = sorted(set(meant.values()) - set(_WORDS[field].values()))
    if strange:
        msg = f"words.{field} leads to {', '.join(strange)}, which means nothing"
        raise ValueError(msg)
    return meant


def _column(field: str, where: object) -> str | int:
    if isinstance(where, int) and not isinstance(where, bool) and where >= 1:
        return where
    if isinstance(where, str) and normalise(where):
        return normalise(where)
    msg = f"the column of {field} is a heading, or a number from 1"
    raise ValueError(msg)


def _table(found: object, name: str) -> Mapping[str, object]:
    if not isinstance(found, dict):
        msg = f"{name} must be a table"
        raise TypeError(msg)
    return cast("dict[str, object]", found)


def _text(found: object, name: str) -> str:
    if not isinstance(found, str) or not found.strip():
        msg = f"{name} must be some text"
        raise TypeError(msg)
    return found
