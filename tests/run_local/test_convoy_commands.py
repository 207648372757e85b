"""Who travels with a vehicle, at the command line: the question that options say, and the answer as lines."""

from __future__ import annotations

import argparse
from datetime import timedelta

import msgspec

from openanpr.run.local.question_options import add_kinds, question_of
from openanpr.run.local.search_shown import results as lines_of
from openanpr.web.api.questions import QuestionForm
from openanpr.web.api.search_told import results_told
from tests.search.scene import HIGH, MARK, Scene
from tests.search.test_convoy import FRIEND, found, travel


def asked(*words: str) -> object:
    parser = argparse.ArgumentParser()
    add_kinds(parser, lambda _: None)
    told = question_of(parser.parse_args(["convoy", "AB12 CDE", "--days", "2", *words]))
    return msgspec.convert(told, QuestionForm, strict=False).question()


def test_options_say_within_how_many_minutes_and_how_often() -> None:
    for words, how in (((), (5, 3)), (("--within", "2", "--at-least", "4"), (2, 4))):
        question = asked(*words)
        assert (question.mark, question.within_min, question.at_least) == (MARK, *how)  # type: ignore[attr-defined]


def test_each_companion_is_a_line_with_what_chance_would_bring(tmp_path) -> None:
    scene = Scene(tmp_path)
    travel(scene)
    travel(scene, "AB12CDF", (HIGH, HIGH, HIGH), timedelta(seconds=2))
    told = lines_of(msgspec.to_builtins(results_told(found(scene))))
    assert "by traffic alone would be listed: about 0.0" in told
    (friend,) = (line for line in told.splitlines() if FRIEND in line)
    assert "53/1/1 High Street +45 s" in friend
    (alike,) = (line for line in told.splitlines() if "AB12CDF" in line)
    assert "may be it, misread" in alike
    scene.log.close()
