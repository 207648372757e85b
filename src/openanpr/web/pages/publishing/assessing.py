"""The forms of the self assessment: a draft begun, questions answered, actions planned, done, published."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from openanpr.policy.ask import Act
from openanpr.publish.assessment.answer import MOST_LINE, MOST_WORDS, AnswerKind
from openanpr.publish.assessment.document import ActionTold, QuestionTold
from openanpr.publish.assessment.version import State
from openanpr.web.pages.administration.act_form import ActForm, ActPage, Choice, Field, NoFields
from openanpr.web.pages.inside import Inside, Question
from openanpr.web.pages.publishing.assessment_told import (
    ONE,
    SECTION,
    VersionHead,
    WholeVersion,
    place_of,
    whole,
)
from openanpr.web.pages.route import Answer, SeeOther, Visit

_ANSWERS: Final = {
    AnswerKind.YES: "Yes",
    AnswerKind.PARTLY: "Partly",
    AnswerKind.NO: "No",
    AnswerKind.NOT_APPLICABLE: "It does not apply",
}
Words = Annotated[str, Meta(min_length=1, max_length=MOST_WORDS)]
Line = Annotated[str, Meta(min_length=1, max_length=MOST_LINE)]


class AnswerFields(Struct, frozen=True):
    """An answer."""

    answer: AnswerKind
    words: Words


class PlanFields(Struct, frozen=True):
    """What is to be done, by which post and by when."""

    what: Words
    owner: Line
    due: date


class DoneFields(Struct, frozen=True):
    """What was done, and when."""

    words: Words
    on: date


def assessment_acts(inside: Inside) -> tuple[ActForm, ...]:
    """Return what is done to an assessment, but for its sign-off."""
    write = Act.WRITE_ASSESSMENT
    question = f"{ONE}/questions/{{question}}"
    action = f"{ONE}/actions/{{action}}"
    return (
        _begins(),
        ActForm(
            f"{question}/answer", write, partial(_answering, inside), AnswerFields, _answers, _to_question
        ),
        ActForm(f"{question}/plan", write, partial(_planning, inside), PlanFields, _plans, _to_question),
        ActForm(
            f"{action}/change",
            write,
            partial(_replanning, inside),
            PlanFields,
            partial(_replans, inside),
            _to_plan,
        ),
        ActForm(f"{action}/done", write, partial(_finishing, inside), DoneFields, _finishes, _to_plan),
        ActForm(
            f"{ONE}/publish",
            Act.PUBLISH_ASSESSMENT,
            partial(_publishing, inside),
            NoFields,
            _publishes,
            _to_version,
        ),
    )


def _begins() -> ActForm:
    says = ActPage(
        "Begin a draft",
        (
            "A draft begins with the actions that are still open, and without answers.",
            "Last year's answers are not this year's.",
        ),
        "Begin it",
        SECTION,
        SECTION,
    )

    def done(_: Visit, told: bytes) -> Answer:
        return SeeOther(f"{SECTION}/{msgspec.json.decode(told, type=VersionHead).number}")

    begin = Question("POST", "/assessments", form={})
    return ActForm(
        "/assessment-new", Act.WRITE_ASSESSMENT, lambda _: says, NoFields, lambda _, __: begin, done
    )


def _asked(inside: Inside, visit: Visit) -> tuple[WholeVersion, QuestionTold]:
    told = whole(inside, visit)
    one = told.questions.get(visit.place("question"))
    if one is None or told.state is not State.DRAFT:
        raise LookupError("there is no such question in a draft: what was signed stays as it is")
    return told, one


def _says_evidence(one: QuestionTold) -> Iterator[str]:
    """Yield what the evidence of a question says: the answer is written beside it."""
    yield f"It stands well where: {one.good}"
    for found in one.evidence:
        yield f"{found.title} ({found.standing_said.lower()}): {found.sentence}"


def _answering(inside: Inside, visit: Visit) -> ActPage:
    told, one = _asked(inside, visit)
    given = one.answer
    return ActPage(
        one.asks,
        tuple(_says_evidence(one)),
        "Save the answer",
        _back(told, one.id),
        SECTION,
        about=f"Question {one.id}",
        fields=(
            Field(
                "answer",
                "The answer",
                "Choose an answer",
                "one-of",
                choices=tuple(Choice(kind.value, text) for kind, text in _ANSWERS.items()),
                begins="" if given is None else given.kind,
            ),
            Field(
                "words",
                "In your words",
                f"Write some text of at most {MOST_WORDS:,} characters",
                "long",
                "It is published: no names, no places, no number plates.",
                begins="" if given is None else given.words,
                rows=6,
            ),
        ),
    )


def _back(told: WholeVersion, question: str) -> str:
    return f"{told.path}/principles/{told.principle_of(question)}#q-{question}"


def _plan_fields(one: ActionTold | None) -> tuple[Field, ...]:
    return (
        Field(
            "what",
            "What is to be done",
            f"Say what is to be done, in at most {MOST_WORDS:,} characters",
            "long",
            "It is published.",
            begins="" if one is None else one.what,
        ),
        Field(
            "owner",
            "By whom",
            "Say by which post",
            hint="A post and no name, such as ANPR manager: it is published.",
            width=30,
            begins="" if one is None else one.owner,
        ),
        Field(
            "due", "By when", "Enter the day, such as 30 6 2027", "day", begins="" if one is None else one.due
        ),
    )


def _planning(inside: Inside, visit: Visit) -> ActPage:
    told, one = _asked(inside, visit)
    lead = (f"{one.verdict.said}: {one.verdict.why_said}.", *_says_evidence(one))
    return ActPage(
        "Plan an action",
        lead,
        "Save the action",
        _back(told, one.id),
        SECTION,
        about=f"Question {one.id}: {one.asks}",
        fields=_plan_fields(None),
    )


def _action(inside: Inside, visit: Visit) -> tuple[WholeVersion, ActionTold]:
    told = whole(inside, visit)
    one = next((one for one in told.plan if one.id == visit.place("action")), None)
    if one is None or one.done_on is not None:
        raise LookupError("this version has no such action that is still to be done")
    return told, one


def _replanning(inside: Inside, visit: Visit) -> ActPage:
    told, one = _action(inside, visit)
    if told.state is not State.DRAFT:
        raise LookupError("what was signed stays as it is: an action can be said to be done")
    return ActPage(
        "Change an action",
        (),
        "Save the action",
        f"{told.path}#plan",
        SECTION,
        about=f"Action {one.id}",
        fields=_plan_fields(one),
    )


def _finishing(inside: Inside, visit: Visit) -> ActPage:
    told, one = _action(inside, visit)
    today = told.today
    return ActPage(
        "Say that an action was done",
        (one.what, f"By {one.owner}, by {one.due_said}."),
        "It was done",
        f"{told.path}#plan",
        SECTION,
        about=f"Action {one.id}",
        fields=(
            Field(
                "words",
                "What was done",
                f"Say what was done, in at most {MOST_WORDS:,} characters",
                "long",
                "It is published.",
            ),
            Field("on", "When", "Enter the day, such as 3 3 2027", "day", begins=today),
        ),
    )


def _publishing(inside: Inside, visit: Visit) -> ActPage:
    told = whole(inside, visit)
    if told.state is not State.SIGNED:
        raise LookupError("only what was signed and is not published yet is published")
    return ActPage(
        f"Publish version {told.number}",
        (
            f"It was signed by {told.signed_by}. The public site shows it within the minute.",
            "The version before it is superseded. It cannot be taken back.",
        ),
        "Publish it",
        told.path,
        SECTION,
    )


def _answers(visit: Visit, form: AnswerFields) -> Question:
    said = {"question": visit.place("question"), "answer": form.answer, "words": form.words}
    return Question("POST", "/assessments/{number:int}/answers", place_of(visit), form=said)


def _plans(visit: Visit, form: PlanFields) -> Question:
    said = {"question": visit.place("question"), **msgspec.structs.asdict(form)}
    return Question("POST", "/assessments/{number:int}/actions", place_of(visit), form=said)


def _replans(inside: Inside, visit: Visit, form: PlanFields) -> Question:
    told, one = _action(inside, visit)
    question = next(
        asked.id for asked in told.questions.values() if one.id in {act.id for act in asked.actions}
    )
    said = {"question": question, "action": one.id, **msgspec.structs.asdict(form)}
    return Question("POST", "/assessments/{number:int}/actions", place_of(visit), form=said)


def _finishes(visit: Visit, form: DoneFields) -> Question:
    place = {"action": visit.place("action")}
    return Question("POST", "/assessments/actions/{action}/done", place, form=msgspec.structs.asdict(form))


def _publishes(visit: Visit, _: Struct) -> Question:
    return Question("POST", "/assessments/{number:int}/publish", place_of(visit), form={})


def _to_question(visit: Visit, _: bytes) -> Answer:
    principle = "".join(one for one in visit.place("question") if one.isdigit())
    path = f"{SECTION}/{visit.place('number')}/principles/{principle}"
    return SeeOther(f"{path}#q-{visit.place('question')}")


def _to_version(visit: Visit, _: bytes) -> Answer:
    return SeeOther(f"{SECTION}/{visit.place('number')}")


def _to_plan(visit: Visit, _: bytes) -> Answer:
    return SeeOther(f"{SECTION}/{visit.place('number')}#plan")
