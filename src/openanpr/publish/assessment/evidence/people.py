"""Evidence of who may act: training, second factors, duties kept apart, somebody in each role."""

from __future__ import annotations

from typing import Final

from openanpr.core.role import Role
from openanpr.publish.assessment.evidence.look import Measuring, evidence
from openanpr.publish.assessment.facts import PeopleFacts
from openanpr.publish.assessment.finding import Counted, Figure, Found, Part, Standing

ANSWERABLE: Final = (
    Role.ANPR_MANAGER,
    Role.AUTHORISING_OFFICER,
    Role.LIST_OWNER,
    Role.AUDITOR,
    Role.PUBLISHER,
    Role.SENIOR_RESPONSIBLE_OFFICER,
    Role.ADMINISTRATOR,
)
"""The roles that answer for something: each must be somebody's."""


def training_current(of: PeopleFacts, at: Measuring) -> Found:
    """Whether everybody who was given a role has the training without which it does not count."""
    del at
    figures = (
        Figure("people", Counted(of.people)),
        Figure("people-untrained", Part(of.untrained, of.people)),
    )
    if not of.people:
        return Found(Standing.MISSING, "nobody", figures)
    if of.untrained:
        return Found(Standing.CONTRADICTS, "some-lapsed", figures)
    return Found(Standing.SUPPORTS, "all", figures)


def second_factors(of: PeopleFacts, at: Measuring) -> Found:
    """Whether nobody can sign in by a password alone."""
    del at
    figures = (
        Figure("people", Counted(of.people)),
        Figure("people-unfactored", Part(of.unfactored, of.people)),
    )
    if not of.people:
        return Found(Standing.MISSING, "nobody", figures)
    if of.unfactored:
        return Found(Standing.CONTRADICTS, "some-lack", figures)
    return Found(Standing.SUPPORTS, "all", figures)


def duties_apart(of: PeopleFacts, at: Measuring) -> Found:
    """Whether nobody holds roles that one person must not hold together."""
    del at
    figures = (
        Figure("people", Counted(of.people)),
        Figure("people-clashing", Counted(of.clashing)),
    )
    if not of.people:
        return Found(Standing.MISSING, "nobody", figures)
    if of.clashing:
        return Found(Standing.CONTRADICTS, "some-clash", figures)
    return Found(Standing.SUPPORTS, "apart", figures)


def responsible_named(of: PeopleFacts, at: Measuring) -> Found:
    """Whether each role that answers for something is held by somebody now."""
    del at
    lacking = sum(not of.holders.get(role, 0) for role in ANSWERABLE)
    figures = Figure("roles-answerable", len(ANSWERABLE)), Figure("roles-empty", lacking)
    if not of.people:
        return Found(Standing.MISSING, "nobody", figures)
    if lacking:
        return Found(Standing.CONTRADICTS, "some-empty", figures)
    return Found(Standing.SUPPORTS, "all-held", figures)


def services_owned(of: PeopleFacts, at: Measuring) -> Found:
    """Whether each service account that may ask has an owner who is still there."""
    del at
    figures = Figure("services", of.services), Figure("services-orphaned", of.orphaned_services)
    if of.orphaned_services:
        return Found(Standing.CONTRADICTS, "some-orphaned", figures)
    if not of.services:
        return Found(Standing.SUPPORTS, "none", figures, empty=True)
    return Found(Standing.SUPPORTS, "all-owned", figures)


EVIDENCES = (
    evidence("training-current", lambda facts: facts.people, training_current),
    evidence("second-factors", lambda facts: facts.people, second_factors),
    evidence("duties-apart", lambda facts: facts.people, duties_apart),
    evidence("responsible-named", lambda facts: facts.people, responsible_named),
    evidence("services-owned", lambda facts: facts.people, services_owned),
)
