"""People in administration: seen, added, given roles and training, disabled; two for what is grave."""

from __future__ import annotations

from dataclasses import dataclass

import pyotp
import pytest
from playwright.sync_api import Page, expect

from openanpr.core.role import Role
from openanpr.people import founding
from openanpr.people.account import Account, Post
from openanpr.people.proof import SOCKET
from tests.pages.office import Office, looks_right


@dataclass(slots=True)
class Administrator:
    """An administrator with recovery codes, each good once."""

    account: Account
    codes: list[str]

    def code(self) -> str:
        return self.codes.pop()


def administrator(office: Office, login: str, name: str) -> Administrator:
    """Return a new one who set up a password and an app."""
    desk, now = office.world.made.door.desk, office.world.now
    newcomer = founding.Newcomer(login, name, Post(53, "Office", "Systems"))
    made = founding.first_link(desk, newcomer, now=now)
    shown = founding.look(desk, made.value.token, source=SOCKET, now=now)
    answer = founding.Answer("four random words do", pyotp.TOTP(shown.app_text).at(now))
    done = founding.accept(desk, made.value.token, answer, source=SOCKET, now=now).value
    return Administrator(done.account, list(done.recovery))


@pytest.fixture
def ann(office) -> Administrator:
    return administrator(office, "ann", "Ann Hill")


@pytest.fixture
def bob(office, ann) -> Administrator:
    assert ann.account.login == "ann"  # the first of the two
    assert ann.account.login == "ann"  # the first of the two
    return administrator(office, "bob", "Bob Marsh")


def main(page: Page):
    return page.get_by_role("main")


def send(page: Page, button: str) -> None:
    page.get_by_role("button", name=button, exact=True).click()


def test_an_administrator_adds_a_person_with_a_link_that_is_shown_once(office, ann) -> None:
    with office.at(ann.account) as page:
        page.goto("/administration")
        looks_right(page, "administration")
        main(page).get_by_role("link", name="People").click()
        page.get_by_role("link", name="Add a person").click()
        send(page, "Add and make the link")
        expect(main(page).get_by_text("There is a problem")).to_be_visible()
        looks_right(page, "people-add-faults")
        for label, text in (
            ("Full name", "Dan Dale"),
            ("Sign-in name", "dan"),
            ("Force", "53"),
            ("Unit", "Crime"),
            ("Team", "North"),
        ):
            page.get_by_label(label).fill(text)
        page.get_by_label("Code").fill(ann.code())
        send(page, "Add and make the link")
        expect(page.get_by_role("heading", name="Link for a new person")).to_be_visible()
        link = page.locator(".once__secret").inner_text()
        looks_right(page, "people-link")
        page.get_by_role("link", name="I have it: go on").click()
        page.wait_for_url("**/administration/people")
        expect(page.get_by_role("link", name="Dan Dale")).to_be_visible()
        looks_right(page, "people")
    assert link.startswith(f"{office.home}/join#")
    shown = founding.look(
        office.world.made.door.desk, link.partition("#")[2], source=SOCKET, now=office.world.now
    )
    assert shown.account.login == "dan"


def test_a_wrong_code_is_told_beside_its_field_and_nothing_is_done(office, ann) -> None:
    dan = office.person("dan")
    with office.at(ann.account) as page:
        page.goto(f"/administration/people/{dan.account_id}/disable")
        page.get_by_label("Why").fill("has left")
        page.get_by_label("Code").fill("000000")
        send(page, "Disable the account")
        summary = page.locator(".govuk-error-summary")
        summary.get_by_role("link").click()
        expect(page.locator("#code")).to_be_focused()
        assert page.get_by_label("Code").input_value() == ""
        assert page.get_by_label("Why").input_value() == "has left"
        looks_right(page, "people-wrong-code")
    assert office.world.stores.people.find(dan.account_id).disabled is None


def test_roles_are_given_and_withdrawn_and_training_is_recorded(office, ann) -> None:
    dan = office.person("dan")
    with office.at(ann.account) as page:
        page.goto(f"/administration/people/{dan.account_id}")
        page.get_by_role("link", name="Give a role").click()
        page.get_by_label("List owner").check()
        page.get_by_label("Why").fill("keeps the list of the north")
        page.get_by_label("Code").fill(ann.code())
        looks_right(page, "people-role")
        send(page, "Give the role")
        page.wait_for_url("**?done=role-given")
        expect(main(page).get_by_text("The role was given.")).to_be_visible()
        page.get_by_role("link", name="Record training").click()
        page.get_by_label("anpr-user").check()
        send(page, "Record the training")
        page.locator(".govuk-error-summary").get_by_role("link", name="Enter the day on which").click()
        expect(page.locator("#passed_on_day")).to_be_focused()
        for name, day in (("passed_on", "2 11 2026"), ("expires_on", "31 11 2027")):
            for part, text in zip(("day", "month", "year"), day.split(), strict=True):
                page.locator(f"#{name}_{part}").fill(text)
        page.get_by_label("Code").fill("000000")
        send(page, "Record the training")
        expect(page.locator(".govuk-error-summary")).to_contain_text("Enter a day that the calendar has")
        expect(page.locator("#passed_on_year")).to_have_value("2026")
        looks_right(page, "people-training-faults")
        page.locator("#expires_on_day").fill("1")
        page.get_by_label("Code").fill(ann.code())
        send(page, "Record the training")
        page.wait_for_url("**?done=trained")
        looks_right(page, "person")
        page.get_by_role("link", name="Withdraw list owner").click()
        page.get_by_label("Why").fill("moved")
        page.get_by_label("Code").fill(ann.code())
        send(page, "Withdraw the role")
        page.wait_for_url("**?done=role-withdrawn")
        expect(main(page).get_by_text("No role was given, or none that still counts.")).to_be_visible()


def test_a_grave_act_is_proposed_by_one_administrator_and_approved_by_another(office, ann, bob) -> None:
    dan = office.person("dan")
    with office.at(ann.account) as page:
        page.goto(f"/administration/people/{dan.account_id}/role")
        page.get_by_label("Authorising officer", exact=True).check()
        page.get_by_label("Rank").select_option("superintendent")
        page.get_by_label("Why").fill("posted")
        page.get_by_label("Code").fill(ann.code())
        send(page, "Give the role")
        page.wait_for_url("**?done=proposed")
        page.goto("/administration/proposals")
        expect(page.get_by_text("You proposed this")).to_be_visible()
        expect(page.get_by_role("link", name="Approve")).not_to_be_visible()
    with office.at(bob.account) as page:
        page.goto("/administration/proposals")
        looks_right(page, "proposals")
        page.get_by_role("link", name="Approve").click()
        page.get_by_label("Code").fill(bob.code())
        looks_right(page, "proposal-approve")
        send(page, "Approve")
        page.wait_for_url("**/proposals?done=approved")
        expect(page.get_by_text("None waits.")).to_be_visible()
    held = {one.role for one in office.world.stores.people.grants_of(dan.account_id)}
    assert held == {Role.AUTHORISING_OFFICER}


def test_whoever_proposed_cannot_approve_by_the_address_either(office, ann, bob) -> None:
    with office.at(ann.account) as page:
        page.goto(f"/administration/people/{bob.account.account_id}/renew")
        page.get_by_label("Why").fill("lost the telephone")
        page.get_by_label("Code").fill(ann.code())
        send(page, "Propose it")
        page.wait_for_url("**?done=proposed")
        (waiting,) = office.world.stores.people.undecided(office.world.now)
        page.goto(f"/administration/proposals/{waiting.proposal_id}/approve")
        page.get_by_label("Code").fill(ann.code())
        send(page, "Approve")
        expect(page.locator(".govuk-error-summary")).to_be_visible()
    assert len(office.world.stores.people.undecided(office.world.now)) == 1


def test_a_session_is_ended_and_its_holder_is_out(office, ann) -> None:
    ivy = office.person("ivy", Role.INVESTIGATOR)
    with office.at(ivy) as hers, office.at(ann.account) as page:
        page.goto(f"/administration/people/{ivy.account_id}")
        page.get_by_role("link", name="End the session of").click()
        page.get_by_label("Why").fill("a laptop was left on a train")
        page.get_by_label("Code").fill(ann.code())
        send(page, "End the session")
        page.wait_for_url("**?done=sessions-ended")
        hers.goto("/account")
        assert "/sign-in" in hers.url


def test_a_service_gets_a_token_once_and_is_revoked(office, ann) -> None:
    office.person("dan")
    with office.at(ann.account) as page:
        page.goto("/administration/services")
        page.get_by_role("link", name="Add a service").click()
        page.get_by_label("Name", exact=True).fill("Dispatch")
        page.get_by_label("Who answers for it").select_option("dan")
        page.get_by_label("Take alerts").check()
        page.get_by_label("Code").fill(ann.code())
        looks_right(page, "service-add")
        send(page, "Add and make the token")
        assert len(page.locator(".once__secret").inner_text()) > 30
        page.get_by_role("link", name="I have it: go on").click()
        looks_right(page, "services")
        page.get_by_role("link", name="Revoke Dispatch").click()
        page.get_by_label("Why").fill("no longer used")
        page.get_by_label("Code").fill(ann.code())
        send(page, "Revoke the service")
        page.wait_for_url("**?done=revoked")
        expect(page.get_by_text("No service has a token that counts.")).to_be_visible()


def test_lists_of_people_that_are_empty_say_what_is_not_there(office, ann) -> None:
    with office.at(ann.account) as page:
        for show, told in (
            ("disabled", "Nobody’s account is disabled."),
            ("no-role", "Everybody has a role that counts."),
        ):
            page.goto(f"/administration/people?show={show}")
            expect(page.get_by_text(told)).to_be_visible()
            looks_right(page, f"people-{show}-empty")
        page.goto("/administration/proposals")
        expect(page.get_by_text("None waits.")).to_be_visible()
        looks_right(page, "proposals-empty")
        page.goto("/administration/services")
        expect(page.get_by_text("No service has a token that counts.")).to_be_visible()
        looks_right(page, "services-empty")


def test_whoever_is_no_administrator_is_refused_on_every_page_of_people(office) -> None:
    eve, dan = office.person("eve", Role.ANPR_MANAGER), office.person("dan")
    with office.at(eve) as page:
        page.goto("/administration")
        expect(main(page).get_by_role("link", name="People")).not_to_be_visible()
        looks_right(page, "administration-manager")
        one = f"/administration/people/{dan.account_id}"
        acts = ("role", "training", "disable", "enable", "renew", "link", "end-sessions")
        for path in (
            "/administration/people", one, *(f"{one}/{act}" for act in acts), "/administration/people/add",
            "/administration/proposals", "/administration/services", "/administration/services/add",
        ):  # fmt: skip
            answer = page.goto(path)
            assert answer is not None
            assert answer.status == 403, path


def test_whoever_has_no_part_in_administration_is_told_whose_it_is(office) -> None:
    with office.at(office.person("ivy", Role.INVESTIGATOR)) as page:
        answer = page.goto("/administration")
        assert answer is not None
        assert answer.status == 403
        assert "administrators and ANPR managers" in main(page).inner_text()


def test_a_role_is_given_by_the_keyboard_alone(office, ann) -> None:
    dan = office.person("dan")
    with office.at(ann.account) as page:
        page.goto(f"/administration/people/{dan.account_id}/role")
        page.locator("#role").focus()
        for _ in range(4):
            page.keyboard.press("ArrowDown")
        assert page.get_by_label("List owner").is_checked()
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.type("posted")
        page.keyboard.press("Tab")
        page.keyboard.type(ann.code())
        page.keyboard.press("Enter")
        page.wait_for_url("**?done=role-given")
