"""Cameras in a browser: the register, the silent ones loudly, a chart beside its table, added, retired."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from openanpr.core.camera import CameraId
from openanpr.core.role import Role
from openanpr.people.account import Account
from tests.pages.office import Office, looks_right
from tests.run.score_results import made_result
from tests.run_node.world import CAMERA, NOW, read

HIGH_STREET, BRIDGE, QUAY = CameraId(53, 1, 8), CameraId(53, 1, 9), CameraId(53, 1, 10)
DAY_S = 86_400.0


@pytest.fixture
def watched(open_office) -> Office:
    """Four cameras: one well, one that fell silent, one whose reads got few, one that has never read."""
    office: Office = open_office()
    world = office.world
    for camera, name in ((HIGH_STREET, "High Street"), (BRIDGE, "Bridge"), (QUAY, "Quay")):
        world.add_camera(camera, name)
    for back in range(1, 6):
        for camera in (CAMERA, HIGH_STREET, BRIDGE):
            reads = [read(f"AB{n:02}CDE", ago_s=back * DAY_S + 600 + n, camera=camera) for n in range(12)]
            world.deliver(*reads)
    world.deliver(*[read(f"AB{n:02}CDE", ago_s=600 + n) for n in range(11)])
    world.deliver(read(ago_s=900, camera=BRIDGE))
    world.pass_on()
    return office


@pytest.fixture
def max_(watched) -> Account:
    return watched.person("max", Role.ANPR_MANAGER)


def row(page, name: str):
    return page.locator(".cams tbody tr", has=page.get_by_role("link", name=name, exact=True))


def test_the_register_tells_how_each_camera_does_and_the_silent_ones_loudly(watched, max_) -> None:
    with watched.at(max_) as page:
        page.goto("/cameras")
        loud = page.get_by_role("region", name="Cameras that read nothing")
        expect(loud).to_contain_text("2 cameras read nothing")
        expect(loud).to_contain_text("High Street (53/1/8): last read 1 day ago")
        expect(loud).to_contain_text("Quay (53/1/10): it has never read")
        expect(row(page, "Mill Street")).to_contain_text("Well")
        expect(row(page, "Mill Street")).to_contain_text("12 (12 to 12)")
        expect(row(page, "Mill Street")).to_contain_text("The gate")
        expect(row(page, "High Street")).to_contain_text("Silent")
        expect(row(page, "Bridge")).to_contain_text("Far fewer than usual")
        expect(row(page, "Quay")).to_contain_text("Never read")
        names = [text.split("\n")[0] for text in page.locator(".cams tbody th").all_inner_texts()]
        assert names == ["High Street", "Quay", "Bridge", "Mill Street"]
        expect(page.locator("[data-cameras-map][data-ready]")).to_be_visible()
        assert "AB0" not in page.content()
        looks_right(page, "cameras")
        page.get_by_role("link", name="1 far fewer than usual").click()
        page.wait_for_url("**/cameras?state=fewer")
        expect(page.locator(".cams tbody tr")).to_have_count(1)


def test_a_camera_shows_its_hours_as_a_table_and_as_a_chart(watched, max_) -> None:
    with watched.at(max_) as page:
        page.goto("/cameras")
        page.get_by_role("link", name="Mill Street", exact=True).click()
        page.wait_for_url("**/cameras/53.1.7")
        expect(page.locator(".chart canvas")).to_be_visible()
        last = page.locator(".hours tbody tr").last
        expect(last).to_contain_text("22 November 2026, 11:00")
        expect(last).to_contain_text("12 (12 to 12)")
        assert page.locator(".hours tbody tr").count() == 24
        looks_right(page, "camera")


def test_cameras_look_right_by_night(watched, max_) -> None:
    with watched.at(max_, color_scheme="dark") as page:
        page.goto("/cameras")
        expect(page.locator("[data-cameras-map][data-ready]")).to_be_visible()
        behind = "one => getComputedStyle(one).backgroundColor"
        for control in (".maplibregl-ctrl-group", ".maplibregl-ctrl-scale"):
            assert page.locator(control).evaluate(behind) == "rgb(24, 33, 42)", "dark, as the page is"
        looks_right(page, "cameras", light="night")
        page.goto("/cameras/53.1.8")
        expect(page.locator(".chart canvas")).to_be_visible()
        looks_right(page, "camera-silent", light="night")


def test_a_camera_is_added_by_the_keyboard_with_its_place_and_then_retired(watched, max_) -> None:
    with watched.at(max_) as page:
        page.goto("/cameras/add")
        page.get_by_label("Number").focus()
        page.keyboard.type("53/1/77")
        page.keyboard.press("Tab")
        page.keyboard.type("Station Road")
        page.keyboard.press("Tab")
        page.keyboard.type("south")
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        page.keyboard.press("Enter")
        summary = page.locator(".govuk-error-summary")
        expect(summary).to_contain_text("A camera that stands needs its place")
        looks_right(page, "camera-add-faults")
        page.get_by_label("Latitude").fill("51.45")
        page.get_by_label("Longitude").fill("-2.59")
        page.get_by_role("button", name="Add it").click()
        page.wait_for_url("**/cameras/53.1.77")
        expect(page.get_by_role("heading", name="Station Road")).to_be_visible()
        expect(page.get_by_text("It has never read")).to_be_visible()
        page.get_by_role("button", name="Retire this camera").click()
        expect(page.locator(".govuk-error-summary")).to_contain_text("Say why")
        page.get_by_label("Why").fill("the pole was taken down")
        page.get_by_role("button", name="Retire this camera").click()
        expect(page.get_by_text("by max: the pole was taken down")).to_be_visible()
        looks_right(page, "camera-retired")
    log = watched.world.stores.log
    steps = [one.public["step"] for one in log.entries_from(0, log.size) if one.act == "enrolment"]
    assert steps[-2:] == ["camera-put", "camera-retired"]
    found = {str(one.camera): one for one in watched.world.stores.intake.cameras.every()}["53/1/77"]
    assert found.place is not None
    assert (found.place.lat, found.area) == (51.45, "south")


def test_whoever_searches_sees_where_cameras_are_and_not_how_they_do(watched) -> None:
    with watched.at(watched.person("ivy", Role.INVESTIGATOR)) as page:
        page.goto("/cameras")
        expect(page.get_by_role("row", name="Mill Street")).to_contain_text("51.5000, -2.6000")
        assert "Silent" not in page.content()
        expect(page.locator("[data-cameras-map][data-ready]")).to_be_visible()
        looks_right(page, "cameras-places")
        page.goto("/cameras/53.1.7")
        expect(page.get_by_role("heading", name="You may not do this")).to_be_visible()


def test_whoever_may_see_no_place_sees_no_camera(watched) -> None:
    with watched.at(watched.person("ada", Role.AUDITOR)) as page:
        page.goto("/cameras")
        expect(page.get_by_role("heading", name="You may not do this")).to_be_visible()
        assert "51.5" not in page.content()


def test_a_camera_that_is_not_there_is_told_so(watched, max_) -> None:
    with watched.at(max_) as page:
        for path in ("53.1.999", "nothing"):
            page.goto(f"/cameras/{path}")
            expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()


def test_clocks_are_told_by_what_was_measured(watched, max_) -> None:
    world = watched.world
    world.later(hours=1)  # what was measured before counts no more
    for _ in range(5):
        world.later(seconds=30)
        world.deliver(read(at=world.now, ago_s=1), sent_at=world.now - timedelta(seconds=1.5))
    world.pass_on()
    with watched.at(max_) as page:
        page.goto("/cameras?state=clock")
        expect(row(page, "Mill Street")).to_contain_text("Off")
        expect(row(page, "Mill Street")).to_contain_text("+1.5 s")
        page.goto("/cameras")
        names = [text.split("\n")[0] for text in page.locator(".cams tbody th").all_inner_texts()]
        assert names[-2:] == ["Mill Street", "Bridge"], "a wrong clock stands before what is too new or well"


TARGETS = "[camera_targets]\ncapture = 0.8\nread_exact = 0.999\n"


def keep_test(page, path, note: str = "") -> None:
    """Keep a result with the camera of the page that is open."""
    page.get_by_role("button", name="Keep a test").click()
    page.wait_for_url("**/cameras/53.1.7/test")
    page.get_by_label("Result").set_input_files(path)
    page.get_by_label("What else is to be known").fill(note)
    page.get_by_role("button", name="Keep it with this camera").click()


def test_a_camera_without_a_test_says_so_loudly_until_one_is_kept(open_office, tmp_path) -> None:
    office: Office = open_office(TARGETS)
    max_ = office.person("max", Role.ANPR_MANAGER)
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    old.write_bytes(made_result(tmp_path / "a", at=NOW - timedelta(days=200), plates=60, missed=9))
    new.write_bytes(made_result(tmp_path / "b", at=NOW - timedelta(days=3), plates=80, missed=2, false=1))
    with office.at(max_) as page:
        page.goto("/cameras")
        expect(row(page, "Mill Street")).to_contain_text("Not tested")
        page.get_by_role("link", name="1 not tested").click()
        page.wait_for_url("**/cameras?state=untested")
        page.get_by_role("link", name="Mill Street", exact=True).click()
        expect(page.get_by_role("region", name="It was never tested")).to_be_visible()
        looks_right(page, "camera-untested")
        keep_test(page, new, "two nights of rain")
        page.wait_for_url("**/cameras/53.1.7")
        rates = page.get_by_role("region", name="Rates of the newest test")
        expect(rates.get_by_role("row", name="Capture rate")).to_contain_text("97.5% (91.3% to 99.3%)")
        expect(rates.get_by_role("row", name="Capture rate")).to_contain_text("78 of 80")
        expect(rates.get_by_role("row", name="Capture rate")).to_contain_text("80.0% Reached")
        expect(rates.get_by_role("row", name="Read rate of the plates")).to_contain_text("99.9% Missed")
        expect(page.get_by_text("Scored 3 days ago")).to_contain_text("kept here by max: two nights of rain")
        expect(page.get_by_text("80 pictures and 0 clips were scored, with 1 false read.")).to_be_visible()
        keep_test(page, old)
        page.wait_for_url("**/cameras/53.1.7")
        expect(rates.get_by_role("row", name="Capture rate")).to_contain_text("78 of 80")
        expect(page.get_by_role("region", name="Earlier tests")).to_contain_text("85.0%")
        page.locator(".govuk-details__summary").click()
        expect(page.get_by_role("row", name="Dusk 20")).to_be_visible()
        assert "AB79CDE" not in page.content()
        looks_right(page, "camera-tested")
        page.goto("/cameras")
        expect(row(page, "Mill Street")).to_contain_text("Missed")
        expect(row(page, "Mill Street")).to_contain_text("97.5% found")
        expect(row(page, "Mill Street")).to_contain_text("98.7% read right")
        looks_right(page, "cameras-tested")


def test_a_test_is_withdrawn_with_a_reason_and_stays_to_be_seen(open_office, tmp_path) -> None:
    office: Office = open_office(TARGETS)
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    old.write_bytes(made_result(tmp_path / "a", at=NOW - timedelta(days=200), plates=60, missed=9))
    new.write_bytes(made_result(tmp_path / "b", at=NOW - timedelta(days=3), plates=80, missed=2))
    with office.at(office.person("max", Role.ANPR_MANAGER)) as page:
        for path in (old, new):
            page.goto("/cameras/53.1.7")
            keep_test(page, path)
            page.wait_for_url("**/cameras/53.1.7")
        page.get_by_role("link", name="Withdraw the test scored on 19 November 2026, 12:00:00").click()
        expect(page.get_by_role("heading", name="Withdraw a test")).to_be_visible()
        looks_right(page, "camera-test-withdraw")
        page.get_by_role("button", name="Withdraw the test").click()
        expect(page.locator(".govuk-error-summary")).to_contain_text("Say why")
        page.get_by_label("Why").fill("pictures of another camera")
        page.get_by_role("button", name="Withdraw the test").click()
        page.wait_for_url("**/cameras/53.1.7#tests")
        rates = page.get_by_role("region", name="Rates of the newest test")
        expect(rates.get_by_role("row", name="Capture rate")).to_contain_text("51 of 60")
        withdrawn = page.get_by_role("region", name="Withdrawn tests")
        expect(withdrawn).to_contain_text("97.5%")
        expect(withdrawn).to_contain_text("by max")
        expect(withdrawn).to_contain_text("pictures of another camera")
        looks_right(page, "camera-test-withdrawn")
        page.get_by_role("link", name="Withdraw the test scored on").click()
        page.get_by_label("Why").fill("a wrong truth")
        page.get_by_role("button", name="Withdraw the test").click()
        expect(page.get_by_role("region", name="No test of it counts")).to_be_visible()
        page.goto("/cameras")
        expect(row(page, "Mill Street")).to_contain_text("Not tested")
    log = office.world.stores.log
    steps = [one.public["step"] for one in log.entries_from(0, log.size) if one.act == "enrolment"]
    assert steps[-2:] == ["camera-test-withdrawn", "camera-test-withdrawn"]


def test_the_chart_is_whole_on_a_phone_and_at_400_per_cent(watched, max_) -> None:
    for width in (390, 320):
        with watched.at(max_, size="phone") as page:
            page.set_viewport_size({"width": width, "height": 800})
            page.goto("/cameras/53.1.7")
            expect(page.locator(".chart canvas")).to_be_visible()
            page.set_viewport_size({"width": 1280, "height": 800})
            page.set_viewport_size({"width": width, "height": 800})
            page.wait_for_function(WHOLE)
            assert edge_ink(page) == 0, f"something is cut at the right edge of the chart at {width}"


WHOLE = """() => {
  const [canvas, room] = [document.querySelector(".chart canvas"), document.querySelector(".chart")];
  return Math.abs(canvas.getBoundingClientRect().width - room.clientWidth) < 1;
}"""


def edge_ink(page) -> int:
    """How many pixels of the last column of the chart, below its lines, are drawn upon: cut words are."""
    return page.evaluate(
        """() => {
          const canvas = document.querySelector(".chart canvas");
          const [w, h] = [canvas.width, canvas.height];
          const { data } = canvas.getContext("2d").getImageData(w - 1, h * 0.8, 1, h * 0.2);
          return data.filter((one, n) => n % 4 === 3 && one > 0).length;
        }"""
    )


def test_a_result_that_cannot_be_kept_is_refused_on_its_page(watched, max_, tmp_path) -> None:
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_bytes(made_result(tmp_path / "a", at=NOW))
    bad.write_bytes(good.read_bytes().replace(b"0.95,", b"0.99,"))
    with watched.at(max_, color_scheme="dark") as page:
        page.goto("/cameras/53.1.7")
        page.get_by_role("button", name="Keep a test").click()
        page.get_by_role("button", name="Keep it with this camera").click()
        summary = page.locator(".govuk-error-summary")
        expect(summary).to_contain_text("Choose the file that openanpr score --json made")
        page.goto("/cameras/53.1.7")
        keep_test(page, bad, "kept words")
        expect(summary).to_contain_text("do not follow from their counts")
        expect(page.get_by_label("What else is to be known")).to_have_value("kept words")
        looks_right(page, "camera-test-refused", light="night")
        page.goto("/cameras/53.1.7")
        keep_test(page, good)
        page.wait_for_url("**/cameras/53.1.7")
        keep_test(page, good)
        expect(summary).to_contain_text("This result is kept with the camera already")
        page.goto("/cameras/53.1.7")
        expect(page.get_by_role("row", name="Capture rate").first).to_contain_text("None set")
        looks_right(page, "camera-tested", light="night")


def test_whoever_keeps_no_cameras_keeps_no_test(watched) -> None:
    with watched.at(watched.person("ivy", Role.INVESTIGATOR)) as page:
        page.goto("/cameras/53.1.7/test")
        expect(page.get_by_role("heading", name="You may not do this")).to_be_visible()
