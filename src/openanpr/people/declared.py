"""Marks of a person's own and household's vehicles, as declared: for signals of misuse, nothing else.

Kept apart from the account, sealed; found by a keyed hash of the mark's shape. Whoever has the database alone
learns of no vehicle whose it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from openanpr.core.plate import Plate
from openanpr.people.account import Ended
from openanpr.people.keys import PeopleKeys


class Relation(StrEnum):
    """Whose the vehicle is."""

    OWN = "own"
    HOUSEHOLD = "household"


@dataclass(frozen=True, slots=True)
class Declared:
    """One vehicle that a person declared: `sealed` is its mark, `shape` the keyed hash that finds it."""

    declared_id: str
    account_id: str
    relation: Relation
    shape: bytes
    sealed: bytes
    at: datetime
    withdrawn: Ended | None = None


def shape_digest(mark: Plate, keys: PeopleKeys) -> bytes:
    """Return the keyed hash by which a mark is found, the same for all spellings of one shape (O is 0)."""
    return digest_of_shape(mark.shape_key, keys)


def digest_of_shape(shape: str, keys: PeopleKeys) -> bytes:
    """Return the keyed hash of a shape, or of a part of one: what is declared and what is sought meet so."""
    return keys.digest("declared mark", shape)
