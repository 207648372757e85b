"""`openanpr assessment ...`: the self assessment, its evidence, its plan, its sign-off, and copies of it."""

from __future__ import annotations

import argparse
import base64
from pathlib import Path
from typing import Any

from openanpr.run.exit_code import ExitCode, RefusedError
from openanpr.run.local.new_file import write_new
from openanpr.run.local.verb import BY, Take, Verb, add_data, add_group, data_of, harmless, refused, rows

_NUMBER = Take("number", "the number of the assessment", path=True, kind=int)
_QUESTION = Take("question", "the question, such as 6b")
_HEADS = ("number", "state", "answers", "actions_open", "signed_at", "published_at", "digest")
_ANSWERS = ("yes", "partly", "no", "not-applicable")


def _head(answer: Any) -> str:  # noqa: ANN401 - JSON
    return f"assessment {answer['number']}: {answer['state']}, {answer['answers']} answers"


def _evidence(answer: Any) -> str:  # noqa: ANN401 - JSON
    return "\n\n".join(_one(found) for found in answer)


def _one(found: Any) -> str:  # noqa: ANN401 - JSON
    lines = [f"{found['name']}: {found['standing_said'].upper()}. {found['sentence']}"]
    lines += [f"  {number['label']}: {number['said']}" for number in found["numbers"]]
    for rule in found["measured_against"]:
        state = "read at its source" if rule["verified"] else "NOT VERIFIED"
        lines.append(f"  measured against {rule['label']}: {rule['value']} ({state}; {rule['grounds']})")
    dated = f", dated {found['dated']}" if found["dated"] else ""
    lines.append(f"  from {found['source']}{dated}")
    return "\n".join(lines)


def _whole(answer: Any) -> str:  # noqa: ANN401 - JSON
    document = answer["document"]
    lines = [f"{_head(answer)}, measured {document['measured_at']}"]
    plan = {act["id"]: act for act in answer["plan"]}
    for principle in document["principles"]:
        lines.append(f"\n{principle['number']}. {principle['title']}")
        lines += [_question(question, plan) for question in principle["questions"]]
    counts = ", ".join(f"{many} {colour}" for colour, many in document["counts"].items() if many)
    lines.append(f"\n{counts}")
    lines += [f"now otherwise: {one['title']}: {one['frozen']} -> {one['now']}" for one in answer["drift"]]
    if answer["code"]:
        lines.append(
            f"to sign what you see here: openanpr assessment sign {answer['number']} --seen {answer['code']}"
        )
    return "\n".join(lines)


def _question(one: Any, plan: dict[str, Any]) -> str:  # noqa: ANN401 - as above
    verdict, answer = one["verdict"], one["answer"]
    said = "no answer" if answer is None else f"{answer['said']}: {answer['words']}"
    lines = [
        f"  {one['id']} {verdict['said'].upper()} ({verdict['why_said']}) {one['asks']}",
        f"     {said}",
        *(f"     {found['standing_said']}: {found['sentence']}" for found in one["evidence"]),
        *(
            f"     action {act['id']}: {act['what']} ({act['owner']}, "
            f"{'done ' + act['done_on'] if act['done_on'] else 'by ' + act['due']})"
            for act in (plan.get(frozen["id"], frozen) for frozen in one["actions"])
        ),
    ]
    return "\n".join(lines)


def _compared(answer: Any) -> str:  # noqa: ANN401 - as above
    lines = [f"from assessment {answer['before']} to {answer['after']}:"]
    for one in answer["questions"]:
        lines += [f"  {one['id']} {one['asks']}", *_question_turn(one)]
    lines += [f"  {name} is not asked any more" for name in answer["asked_no_more"]]
    return "\n".join(lines) if len(lines) > 1 else "nothing changed"


def _question_turn(one: Any) -> list[str]:  # noqa: ANN401 - as above
    lines = [f"     {name}: {_turn(one[name])}" for name in ("answer", "verdict") if one[name]]
    if one["words_changed"] and not one["answer"]:
        lines.append("     the words of the answer are others")
    for found in one["evidence"]:
        standing = found["standing"]
        lines.append(f"     {found['title']}: {_turn(standing) if standing else 'stands as it did'}")
        lines += [f"       {number['label']}: {_turn(number)}" for number in found["numbers"]]
    named = ("planned", "done", "dropped")
    return lines + [f"     actions {name}: {', '.join(one[name])}" for name in named if one[name]]


def _turn(one: Any) -> str:  # noqa: ANN401 - as above
    return f"{one['before'] or 'none'} -> {one['after'] or 'none'}"


VERBS = (
    Verb("list", "all assessments, drafts too", "GET", "/assessments", rows(*_HEADS)),
    Verb("evidence", "what each piece of evidence shows now", "GET", "/assessments/evidence", _evidence),
    Verb(
        "show",
        "an assessment with its evidence, and what stands otherwise now than when it was frozen",
        "GET",
        "/assessments/{number}",
        _whole,
        (_NUMBER,),
    ),
    Verb(
        "draft",
        "begin an assessment, with the actions that are still open of the last one",
        "POST",
        "/assessments",
        _head,
        (BY,),
    ),
    Verb(
        "answer",
        "answer a question; the words are published",
        "POST",
        "/assessments/{number}/answers",
        _head,
        (
            _NUMBER,
            _QUESTION,
            Take("--answer", "yes, partly, no or not-applicable", required=True, choices=_ANSWERS),
            Take("--words", "what there is to say, without names, places and plates", required=True),
            BY,
        ),
    ),
    Verb(
        "action",
        "plan what is to be done about a question; all of it is published",
        "POST",
        "/assessments/{number}/actions",
        lambda answer: f"action {answer['action']} is in the plan of assessment {answer['number']}",
        (
            _NUMBER,
            _QUESTION,
            Take("--what", "what is to be done", required=True),
            Take("--owner", "the post that is to do it, and no name", required=True),
            Take("--due", "the day by which, as 2027-06-30", required=True),
            Take("--action", "the action that this one takes the place of", default=""),
            BY,
        ),
    ),
    Verb(
        "done",
        "say that an action was done",
        "POST",
        "/assessments/actions/{action}/done",
        lambda answer: "\n".join(map(_head, answer)),
        (
            Take("action", "the action, such as 1.3", path=True),
            Take("--words", "what was done", required=True),
            Take("--on", "the day, as 2027-06-30 (default: today)"),
            BY,
        ),
    ),
    Verb(
        "sign",
        "sign an assessment off: its evidence is frozen as it stands",
        "POST",
        "/assessments/{number}/sign",
        lambda answer: f"{_head(answer)}, SHA-256 {answer['digest']}",
        (_NUMBER, Take("--seen", "the code that 'assessment show' gave", required=True), BY),
    ),
    Verb(
        "publish",
        "publish what was signed; the one before is superseded",
        "POST",
        "/assessments/{number}/publish",
        _head,
        (_NUMBER, BY),
    ),
    Verb(
        "compare",
        "what changed from another assessment to this one",
        "GET",
        "/assessments/{number}/compare",
        _compared,
        (_NUMBER, Take("--with", "the number of the other one", required=True, kind=int, query=True)),
    ),
)


def add_assessment(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Add the commands to argparse's `commands`."""
    inner = add_group(commands, "assessment", "the self assessment, bound to what the node measures", VERBS)
    told = "save an assessment as a file: what is published, or with all counts for those inside"
    export = inner.add_parser("export", help=told, description=told, allow_abbrev=False)
    export.add_argument("number", metavar="NUMBER", type=int, help=_NUMBER.help)
    export.add_argument("--to", metavar="FILE", type=Path, required=True, help="a file that is not there yet")
    export.add_argument("--form", choices=("json", "html", "pdf"), default="json", help="json, html or pdf")
    export.add_argument(
        "--audience",
        choices=("public", "internal"),
        default="public",
        help="public (small counts hidden) or internal",
    )
    export.add_argument("--language", metavar="LANGUAGE", default="en", help="its language (default: en)")
    add_data(export)
    export.set_defaults(command=_export)


def _export(arguments: argparse.Namespace) -> int:
    from openanpr.run.local.ask import ask  # noqa: PLC0415 - loads httpx

    query = {name: getattr(arguments, name) for name in ("form", "audience", "language")}
    try:
        answer = ask(data_of(arguments), "GET", f"/assessments/{arguments.number}/export", query=query)
        write_new(arguments.to, base64.b64decode(answer["body"]))
    except RefusedError as refusal:
        return refused(refusal)
    print(
        f"{arguments.to}: {answer['media_type']}, of the document with SHA-256 {harmless(answer['digest'])}"
    )
    return ExitCode.DONE
