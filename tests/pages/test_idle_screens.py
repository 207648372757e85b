"""A live screen that nobody uses: its session idles, it warns, and then says that nobody is signed in."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.pages.hits import hit, live
from tests.pages.office import looks_right
from tests.run_node.world import listed

pytestmark = pytest.mark.usefixtures("soon")


def test_a_screen_that_nobody_touches_is_signed_out_after_a_warning_and_says_so(office, cat) -> None:
    office.world.list_(listed("AB12CDE"))
    hit(office, "AB12CDE")
    (alert,) = office.world.alerts()
    with office.at(cat) as page:
        page.goto(f"/alerts/{alert.id}")
        live(page)
        office.world.later(minutes=13, seconds=30)
        stay = page.get_by_role("button", name="Stay signed in")
        expect(stay).to_be_visible()
        looks_right(page, "alerts-soon")
        stay.click()
        expect(stay).to_be_hidden()
        office.world.later(minutes=14)
        expect(stay).to_be_visible()
        asked = page.evaluate(
            "id => fetch(`/alerts/${id}/pictures/held`).then((one) => one.status)", alert.id
        )
        assert asked == 200, "what a page asks by itself is nobody's activity either"
        office.world.later(minutes=1)
        expect(page.get_by_text("SIGNED OUT. Nobody is signed in at this screen")).to_be_visible()
        expect(page).to_have_title(re.compile("^SIGNED OUT"))
        looks_right(page, "alerts-signed-out")
        for gone in ("AB12", "Cat", "Sign out"):
            assert gone not in page.locator("body").inner_text()
        page.wait_for_timeout(500)
        assert office.world.desk.viewers == 0
        page.get_by_role("link", name="Sign in again").click()
        page.wait_for_url("**/sign-in")
