"""The assessment as PDF: tagged after PDF/UA-1, the same bytes for the same version at the same look.

Typst sets it, from a template of our own. What people wrote comes in as text: no word of it is markup, no
file and no address is opened, and no font of the machine is used.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from importlib import resources
from typing import Final, TypeAlias

import typst

from openanpr.publish.assessment.document import (
    ActionTold,
    EvidenceTold,
    PrincipleTold,
    QuestionTold,
    YardstickTold,
)
from openanpr.publish.assessment.page import state_said
from openanpr.publish.assessment.shown import Shown
from openanpr.publish.assessment.telling import Audience
from openanpr.publish.assessment.verdict import Colour

_STANDARD: Final = "ua-1"
_WORDS: Final = (
    *(
        "summary",
        "stands",
        "count",
        "drift",
        "drift-evidence",
        "drift-then",
        "drift-now",
        "answer",
        "evidence",
    ),
    *("against", "actions", "no-actions"),
)
_Told: TypeAlias = dict[str, object]
_Pairs: TypeAlias = list[tuple[str, str]]


class PaperError(Exception):
    """The PDF could not be made; the sentence holds nothing of what was to be in it."""


def paper(shown: Shown) -> bytes:
    """Return the PDF of a version. Raises PaperError."""
    data = json.dumps(_data(_Saying(shown)), ensure_ascii=False)
    made_at = datetime.fromisoformat(shown.document.measured_at)
    try:
        return typst.compile(
            _template(),
            format="pdf",
            sys_inputs={"data": data},
            ignore_system_fonts=True,
            pdf_standards=_STANDARD,
            timestamp=made_at,
        )
    except (RuntimeError, ValueError) as fault:
        raise PaperError(f"the PDF could not be set ({type(fault).__name__}): hand out the page") from None


class _Saying:
    """What is shown, and the words for it."""

    __slots__ = ("of", "shown")

    def __init__(self, shown: Shown) -> None:
        self.shown, self.of = shown, shown.document

    def say(self, name: str, **given: str | int) -> str:
        """Return a text of the page."""
        return self.shown.words.say(f"assessment.page.{name}", **given)


def _data(by: _Saying) -> _Told:
    of, words, looked_at = by.of, by.shown.words, by.shown.looked_at
    made_at = datetime.fromisoformat(of.measured_at)
    moment = "" if looked_at is None else words.moment(looked_at.astimezone(UTC))
    drift = by.shown.drift
    return {
        "document": {"language": of.language},
        "title": f"{by.say('title')}: {by.say('version', number=of.number)}",
        "year": made_at.year,
        "month": made_at.month,
        "day": made_at.day,
        "internal": by.say("internal") if of.audience == Audience.INTERNAL else None,
        "lead": by.say("lead"),
        "no-compliance": by.say("no-compliance"),
        "not-the-tool": by.say("not-the-tool"),
        "words": {name: by.say(name) for name in _WORDS},
        "facts": list(_facts(by)),
        "counts": [
            {
                "colour": colour.value,
                "said": words.say(f"assessment.colour.{colour.value}"),
                "help": words.say(f"assessment.colour-help.{colour.value}"),
                "many": str(of.counts[colour.value]),
            }
            for colour in Colour
        ],
        "drift-said": by.say("drift-lead" if drift else "drift-none", moment=moment) if moment else None,
        "drift": [{"title": one.title, "frozen": one.frozen, "now": one.now} for one in drift],
        "principles": [_principle(one, by) for one in of.principles],
    }


def _facts(by: _Saying) -> Iterator[tuple[str, str]]:
    of = by.of
    yield by.say("version", number=of.number), state_said(by.shown.version, by.shown.words)
    yield (
        by.say("measured", moment=of.measured_said),
        by.say("period", since=of.since, until=of.until),
    )
    yield (
        by.say("signed-off"),
        by.say("signed-by", role=of.signed_role) if of.signed_role else by.say("unsigned"),
    )
    if of.checkpoint is not None:
        found = of.checkpoint
        yield by.say("frozen-under"), by.say("checkpoint", log=found.log, size=found.size, root=found.root)
        yield by.say("machine-readable"), by.say("digest", digest=of.digest)


def _principle(one: PrincipleTold, by: _Saying) -> _Told:
    source = by.say("principle-source", source=one.source)
    return {
        "head": f"{by.say('principle', number=one.number)} {one.title}",
        "meaning": one.meaning,
        "source": source if one.verified else f"{source} {by.say('not-read')}",
        "questions": [_question(question, by) for question in one.questions],
    }


def _question(one: QuestionTold, by: _Saying) -> _Told:
    because = by.say("because", evidence=", ".join(one.verdict.because)) if one.verdict.because else ""
    answer = one.answer
    return {
        "head": f"{one.id}. {one.asks}",
        "colour": one.verdict.colour,
        "said": one.verdict.said,
        "why": f"{one.verdict.why_said}. {because}".strip(),
        "answer": by.say("no-answer") if answer is None else f"{answer.said}. {answer.words}",
        "good": f"{by.say('good')}: {one.good}",
        "evidence": [_evidence(found, by) for found in one.evidence],
        "actions": [_action(by.shown.actions.get(action.id, action), by) for action in one.actions],
    }


def _evidence(one: EvidenceTold, by: _Saying) -> _Told:
    dated = by.say("dated", moment=one.dated_said) if one.dated else by.say("not-dated")
    told = [by.say("source", source=one.source), dated]
    if one.fresh_days is not None:
        told.append(by.say("fresh", days=one.fresh_days))
    return {
        "title": one.title,
        "standing": "not-applicable" if one.empty else one.standing,
        "standing_said": one.standing_said,
        "sentence": one.sentence,
        "numbers": [(number.label, number.said) for number in one.numbers],
        "against": [_rule(rule, by) for rule in one.measured_against],
        "source": ". ".join(told) + ".",
    }


def _rule(one: YardstickTold, by: _Saying) -> str:
    verified = by.say("verified" if one.verified else "unverified")
    return f"{one.label}: {one.value}, {verified}. {one.grounds}"


def _action(one: ActionTold, by: _Saying) -> _Told:
    carried = f" ({by.say('carried', number=one.carried)})" if one.carried else ""
    done = by.say("action-open")
    if one.done_on is not None:
        done = f"{by.say('action-done-on', day=one.done_said)}: {one.done_words}"
    facts: _Pairs = [
        (by.say("action-owner"), one.owner),
        (by.say("action-due"), one.due_said),
        (by.say("action-done"), done),
    ]
    return {"what": one.what + carried, "facts": facts}


@lru_cache(maxsize=1)
def _template() -> bytes:
    return resources.files("openanpr.publish.assessment").joinpath("page.typ").read_bytes()
