"""What delivers, in administration: devices by a code, feeds by a token, webhooks sent again, profiles."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from openanpr.core.role import Role
from openanpr.ingest.scope import Scope
from openanpr.policy.profile import load_profile
from openanpr.web.pages.administration.profiles import WORDS, figures
from tests.pages.office import looks_right
from tests.run_node.world import DEVICE, read


@pytest.fixture
def manager(office):
    return office.person("mo", Role.ANPR_MANAGER)


def send(page: Page, button: str) -> None:
    page.get_by_role("button", name=button, exact=True).click()


def test_a_device_is_enrolled_by_a_code_that_is_shown_once_and_can_be_withdrawn(office, manager) -> None:
    codes = office.world.stores.intake.codes
    with office.at(manager) as page:
        page.goto("/administration/devices")
        page.get_by_role("link", name="Enrol a device").click()
        page.get_by_label("Name").fill("Mill Street")
        page.get_by_label("Cameras").fill("no camera")
        send(page, "Make the code")
        expect(page.locator(".govuk-error-summary")).to_be_visible()
        page.get_by_label("Cameras").fill("53/1/7\n53/1/8")
        send(page, "Make the code")
        expect(page.get_by_role("heading", name="Code for a device")).to_be_visible()
        code = page.locator(".once__secret").inner_text()
        looks_right(page, "device-code")
        page.get_by_role("link", name="I have it: go on").click()
        page.wait_for_url("**/devices")
        assert code not in page.content()
        (kept,) = codes.still_open(office.world.now)
        assert kept.scope == Scope.parse(["53/1/7", "53/1/8"])
        assert kept.made_by == "mo"
        looks_right(page, "devices")
        page.get_by_role("link", name="Withdraw the code for Mill Street").click()
        send(page, "Withdraw the code")
        page.wait_for_url("**?done=withdrawn")
    assert not codes.still_open(office.world.now)


def test_devices_say_when_they_were_last_seen_and_a_stolen_one_is_revoked(office, manager) -> None:
    with office.at(manager) as page:
        page.goto("/administration/devices")
        expect(page.get_by_text("Not since the node started")).to_be_visible()
        office.world.deliver(read())
        office.world.later(minutes=5)
        page.reload()
        expect(page.get_by_role("cell", name="5 minutes ago", exact=True)).to_be_visible()
        page.get_by_role("link", name="Revoke The gate").click()
        send(page, "Revoke the device")
        page.locator(".govuk-error-summary").get_by_role("link", name="Say why").click()
        expect(page.get_by_label("Why")).to_be_focused()
        page.keyboard.type("stolen from its pole")
        looks_right(page, "device-revoke")
        send(page, "Revoke the device")
        page.wait_for_url("**?done=revoked*")  # a browser may keep the fragment on its way
        page.get_by_text("Revoked (1)").click()
        expect(page.get_by_text("stolen from its pole")).to_be_visible()
    revoked = office.world.stores.intake.devices.find(DEVICE).revoked
    assert revoked.by == "mo"


def test_a_feed_gets_a_token_once_and_is_revoked(office, manager) -> None:
    with office.at(manager) as page:
        page.goto("/administration/feeds")
        looks_right(page, "feeds-empty")
        page.get_by_role("link", name="Add a feed").click()
        page.get_by_label("Name").fill("car park")
        page.get_by_label("Cameras").fill("53/3")
        send(page, "Add and make the token")
        assert re.fullmatch(r"\S{20,}", page.locator(".once__secret").inner_text())
        page.get_by_role("link", name="I have it: go on").click()
        page.get_by_role("link", name="Revoke car park").click()
        page.get_by_label("Why").fill("token known")
        send(page, "Revoke the feed")
        page.wait_for_url("**?done=revoked")
        looks_right(page, "feeds")


def test_no_webhook_was_given_up_and_the_page_says_so(office, manager) -> None:
    with office.at(manager) as page:
        page.goto("/administration/webhooks")
        expect(page.get_by_text("None: every message was taken")).to_be_visible()
        looks_right(page, "webhooks-empty")
        answer = page.goto("/administration/webhooks/dispatch/a.1/send")
        assert answer is not None
        send(page, "Send it again")
        expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()


def test_profiles_show_each_number_with_its_source_and_what_differs(office) -> None:
    with office.at(office.person("ivy", Role.INVESTIGATOR)) as page:
        page.goto("/administration/profiles")
        told = page.get_by_role("main").inner_text()
        assert "nadc-2018 of 2018-01-11 is in force" in told
        kept = page.get_by_role("row", name=re.compile("Reads are kept for"))
        assert "730 days" in kept.inner_text()
        assert "365 days" in kept.inner_text()
        assert "Gloucestershire" in kept.inner_text()
        assert "What the public asks" in told
        looks_right(page, "profiles")


def test_every_number_of_a_profile_is_told_in_plain_words() -> None:
    profile = load_profile("nadc-2018")
    named = {*profile.numbers(), *profile.ranks()}
    assert set(WORDS) == named
    assert len(figures(profile, load_profile("current"), "search.")) == 9
    said = {one.name: one.here for one in figures(profile, None, "rights.")}
    assert (said["rights.access_months"], said["rights.extension_months"]) == ("1 month", "2 months")


def test_whoever_does_not_manage_devices_is_refused_on_every_page_of_them(office) -> None:
    with office.at(office.person("ann", Role.ADMINISTRATOR)) as page:
        for path in (
            "devices",
            "devices/enrol",
            "feeds",
            "feeds/add",
            "webhooks",
            "jobs",
            "quarantine",
            "retention",
        ):
            answer = page.goto(f"/administration/{path}")
            assert answer is not None
            assert answer.status == 403, path
