"""People on a real store, with a clock that stands until it is moved and passwords that cost little."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pyotp
import pytest

from openanpr.audit.faults import CannotWriteError
from openanpr.core.role import Rank, Role
from openanpr.people import founding, grave_acts, present, register
from openanpr.people.account import Account, Post
from openanpr.people.desk import Actor, Desk
from openanpr.people.event import PeopleEvent, PeopleRefusedError
from openanpr.people.keys import PeopleKeys
from openanpr.people.passkey import Site
from openanpr.people.password import HashCost, Passwords
from openanpr.people.ports import PeopleStore
from openanpr.people.session import SessionRules
from openanpr.people.sign_in import Said, SignedIn, sign_in
from openanpr.people.training import TrainingRules

NOW = datetime(2026, 11, 29, 9, 0, tzinfo=UTC)
POST = Post(53, "Crime", "North")
SITE = Site("anpr.example", "https://anpr.example", "OpenANPR")
HOME = "10.1.2.3"
PASSWORD = "four random words do"
CHEAP = HashCost(memory_kib=64, passes=1, lanes=1)
ROOT = b"r" * 32


@dataclass(slots=True)
class Person:
    """A person with a password and an app, as they know themselves."""

    account: Account
    secret: str
    recovery: tuple[str, ...]

    @property
    def id(self) -> str:
        return self.account.account_id

    def code(self, at: datetime) -> str:
        return pyotp.TOTP(self.secret).at(at)


class KeptEvents:
    """A log in memory, which says what it was told and can be made to take nothing."""

    def __init__(self) -> None:
        self.told: list[PeopleEvent] = []
        self.failed: list[PeopleEvent] = []
        self.full = False
        self.refuses_from: int | None = None
        self.inside = 0

    def verify_able(self) -> None:
        if self.full:
            raise CannotWriteError("full")

    def tell(self, event: PeopleEvent) -> None:
        self.verify_able()
        if self.refuses_from is not None and len(self.told) >= self.refuses_from:
            raise CannotWriteError("full")
        self.told.append(event)

    @contextmanager
    def doing(self, *events: PeopleEvent) -> Iterator[None]:
        for one in events:
            self.tell(one)
        self.inside += 1
        try:
            yield
        except Exception:
            self.failed += events
            raise
        finally:
            self.inside -= 1


class Guarded:
    """A store that is changed only by an act whose event the log has."""

    def __init__(self, store: PeopleStore, log: KeptEvents) -> None:
        self._store, self._log = store, log

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._store, name)

        def guarded(*given: Any, **named: Any) -> Any:
            assert self._log.inside, f"{name} is called before the log was told"
            return found(*given, **named)

        return guarded if name in CHANGES else found


CHANGES = frozenset(
    """
    add add_with disable enable replace_recovery accept add_passkey remove_passkey put_link give withdraw
    record put_session follow end_family end_sessions put_service revoke_service propose decide declare
    withdraw_declared
    """.split()  # noqa: SIM905 - read more easily so
)
"""What changes who may do what. Not among them: counts of tries, and what is used up on the way in."""


@dataclass(slots=True)
class Scene:
    """A desk with its people."""

    store: PeopleStore
    now: datetime = NOW
    path: Path = Path()
    passwords: Passwords = field(default_factory=lambda: Passwords(CHEAP, os.urandom))
    log: KeptEvents = field(default_factory=KeptEvents)
    founders: list[Person] = field(default_factory=list)
    numbers: itertools.count = field(default_factory=lambda: itertools.count(1))

    @property
    def desk(self) -> Desk:
        return Desk(
            cast("PeopleStore", Guarded(self.store, self.log)),
            PeopleKeys.derive(ROOT),
            self.passwords,
            os.urandom,
            lambda: f"id-{next(self.numbers)}",
            SessionRules(),
            TrainingRules(),
            self.log,
        )

    def later(self, **spans: float) -> None:
        self.now += timedelta(**spans)

    def accept(self, token: str, password: str = PASSWORD) -> Person:
        """Use a link as its owner does."""
        shown = founding.look(self.desk, token, source=HOME, now=self.now)
        answer = founding.Answer(password, pyotp.TOTP(shown.app_text).at(self.now))
        done = founding.accept(self.desk, token, answer, source=HOME, now=self.now)
        self.later(seconds=30)  # that code is used
        return Person(done.value.account, shown.app_text, done.value.recovery)

    def founder(self, login: str = "ann") -> Person:
        made = founding.first_link(self.desk, newcomer(login), now=self.now)
        self.founders.append(self.accept(made.value.token))
        return self.founders[-1]

    def person(self, admin: Person, login: str) -> Person:
        made = register.add_person(self.desk, self.acting(admin), newcomer(login), now=self.now)
        return self.accept(made.value.token)

    def said(self, person: Person, **other: str) -> Said:
        told = {
            "login": person.account.login,
            "password": PASSWORD,
            "code": person.code(self.now),
            "source": HOME,
        }
        return Said(**(told | other))

    def sign_in(self, person: Person, **other: str) -> SignedIn:
        """Sign in with a code that was never used."""
        self.later(seconds=30)
        return sign_in(self.desk, self.said(person, **other), now=self.now).value

    def acting(self, person: Person, *, source: str = HOME) -> Actor:
        """The person signed in, acting with a fresh second factor."""
        token = self.sign_in(person, source=source).token
        found = present.present(self.desk, token, source=source, now=self.now)
        return present.actor(self.desk, found, source=source, now=self.now)

    def give(self, admin: Person, person: Person, role: Role, *, days: float = 365, starts_in: float = 0):
        """Give a role; where `admin` has added the person, another administrator gives it."""
        giver = admin if person.account.made_by != admin.id else self.other(admin)
        asked = self.asked(person, role, days=days, starts_in=starts_in)
        return register.give_role(self.desk, self.acting(giver), asked, now=self.now).value

    def other(self, admin: Person) -> Person:
        found = next((one for one in self.founders if one.id != admin.id), None)
        return self.founder("zoe") if found is None else found

    def asked(
        self, person: Person, role: Role, *, days: float = 365, starts_in: float = 0, rank: Rank | None = None
    ) -> register.RoleAsked:
        # The clock moves while somebody signs in to give it.
        starts = self.now + timedelta(minutes=5) + timedelta(days=starts_in)
        return register.RoleAsked(person.id, role, rank, starts, starts + timedelta(days=days), "a post")

    def train(self, admin: Person, person: Person, course: str = "anpr-user", *, days: int = 365) -> None:
        on = self.now.date()
        passed = register.Passed(person.id, course, on, on + timedelta(days=days))
        register.record_training(self.desk, self.acting(admin), passed, now=self.now)

    def grave(self, first: Person, second: Person, act, person: Person) -> grave_acts.Carried:
        proposal = grave_acts.propose(
            self.desk, self.acting(first), act, person.id, "lost phone", now=self.now
        ).value
        return grave_acts.approve(self.desk, self.acting(second), proposal.proposal_id, now=self.now).value


def newcomer(login: str) -> founding.Newcomer:
    return founding.Newcomer(login, login.title(), POST)


def refused(deed, *given, **named) -> PeopleEvent:
    """The event of an act that must be refused."""
    with pytest.raises(PeopleRefusedError) as caught:
        deed(*given, **named)
    assert caught.value.event.refused is not None
    return caught.value.event
