"""How a node does: each alarm comes and goes, and its numbers name no plate and count nothing covert."""

from __future__ import annotations

import gc
import shutil
import timeit
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
from prometheus_client.parser import text_string_to_metric_families

from openanpr.alert.raising import Known, raise_alerts
from openanpr.audit.log import LogStanding
from openanpr.ingest.refusal import RefusedError
from openanpr.run.node.alarms import Alarm, AlarmName, alarms
from openanpr.run.node.metrics import metrics_text
from openanpr.run.node.overseeing import Overdue
from openanpr.run.node.righting import RightsWaiting
from openanpr.run.node.site_figures import SiteFigures
from openanpr.run.node.standing import (
    ConsumerStanding,
    ForwardStanding,
    ListFigures,
    NodeStanding,
    PublicStanding,
    standing_record,
)
from tests.alert.scenes import AT, BOOK, ID_OF, make_hit
from tests.run_node.world import CONTROL_ROOM, MARK, NOW, STOLEN, World, covert, listed, read


@pytest.fixture(scope="module")
def well(tmp_path_factory, reads_url) -> NodeStanding:
    """A node that is well, with somebody there and a case for its camera."""
    world = World(tmp_path_factory.mktemp("well") / "node", reads_url)
    with world.desk.present(CONTROL_ROOM):
        standing = world.telling.standing()
    world.last.close()
    return replace(standing, sites=SiteFigures(admitted=1))


def names(standing) -> list[AlarmName]:
    return [alarm.name for alarm in alarms(standing)]


FINE = ConsumerStanding(waiting=5000, groups=1, batches=1, failures=2, fault="OSError at a.py:1")
FRESH = ListFigures(entries=1, revision=1, stale=False, age_s=1.0)
SHOWN = PublicStanding(NOW, NOW, 0, 0, {("200", "page"): 3, ("404", "missing"): 1}, (4,) + 10 * (0,), 0.001)
LINE = ForwardStanding(waiting=9, verdict="", alarm=False, full=False)


@pytest.mark.parametrize(
    ("name", "about", "changes"),
    [
        (AlarmName.DISK_LOW, "journal", {"disk_free_bytes": 2**20}),
        (AlarmName.CONSUMER_FAILING, "store", {"consumers": {"store": replace(FINE, failures=3)}}),
        (AlarmName.CONSUMER_BEHIND, "store", {"consumers": {"store": replace(FINE, waiting=5001)}}),
        (AlarmName.DELETED_DAY_RETURNED, "retention", {"returned_days": 1}),
        (AlarmName.READS_DAMAGED, "reads", {"damaged_parts": 1}),
        (AlarmName.CHORE_FAILING, "weed lists", {"failures": {"weed lists": "OSError at a.py:1"}}),
        (AlarmName.FIGURES_LATE, "figures", {"late_figures": 1}),
        (AlarmName.PUBLIC_SITE_OLD, "public", {"public": replace(SHOWN, looked_at=NOW - timedelta(hours=1))}),
        (AlarmName.PUBLIC_SITE_WRONG, "public", {"public": replace(SHOWN, wrong=1)}),
        (AlarmName.WEBHOOK_DEAD, "webhooks", {"dead_letters": 1}),
        (AlarmName.NOBODY_PRESENT, "alerts", {"present": 0}),
        (AlarmName.LIST_STALE, "stolen", {"lists": {"stolen": replace(FRESH, stale=True)}}),
        (AlarmName.AUTHORITY_UNCONFIRMED, "searches", {"overdue": Overdue(authorities=1)}),
        (AlarmName.REVIEW_OVERDUE, "review", {"overdue": Overdue(reviews=1)}),
        (AlarmName.CAMERA_LAPSED, "sites", {"sites": SiteFigures(lapsed=1)}),
        (AlarmName.SITE_OVERDUE, "sites", {"sites": SiteFigures(overdue=1, first_days={"overdue": 3})}),
        (AlarmName.SITE_DUE, "sites", {"sites": SiteFigures(due=1, first_days={"due": 3})}),
        (AlarmName.CAMERA_WITHOUT_CASE, "sites", {"sites": SiteFigures(uncased=1)}),
        (AlarmName.IMPACT_ASSESSMENT_OLD, "sites", {"sites": SiteFigures(dpia=1)}),
        (AlarmName.REVIEWS_DUE, "stolen", {"reviews_due": {"stolen": 2}}),
        (AlarmName.AUDIT_LOG_REFUSES, "audit", {"log": LogStanding(1, 1, 0.0, 1, 2, "its disk is full")}),
        (AlarmName.RULES_FOR_NOTHING, "stollen", {"rules_for_nothing": ("stollen",)}),
        (AlarmName.FORWARD_STOPPED, "forward", {"forward": replace(LINE, alarm=True)}),
        (AlarmName.FORWARD_FULL, "forward", {"forward": replace(LINE, full=True)}),
        (AlarmName.RIGHTS_LATE, "rights", {"rights": RightsWaiting(open=1, late=1)}),
        (AlarmName.RIGHTS_DUE_SOON, "rights", {"rights": RightsWaiting(open=1, due_soon=1)}),
        (AlarmName.CHALLENGE_UNCONFIRMED, "rights", {"unconfirmed_challenges": 2}),
        (AlarmName.QUARANTINE_WAITING, "quarantine", {"quarantine": {"future": 1}}),
    ],
)
def test_each_alarm_comes_and_goes_by_itself(well, name, about, changes) -> None:
    fine = replace(well, consumers={"store": FINE}, lists={"stolen": FRESH}, forward=LINE)
    assert alarms(fine) == ()
    (alarm,) = alarms(replace(fine, **changes))
    assert (alarm.name, alarm.about) == (name, about)
    assert alarm.sentence


def test_an_unattended_alert_is_an_alarm(well) -> None:
    alone = replace(well, alerts=replace(well.alerts, unattended=2))
    assert alarms(alone) == (
        Alarm(AlarmName.ALERT_UNATTENDED, "alerts", "2 alerts wait and nobody is there who must answer them"),
    )


def test_every_alarm_has_a_test() -> None:
    (cases,) = (mark.args[1] for mark in test_each_alarm_comes_and_goes_by_itself.pytestmark)
    assert {case[0] for case in cases} | {AlarmName.ALERT_UNATTENDED} == set(AlarmName)


def parsed(text: bytes) -> dict[str, dict[tuple[str, ...], float]]:
    """Metrics as Prometheus' own client reads them: by name, then by the values of their labels."""
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(text.decode()):
        for sample in family.samples:
            found.setdefault(sample.name, {})[tuple(sample.labels.values())] = sample.value
    return found


def test_metrics_are_what_prometheus_reads_and_name_no_plate(world) -> None:
    world.list_(listed(), covert("KX51AAA"))
    world.deliver(read(), read("KX51AAA", ago_s=3), read("ZZ99ZZZ", at=NOW + timedelta(days=2)))
    world.pass_on()
    world.desk.tick()
    text = metrics_text(world.telling.standing())
    for mark in (MARK, "KX51AAA", "ZZ99ZZZ", "gate-1", "53/1/7", "Mill"):
        assert mark not in text.decode()
    found = parsed(text)
    assert found["openanpr_reads_total"][("accepted",)] == 2
    assert found["openanpr_alerts_open"] == {("crime",): 1}
    assert found["openanpr_alerts_waiting"] == {("crime",): 1}
    assert found["openanpr_alerts_unattended"] == {(): 1}
    assert sum(found["openanpr_quarantine_waiting"].values()) == 1
    assert found["openanpr_journal_waiting_batches"] == {("match",): 0, ("store",): 0, ("quarantine",): 0}
    assert found["openanpr_list_entries"] == {("stolen",): 1}
    assert found["openanpr_alarm"][("quarantine_waiting",)] == 1
    assert found["openanpr_alarm"][("disk_low",)] == 0
    assert found["openanpr_start_time_seconds"] == {(): NOW.timestamp()}


def test_metrics_are_the_same_with_and_without_covert_alerts(world) -> None:
    world.list_(listed(), covert("KX51AAA"))
    world.deliver(read())
    world.pass_on()
    before = world.stores.alerts.open_counts()
    world.deliver(read("KX51AAA"))
    world.pass_on()
    assert world.stores.alerts.open_counts() == before
    assert len(world.alerts()) == 2


def test_metrics_of_a_node_that_forwards_tell_what_waits(well) -> None:
    found = parsed(metrics_text(replace(well, forward=LINE, lists={'a "list"\n': FRESH})))
    assert found["openanpr_forward_waiting_reads"] == {(): 9}
    assert found["openanpr_list_entries"] == {('a "list"\n',): 1}
    assert "openanpr_forward_waiting_reads" not in parsed(metrics_text(well))


def test_a_disk_that_fills_is_told_and_deliveries_are_put_off(world, monkeypatch) -> None:
    free = SimpleNamespace(free=2**20)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: free)
    assert AlarmName.DISK_LOW in names(world.telling.standing())
    with pytest.raises(RefusedError, match="send the same again later"):
        world.deliver(read())
    assert world.stores.journal.newest() == 0
    free.free = 2**40
    world.deliver(read())
    assert world.stores.journal.newest() == 1
    assert AlarmName.DISK_LOW not in names(world.telling.standing())


def test_what_fails_by_turns_is_told_until_it_succeeds(world) -> None:
    rounds = world.rounds["look back"]
    rounds.failures, rounds.fault = 2, "OSError at a.py:1"
    assert world.telling.standing().failures == {"look back": "OSError at a.py:1"}
    rounds.failures = 0
    assert world.telling.standing().failures == {}


def test_ten_thousand_open_alerts_cost_the_telling_little(world) -> None:
    store = world.stores.alerts
    for start in range(0, 10_000, 2_000):
        hits = [
            make_hit(n, entry_id=n, vrm_listed=f"{n:07}", vrm_read=f"{n:07}")
            for n in range(start + 1, start + 2_001)
        ]
        store.save(raise_alerts(hits, Known(), BOOK, now=AT, id_of=ID_OF))
    assert sum(store.open_counts().open.values()) == 10_000
    assert len(store.open_alerts()) == 10_000

    def least_s(look: Callable[[], object]) -> float:
        """The least of three times, of both alike: what else the machine does falls on one of them alone."""
        return min(timeit.repeat(look, gc.enable, number=1, repeat=3))  # looks for garbage, as a node does

    took_s, whole_s = least_s(store.open_counts), least_s(store.open_alerts)
    assert took_s < whole_s / 2, (took_s, whole_s)


def test_lists_are_told_with_their_age_and_whether_they_are_stale(world) -> None:
    world.list_(listed())
    (fresh,) = world.telling.standing().lists.values()
    assert (fresh.entries, fresh.stale, fresh.age_s) == (1, False, 0.0)
    world.later(days=2)
    assert world.telling.standing().lists["stolen"].stale
    assert AlarmName.LIST_STALE in names(world.telling.standing())
    world.list_(of=replace(STOLEN, name="by hand", max_age=None))


def test_how_the_public_listener_does_is_told_where_there_is_one(well) -> None:
    assert "openanpr_public" not in metrics_text(well).decode()
    told = parsed(metrics_text(replace(well, public=SHOWN)))
    assert told["openanpr_public_requests_total"] == {("page", "200"): 3, ("missing", "404"): 1}
    assert told["openanpr_public_request_seconds_count"] == {(): 4}
    assert told["openanpr_public_request_seconds_bucket"][("0.0005",)] == 4
    assert told["openanpr_public_age_seconds"] == {(): 0}
    assert told["openanpr_public_made_time_seconds"] == {(): NOW.timestamp()}
    never = replace(SHOWN, made_at=None, looked_at=None)
    assert "openanpr_public_made_time_seconds" not in parsed(metrics_text(replace(well, public=never)))
    late = replace(well, public=never, at=well.started_at + timedelta(minutes=20), present=1)
    assert [one.sentence for one in alarms(late) if one.name is AlarmName.PUBLIC_SITE_OLD] == [
        "the public pages were never made, and cannot be made anew: see what keeps 'make the public site'"
    ]
    assert standing_record(replace(well, public=SHOWN))["public"]["requests"][0] == {
        "status": "200",
        "kind": "page",
        "count": 3,
    }
