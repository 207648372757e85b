"""How a node does, in the text form that Prometheus reads: no plate, no place, no name of a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from openanpr.run.node.alarms import AlarmName, alarms
from openanpr.run.node.standing import FORM_OUTCOMES, NodeStanding, PublicStanding
from openanpr.web.public.visits import BOUNDS_S


def metrics_text(standing: NodeStanding) -> bytes:
    """Return the metrics (Prometheus text format 0.0.4)."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Metrics(standing))
    return generate_latest(registry)


class _Metrics(Collector):
    """One standing, given out once."""

    def __init__(self, standing: NodeStanding) -> None:
        self._standing = standing

    def collect(self) -> Iterator[Metric]:
        """Yield every metric."""
        yield from _counters(self._standing)
        yield from _of_the_journal(self._standing)
        yield from _of_lists(self._standing)
        yield from _of_alerts(self._standing)
        yield from _of_the_node(self._standing)
        if self._standing.public is not None:
            yield from _of_the_public(self._standing.public, self._standing)


def _counters(standing: NodeStanding) -> Iterator[Metric]:
    counts = standing.counts
    held: dict[str, int] = {}
    for (reason, _device), n in counts.quarantined.items():
        held[reason] = held.get(reason, 0) + n
    yield _counter("reads", "Reads since the start, by what became of them", "outcome", counts.reads)
    yield _counter("batches", "Batches since the start", "outcome", counts.batches)
    yield _counter("refused", "Deliveries that were refused whole, by fault", "fault", counts.refused)
    yield _counter("quarantined", "Reads put into quarantine, by reason", "reason", held)
    yield _counter("pictures", "Pictures taken in", "outcome", counts.pictures)
    yield _counter("enrolments", "Devices enrolled and keys changed", "outcome", counts.enrolments)


def _of_the_journal(standing: NodeStanding) -> Iterator[Metric]:
    consumers = standing.consumers
    waiting = {name: one.waiting for name, one in consumers.items()}
    failing = {name: one.failures for name, one in consumers.items()}
    passed = {name: one.batches for name, one in consumers.items()}
    yield _gauge("journal_waiting_batches", "Batches that a consumer has yet to take", "consumer", waiting)
    yield _gauge("journal_failures", "Failures in a row", "consumer", failing)
    yield _counter("journal_passed_batches", "Batches that a consumer has passed", "consumer", passed)
    yield _gauge("quarantine_waiting", "Reads that wait for a person", "reason", standing.quarantine)


def _of_lists(standing: NodeStanding) -> Iterator[Metric]:
    lists = standing.lists
    ages = {name: one.age_s for name, one in lists.items() if one.age_s is not None}
    yield _gauge("list_entries", "Entries of a list", "list", {n: one.entries for n, one in lists.items()})
    yield _gauge("list_revision", "Revision of a list", "list", {n: one.revision for n, one in lists.items()})
    yield _gauge("list_stale", "1: older than it may be", "list", {n: int(x.stale) for n, x in lists.items()})
    yield _gauge("list_age_seconds", "Age of a list's contents", "list", ages)
    late = {"authority": standing.overdue.authorities, "review": standing.overdue.reviews}
    yield _gauge("overdue", "What waits too long for a person", "what", late)
    yield _gauge(
        "cameras", "Cameras of the register by their standing", "standing", standing.sites.by_standing()
    )
    yield _gauge_of("old_impact_assessments", "Sites whose impact assessment is too old", standing.sites.dpia)
    yield _gauge("rights_cases", "Cases of the public", "standing", standing.rights.by_standing())
    silent = standing.unconfirmed_challenges
    yield _gauge_of(
        "challenges_unconfirmed", "Challenges with a change that devices have not confirmed", silent
    )
    yield _gauge("list_reviews_due", "Entries due for review", "list", standing.reviews_due)
    yield _gauge_of("matched_entries", "Entries in matching, covert ones left out", standing.listed)


def _of_alerts(standing: NodeStanding) -> Iterator[Metric]:
    alerts = standing.alerts
    yield _gauge("alerts_open", "Open alerts, covert ones left out", "kind", alerts.open)
    yield _gauge(
        "alerts_waiting", "Alerts that wait for a person, covert ones left out", "kind", alerts.waiting
    )
    yield _gauge_of("alerts_unattended", "Alerts with nobody there to answer", alerts.unattended)
    yield _gauge_of("viewers_present", "Streams of alerts that are listened to", standing.present)
    yield _gauge_of("webhooks_failing", "Endpoints whose last try failed", standing.webhooks_failing)
    yield _gauge_of("webhooks_dead", "Webhooks that were given up", standing.dead_letters)


def _of_the_node(standing: NodeStanding) -> Iterator[Metric]:
    on = {name.value: 0 for name in AlarmName}
    for alarm in alarms(standing):
        on[alarm.name.value] += 1
    yield _gauge("alarm", "How many things an alarm is about; 0: all is well", "name", on)
    yield _gauge_of("disk_free_bytes", "Room on the disk of the journal", standing.disk_free_bytes)
    log = standing.log
    yield _gauge_of("audit_entries", "Entries of the audit log", log.entries)
    yield _gauge_of("audit_refuses", "1: the audit log takes nothing more", int(bool(log.refuses)))
    yield _gauge_of("audit_checkpoint_age_seconds", "Since the log signed itself", log.checkpoint_age_s)
    yield _gauge_of("audit_unsigned_entries", "Entries after that", log.entries - log.checkpoint_size)
    yield _gauge_of("audit_free_bytes", "Room on the disk of the audit log", log.free_bytes)
    yield _gauge_of("start_time_seconds", "When the node started, Unix time", standing.started_at.timestamp())
    if standing.forward is not None:
        yield _gauge_of(
            "forward_waiting_reads", "Reads on their way to the other node", standing.forward.waiting
        )


def _of_the_public(public: PublicStanding, standing: NodeStanding) -> Iterator[Metric]:
    asked = CounterMetricFamily(
        "openanpr_public_requests", "Requests of the public since the start", labels=["kind", "status"]
    )
    for (status, kind), count in sorted(public.requests.items()):
        asked.add_metric([kind, status], count)
    yield asked
    ends, below = (*map(str, BOUNDS_S), "+Inf"), accumulate(public.bands)
    yield HistogramMetricFamily(
        "openanpr_public_request_seconds",
        "Seconds until the public was answered",
        buckets=list(zip(ends, below, strict=True)),
        sum_value=public.seconds,
    )
    if public.made_at is not None:
        made = public.made_at.timestamp()
        yield _gauge_of("public_made_time_seconds", "When the public pages were made, Unix time", made)
    since = public.looked_at or standing.started_at
    age = max(0.0, (standing.at - since).total_seconds())
    yield _gauge_of("public_age_seconds", "Since it was looked whether the public pages are still so", age)
    yield _gauge_of("public_wrong", "What on the public pages is not proved or leads nowhere", public.wrong)
    forms = dict.fromkeys(FORM_OUTCOMES, 0) | dict(standing.forms)
    yield _counter("public_forms", "Forms of the public, by what they were answered with", "outcome", forms)
    failed = CounterMetricFamily("openanpr_public_failures", "Turns that could not make the public pages")
    failed.add_metric([], public.failed)
    yield failed


def _counter(name: str, help_: str, label: str, values: Mapping[str, float]) -> Metric:
    family = CounterMetricFamily(f"openanpr_{name}", help_, labels=[label])
    return _filled(family, values.items())


def _gauge(name: str, help_: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(f"openanpr_{name}", help_, labels=[label])
    return _filled(family, values.items())


def _gauge_of(name: str, help_: str, value: float) -> Metric:
    return GaugeMetricFamily(f"openanpr_{name}", help_, value=value)


def _filled(family: CounterMetricFamily | GaugeMetricFamily, values: Iterable[tuple[str, float]]) -> Metric:
    for label, value in values:
        family.add_metric([label], value)
    return family
