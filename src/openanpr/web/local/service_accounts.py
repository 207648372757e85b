"""Service accounts over the local socket."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from msgspec import Meta, Struct
from starlette.routing import Route

from openanpr.people import service_acts
from openanpr.people.service import Scope, Service
from openanpr.policy.ask import Act
from openanpr.web.local.asking import Asked, Said, answered
from openanpr.web.local.gate import Own
from openanpr.web.local.people import PeopleRoutes, ProvedWhyForm, account_of, proved


class ServiceForm(Struct, frozen=True, forbid_unknown_fields=True):
    """Another system, who answers for it, what it may do and for how long."""

    by: Said
    code: Said
    name: Said
    owner: Said
    scope: list[Scope]
    days: Annotated[int, Meta(ge=1, le=366)]


def service_routes(of: PeopleRoutes) -> list[Route]:
    """Return the routes of service accounts."""
    return [
        answered(
            "/services",
            lambda _: [_told(of, one) for one in of.desk.store.every_service()],
            guard=Act.MANAGE_PEOPLE,
        ),
        answered("/services", lambda asked: _add(of, asked.form(ServiceForm)), "POST", guard=Own.CODE),
        answered("/services/{service}/revoke", lambda asked: _revoke(of, asked), "POST", guard=Own.CODE),
    ]


def _add(of: PeopleRoutes, form: ServiceForm) -> object:
    owner, by, now = account_of(of.desk, form.owner), proved(of, form.by, form.code), of.clock()
    ends_at = now + timedelta(days=form.days)
    asked = service_acts.ServiceAsked(form.name, owner.account_id, frozenset(form.scope), ends_at)
    made = service_acts.make_service(of.desk, by, asked, now=now).value
    return {**_told(of, made.service), "token": made.token}


def _revoke(of: PeopleRoutes, asked: Asked) -> object:
    form = asked.form(ProvedWhyForm)
    by, number = proved(of, form.by, form.code), asked.path["service"]
    return _told(of, service_acts.revoke_service(of.desk, by, number, form.why, now=of.clock()).value)


def _told(of: PeopleRoutes, one: Service) -> dict[str, object]:
    owner = of.desk.store.find(one.owner)
    return {
        "service": one.service_id,
        "name": one.name,
        "owner": "" if owner is None else owner.login,
        "scopes": sorted(one.scopes),
        "ends_at": one.ends_at,
        "revoked": one.revoked,
    }
