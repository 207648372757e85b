"""A search in a browser: it runs, is stopped, is seen, and opened act by act."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from openanpr.core.role import Role
from openanpr.search.desk import SearchDesk
from tests.pages.office import looks_right
from tests.pages.search.world import (
    MARK,
    PICTURED,
    ask_of,
    fill,
    pictured,
    run_one,
    store,
)


class Slow:
    """The stored reads, with an answer that takes until it is let go or stopped."""

    def __init__(self, reads: Any) -> None:
        self.reads, self.go = reads, threading.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.reads, name)

    def of_marks(self, *of: Any) -> Any:
        assert self.go.wait(30)
        return self.reads.of_marks(*of)

    def stop(self, name: str) -> None:
        self.reads.stop(name)
        self.go.set()


@pytest.fixture
def slow(yard) -> Iterator[Slow]:
    """The reads of the node, that answer when they are let go."""
    searching = yard.world.made.searching
    parts = searching.desk.parts
    reads = Slow(parts.world.reads)
    desk = SearchDesk(replace(parts, world=replace(parts.world, reads=reads)))
    object.__setattr__(searching, "desk", desk)
    yield reads
    reads.go.set()


def test_a_long_search_shows_that_it_runs_and_its_answer_comes_by_itself(yard, ivy, slow) -> None:
    with yard.at(ivy) as page:
        ask_of(page)
        page.get_by_role("button", name="Run it").click()
        expect(page.get_by_text("It has run for")).to_be_visible()
        looks_right(page, "search-running")
        slow.go.set()
        expect(page.get_by_role("heading", name="4 rows")).to_be_visible()
        expect(page.get_by_role("heading", level=1)).to_be_focused()
        page.get_by_role("tab", name="Journey").click()
        page.get_by_label("A gap is more than").select_option("4 hours")
        expect(page.locator(".leg__told").first).to_have_text("Leg")
        page.get_by_role("tab", name="Table").click()
        page.get_by_role("button", name="Camera", exact=True).click()
        expect(page.locator(".read").first).to_contain_text("Farm Lane")


def test_a_page_that_waits_asks_again_after_the_node_could_not_answer(yard, ivy, slow) -> None:
    refused: list[str] = []

    def busy(route: Route) -> None:
        refused.append(route.request.url)
        route.fulfill(status=503, body="too much to do")

    with yard.at(ivy) as page:
        ask_of(page)
        page.get_by_role("button", name="Run it").click()
        expect(page.get_by_text("It has run for")).to_be_visible()
        page.route(re.compile(r"/search/[0-9a-f]{32}$"), busy, times=2)
        for _ in range(100):
            if len(refused) == 2:
                break
            page.wait_for_timeout(200)
        assert len(refused) == 2
        expect(page.get_by_text("It has run for")).to_be_visible()
        slow.go.set()
        expect(page.get_by_role("heading", name="4 rows")).to_be_visible()


def test_a_search_that_runs_is_stopped_and_nothing_of_it_is_shown(yard, ivy, slow) -> None:
    with yard.at(ivy) as page:
        ask_of(page)
        page.get_by_role("button", name="Run it").click()
        page.get_by_role("button", name="Stop it").click()
        expect(page.get_by_text("Nothing of the run is shown.")).to_be_visible()
        expect(page.get_by_text("it was stopped", exact=False).first).to_be_visible()
        looks_right(page, "search-stopped")
        assert slow.go.is_set()
        page.get_by_role("button", name="Run it again").click()
        expect(page.get_by_role("heading", name="4 rows")).to_be_visible()


def test_without_script_a_search_that_runs_is_looked_at_again_by_a_link(yard, ivy, slow) -> None:
    with yard.at(ivy, java_script_enabled=False) as page:
        ask_of(page)
        page.get_by_role("button", name="Run it").click()
        page.get_by_role("link", name="Look again now").click()
        expect(page.get_by_text("It has run for")).to_be_visible()
        slow.go.set()
        again = page.get_by_role("link", name="Look again now")
        for _ in range(50):
            if not again.count():
                break
            again.click()
            page.wait_for_timeout(200)
        expect(page.get_by_role("heading", name="4 rows")).to_be_visible()


def test_a_picture_is_shown_on_demand_and_that_is_logged(yard, ivy) -> None:
    store(yard, *pictured(yard))
    with yard.at(ivy) as page:
        page.goto("/search/new/last-seen")
        page.get_by_label("Number plate").fill(PICTURED)
        fill(page)
        page.get_by_role("button", name="See what this would sweep in").click()
        page.get_by_role("button", name="Ask", exact=True).click()
        page.wait_for_url(re.compile(r"/search/[0-9a-f]{32}$"))
        page.get_by_role("button", name="Run it").click()
        page.get_by_role("button", name="Open row 1, which is written down").first.click()
        page.get_by_role("button", name="Open the picture of the plate, which is written down").wait_for()
        assert page.locator("img").count() == 0
        before = yard.world.stores.log.size
        page.get_by_role("button", name="Open the picture of the plate, which is written down").click()
        picture = page.locator("#picture-patch img")
        expect(picture).to_be_visible()
        assert picture.evaluate("(one) => one.naturalWidth") > 0
        assert yard.world.stores.log.size == before + 1
        looks_right(page, "search-picture")


def test_was_it_there_tells_of_each_camera_what_it_could_have_seen(yard, ivy) -> None:
    with yard.at(ivy) as page:
        page.goto("/search/new/was-it-there")
        page.get_by_label("Number plate").fill(MARK)
        page.get_by_label("Around a point").check()
        page.get_by_label("Latitude").fill("51.4501")
        page.get_by_label("Longitude").fill("-2.5902")
        page.get_by_label("Metres around it").fill("2000")
        page.locator("#since_date").fill("22/11/2026")
        page.locator("#since_time").fill("05:00")
        fill(page)
        page.get_by_role("button", name="See what this would sweep in").click()
        page.get_by_role("button", name="Ask", exact=True).click()
        page.wait_for_url(re.compile(r"/search/[0-9a-f]{32}$"))
        page.get_by_role("button", name="Run it").click()
        expect(page.get_by_role("heading", name="What the cameras there could have seen")).to_be_visible()
        expect(page.locator("#worked").get_by_role("row", name="Quay Bridge")).to_contain_text("no")
        page.get_by_role("tab", name="Journey").click()
        page.locator("#journey-map[data-ready]").wait_for()
        looks_right(page, "search-was-it-there")


def test_back_comes_to_the_search_and_no_mark_is_in_an_address_a_title_or_a_cookie(yard, ivy) -> None:
    with yard.at(ivy) as page:
        asked: list[str] = []
        page.on("request", lambda one: asked.append(one.url))
        run_one(page)
        found = page.url
        page.get_by_role("link", name="My searches").click()
        page.wait_for_url("**/search")
        looks_right(page, "search-mine")
        page.go_back()
        page.wait_for_url(found)
        expect(page.get_by_role("heading", name="4 rows")).to_be_visible()
        assert not [one for one in asked if "AB12" in one.upper()]
        assert not [one for one in page.context.cookies() if "AB12" in str(one).upper()]


def test_searching_is_easy_on_the_eye_by_night(yard, ivy) -> None:
    with yard.at(ivy, color_scheme="dark") as page:
        run_one(page)
        looks_right(page, "search-found", light="night")
        page.goto("/search/new/one-vehicle")
        page.get_by_label("Number plate").fill(MARK)
        fill(page, since="22/09/2025")
        page.get_by_role("button", name="See what this would sweep in").click()
        expect(page.get_by_text("It would be refused.")).to_be_visible()
        looks_right(page, "search-ask", light="night")
        page.goto("/search")
        looks_right(page, "search-mine", light="night")


def test_another_may_neither_see_nor_run_a_search_and_officers_search_nothing(yard, ivy, sue) -> None:
    eve = yard.person("eve", Role.INVESTIGATOR)
    with yard.at(ivy) as page, yard.at(eve) as other, yard.at(sue) as office:
        ask_of(page)
        other.goto(page.url)
        expect(other.get_by_role("heading", name="There is nothing here")).to_be_visible()
        office.goto("/search")
        expect(office.get_by_role("heading", name="You may not do this")).to_be_visible()


def test_what_is_gone_says_so_where_its_answer_would_have_stood(yard, ivy) -> None:
    with yard.at(ivy) as page:
        run_one(page)
        yard.world.made.searching.desk.parts.kept.drop(page.url.rpartition("/")[2])
        page.get_by_role("button", name="Open row 1, which is written down").click()
        said = page.locator("#opened [role=alert]")
        expect(said).to_contain_text("not kept any more")
        expect(said).to_be_focused()
        page.reload()
        expect(page.get_by_text("is kept for an hour and is gone now")).to_be_visible()


def test_an_officer_on_patrol_opens_rows_but_is_shown_no_way_to_hand_them_on(yard) -> None:
    with yard.at(yard.person("pat", Role.PATROL_OFFICER), size="phone") as page:
        run_one(page)
        expect(page.get_by_role("button", name="Open row 1, which is written down").first).to_be_visible()
        expect(page.get_by_role("button", name="Export them")).to_have_count(0)
        expect(page.get_by_role("button", name="Print them")).to_have_count(0)
