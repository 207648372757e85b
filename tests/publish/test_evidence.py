"""Each piece of evidence says what its facts show, and nothing where they are not known."""

from __future__ import annotations

import ast
from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest

from openanpr.core.role import Role
from openanpr.publish.assessment.evidence.catalogue import EVIDENCES, find_all
from openanpr.publish.assessment.evidence.look import Measuring
from openanpr.publish.assessment.facts import NotKnown
from openanpr.publish.assessment.finding import Counted, Part, Standing
from openanpr.publish.share import ShownShare
from openanpr.publish.suppress import Shown
from openanpr.publish.words import catalogue
from tests.publish.scene import NOT_READ, NOW, NUMBERS, QUESTIONS, ago, known, number, well

AT = Measuring(NOW, NUMBERS)
FOLDER = Path(__file__).parents[2] / "src/openanpr/publish/assessment/evidence"
S, C, M, OLD = Standing.SUPPORTS, Standing.CONTRADICTS, Standing.MISSING, Standing.STALE
NO_AUDITOR = dict.fromkeys(set(Role) - {Role.AUDITOR}, 1)


def told(least: int, most: int | None, of_least: int, of_most: int) -> dict[str, ShownShare]:
    return {"told_reviewed": ShownShare(Shown(least, most), Shown(of_least, of_most))}


def alerts_told(least: int, most: int | None) -> dict[str, ShownShare]:
    share = ShownShare(Shown(least, most), Shown(4_800, 4_804))
    return {"told_misread": share, "told_list_errors": share}


CASES = [
    ("rules-in-force", {}, S, "in-force"),
    ("rules-in-force", {"rules": {"valid_from": date(2027, 1, 1)}}, C, "not-yet-valid"),
    ("rules-in-force", {"rules": {"logged_at": None}}, C, "not-logged"),
    ("rules-sourced", {}, S, "all-read"),
    ("rules-sourced", {"rules": {"numbers": {"a": number(1, NOT_READ)}}}, S, "some-unread"),
    ("rules-sourced", {"rules": {"numbers": {"a": number(1, None)}}}, S, "some-unread"),
    ("traffic-encrypted", {}, S, "all-encrypted"),
    ("traffic-encrypted", {"guard": {"clear": 1}}, C, "some-clear"),
    ("devices-proved", {}, S, "all-sign"),
    ("devices-proved", {"guard": {"by_token": 2}}, S, "some-unsigned"),
    ("devices-proved", {"guard": {"signing": 0}}, S, "none"),
    ("searches-reasoned", {}, S, "all"),
    ("searches-reasoned", {"searches": {"unreasoned": 1}}, C, "some-lack"),
    ("searches-reasoned", {"searches": {"unreferenced": 1}}, C, "some-lack"),
    ("searches-reasoned", {"searches": {"ran": 0}}, S, "none"),
    ("searches-judged", {}, S, "all"),
    ("searches-judged", {"searches": {"overdue": 1}}, C, "some-overdue"),
    ("searches-judged", {"searches": {"asked": 0}}, S, "none"),
    ("searches-reviewed", {}, S, "enough"),
    ("searches-reviewed", {"reviews": told(60, 60, 1200, 1200)}, S, "enough"),
    ("searches-reviewed", {"reviews": told(56, 59, 1200, 1200)}, C, "too-few"),
    ("searches-reviewed", {"reviews": told(57, 60, 1200, 1200)}, M, "too-close"),
    ("searches-reviewed", {"reviews": told(60, 60, 1197, 1203)}, M, "too-close"),
    ("searches-reviewed", {"reviews": {"told_reviewed": None}}, M, "not-published"),
    ("searches-reviewed", {"reviews": {"asked": 0, "reviewed": 0}}, S, "none"),
    ("searches-reviewed", {"reviews": {"last_round_at": None}}, M, "no-round"),
    ("searches-reviewed", {"reviews": {"last_round_at": ago(4)}}, OLD, "enough"),
    ("searches-reviewed", {"reviews": {"last_round_at": ago(4), **told(1, 4, 1200, 1200)}}, C, "too-few"),
    ("findings-settled", {}, S, "in-time"),
    ("findings-settled", {"reviews": {"overdue": 1}}, C, "some-overdue"),
    ("findings-settled", {"reviews": {"last_round_at": None}}, M, "no-round"),
    ("findings-settled", {"reviews": {"last_round_at": ago(3.1)}}, OLD, "in-time"),
    ("training-current", {}, S, "all"),
    ("training-current", {"people": {"untrained": 1}}, C, "some-lapsed"),
    ("training-current", {"people": {"people": 0}}, M, "nobody"),
    ("second-factors", {}, S, "all"),
    ("second-factors", {"people": {"unfactored": 1}}, C, "some-lack"),
    ("second-factors", {"people": {"people": 0}}, M, "nobody"),
    ("duties-apart", {}, S, "apart"),
    ("duties-apart", {"people": {"clashing": 1}}, C, "some-clash"),
    ("duties-apart", {"people": {"people": 0}}, M, "nobody"),
    ("responsible-named", {}, S, "all-held"),
    (
        "responsible-named",
        {"people": {"holders": NO_AUDITOR}},
        C,
        "some-empty",
    ),
    ("responsible-named", {"people": {"people": 0}}, M, "nobody"),
    ("services-owned", {}, S, "all-owned"),
    ("services-owned", {"people": {"services": 0}}, S, "none"),
    ("services-owned", {"people": {"orphaned_services": 1}}, C, "some-orphaned"),
    ("log-verifies", {}, S, "holds"),
    ("log-verifies", {"log": {"holds": False}}, C, "not-whole"),
    ("log-verifies", {"log": {"refuses": "its disk is full"}}, C, "refuses"),
    ("log-verifies", {"log": {"checkpoint_at": ago(1.1)}}, OLD, "holds"),
    ("checkpoint-lodged", {}, S, "lodged"),
    ("checkpoint-lodged", {"log": {"lodged": None}}, M, "never"),
    ("retention-kept", {}, S, "within"),
    ("retention-kept", {"keeping": {"oldest": date(2025, 11, 29)}}, S, "within"),
    ("retention-kept", {"keeping": {"oldest": date(2025, 11, 28)}}, C, "too-old"),
    ("retention-kept", {"keeping": {"oldest": None}}, S, "none"),
    ("deletion-certified", {}, S, "certified"),
    ("deletion-certified", {"keeping": {"left": 1}}, C, "found-again"),
    ("deletion-certified", {"keeping": {"returned": 1}}, C, "found-again"),
    ("deletion-certified", {"keeping": {"last_certificate_at": None}}, S, "nothing-due"),
    (
        "deletion-certified",
        {"keeping": {"last_certificate_at": None, "oldest": date(2025, 11, 1)}},
        M,
        "never",
    ),
    ("holds-end", {}, S, "all-end"),
    ("holds-end", {"keeping": {"holds_past_end": 1}}, C, "some-past"),
    ("holds-end", {"keeping": {"holds": 0}}, S, "none"),
    ("lists-fresh", {}, S, "all-fresh"),
    ("lists-fresh", {"lists": {"stale": 1}}, C, "some-stale"),
    ("lists-fresh", {"lists": {"lists": 0}}, S, "none"),
    ("list-reviews", {}, S, "none-due"),
    ("list-reviews", {"lists": {"due": 1}}, C, "some-due"),
    ("list-reviews", {"lists": {"entries": 0}}, S, "none"),
    ("alerts-answered", {}, S, "enough"),
    ("alerts-answered", {"alerts": {"answered": 4749}}, C, "too-few"),
    ("alerts-answered", {"alerts": {"raised": 0, "answered": 0}}, S, "none"),
    ("misreads", {}, S, "few"),
    ("misreads", {"alerts": alerts_told(140, 144)}, S, "few"),
    ("misreads", {"alerts": alerts_told(145, 149)}, C, "too-many"),
    ("misreads", {"alerts": alerts_told(144, 148)}, M, "too-close"),
    ("misreads", {"alerts": alerts_told(1, None)}, M, "too-close"),
    ("misreads", {"alerts": {"told_misread": None}}, M, "not-published"),
    ("misreads", {"alerts": {"closed": 0}}, S, "none"),
    ("list-errors", {}, S, "few"),
    ("list-errors", {"alerts": alerts_told(145, 149)}, C, "too-many"),
    ("list-errors", {"alerts": alerts_told(140, 150)}, M, "too-close"),
    ("list-errors", {"alerts": {"told_list_errors": None}}, M, "not-published"),
    ("list-errors", {"alerts": {"closed": 0}}, S, "none"),
    ("cameras-tested", {}, S, "all"),
    ("cameras-tested", {"cameras": {"tested": 41}}, C, "some-not"),
    ("cameras-tested", {"cameras": {"tested": 0, "newest_test_at": ago(400)}}, OLD, "long-ago"),
    ("cameras-tested", {"cameras": {"tested": 0, "ever_tested": 0}}, M, "never"),
    ("cameras-tested", {"cameras": {"cameras": 0}}, S, "none"),
    ("cameras-reach-targets", {}, S, "all-reached"),
    ("cameras-reach-targets", {"cameras": {"missed": 1}}, C, "some-missed"),
    ("cameras-reach-targets", {"cameras": {"unsure": 1}}, M, "too-few-plates"),
    ("cameras-reach-targets", {"cameras": {"targets": ()}}, M, "no-target"),
    ("cameras-reach-targets", {"cameras": {"tested": 0}}, M, "no-test"),
    ("cameras-reach-targets", {"cameras": {"cameras": 0}}, S, "none"),
    ("clocks-right", {}, S, "all-right"),
    ("clocks-right", {"cameras": {"clock_off": 1}}, C, "some-off"),
    ("clocks-right", {"cameras": {"clocked": 0}}, M, "not-measured"),
    ("clocks-right", {"cameras": {"cameras": 0}}, S, "none"),
    ("quarantine-tended", {}, S, "tended"),
    ("quarantine-tended", {"cameras": {"held_longest_since": ago(14.1)}}, C, "some-left"),
    ("quarantine-tended", {"cameras": {"held": 0, "held_longest_since": None}}, S, "none"),
    ("sites-justified", {}, S, "all"),
    ("sites-justified", {"sites": {"justified": 41}}, C, "some-not"),
    ("sites-justified", {"sites": {"cameras": 0}}, S, "none"),
    ("site-reviews", {}, S, "in-time"),
    ("site-reviews", {"sites": {"overdue": 1}}, C, "some-overdue"),
    ("site-reviews", {"sites": {"newest_review_at": None}}, M, "never"),
    ("site-reviews", {"sites": {"newest_review_at": ago(366)}}, OLD, "in-time"),
    ("site-reviews", {"sites": {"cameras": 0}}, S, "none"),
    ("impact-assessed", {}, S, "all"),
    ("impact-assessed", {"sites": {"assessed": 41}}, C, "some-not"),
    ("impact-assessed", {"sites": {"assessments_overdue": 1}}, C, "some-overdue"),
    ("impact-assessed", {"sites": {"cameras": 0}}, S, "none"),
    ("others-consulted", {}, S, "all"),
    ("others-consulted", {"sites": {"consulted": 41}}, C, "some-not"),
    ("others-consulted", {"sites": {"cameras": 0}}, S, "none"),
    ("figures-published", {}, S, "published"),
    ("figures-published", {"publication": {"figures_at": ago(32)}}, OLD, "published"),
    ("figures-published", {"publication": {"figures_at": None}}, M, "never"),
    ("contact-published", {}, S, "published"),
    ("contact-published", {"publication": {"contact_at": None}}, M, "never"),
    ("assessment-published", {}, S, "published"),
    ("assessment-published", {"assessments": {"published_at": ago(401)}}, OLD, "published"),
    ("assessment-published", {"assessments": {"published_at": None}}, M, "never"),
    ("complaints-answered", {}, S, "in-time"),
    ("complaints-answered", {"rights": {"complaints_late": 1}}, C, "some-late"),
    ("complaints-answered", {"rights": {"complaints": 0}}, S, "none"),
    ("requests-answered", {}, S, "in-time"),
    ("requests-answered", {"rights": {"requests_late": 1}}, C, "some-late"),
    ("requests-answered", {"rights": {"requests": 0}}, S, "none"),
]


@pytest.mark.parametrize(("name", "changed", "standing", "says"), CASES)
def test_evidence_says_what_its_facts_show(name, changed, standing, says) -> None:
    found = EVIDENCES[name].find(known(**changed), AT)
    assert (found.standing, found.says) == (standing, says)
    assert found.empty == (says in {"none", "nothing-due"})


def test_every_sentence_that_the_code_can_say_is_said_in_a_case() -> None:
    """The words stand in the code as the second part of `Found(...)`."""
    said = {
        part.value
        for path in FOLDER.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Found"
        for part in ast.walk(node.args[1])
        if isinstance(part, ast.Constant)
    }
    assert said == {case[3] for case in CASES}
    assert {case[0] for case in CASES} == set(EVIDENCES)


def test_every_sentence_of_the_catalogue_is_said_by_its_evidence() -> None:
    told: dict[str, set[str]] = defaultdict(set)
    for text in catalogue().texts:
        if text.startswith("assessment.evidence."):
            _, _, name, says = text.split(".")
            told[name].add(says)
    assert {name: says - {"title"} for name, says in told.items()} == {
        name: {case[3] for case in CASES if case[0] == name} for name in EVIDENCES
    }


@pytest.mark.parametrize("group", sorted(well()))
def test_what_nobody_keeps_is_missing_and_never_assumed(group) -> None:
    usual = find_all(known(), AT)
    found = find_all(known(**{group: NotKnown(group, "not-kept")}), AT)
    missing = {name for name, one in found.items() if one.standing is Standing.MISSING}
    assert missing, "some evidence is read from every group"
    for name in missing:
        assert (found[name].says, found[name].figures, found[name].dated) == ("not-kept", (), None)
    others = found.keys() - missing
    assert {name: found[name] for name in others} == {name: usual[name] for name in others}


def test_what_rests_on_a_time_to_come_is_missing_for_it_would_never_grow_old() -> None:
    found = find_all(known(publication={"figures_at": ago(-1)}, log={"checkpoint_at": ago(-0.001)}), AT)
    assert (found["figures-published"].standing, found["figures-published"].says) == (M, "time-to-come")
    assert found["log-verifies"].standing is S, "clocks differ a little"


def test_a_node_that_does_well_supports_everything() -> None:
    assert {one.standing for one in find_all(known(), AT).values()} == {Standing.SUPPORTS}


def test_what_was_measured_against_a_number_that_nobody_read_says_so() -> None:
    found = find_all(known(), AT)
    loose = {name for name, one in found.items() if one.against_unverified}
    assert loose == {
        "alerts-answered",
        "cameras-reach-targets",
        "cameras-tested",
        "list-errors",
        "misreads",
        "quarantine-tended",
        "site-reviews",
    }
    kept = find_all(known(keeping={"days": number(365, NOT_READ)}), AT)["retention-kept"]
    assert kept.standing is Standing.SUPPORTS
    assert kept.against_unverified


def test_counts_of_what_people_did_are_marked_so_that_small_ones_can_be_hidden() -> None:
    """A whole number stands in public as it is: these are of the system, and of nobody."""
    of_the_system = {
        *("numbers", "numbers-read", "numbers-unread", "numbers-judged", "listeners", "listeners-clear"),
        *("devices-signing", "feeds-unsigned", "roles-answerable", "roles-empty", "services"),
        *("services-orphaned", "log-entries", "log-signed", "log-grown-from", "lodged-size"),
        *("days-left", "days-returned", "lists", "lists-by-hand", "lists-stale"),
    }
    figures = [figure for one in find_all(known(), AT).values() for figure in one.figures]
    assert {one.name for one in figures if type(one.amount) is int} == of_the_system
    assert any(isinstance(one.amount, Counted) for one in figures)
    assert any(isinstance(one.amount, Part) for one in figures)


def test_every_piece_of_evidence_speaks_to_a_question() -> None:
    assert {name for one in QUESTIONS.values() for name in one.evidence} == set(EVIDENCES)
