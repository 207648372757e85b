"""`openanpr sites ...` against a real node: a case from its template to its end, as people type it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from openanpr.run.local.sites import SITES
from tests.run.score_results import made_result
from tests.web.site_office import PLACE_WORDS, WHOLE

TODAY = f"{datetime.now(UTC):%Y-%m-%d}"
BY, OTHER = ("--by", "Ann"), ("--by", "Bob")
WHY = ("--why", "as it should be")


@pytest.fixture
def case(tmp_path) -> Path:
    """The file of a whole case, looked at lately."""
    path = tmp_path / "bridge.toml"
    path.write_text(WHOLE.replace("2026-10-01", TODAY).replace("2026-10-02", TODAY))
    return path


def put(asked, camera: str, lat: str) -> None:
    where = ("--mount", "fixed", "--area", "north", "--lat", lat, "--lon", "-2.2382")
    asked("cameras", "add", camera, *where, "--name", f"camera {camera}", *BY)


def test_a_case_is_begun_written_checked_decided_upon_tested_reviewed_and_ended(
    told, asked, call, case, tmp_path
) -> None:
    put(asked, "53/1/7", "51.8642")
    put(asked, "53/1/8", "51.8660")
    assert told("sites", "list").startswith("no site")
    assert "no-case" in told("sites", "cameras")
    begun = tmp_path / "begun.toml"
    assert told("sites", "template", "--form", "fixed", "--to", str(begun)) == f"begun: {begun}"
    assert begun.stat().st_mode & 0o777 == 0o600
    assert 'form = "moveable"' in told("sites", "template", "--form", "moveable")
    assert "cannot be written" in call("sites", "template", "--form", "fixed", "--to", str(begun)).err
    site = asked("sites", "draft", "--case", str(begun), *BY)["site"]
    assert "name the cameras" not in told("sites", "missing", site)
    assert "add the strategic assessment" in call("sites", "submit", site, *BY).err
    assert "- add" not in told("sites", "revise", site, "--case", str(case), *BY)
    checked = told("sites", "check", site, *BY)
    assert "53/1/8" in checked
    assert "250" in checked
    assert told("sites", "missing", site) == "nothing is missing"
    assert told("sites", "submit", site, *BY) == f"site {site}: submitted"
    assert "another person" in call("sites", "authorise", site, *BY).err
    assert told("sites", "send-back", site, *WHY, *OTHER) == f"site {site}: sent-back"
    told("sites", "submit", site, *BY)
    assert told("sites", "authorise", site, *OTHER) == f"site {site}: authorised"
    shown = told("sites", "show", site)
    assert "need: burglars" in shown
    assert not any(word in shown for word in PLACE_WORDS)
    assert "third tree" in told("sites", "places", site)
    assert "$.on" in call("sites", "installed", site, "--on", "yesterday", *BY).err
    assert told("sites", "installed", site, "--on", TODAY, *BY) == f"site {site}: installed"
    assert "no test since" in call("sites", "commission", site, *BY).err
    keep_test(asked, tmp_path)
    assert told("sites", "commission", site, *BY).startswith(f"site {site}: stands")
    dpia = ("--on", TODAY, "--reviewer", "officer", "--found", "no change")
    told("sites", "dpia-reviewed", site, *dpia, *BY)
    assert "of 0 days" in told("sites", "contribution", site)
    written = ("--need-now", "still", "--effect", "good")
    assert told("sites", "review", site, *written, *BY) == f"site {site}: reviewed"
    assert told("sites", "renew", site, *WHY, *OTHER) == f"site {site}: stands"
    told("sites", "review", site, *written, *BY)
    assert told("sites", "lapse", site, "--on", "2099-01-01", *WHY, *OTHER) == f"site {site}: to-lapse"
    assert told("sites", "withdraw", site, *WHY, *BY) == f"site {site}: withdrawn"
    assert "withdrawn" in told("sites", "list")
    assert "lapsed" in told("sites", "cameras")


def test_a_moveable_camera_is_moved_and_taken_down(told, asked, call, case) -> None:
    moveable = case.read_text().replace('form = "fixed"', 'form = "moveable"\nstays_days = 28')
    case.write_text(moveable.replace("53/1/7", "53/1/9"))
    put(asked, "53/1/9", "51.8642")
    site = asked("sites", "draft", "--case", str(case), *BY)["site"]
    told("sites", "check", site, *BY)
    told("sites", "submit", site, *BY)
    told("sites", "authorise", site, *OTHER)
    where = ("--camera", "53/1/9", "--on", TODAY, "--lon", "-2.2382", "--looks", "the eastern end")
    assert "cannot be moved now" in call("sites", "move", site, *where, "--lat", "51.99", *BY).err
    told("sites", "installed", site, "--on", TODAY, *BY)
    assert "same stay" in call("sites", "move", site, *where, "--lat", "51.8650", *BY).err
    moved = told("sites", "move", site, *where, "--lat", "51.99", *BY)
    assert moved.startswith(f"site {site}: installed")
    assert moved.count("53/1/9") == 2
    assert "51.99" not in moved
    down = ("--camera", "53/1/9", "--on", TODAY)
    assert told("sites", "take-down", site, *down, *BY).startswith(f"site {site}: installed")
    assert "taken down before" in call("sites", "take-down", site, *down, *BY).err


def keep_test(asked, folder: Path) -> None:
    scores = folder / "scores.json"
    scores.write_bytes(made_result(folder / "made", at=datetime.now(UTC), plates=1000, missed=2, wrong=1))
    asked("cameras", "test", "53/1/7", "--scores", str(scores), "--note", "a test", *BY)


def test_a_case_that_is_refused_is_over(told, asked, call, case) -> None:
    case.write_text(case.read_text().replace("53/1/7", "53/1/8"))
    site = asked("sites", "draft", "--case", str(case), *BY)["site"]
    told("sites", "check", site, *BY)
    told("sites", "submit", site, *BY)
    assert told("sites", "refuse", site, *WHY, *OTHER) == f"site {site}: refused"
    assert "draft another case" in call("sites", "submit", site, *BY).err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("sites", "show", "x"), "there is no such site"),
        (("sites", "draft", "--case", "/nowhere/x.toml"), "cannot be read"),
        (("sites", "installed", "x", "--on", "2026-11-30"), "there is no such site"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(call, words, sentence) -> None:
    said = call(*words)
    assert said.code != 0
    assert sentence in said.err


def test_every_command_says_what_it_is_for_and_every_one_was_tried_here() -> None:
    source = Path(__file__).read_text()
    assert [verb.name for verb in SITES if f'"sites", "{verb.name}"' not in source] == []
    assert all(verb.help for verb in SITES)
