"""Review in a browser: the queue, an item in hand, a mark opened, a finding, a referral."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from openanpr.core.role import Role
from openanpr.people.account import Account
from tests.pages.asking import SETTINGS, look_up, with_cases
from tests.pages.office import Office, looks_right


@pytest.fixture
def reviewed(open_office) -> Office:
    """A node where ivy looked a neighbour up twice, and a round was done."""
    office = open_office(SETTINGS)
    with_cases(office)
    ivy = office.person("ivy", Role.INVESTIGATOR)
    for _ in range(2):
        look_up(office, ivy)
    office.world.later(minutes=5)
    office.world.turn("review searches")
    return office


def auditor(office: Office, login: str = "ada", team: str = "South") -> Account:
    """An auditor, of another team than ivy's unless said otherwise."""
    return office.person(login, Role.AUDITOR, team=team)


def steps(office: Office) -> list[str]:
    """The steps of review in the log."""
    log = office.world.stores.log
    found = log.entries_from(0, log.size)
    return [str(one.public["step"]) for one in found if one.act == "review"]


def test_a_signal_is_taken_looked_at_opened_and_found_improper_and_then_referred(reviewed) -> None:
    with reviewed.at(auditor(reviewed)) as page:
        page.goto("/review")
        expect(page.get_by_role("heading", name="Signals (1)")).to_be_visible()
        looks_right(page, "review-queue")
        page.get_by_role("link", name="One vehicle looked up again and again").click()
        page.wait_for_url("**/review/*")
        expect(page.get_by_text("How it may be innocent")).to_be_visible()
        assert page.get_by_role("button", name="Open its marks").count() == 0
        page.get_by_role("button", name="Take it in hand").click()
        expect(page.get_by_text("In your hand", exact=True)).to_be_visible()
        assert "AB12" not in page.content()
        looks_right(page, "review-item")
        page.get_by_role("button", name="Open its marks").first.click()
        expect(page.locator(".marks .plate__text")).to_have_text("AB12 CDE")
        assert "AB12" not in page.url
        page.get_by_role("button", name="Give the finding").click()
        summary = page.locator(".govuk-error-summary")
        expect(summary).to_contain_text("Choose what you found")
        looks_right(page, "review-item-faults")
        page.get_by_label("Improper").check()
        page.get_by_label("Why").fill("nothing in the case has to do with it")
        page.get_by_label("What is to follow").select_option("Advice")
        page.get_by_role("button", name="Give the finding").click()
        expect(page.get_by_role("heading", name="The finding")).to_be_visible()
        page.get_by_label("Why").fill("it was the neighbour's van")
        page.get_by_role("button", name="Refer it").click()
        expect(page.get_by_role("heading", name="With professional standards")).to_be_visible()
        looks_right(page, "review-item-referred")
    told = steps(reviewed)
    assert [step for step in told if step in {"take", "open", "finding", "refer"}] == [
        "take",
        "open",
        "finding",
        "refer",
    ]
    assert told.index("queue") < told.index("take")


def test_an_item_is_given_back_by_the_keyboard_alone(reviewed) -> None:
    with reviewed.at(auditor(reviewed)) as page:
        page.goto("/review")
        page.get_by_role("link", name="One vehicle looked up again and again").focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/review/*")
        page.get_by_role("button", name="Take it in hand").focus()
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Give it back").focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/review")
        assert steps(reviewed)[-2:] == ["give-back", "queue"]


def test_marks_open_where_no_script_runs(reviewed) -> None:
    with reviewed.at(auditor(reviewed), java_script_enabled=False) as page:
        page.goto("/review")
        page.get_by_role("link", name="One vehicle looked up again and again").click()
        page.get_by_role("button", name="Take it in hand").click()
        page.get_by_role("button", name="Open its marks").first.click()
        expect(page.locator(".marks .plate__text")).to_have_text("AB12 CDE")


def test_whoever_is_of_the_searchers_team_finds_nothing_and_cannot_look(reviewed) -> None:
    with reviewed.at(auditor(reviewed)) as page:
        page.goto("/review")
        path = page.get_by_role("link", name="One vehicle looked up again and again").get_attribute("href")
    with reviewed.at(auditor(reviewed, "nat", "North")) as page:
        page.goto("/review")
        expect(page.get_by_text("No signal waits for you.")).to_be_visible()
        looks_right(page, "review-empty")
        page.goto(path)
        expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()


def test_a_round_is_asked_for_and_figures_are_told(reviewed) -> None:
    reviewed.world.later(minutes=1)
    with reviewed.at(auditor(reviewed)) as page:
        page.goto("/review")
        page.get_by_role("button", name="Do a round now").click()
        page.wait_for_url("**/review?asked=now")
        expect(page.get_by_text("A round begins now.")).to_be_visible()
        page.get_by_role("link", name="Figures of reviews").click()
        page.wait_for_url("**/review/figures")
        row = page.get_by_role("row", name="One vehicle looked up again and again")
        expect(row.get_by_role("cell")).to_have_text("1")
        looks_right(page, "review-figures")
        page.get_by_role("link", name="30 days").click()
        page.wait_for_url("**/review/figures?days=30")
    assert "round-asked" in steps(reviewed)
    assert "figures" in steps(reviewed)


def test_review_looks_right_by_night(reviewed) -> None:
    with reviewed.at(auditor(reviewed), color_scheme="dark") as page:
        page.goto("/review")
        looks_right(page, "review-queue", light="night")
        page.get_by_role("link", name="One vehicle looked up again and again").click()
        page.get_by_role("button", name="Take it in hand").click()
        expect(page.get_by_text("In your hand", exact=True)).to_be_visible()
        looks_right(page, "review-item", light="night")


def test_who_is_no_reviewer_is_refused(reviewed) -> None:
    ivy = reviewed.world.stores.people.by_login("ivy")
    assert ivy is not None
    with reviewed.at(ivy) as page:
        for path in ("/review", "/review/figures"):
            page.goto(path)
            expect(page.get_by_role("heading", name="You may not do this")).to_be_visible()


def test_a_log_that_takes_nothing_shows_no_search(reviewed) -> None:
    with reviewed.at(auditor(reviewed)) as page:
        page.goto("/review")
        page.get_by_role("link", name="One vehicle looked up again and again").click()
        page.get_by_role("button", name="Take it in hand").click()
        open_ = page.get_by_role("button", name="Open its marks").first
        expect(open_).to_be_visible()
        path = urlsplit(page.url).path
        reviewed.world.stores.log._broken = "the disk failed under it"
        open_.click()
        expect(page.get_by_role("alert")).to_contain_text("Not at this moment")
        assert page.locator(".marks .plate__text").count() == 0
        for one in ("/review", path):
            answer = page.goto(one)
            assert answer is not None
            assert answer.status == 503, one
        expect(page.get_by_role("heading", name="Not at this moment")).to_be_visible()
        reviewed.world.stores.log._broken = ""


def test_figures_of_a_node_where_nothing_came_up_are_noughts(open_office) -> None:
    office = open_office()
    with office.at(auditor(office)) as page:
        page.goto("/review")
        expect(page.get_by_text("No sample waits for you.")).to_be_visible()
        expect(page.get_by_text("No round was done yet.")).to_be_visible()
        page.get_by_role("link", name="Figures of reviews").click()
        expect(page.get_by_role("listitem").filter(has_text="samples")).to_contain_text("0")
        looks_right(page, "review-figures-empty")
