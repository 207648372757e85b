"""Attacks on sites: to deliver without authority, to decide alone, to learn places and confidential sites."""

from __future__ import annotations

import itertools
import os
from dataclasses import replace

import msgspec
import pytest

from openanpr.audit.entry import seal
from openanpr.core.camera import CameraId
from openanpr.core.registered_camera import Retirement
from openanpr.sites.admission import FOREVER
from openanpr.web.local.sites import site_routes
from tests.sites.scene import CAMERA, DAY, HERE, NOW, NUMBERS, OTHER
from tests.web.site_office import PEOPLE, PLACE_WORDS, WHOLE, Office

UNCASED = NUMBERS.uncased_days * DAY
SECRET = WHOLE.replace(
    'area = "north"',
    'area = "north"\nconfidential = true\nconfidential_why = "a visit"\nnamed = ["sue", "mia"]',
)
UNKNOWN = (404, "there is no such site")


@pytest.fixture
def office(tmp_path):
    made = Office(tmp_path)
    yield made
    made.engine.dispose()


def shut(office, camera=CAMERA, *, elsewhere=False) -> bool:
    """Whether what a camera captures now is not taken."""
    spans = office.admitting.closed(camera, elsewhere=elsewhere)
    return any(span.since <= office.now < span.until for span in spans)


def test_no_act_on_the_register_gives_a_camera_without_a_case_more_time(office) -> None:
    office.now += UNCASED - DAY
    assert not shut(office)
    office.put(CAMERA, added_at=office.now)
    office.register.retire(CAMERA, Retirement(office.now, "max", "a trick"))
    office.register.reinstate(CAMERA, by="max", at=office.now)
    office.put(CAMERA, added_at=office.now)
    office.admitting.look_again()
    office.now += DAY
    assert shut(office)
    (span,) = office.admitting.closed(CAMERA, elsewhere=False)
    assert span.until == FOREVER


def test_drafts_and_withdrawals_give_no_time_either(office) -> None:
    office.now += UNCASED - DAY
    for _ in range(3):
        site = office.submitted()
        office.post(f"/sites/{site}/withdraw", {"why": "once more"})
    office.now += DAY
    assert shut(office)


def test_a_restart_does_not_begin_the_time_anew(office) -> None:
    office.now += UNCASED
    again = type(office.admitting)(office.sites, office.register, NUMBERS, office.clock)
    (span,) = again.closed(CAMERA, elsewhere=False)
    assert span.since == NOW + UNCASED


def test_a_camera_that_is_new_has_its_own_time_and_takes_none_of_a_lapsed_one(office) -> None:
    office.now += UNCASED
    fresh = CameraId(53, 1, 9)
    office.put(fresh, added_at=office.now)
    office.admitting.look_again()
    assert shut(office)
    assert not shut(office, fresh)


@pytest.mark.parametrize("step", ["authorise", "send-back", "refuse"])
def test_nobody_decides_upon_what_they_wrote_whatever_they_are(office, step) -> None:
    """Also where somebody holds both roles: by account, then by name."""
    both = replace(PEOPLE["sue"], roles=(*PEOPLE["sue"].roles, *PEOPLE["max"].roles))
    PEOPLE["both"] = replace(both, id="id of both")
    try:
        site = office.submitted(who="both")
        said = {} if step == "authorise" else {"why": "x"}
        status, message = office.refused("POST", f"/sites/{site}/{step}", said, who="both")
        assert (status, "site-authorised-not-own" in message) == (403, True)
        assert office.get(f"/sites/{site}")["state"] == "submitted"
    finally:
        del PEOPLE["both"]


def test_the_second_name_is_not_taken_from_what_is_said(office) -> None:
    site = office.submitted()
    status, _ = office.refused("POST", f"/sites/{site}/authorise", {"by": "sue"}, who="max")
    assert status == 403
    status, _ = office.refused("POST", f"/sites/{site}/authorise", {"by": "max"}, who="sue")
    assert status == 403
    assert office.get(f"/sites/{site}")["state"] == "submitted"


def test_rank_and_role_are_wanted_of_whoever_decides(office) -> None:
    site = office.submitted()
    assert "site-authorised-rank" in office.refused("POST", f"/sites/{site}/authorise", who="ian")[1]
    for who in ("max", "mia", "aud", "ivy", "adam"):
        assert office.refused("POST", f"/sites/{site}/authorise", who=who)[0] == 403
    assert office.get(f"/sites/{site}")["state"] == "submitted"


def test_who_reviews_does_not_renew_and_an_old_review_renews_nothing_twice(office) -> None:
    site = office.standing()
    office.now += 360 * DAY
    office.post(f"/sites/{site}/review", {"need_now": "still", "effect": "good"})
    office.post(f"/sites/{site}/renew", {"why": "shown"}, who="sue")
    status, message = office.refused("POST", f"/sites/{site}/renew", {"why": "again"}, who="sid")
    assert (status, "next review" in message) == (409, True)


def test_who_may_not_see_sites_sees_and_does_nothing(office) -> None:
    site = office.standing()
    for who in ("ivy", "adam"):
        for route in site_routes_of(office):
            method = "GET" if "GET" in (route.methods or set()) else "POST"
            path = route.path.replace("{site}", site)
            status, message = office.refused(method, path, {"why": "x", "on": "2026-11-30"}, who=who)
            assert status == 403, (method, path)
            assert not any(word in message for word in PLACE_WORDS)
    assert office.refused("GET", f"/sites/{site}/places", who="aud")[0] == 403


def site_routes_of(office):
    return site_routes(office)  # the routes alone: nothing behind them is asked


def test_a_confidential_site_is_not_there_for_who_may_not_know_of_it(office) -> None:
    site = office.standing(SECRET)
    for who in ("sid", "ian", "aud"):
        assert office.get("/sites", who=who) == []
        assert [one["camera"] for one in office.get("/sites/cameras", who=who)] == [str(OTHER)]
        for path in (f"/sites/{site}", f"/sites/{site}/contribution"):
            assert office.refused("GET", path, who=who) == UNKNOWN
            assert office.refused("GET", path.replace(site, "0" * 12), who=who) == UNKNOWN
    for who in ("sid", "ian"):
        assert office.refused("GET", f"/sites/{site}/places", who=who) == UNKNOWN
        for step in ("authorise", "refuse", "renew", "lapse"):
            said = {"why": "x", "on": "2026-11-30"}
            assert office.refused("POST", f"/sites/{site}/{step}", said, who=who) == UNKNOWN
    for who in ("sue", "max", "mia"):
        assert office.get("/sites", who=who)[0]["site"] == site
        assert office.get(f"/sites/{site}/places", who=who)[0]["place"] == [HERE.lat, HERE.lon]


def test_a_confidential_camera_near_by_is_not_told_in_anothers_check(office) -> None:
    office.standing(SECRET)
    open_ = WHOLE.replace("53/1/7", "53/1/8").replace("51.8642", "51.8660")
    site = office.post("/sites", {"case": open_})["site"]
    office.post(f"/sites/{site}/check")
    assert [one["near"] for one in office.get(f"/sites/{site}")["checked"]["near"]] == [str(CAMERA)]
    assert office.get(f"/sites/{site}", who="aud")["checked"]["near"] == []
    assert office.get(f"/sites/{site}", who="sue")["checked"]["near"] != [], "she is named for it"


def test_a_confidential_site_gives_searching_the_names_that_it_names(office) -> None:
    hidden = {CAMERA: frozenset({"sue", "mia"})}
    site = office.submitted(SECRET)
    assert office.admitting.confidential() == hidden, "from its draft on"
    office.post(f"/sites/{site}/authorise", who="sue")
    office.post(f"/sites/{site}/withdraw", {"why": "taken down"})
    assert office.admitting.confidential() == hidden, "its reads are still there"
    office.submitted()
    assert office.admitting.confidential() == hidden, "a draft does not uncover it"
    office.post(f"/sites/{office.get('/sites')[-1]['site']}/authorise", who="sid")
    assert office.admitting.confidential() == {}, "a decision does"


def test_a_draft_hides_no_camera_that_has_an_authorised_case(office) -> None:
    site = office.standing()
    office.post("/sites", {"case": SECRET})
    assert office.admitting.confidential() == {}
    assert office.get(f"/sites/{site}", who="sid")["site"] == site


def test_no_place_is_in_a_public_field_of_the_log_or_found_by_trying(office) -> None:
    """What is public of each entry is a step, and nothing that was hashed without a salt."""
    office.standing()
    events = office.events("site")
    assert "51.8642" in events[0].places
    for event in events:
        entry, secrets = seal(event, lambda: os.urandom(32))
        public = msgspec.json.decode(entry)["public"]
        assert public == {"step": event.step}
        assert {"person", "site", "written"} <= set(secrets.values)
        assert not any(word.encode() in entry for word in (*PLACE_WORDS, "53/1/7", event.written))


def test_a_case_of_two_hundred_cameras_and_long_words_can_be_logged(office) -> None:
    many = "\n".join(
        f'[[cameras]]\ncamera = "53/7/{n}"\nlat = 51.5\nlon = -2.5\nlooks = "{"x" * 4000}"'
        for n in range(200)
    )
    text = WHOLE.partition("[[cameras]]")[0] + many
    site = office.post("/sites", {"case": text})["site"]
    assert len(office.get(f"/sites/{site}/places")) == 200
    event = office.events("site")[-1]
    assert event.places.startswith("too long to stand here, SHA-256 ")


def test_no_place_is_in_a_line_of_the_programs_log_or_in_an_error(office, caplog) -> None:
    caplog.set_level(0)
    site = office.standing()
    wrong = itertools.product(("max", "sue", "aud", "ivy"), ("submit", "check", "installed", "renew", "case"))
    told = [
        office.request("POST", f"/sites/{site}/{step}", {"by": who, "case": "x = [51.8642"}, who=who).text
        for who, step in wrong
    ]
    office.engine.dispose()
    assert not any(word in text for text in told for word in PLACE_WORDS)
    assert not any(word in caplog.text for word in PLACE_WORDS)


def test_a_node_that_hands_on_answers_for_its_cameras_and_its_own_case_counts_here(office) -> None:
    office.now += UNCASED
    assert shut(office)
    assert not shut(office, elsewhere=True)
    site = office.submitted()
    office.post(f"/sites/{site}/refuse", {"why": "no need is shown"}, who="sue")
    assert shut(office, elsewhere=True)


def test_a_database_that_does_not_answer_admits_nothing_from_memory(office, monkeypatch) -> None:
    assert not shut(office)
    monkeypatch.setattr("openanpr.run.node.admitting._STALE_S", -1.0)

    def away() -> tuple[int, int]:
        raise OSError("the disk is away")

    class Away:
        version = staticmethod(away)

    office.admitting._sites = Away()
    with pytest.raises(OSError, match="away"):
        office.admitting.closed(CAMERA, elsewhere=False)


MOVEABLE = WHOLE.replace('form = "fixed"', 'form = "moveable"\nstays_days = 28')
FAR = {"camera": "53/1/7", "lat": 51.9912, "lon": -2.2912, "looks": "the eastern end"}
LASTS = 28 * DAY + NUMBERS.stay_grace_days * DAY


def stood(office) -> str:
    site = office.standing(MOVEABLE)
    office.admitting.look_again()
    return site


def day_of(office, days: int = 0) -> str:
    return f"{office.now + days * DAY:%Y-%m-%d}"


def test_no_move_that_is_said_afterwards_opens_what_was_captured_meanwhile(office) -> None:
    site = stood(office)
    office.now += LASTS + 2 * DAY
    assert shut(office)
    lapsed = office.now - DAY
    office.post(f"/sites/{site}/move", {**FAR, "on": day_of(office, -20)})
    assert not shut(office)
    spans = office.admitting.closed(CAMERA, elsewhere=False)
    assert any(span.since <= lapsed < span.until for span in spans)


def test_a_stay_is_made_longer_by_no_step_aside_no_second_camera_and_no_false_day(office) -> None:
    site = stood(office)
    office.now += 27 * DAY
    for lat in (HERE.lat, HERE.lat + 0.005):
        status, message = office.refused(
            "POST", f"/sites/{site}/move", {**FAR, "lat": lat, "lon": HERE.lon, "on": day_of(office)}
        )
        assert (status, "the same stay" in message) == (409, True)
        assert not any(word in message for word in PLACE_WORDS)
    for days, camera in ((1, "53/1/7"), (-40, "53/1/7"), (0, "53/1/8")):
        form = {**FAR, "camera": camera, "on": day_of(office, days)}
        assert office.refused("POST", f"/sites/{site}/move", form)[0] in {409, 422}
    office.now += LASTS - 27 * DAY
    assert shut(office)


def test_an_installation_that_is_said_late_gives_no_longer_stay(office) -> None:
    site = office.submitted(MOVEABLE)
    office.post(f"/sites/{site}/authorise", who="sue")
    office.now += 60 * DAY
    office.post(f"/sites/{site}/installed", {"on": day_of(office, -50)})
    office.keep_test()
    office.post(f"/sites/{site}/commission")
    office.admitting.look_again()
    assert shut(office), "it stood there for fifty days"


def test_a_move_gives_no_time_that_the_review_does_not_give(office) -> None:
    site = stood(office)
    end = office.now + (NUMBERS.review_days + NUMBERS.grace_days) * DAY
    while office.now + 25 * DAY < end:
        office.now += 25 * DAY
        step = int((office.now - NOW) / DAY)
        form = {**FAR, "lat": 51.0 + step / 100, "on": day_of(office)}
        office.post(f"/sites/{site}/move", form)
    office.now = end
    assert shut(office)


def test_a_team_that_is_named_knows_of_a_site_and_sees_no_place_of_it(office) -> None:
    secret = SECRET.replace('named = ["sue", "mia"]', 'named = ["sue", "team:command"]')
    site = office.standing(secret)
    assert office.get(f"/sites/{site}", who="sid")["title"] == "A bridge without a reader"
    assert office.refused("GET", f"/sites/{site}/places", who="sid") == UNKNOWN
    assert office.get(f"/sites/{site}/places", who="sue")[0]["place"] == [HERE.lat, HERE.lon]
    assert office.refused("GET", f"/sites/{site}", who="aud") == UNKNOWN


def test_a_part_of_a_case_is_written_under_no_other_site_and_after_no_decision(office) -> None:
    site = office.submitted()
    seen = len(office.get(f"/sites/{site}")["steps"])
    form = {"seen": seen, "put": {"camera": "53/1/8", "lat": 51.0, "lon": -2.0}}
    for who in ("max", "mia"):
        assert office.refused("POST", f"/sites/{site}/part", form, who=who)[0] == 409
    assert office.refused("POST", "/sites/x/part", form) == UNKNOWN
    office.post(f"/sites/{site}/authorise", who="sue")
    assert office.refused("POST", f"/sites/{site}/part", {**form, "seen": seen + 1})[0] == 409
    assert office.get(f"/sites/{site}")["cameras"] == ["53/1/7"]
