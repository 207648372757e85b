"""What is a person's own: who they are here, sessions, passkeys, recovery codes, declared vehicles."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from binascii import Error as Base64Error
from dataclasses import dataclass
from datetime import datetime

import msgspec
from msgspec import Struct

from openanpr.core.plate import Plate
from openanpr.core.role import Rank, Role
from openanpr.people import declaring, passkey_acts
from openanpr.people.declared import Relation
from openanpr.people.desk import Desk
from openanpr.people.keys import base64url
from openanpr.people.passkey import Passkey
from openanpr.people.present import end_session, end_sessions
from openanpr.people.second_factor import new_codes
from openanpr.people.session import Session, Way
from openanpr.web.api.refusals import ApiError
from openanpr.web.api.route import Anybody, ApiRoute, Call, Ended, Nothing, Text, get, post
from openanpr.web.api.signing_in import Options, SignInRoutes


@dataclass(frozen=True, slots=True)
class OwnRoutes:
    """What the routes need."""

    sign_in: SignInRoutes

    @property
    def desk(self) -> Desk:
        """The desk of people."""
        return self.sign_in.desk


class Me(Struct, frozen=True):
    """Who is signed in, and what they may act as at this moment.

    `untrained` are roles that do not count for want of training, `clashing` ones that must not be held
    together. `fresh`: a second factor was given minutes ago, from here.
    """

    account: str
    login: str
    name: str
    force: int
    unit: str
    team: str
    roles: list[Role]
    rank: Rank | None
    untrained: list[Role]
    clashing: list[Role]
    way: Way
    fresh: bool
    session: str
    began_at: datetime
    ends_at: datetime
    passkeys: int
    training: list[Course]


class Course(Struct, frozen=True):
    """A course that was passed, and whether it counts today."""

    course: str
    expires_on: str
    counts: bool


class OwnSession(Struct, frozen=True):
    """One of one's own sessions; `this`: the one that asks."""

    session: str
    way: Way
    began_at: datetime
    seen_at: datetime
    ends_at: datetime
    source: str
    this: bool


class OwnSessions(Struct, frozen=True):
    """All of one's own sessions."""

    sessions: list[OwnSession]


class OwnPasskey(Struct, frozen=True):
    """One of one's own passkeys."""

    passkey: str
    name: str
    added_at: datetime


class OwnPasskeys(Struct, frozen=True):
    """All of one's own passkeys."""

    passkeys: list[OwnPasskey]


class NewPasskeyForm(Struct, frozen=True, forbid_unknown_fields=True):
    """What the browser made, and what the person calls it."""

    answer: msgspec.Raw
    name: Text


class RecoveryCodes(Struct, frozen=True):
    """New recovery codes, shown once, each good once; the old ones are gone."""

    recovery_codes: list[str]


class DeclareForm(Struct, frozen=True, forbid_unknown_fields=True):
    """A vehicle of one's own or of one's household."""

    mark: Text
    relation: Relation


class OwnVehicle(Struct, frozen=True):
    """One declared vehicle."""

    vehicle: str
    mark: str
    relation: Relation
    declared_at: datetime


class OwnVehicles(Struct, frozen=True):
    """All of one's declared vehicles; nobody else is shown them."""

    vehicles: list[OwnVehicle]


class Declaration(Struct, frozen=True):
    """A declaration that was made."""

    vehicle: str


class Removed(Struct, frozen=True):
    """Whether there was one to remove."""

    removed: bool


def own_routes(of: SignInRoutes) -> list[ApiRoute]:
    """Return the routes of what is one's own."""
    own = OwnRoutes(of)
    return [*_sign_in_means(own), *_declared(own)]


def _sign_in_means(own: OwnRoutes) -> list[ApiRoute]:
    me = Anybody.SESSION
    return [
        get("/me", "Who is signed in, with their roles now", me, Me, lambda call: told_of_me(own, call)),
        get("/me/sessions", "My sessions", me, OwnSessions, lambda call: sessions_told(own, call)),
        post(
            "/me/sessions/{session}/end",
            "End one of my sessions",
            me,
            Nothing,
            Ended,
            lambda call, _: end_one(own, call),
        ),
        post(
            "/me/sessions/end", "End all my sessions", me, Nothing, Ended, lambda call, _: end_all(own, call)
        ),
        get("/me/passkeys", "My passkeys", me, OwnPasskeys, lambda call: passkeys_told(own, call)),
        post(
            "/me/passkeys/begin",
            "Ask for the options of a new passkey",
            me,
            Nothing,
            Options,
            lambda call, _: _begin_passkey(own, call),
        ),
        post(
            "/me/passkeys/finish",
            "Add a passkey",
            me,
            NewPasskeyForm,
            OwnPasskey,
            lambda call, form: _add_passkey(own, call, form),
        ),
        post(
            "/me/passkeys/{passkey}/remove",
            "Take a passkey off",
            me,
            Nothing,
            Removed,
            lambda call, _: remove_passkey(own, call),
        ),
        post(
            "/me/recovery-codes",
            "Make new recovery codes",
            me,
            Nothing,
            RecoveryCodes,
            lambda call, _: fresh_codes(own, call),
        ),
    ]


def _declared(own: OwnRoutes) -> list[ApiRoute]:
    me = Anybody.SESSION
    return [
        get("/me/vehicles", "My declared vehicles", me, OwnVehicles, lambda call: vehicles_told(own, call)),
        post(
            "/me/vehicles",
            "Declare a vehicle",
            me,
            DeclareForm,
            Declaration,
            lambda call, form: declare_vehicle(own, call, form),
        ),
        post(
            "/me/vehicles/{vehicle}/withdraw",
            "Withdraw a declared vehicle",
            me,
            Nothing,
            Removed,
            lambda call, _: withdraw_vehicle(own, call),
        ),
    ]


def told_of_me(of: OwnRoutes, call: Call) -> Me:
    """Return who is signed in."""
    standing, session = call.person.present.standing, call.person.present.session
    account, store, today = standing.account, of.desk.store, call.now.date()
    return Me(
        account=account.account_id,
        login=account.login,
        name=account.name,
        force=account.post.force,
        unit=account.post.unit,
        team=account.post.team,
        roles=sorted(standing.roles),
        rank=standing.rank,
        untrained=sorted(standing.untrained),
        clashing=sorted(standing.clashing),
        way=session.way,
        fresh=call.person.actor.fresh,
        session=session.session_id,
        began_at=session.began_at,
        ends_at=session.ends_at,
        passkeys=len(store.passkeys_of(account.account_id)),
        training=[
            Course(one.course, one.expires_on.isoformat(), one.counts(today))
            for one in store.trainings_of(account.account_id)
        ],
    )


def _mine(of: OwnRoutes, call: Call) -> list[Session]:
    who = call.person.account_id
    return [one for one in of.desk.store.open_sessions(call.now) if one.account_id == who]


def sessions_told(of: OwnRoutes, call: Call) -> OwnSessions:
    """Return the person's own sessions."""
    this = call.person.present.session.session_id
    return OwnSessions(
        [
            OwnSession(
                session=one.session_id,
                way=one.way,
                began_at=one.began_at,
                seen_at=one.seen_at,
                ends_at=one.ends_at,
                source=one.fresh_source,
                this=one.session_id == this,
            )
            for one in _mine(of, call)
        ]
    )


def end_one(of: OwnRoutes, call: Call) -> Ended:
    """End one of the person's own sessions; raises LookupError."""
    wanted = call.asked.path["session"]
    # Only one's own are looked through, so that nobody learns from the answer whether another's is there.
    if all(one.session_id != wanted for one in _mine(of, call)):
        raise LookupError("you have no such session, or not any more")
    return Ended(end_session(of.desk, call.person.actor, wanted, "ended by its owner", now=call.now).value)


def end_all(of: OwnRoutes, call: Call) -> Ended:
    """End all sessions of the person."""
    by = call.person.actor
    return Ended(end_sessions(of.desk, by, by.account_id, "ended by their owner", now=call.now).value)


def passkeys_told(of: OwnRoutes, call: Call) -> OwnPasskeys:
    """Return the person's own passkeys."""
    return OwnPasskeys([_passkey(one) for one in of.desk.store.passkeys_of(call.person.account_id)])


def _begin_passkey(of: OwnRoutes, call: Call) -> Options:
    site = of.sign_in.passkey_site()
    text = passkey_acts.begin_adding(of.desk, site, call.person.actor, now=call.now).value
    return Options(msgspec.Raw(text.encode()))


def _add_passkey(of: OwnRoutes, call: Call, form: NewPasskeyForm) -> OwnPasskey:
    site, answer = of.sign_in.passkey_site(), bytes(form.answer).decode("utf-8", "replace")
    done = passkey_acts.finish_adding(of.desk, site, call.person.actor, answer, name=form.name, now=call.now)
    return _passkey(done.value)


def remove_passkey(of: OwnRoutes, call: Call) -> Removed:
    """Take one of the person's own passkeys off; raises ApiError, PeopleRefusedError."""
    text = call.asked.path["passkey"]
    try:
        credential = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (Base64Error, ValueError):
        raise ApiError(404, "you have no such passkey", "look at your passkeys again") from None
    return Removed(passkey_acts.remove(of.desk, call.person.actor, credential, now=call.now).value)


def fresh_codes(of: OwnRoutes, call: Call) -> RecoveryCodes:
    """Return new recovery codes, the old ones gone; raises PeopleRefusedError."""
    return RecoveryCodes(list(new_codes(of.desk, call.person.actor, now=call.now).value))


def vehicles_told(of: OwnRoutes, call: Call) -> OwnVehicles:
    """Return what the person declared."""
    return OwnVehicles(
        [
            OwnVehicle(one.declared_id, mark, one.relation, one.at)
            for one, mark in declaring.own_marks(of.desk, call.person.actor)
        ]
    )


def declare_vehicle(of: OwnRoutes, call: Call, form: DeclareForm) -> Declaration:
    """Declare a vehicle; raises PlateError, ValueError."""
    mark = Plate.parse(form.mark)
    done = declaring.declare(of.desk, call.person.actor, mark, form.relation, now=call.now)
    return Declaration(done.value.declared_id)


def withdraw_vehicle(of: OwnRoutes, call: Call) -> Removed:
    """Withdraw a vehicle that the person declared."""
    vehicle = call.asked.path["vehicle"]
    return Removed(declaring.withdraw(of.desk, call.person.actor, vehicle, now=call.now).value)


def _passkey(one: Passkey) -> OwnPasskey:
    return OwnPasskey(base64url(one.credential_id), one.name, one.added_at)
