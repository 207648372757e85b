"""Covert entries on pages: seen, asked for, approved and counted by those alone whom they name."""

from __future__ import annotations

from datetime import date

from playwright.sync_api import expect

from openanpr.core.role import Role
from openanpr.store.control.numbering import LOWEST_COVERT
from tests.pages.listed import COVERT, STOLEN_CAR, approved, filled
from tests.pages.office import looks_right


def test_a_covert_entry_is_seen_by_those_alone_whom_it_names(office) -> None:
    office.world.list_(STOLEN_CAR, COVERT)
    name, store = office.world.covert_list("ivy"), office.world.stores.lists
    number = store.latest(name, before=2**53, limit=9)[0][0] - LOWEST_COVERT
    with office.at(office.person("lena", Role.LIST_OWNER)) as page:
        page.goto("/lists")
        expect(page.locator(".health__one")).to_have_count(1)
        page.goto("/lists/stolen/entries")
        assert "quiet matter" not in page.content()
        page.goto(f"/lists/{name}/entries/{number}")
        expect(page.get_by_text("There is no such list")).to_be_visible()
        page.goto("/lists")
        page.get_by_label("Is a vehicle on a list?").fill("XY34ZZZ")
        page.keyboard.press("Enter")
        expect(page.get_by_text("It is on none of")).to_be_visible()
    with office.at(office.person("ivy", Role.LIST_OWNER)) as page:
        page.goto("/lists")
        expect(page.get_by_text("For ivy alone")).to_be_visible()
        looks_right(page, "lists-with-a-covert-one")
        page.get_by_role("link", name=name).click()
        expect(page.get_by_text("For everybody else it is not there")).to_be_visible()
        page.get_by_role("link", name="Look through its entries").click()
        expect(page.get_by_text("quiet matter")).to_be_visible()
        page.get_by_role("link", name=f"Entry {number}").click()
        expect(page.get_by_text("Seen by ivy alone")).to_be_visible()
        expect(page.get_by_text("stands on the open list too")).to_have_count(0)
        office.world.list_(STOLEN_CAR, COVERT, COVERT._replace(covert=False, seen_by=(), reason="not quiet"))
        page.reload()
        expect(page.get_by_text("stands on the open list too")).to_be_visible()
        looks_right(page, "entry-covert-and-open")


def test_a_covert_entry_is_asked_for_and_approved_by_those_whom_it_names(office) -> None:
    office.world.list_(STOLEN_CAR)
    with office.at(office.person("lena", Role.LIST_OWNER)) as page:
        page.goto("/lists/stolen/add")
        filled(page, "XY34 ZZZ")
        page.get_by_label("Covert: its alerts and itself").check()
        page.get_by_label("Sign-in names or teams").fill("lena, ivy")
        page.get_by_role("button", name="Propose").click()
        page.wait_for_url("**/list-changes/*")
        where = page.url.replace(office.home, "")
        with office.at(office.person("dan", Role.LIST_OWNER)) as other:
            other.goto("/lists")
            expect(other.get_by_text("Changes that wait for a decision")).to_have_count(0)
            other.goto(where)
            expect(other.get_by_text("There is no proposal")).to_be_visible()
        approved(office, page, "ivy")


def test_covert_reviews_are_counted_for_those_alone_whom_they_name(office) -> None:
    due = date(2026, 11, 20)
    office.world.list_(STOLEN_CAR, COVERT._replace(review_on=due, seen_by=("lena",)))
    for login, counts in (("lena", ["1", "1"]), ("mia", ["1"])):
        with office.at(office.person(login, Role.LIST_OWNER)) as page:
            page.goto("/lists")
            facts = page.locator(".health__facts div", has_text="Reviews due").locator("dd")
            expect(facts).to_have_text(counts)
