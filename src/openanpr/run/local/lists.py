"""`openanpr lists ...`: lists of vehicles of interest."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from openanpr.run.local.verb import BY, WHY, Show, Take, Verb, add_group, fields, rows

_NAME = Take("name", "the list's name", path=True)
_NUMBER = Take("number", "the proposal's number", path=True, kind=int)
_STANDING = ("name", "kind", "entries", "revision", "as_of", "stale", "why_stale", "owner")


def _file(text: str) -> str:
    return str(Path(text).resolve())


def _profile(text: str) -> str:
    return _file(text) if text.endswith(".toml") else text


def _show_proposal(answer: Any) -> str:  # noqa: ANN401 - JSON
    diff: dict[str, int] = answer.get("diff") or {}
    told = ", ".join(f"{diff.get(name, 0)} {name}" for name in ("added", "changed", "removed", "refused"))
    lines = [
        f"proposal {answer['number']} for {answer['list']} ({answer['kind']}): {answer['state']}, {told}"
    ]
    lines += [f"  a person must approve it: {why}" for why in answer.get("asks", ())]
    if answer["state"] == "ready":
        lines.append(f"  approve it as another person: openanpr lists approve {answer['number']} --by NAME")
    return "\n".join(lines)


def _show_import(answer: Any) -> str:  # noqa: ANN401 - JSON
    if answer["proposal"] is None:
        return f"{answer['state']}: the list stays as it is"
    return f"{answer['rows']} rows, {answer['state']}\n{_show_proposal(answer['proposal'])}"


def _show_whole(answer: Any) -> str:  # noqa: ANN401 - JSON
    lines = [_show_proposal(answer)]
    for change, found in answer.get("rows", {}).items():
        lines += [f"  {change}: {_diff_row(row)}" for row in found]
    lines += [f"  line {row['line']} refused: {row['reason']}" for row in answer.get("quarantine", ())]
    return "\n".join(lines)


def _diff_row(row: Any) -> str:  # noqa: ANN401 - JSON
    """Return what a person has to know of an entry to decide, and of a changed one what becomes of what."""
    before, after = row["before"], row["after"]
    of = after or before
    seen = f"covert, for {', '.join(of['seen_by']) or 'the owner of the list'}" if of["covert"] else ""
    told = " ".join(part for part in (of["vrm"], of["action"], of["reason"], seen) if part)
    if not (before and after):
        return told
    changed = [name for name in after if after[name] != before[name] and name != "source_at"]
    return f"{told}: {'; '.join(f'{n} {_said(before[n])} -> {_said(after[n])}' for n in changed)}"


def _said(value: Any) -> str:  # noqa: ANN401 - JSON
    names = cast("list[str]", value) if isinstance(value, list) else [str(value or "")]
    return ", ".join(names) or "nothing"


def _holders(answer: Any) -> str:  # noqa: ANN401 - JSON
    shown: Show = rows("device", "revision", "at", nothing="no device has said what it holds")
    return f"revision {answer['revision']}\n{shown(answer['holders'])}"


_ENTRY = (
    Take("--vrm", "the mark, with ? and * for what is not known", required=True),
    Take(
        "--action",
        "what is asked for",
        required=True,
        choices=("stop", "silent", "assess", "intelligence"),
    ),
    Take("--reason", "why the vehicle is looked for", required=True),
    Take("--owner", "who answers for the entry", required=True),
    Take("--weed-on", "the last day of its use, as 2026-12-24", required=True),
    Take("--priority", "high, medium or low", default="medium", choices=("high", "medium", "low")),
    *(
        Take(f"--{name}", f"its {name.replace('-', ' ')}", default="")
        for name in (
            "make",
            "model",
            "colour",
            "warning-markers",
            "information",
            "force-area",
            "grading",
        )
    ),
    Take("--protective-marking", "its protective marking", default=""),
    Take("--pnc-id", "its PNC id", default=""),
    Take("--source", "where it comes from", default=""),
    Take("--review-on", "the day on which its owner looks again"),
    Take("--covert", "only the people named by --seen-by may know of it", switch=True),
    Take("--seen-by", "a person or team that may see a covert entry", many=True),
)
"""What is said of an entry by hand."""

VERBS = (
    Verb("show", "show all lists and how fresh they are", "GET", "/lists", rows(*_STANDING)),
    Verb(
        "define",
        "define a list, or say anew what it is for",
        "POST",
        "/lists",
        fields(*_STANDING),
        (
            Take("--name", "its name", required=True),
            Take("--owner", "who answers for it", required=True),
            Take("--purpose", "what it is for", required=True),
            Take("--legal-basis", "the law that allows it", required=True),
            Take("--kind", "mass or crime", required=True, choices=("mass", "crime")),
            Take(
                "--visible-to",
                "a role that may see it, or 'devices'; may be given again",
                required=True,
                many=True,
            ),
            Take("--max-age-hours", "how old it may be before it is stale (none: kept by hand)", kind=float),
        ),
    ),
    Verb(
        "import",
        "bring in a file",
        "POST",
        "/imports",
        _show_import,
        (
            Take("path", "the file", kind=_file),
            Take(
                "--profile",
                "how it is read: a shipped profile, or the path of one",
                default="sixteen-columns",
                kind=_profile,
            ),
            Take("--list", "the list that it fills (default: the profile's)", default=""),
            Take("--kind", "full or delta", default="full", choices=("full", "delta")),
            Take("--source-at", "when its contents were true, as 2026-11-22T08:00:00Z (default: now)"),
            Take("--feed-revision", "the source's number of it; -1: nothing changed", kind=int),
            Take("--feed-base", "the number that a delta starts from", kind=int),
            Take("--revive", "entries that were weeded or taken off may come back", switch=True),
            BY,
            WHY,
        ),
    ),
    Verb(
        "proposals",
        "what waits for a decision",
        "GET",
        "/proposals",
        rows("number", "list", "kind", "by", "why"),
    ),
    Verb("proposal", "one proposal with its diff", "GET", "/proposals/{number}", _show_whole, (_NUMBER,)),
    Verb(
        "approve",
        "approve a proposal of another person",
        "POST",
        "/proposals/{number}/approve",
        _show_proposal,
        (_NUMBER, BY),
    ),
    Verb(
        "refuse",
        "close a proposal without a change",
        "POST",
        "/proposals/{number}/refuse",
        _show_proposal,
        (_NUMBER, BY, WHY),
    ),
    Verb(
        "add",
        "ask for an entry by hand; another person approves it",
        "POST",
        "/lists/{name}/entries",
        _show_proposal,
        (
            _NAME,
            *_ENTRY,
            Take("--revive", "it may come back although it was weeded or taken off", switch=True),
            BY,
            WHY,
        ),
    ),
    Verb(
        "correct",
        "ask for another entry in the place of one that is wrong",
        "POST",
        "/lists/{name}/corrections",
        _show_proposal,
        (
            _NAME,
            Take("--of-vrm", "the mark of the wrong entry, as listed", required=True),
            Take("--of-pnc-id", "its PNC id", default=""),
            Take("--of-origin", "who put it in: feed or hand", default="feed", choices=("feed", "hand")),
            *_ENTRY,
            BY,
            WHY,
        ),
    ),
    Verb(
        "remove",
        "ask for an entry to be taken off",
        "POST",
        "/lists/{name}/removals",
        _show_proposal,
        (
            _NAME,
            Take("--vrm", "the mark as listed", required=True),
            Take("--pnc-id", "its PNC id", default=""),
            Take("--origin", "who put it in: feed or hand", default="feed", choices=("feed", "hand")),
            BY,
            WHY,
        ),
    ),
    Verb(
        "rollback",
        "ask to go back to an earlier revision",
        "POST",
        "/lists/{name}/rollback",
        _show_proposal,
        (_NAME, Take("--to", "the revision", required=True, kind=int), BY, WHY),
    ),
    Verb(
        "weed",
        "take off what is past its weed date",
        "POST",
        "/lists/{name}/weeding",
        _show_proposal,
        (_NAME, BY),
    ),
    Verb(
        "history",
        "the revisions and who answers for each",
        "GET",
        "/lists/{name}/history",
        rows("number", "kind", "at", "entries", "proposed_by", "approved_by", "why"),
        (_NAME,),
    ),
    Verb(
        "review",
        "entries that their owner must look at again",
        "GET",
        "/lists/{name}/review",
        rows("review_on", "vrm", "owner", "weed_on", "overdue", "reminders"),
        (_NAME,),
    ),
    Verb("holders", "which device holds which revision", "GET", "/lists/{name}/holders", _holders, (_NAME,)),
    Verb(
        "gone",
        "what became of entries of a mark that left the list",
        "GET",
        "/lists/{name}/tombstones/{vrm}",
        rows(
            "at",
            "gone_by",
            "by",
            "why",
            "revision",
            "lifted",
            nothing="no entry of this mark ever left the list",
        ),
        (_NAME, Take("vrm", "the mark as it was listed", path=True)),
    ),
)


def add_lists(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Add the commands to argparse's `commands`."""
    add_group(commands, "lists", "lists of vehicles of interest: define, import, approve, look", VERBS)
