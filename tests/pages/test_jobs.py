"""Jobs and alarms: what runs, when it ran, what failed, and what each alarm asks of a person."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

from openanpr.alert.ports import OpenCounts
from openanpr.core.role import Role
from openanpr.run.node.alarms import AlarmName, alarms
from openanpr.run.node.righting import RightsWaiting
from openanpr.run.node.site_figures import SiteFigures
from openanpr.run.node.standing import ConsumerStanding, ForwardStanding, ListFigures, PublicStanding
from openanpr.run.node.threads import Rounds
from openanpr.web.pages.administration.alarm_words import ALARM_WORDS, JOB_WORDS
from tests.conventions.test_node_pages import standing
from tests.pages.office import looks_right
from tests.run_node.world import listed, read

WELL = standing()
EVERY_ALARM = replace(
    WELL,
    consumers={"match": ConsumerStanding(9_000, 1, 1, 3, "OSError")},
    lists={"stolen": ListFigures(1, 1, stale=True, age_s=1.0)},
    alerts=OpenCounts({}, {}, 2),
    present=0,
    dead_letters=2,
    forward=ForwardStanding(0, "refused", alarm=True, full=True),
    failures={"retention": "OSError"},
    returned_days=2,
    rules_for_nothing=("stollen",),
    sites=SiteFigures(1, 2, 3, 4, 5, 6, {"due": 7, "overdue": 8, "uncased": 9}),
    damaged_parts=2,
    late_figures=2,
    public=PublicStanding(None, WELL.started_at - timedelta(hours=1), 1, 2, {}, (0,) * 11, 0.0),
    rights=RightsWaiting(4, 1, 2, 1),
    unconfirmed_challenges=2,
    disk_least_bytes=2,
    log=replace(WELL.log, refuses="full"),
)


def test_a_manager_sees_chores_rounds_and_steps_with_their_times(office) -> None:
    world = office.world
    world.deliver(read())
    with office.at(office.person("mo", Role.ANPR_MANAGER)) as page:
        page.goto("/administration/jobs")
        before = page.get_by_role("row", name="Retention").inner_text()
        assert "Not yet" in before
        assert page.get_by_role("row", name="Match").get_by_role("cell").first.inner_text() == "1"
        world.turn("housekeeping")
        world.pass_on()
        page.get_by_role("link", name="Look again").click()
        page.wait_for_load_state()
        row = page.get_by_role("row", name="Retention")
        assert "22 November 2026, 12:00:00" in row.inner_text()
        assert "22 November 2026, 13:00:00" in row.inner_text()
        assert page.get_by_role("row", name="Match").get_by_role("cell").first.inner_text() == "0"
        looks_right(page, "jobs")


def test_a_chore_that_fails_raises_an_alarm_that_says_what_to_do(office) -> None:
    def break_(_) -> None:
        raise OSError(28, "no room left for AB12CDE")

    office.world.keeping.add("retention", office.world.keeping.standing()[0].every, break_)
    office.world.turn("housekeeping")
    with office.at(office.person("mo", Role.ANPR_MANAGER)) as page:
        page.goto("/administration/jobs")
        alarms = page.locator(".alarm")
        told = "\n".join(alarms.all_inner_texts())
        assert ALARM_WORDS["chore_failing"].do in told
        assert ALARM_WORDS["nobody_present"].means in told
        assert "AB12CDE" not in page.content()
        looks_right(page, "jobs-alarms")


def test_a_stale_list_leads_to_the_lists(office) -> None:
    office.world.list_(listed())
    office.world.later(days=3)
    with office.at(office.person("mo", Role.ANPR_MANAGER)) as page:
        page.goto("/administration/jobs")
        link = page.get_by_role("link", name="Go there because: A list is stale")
        assert link.get_attribute("href") == "/lists"


def test_whoever_does_not_manage_devices_sees_no_jobs(office) -> None:
    with office.at(office.person("sam", Role.AUDITOR)) as page:
        answer = page.goto("/administration/jobs")
        assert answer is not None
        assert answer.status == 403


def test_every_alarm_has_words_and_no_other() -> None:
    assert set(ALARM_WORDS) == set(AlarmName)


def runs_of(text: str, *, words: int = 4) -> set[tuple[str, ...]]:
    """All runs of so many words in a text."""
    found = re.findall(r"[a-z']+", text.lower())
    return {tuple(found[n : n + words]) for n in range(len(found) - words + 1)}


def test_an_alarm_says_nothing_twice() -> None:
    told = alarms(EVERY_ALARM)
    assert {one.name for one in told} == set(AlarmName)
    for one in told:
        words = ALARM_WORDS[one.name]
        runs = [runs_of(text) for text in (one.sentence, words.means, words.do)]
        assert len(set().union(*runs)) == sum(map(len, runs)), one.name


def test_every_job_of_the_node_is_told_in_words(office) -> None:
    names = {one.name for one in office.world.keeping.standing()} | set(office.world.rounds)
    assert names - set(JOB_WORDS) == set()
    assert set(office.world.consumers) <= set(JOB_WORDS)


def test_rounds_say_when_their_last_turn_was_and_when_the_next_is_due() -> None:
    rounds = Rounds("a round", lambda: 60.0)
    assert rounds.standing().last is None
    rounds.start()
    try:
        for _ in range(200):
            if rounds.standing().due is not None:
                break
            rounds.join(0.02)
        standing = rounds.standing()
        assert standing.last is not None
        assert standing.due is not None
        assert (standing.due - standing.last).total_seconds() == 60.0
        assert standing.fault == ""
    finally:
        rounds.stop()
        assert rounds.join(5)
