"""Who asks over the socket: claimed names until the node has two administrators, proved ones from then on.

The socket's owner stays who they are for the machine itself: how it does, its backup, the first links. For
all else a name counts only with a session behind it, and the act is judged by the policy.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, auto
from typing import Protocol, TypeAlias

from openanpr.core.role import Role
from openanpr.core.voi_entry import VoiEntry
from openanpr.people.desk import Desk
from openanpr.people.founding import FOUNDERS
from openanpr.people.present import Present, present
from openanpr.people.proof import SOCKET
from openanpr.policy.ask import Account, Act, Guarded, Person
from openanpr.web.judging import Judge, NotAllowedError, policy_person

_log = logging.getLogger("openanpr.web")


class Own(StrEnum):
    """What needs no session on the socket."""

    MACHINE = auto()  # the machine owner's own: how it does, backup, settings, metrics, first links
    CODE = auto()  # acts on people, which bring a name with a code that proves it
    CASES = auto()  # what is done through a case once people sign in, and over the socket no more


Guard: TypeAlias = Act | Own


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

    def may_see(self, entry: VoiEntry | None) -> bool:
        """Whether an entry may be shown: a covert one only to those whom it names."""
        return entry is None or not entry.covert or not {self.login, self.team}.isdisjoint(entry.seen_by)

    def verify_approves(self, proposer: str) -> None:
        """Raise NotAllowedError unless this person may approve what `proposer`, a sign-in name, asked for."""
        who = self.person.id if proposer == self.login else f"of the name {proposer}"
        self.judge.verify(Act.APPROVE_LIST_CHANGE, self.person, account=Account(who))


class Gate(Protocol):
    """Lets a question in or refuses it."""

    def admit(self, guard: Guard, token: str) -> Proved | None:
        """Return who asks; None where names are claims, or no name is needed.

        Raises NotProvedError, NotAllowedError, PeopleRefusedError.
        """
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
        self._desk, self._judge, self._clock, self._alert_roles = desk, judge, clock, alert_roles
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
        if guard in {Own.MACHINE, Own.CODE}:
            return None
        if not self.founded:
            _log.info("asked over the socket under a name that nobody has proved")
            return None
        if guard is Own.CASES:
            raise NotAllowedError("reads are held through a case from now on: see 'openanpr cases hold'")
        if not token:
            raise NotProvedError
        now = self._clock()
        found = present(self._desk, token, source=SOCKET, now=now)
        account = found.standing.account
        records = self._desk.store.trainings_of(account.account_id)
        person = policy_person(found.standing, records, now=now)
        roles = self._judged(Act(guard), person, found)
        return Proved(account.login, account.post.team, person, self._judge, roles)

    def _judged(self, act: Act, person: Person, found: Present) -> frozenset[str]:
        """Judge an act as far as it is known yet; return under which names alerts reach the person."""
        match act:
            case Act.ANSWER_ALERT:
                return self._answering(person, found)
            case Act.APPROVE_LIST_CHANGE | Act.MANAGE_PEOPLE:
                # Whose change or account it is, is judged where that is known.
                self._judge.verify(act, person, account=Account("another"))
            case _:
                self._judge.verify(act, person)
        return frozenset()

    def _answering(self, person: Person, found: Present) -> frozenset[str]:
        """Whoever has the role answers all alerts; anybody else those of covert entries that name them."""
        try:
            self._judge.verify(Act.ANSWER_ALERT, person, guarded=Guarded(hidden=False))
        except NotAllowedError:
            named = Guarded(hidden=True, named=frozenset({person.id}))
            self._judge.verify(Act.ANSWER_ALERT, person, guarded=named)
            return frozenset()
        return frozenset(name for role in found.standing.roles for name in self._alert_roles[role])
