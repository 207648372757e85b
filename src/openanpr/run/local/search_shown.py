"""Searches, answers and cases as lines for a person."""

from __future__ import annotations

from typing import Any

from openanpr.run.local.verb import fields, rows

_HEAD = ("search", "kind", "state", "category", "reference", "needs", "runs", "asked_at", "entry")


def meter(answer: Any) -> str:  # noqa: ANN401 - JSON
    """Return how much a question sweeps in, with narrower ways."""
    return "\n".join(_meter(answer["meter"]))


def search(answer: Any) -> str:  # noqa: ANN401 - JSON
    """Return one search with what was decided, and by which rules."""
    lines = [fields(*_HEAD)(answer), *_meter(answer["meter"])]
    lines.append(f"decided by: {', '.join(answer['rules'])}")
    remedies = answer["decision"].get("remedies", [])
    lines += [f"it would be allowed with: {'; '.join(one['steps'])}" for one in remedies]
    if answer["why"]:
        lines.append(f"why: {answer['why']}")
    if answer["state"] == "ready":
        lines.append(f"run it: openanpr search run {answer['search']}")
    return "\n".join(lines)


def searches(answer: Any) -> str:  # noqa: ANN401 - JSON
    """Return searches as a table."""
    return rows("search", "kind", "state", "reference", "asked_at", "rows", nothing="no search")(
        answer["searches"]
    )


def brief(answer: Any) -> str:  # noqa: ANN401 - JSON
    """Return what waits as a table."""
    table = rows(
        "search", "kind", "state", "category", "urgent", "team", "needs", "asked_at", nothing="nothing waits"
    )
    return table(answer["searches"])


def results(answer: Any) -> str:  # noqa: ANN401 - JSON
    """Return an answer as a table, with what goes with every answer."""
    lines = [f"search {answer['search']}, run {answer['run']}, entry {answer['entry']} of the audit log"]
    if answer["unconfirmed"]:
        lines.append("BY AN ORAL AUTHORITY THAT IS NOT CONFIRMED YET")
    lines.append(
        rows(*_columns(answer["rows"]), nothing="nothing was found")([_row(one) for one in answer["rows"]])
    )
    if answer["more"]:
        lines.append("There is more: a limit cut it short. Ask more narrowly.")
    if answer["chance"] is not None:
        listed = answer["chance"]["listed"]
        chance = "cannot be said" if listed is None else f"about {listed:.1f}"
        lines.append(f"{answer['chance']['passes']} passes; by traffic alone would be listed: {chance}")
    for one in answer["worked"]:
        worked = f"{one['hours_with_reads']} of {one['hours']} hours with reads"
        lines.append(f"could have seen it: {_camera(one['camera'])}, {worked}")
    lines += [_missed(leg, one) for leg in answer["legs"] for one in leg["missed"]]
    return "\n".join([*lines, *answer["caveats"]])


def whole_case(answer: Any) -> str:  # noqa: ANN401 - JSON
    """Return a case with what it holds and its notes."""
    held = rows("hold", "search", "reads", "oldest_on", "until", "at", nothing="it holds nothing")
    notes = rows("at", "text", nothing="no note")
    return "\n".join([fields()(answer["case"]), held(answer["holds"]), notes(answer["notes"])])


def _meter(told: Any) -> list[str]:  # noqa: ANN401 - JSON
    lines = [f"it sweeps in: {_figures(told['figures'])}; the oldest {told['oldest_days']} days old"]
    return lines + [f"narrower: {one['step']}: {_figures(one['figures'])}" for one in told["narrower"]]


def _figures(told: Any) -> str:  # noqa: ANN401 - JSON
    return (
        f"{told['cameras']} cameras, {told['days']} days, about {told['reads']} reads, "
        f"{told['vehicles']} vehicles of no interest"
    )


def _columns(found: list[Any]) -> tuple[str, ...]:
    kind = found[0]["row"] if found else "read"
    return {
        "read": ("number", "mark", "captured_at", "camera", "spelling", "confidence", "marks", "rivals"),
        "mark": ("number", "mark", "reads", "first_at", "last_at"),
        "common": ("number", "mark", "scenes", "reads"),
        "companion": ("number", "mark", "meetings", "by_chance", "cameras", "days", "marks", "seen"),
    }[kind]


def _row(one: Any) -> Any:  # noqa: ANN401 - JSON
    if one["row"] == "companion":
        seen = [f"{it['at']} {_camera(it['camera'])} {it['after_s']:+.0f} s" for it in one["seen"]]
        marks = ["may be it, misread"] if one["alike"] else []
        return {**one, "by_chance": f"{one['by_chance']:.1f}", "marks": marks, "seen": seen}
    if one["row"] != "read":
        return one
    marks = [name for name in ("late", "clock_doubtful") if one[name]]
    rivals = [f"{mark} {probability:.2f}" for mark, probability in one["rivals"]]
    return {**one, "camera": _camera(one["camera"]), "marks": marks, "rivals": rivals}


def _missed(leg: Any, one: Any) -> str:  # noqa: ANN401 - JSON
    then = f"passed from {one['since']} to {one['until']} by {one['on']} likely way, it did: {one['did']}"
    return f"no read between rows {leg['start']} and {leg['end']}: {_camera(one['camera'])}, {then}"


def _camera(told: Any) -> str:  # noqa: ANN401 - JSON
    return " ".join(part for part in (told["label"], told["camera"], told["name"]) if part)
