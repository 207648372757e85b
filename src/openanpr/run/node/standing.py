"""How a node does, as numbers: no plate, no place, of devices nothing but counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from openanpr.alert.ports import OpenCounts
from openanpr.audit.log import LogStanding
from openanpr.ingest.tally import Counts
from openanpr.run.node.overseeing import Overdue
from openanpr.run.node.righting import RightsWaiting
from openanpr.run.node.site_figures import SiteFigures

FORM_OUTCOMES = ("answered", "limited", "refused", "failed")
"""What forms of the public are counted by, as `web.public.intake` answers them."""


@dataclass(frozen=True, slots=True)
class ConsumerStanding:
    """One consumer of the journal: batches it has yet to take, what it took, failures in a row."""

    waiting: int
    groups: int
    batches: int
    failures: int
    fault: str


@dataclass(frozen=True, slots=True)
class ListFigures:
    """One list: entries, whether it is stale, and its age in seconds (None: not known)."""

    entries: int
    revision: int
    stale: bool
    age_s: float | None


@dataclass(frozen=True, slots=True)
class ForwardStanding:
    """Delivery to another node: what waits, the last verdict, whether a person must act."""

    waiting: int
    verdict: str
    alarm: bool
    full: bool


@dataclass(frozen=True, slots=True)
class PublicStanding:
    """The public listener: when its pages were made, when it was looked last whether they are still so.

    `failed` turns could not make them; `wrong` counts what a look at them found that is not as it is told.
    `requests` are by (status, kind), `bands` by the seconds that `visits.BOUNDS_S` parts, since the start.
    """

    made_at: datetime | None
    looked_at: datetime | None
    failed: int
    wrong: int
    requests: Mapping[tuple[str, str], int]
    bands: tuple[int, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class NodeStanding:
    """A node at one moment.

    `failures` are turns that failed, by the name of what failed; `webhooks_failing` endpoints whose last try
    failed, `dead_letters` webhooks that were given up; `returned_days` certified days that a search found
    again; `reviews_due` entries that must be looked at again, by list; `overdue` what waits too long for a
    person; `sites` cameras whose time runs out or is over; `rules_for_nothing` the lists in the settings of
    alerts that the node does not have;
    `damaged_parts` of the read store that the engine put aside; `disk_free_bytes` on the disk of the journal;
    `log` is how the audit log does; `late_figures` months that should be published and are not; `rights` the
    cases of the public that are not closed; `forms` what its forms were answered with, by outcome;
    `unconfirmed_challenges` those whose change devices have not confirmed in time; `public` how the
    public listener does, None where there is none.
    """

    at: datetime
    started_at: datetime
    profile: str
    counts: Counts
    consumers: Mapping[str, ConsumerStanding]
    quarantine: Mapping[str, int]  # what waits, by reason
    lists: Mapping[str, ListFigures]
    listed: int  # entries in matching, without covert ones
    alerts: OpenCounts
    present: int  # who listens to alerts
    webhooks_failing: int
    dead_letters: int
    forward: ForwardStanding | None
    failures: Mapping[str, str]
    returned_days: int
    reviews_due: Mapping[str, int]
    overdue: Overdue
    sites: SiteFigures
    rules_for_nothing: Sequence[str]
    damaged_parts: int
    disk_free_bytes: int
    disk_least_bytes: int
    log: LogStanding
    late_figures: int = 0
    rights: RightsWaiting = field(default_factory=RightsWaiting)
    unconfirmed_challenges: int = 0
    public: PublicStanding | None = None
    forms: Mapping[str, int] = field(default_factory=dict[str, int])


def standing_record(standing: NodeStanding) -> dict[str, object]:
    """Return the standing as a JSON object."""
    counts = standing.counts
    return {
        "at": standing.at,
        "started_at": standing.started_at,
        "profile": standing.profile,
        "counts": {
            "batches": dict(counts.batches),
            "reads": dict(counts.reads),
            "refused": dict(counts.refused),
            "pictures": dict(counts.pictures),
            "enrolments": dict(counts.enrolments),
        },
        "consumers": dict(standing.consumers),
        "quarantine": dict(standing.quarantine),
        "lists": dict(standing.lists),
        "listed": standing.listed,
        "alerts": {
            "open": dict(standing.alerts.open),
            "waiting": dict(standing.alerts.waiting),
            "unattended": standing.alerts.unattended,
            "present": standing.present,
        },
        "webhooks": {"failing": standing.webhooks_failing, "dead": standing.dead_letters},
        "forward": standing.forward,
        "failures": dict(standing.failures),
        "returned_days": standing.returned_days,
        "reviews_due": dict(standing.reviews_due),
        "overdue": standing.overdue,
        "sites": standing.sites,
        "rules_for_nothing": list(standing.rules_for_nothing),
        "damaged_parts": standing.damaged_parts,
        "disk_free_bytes": standing.disk_free_bytes,
        "audit": standing.log,
        "rights": standing.rights,
        "unconfirmed_challenges": standing.unconfirmed_challenges,
        "forms": dict(standing.forms),
        "late_figures": standing.late_figures,
        "public": _public_record(standing.public),
    }


def _public_record(public: PublicStanding | None) -> dict[str, object] | None:
    if public is None:
        return None
    return {
        "made_at": public.made_at,
        "looked_at": public.looked_at,
        "failed": public.failed,
        "wrong": public.wrong,
        "requests": [
            {"status": status, "kind": kind, "count": count}
            for (status, kind), count in sorted(public.requests.items())
        ],
    }
