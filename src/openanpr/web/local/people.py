"""People over the local socket: the first administrators, accounts, roles, training, sessions, grave acts.

Whoever changes who may do what proves their name by a code of their app, taken once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated

from msgspec import Meta, Struct
from starlette.routing import Route

from openanpr.core.role import Rank, Role
from openanpr.people import founding, grave_acts, present, register
from openanpr.people.account import Account, Post, login_of
from openanpr.people.desk import Actor, Desk, administrators, standing_of
from openanpr.people.duties import Grave, grave_role
from openanpr.people.founding import LinkMade, Newcomer
from openanpr.people.proof import SOCKET, prove
from openanpr.people.proposal import Proposal
from openanpr.people.register import RoleAsked
from openanpr.people.roles import Grant
from openanpr.policy.ask import Act
from openanpr.web.local.asking import Asked, Instant, Said, answered
from openanpr.web.local.gate import Own

Days = Annotated[int, Meta(ge=1, le=1098)]
"""So long a role may be given for."""


@dataclass(frozen=True, slots=True)
class PeopleRoutes:
    """What people over the socket need."""

    desk: Desk
    clock: Callable[[], datetime]


class ProvedForm(Struct, frozen=True, forbid_unknown_fields=True):
    """Who does it, proved by a code."""

    by: Said
    code: Said


class ProvedWhyForm(Struct, frozen=True, forbid_unknown_fields=True):
    """Who does it, proved by a code, and why."""

    by: Said
    code: Said
    why: Said


class NewcomerForm(Struct, frozen=True, forbid_unknown_fields=True):
    """A person who is to have an account."""

    login: Said
    name: Said
    force: int
    unit: Said
    team: Said

    def newcomer(self) -> Newcomer:
        """Return the person, checked."""
        return Newcomer(self.login, self.name, Post(self.force, self.unit, self.team))


class AddForm(NewcomerForm, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A person whom an administrator adds."""

    by: Said
    code: Said


class LookForm(Struct, frozen=True, forbid_unknown_fields=True):
    """A link that somebody holds."""

    link: Said


class AcceptForm(Struct, frozen=True, forbid_unknown_fields=True):
    """A link that somebody uses: a password of their own and the code that their app shows."""

    link: Said
    password: Said
    code: Said


class RoleForm(Struct, frozen=True, forbid_unknown_fields=True):
    """A role that a person is to have."""

    by: Said
    code: Said
    role: Role
    why: Said
    days: Days
    rank: Rank | None = None
    starts_at: Instant | None = None


class TrainingForm(Struct, frozen=True, forbid_unknown_fields=True):
    """A course that a person passed."""

    by: Said
    code: Said
    course: Said
    passed_on: date
    expires_on: date


def people_routes(of: PeopleRoutes) -> list[Route]:
    """Return the routes of people."""
    return [
        answered(
            "/people", lambda _: [_person(of, one) for one in of.desk.store.every()], guard=Act.MANAGE_PEOPLE
        ),
        answered("/people", lambda asked: _add(of, asked.form(AddForm)), "POST", guard=Own.CODE),
        answered(
            "/people/first-link",
            lambda asked: _first(of, asked.form(NewcomerForm)),
            "POST",
            guard=Own.MACHINE,
        ),
        answered("/people/links/look", lambda asked: _look(of, asked.form(LookForm)), "POST", guard=Own.CODE),
        answered(
            "/people/links/accept", lambda asked: _accept(of, asked.form(AcceptForm)), "POST", guard=Own.CODE
        ),
        answered("/people/sessions", lambda _: _sessions(of), guard=Act.MANAGE_PEOPLE),
        answered(
            "/people/sessions/{session}/revoke", lambda asked: _revoke_one(of, asked), "POST", guard=Own.CODE
        ),
        answered("/people/proposals", lambda _: _proposals(of), guard=Act.MANAGE_PEOPLE),
        answered(
            "/people/proposals/{number}/approve", lambda asked: _approve(of, asked), "POST", guard=Own.CODE
        ),
        answered(
            "/people/proposals/{number}/refuse", lambda asked: _refuse(of, asked), "POST", guard=Own.CODE
        ),
        answered(
            "/people/roles/{number}/withdraw", lambda asked: _withdraw(of, asked), "POST", guard=Own.CODE
        ),
        answered("/people/accounts/{login}", lambda asked: _whole(of, asked), guard=Act.MANAGE_PEOPLE),
        answered("/people/accounts/{login}/link", lambda asked: _link(of, asked), "POST", guard=Own.CODE),
        answered("/people/accounts/{login}/roles", lambda asked: _give(of, asked), "POST", guard=Own.CODE),
        answered(
            "/people/accounts/{login}/training", lambda asked: _train(of, asked), "POST", guard=Own.CODE
        ),
        answered(
            "/people/accounts/{login}/disable", lambda asked: _disable(of, asked), "POST", guard=Own.CODE
        ),
        answered("/people/accounts/{login}/enable", lambda asked: _enable(of, asked), "POST", guard=Own.CODE),
        answered("/people/accounts/{login}/renew", lambda asked: _renew(of, asked), "POST", guard=Own.CODE),
        answered(
            "/people/accounts/{login}/sessions/revoke",
            lambda asked: _revoke(of, asked),
            "POST",
            guard=Own.CODE,
        ),
    ]


def proved(of: PeopleRoutes, by: str, code: str) -> Actor:
    """Return who acts; raises PeopleRefusedError."""
    return prove(of.desk, by, code, now=of.clock()).value


def account_of(desk: Desk, login: str) -> Account:
    """Return the account of a sign-in name; raises LookupError."""
    try:
        found = desk.store.by_login(login_of(login))
    except ValueError:
        found = None
    if found is None:
        raise LookupError("there is no account of this sign-in name")
    return found


def _first(of: PeopleRoutes, form: NewcomerForm) -> object:
    made = founding.first_link(of.desk, form.newcomer(), now=of.clock()).value
    able = len(administrators(of.desk, now=of.clock()))
    return {**_made(made), "administrators": able, "wanted": founding.FOUNDERS}


def _add(of: PeopleRoutes, form: AddForm) -> object:
    by = proved(of, form.by, form.code)
    return _made(register.add_person(of.desk, by, form.newcomer(), now=of.clock()).value)


def _link(of: PeopleRoutes, asked: Asked) -> object:
    form = asked.form(ProvedForm)
    account, by = account_of(of.desk, asked.path["login"]), proved(of, form.by, form.code)
    return _made(register.link_again(of.desk, by, account.account_id, now=of.clock()).value)


def _look(of: PeopleRoutes, form: LookForm) -> object:
    shown = founding.look(of.desk, form.link, source=SOCKET, now=of.clock())
    return {"login": shown.account.login, "app_secret": shown.app_text, "app_address": shown.app_address}


def _accept(of: PeopleRoutes, form: AcceptForm) -> object:
    answer = founding.Answer(form.password, form.code)
    done = founding.accept(of.desk, form.link, answer, source=SOCKET, now=of.clock()).value
    return {"login": done.account.login, "recovery_codes": list(done.recovery)}


def _give(of: PeopleRoutes, asked: Asked) -> object:
    form, account = asked.form(RoleForm), account_of(of.desk, asked.path["login"])
    by, now = proved(of, form.by, form.code), of.clock()
    starts_at = now if form.starts_at is None else form.starts_at
    ends_at = starts_at + timedelta(days=form.days)
    role = RoleAsked(account.account_id, form.role, form.rank, starts_at, ends_at, form.why)
    if grave_role(form.role) is not None:
        return _proposal(of, grave_acts.propose_role(of.desk, by, role, now=now).value)
    return _grant(register.give_role(of.desk, by, role, now=now).value)


def _withdraw(of: PeopleRoutes, asked: Asked) -> object:
    form = asked.form(ProvedWhyForm)
    by, number = proved(of, form.by, form.code), asked.path["number"]
    return _grant(register.withdraw_role(of.desk, by, number, form.why, now=of.clock()).value)


def _train(of: PeopleRoutes, asked: Asked) -> object:
    form, account = asked.form(TrainingForm), account_of(of.desk, asked.path["login"])
    by = proved(of, form.by, form.code)
    passed = register.Passed(account.account_id, form.course, form.passed_on, form.expires_on)
    done = register.record_training(of.desk, by, passed, now=of.clock()).value
    return {"login": account.login, "course": done.course, "expires_on": done.expires_on}


def _disable(of: PeopleRoutes, asked: Asked) -> object:
    form, account = asked.form(ProvedWhyForm), account_of(of.desk, asked.path["login"])
    by = proved(of, form.by, form.code)
    done = register.disable(of.desk, by, account.account_id, form.why, now=of.clock())
    return _person(of, done.value)


def _enable(of: PeopleRoutes, asked: Asked) -> object:
    return _grave(of, asked, Grave.ENABLE_ACCOUNT)


def _renew(of: PeopleRoutes, asked: Asked) -> object:
    return _grave(of, asked, Grave.RENEW_CREDENTIALS)


def _grave(of: PeopleRoutes, asked: Asked, act: Grave) -> object:
    form, account = asked.form(ProvedWhyForm), account_of(of.desk, asked.path["login"])
    by = proved(of, form.by, form.code)
    done = grave_acts.propose(of.desk, by, act, account.account_id, form.why, now=of.clock())
    return _proposal(of, done.value)


def _approve(of: PeopleRoutes, asked: Asked) -> object:
    form = asked.form(ProvedForm)
    by = proved(of, form.by, form.code)
    done = grave_acts.approve(of.desk, by, asked.path["number"], now=of.clock()).value
    link = {} if done.link is None else _made(done.link)
    return {**_proposal(of, done.proposal), **link}


def _refuse(of: PeopleRoutes, asked: Asked) -> object:
    form = asked.form(ProvedWhyForm)
    by, number = proved(of, form.by, form.code), asked.path["number"]
    return _proposal(of, grave_acts.refuse(of.desk, by, number, form.why, now=of.clock()).value)


def _revoke(of: PeopleRoutes, asked: Asked) -> object:
    form, account = asked.form(ProvedWhyForm), account_of(of.desk, asked.path["login"])
    by = proved(of, form.by, form.code)
    done = present.end_sessions(of.desk, by, account.account_id, form.why, now=of.clock())
    return {"login": account.login, "ended": done.value}


def _revoke_one(of: PeopleRoutes, asked: Asked) -> object:
    form = asked.form(ProvedWhyForm)
    by, session = proved(of, form.by, form.code), asked.path["session"]
    return {"ended": present.end_session(of.desk, by, session, form.why, now=of.clock()).value}


def _sessions(of: PeopleRoutes) -> object:
    return [
        {
            "session": one.session_id,
            "login": _login(of, one.account_id),
            "way": one.way.value,
            "began_at": one.began_at,
            "seen_at": one.seen_at,
            "ends_at": one.ends_at,
            "source": one.fresh_source,
        }
        for one in of.desk.store.open_sessions(of.clock())
    ]


def _proposals(of: PeopleRoutes) -> object:
    return [_proposal(of, one) for one in of.desk.store.undecided(of.clock())]


def _whole(of: PeopleRoutes, asked: Asked) -> object:
    account = account_of(of.desk, asked.path["login"])
    store = of.desk.store
    return {
        **_person(of, account),
        "made_at": account.made_at,
        "credentials": store.credentials(account.account_id) is not None,
        "passkeys": len(store.passkeys_of(account.account_id)),
        "grants": [_grant(one) for one in store.grants_of(account.account_id)],
        "training": [
            {"course": one.course, "passed_on": one.passed_on, "expires_on": one.expires_on}
            for one in store.trainings_of(account.account_id)
        ],
    }


def _person(of: PeopleRoutes, account: Account) -> dict[str, object]:
    held = standing_of(of.desk, account, now=of.clock())
    return {
        "account": account.account_id,
        "login": account.login,
        "name": account.name,
        "force": account.post.force,
        "unit": account.post.unit,
        "team": account.post.team,
        "roles": sorted(held.roles),
        "rank": held.rank,
        "untrained": sorted(held.untrained),
        "disabled": account.disabled,
    }


def _made(made: LinkMade) -> dict[str, object]:
    return {"login": made.account.login, "link": made.token, "ends_at": made.ends_at}


def _grant(grant: Grant) -> dict[str, object]:
    return {
        "grant": grant.grant_id,
        "role": grant.role,
        "rank": grant.rank,
        "starts_at": grant.starts_at,
        "ends_at": grant.ends_at,
        "why": grant.why,
        "withdrawn": grant.withdrawn,
    }


def _proposal(of: PeopleRoutes, one: Proposal) -> dict[str, object]:
    return {
        "proposal": one.proposal_id,
        "act": one.act,
        "login": _login(of, one.subject),
        "role": None if one.grant is None else one.grant.role,
        "rank": None if one.grant is None else one.grant.rank,
        "proposed_by": _login(of, one.proposed_by),
        "ends_at": one.ends_at,
        "why": one.why,
    }


def _login(of: PeopleRoutes, account_id: str) -> str:
    account = of.desk.store.find(account_id)
    return "" if account is None else account.login
