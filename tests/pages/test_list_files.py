"""Files of entries: brought in, reported on, refused, gone back on; the time at which they were true."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib import resources

from playwright.sync_api import Page, expect

from openanpr.core.role import Role
from openanpr.core.voi_list import Receipt
from tests.pages.listed import FILE, STOLEN_CAR, approved, replace_mark
from tests.pages.office import Office, looks_right
from tests.run_node.world import STOLEN


def test_a_file_is_brought_in_reported_on_and_leaves_nothing_behind(office) -> None:
    office.world.stores.lists.define(STOLEN)
    with office.at(office.person("lena", Role.LIST_OWNER)) as page:
        page.goto("/lists/stolen/import")
        page.get_by_role("button", name="Bring it in").click()
        summary = page.locator(".govuk-error-summary")
        expect(summary).to_contain_text("Choose a file")
        expect(page.get_by_role("heading", name="Bring a file into stolen")).to_be_visible()
        expect(page.get_by_label("Now, as you bring it in")).to_be_checked()
        page.get_by_label("At a day and time that the source gives").check()
        page.get_by_role("button", name="Bring it in").click()
        told = [
            "Choose a file",
            "Choose the form that the file has",
            "Say whether the file is the whole list or what changed",
            "Enter the day, as in 31 12 2027",
            "Enter a time of the 24-hour clock, such as 06:30",
            "Say why the file is brought in",
        ]
        expect(summary.get_by_role("link")).to_have_text(told)
        summary.get_by_role("link", name="Enter a time").click()
        expect(page.get_by_label("Time", exact=True)).to_be_focused()
        looks_right(page, "list-import-faults")
        page.get_by_label("Now, as you bring it in").check()
        broken = FILE + "not,a,date,at,STOP,all,99/99/2026\n"
        sent = {"name": "today's list.csv", "mimeType": "text/csv", "buffer": broken.encode()}
        page.get_by_label("File", exact=True).set_input_files(files=[sent])
        page.get_by_label("Sixteen columns").check()
        page.get_by_label("The whole list").check()
        page.get_by_label("Why it is brought in").fill("the day's delivery")
        page.get_by_role("button", name="Bring it in").click()
        page.wait_for_url("**/list-changes/*")
        expect(page.get_by_text("Rows that were refused").first).to_be_visible()
        expect(page.get_by_text("Rows taken from the file")).to_be_visible()
        looks_right(page, "list-imported")
        approved(office, page)
        page.goto("/lists/stolen/entries")
        expect(page.get_by_text("red Seat Leon")).to_be_visible()
    assert list((office.world.settings.data / "uploads").iterdir()) == []


def test_a_file_that_is_no_list_is_refused_with_what_to_do(office) -> None:
    office.world.stores.lists.define(STOLEN)
    with office.at(office.person("lena", Role.LIST_OWNER)) as page:
        page.goto("/lists/stolen/import")
        sent = {"name": "../../x.csv", "mimeType": "text/csv", "buffer": b"\x00\x01\x02"}
        page.get_by_label("File", exact=True).set_input_files(files=[sent])
        page.get_by_label("Sixteen columns").check()
        page.get_by_label("The whole list").check()
        page.get_by_label("Why it is brought in").fill("a try")
        page.get_by_role("button", name="Bring it in").click()
        expect(page.locator(".govuk-error-summary")).to_be_visible()
    assert list((office.world.settings.data / "uploads").iterdir()) == []


def sent_file(page: Page, text: str, *, when: tuple[str, str, str, str] | None = None) -> None:
    """Fill in the form of an import, with a day and time of its contents where they are given."""
    page.goto("/lists/stolen/import")
    file = {"name": "a.csv", "mimeType": "text/csv", "buffer": text.encode()}
    page.get_by_label("File", exact=True).set_input_files(files=[file])
    page.get_by_label("Sixteen columns").check()
    page.get_by_label("The whole list").check()
    page.get_by_label("Why it is brought in").fill("the day's delivery")
    if when is not None:
        page.get_by_label("At a day and time that the source gives").check()
        for part, said in zip(("Day", "Month", "Year", "Time"), when, strict=True):
            page.get_by_label(part, exact=True).fill(said)


def test_the_time_of_a_file_is_of_the_clock_on_the_wall_and_what_cannot_be_is_told_beside_it(office) -> None:
    office.world.stores.lists.define(STOLEN)
    with office.at(office.person("lena", Role.LIST_OWNER)) as page:
        sent_file(page, FILE, when=("22", "11", "2026", "23:59"))
        page.get_by_role("button", name="Bring it in").click()
        summary = page.locator(".govuk-error-summary")
        expect(summary).to_contain_text("a time that is still to come")
        summary.get_by_role("link").click()
        expect(page.get_by_label("Now, as you bring it in")).to_be_focused()
        expect(page.get_by_label("Time", exact=True)).to_have_value("23:59")
        looks_right(page, "list-import-to-come")
        sent_file(page, FILE, when=("9", "7", "2026", "0630"))
        page.get_by_role("button", name="Bring it in").click()
        page.wait_for_url("**/list-changes/*")
    (waiting,) = office.world.stores.lists.waiting()
    assert waiting.draft.source_at == datetime(2026, 7, 9, 5, 30, tzinfo=UTC)


def test_a_file_whose_contents_are_as_they_were_leaves_the_list_as_it_is(office) -> None:
    office.world.stores.lists.define(STOLEN)
    with office.at(office.person("lena", Role.LIST_OWNER)) as page:
        sent_file(page, FILE)
        page.get_by_role("button", name="Bring it in").click()
        page.wait_for_url("**/list-changes/*")
        approved(office, page)
        office.world.later(minutes=5)
        sent_file(page, FILE)
        page.get_by_role("button", name="Bring it in").click()
        page.wait_for_url("**/list-changes/*")
        expect(page.get_by_text("It changed nothing: the list was so already.")).to_be_visible()
        looks_right(page, "list-change-nothing")
        page.get_by_role("link", name="Back to stolen").click()
        page.wait_for_url("**/lists/1")
    assert office.world.stores.lists.standing("stolen").revision == 1


def test_a_source_that_says_that_nothing_changed_is_believed_and_noted(office) -> None:
    office.world.stores.lists.define(STOLEN)
    with office.at(office.person("lena", Role.LIST_OWNER)) as page:
        sent_file(page, FILE)
        page.get_by_label("What changed").check()
        page.get_by_label("The source's own number of this delivery").fill("4")
        page.get_by_role("button", name="Bring it in").click()
        page.wait_for_url("**/list-changes/*")
        approved(office, page)
        sent_file(page, FILE)
        page.get_by_label("What changed").check()
        page.get_by_label("The source's own number of this delivery").fill("4")
        page.get_by_role("button", name="Bring it in").click()
        expect(page.get_by_role("heading", name="Nothing changed on stolen")).to_be_visible()
        looks_right(page, "list-unchanged")


def test_while_a_file_is_sent_the_page_says_that_it_waits(office) -> None:
    office.world.stores.lists.define(STOLEN)
    with office.at(office.person("lena", Role.LIST_OWNER)) as page:
        told: list[str] = []
        # Playwright marks what it is given, and a method of a list bears no mark.
        page.expose_function("__tell", lambda text: told.append(text))  # noqa: PLW0108
        sent_file(page, FILE)
        # Playwright looks at nothing while a page is on its way: what changes on it tells of itself.
        page.evaluate(
            """() => {
              const waits = document.querySelector("form [role=status]");
              new MutationObserver(() => __tell(waits.innerText)).observe(waits, { childList: true });
            }"""
        )
        page.get_by_role("button", name="Bring it in").click()
        page.wait_for_url("**/list-changes/*")
    assert told == ["The file is sent and read. A long list takes a minute: stay on this page."]


def test_an_import_is_undone_by_going_back(office) -> None:
    other = replace_mark("LB07SEO")
    office.world.list_(STOLEN_CAR)
    office.world.later(minutes=5)
    office.world.list_(other)
    office.world.stores.lists.note(Receipt("car-1", "stolen", 1, office.world.now))
    with office.at(office.person("lena", Role.LIST_OWNER)) as page:
        page.goto("/lists/stolen/history")
        looks_right(page, "list-history")
        page.locator("input[name=to]").first.check()
        page.get_by_label("Why", exact=True).fill("the file was yesterday's")
        page.get_by_role("button", name="Propose to go back").click()
        page.wait_for_url("**/list-changes/*")
        approved(office, page)
        page.goto("/lists/stolen/entries")
        expect(page.get_by_text("A B 1 2 C D E")).to_have_count(1)
        page.goto("/lists/stolen/holders")
        expect(page.get_by_text("Behind")).to_be_visible()
        looks_right(page, "list-holders")


def shipped_text(name: str) -> str:
    """Return a profile that comes with the program, as it is written."""
    return resources.files("openanpr.voi").joinpath("profiles", f"{name}.toml").read_text("utf-8")


def test_a_file_comes_in_by_a_profile_of_the_settings(open_office, tmp_path) -> None:
    own = tmp_path / "county-file.toml"
    own.write_text(shipped_text("sixteen-columns"))
    office: Office = open_office(f'[feeds]\nprofiles = ["sixteen-columns", "{own}"]\n')
    office.world.list_(STOLEN_CAR)
    rows = tmp_path / "rows.csv"
    rows.write_text("LB07SEO,Seat,,,STOP,,theft,,,,31/12/2026,,,,,\n")
    with office.at(office.person("lena", Role.LIST_OWNER)) as page:
        page.goto("/lists/stolen/import")
        expect(page.get_by_label("Sixteen columns")).to_have_count(1)
        page.get_by_label("county-file").check()
        page.get_by_label("What changed").check()
        page.get_by_label("File", exact=True).set_input_files(rows)
        page.get_by_label("Why it is brought in").fill("the county's file")
        assert str(tmp_path) not in page.content(), "where files lie is nobody's business"
        page.get_by_role("button", name="Bring it in").click()
        page.wait_for_url("**/list-changes/*")
        expect(page.get_by_text("the county's file")).to_be_visible()
