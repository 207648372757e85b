"""`openanpr policy` as its users call it."""

from __future__ import annotations

import io
import json

import pytest

from openanpr.policy.profile import DEFAULT_PROFILE
from openanpr.policy.request_json import decision_json, request_json
from openanpr.run import cli
from openanpr.run.cli import main
from tests.policy.asking import decided, search
from tests.policy.test_access_rules import TEXTS


def called(capsys, *words: object) -> tuple[int, str, str]:
    code = main(["policy", *(str(word) for word in words)])
    told = capsys.readouterr()
    return code, told.out, told.err


def test_a_search_is_explained_from_its_options(capsys) -> None:
    code, out, _ = called(capsys, "explain")
    assert (code, out.splitlines()[0]) == (0, "Allowed.")
    code, out, _ = called(capsys, "explain", "--oldest-days", 425)
    assert (code, out.splitlines()[0]) == (0, "Refused.")
    assert "ask at most 90 days back" in out
    serious = ("explain", "--category", "serious", "--oldest-days", 425)
    assert "a superintendent" in called(capsys, *serious)[1].splitlines()[0]
    assert called(capsys, *serious, "--approved-by", "superintendent")[1].startswith("Allowed.")
    assert called(capsys, *serious, "--profile", "current")[1].startswith("Refused.")


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        (["--role", "administrator"], "administrator-only-manages"),
        (["--role", "patrol-officer", "--kind", "convoy"], "search-bulk-role"),
        (["--kind", "place-and-time", "--cameras", 11], "search-bulk-authority"),
        (["--kind", "place-and-time", "--days", 2], "search-bulk-authority"),
        (["--reads", 100_001], "search-broad-authority"),
        (["--reference", "closed"], "search-reference"),
        (["--no-reason"], "search-reason"),
        (["--proactive"], "search-proactive-authority"),
        (["--own-interest"], "search-own-interest"),
        (["--trained-until", "2026-01-01", "--on", "2026-01-02"], "training-valid"),
        (["--on", "2018-01-10"], "profile-not-in-force"),
    ],
)
def test_every_option_reaches_the_rules(capsys, words, rule) -> None:
    code, out, _ = called(capsys, "explain", *words, "--json")
    assert code == 0
    assert rule in json.loads(out)["rules"]


def test_urgency_and_rank_reach_the_rules(capsys) -> None:
    words = ["explain", "--reference", "unreachable", "--approved-by", "inspector", "--rank", "sergeant"]
    assert called(capsys, *words)[1].startswith("Refused.")
    assert called(capsys, *words, "--urgent")[1].startswith("Allowed.")


def test_any_request_is_explained_from_a_file_or_standard_input(capsys, tmp_path, monkeypatch) -> None:
    file = tmp_path / "request.json"
    file.write_text(request_json(search(oldest_days=91)), encoding="utf-8")
    assert called(capsys, "explain", "--request", file)[1].startswith("Refused.")
    monkeypatch.setattr("sys.stdin", io.StringIO(request_json(search())))
    assert called(capsys, "explain", "--request", "-")[1].startswith("Allowed.")


@pytest.mark.parametrize("profile", ["nadc-2018", "current"])
def test_the_shipped_rules_pass_their_cases(capsys, profile) -> None:
    code, out, _ = called(capsys, "test", "--profile", profile)
    assert code == 0
    assert "cases held under" in out
    assert out.rstrip().endswith(", 0 did not")


def test_rules_that_fail_a_case_or_have_none_are_told(capsys, tmp_path) -> None:
    for name, text in TEXTS.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    own = '@id("on-holiday") forbid (principal, action == Action::"hold", resource);'
    (tmp_path / "own.cedar").write_text(own, encoding="utf-8")
    code, out, _ = called(capsys, "test", "--rules", tmp_path)
    assert code == 1
    assert "hold without an end: expected refused by hold-end; decided refused by hold-end, on-holiday" in out
    code, out, _ = called(capsys, "test", "--cases", _one_case(tmp_path))
    assert (code, "training-valid: no case names this rule" in out) == (1, True)


def _one_case(folder):
    file = folder / "cases.toml"
    file.write_text(
        """
[base.a]
act = "run-retention"
today = 2026-11-29
[base.a.person]
id = "p"
roles = [{ role = "anpr-manager" }]
rank = "none"
training_until = 2027-01-01
team = "t"
[[case]]
from = "a"
expect = "allowed by retention-by-manager"
""",
        encoding="utf-8",
    )
    return file


def test_past_requests_are_judged_anew_and_differences_listed(capsys, tmp_path) -> None:
    asked = [
        search(category="serious", oldest_days=365),
        search(),
        search(category="serious", oldest_days=731),
    ]
    file = tmp_path / "past.jsonl"
    lines = [
        f'{{"id": "s{n}", "request": {request_json(one)}, "decision": {decision_json(decided(one))}}}'
        for n, one in enumerate(asked)
    ]
    file.write_text("\n".join(lines), encoding="utf-8")
    assert called(capsys, "replay", file)[:2] == (
        0,
        "3 judged by nadc-2018 of 2018-01-11: 0 decided otherwise, 0 the same by other rules\n",
    )
    code, out, _ = called(capsys, "replay", "--profile", "current", file)
    assert code == 1
    assert out.splitlines() == [
        "s0: was allowed by search-by-role; now inspector by search-age-authority",
        "3 judged by current of 2021-02-01: 1 decided otherwise, 0 the same by other rules",
    ]
    code, out, _ = called(capsys, "replay", "--profile", "current", "--json", file)
    assert (code, json.loads(out)["id"]) == (1, "s0")
    code, out, _ = called(capsys, "replay", "--profile", "current", "--since", "2026-11-30", file)
    assert (code, out.split()[0]) == (0, "0")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["explain", "--profile", "nadc-1918"], "no profile named nadc-1918"),
        (["explain", "--oldest-days", "-1"], "a count or an age"),
        (["explain", "--request", "{folder}/nothing.json"], "a file cannot be read: FileNotFoundError"),
        (["explain", "--rules", "{folder}/nowhere"], "cannot be read"),
        (["explain", "--rules", "{folder}"], "no rule of access"),
        (["test", "--cases", "{folder}/bytes"], "a file cannot be read: UnicodeDecodeError"),
        (["test", "--cases", "{folder}/empty"], "at least one case"),
        (["replay", "{folder}/odd"], "line 1 is no past decision"),
    ],
)
def test_a_call_that_cannot_be_answered_says_why(capsys, tmp_path, words, told) -> None:
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    (tmp_path / "empty").write_text("", encoding="utf-8")
    (tmp_path / "odd").write_text("{}", encoding="utf-8")
    code, out, err = called(capsys, *(word.format(folder=tmp_path) for word in words))
    assert (code, out) == (2, "")
    assert told in err


def test_the_profile_that_is_taken_by_itself_is_that_of_a_node() -> None:
    assert cli._parser().parse_args(["policy", "test"]).profile == DEFAULT_PROFILE


def test_a_day_that_is_none_is_told(capsys) -> None:
    with pytest.raises(SystemExit):
        main(["policy", "explain", "--on", "yesterday"])
    assert "a day is written as 2026-11-22" in capsys.readouterr().err
