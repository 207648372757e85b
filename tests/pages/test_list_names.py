"""Lists by any name: defined, opened, changed by two people, and empty ones."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import unquote

from playwright.sync_api import expect

from openanpr.core.role import Role
from tests.pages.listed import STOLEN_CAR, approved, filled
from tests.pages.office import looks_right
from tests.run_node.world import STOLEN


def test_a_list_is_defined_by_the_keyboard_and_what_it_is_for_said_anew(office) -> None:
    with office.at(office.person("lena", Role.LIST_OWNER)) as page:
        page.goto("/lists")
        page.get_by_role("link", name="Define the first one").click()
        page.wait_for_url("**/list-new")
        page.get_by_role("button", name="Define it").click()
        summary = page.locator(".govuk-error-summary")
        expect(summary).to_contain_text("Enter a name of at most 64 characters")
        expect(summary).to_contain_text("Choose whether it is a crime list or a mass list")
        looks_right(page, "list-define-faults")
        page.get_by_label("Name").focus()
        for text in ("burglars", "burglary desk", "find vehicles of burglars", "PACE 1984 s.19"):
            page.keyboard.type(text)
            page.keyboard.press("Tab")
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
        page.keyboard.type("control-room, devices")
        page.keyboard.press("Tab")
        page.keyboard.type("36")
        page.keyboard.press("Enter")
        page.wait_for_url("**/lists/1")
        expect(page.get_by_text("find vehicles of burglars")).to_be_visible()
        expect(page.get_by_text("control-room, devices")).to_be_visible()
        expect(page.get_by_text("36 hours")).to_be_visible()
        page.get_by_role("link", name="Change what the list is for").click()
        expect(page.get_by_label("Owner")).to_have_value("burglary desk")
        expect(page.get_by_label("Crime list")).to_be_checked()
        page.get_by_label("Purpose").fill("find vehicles seen at burglaries")
        page.get_by_label("Hours that its contents").fill("many")
        page.get_by_role("button", name="Say it so").click()
        expect(summary).to_contain_text("Enter hours as a number")
        page.get_by_label("Hours that its contents").fill("")
        looks_right(page, "list-case")
        page.get_by_role("button", name="Say it so").click()
        page.wait_for_url("**/lists/1")
        expect(page.get_by_text("find vehicles seen at burglaries")).to_be_visible()
        page.goto("/list-new")
        page.get_by_label("Name").fill("burglars")
        page.get_by_role("button", name="Define it").click()
        expect(summary).to_contain_text("There is a list of this name already")
        page.goto("/account/log")
        expect(page.get_by_text("burglars").first).to_be_visible()
    (kept,) = office.world.stores.lists.standings()
    assert (kept.of.max_age, kept.of.visible_to) == (None, frozenset({"control-room", "devices"}))


NAMES = (
    "Cerbydau wedi'u dwyn ŵŷ",
    "Op. Swift / north",
    "Müller & Söhne, 100 %",
    "a?b#c",
    "..",
    "7",
    "новый список",
)
"""What a list may be called that no address takes as it is."""


def test_a_list_of_any_name_is_opened_on_every_page_and_its_name_is_in_no_address(office) -> None:
    for name in NAMES:
        office.world.list_(STOLEN_CAR, of=replace(STOLEN, name=name))
    with office.at(office.person("lena", Role.LIST_OWNER)) as page:
        asked: list[str] = []
        page.on("request", lambda one: asked.append(unquote(one.url)))
        for name in NAMES:
            page.goto("/lists")
            page.get_by_role("link", name=name, exact=True).click()
            expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
            here = page.url.replace(office.home, "")
            for part in ("entries", "review", "holders", "history", "add", "import", "case", "weeding"):
                answer = page.goto(f"{here}/{part}")
                assert answer is not None
                assert answer.status == 200, (name, part)
                assert name in page.get_by_role("main").inner_text(), (name, part)
        assert not [url for url in asked if any(name in url for name in NAMES if name not in {"..", "7"})]
        looks_right(page, "list-any-name")


def test_a_list_of_any_name_is_changed_by_two_people(office) -> None:
    name = "Op. Swift / ŵyr"
    with office.at(office.person("lena", Role.LIST_OWNER)) as page:
        page.goto("/list-new")
        for label, text in (
            ("Name", name),
            ("Owner", "desk"),
            ("Purpose", "find"),
            ("Legal basis", "s.163"),
            ("Its alerts reach", "control-room"),
        ):
            page.get_by_label(label, exact=True).fill(text)
        page.get_by_label("Crime list").check()
        page.get_by_role("button", name="Define it").click()
        page.wait_for_url("**/lists/1")
        looks_right(page, "list-new-empty")
        page.get_by_role("link", name="Add a vehicle").click()
        filled(page, "LB07SEO")
        page.get_by_role("button", name="Propose").click()
        page.wait_for_url("**/list-changes/*")
        approved(office, page)
        page.goto("/lists/1/entries")
        page.get_by_role("link", name="Entry").click()
        page.get_by_role("link", name="Take it off").click()
        page.get_by_label("Why it is to be taken off").fill("found")
        page.get_by_role("button", name="Propose").click()
        page.wait_for_url("**/list-changes/*")
        page.get_by_role("link", name=name).first.click()
        page.wait_for_url("**/lists/1")
        page.goto("/list-new")
        page.get_by_label("Name").fill(name.upper())
        page.get_by_role("button", name="Define it").click()
        expect(page.locator(".govuk-error-summary")).to_contain_text("There is a list of this name already")


def test_an_address_that_names_no_list_says_so(office) -> None:
    office.world.stores.lists.define(replace(STOLEN, name="7"))
    with office.at(office.person("lena", Role.LIST_OWNER)) as page:
        for path in (
            "/lists/7",
            "/lists/nowhere",
            "/lists/7%2Fentries",
            "/lists/99999999999999999999/entries",
        ):
            answer = page.goto(path)
            assert answer is not None
            assert answer.status == 404, path
            expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()


def test_a_list_with_nothing_on_it_says_so_on_each_of_its_pages(office) -> None:
    office.world.stores.lists.define(STOLEN)
    with office.at(office.person("lena", Role.LIST_OWNER)) as page:
        for part, told in (
            ("entries", "There is nothing on this list that you may see."),
            ("review", "No review is due."),
            ("holders", "No device has said that it holds this list."),
            ("history", "Nothing has been put on it yet."),
        ):
            page.goto(f"/lists/stolen/{part}")
            expect(page.get_by_text(told)).to_be_visible()
            looks_right(page, f"list-{part}-empty")
