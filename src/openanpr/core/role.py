"""What people are in a force: the roles that give access, and the ranks that give authority."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a person is there for. A person may hold several; some exclude what others allow."""

    CONTROL_ROOM_OPERATOR = "control-room-operator"
    PATROL_OFFICER = "patrol-officer"
    INVESTIGATOR = "investigator"
    ANALYST = "analyst"
    AUTHORISING_OFFICER = "authorising-officer"
    LIST_OWNER = "list-owner"
    ANPR_MANAGER = "anpr-manager"
    AUDITOR = "auditor"
    PUBLISHER = "publisher"
    INFORMATION_RIGHTS_OFFICER = "information-rights-officer"  # answers what people ask to see or have mended
    COMPLAINTS_OFFICER = "complaints-officer"  # of professional standards
    SENIOR_RESPONSIBLE_OFFICER = "senior-responsible-officer"
    ADMINISTRATOR = "administrator"


class Rank(StrEnum):
    """From the lowest to the highest; staff and other agencies hold the equivalent that their force names."""

    NONE = "none"
    CONSTABLE = "constable"
    SERGEANT = "sergeant"
    INSPECTOR = "inspector"
    CHIEF_INSPECTOR = "chief-inspector"
    SUPERINTENDENT = "superintendent"
    CHIEF_SUPERINTENDENT = "chief-superintendent"
    ASSISTANT_CHIEF_CONSTABLE = "assistant-chief-constable"
    DEPUTY_CHIEF_CONSTABLE = "deputy-chief-constable"
    CHIEF_CONSTABLE = "chief-constable"

    @property
    def level(self) -> int:
        """The place in the order: 0 without a rank, higher for a higher one."""
        return _LEVELS[self]


_LEVELS = {rank: level for level, rank in enumerate(Rank)}
