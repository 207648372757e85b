"""Searches through the door: people on a real store, a real audit log, the shipped rules; reads in memory."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from openanpr.core.role import Rank, Role
from openanpr.people import grave_acts
from openanpr.run.node.searching import PeopleNow
from openanpr.search.desk import SearchDesk
from openanpr.web.api.cases import case_routes
from openanpr.web.api.searches import SearchRoutes, search_routes
from tests.people.scene import Person
from tests.people.scene import Scene as People
from tests.search.scene import REASON, REFERENCE
from tests.search.scene import Scene as Searches
from tests.web_api.scene import DoorScene

COURSES = {Role.AUTHORISING_OFFICER: "anpr-authoriser", Role.AUDITOR: "anpr-auditor"}


@dataclass(slots=True)
class SearchScene:
    """The door with searches behind it."""

    door: DoorScene
    searches: Searches

    @classmethod
    def make(cls, people: People, line: Any, folder: Path) -> SearchScene:
        searches = Searches(folder)

        world = replace(searches.parts.world, persons=PeopleNow(people.desk, lambda: people.now))
        parts = replace(searches.parts, world=world, clock=lambda: people.now)
        of = SearchRoutes(people.desk, SearchDesk(parts))
        return cls(DoorScene(people, line, more=(*search_routes(of), *case_routes(of))), searches)

    def person(self, login: str, *roles: Role, rank: Rank | None = None) -> Person:
        """Add a person with these roles and their training."""
        people = self.door.people
        ann = people.founders[0] if people.founders else people.founder("ann")
        one = people.person(ann, login)
        for role in roles:
            if role is Role.AUTHORISING_OFFICER:
                asked = people.asked(one, role, rank=rank)
                zoe = people.other(ann)
                made = grave_acts.propose_role(people.desk, people.acting(zoe), asked, now=people.now)
                grave_acts.approve(people.desk, people.acting(ann), made.value.proposal_id, now=people.now)
            else:
                people.give(ann, one, role)
            people.train(ann, one, COURSES.get(role, "anpr-user"))
        people.later(minutes=10)
        return one

    def ask(self, who: dict[str, str], path: str, form: Any = None, **more: Any) -> httpx.Response:
        return self.door.ask("POST", f"/api{path}", form, headers=who, **more)

    def get(self, who: dict[str, str], path: str) -> httpx.Response:
        return self.door.ask("GET", f"/api{path}", headers=who)

    def times(self, days: float = 30) -> dict[str, str]:
        now = self.door.people.now
        return {"since": (now - timedelta(days=days)).isoformat(), "until": now.isoformat()}

    def form(self, question: dict[str, Any] | None = None, **other: Any) -> dict[str, Any]:
        told = {
            "question": question or {"kind": "one-vehicle", "mark": "ab12 cde", **self.times()},
            "category": "priority-and-volume",
            "stance": "reactive",
            "reference": REFERENCE,
            "reason": REASON,
        }
        return told | other
