"""Vehicles of interest in a browser: health, entries, changes by two people, files, history, covert ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from playwright.sync_api import expect

from openanpr.core.role import Role
from openanpr.core.voi_list import ChangeKind
from tests.pages.listed import COVERT, STOLEN_CAR, UNTAXED, approved, filled, replace_mark
from tests.pages.office import looks_right


def test_a_stale_list_says_so_loudly_and_reviews_are_counted(office) -> None:
    office.world.list_(STOLEN_CAR)
    office.world.stores.lists.define(UNTAXED)
    office.world.later(days=3)
    with office.at(office.person("lena", Role.LIST_OWNER)) as page:
        page.goto("/lists")
        stolen = page.locator(".health__one", has_text="stolen")
        expect(stolen.get_by_text("Every hit may be out of date")).to_be_visible()
        expect(stolen).to_contain_text("Reviews due")
        expect(page.locator(".health__one", has_text="untaxed").get_by_text("Kept by hand")).to_be_visible()
        looks_right(page, "lists")
        page.get_by_role("link", name="stolen").click()
        expect(page.get_by_text("This list is stale")).to_be_visible()
        looks_right(page, "list")
        page.get_by_role("link", name="See them").click()
        expect(page.locator(".plate").first).to_be_visible()
        looks_right(page, "list-review")


def test_whoever_answers_alerts_is_shown_what_came_of_hits_and_nobody_else(office) -> None:
    office.world.list_(STOLEN_CAR)
    both = office.person("cora", Role.CONTROL_ROOM_OPERATOR)
    with office.at(office.person("lena", Role.LIST_OWNER)) as page:
        page.goto("/lists")
        expect(page.get_by_text("Misread")).not_to_be_visible()
    with office.at(both) as page:
        page.goto("/lists")
        expect(page.get_by_role("heading", name="stolen")).to_be_visible()
        page.goto("/lists/stolen")
        expect(page.get_by_role("link", name="Add a vehicle")).not_to_be_visible()
        page.goto("/lists/stolen/add")
        expect(page.get_by_role("heading", name="You may not do this")).to_be_visible()
        expect(page.get_by_text("What you can do")).to_be_visible()


def test_an_entry_is_found_by_its_mark_which_is_in_no_address(office) -> None:
    office.world.list_(STOLEN_CAR)
    with office.at(office.person("lena", Role.LIST_OWNER)) as page:
        asked: list[str] = []
        page.on("request", lambda one: asked.append(one.url))
        page.goto("/lists")
        page.get_by_role("button", name="Find").click()
        expect(page.locator(".govuk-error-summary")).to_contain_text("Enter a registration mark")
        page.get_by_label("Is a vehicle on a list?").fill("ab12 cde")
        page.keyboard.press("Enter")
        expect(page.get_by_text("On 1 list.")).to_be_visible()
        looks_right(page, "lists-found")
        page.get_by_role("link", name="stolen, entry").click()
        expect(page.get_by_text("blue Ford Focus")).to_be_visible()
        looks_right(page, "list-entry")
        page.goto("/lists")
        page.get_by_label("Is a vehicle on a list?").fill("ZZ99ZZZ")
        page.keyboard.press("Enter")
        expect(page.get_by_text("It is on none of 1 list")).to_be_visible()
        assert not [one for one in asked if "ab12" in one.lower() or "zz99" in one.lower()]


def test_each_look_at_entries_is_in_the_log(office) -> None:
    office.world.list_(STOLEN_CAR)
    lena = office.person("lena", Role.LIST_OWNER)
    with office.at(lena) as page:
        page.goto("/lists/stolen/entries")
        expect(page.get_by_text("blue Ford Focus")).to_be_visible()
        page.goto("/account/log")
        told = page.locator("main").inner_text()
        assert "Kind: list-entries" in told
        assert "Reference: stolen" in told


def test_an_entry_is_proposed_by_one_and_approved_by_another(office) -> None:
    office.world.list_(STOLEN_CAR)
    with office.at(office.person("lena", Role.LIST_OWNER)) as page:
        page.goto("/lists/stolen/add")
        page.get_by_role("button", name="Propose").click()
        expect(page.locator(".govuk-error-summary")).to_contain_text("Enter the registration mark")
        looks_right(page, "list-add-faults")
        filled(page, "lb07 seo")
        page.get_by_role("button", name="Propose").click()
        page.wait_for_url("**/list-changes/*")
        expect(page.get_by_text("another person approves it")).to_be_visible()
        expect(page.get_by_role("button", name="Approve")).not_to_be_visible()
        looks_right(page, "list-change")
        approved(office, page)
        page.goto("/lists/stolen/entries")
        expect(page.locator(".plate")).to_have_count(2)
        looks_right(page, "list-entries")


def test_an_entry_is_corrected_and_taken_off_and_leaves_a_trace(office) -> None:
    office.world.list_(STOLEN_CAR)
    with office.at(office.person("lena", Role.LIST_OWNER)) as page:
        page.goto("/lists/stolen/entries")
        page.get_by_role("link", name="Entry").click()
        page.get_by_role("link", name="Correct it").click()
        assert page.get_by_label("Make").input_value() == "Ford"
        page.get_by_label("Model").fill("Fiesta")
        page.get_by_label("Why the list is to change").fill("it is a Fiesta")
        page.get_by_role("button", name="Propose").click()
        page.wait_for_url("**/list-changes/*")
        approved(office, page)
        page.goto("/lists/stolen/entries")
        expect(page.get_by_text("blue Ford Fiesta")).to_be_visible()
        page.get_by_role("link", name="Entry").click()
        page.get_by_role("link", name="Take it off").click()
        looks_right(page, "list-removal")
        page.get_by_label("Why it is to be taken off").fill("found")
        page.get_by_role("button", name="Propose").click()
        page.wait_for_url("**/list-changes/*")
        approved(office, page, "dora")
        page.goto("/lists")
        page.get_by_label("Is a vehicle on a list?").fill("AB12CDE")
        page.keyboard.press("Enter")
        expect(page.get_by_text("taken off by a person")).to_be_visible()


def test_a_change_is_refused_with_a_reason(office) -> None:
    office.world.list_(STOLEN_CAR)
    with office.at(office.person("lena", Role.LIST_OWNER)) as page:
        page.goto("/lists/stolen/add")
        filled(page, "LB07SEO")
        page.get_by_role("button", name="Propose").click()
        page.wait_for_url("**/list-changes/*")
        where = page.url.replace(office.home, "")
    with office.at(office.person("mona", Role.ANPR_MANAGER)) as page:
        page.goto(where)
        page.get_by_role("button", name="Refuse").click()
        expect(page.locator(".govuk-error-summary")).to_contain_text("Say why you refuse it")
        page.get_by_label("Why it is refused").fill("no crime number")
        page.get_by_role("button", name="Refuse").click()
        expect(page.get_by_text("no crime number")).to_be_visible()


def test_a_long_list_is_looked_through_by_pages(office) -> None:
    marks = [f"AB{n:02}CDE" for n in range(10, 99)]
    office.world.list_(*map(replace_mark, marks))
    with office.at(office.person("lena", Role.LIST_OWNER)) as page:
        page.goto("/lists/stolen/entries")
        seen = page.locator(".plate__text").all_inner_texts()
        page.get_by_role("link", name="Earlier entries").click()
        expect(page.get_by_role("link", name="Latest entries")).to_be_visible()
        seen += page.locator(".plate__text").all_inner_texts()
        assert len(seen) == len(set(seen)) == len(marks)


def test_who_may_not_see_lists_is_told_by_which_rule(office) -> None:
    office.world.list_(STOLEN_CAR)
    with office.at(office.person("sam", Role.AUDITOR)) as page:
        for path in ("/lists", "/lists/stolen", "/lists/stolen/entries", "/lists/stolen/history"):
            page.goto(path)
            expect(page.get_by_text("What you can do")).to_be_visible()
            assert "AB12" not in page.content()


def test_lists_by_night_are_as_clear(office) -> None:
    office.world.list_(STOLEN_CAR)
    office.world.stores.lists.define(replace(UNTAXED, max_age=timedelta(days=2)))
    office.world.approve(STOLEN_CAR, of=UNTAXED, kind=ChangeKind.FULL)
    office.world.later(days=3)
    with office.at(office.person("lena", Role.LIST_OWNER), color_scheme="dark") as page:
        for path, name in (
            ("/lists", "lists"),
            ("/lists/stolen", "list"),
            ("/lists/stolen/entries", "entries"),
        ):
            page.goto(path)
            looks_right(page, f"{name}-dark", light="night")


def test_a_list_owner_is_told_on_their_phone_without_scripts(office) -> None:
    office.world.list_(STOLEN_CAR)
    with office.at(office.person("lena", Role.LIST_OWNER), size="phone", java_script_enabled=False) as page:
        page.goto("/lists")
        page.get_by_label("Is a vehicle on a list?").fill("AB12CDE")
        page.get_by_role("button", name="Find").click()
        expect(page.get_by_text("On 1 list.")).to_be_visible()
        page.goto("/lists/stolen/add")
        expect(page.get_by_label("Sign-in names or teams")).to_be_visible()


def test_entries_whose_time_is_over_are_weeded_when_a_person_says_so(office) -> None:
    many = [STOLEN_CAR._replace(vrm=f"AB{n:02}CDE") for n in range(9)]
    office.world.list_(*many, STOLEN_CAR._replace(vrm="KX51AAA", weed_on=office.world.now.date()))
    office.world.later(days=1)
    with office.at(office.person("lena", Role.LIST_OWNER)) as page:
        page.goto("/lists/stolen")
        page.get_by_role("link", name="Weed it now").click()
        looks_right(page, "list-weeding")
        page.get_by_role("button", name="Weed it now").click()
        page.wait_for_url("**/list-changes/*")
        expect(page.get_by_text("0 added, 0 changed, 1 removed")).to_be_visible()
        expect(page.get_by_text("Live", exact=True)).to_be_visible()
        expect(page.get_by_text("lena,")).to_be_visible()


def test_where_there_is_nothing_to_weed_the_page_says_so_and_offers_no_button(office) -> None:
    office.world.list_(STOLEN_CAR)
    with office.at(office.person("lena", Role.LIST_OWNER)) as page:
        page.goto("/lists/stolen")
        page.get_by_role("link", name="Weed it now").click()
        expect(page.get_by_text("There is nothing to weed")).to_be_visible()
        expect(page.get_by_role("button", name="Weed it now")).not_to_be_visible()
        looks_right(page, "list-weeding-nothing")


def test_what_the_node_weeded_meanwhile_is_not_weeded_twice(office) -> None:
    many = [replace_mark(f"AB{n:02}CDE") for n in range(9)]
    office.world.list_(*many, replace_mark("KX51AAA")._replace(weed_on=office.world.now.date()))
    office.world.later(days=1)
    with office.at(office.person("lena", Role.LIST_OWNER)) as page:
        page.goto("/lists/stolen/weeding")
        office.world.turn("housekeeping")
        assert office.world.stores.lists.standing("stolen").revision == 2
        page.get_by_role("button", name="Weed it now").click()
        page.wait_for_url("**/list-changes/*")
        expect(page.get_by_text("There was nothing to weed")).to_be_visible()
        looks_right(page, "list-weeded-nothing")
    assert office.world.stores.lists.standing("stolen").revision == 2


def test_a_log_that_takes_nothing_shows_no_entry_and_changes_no_list(office) -> None:
    office.world.list_(STOLEN_CAR)
    with office.at(office.person("lena", Role.LIST_OWNER)) as page:
        page.goto("/lists/stolen/add")
        filled(page, "LB07SEO")
        office.world.stores.log._broken = "the disk failed under it"
        page.get_by_role("button", name="Propose").click()
        expect(page.get_by_role("heading", name="Not at this moment")).to_be_visible()
        looks_right(page, "list-log-broken")
        for path in ("entries", "review"):
            answer = page.goto(f"/lists/stolen/{path}")
            assert answer is not None
            assert answer.status == 503, path
            assert "AB12" not in page.content()
        office.world.stores.log._broken = ""
    assert office.world.stores.lists.waiting() == ()


def test_a_mark_that_another_list_has_is_pointed_out_before_it_is_proposed(office) -> None:
    office.world.list_(STOLEN_CAR, COVERT._replace(seen_by=("ivy",)))
    office.world.stores.lists.define(UNTAXED)
    with office.at(office.person("lena", Role.LIST_OWNER)) as page:
        page.goto("/lists/untaxed/add")
        filled(page, "ab12 cde")
        page.get_by_role("button", name="Propose").click()
        warning = page.get_by_role("alert")
        expect(warning).to_contain_text("is on another list already")
        expect(warning.get_by_role("link", name="stolen, entry")).to_be_visible()
        expect(page.get_by_label("Why the list is to change")).to_have_value("reported today")
        looks_right(page, "list-add-elsewhere")
        page.get_by_role("button", name="Propose").click()
        page.wait_for_url("**/list-changes/*")
        page.goto("/lists/untaxed/add")
        filled(page, "XY34ZZZ")
        page.get_by_role("button", name="Propose").click()
        page.wait_for_url("**/list-changes/*")


def test_a_warning_about_one_mark_does_not_let_another_one_through(office) -> None:
    office.world.list_(STOLEN_CAR, STOLEN_CAR._replace(vrm="LB07SEO"))
    office.world.stores.lists.define(UNTAXED)
    with office.at(office.person("lena", Role.LIST_OWNER)) as page:
        page.goto("/lists/untaxed/add")
        filled(page, "AB12CDE")
        page.get_by_role("button", name="Propose").click()
        expect(page.get_by_role("alert")).to_be_visible()
        page.get_by_label("Registration mark").fill("LB07SEO")
        page.get_by_role("button", name="Propose").click()
        expect(page.get_by_role("alert")).to_be_visible()
    assert office.world.stores.lists.waiting() == ()
