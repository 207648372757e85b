"""People: who is here and what they may do. What keeps duties apart is the desk's of people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from msgspec import Struct

from openanpr.core.role import Rank, Role
from openanpr.policy.ask import Act
from openanpr.web.pages.inside import Inside, Question
from openanpr.web.pages.look import words
from openanpr.web.pages.route import Answer, PageRoute, Shown, Visit, page

PEOPLE: Final = "/administration/people"
DONE: Final = {
    "role-given": "The role was given.",
    "role-withdrawn": "The role was withdrawn.",
    "proposed": "It was proposed. Another administrator approves or refuses it.",
    "trained": "The training was recorded.",
    "disabled": "The account is disabled, and its sessions have ended.",
    "sessions-ended": "The sessions have ended.",
    "approved": "It was approved, and holds from now on.",
    "refused": "It was refused.",
}


class Ended(Struct, frozen=True):
    """That something was ended."""

    at: datetime
    by: str
    why: str


class PersonTold(Struct, frozen=True):
    """One person in the list of all."""

    account: str
    login: str
    name: str
    force: int
    unit: str
    team: str
    roles: list[Role]
    rank: Rank | None
    untrained: list[Role]
    disabled: Ended | None


class GrantTold(Struct, frozen=True):
    """One role that a person was given."""

    grant: str
    role: Role
    rank: Rank | None
    starts_at: datetime
    ends_at: datetime
    why: str
    withdrawn: Ended | None

    def stands(self, now: datetime) -> bool:
        """Whether it counts now or will, so that it can be withdrawn."""
        return self.withdrawn is None and now < self.ends_at


class TrainingTold(Struct, frozen=True):
    """One course that a person passed."""

    course: str
    passed_on: date
    expires_on: date


class WholePerson(PersonTold, frozen=True, kw_only=True):
    """One person, whole."""

    made_at: datetime
    credentials: bool
    passkeys: int
    grants: list[GrantTold]
    training: list[TrainingTold]


class SessionTold(Struct, frozen=True):
    """One session that is open."""

    session: str
    login: str
    way: str
    began_at: datetime
    seen_at: datetime
    ends_at: datetime
    source: str


class ProposalTold(Struct, frozen=True):
    """One grave act that waits for another administrator."""

    proposal: str
    act: str
    login: str
    role: Role | None
    rank: Rank | None
    proposed_by: str
    ends_at: datetime
    why: str

    @property
    def what(self) -> str:
        """What it would do, in words."""
        if self.role is None:
            return words(self.act)
        rank = f", {words(self.rank).lower()}" if self.rank not in (None, Rank.NONE) else ""
        return f"Give the role {words(self.role).lower()}{rank}"


@dataclass(frozen=True, slots=True)
class PeoplePages:
    """What the pages of people need."""

    inside: Inside


def people_pages(of: PeoplePages) -> list[PageRoute]:
    """Return the pages that show people; what is done to them stands in `people_acts`."""
    may = Act.MANAGE_PEOPLE
    return [
        page(PEOPLE, may, lambda visit: _list(of, visit), asks=("done", "show")),
        page(f"{PEOPLE}/{{account}}", may, lambda visit: _one(of, visit), asks=("done",)),
        page("/administration/proposals", may, lambda visit: _proposals(of, visit), asks=("done",)),
    ]


def all_people(inside: Inside, visit: Visit) -> list[PersonTold]:
    """Return everybody, by name."""
    found = inside.ask(visit, Question("GET", "/people"), list[PersonTold])
    return sorted(found, key=lambda one: one.name.casefold())


def person_at(inside: Inside, visit: Visit) -> PersonTold:
    """Return whom the address names; raises LookupError."""
    wanted = visit.place("account")
    found = next((one for one in all_people(inside, visit) if one.account == wanted), None)
    if found is None:
        raise LookupError("there is no account of this id")
    return found


def proposals(inside: Inside, visit: Visit) -> list[ProposalTold]:
    """Return the grave acts that wait."""
    return inside.ask(visit, Question("GET", "/people/proposals"), list[ProposalTold])


def _list(of: PeoplePages, visit: Visit) -> Answer:
    people, show = all_people(of.inside, visit), visit.asked.query.get("show", "able")
    shown = {
        "able": [one for one in people if one.disabled is None],
        "disabled": [one for one in people if one.disabled is not None],
        "no-role": [one for one in people if one.disabled is None and not one.roles],
    }
    values = {
        "people": shown.get(show, shown["able"]),
        "show": show if show in shown else "able",
        "counts": {name: len(found) for name, found in shown.items()},
        "waiting": len(proposals(of.inside, visit)),
        "done": told(visit),
        "section": "/administration",
    }
    return Shown("administration/people.html", values)


def _one(of: PeoplePages, visit: Visit) -> Answer:
    inside, login = of.inside, person_at(of.inside, visit).login
    whole = inside.ask(visit, Question("GET", "/people/accounts/{login}", {"login": login}), WholePerson)
    sessions = inside.ask(visit, Question("GET", "/people/sessions"), list[SessionTold])
    now = visit.asked.now
    values = {
        "person": whole,
        "standing": [one for one in whole.grants if one.stands(now)],
        "past": [one for one in whole.grants if not one.stands(now)],
        "sessions": [one for one in sessions if one.login == login],
        "proposals": [one for one in proposals(inside, visit) if one.login == login],
        "today": now.astimezone(UTC).date(),
        "own": visit.person.account_id == whole.account,
        "done": told(visit),
        "section": "/administration",
    }
    return Shown("administration/person.html", values)


def _proposals(of: PeoplePages, visit: Visit) -> Answer:
    names = {one.login: one for one in all_people(of.inside, visit)}
    own = visit.person.present.standing.account.login
    values = {
        "proposals": proposals(of.inside, visit),
        "names": names,
        "own": own,
        "done": told(visit),
        "section": "/administration",
    }
    return Shown("administration/proposals.html", values)


def told(visit: Visit) -> str:
    """Return what was done just before, "" where nothing was."""
    return DONE.get(visit.asked.query.get("done", ""), "")
