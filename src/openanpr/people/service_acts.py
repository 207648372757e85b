"""Making, using and revoking service accounts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from openanpr.people.account import Ended
from openanpr.people.desk import Actor, Desk, duty_refusal, event, refusals_told, verify_fresh_actor
from openanpr.people.duties import DutyError, verify_administrator
from openanpr.people.event import STRANGER, Deed, Done, PeopleRefusedError, Reason
from openanpr.people.keys import TOKEN_BYTES, token_text
from openanpr.people.register import known
from openanpr.people.service import TOKEN_USE, Scope, Service

_NO_SERVICE: Final = "there is no such service to revoke, or not any more"


@dataclass(frozen=True, slots=True)
class ServiceAsked:
    """A service that is to be: `owner` is the account that answers for it."""

    name: str
    owner: str
    scopes: frozenset[Scope]
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class ServiceMade:
    """A new service; its token is shown once."""

    service: Service
    token: str = field(repr=False)


@refusals_told
def make_service(desk: Desk, by: Actor, asked: ServiceAsked, *, now: datetime) -> Done[ServiceMade]:
    """Return a service with its token; by an administrator with a fresh second factor."""
    _verify(by, Deed.SERVICE_MADE, asked.owner, now)
    verify_fresh_actor(by, Deed.SERVICE_MADE, asked.owner, now=now)
    if not known(desk, asked.owner).able:
        raise ValueError("whoever answers for a service can act themselves: name another owner")
    token = token_text(desk.chance(TOKEN_BYTES))
    service = Service(
        desk.fresh_id(),
        asked.name.strip(),
        asked.owner,
        asked.scopes,
        desk.keys.digest(TOKEN_USE, token),
        by.account_id,
        now,
        asked.ends_at,
    )
    scopes = " ".join(sorted(service.scopes))
    told = event(
        Deed.SERVICE_MADE,
        now,
        by.account_id,
        asked.owner,
        by.source,
        service=service.service_id,
        scopes=scopes,
    )
    with desk.log.doing(told):
        desk.store.put_service(service)
    return Done(ServiceMade(service, token), (told,))


@refusals_told
def revoke_service(desk: Desk, by: Actor, service_id: str, why: str, *, now: datetime) -> Done[Service]:
    """Revoke a service at once; raises PeopleRefusedError, LookupError."""
    _verify(by, Deed.SERVICE_REVOKED, STRANGER, now)
    found = next((one for one in desk.store.every_service() if one.service_id == service_id), None)
    if found is None or found.revoked is not None:
        raise LookupError(_NO_SERVICE)
    told = event(Deed.SERVICE_REVOKED, now, by.account_id, found.owner, by.source, service=service_id)
    with desk.log.doing(told):
        service = desk.store.revoke_service(service_id, Ended(now, by.account_id, why))
        if service is None:
            raise LookupError(_NO_SERVICE)
    return Done(service, (told,))


@refusals_told
def service_for(desk: Desk, token: str, scope: Scope, *, source: str, now: datetime) -> Service:
    """Return the service that shows this token for one scope; raises PeopleRefusedError.

    It counts as long as whoever answers for it has an account that is able.
    """
    service = desk.store.service(desk.keys.digest(TOKEN_USE, token))
    owner = None if service is None else desk.store.find(service.owner)
    reason: Reason | None = None
    if service is None:
        reason = Reason.UNKNOWN_TOKEN
    elif not service.holds(now) or owner is None or not owner.able:
        reason = Reason.OVER
    elif scope not in service.scopes:
        reason = Reason.SCOPE
    if service is None or reason is not None:
        subject = STRANGER if service is None else service.service_id
        told = event(Deed.SERVICE_USED, now, STRANGER, subject, source, refused=reason, scope=scope.value)
        raise PeopleRefusedError("this token is not taken for that: ask an administrator", told)
    return service


def _verify(by: Actor, deed: Deed, subject: str, now: datetime) -> None:
    try:
        verify_administrator(by.roles)
    except DutyError as fault:
        raise duty_refusal(fault, deed, now, by, subject) from None
