"""Pictures of an alert in a browser: there, on their way, or none at all; and what may be said of each."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from tests.pages.hits import drawn, hit, live, logged, seen
from tests.pages.office import looks_right
from tests.run_node.world import listed, read

pytestmark = pytest.mark.usefixtures("soon")


def test_patch_and_overview_are_shown_and_each_look_at_them_is_logged_once(office, cat) -> None:
    patch, overview = drawn("AB12 CDE", 320, 80), drawn("Mill Street", 960, 540)
    names = [hashlib.sha256(one).hexdigest() for one in (patch, overview)]
    record = replace(read("AB12CDE"), patch=names[0], overview=names[1])
    office.world.list_(listed("AB12CDE", make="FORD", model="FOCUS", colour="BLUE"))
    seen(office, record)
    for name, jpeg in zip(names, (patch, overview), strict=True):
        office.world.stores.kept.keep(name, record.captured_at.date(), jpeg)
    with office.at(cat) as page:
        page.goto("/alerts")
        live(page)
        page.locator(".card__open").click()
        expect(page.get_by_alt_text("The plate, camera 53/1/7")).to_be_visible()
        expect(page.get_by_alt_text("The whole view, camera 53/1/7")).to_be_visible()
        assert page.evaluate("document.querySelector('.picture__image').naturalWidth") == 320
        page.get_by_role("button", name="I have seen it").click()
        expect(page.get_by_text("What does the picture show?")).to_be_visible()
        expect(page.get_by_alt_text("The plate, camera 53/1/7")).to_be_visible()
        looks_right(page, "alert-pictures")
    asked = [one for one in logged(office) if one == "alert-pictures"]
    assert len(asked) == 1, "what is on the screen already is not given out again"


def test_without_a_picture_nobody_says_what_it_shows_and_no_unit_is_tasked(office, cat) -> None:
    office.world.list_(listed("AB12CDE", make="FORD", model="FOCUS", colour="BLUE"))
    hit(office, "AB12CDE")
    with office.at(cat) as page:
        page.goto("/alerts")
        live(page)
        page.locator(".card__open").click()
        page.get_by_role("button", name="I have seen it").click()
        expect(page.get_by_text("This read came without a picture")).to_be_visible()
        expect(page.get_by_role("button", name="It matches")).to_be_disabled()
        looks_right(page, "alert-unpictured")
        page.keyboard.press("1")
        page.evaluate("document.querySelector('[name=check]').disabled = false")
        page.get_by_role("button", name="It matches").click()
        expect(page.get_by_text("No picture of this alert is here to compare")).to_be_visible()
        looks_right(page, "alert-unpictured-refused")
        assert office.world.alerts()[0].state.value == "seen"
        page.get_by_role("button", name="Cannot be checked").click()
        expect(page.get_by_text("Not possible: it could not be checked.")).to_be_visible()
        expect(page.locator(".card")).to_contain_text("Cannot be checked")
        looks_right(page, "alert-unchecked")
        assert page.get_by_label("Task a unit").count() == 0
        page.locator("summary", has_text="Close with an outcome").click()
        page.get_by_label("Not responded").check()
        page.get_by_label("Why did nobody go?").select_option("no_picture")
        page.get_by_role("button", name="Close the alert").click()
        expect(page.get_by_text("Closed as not responded.")).to_be_visible()


def test_pictures_that_come_later_are_shown_without_a_reload_and_open_the_answers(office, cat) -> None:
    patch, overview = drawn("AB12 CDE", 320, 80), drawn("Mill Street", 960, 540)
    names = [hashlib.sha256(one).hexdigest() for one in (patch, overview)]
    record = replace(read("AB12CDE"), patch=names[0], overview=names[1])
    day, keep = record.captured_at.date(), office.world.stores.kept.keep
    office.world.list_(listed("AB12CDE"))
    seen(office, record)
    with office.at(cat) as page:
        page.goto("/alerts")
        live(page)
        page.locator(".card__open").click()
        page.get_by_role("button", name="I have seen it").click()
        expect(page.get_by_text("No picture has come yet")).to_be_visible()
        expect(page.get_by_role("button", name="It matches")).to_be_disabled()
        looks_right(page, "alert-awaited")
        page.evaluate("window.stayed = true")
        keep(names[1], day, overview)
        expect(page.get_by_alt_text("The whole view, camera 53/1/7")).to_be_visible(timeout=20_000)
        expect(page.get_by_text("Another picture is on its way.")).to_be_visible()
        expect(page.get_by_role("button", name="It matches")).to_be_enabled()
        keep(names[0], day, patch)
        expect(page.get_by_alt_text("The plate, camera 53/1/7")).to_be_visible(timeout=20_000)
        expect(page.get_by_text("Another picture is on its way.")).to_have_count(0)
        asked = []
        page.on("request", lambda one: asked.append(one.url))
        page.wait_for_timeout(2_500)
        assert not [one for one in asked if "pictures" in one], "all are there: nothing more is asked"
        assert page.evaluate("window.stayed")
        page.get_by_role("button", name="It matches").click()
        expect(page.get_by_label("Task a unit")).to_be_visible()
    looks = [one for one in logged(office) if one == "alert-pictures"]
    assert len(looks) == 3, "one look for what was given out each time, none for asking whether it is there"
