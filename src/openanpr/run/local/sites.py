"""`openanpr sites ...`: the case for a camera, from its draft to its review, over the node's socket."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, Final

from openanpr.run.exit_code import ExitCode, RefusedError
from openanpr.run.local.new_file import write_new
from openanpr.run.local.site_template import FORMS, template
from openanpr.run.local.verb import BY, WHY, Show, Take, Verb, add_group, fields, refused, rows

_MOST_BYTES: Final = 2**20
_SITE = Take("site", "the id of the site", path=True)
_ONE = "/sites/{site}"


def _text_of(path: str) -> str:
    """Return what is in the file of a case; raises RefusedError."""
    try:
        body = Path(path).read_bytes()
        text = body.decode("utf-8")
    except OSError as fault:
        raise RefusedError(f"{path} cannot be read: {fault.strerror}") from fault
    except UnicodeDecodeError as fault:
        raise RefusedError(f"{path} is no text: begin one with openanpr sites template") from fault
    if len(body) > _MOST_BYTES:
        raise RefusedError(f"{path} has more than {_MOST_BYTES // 2**20} MiB")
    return text


_CASE = Take("--case", "the file of the case (TOML)", required=True, reads=_text_of)
_CAMERA = Take("--camera", "the camera, as 53/1/7", required=True)
_ON = Take("--on", "the day, such as 2026-11-30", required=True)


def _list(answer: Any) -> str:  # noqa: ANN401 - JSON
    lines = [{**one, "standing": ", ".join(one["standing"]), "due": _day(one["due"])} for one in answer]
    columns = ("site", "state", "form", "cameras", "standing", "due", "days_left", "title")
    return rows(*columns, nothing="no site: draft one with openanpr sites draft")(lines)


def _cameras(answer: Any) -> str:  # noqa: ANN401 - as above
    lines = [{**one, "due": _day(one["due"]), "until": _day(one["until"])} for one in answer]
    columns = ("camera", "standing", "cause", "due", "until", "days_left", "site")
    return rows(*columns, nothing="no camera")(lines)


def _day(at: str | None) -> str:
    return "" if at is None else at[:10]


def _missing(answer: Any) -> str:  # noqa: ANN401 - as above
    return "\n".join(answer["missing"]) or "nothing is missing"


def _state(answer: Any) -> str:  # noqa: ANN401 - as above
    """Say where the site stands after a step, and what is lacking while it is written."""
    told = f"site {answer['site']}: {answer['state']}"
    if answer["state"] not in {"draft", "sent-back"}:
        return told
    return "\n".join([told, *(f"- {one}" for one in answer["missing"])])


def _tested(answer: Any) -> str:  # noqa: ANN401 - as above
    last = answer["steps"][-1]
    lines = [{**one, "why": "; ".join(one["why"])} for one in last["tested"]]
    table = rows("camera", "result", "plates", "capture", "read", "test_id", "why")(lines)
    return f"{_state(answer)}\n{table}"


def _stays(answer: Any) -> str:  # noqa: ANN401 - as above
    lines = [
        {**one, **{name: _day(one[name]) for name in ("since", "due", "ended")}} for one in answer["stays"]
    ]
    return f"{_state(answer)}\n{rows('camera', 'since', 'due', 'ended', nothing='no camera is up')(lines)}"


def _checked(answer: Any) -> str:  # noqa: ANN401 - as above
    found = answer["checked"]
    near = rows("camera", "near", "at_most_m", "reads", "share", nothing="no other camera is near")
    head = f"within {found['within_m']} m; traffic of {found['days']} days within {found['minutes']} minutes"
    return f"{_state(answer)}\n{head}\n{near(found['near'])}"


def _contribution(answer: Any) -> str:  # noqa: ANN401 - as above
    bands = [{"what": name, "count": band} for name, band in answer["bands"].items()]
    held = rows("measure", "at_least", "band", "came", nothing="nothing was expected")(answer["held"])
    days = f"of {answer['asked_days']} days, {answer['days']} could be counted"
    return f"{days}\n{rows('what', 'count')(bands)}\n{held}"


def _show(answer: Any) -> str:  # noqa: ANN401 - as above
    head = fields("site", "title", "form", "state", "area", "confidential", "cameras", "standing", "due")(
        answer
    )
    steps = rows("number", "step", "at", "by", "on", "why")(answer["steps"])
    said = answer["case"]
    texts = [f"{name}: {said[name].strip()}" for name in _TEXTS if said[name] and said[name].strip()]
    parts = [head, *texts, *_parts(said), steps, *(f"- {one}" for one in answer["missing"])]
    return "\n".join(parts)


def _parts(said: Any) -> list[str]:  # noqa: ANN401 - as above
    claims = [f"ground {one['ground']}: {len(one['evidence'])} pieces of evidence" for one in said["claims"]]
    others = [f"intrudes {one['than']}: {one['what']} ({one['why_not']})" for one in said["alternatives"]]
    expected = [f"expected: {one['at_least']} {one['measure']} a year" for one in said["expected"]]
    asked = [f"consulted on {one['on']}: {one['who']}" for one in said["consulted"]]
    dpia = said["dpia"]
    kept = [] if dpia is None else [f"impact assessment {dpia['reference']} of {dpia['on']} by {dpia['by']}"]
    return [*claims, *others, *expected, *kept, *asked]


_TEXTS: Final = (
    "need",
    "assessment",
    "doing_nothing",
    "local_views",
    "wider_views",
    "duplication",
    "vehicles",
    "driven_for",
)


def _step(name: str, help_: str, *takes: Take, show: Show = _state) -> Verb:
    return Verb(name, help_, "POST", f"{_ONE}/{name}", show, (_SITE, *takes, BY))


SITES = (
    Verb("list", "all sites, with what falls due", "GET", "/sites", _list),
    Verb(
        "cameras",
        "what each camera of the register may deliver, by what, and until when",
        "GET",
        "/sites/cameras",
        _cameras,
    ),
    Verb("show", "a site and its case, without places", "GET", _ONE, _show, (_SITE,)),
    Verb(
        "places",
        "where the cameras of a site stand: logged as a look",
        "GET",
        f"{_ONE}/places",
        rows("camera", "place", "looks", nothing="it says nothing of places"),
        (_SITE,),
    ),
    Verb("missing", "what a case lacks before it can be submitted", "GET", _ONE, _missing, (_SITE,)),
    Verb("draft", "begin a site with the draft of its case", "POST", "/sites", _state, (_CASE, BY)),
    Verb(
        "revise",
        "put another text of the case in the place of the last",
        "POST",
        f"{_ONE}/case",
        _state,
        (_SITE, _CASE, BY),
    ),
    _step("check", "hold the site against cameras that are there: distance, shared traffic", show=_checked),
    _step("submit", "put a whole case before an authorising officer"),
    _step("authorise", "authorise a site that somebody else submitted"),
    _step("send-back", "send a case back to who wrote it", WHY),
    _step("refuse", "refuse a case, which ends it", WHY),
    _step("installed", "say on which day the cameras were put up", _ON),
    _step("commission", "judge the cameras' newest tests; the site stands where all pass", show=_tested),
    _step(
        "move",
        "say where a moveable camera stands since a day: its stay elsewhere ends",
        _CAMERA,
        _ON,
        Take("--lat", "latitude in degrees", required=True, kind=float),
        Take("--lon", "longitude in degrees", required=True, kind=float),
        Take("--looks", "what it looks at from there, and what not", required=True),
        show=_stays,
    ),
    _step("take-down", "say that a moveable camera was taken down", _CAMERA, _ON, show=_stays),
    _step(
        "dpia-reviewed",
        "say that the impact assessment was gone through again",
        _ON,
        Take("--reviewer", "who went through it", required=True),
        Take("--found", "what came of it", required=True),
    ),
    Verb(
        "contribution",
        "what the cameras of a site brought in the last year, in bands",
        "GET",
        f"{_ONE}/contribution",
        _contribution,
        (_SITE,),
    ),
    _step(
        "review",
        "write the review of a year; what the site contributed is added",
        Take("--need-now", "the need as it is now", required=True),
        Take("--effect", "what the cameras changed, for better and worse", required=True),
    ),
    _step("renew", "renew a site that somebody else reviewed", WHY),
    _step("lapse", "let a site lapse that somebody else reviewed, from a day on", _ON, WHY),
    _step("withdraw", "withdraw a case or a site, which ends it", WHY),
)


def add_sites(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Add the commands to argparse's `commands`."""
    group = add_group(commands, "sites", "the case for each camera: need, authority, test, review", SITES)
    help_ = "write a file to begin a case with"
    one = group.add_parser("template", help=help_, description=help_, allow_abbrev=False)
    one.add_argument("--form", metavar="FORM", required=True, choices=FORMS, help=", ".join(FORMS))
    one.add_argument("--to", metavar="FILE", type=Path, help="a new file (default: it is printed)")
    one.set_defaults(command=_template)


def _template(arguments: argparse.Namespace) -> int:
    text = template(arguments.form)
    if arguments.to is None:
        print(text, end="")
        return ExitCode.DONE
    try:
        write_new(arguments.to, text.encode())
    except RefusedError as refusal:
        return refused(refusal)
    print(f"begun: {arguments.to}")
    return ExitCode.DONE
