"""Who asks over the socket: claimed names until the node has two administrators, proved ones from then on.

The socket's owner stays who they are for the machine itself: how it does, its backup, the first links. For
all else a name counts only with a session behind it, and the act is judged by the policy.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, auto
from typing import Protocol, TypeAlias

from openanpr.core.role import Role
from openanpr.core.voi_list import VoiList
from openanpr.people.desk import Desk
from openanpr.people.founding import FOUNDERS
from openanpr.people.present import Present, present, still_present
from openanpr.people.proof import SOCKET
from openanpr.policy.ask import Account, Act, AskedCase, AskedSite, Guarded, Person
from openanpr.sites.case import TEAM
from openanpr.web.judging import Judge, NotAllowedError, policy_person

_log = logging.getLogger("openanpr.web")


class Own(StrEnum):
    """What needs no session on the socket."""

    MACHINE = auto()  # the machine owner's own: how it does, backup, settings, metrics, first links
    CODE = auto()  # acts on people, which bring a name with a code that proves it
    CASES = auto()  # what is done through a case once people sign in, and over the socket no more


Guard: TypeAlias = Act | Own


class Shown(Protocol):
    """Who shows a token; raises PeopleRefusedError."""

    def __call__(self, desk: Desk, /, token: str, *, source: str, now: datetime) -> Present:
        """Return them."""
        ...


class NotProvedError(Exception):
    """Nobody has proved who they are; the sentence says how."""

    def __init__(self) -> None:
        super().__init__("this node knows its people: sign in first, by 'openanpr sign-in'")


@dataclass(frozen=True, slots=True)
class Proved:
    """Whoever asks, proved by a session. `alert_roles`: the names under which alerts reach them."""

    login: str
    team: str
    person: Person
    judge: Judge
    alert_roles: frozenset[str]

    def verify_name(self, said: str) -> None:
        """Raise NotAllowedError where somebody else's name is said."""
        if said and said != self.login:
            raise NotAllowedError("another name was given than the one that is signed in: leave it out")

    def may_know_of(self, one: VoiList) -> bool:
        """Whether somebody may know that a list is there: of a covert one those alone whom it names."""
        return not one.covert_of or self.is_named(one.seen_by)

    def is_named(self, names: Collection[str]) -> bool:
        """Whether they are among these people and teams."""
        return not {self.login, self.team}.isdisjoint(names)

    def named_among(self, logins: Collection[str]) -> frozenset[str]:
        """Return people by their sign-in names as the policy knows them: whoever asks by the own id."""
        return frozenset(self.person.id if one == self.login else f"of the name {one}" for one in logins)

    def verify_decides(self, workers: Collection[str]) -> None:
        """Raise NotAllowedError unless this person may decide upon what `workers` wrote for a site."""
        rank = self.judge.profile.sites.authorise_rank.value
        self.judge.verify_decides(self.person, AskedSite(self.named_among(workers), rank))

    def may_decide(self, workers: Collection[str]) -> bool:
        """Whether this person may decide upon what `workers` wrote: for what to show, never to refuse by."""
        rank = self.judge.profile.sites.authorise_rank.value
        return self.judge.allows_deciding(self.person, AskedSite(self.named_among(workers), rank))

    def may_know_of_site(self, named: Collection[str]) -> bool:
        """Whether somebody may know of a confidential site for which these are named, people or teams."""
        return f"{TEAM}{self.team}" in named or self.may_see_places_of(named)

    def may_see_places_of(self, named: Collection[str]) -> bool:
        """Whether somebody may see where cameras of a confidential site stand: no team is enough for it."""
        guarded = Guarded(hidden=True, named=self.named_among(named))
        return self.login in named or self.judge.allows(Act.SEE_SITE_PLACE, self.person, guarded=guarded)

    def verify_approves(self, proposer: str) -> None:
        """Raise NotAllowedError unless this person may approve what `proposer`, a sign-in name, asked for."""
        self.judge.verify(Act.APPROVE_LIST_CHANGE, self.person, account=self._account(proposer))

    def verify_signs(self, assessors: Collection[str]) -> None:
        """Raise NotAllowedError unless this person may sign what these, by their sign-in names, wrote."""
        for assessor in sorted(assessors):
            self.judge.verify(Act.SIGN_ASSESSMENT, self.person, account=self._account(assessor))

    def may_see_case(self, owner: Role, people: Collection[str], teams: Collection[str]) -> bool:
        """Whether somebody may see a case of the public: its owner, and nobody that it is about."""
        return self.judge.allows(Act.SEE_RIGHTS, self.person, rights=self._case(owner, people, teams))

    def verify_works_on(self, owner: Role, people: Collection[str], teams: Collection[str]) -> None:
        """Raise NotAllowedError unless this person may work on a case of the public."""
        self.judge.verify(Act.WORK_RIGHTS, self.person, rights=self._case(owner, people, teams))

    def _case(self, owner: Role, people: Collection[str], teams: Collection[str]) -> AskedCase:
        return AskedCase(owner, self.named_among(people), frozenset(teams))

    def _account(self, login: str) -> Account:
        """The account of a sign-in name, as far as the rules need it: whether it is this person's."""
        return Account(self.person.id if login == self.login else f"of the name {login}")


class Gate(Protocol):
    """Lets a question in or refuses it."""

    def admit(self, guard: Guard, token: str) -> Proved | None:
        """Return who asks; None where names are claims, or no name is needed.

        Raises NotProvedError, NotAllowedError, PeopleRefusedError.
        """
        ...

    def still_admits(self, guard: Guard, token: str) -> Proved | None:
        """Return who listens, as `admit` does; it keeps no session from idling."""
        ...


class PeopleGate:
    """The gate of a node with people. Safe to share between threads."""

    def __init__(
        self,
        desk: Desk,
        judge: Judge,
        clock: Callable[[], datetime],
        alert_roles: Mapping[Role, frozenset[str]],
    ) -> None:
        self._desk, self.judge, self._clock, self._alert_roles = desk, judge, clock, alert_roles
        self._founded = False

    @property
    def founded(self) -> bool:
        """Whether names are proved: from the moment two administrators could sign in, and never less again.

        Else whoever disables one of the two would make names claims again.
        """
        if not self._founded:
            store = self._desk.store
            made = {one.account_id for one in store.every_grant() if one.role is Role.ADMINISTRATOR}
            able = [one for one in made if store.credentials(one) is not None]
            self._founded = len(able) >= FOUNDERS
        return self._founded

    def admit(self, guard: Guard, token: str) -> Proved | None:
        """Return who asks, as `Gate.admit` says."""
        return self._admitted(guard, token, present)

    def still_admits(self, guard: Guard, token: str) -> Proved | None:
        """Return who listens, as `Gate.still_admits` says."""
        return self._admitted(guard, token, still_present)

    def _admitted(self, guard: Guard, token: str, shown: Shown) -> Proved | None:
        if guard in {Own.MACHINE, Own.CODE}:
            return None
        if not self.founded:
            _log.info("asked over the socket under a name that nobody has proved")
            return None
        if isinstance(guard, Own):
            raise NotAllowedError("reads are held through a case from now on: see 'openanpr cases hold'")
        if not token:
            raise NotProvedError
        return self.prove(guard, shown(self._desk, token, source=SOCKET, now=self._clock()))

    def prove(self, guard: Act, found: Present) -> Proved:
        """Return whoever is signed in, where the policy lets them; raises NotAllowedError."""
        now = self._clock()
        account = found.standing.account
        records = self._desk.store.trainings_of(account.account_id)
        person = policy_person(found.standing, records, now=now)
        roles = self._judged(guard, person, found)
        return Proved(account.login, account.post.team, person, self.judge, roles)

    def _judged(self, act: Act, person: Person, found: Present) -> frozenset[str]:
        """Judge an act as far as it is known yet; return under which names alerts reach the person."""
        match act:
            case Act.ANSWER_ALERT:
                return self._answering(person, found)
            case Act.APPROVE_LIST_CHANGE | Act.MANAGE_PEOPLE | Act.SIGN_ASSESSMENT:
                # Whose change, account or writing it is, is judged where that is known.
                self.judge.verify(act, person, account=Account("another"))
            case Act.AUTHORISE_SITE:
                # Whose case it is, and what rank it needs, is judged where that is known.
                self.judge.verify_decides(person, AskedSite(frozenset({f"not {person.id}"})))
            case Act.SEE_RIGHTS | Act.WORK_RIGHTS:
                # Whose duty a case is, and whom it is about, is judged where the case is known.
                held = (one.role for one in person.roles if one.role in self.judge.rules.of_act[act].roles)
                self.judge.verify(act, person, rights=AskedCase(next(held, Role.INFORMATION_RIGHTS_OFFICER)))
            case Act.SEE_PLACE | Act.SEE_SITE_PLACE:
                # Which places are confidential is asked where they are told.
                self.judge.verify(act, person, guarded=Guarded(hidden=False))
            case _:
                self.judge.verify(act, person)
        return frozenset()

    def _answering(self, person: Person, found: Present) -> frozenset[str]:
        """Whoever has the role answers all alerts; anybody else those of covert entries that name them."""
        if not self.judge.allows(Act.ANSWER_ALERT, person, guarded=Guarded(hidden=False)):
            named = Guarded(hidden=True, named=frozenset({person.id}))
            self.judge.verify(Act.ANSWER_ALERT, person, guarded=named)
            return frozenset()
        return frozenset(name for role in found.standing.roles for name in self._alert_roles[role])
