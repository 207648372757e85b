"""`openanpr rights ...`: what the public asks and complains of, over the node's socket."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Final

from openanpr.run.exit_code import RefusedError
from openanpr.run.local.verb import AS, BY, Show, Take, Verb, add_group, fields, rows

_MOST_BYTES: Final = 2**16


def _words_of(path: str) -> str:
    """Return what is in a file, or typed where that is -; raises RefusedError.

    Words about people do not go on the command line: others of the machine could read them there.
    """
    try:
        body = sys.stdin.buffer.read(_MOST_BYTES + 1) if path == "-" else Path(path).read_bytes()
        text = body.decode("utf-8").strip()
    except OSError as fault:
        raise RefusedError(f"{path} cannot be read: {fault.strerror}") from fault
    except UnicodeDecodeError as fault:
        raise RefusedError(f"{path} is no text") from fault
    if len(body) > _MOST_BYTES or not text:
        raise RefusedError(f"{path} is empty, or has more than {_MOST_BYTES // 2**10} KiB")
    return text


_CASE: Final = Take("reference", "the reference of the case, such as 7KM3-F9PX", path=True)
_TEXT: Final = Take("--text", "the file with what is said, - to type it", required=True, reads=_words_of)
_ON: Final = Take("--on", "the day on which it came, such as 2026-11-30 (default: today)")
_KINDS: Final = ("question", "complaint", "access", "challenge", "correction")
_KIND: Final = Take("--kind", "what it is about", required=True, choices=_KINDS)
_VIA: Final = Take(
    "--via", "how it came", required=True, choices=("letter", "email", "telephone", "in-person")
)
_OUTCOMES: Final = (
    "answered", "upheld", "partly-upheld", "not-upheld",
    "refused", "withdrawn", "not-proved", "not-a-request",
)  # fmt: skip
_ONE: Final = "/rights/{reference}"


def _queue(answer: Any) -> str:  # noqa: ANN401 - JSON
    lines = [{**one, "standing": _standing(one)} for one in answer]
    columns = (
        "reference",
        "kind",
        "state",
        "standing",
        "received",
        "acknowledge_by",
        "answer_by",
        "assigned",
    )
    return rows(*columns, nothing="no case is open")(lines)


def _closed(answer: Any) -> str:  # noqa: ANN401 - as above
    lines = [{**one, "in_time": {True: "yes", False: "no", None: ""}[one["in_time"]]} for one in answer]
    columns = ("reference", "kind", "received", "answered", "in_time", "outcome")
    return rows(*columns, nothing="no case is closed")(lines)


def _standing(one: Any) -> str:  # noqa: ANN401 - as above
    if one["late"]:
        return "late"
    return "due soon" if one["due_soon"] else ""


def _whole(answer: Any) -> str:  # noqa: ANN401 - as above
    names = ("reference", "kind", "owner", "state", "received", "acknowledge_by", "answer_by", "assigned")
    about = [name for name in ("people", "teams") if answer[name]]
    said = [] if answer["forgotten"] else ["name", "contact", "vrm"]
    head = fields(*names, *said, *about, "possible")(answer)
    words = "what was written has been erased" if answer["forgotten"] else answer["text"]
    steps = rows("number", "step", "at", "by", "on", "kind", "to", "outcome", "text")(answer["steps"][1:])
    return "\n".join([head, words, steps] if len(answer["steps"]) > 1 else [head, words])


def _state(answer: Any) -> str:  # noqa: ANN401 - as above
    if "state" not in answer:
        return f"case {answer['reference']}: done; it is no longer yours to see"
    due = (
        f", to be answered by {answer['answer_by']}" if answer["answer_by"] and not answer["answered"] else ""
    )
    return f"case {answer['reference']}: {answer['state']}{due}"


def _opened(answer: Any) -> str:  # noqa: ANN401 - as above
    head = fields("reference", "code", "kind", "owner", "received", "answer_by")(answer)
    return f"{head}\ngive reference and code to whoever asked: the code is not shown again"


def _step(name: str, help_: str, *takes: Take, show: Show = _state) -> Verb:
    return Verb(name, help_, "POST", f"{_ONE}/{name}", show, (_CASE, *takes, BY))


RIGHTS: Final = (
    Verb("queue", "the cases that are not closed, late ones first", "GET", "/rights", _queue),
    Verb(
        "closed",
        "the cases that are closed",
        "GET",
        "/rights",
        _closed,
        (Take("--closed", "which ones", default="yes", choices=("yes",), query=True),),
    ),
    Verb("show", "a case with what was written: logged as a look", "GET", _ONE, _whole, (_CASE, AS)),
    Verb(
        "open",
        "write down a case that came by letter, e-mail, telephone or in person",
        "POST",
        "/rights",
        _opened,
        (
            _KIND,
            _VIA,
            Take("--text", "the file with what was asked, - to type it", required=True, reads=_words_of),
            Take("--name", "who asked"),
            Take("--contact", "how to reach them"),
            Take("--vrm", "the number plate, where it is about one"),
            _ON,
            BY,
        ),
    ),
    _step("acknowledge", "say that whoever asked was told that it came"),
    _step(
        "ask-identity",
        "say that proof of identity was asked for: of access and correction no day is due until it comes",
    ),
    _step(
        "identity-proved",
        "say how whoever asked proved who they are: what was shown, never a copy",
        _TEXT,
        _ON,
    ),
    _step("ask-information", "say what was asked for to find what is meant: those days do not count", _TEXT),
    _step("information-given", "say that it came", _ON),
    _step("assign", "give it to somebody", Take("--to", "their sign-in name", required=True)),
    _step(
        "exclude",
        "name whom the case is about: they never see it",
        Take("--people", "a sign-in name; may come several times", many=True),
        Take("--teams", "a team; may come several times", many=True),
    ),
    _step("note", "write a note", _TEXT),
    _step("tell", "record what whoever asked was told of how it goes", _TEXT),
    _step("move", "say that it is of another kind, and so of another owner", _KIND, _TEXT),
    _step("extend", "take the time that the law gives more, with the reasons that were told", _TEXT),
    _step("reply", "record the reply, or where it is kept", _TEXT),
    _step(
        "close",
        "close it with what came of it",
        Take("--outcome", "what came of it", required=True, choices=_OUTCOMES),
        Take("--text", "a file with a word on it, - to type it", reads=_words_of),
    ),
)


def add_rights(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Add the commands to argparse's `commands`."""
    add_group(commands, "rights", "what the public asks and complains of, each a case with its day", RIGHTS)
