"""What a person must look at on a node; each alarm's page is docs/how-to/run-a-node.md. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from openanpr.run.node.standing import NodeStanding

_BEHIND_BATCHES = 5_000
_FAILURES = 3


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
    QUARANTINE_WAITING = "quarantine_waiting"


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
        *_of_others(standing),
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
    waiting = sum(standing.quarantine.values())
    if waiting:
        yield Alarm(
            AlarmName.QUARANTINE_WAITING, "quarantine", f"{waiting} reads are held and wait for a person"
        )
