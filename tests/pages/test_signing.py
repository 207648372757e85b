"""Signing in and out in a browser, how pages look, and what every page has."""

from __future__ import annotations

import pyotp
import pytest

from openanpr.core.role import Role
from openanpr.people import founding
from openanpr.people.account import Post
from openanpr.people.proof import SOCKET
from tests.pages.office import looks_right

PASSWORD = "four random words do"


@pytest.fixture
def joined(office):
    """An administrator who set up a password and an app, and what their app knows."""
    desk, now = office.world.made.door.desk, office.world.now
    made = founding.first_link(
        desk, founding.Newcomer("ann", "Ann Hill", Post(53, "Office", "North")), now=now
    )
    shown = founding.look(desk, made.value.token, source=SOCKET, now=now)
    app = pyotp.TOTP(shown.app_text)
    answer = founding.Answer(PASSWORD, app.at(now))
    founding.accept(desk, made.value.token, answer, source=SOCKET, now=now)
    office.world.later(minutes=2)
    return app


def test_somebody_signs_in_with_password_and_code_comes_where_they_wanted_and_signs_out(
    office, joined
) -> None:
    with office.at() as page:
        page.goto("/account")
        assert page.url.endswith("/sign-in?next=/account")
        looks_right(page, "sign-in")
        page.get_by_label("Sign-in name").fill("ann")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_label("Code").fill(joined.at(office.world.now))
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url("**/account")
        page.goto("/")
        assert page.get_by_text("You are signed in as").is_visible()
        looks_right(page, "start")
        page.get_by_role("button", name="Sign out").click()
        page.wait_for_url("**/sign-in")
        page.goto("/")
        assert not page.get_by_text("You are signed in as").is_visible()


def test_what_was_left_out_is_told_in_a_summary_that_leads_to_the_field(office) -> None:
    with office.at() as page:
        page.goto("/sign-in")
        page.get_by_role("button", name="Sign in", exact=True).click()
        summary = page.locator(".govuk-error-summary")
        assert summary.get_by_text("There is a problem").is_visible()
        looks_right(page, "sign-in-faults")
        summary.get_by_role("link", name="Enter your password").click()
        assert page.evaluate("document.activeElement.id") == "password"


@pytest.mark.usefixtures("joined")
def test_a_wrong_code_is_refused_without_telling_what_was_wrong(office) -> None:
    with office.at() as page:
        page.goto("/sign-in")
        page.get_by_label("Sign-in name").fill("ann")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_label("Code").fill("000000")
        page.get_by_role("button", name="Sign in", exact=True).click()
        told = page.locator(".govuk-error-summary").inner_text()
        assert "password" not in told.lower() or "code" in told.lower()
        assert page.get_by_label("Password", exact=True).input_value() == ""


def test_night_large_text_and_high_contrast_are_kept_by_the_browser(office) -> None:
    ann = office.person("ann", Role.ADMINISTRATOR)
    with office.at(ann) as page:
        page.goto("/look")
        looks_right(page, "look")
        page.get_by_label("Largest").check()
        page.get_by_label("High").check()
        page.get_by_label("Night").check()
        page.get_by_role("button", name="Save").click()
        page.wait_for_url("**/")
        ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert ground == "rgb(0, 0, 0)"
        assert page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)") == 23
        looks_right(page, "start", light="night")


def test_the_start_page_shows_the_way_to_what_a_role_is_for_and_to_no_more(office) -> None:
    sam, ivy = office.person("sam", Role.AUDITOR), office.person("ivy", Role.INVESTIGATOR)
    with office.at(sam) as page:
        page.goto("/")
        told = page.get_by_role("navigation").inner_text()
        assert "Review" in told
        assert "Search" not in told
    with office.at(ivy) as page:
        page.goto("/")
        told = page.get_by_role("navigation").inner_text()
        assert "Search" in told
        assert "Administration" not in told


def test_a_page_that_is_not_there_says_so_and_leads_on(office) -> None:
    with office.at() as page:
        page.goto("/nowhere")
        assert page.get_by_role("heading", name="There is nothing here").is_visible()
        looks_right(page, "not-found")


def test_the_menu_of_a_phone_opens_by_the_keyboard(office) -> None:
    with office.at(office.person("ivy", Role.INVESTIGATOR), size="phone") as page:
        page.goto("/")
        opener = page.get_by_role("button", name="Menu")
        opener.focus()
        page.keyboard.press("Enter")
        assert opener.get_attribute("aria-expanded") == "true"
        assert page.get_by_role("navigation").get_by_role("link", name="Search").is_visible()
