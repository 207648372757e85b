"""The desk of searches over the real store of reads: what is asked, judged and logged is answered from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from openanpr.core.camera import CameraId
from openanpr.core.place import Place
from openanpr.core.read import Candidate
from openanpr.core.role import Rank, Role
from openanpr.search.desk import SearchDesk
from openanpr.search.question import (
    Around,
    Cameras,
    CommonPlates,
    Convoy,
    Drawn,
    LastSeen,
    ListOfVehicles,
    OneVehicle,
    PartOfAMark,
    PlaceAndTime,
    Spelling,
    WasItThere,
)
from openanpr.search.question import Scene as At
from openanpr.search.shown import Row
from openanpr.store.searched_reads import SearchedReads
from tests.search.scene import BRIDGE, CAR, HIGH, MARK, NOW, SECRET, TOWN, WHY, Scene, asked, camera, span
from tests.store.reads import LONG_AGO, arrived

HOUR = timedelta(hours=1)


@pytest.fixture
def scene(engine, tmp_path) -> Iterator[Scene]:
    made = Scene(tmp_path)
    world = replace(made.parts.world, reads=SearchedReads(engine, kept_from=lambda: LONG_AGO))
    made.parts = replace(made.parts, world=world)
    made.desk = SearchDesk(made.parts)
    yield made
    made.log.close()


def read(mark: str = MARK, where: CameraId = HIGH, *, ago: timedelta = 2 * HOUR, **other):
    rivals = (Candidate(mark, 0.9), Candidate(mark[:-1] + "F", 0.1))
    return arrived(mark, at=NOW - ago, camera=where, candidates=rivals, **other)


def found(scene: Scene, question, who=None):
    ann = who or scene.asker("ann", Role.INVESTIGATOR)
    record = scene.desk.ask(asked(question, objective="Which second car the burglars use"), ann)
    if record.given is None and str(record.state) == "waiting":
        scene.desk.approve(record.search_id, scene.officer("sue", Rank.SUPERINTENDENT), reason=WHY)
    return scene.desk.run(record.search_id, ann)


COMPANY = ((HIGH, 2 * HOUR - timedelta(seconds=45)), (BRIDGE, 3 * HOUR + timedelta(seconds=45)))
"""Where one that travels with the vehicle is read, and when."""
QUESTIONS = (
    (OneVehicle(MARK, span()), [MARK, MARK]),
    (OneVehicle(MARK, span(), Spelling.MISREAD), ["A812CDE", MARK, MARK]),
    (LastSeen(MARK, span()), [MARK]),
    (PartOfAMark("AB12*", span()), [MARK]),
    (WasItThere(MARK, Cameras((BRIDGE,)), span(1)), [MARK]),
    (PlaceAndTime(Around(TOWN, 300), span(1)), ["NEAR1", MARK]),
    (
        PlaceAndTime(Drawn((Place(51.8, -2.3), Place(51.8, -2.2), Place(51.9, -2.25))), span(1)),
        ["NEAR1", MARK, "A812CDE", MARK],
    ),
    (CommonPlates((At(Cameras((HIGH,)), span(1)), At(Cameras((BRIDGE,)), span(1))), 2), [MARK]),
    (ListOfVehicles((MARK, "NEAR1"), span()), ["NEAR1", MARK, MARK]),
    (Convoy(MARK, span(1), within_min=2, at_least=2), ["WITH1IT"]),
)


@pytest.mark.parametrize(("question", "marks"), QUESTIONS, ids=lambda one: type(one).__name__)
def test_every_kind_of_question_is_answered(scene, write, question, marks) -> None:
    write(
        read(),
        read(where=BRIDGE, ago=3 * HOUR),
        read("A812CDE", BRIDGE, ago=1.5 * HOUR),
        read("NEAR1", CAR, ago=HOUR, place=TOWN),
        read("FAR1", CAR, ago=HOUR, place=Place(52.5, -2)),
        *(read("WITH1IT", where, ago=ago) for where, ago in COMPANY) if isinstance(question, Convoy) else (),
    )
    told = found(scene, question)
    assert sorted(row.mark for row in told.rows) == sorted(marks)


def test_a_row_is_opened_whole(scene, write) -> None:
    ann = scene.investigator()
    write(read(patch="ab" * 32))
    told = found(scene, OneVehicle(MARK, span()), ann)
    opened = scene.desk.open_read(told.search_id, Row(1, 1), ann)
    assert (opened.record.vrm, opened.camera.name, opened.device) == (MARK, "High Street", "device-1")


def test_was_it_there_tells_of_working_cameras(scene, write) -> None:
    write(read("ZZ99ZZZ"))
    told = found(scene, WasItThere(MARK, Around(TOWN, 2000), span(0.25)))
    assert [(one.camera.name, one.hours_with_reads, one.hours) for one in told.worked] == [
        ("High Street", 1, 6),
        ("Bridge", 0, 6),
    ]


@pytest.mark.parametrize(
    "question",
    [one for one, _ in QUESTIONS if not isinstance(one, CommonPlates | WasItThere)],
    ids=lambda one: type(one).__name__,
)
def test_a_confidential_camera_changes_nothing_for_who_is_not_named(scene, write, question) -> None:
    write(read(), read("NEAR1", CAR, place=TOWN))
    scene.world.cameras.append(camera(SECRET, "Behind the pub", TOWN))
    scene.world.confidential[SECRET] = frozenset({"bob"})
    before = found(scene, question)
    write(*(read(where=SECRET, ago=timedelta(minutes=n + 1), place=TOWN) for n in range(3)))
    after = found(scene, question)
    assert after.rows == before.rows
    assert len(found(scene, question, scene.investigator("bob")).rows) >= len(before.rows)
