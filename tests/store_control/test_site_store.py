"""Sites in the control database: every step as it was, places nowhere but in their table, counts of hits."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from openanpr.alert.alert import Check
from openanpr.alert.closure import Closure, Outcome
from openanpr.alert.take_in import take_in
from openanpr.alert.work import CheckPicture, Close, Move, See, Task
from openanpr.core.camera import CameraId
from openanpr.core.place import Place
from openanpr.sites.case import DpiaReview, Form, SiteCamera
from openanpr.sites.life import Life, Step
from openanpr.store.control.alert_store import AlertRecords
from openanpr.store.control.camera_hits import CameraHits, HitCounts
from openanpr.store.control.engine import DatabaseError, reading, writing
from openanpr.store.control.site_documents import read_step, write_step
from openanpr.store.control.site_store import SiteStore
from openanpr.store.control.site_tables import site_step
from tests.alert.scenes import AT, BOOK, ID_OF, OPERATOR, covert_hit, make_hit, step
from tests.sites.contracts import SitesContract
from tests.sites.scene import ANN, BOB, CAMERA, CASE, DAY, NOW, OTHER, World, scored
from tests.store_control.test_cameras import GATE

RECORDED = Path(__file__).with_name("site_documents_1.json")
RECORDED_2 = Path(__file__).with_name("site_documents_2.json")
ODD = Place(51.123456789, -2.987654321, 3.25)


@pytest.fixture
def store(engine) -> SiteStore:
    return SiteStore(engine)


def whole_life() -> Life:
    """A life with every step that there is, each with all that belongs to it."""
    world = World()
    case = replace(CASE, cameras=(SiteCamera(CAMERA, ODD, "by the third tree"),))
    desk, ann, bob = world.desk, world.by(ANN), world.by(BOB, "because")
    site = desk.draft(case, ann).site_id
    desk.check(site, ann)
    desk.submit(site, ann)
    desk.decide(site, Step.SENT_BACK, bob)
    desk.revise(site, replace(case, need="said better"), ann)
    desk.submit(site, ann)
    desk.decide(site, Step.AUTHORISED, bob)
    desk.installed(site, NOW.date(), ann)
    world.tests.append(scored(CAMERA, NOW, 900))
    desk.commission(site, ann)
    world.tests.append(scored(CAMERA, NOW + timedelta(hours=1)))
    desk.commission(site, ann)
    world.now += 300 * DAY
    later, bob_later = world.by(ANN), world.by(BOB, "because")
    desk.dpia_reviewed(site, DpiaReview(world.now.date(), "officer", "no change"), later)
    desk.review(site, "still", "good", later)
    desk.decide(site, Step.RENEWED, bob_later)
    desk.review(site, "no more", "little", later)
    desk.let_lapse(site, world.now.date() + 30 * DAY, bob_later)
    desk.decide(site, Step.WITHDRAWN, world.by(ANN, "taken down"))
    return desk.find(site)


def moving_life() -> Life:
    """A life of a moveable camera with the steps that it alone has."""
    world = World()
    case = replace(CASE, form=Form.MOVEABLE, stays_days=28)
    site = world.standing(case)
    world.now += 20 * DAY
    world.desk.move(site, SiteCamera(CAMERA, ODD, "by the third tree"), world.now.date(), world.by(ANN))
    world.now += DAY
    world.desk.take_down(site, CAMERA, world.now.date(), world.by(ANN, "a storm"))
    return world.desk.find(site)


def kept(store: SiteStore, life: Life, site_id: str = "site-1") -> None:
    for number, one in enumerate(life.steps):
        store.append(site_id, number, one)


def test_every_step_is_kept_as_it_was_places_and_all(store) -> None:
    life = whole_life()
    assert {one.step for one in life.steps} == set(Step) - {Step.REFUSED, Step.MOVED, Step.TAKEN_DOWN}
    kept(store, life)
    assert store.find("site-1") == life
    assert store.every() == (life,)
    assert store.find("site-2") is None
    assert store.find("site-1").case.cameras[0].place == ODD


def test_a_move_is_kept_with_its_place_and_read_without_it_from_its_document(store) -> None:
    life = moving_life()
    kept(store, life)
    assert store.find("site-1") == life
    moved = next(one for one in life.steps if one.step is Step.MOVED)
    assert "51.123456789" not in write_step(moved)["document"]
    assert "third tree" not in write_step(moved)["document"]


def test_a_recorded_document_of_the_second_form_is_still_read() -> None:
    places = {CAMERA: SiteCamera(CAMERA, ODD, "by the third tree")}
    recorded = json.loads(RECORDED_2.read_text(encoding="utf-8"))
    found = [read_step(2, json.dumps(one), places if one["step"] == "moved" else {}) for one in recorded]
    assert found == [one for one in moving_life().steps if one.stands is not None]


class TestSitesInTheDatabase(SitesContract):
    @pytest.fixture
    def sites(self, store):
        return store


def test_no_document_and_no_other_column_holds_a_place(store, engine) -> None:
    kept(store, whole_life())
    with reading(engine) as connection:
        for table in sa.inspect(connection).get_table_names():
            rows = connection.exec_driver_sql(f"SELECT * FROM {table}").all()  # noqa: S608 - our own tables
            told = repr(rows)
            assert ("51.123456789" in told or "third tree" in told) == (table == "site_place")
    assert "51.123456789" not in repr(whole_life())
    assert "third tree" not in repr(whole_life())


def test_every_change_of_a_site_or_of_the_register_makes_another_version(store, intake) -> None:
    seen = {store.version()}
    store.append("site-1", 0, whole_life().steps[0])
    seen.add(store.version())
    intake.cameras.put([GATE])
    seen.add(store.version())
    assert len(seen) == 3
    assert store.version() in seen


def test_since_when_cases_are_asked_for_is_kept_from_the_first_time(store, engine) -> None:
    assert store.asks_since(NOW) == NOW
    assert SiteStore(engine).asks_since(NOW + DAY) == NOW
    assert store.asks_since(NOW - DAY) == NOW


def test_a_camera_that_is_put_again_or_reinstated_keeps_the_day_on_which_it_first_came(intake) -> None:
    intake.cameras.put([GATE])
    intake.cameras.put([replace(GATE, name="another", added_at=GATE.added_at + DAY)])
    found = intake.cameras.find(GATE.camera)
    assert (found.added_at, found.first_added_at) == (GATE.added_at + DAY, GATE.added_at)


def test_a_recorded_document_of_the_first_form_is_still_read() -> None:
    places = {CAMERA: SiteCamera(CAMERA, ODD, "by the third tree")}
    recorded = json.loads(RECORDED.read_text(encoding="utf-8"))
    life = whole_life()
    assert [read_step(1, json.dumps(one), places) for one in recorded] == list(life.steps)
    for one in life.steps:
        assert read_step(**write_step(one), places=places) == one


def test_a_document_of_a_later_version_is_refused_with_what_to_do(store, engine) -> None:
    store.append("site-1", 0, whole_life().steps[0])
    with writing(engine) as connection:
        connection.execute(sa.update(site_step).values(form=3))
    with pytest.raises(DatabaseError, match="later version"):
        store.every()


ELSEWHERE = CameraId(53, 1, 99)
CLOSED: tuple[tuple[str, CameraId, Closure | None], ...] = (
    ("AA11AAA", CAMERA, Closure(Outcome.ARREST, offence="burglary")),
    ("BB11BBB", CAMERA, Closure(Outcome.SEIZURE)),
    ("CC11CCC", OTHER, Closure(Outcome.ARREST, offence="theft")),
    ("DD11DDD", CAMERA, None),
    ("EE11EEE", ELSEWHERE, Closure(Outcome.ARREST, offence="theft")),
)


def test_hits_of_cameras_are_counted_with_what_came_of_them_and_covert_ones_are_not(engine) -> None:
    alerts = AlertRecords(engine)
    for number, (mark, camera, closure) in enumerate(CLOSED):
        twice = [make_hit(2 * number + n, vrm_listed=mark, vrm_read=mark, camera=camera) for n in range(2)]
        (change,) = take_in(twice, alerts, BOOK, now=AT, id_of=ID_OF)
        moves: list[Move] = [] if closure is None else [See(), *_checked(), Close(closure)]
        for move in moves:
            done = step(alerts.find(change.alert.id), move, by=OPERATOR)
            alerts.save([done])
    take_in([covert_hit(90, camera=CAMERA)], alerts, BOOK, now=AT, id_of=ID_OF)
    counts = CameraHits(engine)
    span = {"since": AT - DAY, "until": AT + DAY}
    assert counts.counted([CAMERA], **span) == HitCounts(6, {"arrest": 1, "seizure": 1})
    assert counts.counted([CAMERA, OTHER], **span) == HitCounts(8, {"arrest": 2, "seizure": 1})
    assert counts.counted([CAMERA], since=AT + timedelta(seconds=1), until=AT + DAY) == HitCounts(0, {})
    assert counts.counted([], **span) == HitCounts(0, {})


def _checked() -> list[Move]:
    return [CheckPicture(Check.MATCH), Task("LY21")]
