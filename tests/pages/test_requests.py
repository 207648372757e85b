"""Requests and complaints in a browser: the queue, a case, its steps, and for whom none of it is there."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from openanpr.core.role import Role
from openanpr.rights.case import CaseKind, CaseStepKind, Via, Words
from openanpr.rights.desk import Came, Took
from tests.pages.office import looks_right

WORDS = Words(
    text="I was stopped on the A1.\nTwice.", name="Jo Mills", contact="jo@example.org", vrm="AB12 CDE"
)


@pytest.fixture
def ida(office):
    return office.person("ida", Role.INFORMATION_RIGHTS_OFFICER, team="Information")


@pytest.fixture
def cora(office):
    return office.person("cora", Role.COMPLAINTS_OFFICER, team="Standards")


def opened(office, kind: CaseKind = CaseKind.ACCESS, *, days_ago: int = 0) -> str:
    world = office.world
    desk = world.made.righting.desk
    world.later(days=-days_ago)
    got = desk.open(kind, WORDS, Came(via=Via.WEB), Took("the public", world.now))
    world.later(days=days_ago)
    return got.reference


def test_the_queue_shows_what_is_late_first(office, ida) -> None:
    with office.at(ida) as page:
        page.goto("/requests")
        expect(page.get_by_text("No case is open.")).to_be_visible()
        looks_right(page, "requests-none")
    fresh, late = opened(office), opened(office, days_ago=40)
    soon, complaint = opened(office, days_ago=27), opened(office, CaseKind.COMPLAINT)
    with office.at(ida) as page:
        page.goto("/requests")
        names = page.get_by_role("table").get_by_role("rowheader").all_inner_texts()
        assert names == [late, soon, fresh]
        assert complaint not in page.content()
        assert "3 cases: 1 late, 1 due soon." in page.get_by_role("main").inner_text()
        assert "Mills" not in page.content()
        looks_right(page, "requests")
        page.get_by_role("link", name="Closed").click()
        expect(page.get_by_text("No case is closed.")).to_be_visible()


def test_a_case_is_worked_on_to_its_end(office, ida) -> None:
    reference = opened(office)
    with office.at(ida) as page:
        page.goto("/requests")
        page.get_by_role("link", name=reference).click()
        expect(page.get_by_text("Jo Mills")).to_be_visible()
        looks_right(page, "requests-case")
        page.get_by_role("link", name="Say that proof was asked for").click()
        looks_right(page, "requests-ask-identity")
        page.get_by_role("button", name="Say that proof was asked for").click()
        expect(page.get_by_text("The clock stands still")).to_be_visible()
        page.get_by_role("link", name="Record the proof").click()
        page.get_by_role("button", name="Record the proof").click()
        expect(page.locator(".govuk-error-summary")).to_be_visible()
        looks_right(page, "requests-proof-faults")
        page.locator("#text").fill("passport, at the desk")
        for part, value in zip(("day", "month", "year"), ("22", "11", "2026"), strict=True):
            page.locator(f"#on_{part}").fill(value)
        page.get_by_role("button", name="Record the proof").click()
        expect(page.get_by_text("21 December 2026")).to_be_visible()
        for step, fields in (
            ("Assign", {"to": "ida"}),
            ("Take more time", {"text": "many requests"}),
            ("Write a note", {"text": "looked at lists"}),
            ("Record the reply", {"text": "Two reads, enclosed."}),
        ):
            page.get_by_role("link", name=step, exact=True).click()
            for name, value in fields.items():
                page.locator(f"#{name}").fill(value)
            page.get_by_role("button", name=step, exact=True).click()
            page.wait_for_url(f"**/requests/{reference}")
        page.get_by_role("link", name="Close", exact=True).click()
        page.get_by_role("radio", name="Answered", exact=True).check()
        looks_right(page, "requests-close")
        page.get_by_role("button", name="Close", exact=True).click()
        page.wait_for_url(f"**/requests/{reference}")
        expect(page.get_by_text("What can be done")).to_have_count(0)
        looks_right(page, "requests-closed")
    case = office.world.made.righting.desk.find(reference)
    assert [one.by for one in case.steps] == ["the public", *["ida"] * 7]


def test_what_came_by_letter_is_written_down_and_its_code_shown_once(office, cora) -> None:
    with office.at(cora) as page:
        page.goto("/requests/new")
        looks_right(page, "requests-new")
        page.get_by_role("radio", name="Complaint").check()
        page.get_by_role("radio", name="Letter").check()
        for part, value in zip(("day", "month", "year"), ("20", "11", "2026"), strict=True):
            page.locator(f"#on_{part}").fill(value)
        page.locator("#text").fill("An officer was rude to me.")
        page.get_by_role("button", name="Open the case").click()
        expect(page.get_by_text("The code is not shown again.")).to_be_visible()
        looks_right(page, "requests-opened")
        page.get_by_role("link", name="Open the case").click()
        reference = page.url.rpartition("/")[2]
        page.get_by_role("link", name="Name whom it is about").click()
        page.locator("#people").fill("pc1\npc2")
        page.get_by_role("button", name="Name whom it is about").click()
        page.wait_for_url(f"**/requests/{reference}")
    assert office.world.made.righting.desk.find(reference).excluded[0] == {"pc1", "pc2"}


def test_a_case_is_not_there_for_whom_it_is_about_and_for_no_other_duty(office, ida, cora) -> None:
    reference = opened(office, CaseKind.COMPLAINT)
    desk = office.world.made.righting.desk
    desk.take(reference, CaseStepKind.EXCLUDED, Words(teams=("Standards",)), Took("x", office.world.now))
    for who in (ida, cora):
        with office.at(who) as page:
            for path in ("", "/acknowledge", "/reply"):
                page.goto(f"/requests/{reference}{path}")
                if path:
                    page.get_by_role("button").last.click()
                assert "Mills" not in page.content()
    assert len(desk.find(reference).steps) == 2
    with office.at(office.person("ivy", Role.INVESTIGATOR)) as page:
        page.goto("/requests")
        assert "Requests" not in page.get_by_role("navigation").first.inner_text()
        assert "No case is open" not in page.content()
