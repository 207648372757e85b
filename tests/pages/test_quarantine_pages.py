"""The quarantine in administration: counted by reason, looked at, mended, released, discarded."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from openanpr.core.camera import CameraId
from openanpr.core.role import Role
from openanpr.ingest.accept import Reason
from openanpr.ingest.quarantine import Query, State
from openanpr.web.pages.administration.quarantine import TO_DO
from tests.pages.office import looks_right
from tests.run_node.world import MARK, read

UNKNOWN = CameraId(53, 1, 99)


@pytest.fixture
def manager(office):
    return office.person("mo", Role.ANPR_MANAGER)


def items(office, state: State | None = None):
    return office.world.stores.intake.quarantine.look(Query(state=state))


def hold_two(office) -> None:
    """One read of a camera that nobody registered, and one that says that it is of tomorrow."""
    world = office.world
    world.deliver(read(camera=UNKNOWN), read("LB19RTK", at=world.now + timedelta(hours=1)))
    world.pass_on()


def to_item(page: Page, reason: str) -> None:
    page.goto("/administration/quarantine")
    page.get_by_role("heading", name=reason).locator("xpath=..").get_by_role("link").click()
    page.get_by_role("table").get_by_role("link").first.click()


def test_an_empty_quarantine_says_so(office, manager) -> None:
    with office.at(manager) as page:
        page.goto("/administration/quarantine")
        expect(page.get_by_text("No read waits.")).to_be_visible()
        looks_right(page, "quarantine-empty")


def test_a_state_in_which_no_read_is_says_so(office, manager) -> None:
    hold_two(office)
    with office.at(manager) as page:
        page.goto("/administration/quarantine/items?state=any")
        expect(page.get_by_role("table").get_by_role("link")).to_have_count(2)
        for name, told in (
            ("Discarded", "None was discarded."),
            ("Released", "None was released."),
            ("Being released", "None is being released."),
        ):
            page.get_by_role("link", name=name, exact=True).click()
            expect(page.get_by_text(told)).to_be_visible()
        looks_right(page, "quarantine-none")


def test_a_held_read_that_is_not_there_says_so(office, manager) -> None:
    with office.at(manager) as page:
        page.goto("/administration/quarantine/item?id=nothing")
        expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()


def test_held_reads_are_counted_with_what_to_do_and_a_look_at_one_is_logged(office, manager) -> None:
    hold_two(office)
    with office.at(manager) as page:
        page.goto("/administration/quarantine")
        told = page.get_by_role("main").inner_text()
        assert "2 reads wait." in told
        assert TO_DO[Reason.UNKNOWN_CAMERA] in told
        assert MARK not in page.content()
        looks_right(page, "quarantine")
        before = office.world.stores.log.standing().entries
        to_item(page, "Unknown camera")
        assert MARK not in page.url
        assert page.locator(".plate__text").inner_text() == "AB12 CDE"
        assert office.world.stores.log.standing().entries > before
        looks_right(page, "quarantine-item")


def test_a_read_is_released_once_its_camera_is_in_the_register(office, manager) -> None:
    hold_two(office)
    with office.at(manager) as page:
        to_item(page, "Unknown camera")
        page.locator("#release-why").fill("it is there now")
        page.get_by_role("button", name="Release").click()
        expect(page.locator(".govuk-error-summary")).to_be_visible()
        office.world.add_camera(UNKNOWN, "The new one")
        page.locator("#release-why").fill("it is there now")
        page.get_by_role("button", name="Release").click()
        page.wait_for_url("**done=released")
        looks_right(page, "quarantine-released")
    (released,) = items(office, State.RELEASED)
    assert released.end.by == "mo"


def test_a_wrong_time_is_mended_then_the_read_goes_on(office, manager) -> None:
    hold_two(office)
    with office.at(manager) as page:
        to_item(page, "From the future")
        page.get_by_role("button", name="Mend").click()
        page.locator(".govuk-error-summary").get_by_role("link", name="Say why").click()
        expect(page.locator("#mend-why")).to_be_focused()
        page.locator("#mend-captured_at").fill("2026-11-22T11:59:00Z")
        page.locator("#mend-why").fill("its clock was an hour ahead")
        page.get_by_role("button", name="Mend").click()
        page.wait_for_url("**done=mended*")
        expect(page.get_by_text("2026-11-22T11:59:00Z").first).to_be_visible()
        looks_right(page, "quarantine-mended")
        page.locator("#release-why").fill("mended")
        page.get_by_role("button", name="Release").click()
        page.wait_for_url("**done=released*")


def test_a_mend_that_changes_nothing_or_is_no_json_is_told_beside_the_field(office, manager) -> None:
    hold_two(office)
    with office.at(manager) as page:
        to_item(page, "Unknown camera")
        page.locator("#mend-why").fill("nothing")
        page.get_by_role("button", name="Mend").click()
        expect(page.locator(".govuk-error-summary").get_by_text("Change a field")).to_be_visible()
        page.get_by_text("Other fields", exact=True).click()
        page.locator("#mend-patch").fill("{")
        page.get_by_role("button", name="Mend").click()
        expect(page.locator("#mend-patch-error")).to_be_visible()
        looks_right(page, "quarantine-faults")
    assert all(not one.mends for one in items(office))


def test_a_read_that_somebody_else_changed_meanwhile_is_not_discarded(office, manager) -> None:
    hold_two(office)
    with office.at(manager) as page, office.at(office.person("meg", Role.ANPR_MANAGER)) as other:
        to_item(page, "Unknown camera")
        to_item(other, "Unknown camera")
        other.locator("#mend-camera").fill("53/1/7")
        other.locator("#mend-why").fill("it was that one")
        other.get_by_role("button", name="Mend").click()
        other.wait_for_url("**done=mended")
        page.locator("#discard-why").fill("a test message")
        page.get_by_role("button", name="Discard").click()
        assert (
            page.locator(".govuk-error-summary").get_by_text("Somebody else changed this read").is_visible()
        )
        page.locator("#discard-why").fill("a test message after all")
        page.get_by_role("button", name="Discard").click()
        page.wait_for_url("**done=discarded")
    assert len(items(office, State.DISCARDED)) == 1


def test_every_reason_says_what_to_do() -> None:
    assert set(TO_DO) == set(Reason)
