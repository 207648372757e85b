"""The county's cases: one of each kind to see, all of them possible, kept as a node keeps them."""

from __future__ import annotations

from datetime import UTC, datetime

from demonstration.county.cameras import PATROLS, POSTS, UNUSED
from demonstration.county.ground import read_ground
from demonstration.county.sites import county_lives, write_sites
from openanpr.core.camera import CameraId
from openanpr.sites.admission import Cause, Standing, admission, leaves, leaves_of_camera
from openanpr.sites.life import Life, State, Step
from openanpr.sites.missing import missing
from openanpr.store.control.engine import open_database
from openanpr.store.control.site_store import SiteStore
from tests.sites.scene import NUMBERS

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
ROADS = read_ground()
LIVES = {life.site_id: life for life in county_lives(ROADS, now=NOW)}


def told(camera: CameraId):
    """What a camera of the county may do, put into the register today."""
    given = [leaves(life.steps, NUMBERS) for life in LIVES.values() if camera in life.case.camera_ids]
    found = leaves_of_camera(given, first_added_at=NOW, known_from=NOW, numbers=NUMBERS)
    return admission(found, NUMBERS, now=NOW)


def test_there_is_a_camera_of_each_kind_and_all_that_deliver_may() -> None:
    found = {camera.camera: told(camera) for camera in [post.camera for post in (*POSTS, UNUSED)]}
    lapsed = [number for number, one in found.items() if one.standing is Standing.LAPSED]
    assert lapsed == [UNUSED.camera.camera]
    assert UNUSED not in POSTS, "no traffic passes it"
    due = {n for n, one in found.items() if one.standing is Standing.WARNED and one.cause is Cause.REVIEW}
    assert due == {8, 9}
    assert found[8].due < NOW < found[9].due
    assert {n for n, one in found.items() if one.cause is Cause.NO_CASE} == {12, 13, 14}
    assert {n for n, one in found.items() if one.cause is Cause.COMMISSIONING} == {11}
    assert {told(car.camera).standing for car in PATROLS} == {Standing.ADMITTED}


def test_the_states_are_those_that_the_page_on_it_names() -> None:
    states = {site: life.state for site, life in LIVES.items()}
    assert states["demo-0012"] is State.SUBMITTED
    assert states["demo-0011"] is State.INSTALLED
    assert states["demo-0013"] is State.DRAFT
    assert list(states.values()).count(State.STANDS) == 12
    assert "demo-0014" not in states


def test_a_case_that_was_submitted_lacked_nothing_when_it_was() -> None:
    for life in LIVES.values():
        for number, one in enumerate(life.steps):
            if one.step is Step.SUBMITTED:
                then = Life(life.site_id, life.steps[:number])
                lacks = missing(then.case, then.checked, {}, NUMBERS, on=one.at.date())
                assert not any(lacks.values()), life.site_id


def test_they_are_kept_as_a_node_keeps_them(tmp_path) -> None:
    assert write_sites(tmp_path, ROADS, now=NOW) == len(LIVES)
    engine = open_database(f"sqlite:///{tmp_path / 'control.db'}")
    kept: list[Life] = list(SiteStore(engine).every())
    engine.dispose()
    assert {life.site_id: life for life in kept} == LIVES
