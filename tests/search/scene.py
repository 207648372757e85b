"""A desk of searches with its people and roads: a real audit log, the shipped rules, all else in memory."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from openanpr.audit.commitment import Opening
from openanpr.audit.log import AuditLog, LogSettings
from openanpr.audit.note import NoteSigner
from openanpr.core.camera import CameraId
from openanpr.core.capture_record import CaptureRecord
from openanpr.core.place import Place
from openanpr.core.purpose import Category, ReferenceState, Stance
from openanpr.core.read import Candidate
from openanpr.core.registered_camera import RegisteredCamera
from openanpr.core.role import Rank, Role
from openanpr.core.span import Span
from openanpr.policy.access_rules import shipped_rules
from openanpr.policy.ask import HeldRole, Person
from openanpr.policy.profile import Profile, load_profile
from openanpr.search.ask import Ask, Asker
from openanpr.search.desk import SearchDesk
from openanpr.search.kept import KeptAnswers
from openanpr.search.parts import Limits, Parts, World
from openanpr.search.ports import InForce
from openanpr.search.question import OneVehicle, PlaceAndTime
from tests.search.fakes import MemoryCases, MemoryReads, MemorySearches, MemoryWorld

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
SIGNER = NoteSigner.generate("log.example/search")
REASON = "The van left the yard of the burgled shop; to find where it went, and nothing narrower will do."
WHY = "The victim is at risk tonight and the route is the one lead we have."
MARK = "AB12CDE"
REFERENCE = "53/CR/1234/26"
HIGH = CameraId(53, 1, 1)
BRIDGE = CameraId(53, 1, 2)
FARM = CameraId(53, 1, 3)
CAR = CameraId(53, 2, 1)
SECRET = CameraId(53, 9, 9)
TOWN = Place(51.8642, -2.2382)


@dataclass(slots=True)
class Scene:
    """A desk, its world, its log and a clock that stands until it is moved."""

    folder: Path
    searches: Any = field(default_factory=MemorySearches)
    cases: Any = field(default_factory=MemoryCases)
    now: datetime = NOW
    profile: Profile | None = field(default_factory=lambda: load_profile("nadc-2018"))
    numbers: Iterator[int] = field(default_factory=itertools.count)
    world: MemoryWorld = field(default_factory=lambda: MemoryWorld(MemoryReads()))
    log: AuditLog = field(init=False)
    parts: Parts = field(init=False)
    desk: SearchDesk = field(init=False)

    def __post_init__(self) -> None:
        self.log = AuditLog.open(self.folder / "audit", SIGNER, LogSettings(reserve_bytes=0))
        world = self.world
        of = World(world.reads, world, world, world, world, world, world, world, world)
        self.parts = Parts(
            world=of,
            records=self.searches,
            cases=self.cases,
            trail=self.log,
            book=lambda: InForce(shipped_rules(), self.profile),
            clock=lambda: self.now,
            fresh_id=lambda: f"id{next(self.numbers):04}",
            limits=Limits(own_forces=frozenset({53})),
            kept=KeptAnswers(),
            blur_key=b"b" * 32,
        )
        self.desk = SearchDesk(self.parts)
        world.references[REFERENCE] = ReferenceState.OPEN
        world.cameras += [
            camera(HIGH, "High Street", TOWN),
            camera(BRIDGE, "Bridge", Place(51.8700, -2.2400)),
            camera(FARM, "Farm Lane", Place(52.2000, -2.0000)),
            RegisteredCamera(
                camera=CAR, name="Patrol 7", area="", moving=True, added_by="x", added_at=NOW - 900 * DAY
            ),
        ]

    def asker(self, who: str, *roles: Role, rank: Rank = Rank.CONSTABLE, team: str = "crime") -> Asker:
        """Return a person with these roles, who is known to the node from now on."""
        person = Person(who, tuple(map(HeldRole, roles)), rank, NOW.date() + 300 * DAY, team)
        self.world.people[who] = person
        return Asker(person, who.title(), "desk 4")

    def investigator(self, who: str = "ann") -> Asker:
        return self.asker(who, Role.INVESTIGATOR)

    def officer(self, who: str = "sue", rank: Rank = Rank.SUPERINTENDENT) -> Asker:
        return self.asker(who, Role.AUTHORISING_OFFICER, rank=rank, team="command")

    def read(
        self, vrm: str = MARK, camera_id: CameraId = HIGH, *, ago=timedelta(hours=2), **other
    ) -> CaptureRecord:
        """Store a read."""
        rivals = (Candidate(vrm, 0.9), Candidate(vrm[:-1] + "F", 0.1))
        made = CaptureRecord(camera_id, self.now - ago, vrm, vrm, "current", 0.9, rivals, **other)
        self.world.reads.records.append(made)
        return made

    def traffic(self, camera_id: CameraId, count: int, *, ago=timedelta(hours=2)) -> None:
        """Store so many reads of other vehicles, a second apart."""
        for n in range(count):
            self.read(f"ZZ{n:05}", camera_id, ago=ago + timedelta(seconds=n))

    def logged(self) -> list[dict[str, Any]]:
        """Return all that the log holds, each with its act and all its fields, opened."""
        return [self._opened(index) for index in range(self.log.size)]

    def stages(self) -> list[str]:
        """Return the log as short words: the stage of what was consulted, or the act and what."""
        return [
            one.get("stage") or " ".join(filter(None, (one["act"], one.get("what") or one.get("refused"))))
            for one in self.logged()
        ]

    def _opened(self, index: int) -> dict[str, Any]:
        disclosed = self.log.disclose(index)
        entry = json.loads(disclosed.entry)
        opened = {one.name: one.value for one in disclosed.openings if isinstance(one, Opening)}
        return {"index": index, "act": entry["act"], "at": entry["at"], **entry["public"], **opened}


def camera(number: CameraId, name: str, place: Place, **other) -> RegisteredCamera:
    return RegisteredCamera(
        camera=number, name=name, area="", moving=False, place=place, added_by="x",
        added_at=NOW - 900 * DAY, **other,
    )  # fmt: skip


def span(days: float = 30, until: datetime = NOW) -> Span:
    return Span(until - days * DAY, until)


def asked(question=None, **other) -> Ask:
    """Return an ask that is allowed to an investigator, but for what is given."""
    told = {
        "question": question or OneVehicle(MARK, span()),
        "category": Category.VOLUME,
        "stance": Stance.REACTIVE,
        "reference": REFERENCE,
        "reason": REASON,
    }
    return Ask(**(told | other))


def grave(days: float = 500, **other) -> Ask:
    """Return an ask that needs a superintendent."""
    return asked(OneVehicle(MARK, span(days)), category=Category.SERIOUS, **other)


def urgent(**other) -> Ask:
    return grave(urgent=True, **other)


def ended(asker: Asker, **changes) -> Asker:
    return replace(asker, person=replace(asker.person, **changes))


def last_day() -> date:
    return NOW.date() + timedelta(days=100)


def at_place(where, days: float = 0.5) -> PlaceAndTime:
    return PlaceAndTime(where, span(days))
