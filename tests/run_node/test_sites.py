"""Sites in a node's own wiring: what is counted and told, what searching and maps may know."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from openanpr.core.camera import CameraId
from openanpr.core.role import Rank, Role
from openanpr.core.span import Span
from openanpr.ingest.accept import Reason
from openanpr.publish.assessment.facts import SiteFacts
from openanpr.run.node.alarms import AlarmName, alarms
from openanpr.run.node.siting import ConfidentialSites
from openanpr.store.camera_counts import CameraCounts
from tests.run_node.world import CAMERA, World, read
from tests.sites.scene import NUMBERS, scored
from tests.web.site_office import PLACE_WORDS, WHOLE
from tests.web_api.node_people import somebody, token_of

DAY = timedelta(days=1)
SECRET = WHOLE.replace(
    'area = "north"',
    'area = "north"\nconfidential = true\nconfidential_why = "a visit"\nnamed = ["sue"]',
)
OF_SITES = {
    AlarmName.CAMERA_LAPSED,
    AlarmName.SITE_OVERDUE,
    AlarmName.SITE_DUE,
    AlarmName.CAMERA_WITHOUT_CASE,
    AlarmName.IMPACT_ASSESSMENT_OLD,
}


def post(world: World, site: str, step: str, by: str = "max", **said: str) -> None:
    world.post(f"/sites/{site}/{step}", {"by": by, **said})


def submitted(world: World, case: str = WHOLE) -> str:
    text = case.replace("53/1/7", str(CAMERA)).replace("2026-10-0", "2026-11-0")
    site = str(world.post("/sites", {"case": text, "by": "max"})["site"])
    post(world, site, "check")
    post(world, site, "submit")
    return site


def standing(world: World, case: str = WHOLE) -> str:
    site = submitted(world, case)
    post(world, site, "authorise", "sue")
    post(world, site, "installed", on=f"{world.now:%Y-%m-%d}")
    world.stores.intake.tests.keep(scored(CAMERA, world.now))
    post(world, site, "commission")
    return site


def told(world: World) -> dict[AlarmName, str]:
    """The alarms of sites, counted now."""
    return {one.name: one.sentence for one in alarms(world.telling.standing()) if one.name in OF_SITES}


def deliver(world: World, ago: timedelta = timedelta(seconds=2)) -> list[Reason]:
    world.deliver(read(at=world.now, ago_s=ago.total_seconds()))
    return [one.reason for one in world.answer.held]


def test_a_camera_without_a_case_delivers_with_an_alarm_and_then_is_held(world) -> None:
    assert deliver(world) == []
    assert told(world) == {
        AlarmName.CAMERA_WITHOUT_CASE: "1 cameras have no case and will lapse, the first in 90 days"
    }
    world.now += NUMBERS.uncased_days * DAY - timedelta(seconds=1)
    assert deliver(world) == []
    world.now += timedelta(seconds=1)
    assert deliver(world, timedelta(0)) == [Reason.CAMERA_LAPSED]
    assert deliver(world, timedelta(minutes=1)) == [], "captured before, late"
    assert set(told(world)) == {AlarmName.CAMERA_LAPSED}


def test_a_camera_that_stands_is_warned_of_held_after_its_grace_and_taken_again_once_renewed(world) -> None:
    site = standing(world)
    assert told(world) == {}
    review = NUMBERS.review_days * DAY
    world.now += review - DAY
    assert deliver(world) == []
    assert told(world)[AlarmName.SITE_DUE].endswith("falls due, the first in 1 days")
    world.now += 2 * DAY
    assert deliver(world) == []
    assert AlarmName.SITE_OVERDUE in told(world)
    world.now += NUMBERS.grace_days * DAY
    assert deliver(world) == [Reason.CAMERA_LAPSED]
    assert AlarmName.CAMERA_LAPSED in told(world)
    post(world, site, "review", need_now="still", effect="good")
    assert deliver(world) == [Reason.CAMERA_LAPSED], "a review by itself renews nothing"
    world.now += DAY
    post(world, site, "renew", "sue", why="the need is shown")
    assert deliver(world, timedelta(0)) == []
    assert deliver(world, timedelta(minutes=5)) == [Reason.CAMERA_LAPSED], "captured before the renewal"
    assert AlarmName.CAMERA_LAPSED not in told(world)


def test_what_was_taken_is_stored_and_what_was_held_waits_and_cannot_be_released(world) -> None:
    deliver(world)
    world.now += (NUMBERS.uncased_days + 1) * DAY
    deliver(world)
    world.pass_on()
    (item,) = world.get("/quarantine")
    assert item["reason"] == "camera_lapsed"
    held = world.get("/quarantine/item", id=item["id"])
    assert not any(word in repr([item, held]) for word in ("51.5", "-2.6", "Mill Street"))
    said = {"by": "max", "why": "let it in", "version": 0}
    status, sentence = world.refused("POST", "/quarantine/release", said, id=item["id"])
    assert (status, "no leave" in sentence) == (409, True)
    standing(world)
    status, _ = world.refused("POST", "/quarantine/release", said, id=item["id"])
    assert status == 409
    stored = CameraCounts(world.stores.engine).all_hours(CAMERA, since=world.now - 200 * DAY)
    assert sum(one.reads for one in stored) == 1, "the one that was taken, and none that was held"


def test_metrics_count_cameras_by_their_standing_and_tell_no_place(world) -> None:
    world.add_camera(CameraId(53, 1, 8), "Elm Road")
    standing(world)
    text = world.request("GET", "/metrics").text
    assert 'openanpr_cameras{standing="admitted"} 1.0' in text
    assert 'openanpr_cameras{standing="uncased"} 1.0' in text
    status = world.request("GET", "/node").text
    for word in (*PLACE_WORDS, "51.5", "Mill Street", "53/1/8"):
        assert word not in text
        assert word not in status


def test_the_self_assessment_counts_cases_and_tells_no_place(world) -> None:
    def sited() -> SiteFacts:
        known = world.made.assessing.sited(Span(world.now - 365 * DAY, world.now))
        assert not any(word in repr(known) for word in PLACE_WORDS)
        return known.value

    bare = SiteFacts(
        cameras=1,
        justified=0,
        overdue=0,
        assessed=0,
        assessments_overdue=0,
        consulted=0,
        newest_review_at=None,
    )
    assert sited() == bare
    site = submitted(world)
    assert sited() == bare, "a case that nobody has authorised counts for nothing"
    post(world, site, "authorise", "sue")
    whole = replace(bare, justified=1, assessed=1, consulted=1)
    assert sited() == whole
    world.now += timedelta(days=NUMBERS.dpia_review_days + 1)
    assert sited() == replace(whole, justified=0, assessments_overdue=1), "it was never installed"


def test_an_old_impact_assessment_has_its_alarm(world) -> None:
    standing(world)
    world.now += (NUMBERS.dpia_review_days + 1) * DAY
    assert AlarmName.IMPACT_ASSESSMENT_OLD in told(world)


@pytest.fixture
def proved(world):
    """A node with people and one confidential site that names sue."""
    world.people = {
        "max": somebody(world, "max", Role.ANPR_MANAGER),
        "sue": somebody(world, "sue", Role.AUTHORISING_OFFICER, rank=Rank.SUPERINTENDENT),
        "sid": somebody(world, "sid", Role.AUTHORISING_OFFICER, rank=Rank.SUPERINTENDENT),
        "ivy": somebody(world, "ivy", Role.INVESTIGATOR),
    }
    world.add_camera(CameraId(53, 1, 8), "Elm Road")
    standing(world, SECRET)
    world.made.gate._founded = True
    return world


def as_(world, login: str) -> None:
    world.token = token_of(world, world.people[login], "socket")


def test_a_confidential_camera_is_on_no_map_of_who_may_not_know_of_it(proved) -> None:
    def places(login: str) -> list[str]:
        as_(proved, login)
        return [one["camera"] for one in proved.get("/cameras/places")]

    assert places("ivy") == ["53/1/8"]
    assert places("max") == [str(CAMERA), "53/1/8"]


def test_a_confidential_site_is_found_by_who_is_named_alone(proved) -> None:
    as_(proved, "sid")
    assert proved.get("/sites") == []
    as_(proved, "sue")
    (site,) = proved.get("/sites")
    assert proved.get(f"/sites/{site['site']}/places")[0]["camera"] == str(CAMERA)
    as_(proved, "ivy")
    assert proved.refused("GET", "/sites")[0] == 403


def test_searching_knows_confidential_cameras_by_the_accounts_that_are_named(proved) -> None:
    wired = proved.made.searching.desk.parts.world.confidential
    assert isinstance(wired, ConfidentialSites)
    assert wired.named() == {CAMERA: frozenset({proved.people["sue"].account_id})}
    assert proved.made.siting.admitting.confidential() == {CAMERA: frozenset({"sue"})}


def test_a_confidential_camera_is_not_in_what_alert_pages_are_given(proved) -> None:
    from openanpr.run.node.build import _alert_parts  # noqa: PLC0415 - the wiring of pages

    parts = _alert_parts(proved.made)
    assert parts.cameras(CAMERA) is None
    assert [one.camera for one in parts.every_camera()] == [CameraId(53, 1, 8)]


def test_after_a_restart_all_is_as_it_was(open_world, reads_url, tmp_path) -> None:
    world = open_world()
    site = standing(world)
    world.last.close()
    again = World(tmp_path / "node", reads_url, again=True)
    try:
        assert again.get(f"/sites/{site}")["state"] == "stands"
        again.now += (NUMBERS.review_days + NUMBERS.grace_days) * DAY
        assert again.made.siting.admitting.closed(CAMERA, elsewhere=False)[-1].since == again.now
    finally:
        again.last.close()
