"""The self assessment in a browser: answers beside evidence, a plan, signed by another, published."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from openanpr.core.role import Rank, Role
from openanpr.publish.assessment import desk as acts
from openanpr.publish.assessment.answer import AnswerKind
from tests.pages.office import looks_right
from tests.publish.scene import QUESTIONS


@pytest.fixture
def pia(office):
    return office.person("pia", Role.PUBLISHER)


@pytest.fixture
def sal(office):
    return office.person("sal", Role.SENIOR_RESPONSIBLE_OFFICER, team="Command")


def written(office, who, *, but: str = "") -> None:
    """Answer and plan all of a new draft, but one question."""
    desk, now, by = office.world.made.assessing.desk(), office.world.now, who.login
    number = acts.begin(desk, by=by, now=now).number
    for name in QUESTIONS:
        if name != but:
            answers(office, name, AnswerKind.YES, "So it is.")
            planned = acts.Plan(name, "Do it.", "ANPR manager", now.date() + timedelta(days=90))
            acts.plan(desk, number, planned, by=by, now=now)


def answers(office, question: str, kind: AnswerKind, words: str) -> None:
    said = acts.Said(question, kind, words)
    acts.give_answer(office.world.made.assessing.desk(), 1, said, by="pia", now=office.world.now)


def test_a_publisher_answers_and_plans_beside_the_evidence(office, pia) -> None:
    written(office, pia, but="1a")
    with office.at(pia) as page:
        page.goto("/")
        page.get_by_role("link", name="Self assessment").first.click()
        looks_right(page, "assessment-all")
        page.get_by_role("link", name="Version 1").click()
        expect(page.get_by_text("1 question has no answer")).to_be_visible()
        looks_right(page, "assessment-draft")
        page.get_by_role("link", name="1a").first.click()
        looks_right(page, "assessment-principle")
        page.get_by_role("link", name="Give the answer to question 1a").click()
        page.get_by_label("In your words").fill("Seen by AB12 CDE on the road.")
        page.get_by_label("Yes").check()
        page.get_by_role("button", name="Save the answer").click()
        expect(page.get_by_text("could be a number plate").first).to_be_visible()
        looks_right(page, "assessment-answer-refused")
        page.get_by_label("In your words").fill("It was said when the cameras were put up.")
        page.get_by_role("button", name="Save the answer").click()
        expect(page.get_by_text("It was said when the cameras were put up.")).to_be_visible()
        page.get_by_role("link", name="Plan an action for question 1a").click()
        page.get_by_label("What is to be done").fill("Say it once more.")
        page.get_by_label("By whom").fill("ANPR manager")
        for part, said in zip(("day", "month", "year"), ("30", "6", "2027"), strict=True):
            page.locator(f"#due_{part}").fill(said)
        looks_right(page, "assessment-plan")
        page.get_by_role("button", name="Save the action").click()
        expect(page.get_by_text("Say it once more.")).to_be_visible()
        page.goto("/assessment/1")
        expect(page.get_by_text("Everything is answered and planned.")).to_be_visible()
        expect(page.get_by_role("link", name="Read all of it and sign")).to_have_count(0)
        assert page.goto("/assessment/1/sign").status == 403


def test_another_signs_what_they_saw_and_nothing_that_changed_meanwhile(office, pia, sal) -> None:
    written(office, pia)
    with office.at(sal) as page:
        page.goto("/")
        page.get_by_role("link", name="is being written, for you to sign").click()
        expect(page.get_by_role("link", name="Change the answer")).to_have_count(0)
        page.get_by_role("link", name="Read all of it and sign").click()
        looks_right(page, "assessment-sign")
        answers(office, "1b", AnswerKind.NO, "It is not.")
        page.get_by_role("button", name="Sign it").click()
        expect(page.get_by_text("this is not what you looked at", exact=False).first).to_be_visible()
        expect(page.get_by_text("It is not.")).to_be_visible()
        page.get_by_role("button", name="Sign it").click()
        expect(page.get_by_text("Signed, not published")).to_be_visible()
        expect(page.get_by_role("link", name="Publish it")).to_have_count(0)


def test_what_was_signed_is_published_handed_out_and_compared(office, pia, sal) -> None:
    written(office, pia)
    desk, now = office.world.made.assessing.desk(), office.world.now
    code = acts.look(desk, 1, now=now).code
    acts.sign(desk, 1, code, by=sal.login, role=Role.SENIOR_RESPONSIBLE_OFFICER, now=now)
    with office.at(pia) as page:
        page.goto("/assessment/1")
        page.get_by_role("link", name="Publish it").click()
        looks_right(page, "assessment-publish")
        page.get_by_role("button", name="Publish it").click()
        expect(page.get_by_text("Published", exact=True)).to_be_visible()
        looks_right(page, "assessment-published")
        with page.expect_download() as got:
            page.get_by_role("link", name="For the public, PDF").click()
        assert got.value.path().read_bytes().startswith(b"%PDF-")
        assert got.value.suggested_filename == "self-assessment-1-public.pdf"
        with page.expect_download() as got:
            page.get_by_role("link", name="For the public, JSON").click()
        assert b'"audience":"public"' in got.value.path().read_bytes()
        page.get_by_role("link", name="Say that it was done for action 1.1", exact=True).click()
        page.get_by_label("What was done").fill("Read on 3 March.")
        page.get_by_role("button", name="It was done").click()
        expect(page.get_by_text("Read on 3 March.")).to_be_visible()
        page.goto("/assessment")
        page.get_by_role("link", name="Begin a draft").click()
        page.get_by_role("button", name="Begin it").click()
        page.get_by_role("link", name="Compare with version 1").click()
        looks_right(page, "assessment-compare")
        page.goto("/assessment/evidence")
        looks_right(page, "assessment-evidence")


def test_an_authorising_officer_who_is_not_the_responsible_one_signs_nothing(office, pia) -> None:
    written(office, pia)
    ian = office.person("ian", Role.AUTHORISING_OFFICER, rank=Rank.SUPERINTENDENT)
    with office.at(ian) as page:
        page.goto("/assessment/1")
        expect(page.get_by_role("link", name="Read all of it and sign")).to_have_count(0)
        assert page.goto("/assessment/1/sign").status == 403
        looks_right(page, "assessment-not-signed")


@pytest.mark.parametrize(
    "path", ["/9", "/x", "/1/principles/13", "/1/questions/99z/answer", "/1/actions/9.9/done"]
)
def test_what_is_not_there_is_told_as_such(office, pia, path) -> None:
    written(office, pia)
    with office.at(pia) as page:
        assert page.goto(f"/assessment{path}").status == 404


def test_whoever_has_no_part_in_it_sees_none_of_it(office) -> None:
    with office.at(office.person("lena", Role.LIST_OWNER)) as page:
        for path in ("/assessment", "/assessment/1", "/publishing", "/publishing/2026-11", "/sites"):
            assert page.goto(path).status == 403
        page.goto("/")
        for name in ("Self assessment", "Publishing", "Camera sites"):
            expect(page.get_by_role("link", name=name)).to_have_count(0)
