"""Sites over the local socket: a case from its draft to its renewal, by whom, logged before it is kept."""

from __future__ import annotations

import tomllib

import msgspec
import pytest

from openanpr.audit.acts import Consultation, SiteChange
from openanpr.core.place import Place
from openanpr.run.local.site_template import FORMS, template
from openanpr.sites.case import Form, SiteCamera
from openanpr.sites.ground import CaseError
from openanpr.web.local.case_file import CaseFile, case_of
from tests.sites.scene import CAMERA, CASE, DAY, HERE, NOW, NUMBERS
from tests.web.site_office import PLACE_WORDS, WHOLE, Office


@pytest.fixture
def office(tmp_path):
    made = Office(tmp_path)
    yield made
    made.engine.dispose()


def test_a_file_is_read_as_the_case_that_it_spells() -> None:
    found = case_of(WHOLE)
    assert found.cameras == (SiteCamera(CAMERA, HERE, "the western end, by the third tree"),)
    assert (found.form, found.claims, found.alternatives) == (Form.FIXED, CASE.claims, CASE.alternatives)
    assert (found.expected, found.dpia, found.consulted) == (CASE.expected, CASE.dpia, CASE.consulted)


@pytest.mark.parametrize("form", FORMS)
def test_a_template_can_be_drafted_as_it_is_and_names_every_key_of_its_form(form) -> None:
    text = template(form)
    assert case_of(text).form.value == form
    others = {"stays_days"} if form != "moveable" else set()
    others |= {"vehicles", "driven_for"} if form != "vehicle-mounted" else set()
    named = {line.lstrip("# [").split("=")[0].split(".")[0].strip(" ]") for line in text.splitlines()}
    assert set(CaseFile.__struct_fields__) - others <= named


@pytest.mark.parametrize(
    ("found", "spoilt", "said"),
    [
        ('title = "A bridge', 'titel = "A bridge', "unknown field"),
        ('form = "fixed"', 'form = "floating"', "form: has a word that is not known"),
        ("on = 2026-09-01", 'on = "yesterday"', "claims[0].evidence[0].on"),
        ("at_least = 20", "at_least = 0", "at_least"),
        ("lon = -2.2382\n", "", "lat and lon, or neither"),
        ("lat = 51.8642", "lat = 151.8642", "latitude"),
        ('camera = "53/1/7"', 'camera = "x51.8642"', "three numbers"),
        ("[dpia]", "[dpia", "no TOML"),
        ('ground = "local-crime"', 'ground = "third tree"', "not known"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_without_a_word_of_a_place(office, found, spoilt, said) -> None:
    assert found in WHOLE
    text = WHOLE.replace(found, spoilt, 1)
    with pytest.raises((CaseError, ValueError)):
        case_of(text)
    status, message = office.refused("POST", "/sites", {"case": text})
    assert status == 422
    assert said in message
    assert not any(word in message for word in PLACE_WORDS)


def test_a_case_goes_from_its_draft_to_its_renewal(office) -> None:
    told = office.post("/sites", {"case": template("fixed")})
    site = told["site"]
    assert (told["state"], len(told["missing"]) > 10) == ("draft", True)
    assert office.refused("POST", f"/sites/{site}/submit")[0] == 409
    office.post(f"/sites/{site}/case", {"case": WHOLE})
    checked = office.post(f"/sites/{site}/check")["checked"]
    (near,) = checked["near"]
    assert (near["near"], near["at_most_m"], near["share"]) == ("53/1/8", 250, 0.15)
    assert office.post(f"/sites/{site}/submit")["state"] == "submitted"
    assert office.post(f"/sites/{site}/authorise", who="sue")["state"] == "authorised"
    assert office.post(f"/sites/{site}/installed", {"on": "2026-11-30"})["state"] == "installed"
    office.keep_test(found=900)
    failed = office.post(f"/sites/{site}/commission")
    assert (failed["state"], failed["steps"][-1]["tested"][0]["result"]) == ("installed", "missed")
    office.now += DAY / 2
    office.keep_test()
    stands = office.post(f"/sites/{site}/commission")
    assert (stands["state"], stands["standing"]) == ("stands", ["admitted"])
    office.now += 320 * DAY
    (head,) = office.get("/sites")
    assert (head["standing"], head["days_left"]) == (["warned"], 45 + NUMBERS.grace_days)
    assert office.get(f"/sites/{site}/contribution")["bands"]["arrests"] == "fewer than 5"
    dpia = {"on": "2027-10-16", "reviewer": "officer", "found": "no change"}
    office.post(f"/sites/{site}/dpia-reviewed", dpia)
    reviewed = office.post(f"/sites/{site}/review", {"need_now": "still", "effect": "good"})
    assert reviewed["steps"][-1]["review"]["contribution"]["held"][0]["came"] == "reached"
    renewed = office.post(f"/sites/{site}/renew", {"why": "the need is shown"}, who="sue")
    assert (renewed["state"], renewed["standing"]) == ("stands", ["admitted"])
    assert [one["step"] for one in renewed["steps"]] == [one.step for one in office.events("site")]


def test_each_step_is_on_the_log_before_it_is_kept(office) -> None:
    site = office.submitted()
    office.log.full = True
    status, message = office.refused("POST", f"/sites/{site}/authorise", who="sue")
    assert status == 503
    assert message
    assert office.get(f"/sites/{site}")["state"] == "submitted"
    office.log.full = False
    office.post(f"/sites/{site}/authorise", who="sue")
    event = office.events("site")[-1]
    assert isinstance(event, SiteChange)
    assert (event.person, event.site, event.step, len(event.written)) == ("sue", site, "authorised", 64)


def test_a_look_at_places_is_logged_and_nothing_else_tells_them(office) -> None:
    site = office.standing()
    whole = office.get(f"/sites/{site}")
    told = repr([whole, office.get("/sites"), office.get("/sites/cameras")])
    assert not any(word in told for word in PLACE_WORDS)
    before = len(office.events("consultation"))
    (one,) = office.get(f"/sites/{site}/places", who="sue")
    assert (one["place"], one["looks"]) == ([HERE.lat, HERE.lon], "the western end, by the third tree")
    look = office.events("consultation")[before]
    assert isinstance(look, Consultation)
    assert (look.person, look.kind, look.reference) == ("sue", "site-places", site)


def test_what_cameras_may_deliver_is_told_of_each(office) -> None:
    office.standing()
    first, second = office.get("/sites/cameras", who="aud")
    assert (first["camera"], first["standing"], first["cause"]) == ("53/1/7", "admitted", "review")
    assert (second["camera"], second["standing"], second["cause"]) == ("53/1/8", "warned", "no-case")
    assert second["days_left"] == NUMBERS.uncased_days
    office.now = NOW + NUMBERS.uncased_days * DAY
    assert office.get("/sites/cameras")[1]["standing"] == "lapsed"


def test_before_people_sign_in_names_are_claims_and_two_are_needed_all_the_same(office) -> None:
    office.who = ""
    site = office.submitted(who="")
    status, message = office.refused("POST", f"/sites/{site}/authorise", {"by": "ann"})
    assert (status, "another person" in message) == (409, True)
    assert office.post(f"/sites/{site}/authorise", {"by": "bob"})["state"] == "authorised"


def test_a_site_that_is_not_there_is_not_found(office) -> None:
    for path in ("/sites/x", "/sites/x/places", "/sites/x/contribution"):
        assert office.refused("GET", path) == (404, "there is no such site")
    assert office.refused("POST", "/sites/x/withdraw", {"why": "x"})[0] == 404


def begun(office, form: str = "fixed") -> str:
    told = office.post("/sites/begin", {"title": "A bridge without a reader", "form": form, "area": "north"})
    assert (told["state"], told["lacking"]["about"]) == ("draft", [])
    return str(told["site"])


def part(office, site: str, **said) -> dict[str, object]:
    seen = len(office.get(f"/sites/{site}")["steps"])
    return office.post(f"/sites/{site}/part", {"seen": seen, **said})


def test_a_case_is_written_part_by_part_and_is_the_one_that_a_file_spells(office) -> None:
    site, whole = begun(office), tomllib.loads(WHOLE)
    cameras = whole.pop("cameras")
    for name, said in whole.items():
        if name not in {"title", "form"}:
            part(office, site, change={name: msgspec.to_builtins(said)})
    told = part(office, site, put=cameras[0])
    assert told["lacking"]["cameras"] == []
    assert told["missing"] == ["have the places checked against cameras that are there already"]
    assert office.desk.find(site).case == case_of(WHOLE)
    office.post(f"/sites/{site}/check")
    assert office.post(f"/sites/{site}/submit")["state"] == "submitted"


def test_another_camera_keeps_the_places_of_the_others_which_nobody_had_to_see(office) -> None:
    site = begun(office)
    part(office, site, put={"camera": "53/1/7", "lat": HERE.lat, "lon": HERE.lon, "looks": "west"})
    told = part(office, site, put={"camera": "53/1/8"})
    assert told["cameras"] == ["53/1/7", "53/1/8"]
    assert office.desk.find(site).case.cameras[0] == SiteCamera(CAMERA, HERE, "west")
    part(office, site, put={"camera": "53/1/7", "lat": 51.0, "lon": -2.0, "looks": "east"})
    told = part(office, site, without="53/1/8")
    (one,) = office.desk.find(site).case.cameras
    assert (one.place.lat, one.looks) == (51.0, "east")
    assert not office.events("consultation")


def test_whoever_saw_less_than_there_is_writes_over_nobody(office) -> None:
    site = begun(office)
    office.post(f"/sites/{site}/part", {"seen": 1, "change": {"need": "burglars"}}, who="mia")
    status, message = office.refused("POST", f"/sites/{site}/part", {"seen": 1, "change": {"need": "none"}})
    assert (status, "look again" in message) == (409, True)
    assert office.get(f"/sites/{site}")["case"]["need"] == "burglars"


@pytest.mark.parametrize(
    "change",
    [
        {"steps": []},
        {"form": "moveable"},
        {"stays_days": 3},
        {"dpia": {"reference": "x", "on": "2026-01-01", "by": "y", "risks": "z", "reviews": []}},
        {"claims": [{"ground": "third tree"}]},
        {"cameras": [{"camera": "53/1/7", "place": [51.864, -2.238]}]},
        {"need": ["third tree"]},
        {"title": " "},
    ],
)
def test_a_part_that_no_case_has_changes_nothing_and_is_told_without_its_words(office, change) -> None:
    site = begun(office)
    status, message = office.refused("POST", f"/sites/{site}/part", {"seen": 1, "change": change})
    assert status in {409, 422}
    assert not any(word in message for word in PLACE_WORDS)
    assert len(office.get(f"/sites/{site}")["steps"]) == 1


MOVEABLE = WHOLE.replace('form = "fixed"', 'form = "moveable"\nstays_days = 28')
ELSEWHERE = {"camera": "53/1/7", "lat": 51.9912, "lon": -2.2912, "looks": "the eastern end, by the inn"}


def test_a_moveable_camera_is_moved_logged_before_and_its_new_place_is_told_to_few(
    office,
) -> None:
    site = office.standing(MOVEABLE)
    office.now += 20 * DAY
    on = f"{office.now:%Y-%m-%d}"
    office.log.full = True
    assert office.refused("POST", f"/sites/{site}/move", {**ELSEWHERE, "on": on})[0] == 503
    office.log.full = False
    assert len(office.get(f"/sites/{site}")["stays"]) == 1
    told = office.post(f"/sites/{site}/move", {**ELSEWHERE, "on": on})
    assert [one["ended"] is None for one in told["stays"]] == [False, True]
    assert (told["misplaced"], told["state"]) == ([], "stands")
    assert not any(word in repr(told) for word in ("51.99", "-2.29", "the inn"))
    event = office.events("site")[-1]
    assert (event.step, event.cameras_of, "51.9912" in event.places) == ("moved", "53/1/7", True)
    (one,) = office.get(f"/sites/{site}/places", who="sue")
    assert (one["place"], one["looks"]) == ([51.9912, -2.2912], ELSEWHERE["looks"])
    assert office.register.find(CAMERA).place == Place(51.9912, -2.2912)
    office.now += DAY
    gone = office.post(f"/sites/{site}/take-down", {"camera": "53/1/7", "on": f"{office.now:%Y-%m-%d}"})
    assert gone["stays"][-1]["ended"] is not None
    office.now += 2 * DAY
    assert office.get("/sites/cameras")[0]["cause"] == "taken-down"


@pytest.mark.parametrize("who", ["sue", "aud", "ivy", "adam"])
@pytest.mark.parametrize("path", ["move", "take-down", "part"])
def test_nobody_but_a_manager_moves_a_camera_or_writes(office, who, path) -> None:
    site = office.standing(MOVEABLE)
    form = {**ELSEWHERE, "on": "2026-11-30"} if path != "part" else {"seen": 1}
    assert office.refused("POST", f"/sites/{site}/{path}", form, who=who)[0] == 403
    assert office.refused("POST", "/sites/begin", {"title": "x", "form": "fixed"}, who=who)[0] == 403


def test_whoever_may_not_decide_is_told_why_before_they_try(office) -> None:
    site = office.submitted()
    assert "superintendent" in office.get(f"/sites/{site}", who="ian")["kept_from"]["authorised"]
    assert office.get(f"/sites/{site}", who="sue")["kept_from"] == {}
    assert "worked on this" in office.get(f"/sites/{site}", who="max")["kept_from"]["refused"]


def test_a_test_is_told_against_the_aim_of_the_form_before_it_is_judged(office) -> None:
    site = office.submitted()
    (one,) = office.get(f"/sites/{site}/tests", who="aud")
    assert (one["result"], one["test"], one["aim_capture"]) == (None, None, 0.98)
    office.post(f"/sites/{site}/authorise", who="sue")
    office.post(f"/sites/{site}/installed", {"on": "2026-11-30"})
    office.keep_test(found=900)
    (one,) = office.get(f"/sites/{site}/tests", who="aud")
    assert (one["result"], one["test"]["capture"]["verdict"]) == ("missed", "missed")
    assert set(one["judged_parts"]) == {"bright", "dark"}
    assert office.get(f"/sites/{site}")["state"] == "installed"


def test_nobody_decides_upon_what_they_have_not_seen(office) -> None:
    site = office.submitted()
    seen = len(office.get(f"/sites/{site}", who="sue")["steps"])
    office.post(f"/sites/{site}/send-back", {"why": "x"}, who="sid")
    part(office, site, change={"need": "another need"})
    office.post(f"/sites/{site}/submit")
    for step, more in (("authorise", {}), ("refuse", {"why": "x"})):
        status, message = office.refused("POST", f"/sites/{site}/{step}", {"seen": seen, **more}, who="sue")
        assert (status, "look again" in message) == (409, True)
    again = len(office.get(f"/sites/{site}", who="sue")["steps"])
    assert office.post(f"/sites/{site}/authorise", {"seen": again}, who="sue")["state"] == "authorised"
