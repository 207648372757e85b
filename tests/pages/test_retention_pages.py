"""Retention in administration: what would go, what stays and why, certificates with their proof."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from openanpr.core.read_key import ReadKey
from openanpr.core.role import Role
from openanpr.store.holds import Hold, place_hold
from tests.pages.office import looks_right
from tests.run_node.world import CAMERA, MARK, NOW, read


@pytest.fixture
def manager(office):
    return office.person("mo", Role.ANPR_MANAGER)


def store(office, *records) -> None:
    office.world.deliver(*records)
    office.world.pass_on()


def test_a_manager_sees_what_would_go_has_it_deleted_and_looks_at_the_certificate(office, manager) -> None:
    world = office.world
    store(office, read(), read("LB19RTK"))
    with office.at(manager) as page:
        page.goto("/administration/retention")
        expect(page.get_by_text("Nothing: no stored day is from before")).to_be_visible()
        looks_right(page, "retention-nothing")
    world.later(days=731)
    later = office.person("meg", Role.ANPR_MANAGER)
    with office.at(later) as page:
        page.goto("/administration/retention")
        row = page.get_by_role("row", name="22 November 2026")
        assert row.get_by_role("cell").first.inner_text() == "2"
        looks_right(page, "retention")
        page.get_by_role("link", name="Run retention now").click()
        looks_right(page, "retention-run")
        page.get_by_role("button", name="Delete and certify").click()
        page.wait_for_url("**/retention?days=1**")
        assert page.get_by_text("1 days were deleted").count() == 0
        expect(page.get_by_text("1 day was deleted and certified.")).to_be_visible()
        page.get_by_role("link", name="Certificates of what went").click()
        looks_right(page, "certificates")
        page.get_by_role("button", name="Look again for all certified days").click()
        expect(page.get_by_text("Nothing of any certified day can be found.")).to_be_visible()
        page.get_by_role("link", name="22 November 2026").click()
        expect(page.get_by_text("A search right afterwards found nothing")).to_be_visible()
        looks_right(page, "certificate")
        digest = page.locator(".code--long").inner_text()
        with page.expect_download() as got:
            page.get_by_role("link", name="Download it as JSON").click()
        text = got.value.path().read_text("utf-8")
    assert hashlib.sha256(text.strip().encode()).hexdigest() == digest
    assert json.loads(text)["left_reads"] == 0
    assert MARK not in text


def test_what_a_case_holds_is_told_as_what_stays(office, manager) -> None:
    world = office.world
    one = read()
    store(office, one)
    hold = Hold("op-mill", "C/12", "DI Other", world.now.date() + timedelta(days=60))
    key = ReadKey(CAMERA, one.captured_at, MARK)
    place_hold(world.stores.engine, world.stores.pictures, hold, [key], at=world.now)
    with office.at(manager) as page:
        page.goto("/administration/retention")
        assert page.get_by_text("Copies of 1 reads in 1 hold").count() == 0
        page.get_by_role("link", name="see the holds").click()
        expect(page.get_by_role("row", name="op-mill")).to_be_visible()
        assert MARK not in page.content()
        looks_right(page, "holds")


def test_no_certificate_and_no_hold_is_told_as_such(office, manager) -> None:
    with office.at(manager) as page:
        page.goto("/administration/retention/certificates")
        expect(page.get_by_text("No day has been deleted yet.")).to_be_visible()
        page.goto("/administration/holds")
        expect(page.get_by_text("No case holds reads.")).to_be_visible()
        for day in ("2026-11-22", "yesterday"):
            answer = page.goto(f"/administration/retention/certificates/{day}")
            assert answer is not None
            assert answer.status == 404


def test_retention_that_has_nothing_to_delete_says_so_and_can_be_run_all_the_same(office, manager) -> None:
    store(office, read())
    with office.at(manager) as page:
        page.goto("/administration/retention/run")
        expect(page.get_by_text("no day is deleted")).to_be_visible()
        looks_right(page, "retention-run-nothing")
        page.get_by_role("button", name="Run it all the same").click()
        page.wait_for_url("**/retention?days=0**")
        expect(page.get_by_text("Nothing was past its time.")).to_be_visible()


def test_a_year_of_which_no_certificate_is_says_so(office) -> None:
    store(office, read())
    office.world.later(days=731)
    with office.at(office.person("meg", Role.ANPR_MANAGER)) as page:
        page.goto("/administration/retention/run")
        expect(page.get_by_text("1 day from before 23 November 2026 goes, with 1 read.")).to_be_visible()
        page.get_by_role("button", name="Delete and certify").click()
        page.wait_for_url("**/retention?days=1**")
        page.goto("/administration/retention/certificates?year=1999")
        expect(page.get_by_text("No certificate is of a day in 1999.")).to_be_visible()
        looks_right(page, "certificates-none-of-year")
        page.get_by_role("link", name="2026").click()
        expect(page.get_by_role("link", name="22 November 2026")).to_be_visible()


def test_a_log_that_takes_nothing_lets_nothing_be_deleted(office) -> None:
    store(office, read())
    office.world.later(days=731)
    with office.at(office.person("meg", Role.ANPR_MANAGER)) as page:
        page.goto("/administration/retention/run")
        office.world.stores.log._broken = "the disk failed under it"
        page.get_by_role("button", name="Delete and certify").click()
        expect(page.get_by_role("heading", name="Not at this moment")).to_be_visible()
        looks_right(page, "retention-failed")
        office.world.stores.log._broken = ""
        page.goto("/administration/retention")
        expect(page.get_by_role("row", name="22 November 2026")).to_be_visible()


def test_whoever_may_not_run_retention_is_refused_on_each_of_its_pages(office) -> None:
    with office.at(office.person("lena", Role.LIST_OWNER)) as page:
        for path in ("retention", "retention/run", "retention/certificates", "holds"):
            answer = page.goto(f"/administration/{path}")
            assert answer is not None
            assert answer.status == 403, path
        looks_right(page, "administration-refused")


def test_many_days_at_once_are_told_as_what_the_node_does_not_delete_by_itself(office) -> None:
    world = office.world
    for days in range(9):
        world.now = NOW + timedelta(days=days)
        store(office, read(at=world.now))
    world.now = NOW + timedelta(days=800)
    with office.at(office.person("mo", Role.ANPR_MANAGER)) as page:
        page.goto("/administration/retention")
        expect(page.get_by_text("9 days are past their time at once")).to_be_visible()
        looks_right(page, "retention-many")
