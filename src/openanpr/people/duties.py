"""Separation of duties, all of it: which roles one person never holds together, and who may do what to whom.

Pure. Every act that changes who may do what asks here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from openanpr.core.role import Role
from openanpr.people.roles import SEARCHING, Grant

_REST: Final = frozenset(Role) - {Role.ADMINISTRATOR}
_APART: Final = frozenset(
    {frozenset({Role.ADMINISTRATOR, other}) for other in _REST}
    | {
        frozenset({Role.AUDITOR, other})
        for other in SEARCHING | {Role.AUTHORISING_OFFICER, Role.SENIOR_RESPONSIBLE_OFFICER}
    }
)
"""Pairs that no person holds at one moment.

Whoever gives roles uses none, and whoever looks at searches makes and approves none.
"""


class DutyError(ValueError):
    """Refused, because duties are kept apart; the sentence says which and what would be possible."""


class Grave(StrEnum):
    """Acts that two administrators do together, each with a second factor given minutes ago."""

    GIVE_ADMINISTRATOR = "give_administrator"
    GIVE_AUTHORISING_OFFICER = "give_authorising_officer"
    RENEW_CREDENTIALS = "renew_credentials"  # another password and second factor for an account that has them
    ENABLE_ACCOUNT = "enable_account"


_GRAVE_ROLES: Final = {
    Role.ADMINISTRATOR: Grave.GIVE_ADMINISTRATOR,
    Role.AUTHORISING_OFFICER: Grave.GIVE_AUTHORISING_OFFICER,
}


def grave_role(role: Role) -> Grave | None:
    """Return the grave act that giving this role is; None where one administrator may do it."""
    return _GRAVE_ROLES.get(role)


def conflicts(roles: frozenset[Role]) -> frozenset[frozenset[Role]]:
    """Return the pairs among the roles that no person holds at one moment."""
    return frozenset(pair for pair in _APART if pair <= roles)


def verify_administrator(roles: frozenset[Role]) -> None:
    """Raise DutyError unless these are an administrator's roles."""
    if Role.ADMINISTRATOR not in roles:
        raise DutyError("only an administrator may do this: ask one")


def verify_any(roles: frozenset[Role], able: frozenset[Role]) -> None:
    """Raise DutyError unless one of the roles is one that may do it."""
    if not roles & able:
        raise DutyError(f"only these may do this: {', '.join(sorted(able))}")


def verify_other(doer: str, subject: str, what: str) -> None:
    """Raise DutyError where a person does to themselves what another must do to them."""
    if doer == subject:
        raise DutyError(f"nobody may {what}: ask another person")


def verify_grant(new: Grant, others: Iterable[Grant]) -> None:
    """Raise DutyError where the new grant may not stand beside the person's other grants.

    A grant to oneself, and a role that at any moment, now or later, would be held with one that it must be
    kept apart from.
    """
    verify_other(new.given_by, new.account_id, "give a role to themselves")
    for other in others:
        if (
            other.account_id == new.account_id
            and new.meets(other)
            and frozenset({new.role, other.role}) in _APART
        ):
            raise DutyError(
                f"{new.role.value} and {other.role.value} are never one person's at the same time: withdraw "
                "the other role first, or let the new one start after it"
            )


@dataclass(frozen=True, slots=True)
class Three:
    """Who has to do with a grave act: three different people."""

    proposer: str
    approver: str
    subject: str


def verify_maker(made_by: str, giver: str, role: Role) -> None:
    """Raise DutyError where whoever added a person would give them a searching role too.

    Else one administrator could make up a person, be that person, and search.
    """
    if role in SEARCHING and giver == made_by:
        raise DutyError("whoever added a person gives them no searching role: ask another administrator")


def verify_second(who: Three, roles: frozenset[Role], administrators: frozenset[str]) -> None:
    """Raise DutyError unless two administrators, and no more than that, stand behind a grave act.

    `roles` are the approver's, `administrators` all who can act now: the proposer must be one of them still.
    """
    proposer, approver, subject = who.proposer, who.approver, who.subject
    verify_administrator(roles)
    if proposer not in administrators:
        raise DutyError("whoever proposed this is no administrator any more: propose it again")
    verify_other(approver, proposer, "approve what they themselves proposed")
    verify_other(approver, subject, "approve what is done to themselves")
    verify_other(proposer, subject, "have a grave act done to themselves")
