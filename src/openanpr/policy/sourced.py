"""A number of law and its source, as a profile's TOML spells them; every table knows its keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from openanpr.core.role import Rank

GROUNDS = frozenset({"document", "section", "url", "verified", "judgement"})
"""The keys that tell where a number comes from."""


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
        return grounds_line(self.source, self.judgement)


@dataclass(frozen=True, slots=True)
class RankWanted:
    """The least rank that gives an authority, and its source; where that is None, why it was chosen."""

    value: Rank
    source: Source | None
    judgement: str

    @property
    def grounds(self) -> str:
        """The source as one line, or that it is the project's own judgement, and why."""
        return grounds_line(self.source, self.judgement)


def grounds_line(source: Source | None, judgement: str) -> str:
    """The source as one line; without one, that it is the project's own judgement, and why."""
    return f"the project's own judgement: {judgement}" if source is None else str(source)


def number(found: Mapping[str, object], key: str, where: str) -> Number:
    """Return the number of a table by its key; `where` is the table's name. Raises TypeError, ValueError."""
    name = f"{where}.{key}"
    said = inner(found, key, name)
    grounds = sourced(said, frozenset({"value"}), name)
    return Number(whole(said, "value", name), *grounds)


def rank_wanted(found: Mapping[str, object], key: str, where: str) -> RankWanted:
    """Return the rank of a table by its key, never none. Raises TypeError, ValueError."""
    name = f"{where}.{key}"
    said = inner(found, key, name)
    grounds = sourced(said, frozenset({"value"}), name)
    rank = rank_named(text(said, "value", name), name)
    if rank is Rank.NONE:
        raise ValueError(f"{name}.value must be a rank: an authority is somebody's")
    return RankWanted(rank, *grounds)


def rank_named(word: str, name: str) -> Rank:
    """Return the rank of that name. Raises ValueError where there is none."""
    if word not in list(Rank):
        raise ValueError(f"{name} must be one of {', '.join(Rank)}")
    return Rank(word)


def sourced(said: Mapping[str, object], own: frozenset[str], name: str) -> tuple[Source | None, str]:
    """Return the source of what a table says, or None and the judgement; `own` are the keys beside them.

    Raises TypeError, ValueError for a key that is not known, and for what has neither or both.
    """
    if strange := sorted(said.keys() - own - GROUNDS):
        raise ValueError(f"{name} has no use for {', '.join(strange)}")
    if ("judgement" in said) == ("document" in said):
        raise ValueError(f"{name} needs its document, or a judgement that says why it was chosen, not both")
    if "judgement" in said:
        if said.keys() - own - {"judgement"}:
            raise ValueError(f"{name} is a judgement: section, url and verified belong to a document")
        return None, text(said, "judgement", name)
    return _source(said, name), ""


def whole(said: Mapping[str, object], key: str, name: str) -> int:
    """Return a whole number. Raises TypeError for anything else."""
    value = said.get(key)
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{name}.{key} must be a whole number")
    return value


def table(found: Mapping[str, object], key: str, known: frozenset[str]) -> Mapping[str, object]:
    """Return the table of that key, which has exactly the `known` keys. Raises TypeError, ValueError."""
    told = inner(found, key, key)
    only(told, known, f"{key}.")
    return told


def inner(found: Mapping[str, object], key: str, name: str) -> Mapping[str, object]:
    """Return the table of that key. Raises KeyError, TypeError."""
    told = found[key]
    if not isinstance(told, dict):
        raise TypeError(f"{name} must be a table")
    return cast("dict[str, object]", told)


def only(found: Mapping[str, object], known: frozenset[str], where: str) -> None:
    """Raise ValueError unless the keys are exactly the known ones."""
    if strange := sorted(found.keys() - known):
        raise ValueError(f"it has no use for {', '.join(where + key for key in strange)}")
    if missing := sorted(known - found.keys()):
        raise ValueError(f"{', '.join(where + key for key in missing)} is missing")


def text(found: Mapping[str, object], key: str, where: str) -> str:
    """Return some text without the space around it. Raises KeyError, ValueError."""
    told = found[key]
    if not isinstance(told, str) or not told.strip():
        raise ValueError(f"{where}.{key} must be some text".removeprefix("."))
    return told.strip()


def _source(said: Mapping[str, object], name: str) -> Source:
    verified = said.get("verified")
    if not isinstance(verified, bool):
        raise TypeError(f"{name}.verified must say true or false: was the document itself read?")
    section = text(said, "section", name) if "section" in said else ""
    url = text(said, "url", name) if "url" in said else ""
    if url and not url.startswith("https://"):
        raise ValueError(f"{name}.url must begin with https://")
    return Source(text(said, "document", name), section, url, verified)
