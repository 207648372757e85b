"""How the node does, as its page of jobs shows it."""

from __future__ import annotations

from collections.abc import Mapping

from openanpr.run.node.alarms import alarms
from openanpr.run.node.telling import Telling
from openanpr.web.pages.administration.jobs import Alarm, Job, NodeFigures, NodeTold, Step


def told_jobs(telling: Telling) -> NodeTold:
    """Return how the node does now."""
    standing = telling.standing()
    counts, log, forward = standing.counts, standing.log, standing.forward
    figures = NodeFigures(
        at=standing.at,
        started_at=standing.started_at,
        profile=standing.profile,
        reads=_sorted(counts.reads),
        refused=_sorted(counts.refused),
        pictures=_sorted(counts.pictures),
        entries=standing.listed,
        alerts_open=sum(standing.alerts.open.values()),
        alerts_waiting=sum(standing.alerts.waiting.values()),
        present=standing.present,
        disk_free_bytes=standing.disk_free_bytes,
        log_entries=log.entries,
        log_unsigned=log.entries - log.checkpoint_size,
        log_age_s=log.checkpoint_age_s,
        log_refuses=log.refuses,
        forward_waiting=None if forward is None else forward.waiting,
    )
    return NodeTold(
        figures,
        tuple(Alarm(one.name.value, one.about, one.sentence) for one in alarms(standing)),
        tuple(
            Step(name, one.waiting, one.batches, one.failures, one.fault)
            for name, one in standing.consumers.items()
        ),
        tuple(
            Job(one.name, one.every, one.last, None if one.last is None else one.last + one.every, one.fault)
            for one in telling.keeping.standing()
        ),
        tuple(
            Job(one.name, None, one.last, one.due, one.fault)
            for one in (each.standing() for each in telling.rounds)
        ),
    )


def _sorted(counts: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counts.items()))
