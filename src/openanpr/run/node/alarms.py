"""What a person must look at on a node; each alarm's page is docs/how-to/run-a-node.md. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from openanpr.run.node.standing import NodeStanding

_BEHIND_BATCHES = 5_000
_FAILURES = 3
_OLD_S = 900
"""The public pages are looked at each minute: fifteen without a look are no chance."""


class AlarmName(StrEnum):
    """The alarms of a node."""

    AUDIT_LOG_REFUSES = "audit_log_refuses"
    CONSUMER_FAILING = "consumer_failing"
    CONSUMER_BEHIND = "consumer_behind"
    DISK_LOW = "disk_low"
    NOBODY_PRESENT = "nobody_present"
    ALERT_UNATTENDED = "alert_unattended"
    LIST_STALE = "list_stale"
    REVIEWS_DUE = "reviews_due"
    RULES_FOR_NOTHING = "rules_for_nothing"
    CHORE_FAILING = "chore_failing"
    FORWARD_STOPPED = "forward_stopped"
    FORWARD_FULL = "forward_full"
    WEBHOOK_DEAD = "webhook_dead"
    DELETED_DAY_RETURNED = "deleted_day_returned"
    READS_DAMAGED = "reads_damaged"
    AUTHORITY_UNCONFIRMED = "authority_unconfirmed"
    REVIEW_OVERDUE = "review_overdue"
    CAMERA_LAPSED = "camera_lapsed"
    SITE_OVERDUE = "site_overdue"
    SITE_DUE = "site_due"
    CAMERA_WITHOUT_CASE = "camera_without_case"
    IMPACT_ASSESSMENT_OLD = "impact_assessment_old"
    QUARANTINE_WAITING = "quarantine_waiting"
    FIGURES_LATE = "figures_late"
    RIGHTS_LATE = "rights_late"
    RIGHTS_DUE_SOON = "rights_due_soon"
    CHALLENGE_UNCONFIRMED = "challenge_unconfirmed"
    PUBLIC_SITE_OLD = "public_site_old"
    PUBLIC_SITE_WRONG = "public_site_wrong"


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm: its name, what it is about (a consumer, a list), and what to do, in one sentence."""

    name: AlarmName
    about: str
    sentence: str


def alarms(standing: NodeStanding) -> tuple[Alarm, ...]:
    """Return what a person must look at now, the gravest first."""
    return (
        *_of_the_log(standing),
        *_of_the_disk(standing),
        *_of_consumers(standing),
        *_of_forgetting(standing),
        *_of_alerts(standing),
        *_of_searches(standing),
        *_of_sites(standing),
        *_of_rights(standing),
        *_of_others(standing),
        *_of_the_public(standing),
    )


def _of_the_log(standing: NodeStanding) -> Iterator[Alarm]:
    if standing.log.refuses:
        yield Alarm(
            AlarmName.AUDIT_LOG_REFUSES,
            "audit",
            f"the audit log takes nothing more ({standing.log.refuses}): nothing is done until it does again",
        )


def _of_the_disk(standing: NodeStanding) -> Iterator[Alarm]:
    if standing.disk_free_bytes < standing.disk_least_bytes:
        yield Alarm(
            AlarmName.DISK_LOW,
            "journal",
            "the disk is nearly full: nothing more is taken in until there is room; senders keep their reads",
        )


def _of_consumers(standing: NodeStanding) -> Iterator[Alarm]:
    for name, consumer in standing.consumers.items():
        if consumer.failures >= _FAILURES:
            yield Alarm(
                AlarmName.CONSUMER_FAILING,
                name,
                f"{name} fails again and again ({consumer.fault}): the journal keeps all until it is mended",
            )
        if consumer.waiting > _BEHIND_BATCHES:
            yield Alarm(
                AlarmName.CONSUMER_BEHIND, name, f"{name} is {consumer.waiting} batches behind what came in"
            )


def _of_forgetting(standing: NodeStanding) -> Iterator[Alarm]:
    if standing.returned_days:
        yield Alarm(
            AlarmName.DELETED_DAY_RETURNED,
            "retention",
            f"{standing.returned_days} days that were certified as deleted can be found: run retention",
        )
    if standing.damaged_parts:
        yield Alarm(
            AlarmName.READS_DAMAGED,
            "reads",
            f"{standing.damaged_parts} parts of the read store are damaged and put aside: reads are missing",
        )
    for name, fault in standing.failures.items():
        yield Alarm(AlarmName.CHORE_FAILING, name, f"{name} failed ({fault}) and is tried again")


def _of_alerts(standing: NodeStanding) -> Iterator[Alarm]:
    if standing.alerts.unattended:
        yield Alarm(
            AlarmName.ALERT_UNATTENDED,
            "alerts",
            f"{standing.alerts.unattended} alerts wait and nobody is there who must answer them",
        )
    if standing.present == 0:
        yield Alarm(AlarmName.NOBODY_PRESENT, "alerts", "nobody listens to alerts")
    if standing.dead_letters:
        yield Alarm(
            AlarmName.WEBHOOK_DEAD,
            "webhooks",
            f"{standing.dead_letters} webhooks were given up: mend the receiver, then send them again",
        )


def _of_searches(standing: NodeStanding) -> Iterator[Alarm]:
    late = standing.overdue
    if late.authorities:
        yield Alarm(
            AlarmName.AUTHORITY_UNCONFIRMED,
            "searches",
            f"{late.authorities} searches ran on an oral authority that no officer confirmed in time",
        )
    if late.reviews:
        yield Alarm(
            AlarmName.REVIEW_OVERDUE, "review", f"{late.reviews} items of review wait too long for a finding"
        )


def _of_rights(standing: NodeStanding) -> Iterator[Alarm]:
    if late := standing.rights.late:
        yield Alarm(
            AlarmName.RIGHTS_LATE, "rights", f"{late} cases of the public are past their day: answer them now"
        )
    if soon := standing.rights.due_soon:
        yield Alarm(AlarmName.RIGHTS_DUE_SOON, "rights", f"{soon} cases of the public are due within days")
    if silent := standing.unconfirmed_challenges:
        yield Alarm(
            AlarmName.CHALLENGE_UNCONFIRMED,
            "rights",
            f"devices have not confirmed the changes for {silent} challenges: see which, and fetch them in",
        )


def _of_sites(standing: NodeStanding) -> Iterator[Alarm]:
    sites, about = standing.sites, "sites"
    first = {kind: f", the first in {days} days" for kind, days in sites.first_days.items()}
    if sites.lapsed:
        yield Alarm(
            AlarmName.CAMERA_LAPSED,
            about,
            f"{sites.lapsed} cameras have lapsed: their reads are held. Renew their sites, or take them down",
        )
    if sites.overdue:
        yield Alarm(
            AlarmName.SITE_OVERDUE,
            about,
            f"{sites.overdue} cameras are past their review and will lapse{first.get('overdue', '')}",
        )
    if sites.due:
        yield Alarm(
            AlarmName.SITE_DUE,
            about,
            f"the review or the test of {sites.due} cameras falls due{first.get('due', '')}",
        )
    if sites.uncased:
        yield Alarm(
            AlarmName.CAMERA_WITHOUT_CASE,
            about,
            f"{sites.uncased} cameras have no case and will lapse{first.get('uncased', '')}",
        )
    if sites.dpia:
        yield Alarm(
            AlarmName.IMPACT_ASSESSMENT_OLD,
            about,
            f"the impact assessments of {sites.dpia} sites were not looked at for too long",
        )


def _of_others(standing: NodeStanding) -> Iterator[Alarm]:
    for name, one in standing.lists.items():
        if one.stale:
            yield Alarm(
                AlarmName.LIST_STALE, name, f"list {name} is stale: its hits say so and never say stop"
            )
    for name, due in standing.reviews_due.items():
        yield Alarm(
            AlarmName.REVIEWS_DUE, name, f"{due} entries of list {name} are due for review by their owners"
        )
    for name in standing.rules_for_nothing:
        yield Alarm(
            AlarmName.RULES_FOR_NOTHING,
            name,
            f"the settings have alert rules for {name}, which is no list here: mend the name or define it",
        )
    if standing.forward is not None and standing.forward.alarm:
        yield Alarm(
            AlarmName.FORWARD_STOPPED,
            "forward",
            f"the other node does not take our reads ({standing.forward.verdict}): a person must act there",
        )
    if standing.forward is not None and standing.forward.full:
        yield Alarm(AlarmName.FORWARD_FULL, "forward", "the outbox to the other node is full: mend the line")
    if standing.late_figures:
        yield Alarm(
            AlarmName.FIGURES_LATE,
            "figures",
            f"the figures of {standing.late_figures} months should be published and are not: "
            "see what keeps them",
        )
    waiting = sum(standing.quarantine.values())
    if waiting:
        yield Alarm(
            AlarmName.QUARANTINE_WAITING, "quarantine", f"{waiting} reads are held and wait for a person"
        )


def _of_the_public(standing: NodeStanding) -> Iterator[Alarm]:
    public, about = standing.public, "public"
    if public is None:
        return
    since = public.looked_at or standing.started_at
    if (standing.at - since).total_seconds() > _OLD_S:
        made = "were never made" if public.made_at is None else f"are of {public.made_at:%Y-%m-%d %H:%M} UTC"
        yield Alarm(
            AlarmName.PUBLIC_SITE_OLD,
            about,
            f"the public pages {made}, and cannot be made anew: see what keeps 'make the public site'",
        )
    if public.wrong:
        yield Alarm(
            AlarmName.PUBLIC_SITE_WRONG,
            about,
            f"{public.wrong} things on the public pages are not proved or lead nowhere: export them, and see "
            "'openanpr public check'",
        )
