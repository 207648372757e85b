"""Past searches as tests tell of them, people who review, and a desk over a real database and a real log."""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from openanpr.audit.log import AuditLog
from openanpr.core.purpose import Category, ReferenceState, SearchKind, Stance
from openanpr.core.role import Rank, Role
from openanpr.people.declared import Relation
from openanpr.policy.access_rules import shipped_rules
from openanpr.policy.ask import HeldRole, Person, Purpose, Search
from openanpr.policy.decide import decide
from openanpr.policy.profile import load_profile
from openanpr.review.desk import ReviewDesk
from openanpr.review.numbers import shipped_numbers
from openanpr.review.past import Came, Did, PastSearch, named_marks
from openanpr.review.sampling import Draw, SamplingKey
from openanpr.review.vehicles import DeclaredVehicle
from openanpr.store.control.engine import open_database
from openanpr.store.control.migrate import migrate
from openanpr.store.control.review_store import ReviewStore
from tests.audit.events import SIGNER

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
PROFILE = load_profile("nadc-2018")
NUMBERS = shipped_numbers()
KEY = SamplingKey(bytes(range(32)))
_WHY = set(Purpose.__dataclass_fields__) - {"reference"}
_WIDE = set(Search.__dataclass_fields__)
_NUMBER = count(1)


def digest(shape: str) -> bytes:
    return hmac.digest(b"k" * 32, shape.encode(), "sha256")


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def search(mark: str = "", *, days: float = 5, by: str = "dan", **changed: Any) -> PastSearch:
    """An ordinary look-up of one vehicle; a number of its own for all that is not told."""
    number = next(_NUMBER)
    why = {name: changed.pop(name) for name in _WHY & changed.keys()}
    wide = {name: changed.pop(name) for name in _WIDE & changed.keys()}
    if "over_days" in changed:
        wide["days"] = changed.pop("over_days")
    state = changed.pop("reference_state", ReferenceState.OPEN)
    purpose = Purpose(Category.VOLUME, Stance.REACTIVE, state, reason_given=True)
    return replace(
        PastSearch(
            search_id=f"s{number}",
            at=ago(days),
            asked_by=by,
            asked_for=by,
            team="north",
            purpose=replace(purpose, **why),
            scope=replace(Search(SearchKind.ONE_VEHICLE, 30, 40, 30, 60), **wide),
            came=Came.RAN,
            rules=("search-by-role",),
            reference=f"CR/{number}/26",
            reason=_own_words(number),
            did=Did(rows=3, opened=1, kept=1),
            named=named_marks([mark or f"AB{number:05}"], digest),
        ),
        **changed,
    )


def _own_words(number: int) -> str:
    """A reason that no other search has a word of."""
    word = "".join(chr(ord("a") + int(digit)) for digit in str(number))
    return " ".join(f"{letter}x{word}" for letter in "klmnopqr")


def declared(mark: str, who: str = "dan", **changed: Any) -> DeclaredVehicle:
    named = named_marks([mark], digest).asked[0]
    return replace(DeclaredVehicle(who, "north", Relation.OWN, named, ago(100)), **changed)


def draw(since: datetime | None = None, **numbers: int) -> Draw:
    changed = {name: replace(getattr(NUMBERS, name), value=value) for name, value in numbers.items()}
    return Draw(replace(NUMBERS, **changed), PROFILE.search, KEY, since or ago(100))


def auditor(name: str = "ada", team: str = "standards", *roles: Role) -> Person:
    held = tuple(HeldRole(role) for role in roles or (Role.AUDITOR,))
    return Person(name, held, Rank.NONE, date(2027, 6, 30), team)


@dataclass
class Past:
    """Past searches in memory; `marks` are those that are shown when one is opened."""

    searches: list[PastSearch] = field(default_factory=list)
    marks: dict[str, tuple[str, ...]] = field(default_factory=dict)
    fetched: list[str] = field(default_factory=list)

    def since(self, at: datetime) -> list[PastSearch]:
        return [one for one in self.searches if one.at >= at]

    def of(self, search_ids) -> list[PastSearch]:
        return [one for one in self.searches if one.search_id in set(search_ids)]

    def marks_of(self, search_id: str) -> tuple[str, ...]:
        self.fetched.append(search_id)
        return self.marks.get(search_id, ())


def opened_log(folder: Path) -> AuditLog:
    return AuditLog.open(folder / "log", SIGNER)


def public(log: AuditLog, index: int) -> dict[str, Any]:
    """What an entry of the log shows to everybody, with its act."""
    entry = json.loads(log.disclose(index).entry)
    return {"act": entry["act"], **entry["public"]}


def store_in(folder: Path) -> ReviewStore:
    engine = open_database(f"sqlite:///{folder / 'control.db'}")
    migrate(engine)
    ids = count(1)
    return ReviewStore(engine, lambda: f"i{next(ids)}")


def desk_over(store: ReviewStore, past: Past, log: AuditLog) -> ReviewDesk:
    judge = partial(decide, rules=shipped_rules(), profile=PROFILE)
    return ReviewDesk(store.items, store.rounds, past, log, judge, NUMBERS)
