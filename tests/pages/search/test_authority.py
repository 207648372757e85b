"""Authorities in a browser: asked for, looked at whole, given, refused, confirmed and denied."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.pages.office import looks_right
from tests.pages.search.world import (
    MARK,
    WHY,
    ask_of,
    fill,
)


def test_a_wide_search_waits_for_a_superintendent_who_looks_and_approves(yard, ivy, sue) -> None:
    with yard.at(ivy) as page, yard.at(sue) as office:
        office.goto("/approvals")
        expect(office.get_by_text("Nothing waits for you.")).to_be_visible()
        ask_of(page, category="Serious crime", since="22/09/2025")
        expect(page.get_by_text("It needs the authority of a superintendent or above.")).to_be_visible()
        looks_right(page, "search-waiting")
        office.reload()
        told = office.locator("main").inner_text()
        assert "AB12" not in told
        assert "burgled" not in told
        looks_right(office, "approvals")
        office.get_by_role("button", name="Look at it whole, which is written down").click()
        expect(office.get_by_text("burgled shop")).to_be_visible()
        looks_right(office, "approvals-look")
        office.get_by_label("Your reason").fill("necessary")
        office.get_by_role("button", name="Give the authority").click()
        expect(office.locator(".govuk-error-summary")).to_contain_text("a few words of its own")
        office.get_by_label("Your reason").fill(WHY)
        office.get_by_role("button", name="Give the authority").click()
        office.wait_for_url("**/approvals?done=approve")
        expect(office.get_by_text("The authority was given.")).to_be_visible()
        page.reload()
        page.get_by_role("button", name="Run it").click()
        expect(page.get_by_role("heading", name="4 rows")).to_be_visible()


def test_an_authority_is_refused_with_a_reason_that_whoever_asked_can_read(yard, ivy, sue) -> None:
    with yard.at(ivy) as page, yard.at(sue) as office:
        ask_of(page, category="Serious crime", since="22/09/2025")
        office.goto("/approvals")
        office.get_by_role("button", name="Look at it whole, which is written down").click()
        office.get_by_label("Your reason").fill("Fourteen months are too broad for one robbery.")
        office.get_by_role("button", name="Refuse the authority").click()
        office.wait_for_url("**/approvals?done=refuse")
        page.reload()
        expect(page.get_by_text("Fourteen months are too broad for one robbery.")).to_be_visible()


def test_an_oral_authority_runs_an_urgent_search_and_is_confirmed_or_denied(yard, ivy, sue) -> None:
    with yard.at(ivy) as page, yard.at(sue) as office:
        for how, told in (("Confirm", "confirm"), ("Deny", "deny")):
            page.goto("/search/new/one-vehicle")
            page.get_by_label("Number plate").fill(MARK)
            fill(page, category="Serious crime", since="22/09/2025")
            page.get_by_label("Somebody is at risk, and it cannot wait").check()
            page.get_by_label("Sign-in name of the officer").fill("sue")
            given = page.get_by_role("group", name="When the authority was given")
            given.get_by_label("Day").fill("22/11/2026")
            given.get_by_label("Time").fill("11:40")
            page.get_by_role("button", name="See what this would sweep in").click()
            page.get_by_role("button", name="Ask, and wait for the authority").click()
            page.wait_for_url(re.compile(r"/search/[0-9a-f]{32}$"))
            page.get_by_role("button", name="Run it").click()
            expect(page.get_by_text("given by word of mouth, and is not confirmed yet").first).to_be_visible()
            office.goto("/approvals")
            office.get_by_role("button", name="Look at it whole, which is written down").click()
            if how == "Confirm":
                looks_right(office, "approvals-oral")
            office.get_by_label("Your reason").fill(WHY)
            office.get_by_role("button", name=f"{how} that I gave it").click()
            office.wait_for_url(f"**/approvals?done={told}")
            page.reload()
            if how == "Confirm":
                expect(page.get_by_role("heading", name="4 rows")).to_be_visible()
            else:
                expect(page.get_by_text("the officer named denies the authority")).to_be_visible()
                expect(page.locator(".read")).to_have_count(0)
