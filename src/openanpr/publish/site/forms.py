"""The forms of the site: what can be asked, with which fields, and what its pages hold. Pure.

Each form posts to where the node takes it in; the pages are files like all others.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from openanpr.policy.profile import Profile
from openanpr.publish.site.state import Matter

ASK_PATH: Final = "/ask"
SEND_PATH: Final = "/ask/send"
LOOK_PATH: Final = "/ask/status"
STATUS_PAGE: Final = "status.html"
KINDS: Final = ("question", "complaint", "access", "challenge", "correction")
"""What can be asked, as `rights.case.CaseKind` names it."""
_PLAIN: Final = ("text", "name", "contact")
_WITH_PLATE: Final = ("vrm", *_PLAIN)
FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "question": _PLAIN,
    "complaint": _PLAIN,
    "access": _WITH_PLATE,
    "challenge": _WITH_PLATE,
    "correction": _WITH_PLATE,
}
"""The fields of each form, from the top down."""
OF_MATTER: Final = MappingProxyType(
    {
        Matter.QUESTION: "question",
        Matter.COMPLAINT: "complaint",
        Matter.ACCESS: "access",
        Matter.STOPPED: "challenge",
    }
)
"""The form for each matter of the contacts."""
MATTER_OF: Final = MappingProxyType({kind: matter for matter, kind in OF_MATTER.items()})
ANSWERS: Final = frozenset({"ask", "check", "sent", "track", "stands", "busy"})
"""The templates of pages that are made for one answer."""


def form_path(kind: str) -> str:
    """Return the path of the page of a form."""
    return f"ask-{kind}.html"


def posts(path: str) -> bool:
    """Whether a page of the site has a form."""
    name = path.rpartition("/")[2]
    return name == STATUS_PAGE or (name.startswith("ask-") and name.endswith(".html"))


def form_values(
    kind: str, said: Mapping[str, str] | None = None, faults: Mapping[str, str] | None = None
) -> dict[str, object]:
    """Return what the page of a form is made of: its fields, what was typed into them, and what is wrong."""
    told = said or {}
    return {
        "kind": kind,
        "fields": FIELDS[kind],
        "said": {name: told.get(name, "") for name in (*FIELDS[kind], "website")},
        "faults": dict(faults or {}),
    }


def last_days(kind: str, profile: Profile) -> tuple[str, int]:
    """Return within how much time a form is answered: the unit, `days` or `months`, and how many."""
    numbers = profile.rights
    if kind == "access":
        return "months", numbers.access_months.value
    if kind == "correction":
        return "months", numbers.correction_months.value
    of = {
        "question": numbers.question_days,
        "complaint": numbers.complaint_days,
        "challenge": numbers.challenge_days,
    }
    return "days", of[kind].value
