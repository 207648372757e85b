"""What people need of a store: small ports, each on disk when it returns; of two at once, one wins."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from openanpr.people.account import Account, Ended
from openanpr.people.declared import Declared
from openanpr.people.event import PeopleEvent
from openanpr.people.link import Link
from openanpr.people.passkey import Passkey
from openanpr.people.proposal import Decision, Proposal
from openanpr.people.roles import Grant
from openanpr.people.service import Service
from openanpr.people.session import Session
from openanpr.people.slow_down import Slowing
from openanpr.people.totp import App
from openanpr.people.training import Training


class LoginTakenError(ValueError):
    """Another account has the sign-in name."""

    def __init__(self) -> None:
        super().__init__("another account has this sign-in name: choose another")


@dataclass(frozen=True, slots=True)
class Credentials:
    """What an account signs in with, beside its passkeys: the password's hash, and an app."""

    password: str = field(repr=False)
    app: App


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What using a link leaves: the link used up, and these in place of all that the account had."""

    link_id: str
    account_id: str
    credentials: Credentials
    recovery: tuple[bytes, ...] = field(repr=False)
    at: datetime


@dataclass(frozen=True, slots=True)
class Challenge:
    """Something asked of a browser once, found by `digest`; `account_id` is empty where nobody is known."""

    digest: bytes = field(repr=False)
    use: str
    account_id: str
    sealed: bytes = field(repr=False)
    ends_at: datetime


class EventLog(Protocol):
    """The audit log, as acts about people know it."""

    def verify_able(self) -> None:
        """Raise where nothing can be told now: then nothing is begun that uses something up."""
        ...

    def tell(self, event: PeopleEvent) -> None:
        """Log an event, on disk when this returns; raises where it cannot be: the act is refused then."""
        ...

    def doing(self, *events: PeopleEvent) -> AbstractContextManager[None]:
        """Tell the events, then let the block do what they say; that it failed is told too.

        Raises, before the block, where they cannot be told.
        """
        ...


class Accounts(Protocol):
    """The accounts of a node."""

    def add(self, account: Account) -> None:
        """Keep a new account; raises LoginTakenError."""
        ...

    def find(self, account_id: str) -> Account | None:
        """Return the account of this id, disabled or not."""
        ...

    def by_login(self, login: str) -> Account | None:
        """Return the account of this sign-in name, disabled or not."""
        ...

    def every(self) -> tuple[Account, ...]:
        """Return all accounts by sign-in name."""
        ...

    def disable(self, account_id: str, ended: Ended) -> bool:
        """Disable an able account, and end its sessions and its links; return whether it was able."""
        ...

    def enable(self, account_id: str) -> bool:
        """Let a disabled account be used again; return whether it was disabled."""
        ...


class OutsideNames(Protocol):
    """Whose account another sign-in's person is."""

    def account_of(self, issuer: str, subject: str) -> str | None:
        """Return the id of the account."""
        ...

    def add_with(self, account: Account, issuer: str, subject: str) -> None:
        """Keep a new account together with its name outside; raises LoginTakenError."""
        ...


class CredentialStore(Protocol):
    """Passwords' hashes, apps and recovery codes."""

    def credentials(self, account_id: str) -> Credentials | None:
        """Return what the account signs in with; None where no link was used yet."""
        ...

    def rehash(self, account_id: str, *, old: str, new: str) -> None:
        """Keep a new hash of the same password, unless the hash is another by now."""
        ...

    def use_step(self, account_id: str, step: int) -> bool:
        """Keep the step as the app's last; return False, and change nothing, where it is not later."""
        ...

    def use_recovery(self, account_id: str, digest: bytes, at: datetime) -> bool:
        """Use up a recovery code; return False where there is none or it was used."""
        ...

    def replace_recovery(self, account_id: str, digests: tuple[bytes, ...]) -> None:
        """Put these recovery codes in place of all that the account has."""
        ...

    def accept(self, acceptance: Acceptance) -> bool:
        """Use a link up, replace the credentials, take passkeys off, end sessions: all or nothing.

        Return False, and change nothing, where the link was used meanwhile, has ended or is not there.
        """
        ...


class Passkeys(Protocol):
    """Passkeys of people."""

    def add_passkey(self, passkey: Passkey) -> bool:
        """Keep a new one; return False where its id is known already, whosever it is."""
        ...

    def passkey(self, credential_id: bytes) -> Passkey | None:
        """Return the one of this id."""
        ...

    def passkeys_of(self, account_id: str) -> tuple[Passkey, ...]:
        """Return those of an account, the oldest first."""
        ...

    def count(self, credential_id: bytes, *, old: int, new: int) -> bool:
        """Keep a new count; return False, and change nothing, where the kept one is not `old` any more."""
        ...

    def remove_passkey(self, account_id: str, credential_id: bytes) -> bool:
        """Take one off; return whether the account had it."""
        ...


class Links(Protocol):
    """One-time links."""

    def put_link(self, link: Link) -> None:
        """Keep a new link; earlier ones of the same account are gone with this."""
        ...

    def link(self, digest: bytes) -> Link | None:
        """Return the link of this digest."""
        ...


class Challenges(Protocol):
    """What was asked of browsers."""

    def put_challenge(self, challenge: Challenge, *, now: datetime) -> None:
        """Keep one; those that have ended by `now` are forgotten."""
        ...

    def take_challenge(self, digest: bytes) -> Challenge | None:
        """Return one and forget it: of many that ask at once, one gets it."""
        ...


class Grants(Protocol):
    """Roles of people, also those that are over."""

    def grants_of(self, account_id: str) -> tuple[Grant, ...]:
        """Return all grants of an account, the first to start first."""
        ...

    def every_grant(self) -> tuple[Grant, ...]:
        """Return all grants."""
        ...

    def give(self, grant: Grant, judge: Callable[[tuple[Grant, ...]], None]) -> None:
        """Keep a grant, unless `judge` raises on the person's others; nobody gives one meanwhile."""
        ...

    def withdraw(self, grant_id: str, ended: Ended) -> Grant | None:
        """Withdraw a grant and return it; None where there is none or it was withdrawn."""
        ...


class Trainings(Protocol):
    """Records of training."""

    def record(self, training: Training) -> None:
        """Keep a record."""
        ...

    def trainings_of(self, account_id: str) -> tuple[Training, ...]:
        """Return all records of an account, the first to be passed first."""
        ...


class Sessions(Protocol):
    """Sessions, by the keyed hashes of their tokens."""

    def put_session(self, session: Session) -> None:
        """Keep a new session."""
        ...

    def session(self, digest: bytes) -> Session | None:
        """Return the session of this digest, over or not."""
        ...

    def follow(self, session: Session, successor: Session, at: datetime) -> bool:
        """Put another token in a session's place; return False where it was followed or ended."""
        ...

    def seen(self, session_id: str, at: datetime) -> None:
        """Keep that the session was used; never an earlier time than is kept."""
        ...

    def end_family(self, family: str, ended: Ended) -> int:
        """End all sessions of a family; return how many were open."""
        ...

    def end_sessions(self, account_id: str, ended: Ended) -> int:
        """End all sessions of an account; return how many were open."""
        ...

    def open_sessions(self, now: datetime) -> tuple[Session, ...]:
        """Return the sessions that are neither ended nor followed nor past their whole life."""
        ...


class Slowed(Protocol):
    """Tries that failed, by account and by source."""

    def begin_try(self, key: bytes, slowing: Slowing, now: datetime) -> float:
        """Count a try as failed, before it is judged, and return 0; or return the seconds to wait."""
        ...

    def succeeded(self, key: bytes) -> None:
        """Forget the failures under a key."""
        ...

    def give_back(self, key: bytes) -> None:
        """Take back the try that has succeeded, and one that failed before it."""
        ...


class Services(Protocol):
    """Service accounts."""

    def put_service(self, service: Service) -> None:
        """Keep a new one."""
        ...

    def service(self, digest: bytes) -> Service | None:
        """Return the one of this token's digest."""
        ...

    def every_service(self) -> tuple[Service, ...]:
        """Return all, by name."""
        ...

    def revoke_service(self, service_id: str, ended: Ended) -> Service | None:
        """Revoke one and return it; None where there is none or it was revoked."""
        ...


class Proposals(Protocol):
    """Grave acts that wait for a second administrator."""

    def propose(self, proposal: Proposal) -> None:
        """Keep a proposal."""
        ...

    def proposal(self, proposal_id: str) -> Proposal | None:
        """Return one, decided or not."""
        ...

    def undecided(self, now: datetime) -> tuple[Proposal, ...]:
        """Return those that can still be decided, the first to end first."""
        ...

    def decide(self, proposal_id: str, decision: Decision) -> bool:
        """Keep a decision; return False where there is one already."""
        ...


class DeclaredMarks(Protocol):
    """Declared vehicles, apart from all else."""

    def declare(self, declared: Declared) -> None:
        """Keep one."""
        ...

    def declared_of(self, account_id: str) -> tuple[Declared, ...]:
        """Return those that a person declared and has not withdrawn."""
        ...

    def declared_by_shape(self, shape: bytes) -> tuple[Declared, ...]:
        """Return those of this shape that are not withdrawn, whoever declared them."""
        ...

    def withdraw_declared(self, account_id: str, declared_id: str, ended: Ended) -> bool:
        """Withdraw one; return whether the person had it."""
        ...


class PeopleStore(
    Accounts,
    OutsideNames,
    CredentialStore,
    Passkeys,
    Links,
    Challenges,
    Grants,
    Trainings,
    Sessions,
    Slowed,
    Services,
    Proposals,
    DeclaredMarks,
    Protocol,
):
    """All ports in one, as the control database is."""
