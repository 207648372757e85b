"""Who travels with a vehicle, asked at the desk: what it needs, what is logged, what is left out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from openanpr.core.camera import CameraId
from openanpr.core.purpose import Category
from openanpr.core.role import Rank
from openanpr.search.ask import Recipient
from openanpr.search.desk import SearchDesk
from openanpr.search.faults import NotFoundError, RefusedError
from openanpr.search.question import Convoy, QuestionError
from openanpr.search.record import State
from openanpr.search.shown import Form, Results, Row, RowsOf, ShownCompanion
from tests.search.fakes import Forgetful
from tests.search.scene import BRIDGE, CAR, HIGH, MARK, SECRET, TOWN, WHY, Scene, asked, camera, span

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
FRIEND = "XY99XYZ"
GOAL = "To know whether the second car of the burglars is among them."


def travel(
    scene: Scene, mark: str = FRIEND, cameras=(HIGH, BRIDGE, HIGH), behind: timedelta = 45 * SECOND
) -> None:
    """Store reads of the vehicle with another behind it, some hours apart."""
    for n, where in enumerate(cameras, 1):
        scene.read(MARK, where, ago=5 * n * HOUR)
        scene.read(mark, where, ago=5 * n * HOUR - behind)


def convoy(**other):
    return asked(Convoy(MARK, span(2)), category=Category.SERIOUS, **({"objective": GOAL} | other))


def found(scene: Scene, ask=None, who: str = "ann") -> Results:
    ann, sue = scene.investigator(who), scene.officer("sue", Rank.INSPECTOR)
    record = scene.desk.ask(ask or convoy(), ann)
    assert record.state is State.WAITING
    scene.desk.approve(record.search_id, sue, reason=WHY)
    return scene.desk.run(record.search_id, ann)


def told(results: Results) -> list[tuple[str, list[tuple[str, float]]]]:
    return [
        (row.mark, [(it.camera.name, it.after_s) for it in row.seen])
        for row in results.rows
        if isinstance(row, ShownCompanion)
    ]


def test_with_an_objective_and_an_authority_it_runs_and_the_log_says_that_reads_were_combined(scene) -> None:
    travel(scene)
    results = found(scene)
    assert told(results) == [(FRIEND, [("High Street", 45), ("Bridge", 45), ("High Street", 45)])]
    (row,) = results.rows
    assert isinstance(row, ShownCompanion)
    assert (row.cameras, row.days, row.by_chance, row.alike) == (2, 2, 0, False)
    assert results.chance is not None
    assert (results.chance.passes, results.chance.listed) == (3, 0)
    assert scene.stages() == ["asked", "approval", "run", "combination convoy", "answered"]
    assert scene.logged()[0]["plate"] == MARK


def test_without_an_objective_it_is_refused_and_for_volume_crime_an_inspector_will_not_do(scene) -> None:
    ann = scene.investigator()
    aimless = scene.desk.ask(convoy(objective=""), ann)
    assert (aimless.state, aimless.judged.rules) == (
        State.REFUSED,
        ("search-bulk-authority", "search-convoy-objective"),
    )
    of_volume = scene.desk.ask(replace(convoy(), category=Category.VOLUME), ann)
    assert (of_volume.state, of_volume.judged.least_rank) == (State.WAITING, Rank.SUPERINTENDENT)
    assert scene.desk.ask(convoy(), ann).judged.least_rank is Rank.INSPECTOR


@pytest.mark.parametrize(
    "how",
    [{"within_min": 0}, {"within_min": 31}, {"at_least": 1}, {"at_least": 101}, {"mark": "ab 12"}],
    ids=str,
)
def test_what_would_be_no_company_is_not_asked(how) -> None:
    with pytest.raises(QuestionError):
        Convoy(**({"mark": MARK, "span": span(2)} | how))


def test_a_camera_that_is_confidential_brings_nobody_together(scene) -> None:
    scene.world.cameras.append(camera(SECRET, "Hidden", TOWN))
    scene.world.confidential[SECRET] = frozenset({"eve"})
    travel(scene, cameras=(SECRET, SECRET, HIGH))
    assert found(scene).rows == ()
    results = found(scene, who="eve")
    assert len(told(results)[0][1]) == 3
    scene.world.confidential[SECRET] = frozenset({"ann"})
    again = scene.desk.results(results.search_id, scene.investigator("eve"))
    assert told(again) == [(FRIEND, [("High Street", 45)])]


def test_a_store_that_knows_nothing_of_hidden_cameras_tells_nothing_of_them_either(scene) -> None:
    scene.world.confidential[BRIDGE] = frozenset({"eve"})
    travel(scene)
    forgetful = Forgetful(scene.world.reads.records)
    scene.parts = replace(scene.parts, world=replace(scene.parts.world, reads=forgetful))
    scene.desk = SearchDesk(scene.parts)
    assert told(found(scene)) == [(FRIEND, [("High Street", 45), ("High Street", 45)])]


def test_a_camera_that_drives_brings_nobody_together(scene) -> None:
    travel(scene, cameras=(CAR, CAR, CAR, HIGH))
    assert found(scene).rows == ()


def test_a_companion_that_is_ones_own_or_a_colleagues_is_left_out_and_that_is_said(scene) -> None:
    travel(scene)
    travel(scene, "OW11NER", behind=SECOND)
    scene.world.declared["ann"] = {"OW11NER"}
    results = found(scene)
    assert [mark for mark, _ in told(results)] == [FRIEND]
    assert len(results.caveats) == 4


def test_companions_are_no_reads_to_open_and_an_export_names_whom_it_was_taken_for(scene) -> None:
    travel(scene)
    results = found(scene)
    ann = scene.investigator()
    row = Row(results.run, 1)
    with pytest.raises(NotFoundError, match="a mark, not a read"):
        scene.desk.open_read(results.search_id, row, ann)
    sheet = scene.desk.export(RowsOf(results.search_id, (row,)), Form.CSV, Recipient("DC Hill"), ann)
    lines = sheet.body.decode().splitlines()
    assert "row,mark,meetings,by_chance,cameras,days,may_be_the_same,seen" in lines
    assert lines[-1].startswith(f"1,{FRIEND},3,0.0,2,2,no,")
    assert "53/1/1 +45 s" in lines[-1]


def test_an_export_with_another_forces_cameras_needs_that_it_was_consulted(scene) -> None:
    foreign = CameraId(54, 1, 1)
    scene.world.cameras.append(camera(foreign, "Over there", TOWN))
    travel(scene, cameras=(foreign, HIGH, HIGH))
    results = found(scene)
    ann, rows = scene.investigator(), RowsOf(results.search_id, (Row(results.run, 1),))
    with pytest.raises(RefusedError, match="consulted"):
        scene.desk.export(rows, Form.JSON, Recipient("DC Hill"), ann)
    consulted = Recipient("DC Hill", "Their desk by telephone on the 29th")
    assert scene.desk.export(rows, Form.JSON, consulted, ann).rows == 1


def test_the_meter_comes_from_traffic_and_never_from_the_vehicles_own_reads(scene) -> None:
    ann = scene.investigator()
    scene.traffic(HIGH, 3_000)
    before = scene.desk.measure(Convoy(MARK, span(2)), ann)
    wide = scene.desk.measure(Convoy(MARK, span(2), within_min=30), ann)
    assert before.figures.cameras == 4
    assert 10 < before.figures.vehicles < wide.figures.vehicles < 3_000
    nearer = next(way for way in wide.narrower if way.step == "within 15 minutes of it")
    assert nearer.question == Convoy(MARK, span(2), within_min=15)
    assert nearer.figures.vehicles < wide.figures.vehicles
    records = scene.world.reads.records
    records[:] = [replace(one, vrm=MARK, raw=MARK) for one in records]
    assert scene.desk.measure(Convoy(MARK, span(2)), ann) == before
