"""Searches are asked for in a browser: measured first, refused with a lawful way beside it."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.pages.office import looks_right
from tests.pages.search.world import (
    MARK,
    REASON,
    REFERENCE,
    WHY,
    ask_of,
    fill,
)


def test_a_search_is_measured_asked_run_seen_in_three_ways_and_opened(yard, ivy) -> None:
    with yard.at(ivy) as page:
        page.goto("/search")
        expect(page.get_by_text("You asked nothing yet")).to_be_visible()
        looks_right(page, "search-mine-empty")
        page.get_by_role("link", name="Ask", exact=True).last.click()
        page.wait_for_url("**/search/new")
        looks_right(page, "search-kinds")
        page.get_by_role("link", name="One vehicle").click()
        page.get_by_label("Number plate").fill("ab12cde")
        expect(page.locator("#mark-plate")).to_have_text("AB12 CDE")
        fill(page)
        expect(page.get_by_role("button", name="Ask", exact=True)).to_have_count(0)
        looks_right(page, "search-ask")
        page.get_by_role("button", name="See what this would sweep in").click()
        expect(page.get_by_text("It would be allowed.")).to_be_visible()
        looks_right(page, "search-measured")
        page.get_by_role("button", name="Ask", exact=True).click()
        page.wait_for_url(re.compile(r"/search/[0-9a-f]{32}$"))
        looks_right(page, "search-ready")
        page.get_by_role("button", name="Run it").click()
        expect(page.get_by_role("heading", name="4 rows")).to_be_visible()
        assert MARK not in page.title() + page.url
        looks_right(page, "search-table")
        page.get_by_role("tab", name="Timeline").click()
        page.get_by_role("tab", name="Journey").click()
        page.locator("#journey-map[data-ready]").wait_for()
        looks_right(page, "search-journey")
        page.get_by_role("tab", name="Table").click()
        page.get_by_role("button", name="Open row 1, which is written down").click()
        expect(page.get_by_text("Clock of the camera")).to_be_visible()
        looks_right(page, "search-opened")


def test_an_ask_that_leaves_things_out_is_told_what_at_the_fields_with_script_and_without(yard, ivy) -> None:
    for script in (True, False):
        with yard.at(ivy, java_script_enabled=script) as page:
            page.goto("/search/new/one-vehicle")
            page.locator("#since_date").fill("31/02/2026")
            page.get_by_role("button", name="See what this would sweep in").click()
            summary = page.locator(".govuk-error-summary")
            expect(summary).to_contain_text("Enter a number plate, such as AB12 CDE")
            expect(summary).to_contain_text("The day and time from which you ask must be real ones")
            expect(page.get_by_text("Choose the category of the investigation")).to_have_count(2)
            if script:
                looks_right(page, "search-faults")
                summary.get_by_role("link", name="Enter a number plate, such as AB12 CDE").click()
                expect(page.locator("#mark")).to_be_focused()


def test_fourteen_months_are_refused_by_which_rule_and_the_lawful_way_is_one_button_away(yard, ivy) -> None:
    with yard.at(ivy) as page:
        page.goto("/search/new/one-vehicle")
        page.get_by_label("Number plate").fill(MARK)
        fill(page, since="22/09/2025")
        page.get_by_role("button", name="See what this would sweep in").click()
        expect(page.get_by_text("It would be refused.")).to_be_visible()
        expect(page.get_by_text("Nobody asks for reads older than the profile's longest")).to_be_visible()
        page.get_by_role("button", name="Ask nevertheless").click()
        page.wait_for_url(re.compile(r"/search/[0-9a-f]{32}$"))
        expect(page.get_by_text("It was refused.")).to_be_visible()
        looks_right(page, "search-refused")
        page.get_by_role("button", name="Ask this instead (the last 90 days alone)").click()
        expect(page.locator("#mark")).to_have_value("AB12 CDE")
        expect(page.locator("#since_date")).to_have_value("24/08/2026")
        page.get_by_role("button", name="See what this would sweep in").click()
        expect(page.get_by_text("It would be allowed.")).to_be_visible()


def test_a_narrower_way_of_the_meter_fills_the_form_and_is_measured(yard, ivy) -> None:
    with yard.at(ivy) as page:
        page.goto("/search/new/one-vehicle")
        page.get_by_label("Number plate").fill(MARK)
        page.get_by_label("Likely misreads too").check()
        fill(page)
        page.get_by_role("button", name="See what this would sweep in").click()
        page.get_by_role("button", name="Ask this instead (without likely misreads)").click()
        expect(page.get_by_label("As written, and the same shape")).to_be_checked()
        expect(page.get_by_label("Reason")).to_have_value(REASON)
        page.get_by_role("button", name="Ask", exact=True).click()
        page.wait_for_url(re.compile(r"/search/[0-9a-f]{32}$"))


def test_what_was_changed_after_it_was_measured_is_measured_again_before_it_is_asked(yard, ivy) -> None:
    with yard.at(ivy) as page:
        page.goto("/search/new/one-vehicle")
        page.get_by_label("Number plate").fill(MARK)
        fill(page)
        page.get_by_role("button", name="See what this would sweep in").click()
        page.get_by_role("button", name="Ask", exact=True).wait_for()
        page.get_by_label("Number plate").fill("XY10 AZZ")
        page.get_by_role("button", name="Ask", exact=True).click()
        expect(page.locator(".govuk-error-summary")).to_contain_text("You changed something")
        page.get_by_role("button", name="Ask", exact=True).click()
        page.wait_for_url(re.compile(r"/search/[0-9a-f]{32}$"))


def test_without_script_a_search_is_measured_asked_run_and_opened_by_plain_forms(yard, ivy) -> None:
    with yard.at(ivy, java_script_enabled=False) as page:
        ask_of(page)
        page.get_by_role("button", name="Run it").click()
        expect(page.get_by_role("heading", name="4 rows")).to_be_visible()
        page.get_by_role("button", name="Open row 2, which is written down").first.click()
        expect(page.get_by_role("heading", name="Row 2", exact=True)).to_be_visible()
        page.get_by_role("button", name="Open the place, which is written down").click()
        expect(page.get_by_text("51.47000, -2.61000")).to_be_visible()
        page.get_by_role("link", name="Back to the search").click()
        expect(page.get_by_role("heading", name="4 rows")).to_be_visible()


def test_a_search_is_asked_run_and_opened_by_the_keyboard_alone(yard, ivy) -> None:
    def to(page: Page, locator: str) -> None:
        for _ in range(80):
            page.keyboard.press("Tab")
            if page.evaluate("(one) => document.activeElement.matches(one)", locator):
                return
        raise AssertionError(f"no Tab leads to {locator}")

    with yard.at(ivy) as page:
        page.goto("/search/new/one-vehicle")
        to(page, "#mark")
        page.keyboard.type("ab12cde")
        to(page, "[name=category]")
        page.keyboard.press("Space")
        to(page, "[name=stance]")
        page.keyboard.press("Space")
        to(page, "#reference")
        page.keyboard.type(REFERENCE)
        to(page, "#reason")
        page.keyboard.type(REASON)
        to(page, ".ask__meter button")
        page.keyboard.press("Enter")
        expect(page.locator("#meter")).to_be_focused()
        to(page, ".ask__button button")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"/search/[0-9a-f]{32}$"))
        to(page, ".acts button")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="4 rows")).to_be_visible()
        to(page, ".govuk-tabs__tab")
        page.keyboard.press("ArrowRight")
        expect(page.get_by_role("tab", name="Timeline")).to_have_attribute("aria-selected", "true")
        page.keyboard.press("ArrowLeft")
        to(page, ".read__open")
        page.keyboard.press("Enter")
        expect(page.locator("#opened-name")).to_be_focused()


def test_what_passed_a_drawn_area_is_asked_with_cameras_on_a_map_or_from_a_list(yard, ivy) -> None:
    with yard.at(ivy) as page:
        page.goto("/search/new/place-and-time")
        looks_right(page, "search-place")
        page.get_by_label("Cameras from a list").check()
        page.get_by_label("Find in the list").fill("quay")
        expect(page.get_by_text("1 of 3 shown, 0 chosen")).to_be_visible()
        page.get_by_label("Quay Bridge").check()
        page.get_by_label("An area, drawn on a map").check()
        page.locator(".area .map[data-ready]").wait_for()
        box = page.locator(".area .map").bounding_box()
        assert box is not None
        for x, y in ((0.05, 0.05), (0.9, 0.05), (0.9, 0.95), (0.3, 0.95)):
            page.locator(".area .map canvas").click(position={"x": box["width"] * x, "y": box["height"] * y})
        expect(page.get_by_label("Corners of the area")).to_have_value(re.compile(r"(51\.\d+, -2\.\d+\n){3}"))
        looks_right(page, "search-area")
        page.locator("#since_date").fill("22/11/2026")
        page.locator("#since_time").fill("09:00")
        fill(page)
        page.get_by_role("button", name="See what this would sweep in").click()
        page.get_by_role("button", name=re.compile("^Ask(,|$)")).click()
        page.wait_for_url(re.compile(r"/search/[0-9a-f]{32}$"))
        page.get_by_role("button", name="Run it").click()
        expect(page.get_by_role("heading", name=re.compile(r"^18\d rows"))).to_be_visible()
        page.get_by_role("tab", name="Map").click()
        page.locator("#journey-map[data-ready]").wait_for()
        looks_right(page, "search-area-found")


def test_common_plates_of_two_scenes_need_an_authority_and_are_told_as_marks(yard, ivy, sue) -> None:
    with yard.at(ivy) as page, yard.at(sue) as office:
        page.goto("/search/new/common-plates")
        page.get_by_role("button", name="Add a scene").click()
        expect(page.get_by_role("group", name="Scene 3")).to_be_visible()
        page.goto("/search/new/common-plates")
        for number, camera in ((1, "Mill Street"), (2, "Quay Bridge")):
            scene = page.get_by_role("group", name=f"Scene {number}", exact=True)
            scene.get_by_label("Cameras from a list").check()
            scene.get_by_label(camera).check()
            scene.locator(f"#s{number}_since_date").fill("22/11/2026")
            scene.locator(f"#s{number}_since_time").fill("09:00")
            scene.locator(f"#s{number}_until_date").fill("22/11/2026")
            scene.locator(f"#s{number}_until_time").fill("11:30")
        fill(page)
        page.get_by_role("button", name="See what this would sweep in").last.click()
        page.get_by_role("button", name="Ask, and wait for the authority").wait_for()
        looks_right(page, "search-common")
        page.get_by_role("button", name="Ask, and wait for the authority").click()
        page.wait_for_url(re.compile(r"/search/[0-9a-f]{32}$"))
        office.goto("/approvals")
        office.get_by_role("button", name="Look at it whole, which is written down").click()
        office.get_by_label("Your reason").fill(WHY)
        office.get_by_role("button", name="Give the authority").click()
        office.wait_for_url("**/approvals?done=approve")
        page.reload()
        page.get_by_role("button", name="Run it").click()
        expect(page.get_by_text("To be at several scenes proves nothing")).to_be_visible()
        looks_right(page, "search-common-found")


def test_a_part_of_a_plate_gives_plates_and_a_list_gives_reads(yard, ivy) -> None:
    with yard.at(ivy) as page:
        for kind, name, said in (
            ("part-of-a-mark", "Part of the number plate", "AB1? C*"),
            ("list-of-vehicles", "Number plates", "AB12 CDE\nXY10 AZZ"),
        ):
            page.goto(f"/search/new/{kind}")
            page.get_by_label(name).fill(said)
            fill(page)
            page.get_by_role("button", name="See what this would sweep in").click()
            page.get_by_role("button", name=re.compile("^Ask(,|$)")).click()
            page.wait_for_url(re.compile(r"/search/[0-9a-f]{32}$"))
            page.get_by_role("button", name="Run it").click()
            expect(page.locator("main .plate").first).to_be_visible()
            assert "AB1" not in page.url + page.title()


def test_a_button_pressed_twice_asks_once(yard, ivy) -> None:
    with yard.at(ivy) as page:
        page.goto("/search/new/one-vehicle")
        page.get_by_label("Number plate").fill(MARK)
        fill(page)
        page.get_by_role("button", name="See what this would sweep in").click()
        expect(page.get_by_text("It would be allowed.")).to_be_visible()
        page.get_by_role("button", name="Ask", exact=True).dblclick()
        page.wait_for_url(re.compile(r"/search/[0-9a-f]{32}$"))
        page.goto("/search")
        expect(page.locator("main tbody tr")).to_have_count(1)
