"""Who travels with a vehicle, in a browser: with an objective, an authority, and what chance brings."""

from __future__ import annotations

import re
from datetime import timedelta

from playwright.sync_api import expect

from openanpr.core.role import Rank, Role
from tests.pages.office import looks_right
from tests.pages.search.world import FARM, MARK, MILL, NOW, QUAY, WHY, fill, seen, store

HOUR = timedelta(hours=1)
FRIEND, TAXI = "XY99XYZ", "TA11XYS"


def travel(office) -> None:
    """Store a vehicle and one behind it at three cameras, and a taxi that is always at the mill."""
    stops = [(MILL, 20), (QUAY, 17), (FARM, 14), (MILL, 11), (QUAY, 8)]
    for camera, ago in stops:
        at = NOW - ago * HOUR
        store(office, seen(at, camera), seen(at + timedelta(seconds=45), camera, FRIEND))
    store(office, *(seen(NOW - 22 * HOUR + timedelta(minutes=4 * n), MILL, TAXI) for n in range(200)))


def test_who_travels_with_a_vehicle_is_told_beside_what_traffic_alone_would_bring(yard, ivy) -> None:
    travel(yard)
    ian = yard.person("ian", Role.AUTHORISING_OFFICER, rank=Rank.INSPECTOR, team="Command")
    with yard.at(ivy) as page, yard.at(ian) as office:
        page.goto("/search/new")
        page.get_by_role("link", name="Travelling together").click()
        page.get_by_label("Number plate").fill(MARK)
        page.locator("#since_date").fill("21/11/2026")
        page.get_by_label("How often at least").fill("2")
        fill(page, category="Serious crime")
        page.get_by_role("button", name="See what this would sweep in").click()
        expect(page.get_by_text("It would be refused.")).to_be_visible()
        expect(page.locator("#meter")).to_contain_text("search-convoy-objective")
        page.get_by_label("Objective of the intelligence").fill("Which second car the burglars use")
        page.get_by_role("button", name="See what this would sweep in").click()
        page.get_by_role("button", name="Ask, and wait for the authority").wait_for()
        looks_right(page, "search-convoy")
        page.get_by_role("button", name="Ask, and wait for the authority").click()
        page.wait_for_url(re.compile(r"/search/[0-9a-f]{32}$"))
        office.goto("/approvals")
        office.get_by_role("button", name="Look at it whole, which is written down").click()
        expect(office.get_by_role("main")).to_contain_text("Within 5 minutes of it, 2 times or more")
        office.get_by_label("Your reason").fill(WHY)
        office.get_by_role("button", name="Give the authority").click()
        office.wait_for_url("**/approvals?done=approve")
        page.reload()
        page.get_by_role("button", name="Run it").click()
        expect(page.get_by_role("heading", name="2 rows")).to_be_visible(timeout=60_000)
        rows = page.locator(".company tbody tr")
        expect(rows.first).to_contain_text("5 times")
        expect(rows.first).to_contain_text("0.0 times")
        expect(rows.nth(1)).to_contain_text("May well be chance")
        expect(page.get_by_text("By traffic alone about 1.0 vehicle would stand here")).to_be_visible()
        page.get_by_text("XY99 XYZ: 5 times").click()
        expect(page.locator(".moj-timeline__item").first).to_contain_text("45 seconds behind it")
        looks_right(page, "search-convoy-found")
        page.get_by_text("Ask anew from this one").click()
        expect(page.get_by_label("Within how many minutes of it")).to_have_value("5")
