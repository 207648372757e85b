"""The start of administration: each part, shown to those who may."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from openanpr.policy.ask import Act
from openanpr.web.api.refusals import ApiError
from openanpr.web.api.route import Anybody
from openanpr.web.pages.route import Answer, PageRoute, Shown, Visit, page


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its name, where it is, what it is for, and the act of its pages (None: anybody's)."""

    name: str
    path: str
    told: str
    act: Act | None


_GROUPS: Final = (
    (
        "People and systems",
        (
            Part(
                "People",
                "/administration/people",
                "Who is here, their roles, training and sessions.",
                Act.MANAGE_PEOPLE,
            ),
            Part(
                "Proposals",
                "/administration/proposals",
                "What one administrator proposed and another decides.",
                Act.MANAGE_PEOPLE,
            ),
            Part(
                "Services",
                "/administration/services",
                "Other systems that ask this node, with a token.",
                Act.MANAGE_PEOPLE,
            ),
        ),
    ),
    (
        "What delivers",
        (
            Part(
                "Devices",
                "/administration/devices",
                "Readers, cars and nodes: enrol with a code, revoke.",
                Act.MANAGE_DEVICES,
            ),
            Part(
                "Feeds", "/administration/feeds", "Other makers’ systems, with a token.", Act.MANAGE_DEVICES
            ),
            Part(
                "Quarantine",
                "/administration/quarantine",
                "Reads that could not be taken: mend, release, discard.",
                Act.MANAGE_QUARANTINE,
            ),
        ),
    ),
    (
        "Keeping",
        (
            Part(
                "Retention",
                "/administration/retention",
                "What goes now, and why not more.",
                Act.RUN_RETENTION,
            ),
            Part(
                "Certificates",
                "/administration/retention/certificates",
                "What went, day by day, with its proof.",
                Act.RUN_RETENTION,
            ),
            Part("Holds", "/administration/holds", "Reads that are kept for cases.", Act.RUN_RETENTION),
        ),
    ),
    (
        "This node",
        (
            Part(
                "Jobs and alarms",
                "/administration/jobs",
                "What the node does by itself, and what needs a person.",
                Act.MANAGE_DEVICES,
            ),
            Part(
                "Webhooks given up",
                "/administration/webhooks",
                "Messages that another system did not take.",
                Act.MANAGE_DEVICES,
            ),
            Part(
                "Profiles",
                "/administration/profiles",
                "The numbers of law in force, each with its source.",
                None,
            ),
        ),
    ),
)


def administration_pages() -> list[PageRoute]:
    """Return the index."""
    return [page("/administration", Anybody.SESSION, _index)]


def _index(visit: Visit) -> Answer:
    shown = [
        (title, [one for one in parts if one.act is None or one.act in visit.may]) for title, parts in _GROUPS
    ]
    if not any(one.act for _, parts in shown for one in parts):
        raise ApiError(403, "administration is for administrators and ANPR managers", "ask somebody who may")
    values = {"groups": [(title, parts) for title, parts in shown if parts], "section": "/administration"}
    return Shown("administration/index.html", values)
