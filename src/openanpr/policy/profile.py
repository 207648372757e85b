"""The numbers of law, each with its source: a dated profile, ours or the operator's own TOML file."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from importlib import resources
from pathlib import Path
from typing import cast

DEFAULT_PROFILE = "nadc-2018"
"""The profile of a node whose settings name none."""

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_PROFILE = frozenset({"name", "title", "valid_from", "retention", "ingest"})
_RETENTION = frozenset({"days"})
_INGEST = frozenset(
    {"oldest_days", "late_after_s", "future_tolerance_s", "clock_alarm_ms", "clock_quarantine_ms"}
)
_NUMBER = frozenset({"value", "document", "section", "url", "verified", "judgement"})


class ProfileError(Exception):
    """A profile cannot be used; the sentence says what to mend in it."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a number comes from: a document and its part, its address if it has a public one.

    `verified`: whoever wrote the profile has read it there, and not in another's account of it.
    """

    document: str
    section: str
    url: str
    verified: bool

    def __str__(self) -> str:
        """The source as one line, as certificates quote it."""
        told = [part for part in (self.document, self.section, self.url) if part]
        return "; ".join(told) + ("" if self.verified else " (unverified)")


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number in the unit of its name, and its source; where that is None, why it was chosen."""

    value: int
    source: Source | None
    judgement: str

    @property
    def grounds(self) -> str:
        """The source as one line, or that it is the project's own judgement, and why."""
        return f"the project's own judgement: {self.judgement}" if self.source is None else str(self.source)


@dataclass(frozen=True, slots=True)
class IngestNumbers:
    """What of arriving reads is taken, marked or held; see `docs/reference/profiles.md`."""

    oldest_days: Number
    late_after_s: Number
    future_tolerance_s: Number
    clock_alarm_ms: Number
    clock_quarantine_ms: Number


@dataclass(frozen=True, slots=True)
class Profile:
    """The numbers that hold from a day on. `label` names the profile with its date."""

    name: str
    title: str
    valid_from: date
    retention_days: Number
    ingest: IngestNumbers

    @property
    def label(self) -> str:
        """The name and the day from which it holds, as what was judged by it keeps them."""
        return f"{self.name} of {self.valid_from}"

    def numbers(self) -> Mapping[str, Number]:
        """Every number by its dotted name in the file."""
        return {
            "retention.days": self.retention_days,
            **{f"ingest.{name}": cast("Number", getattr(self.ingest, name)) for name in sorted(_INGEST)},
        }


def load_profile(which: str | Path) -> Profile:
    """Return the profile of that name that comes with the program, or the one in a file.

    A text that ends in `.toml` or has a `/` is a path. Raises ProfileError when it is not there or cannot
    be used.
    """
    if isinstance(which, Path) or which.endswith(".toml") or "/" in which:
        path = Path(which)
        try:
            return parse_profile(path.read_text(encoding="utf-8"), where=path.name)
        except (OSError, UnicodeDecodeError) as fault:
            raise ProfileError(
                f"the profile {path} cannot be read: check that it is there and is UTF-8 text"
            ) from fault
    if which not in shipped_profiles():
        raise ProfileError(
            f"no profile named {which} comes with the program: it has {', '.join(shipped_profiles())}; "
            "one of your own is named by its path"
        )
    found = resources.files("openanpr.policy").joinpath("profiles", f"{which}.toml")
    return parse_profile(found.read_text(encoding="utf-8"), where=f"{which}.toml")


def shipped_profiles() -> tuple[str, ...]:
    """The names of the profiles that come with the program."""
    found = resources.files("openanpr.policy").joinpath("profiles").iterdir()
    return tuple(sorted(file.name.removesuffix(".toml") for file in found if file.name.endswith(".toml")))


def parse_profile(text: str, *, where: str) -> Profile:
    """Return the profile that the TOML `text` spells; `where` names it in an error.

    Raises ProfileError for a key that is not known, one that is missing, a number without its source, and
    numbers that contradict one another.
    """
    try:
        found = tomllib.loads(text)
        return _checked(_profile(found))
    except (tomllib.TOMLDecodeError, TypeError, ValueError) as fault:
        raise ProfileError(f"the profile {where} cannot be used: {fault}") from fault


def verify_valid(profile: Profile, on: date) -> None:
    """Raise ProfileError unless the profile holds on the UTC day `on`."""
    if on < profile.valid_from:
        raise ProfileError(
            f"the profile {profile.name} holds from {profile.valid_from} on, and today is {on}: name another "
            "profile until then, or set this machine's clock"
        )


def _profile(found: Mapping[str, object]) -> Profile:
    _only(found, _PROFILE, "")
    valid_from = found["valid_from"]
    # In Python a moment is a day too.
    if not isinstance(valid_from, date) or isinstance(valid_from, datetime):
        raise TypeError("valid_from must be a day, written as 2026-11-22")
    name = _text(found, "name", "")
    if not _NAME.fullmatch(name):
        raise ValueError("name has up to 64 small letters, digits and dashes")
    retention = _table(found, "retention", _RETENTION)
    ingest = _table(found, "ingest", _INGEST)
    return Profile(
        name,
        _text(found, "title", ""),
        valid_from,
        _number(retention, "days", "retention"),
        IngestNumbers(**{key: _number(ingest, key, "ingest") for key in _INGEST}),
    )


def _checked(profile: Profile) -> Profile:
    ingest, kept = profile.ingest, profile.retention_days.value
    if not 1 <= ingest.oldest_days.value <= kept:
        raise ValueError("ingest.oldest_days must be 1 or more and at most retention.days")
    if not 1 <= ingest.late_after_s.value < ingest.oldest_days.value * 86_400:
        raise ValueError("ingest.late_after_s must be 1 or more and less than ingest.oldest_days")
    if ingest.future_tolerance_s.value < 0:
        raise ValueError("ingest.future_tolerance_s must be 0 or more")
    if not 1 <= ingest.clock_alarm_ms.value <= ingest.clock_quarantine_ms.value:
        raise ValueError("ingest.clock_alarm_ms must be 1 or more and at most ingest.clock_quarantine_ms")
    return profile


def _number(found: Mapping[str, object], key: str, where: str) -> Number:
    name = f"{where}.{key}"
    said = _inner(found, key, name)
    strange = sorted(said.keys() - _NUMBER)
    if strange:
        raise ValueError(f"{name} has no use for {', '.join(strange)}")
    value = said.get("value")
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{name}.value must be a whole number")
    if ("judgement" in said) == ("document" in said):
        raise ValueError(f"{name} needs its document, or a judgement that says why it was chosen, not both")
    if "judgement" in said:
        if said.keys() - {"value", "judgement"}:
            raise ValueError(f"{name} is a judgement: section, url and verified belong to a document")
        return Number(value, None, _text(said, "judgement", name))
    return Number(value, _source(said, name), "")


def _source(said: Mapping[str, object], name: str) -> Source:
    verified = said.get("verified")
    if not isinstance(verified, bool):
        raise TypeError(f"{name}.verified must say true or false: was the document itself read?")
    section = _text(said, "section", name) if "section" in said else ""
    url = _text(said, "url", name) if "url" in said else ""
    if url and not url.startswith("https://"):
        raise ValueError(f"{name}.url must begin with https://")
    return Source(_text(said, "document", name), section, url, verified)


def _table(found: Mapping[str, object], key: str, known: frozenset[str]) -> Mapping[str, object]:
    table = _inner(found, key, key)
    _only(table, known, f"{key}.")
    return table


def _inner(found: Mapping[str, object], key: str, name: str) -> Mapping[str, object]:
    table = found[key]
    if not isinstance(table, dict):
        raise TypeError(f"{name} must be a table")
    return cast("dict[str, object]", table)


def _only(found: Mapping[str, object], known: frozenset[str], where: str) -> None:
    if strange := sorted(found.keys() - known):
        raise ValueError(f"it has no use for {', '.join(where + key for key in strange)}")
    if missing := sorted(known - found.keys()):
        raise ValueError(f"{', '.join(where + key for key in missing)} is missing")


def _text(found: Mapping[str, object], key: str, where: str) -> str:
    text = found[key]
    if not isinstance(text, str) or not text.strip():
        raise ValueError(f"{where}.{key} must be some text".removeprefix("."))
    return text.strip()
