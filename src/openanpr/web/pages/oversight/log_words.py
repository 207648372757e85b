"""What entries of the audit log say, in plain words: each act, each field, each value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from openanpr.audit.acts import Act

ACTS: Final[Mapping[str, str]] = {
    Act.COLLECTION: "Reads came in",
    Act.ALTERATION: "A record was changed",
    Act.CONSULTATION: "Somebody asked or looked",
    Act.DISCLOSURE: "Something was handed out",
    Act.COMBINATION: "Reads were brought together",
    Act.ERASURE: "Something was erased",
    Act.SIGN_IN: "Signing in",
    Act.POLICY_CHANGE: "Other rules hold",
    Act.LIST_CHANGE: "A list was changed",
    Act.APPROVAL: "Somebody allowed it",
    Act.REFUSAL: "It was refused",
    Act.ALERT_HANDLING: "A step on an alert",
    Act.PEOPLE_CHANGE: "Who may do what",
    Act.ENROLMENT: "A device or camera",
    Act.HOLD: "Kept for a case",
    Act.FAILURE: "It failed",
    Act.LOG_END: "This log ended",
    Act.LOG_BEGIN: "This log began",
    Act.REVIEW: "A review",
    Act.SITE: "The case for a camera",
    Act.PUBLICATION: "Shown to the public",
    Act.ASSESSMENT: "The self assessment",
    Act.RIGHTS: "A request of the public",
}
"""Each act in few words."""

FIELDS: Final[Mapping[str, str]] = {
    "added": "Added",
    "about": "About",
    "alert": "Alert",
    "batch": "Batch",
    "by": "By whom",
    "cameras": "Cameras",
    "cameras_of": "Cameras",
    "case": "Case",
    "changed": "Changed",
    "day": "Day",
    "device": "Device",
    "digest": "SHA-256",
    "entries": "Entries",
    "failed": "What failed",
    "fault": "Fault",
    "for_whom": "For whom",
    "held": "Held back",
    "hold": "Hold",
    "inner": "SHA-256 with all counts",
    "item": "Item of review",
    "kind": "Of what kind",
    "last_key": "Key before (SHA-256)",
    "list_name": "List",
    "means": "By which means",
    "next_key": "Next key (SHA-256)",
    "oldest_days": "Days back",
    "outcome": "Outcome",
    "period": "Of the month",
    "person": "Who",
    "place": "Place",
    "places": "Places",
    "plate": "Plate",
    "profile": "Profile",
    "purpose": "Purpose",
    "question": "Question",
    "rank": "Rank",
    "reads": "Reads",
    "reason": "Reason",
    "recipient": "Who got it",
    "reference": "Reference",
    "refused": "What was refused",
    "regards": "Goes on from entry",
    "removed": "Removed",
    "root": "Root",
    "rows": "Rows",
    "rules": "Rules",
    "search": "Search",
    "size": "Size",
    "source": "From where",
    "stage": "Stage",
    "step": "Step",
    "subject": "About whom or what",
    "until": "Until",
    "version": "Version",
    "what": "What",
    "why": "Why",
    "written": "SHA-256 of what was written",
}
"""Each field in few words."""

_PERSONS: Final = frozenset({"person", "subject", "by", "for_whom"})
_IDS: Final = frozenset({"act", "digest", "root", "last_key", "next_key", "day", "until", "profile"})


def field_words(name: str) -> str:
    """Return what a field is called."""
    return FIELDS.get(name, name.replace("_", " "))


def value_words(name: str, value: object) -> str:
    """Return a public value as a person reads it: words without dashes, numbers with commas."""
    match value:
        case list():
            return ", ".join(map(str, value)) or "none"  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
        case bool():
            return "yes" if value else "no"
        case int():
            return str(value) if name == "regards" else f"{value:,}"
        case str() if name not in _IDS:
            return value.replace("-", " ")
        case _:
            return str(value)


def opened_words(name: str, value: str, who: Callable[[str], str]) -> str:
    """Return a value that was opened; an account's id with the name of its person."""
    return who(value) if name in _PERSONS else value
