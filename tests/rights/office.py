"""A desk that answers people: governed search, a real log, the shipped rules, real databases."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from openanpr.core.role import Role
from openanpr.core.voi_list import ListKind, VoiList
from openanpr.policy.ask import Act, Request
from openanpr.policy.decide import Outcome, decide
from openanpr.rights.answer_ports import CaseSeen, Raised
from openanpr.rights.challenge import Challenge, ChallengeStep
from openanpr.rights.challenge_desk import ChallengeDesk, Done
from openanpr.rights.disclosure_register import Register, log_digest
from openanpr.rights.subject_access import (
    AccessTaken,
    Decision,
    Entitlement,
    Exemption,
    SubjectAccess,
    Verdict,
)
from openanpr.rights.subject_access_desk import Asked, Proof, SubjectAccessDesk
from openanpr.rights.subject_access_pack import PackMaker
from openanpr.run.node.answering import FitPictures, OpenListsOf
from openanpr.run.node.logged_answers import LoggedFiles
from openanpr.store.control.answer_store import ACCESS, CHALLENGE, AnswerStore
from openanpr.store.control.engine import open_database
from openanpr.store.control.list_store import ListStore
from openanpr.store.control.migrate import migrate
from tests.search.scene import MARK, NOW, Scene

CASE, ACCESS_CASE = "7KM3-F9PX", "8KM3-F9PX"
TODAY = NOW.date()
LIST = VoiList(
    "stolen", "DS Lee", "find stolen cars", "s.163", ListKind.CRIME, timedelta(days=1), frozenset({"devices"})
)
TELL = Decision(Verdict.TELL)
HOLD = Decision(Verdict.WITHHOLD, Exemption.CRIME, "it would tell of an operation that still runs")
IN_PART = Decision(Verdict.IN_PART, Exemption.OTHERS, "the area would tell where somebody else lives")


class CasesHere:
    """Tracked cases: one of each kind, and the replies that were recorded on them."""

    def __init__(self) -> None:
        self.closed: set[str] = set()
        self.replies: list[tuple[str, str]] = []

    def seen(self, reference: str) -> CaseSeen | None:
        kinds = {CASE: "challenge", ACCESS_CASE: "access"}
        if reference not in kinds:
            return None
        return CaseSeen(reference, kinds[reference], reference not in self.closed, date(2026, 12, 20))

    def verify_reply(self, reference: str) -> None:
        assert self.seen(reference) is not None

    def reply(self, reference: str, text: str, by: str, at: datetime) -> None:
        self.replies.append((reference, text))


@dataclass
class Alerts:
    """The open alerts that there are."""

    there: list[Raised] = field(default_factory=list)

    def raised(self, mark: str, *, since: datetime, until: datetime) -> tuple[Raised, ...]:
        return tuple(one for one in self.there if mark in {*one.read_as, *one.listed_as})


@dataclass
class Finding:
    """Governed search, and how often a vehicle was searched for."""

    scene: Scene
    searches: int = 3

    def for_subject(self, asked, by) -> Any:
        return self.scene.desk.for_subject(asked, by)

    def searches_of(self, mark: str, *, since: datetime, until: datetime) -> int:
        return self.searches


class Office:
    """Everything in one folder."""

    def __init__(self, folder: Path) -> None:
        self.scene = Scene(folder)
        self.engine = open_database(f"sqlite:///{folder / 'control.db'}")
        migrate(self.engine)
        self.store, self.lists = AnswerStore(self.engine, self.engine), ListStore(self.engine)
        self.lists.define(LIST)
        self.cases, self.alerts, self.finding = CasesHere(), Alerts(), Finding(self.scene)
        numbers = itertools.count(1)
        log = self.scene.log
        both: dict[str, Any] = {
            "cases": self.cases,
            "alerts": self.alerts,
            "lists": OpenListsOf(self.lists, self.store),
            "trail": log,
            "fresh_id": lambda: f"f{next(numbers)}",
        }
        self.challenges = ChallengeDesk(
            files=LoggedFiles[Challenge, ChallengeStep](self.store.challenges, CHALLENGE, log),
            answer_days=14,
            confirm_for=timedelta(hours=48),
            **both,
        )
        self.access = SubjectAccessDesk(
            files=LoggedFiles[SubjectAccess, AccessTaken](self.store.access, ACCESS, log),
            reads=self.finding,
            packs=self.store.packs,
            makes_pack=PackMaker(self.scene.world, FitPictures()),
            **both,
        )
        self.register = Register(log, log_digest(str(log.key)), self.store.register, lambda: self.scene.now)
        self.ida = self.scene.asker("ida", Role.INFORMATION_RIGHTS_OFFICER, team="information")

    def done(self, by: str = "ida", why: str = "") -> Done:
        return Done(by, self.scene.now, why)

    def opened(self, *marks: str, days: int = 400) -> SubjectAccess:
        asked = Asked(marks or (MARK,), TODAY - timedelta(days=days), TODAY)
        proof = Proof(Entitlement.KEEPER, "passport and V5C, seen by ida")
        return self.access.open(ACCESS_CASE, asked, proof, self.done())

    def found(self, *marks: str) -> SubjectAccess:
        return self.access.look(self.opened(*marks).access_id, self.ida, self.done())

    def allows(self, act: Act, *roles: Role) -> bool:
        who = self.scene.asker("x", *roles).person
        in_force = self.scene.parts.book()
        request = Request(act, TODAY, who)
        return decide(request, rules=in_force.rules, profile=in_force.profile).outcome is Outcome.ALLOWED

    def close(self) -> None:
        self.engine.dispose()
        self.scene.log.close()


def jpeg(width: int = 320, height: int = 200) -> bytes:
    """A picture full of detail, the same each time."""
    noise = np.random.default_rng(7).integers(0, 255, (height, width, 3), dtype=np.uint8)
    return cv2.imencode(".jpg", noise, [cv2.IMWRITE_JPEG_QUALITY, 95])[1].tobytes()
