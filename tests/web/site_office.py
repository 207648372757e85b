"""Sites over the socket's routes, real but for the network: stores in a SQLite file, rules, admissions."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from openanpr.audit.acts import Event
from openanpr.core.camera import CameraId
from openanpr.core.registered_camera import RegisteredCamera
from openanpr.core.role import Rank, Role
from openanpr.policy.access_rules import shipped_rules
from openanpr.policy.ask import HeldRole, Person
from openanpr.policy.profile import load_profile
from openanpr.run.node.admitting import Admitting
from openanpr.run.node.logged_sites import LoggedSites
from openanpr.sites.contribution import Counted
from openanpr.sites.desk import SiteDesk
from openanpr.sites.duplication import Shared
from openanpr.store.control.camera_tests import CameraTests
from openanpr.store.control.cameras import CameraRegister, camera_mirror
from openanpr.store.control.engine import open_database
from openanpr.store.control.migrate import migrate
from openanpr.store.control.site_store import SiteStore
from openanpr.web.judging import Judge
from openanpr.web.local.acts import Acting
from openanpr.web.local.app import local_app
from openanpr.web.local.gate import PeopleGate, Proved
from openanpr.web.local.sites import SiteRoutes, site_routes
from tests.audit.kept_log import KeptLog
from tests.sites.scene import CAMERA, DAY, HERE, NEAR_BY, NOW, NUMBERS, OTHER, registered, scored

WHOLE = """
title = "A bridge without a reader"
form = "fixed"
area = "north"
need = "burglars come over it by car"
assessment = "a third of all burglaries lie beyond it"
doing_nothing = "they go on"
local_views = "the parish asked for it"
wider_views = "a club of drivers was against it"
duplication = "the one near by looks at the other road"

[[cameras]]
camera = "53/1/7"
lat = 51.8642
lon = -2.2382
looks = "the western end, by the third tree"

[[claims]]
ground = "local-crime"
[[claims.evidence]]
what = "burglaries of a year"
reference = "CR/2026/7"
on = 2026-09-01
by = "analyst 12"

[[alternatives]]
than = "less"
what = "a patrol on Friday nights"
why_not = "was tried, found two"

[[alternatives]]
than = "more"
what = "readers on all six bridges"
why_not = "five of them are not used so"

[[expected]]
measure = "outcomes"
at_least = 20
why = "two in three of the burglaries by car"

[dpia]
reference = "DPIA/7"
on = 2026-10-01
by = "officer for data protection"
risks = "who lives beyond it is seen daily"

[[consulted]]
who = "the parish"
on = 2026-10-02
said = "they want it"
answered = "they were told how it works"
"""
PLACE_WORDS = ("51.864", "-2.238", "third tree")
"""What of WHOLE tells where the camera stands."""


def someone(name: str, role: Role, rank: Rank = Rank.NONE, team: str = "anpr") -> Person:
    """A person whose account's id is `id of` the name."""
    return Person(f"id of {name}", (HeldRole(role),), rank, date(2031, 1, 1), team)


PEOPLE = {
    "max": someone("max", Role.ANPR_MANAGER),
    "mia": someone("mia", Role.ANPR_MANAGER),
    "sue": someone("sue", Role.AUTHORISING_OFFICER, Rank.SUPERINTENDENT, "command"),
    "sid": someone("sid", Role.AUTHORISING_OFFICER, Rank.SUPERINTENDENT, "command"),
    "ian": someone("ian", Role.AUTHORISING_OFFICER, Rank.INSPECTOR, "command"),
    "aud": someone("aud", Role.AUDITOR, team="standards"),
    "ivy": someone("ivy", Role.INVESTIGATOR, team="crime"),
    "adam": someone("adam", Role.ADMINISTRATOR, team="it"),
}


class _Gate(PeopleGate):
    """The gate of a node with people, whose sessions are their names."""

    founded = True

    def _admitted(self, guard, token, shown) -> Proved | None:
        if not token:
            return None
        person = PEOPLE[token]
        roles = self._judged(guard, person, None)
        return Proved(token, person.team, person, self.judge, roles)


class Office:
    """The routes of sites with what stands behind them; `who` asks, "": names are claims."""

    def __init__(self, folder: Path) -> None:
        self.engine = open_database(f"sqlite:///{folder / 'control.db'}")
        migrate(self.engine)
        self.now: datetime = NOW
        self.who = "max"
        self.log = KeptLog()
        self.register = CameraRegister(self.engine, camera_mirror(self.engine))
        self.register.put([registered(CAMERA, HERE), registered(OTHER, NEAR_BY)])
        self.tests = CameraTests(self.engine)
        self.sites = SiteStore(self.engine)
        self.admitting = Admitting(self.sites, self.register, NUMBERS, self.clock)
        numbers = iter(range(1, 10**6))
        self.desk = SiteDesk(
            sites=LoggedSites(self.sites, self.log, self.admitting.look_again),
            register=self.register,
            tests=self.tests,
            traffic=self,
            contributions=self,
            numbers=NUMBERS,
            fresh_id=lambda: f"{next(numbers):012x}",
        )
        judge = Judge(shipped_rules(), load_profile("nadc-2018"), self.clock, self.log)
        gate = _Gate(None, judge, self.clock, {role: frozenset() for role in Role})
        routes = site_routes(SiteRoutes(self.desk, self.admitting, self.clock))
        self.app = local_app(routes, Acting(self.log, self.clock), gate)

    def clock(self) -> datetime:
        return self.now

    def shared(self, pairs, *, since, within):
        return {pair: Shared(200, 30) for pair in pairs}

    def counted(self, cameras, *, since, until) -> Counted:
        days = (until - since) // DAY
        return Counted(reads=9000, hits=70, outcomes=21, arrests=3, seizures=2, days=days)

    def put(self, camera: CameraId, place=HERE, **more) -> RegisteredCamera:
        one = registered(camera, place, **more)
        self.register.put([one])
        return one

    def keep_test(self, camera: CameraId = CAMERA, found: int = 1000) -> None:
        test = scored(camera, self.now, found)
        digest = f"{self.now.timestamp():064.0f}"
        self.tests.keep(replace(test, score=replace(test.score, digest=digest)))

    def request(self, method: str, path: str, form: Any = None, *, who: str | None = None) -> httpx.Response:
        token = self.who if who is None else who

        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            headers = {"authorization": f"Bearer {token}"} if token else {}
            async with httpx.AsyncClient(
                transport=transport, base_url="http://node.local", headers=headers
            ) as client:
                return await client.request(method, path, json=form if method == "POST" else None)

        return asyncio.run(asked())

    def get(self, path: str, *, who: str | None = None) -> Any:
        answer = self.request("GET", path, who=who)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, form: Any = None, *, who: str | None = None) -> Any:
        name = self.who if who is None else who
        answer = self.request("POST", path, {"by": name or "ann", **(form or {})}, who=who)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refused(self, method: str, path: str, form: Any = None, *, who: str | None = None) -> tuple[int, str]:
        name = self.who if who is None else who
        said = None if method == "GET" else {"by": name or "ann", **(form or {})}
        answer = self.request(method, path, said, who=who)
        assert answer.status_code >= 400, answer.text
        return answer.status_code, answer.json()["message"]

    def submitted(self, case: str = WHOLE, *, who: str = "max") -> str:
        site = str(self.post("/sites", {"case": case}, who=who)["site"])
        self.post(f"/sites/{site}/check", who=who)
        self.post(f"/sites/{site}/submit", who=who)
        return site

    def standing(self, case: str = WHOLE) -> str:
        """A site that stands from now on, authorised by sue."""
        site = self.submitted(case)
        self.post(f"/sites/{site}/authorise", who="sue")
        self.post(f"/sites/{site}/installed", {"on": f"{self.now:%Y-%m-%d}"})
        self.keep_test()
        self.post(f"/sites/{site}/commission")
        return site

    def events(self, act: str) -> list[Event]:
        return [one for one in self.log.events if one.act == act]


LATER = timedelta(minutes=1)
