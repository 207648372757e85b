"""Grave acts: one administrator proposes, another approves, each with a second factor given minutes ago."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from openanpr.people.desk import (
    Actor,
    Desk,
    administrators,
    duty_refusal,
    event,
    refusals_told,
    verify_fresh_actor,
)
from openanpr.people.duties import (
    DutyError,
    Grave,
    Three,
    grave_role,
    verify_administrator,
    verify_grant,
    verify_other,
    verify_second,
)
from openanpr.people.event import Deed, Done, PeopleEvent
from openanpr.people.founding import LinkMade, new_link
from openanpr.people.proposal import PROPOSAL_LIFE, Decision, Proposal
from openanpr.people.register import RoleAsked, given_event, grant_of, known
from openanpr.people.roles import Grant


class DecidedError(ValueError):
    """A proposal cannot be decided any more."""

    def __init__(self) -> None:
        super().__init__("this proposal was decided, or its time is over: propose the act again")


@dataclass(frozen=True, slots=True)
class Carried:
    """A grave act that was done; `link` is there where it made one, and its token is shown once."""

    proposal: Proposal
    link: LinkMade | None = None


@refusals_told
def propose_role(desk: Desk, by: Actor, asked: RoleAsked, *, now: datetime) -> Done[Proposal]:
    """Propose to give a role that needs two administrators; raises PeopleRefusedError, ValueError."""
    act = grave_role(asked.role)
    if act is None:
        raise ValueError("this role is given by one administrator: give it")
    _verify_proposer(by, act, asked.account_id, now)
    grant = grant_of(desk, by.account_id, asked, now=now)
    try:
        verify_grant(grant, desk.store.grants_of(asked.account_id))
    except DutyError as fault:
        raise duty_refusal(fault, Deed.GRAVE_ACT_PROPOSED, now, by, asked.account_id) from None
    ends_at = now + PROPOSAL_LIFE
    return _kept(
        desk,
        by,
        Proposal(desk.fresh_id(), act, asked.account_id, by.account_id, now, ends_at, asked.why, grant),
    )


@refusals_told
def propose(desk: Desk, by: Actor, act: Grave, account_id: str, why: str, *, now: datetime) -> Done[Proposal]:
    """Propose to renew somebody's credentials or to enable an account; raises as `propose_role`."""
    _verify_proposer(by, act, account_id, now)
    account = known(desk, account_id)
    if account.able == (act is Grave.ENABLE_ACCOUNT):
        raise ValueError("an account that is disabled can be enabled, and no other; enable it first")
    ends_at = now + PROPOSAL_LIFE
    return _kept(desk, by, Proposal(desk.fresh_id(), act, account_id, by.account_id, now, ends_at, why))


@refusals_told
def approve(desk: Desk, by: Actor, proposal_id: str, *, now: datetime) -> Done[Carried]:
    """Approve a proposal as a second administrator, and do the act; raises PeopleRefusedError, DecidedError.

    The proposer must be an administrator still; the role must still go with the person's other roles.
    """
    proposal = _waiting(desk, proposal_id, now)
    _verify_approver(desk, by, proposal, now)
    told = event(
        Deed.GRAVE_ACT_APPROVED,
        now,
        by.account_id,
        proposal.subject,
        by.source,
        act=proposal.act.value,
        proposal=proposal_id,
        proposed_by=proposal.proposed_by,
    )
    # All of it is told before any of it is done: a decision without its act would be neither.
    act = _act(desk, by, proposal, now)
    with desk.log.doing(told, act.event):
        if not desk.store.decide(proposal_id, Decision(by.account_id, now, approved=True, why="")):
            raise DecidedError
        act.do()
    return Done(Carried(proposal, act.link), (told, act.event))


@refusals_told
def refuse(desk: Desk, by: Actor, proposal_id: str, why: str, *, now: datetime) -> Done[Proposal]:
    """Refuse a proposal; the proposer may take it back so. Raises PeopleRefusedError, DecidedError."""
    proposal = _waiting(desk, proposal_id, now)
    try:
        verify_administrator(by.roles)
    except DutyError as fault:
        raise duty_refusal(fault, Deed.GRAVE_ACT_REFUSED, now, by, proposal.subject) from None
    told = event(
        Deed.GRAVE_ACT_REFUSED, now, by.account_id, proposal.subject, by.source, proposal=proposal_id
    )
    with desk.log.doing(told):
        if not desk.store.decide(proposal_id, Decision(by.account_id, now, approved=False, why=why)):
            raise DecidedError
    return Done(proposal, (told,))


@dataclass(frozen=True, slots=True)
class _Act:
    """What an approved proposal comes to: its event, what does it, and the link that it makes, if any."""

    event: PeopleEvent
    do: Callable[[], object]
    link: LinkMade | None = None


def _act(desk: Desk, by: Actor, proposal: Proposal, now: datetime) -> _Act:
    grant = proposal.grant
    if grant is not None:
        return _Act(given_event(grant, by, now), partial(_give, desk, by, grant, now))
    account = known(desk, proposal.subject)
    if proposal.act is Grave.RENEW_CREDENTIALS:
        new = new_link(desk, account, by.account_id, by.source, now=now)
        return _Act(new.event, partial(desk.store.put_link, new.link), new.made)
    told = event(Deed.ACCOUNT_ENABLED, now, by.account_id, proposal.subject, by.source)
    return _Act(told, partial(desk.store.enable, proposal.subject))


def _give(desk: Desk, by: Actor, grant: Grant, now: datetime) -> None:
    try:
        desk.store.give(grant, lambda others: verify_grant(grant, others))
    except DutyError as fault:
        role = grant.role.value
        raise duty_refusal(fault, Deed.ROLE_GIVEN, now, by, grant.account_id, role=role) from None


def _waiting(desk: Desk, proposal_id: str, now: datetime) -> Proposal:
    proposal = desk.store.proposal(proposal_id)
    if proposal is None:
        raise LookupError("there is no such proposal")
    if not proposal.waits(now):
        raise DecidedError
    return proposal


def _verify_proposer(by: Actor, act: Grave, subject: str, now: datetime) -> None:
    try:
        verify_administrator(by.roles)
        verify_other(by.account_id, subject, "have a grave act done to themselves")
    except DutyError as fault:
        raise duty_refusal(fault, Deed.GRAVE_ACT_PROPOSED, now, by, subject, act=act.value) from None
    verify_fresh_actor(by, Deed.GRAVE_ACT_PROPOSED, subject, now=now)


def _verify_approver(desk: Desk, by: Actor, proposal: Proposal, now: datetime) -> None:
    try:
        who = Three(proposal.proposed_by, by.account_id, proposal.subject)
        able = frozenset(one.account_id for one in administrators(desk, now=now))
        verify_second(who, by.roles, able)
    except DutyError as fault:
        raise duty_refusal(fault, Deed.GRAVE_ACT_APPROVED, now, by, proposal.subject) from None
    verify_fresh_actor(by, Deed.GRAVE_ACT_APPROVED, proposal.subject, now=now)


def _kept(desk: Desk, by: Actor, proposal: Proposal) -> Done[Proposal]:
    told = event(
        Deed.GRAVE_ACT_PROPOSED,
        proposal.proposed_at,
        by.account_id,
        proposal.subject,
        by.source,
        act=proposal.act.value,
        proposal=proposal.proposal_id,
    )
    with desk.log.doing(told):
        desk.store.propose(proposal)
    return Done(proposal, (told,))
