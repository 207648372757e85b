"""The parts of the report that speak of one read or one hit, as HTML with every text escaped."""

from __future__ import annotations

import base64
from functools import cache
from html import escape
from importlib import resources
from string import Template

from openanpr.core.hit import Hit, HitKind
from openanpr.core.instant import ClockSource, Instant
from openanpr.core.plate import Plate
from openanpr.core.read import Character, Direction, Read, Style
from openanpr.run.sighting import Sighting, printable
from openanpr.run.table import REASONS, printed
from openanpr.wire.read_json import rfc3339

_CLOCKS = {
    ClockSource.CLOCK: "this machine's clock as the frame arrived",
    ClockSource.STREAM: "the times inside the clip or stream",
    ClockSource.EXIF: "written into the picture by the camera",
    ClockSource.FILE: "the file's own time, the weakest witness",
}
_STYLES = {
    Style.WHITE: "white ground (front)",
    Style.YELLOW: "yellow ground (rear)",
    Style.BLACK: "black ground",
    Style.TRADE: "red on white (trade)",
    Style.OTHER: "another ground",
    Style.UNKNOWN: "ground not known",
}
_DIRECTIONS = {
    Direction.TOWARDS: "towards the camera",
    Direction.AWAY: "away from the camera",
    Direction.UNKNOWN: "not known",
}
_RIVALS_SHOWN = 3
_CANDIDATES_SHOWN = 4
_LEAST_SHOWN = 0.0005


def read_card(sighting: Sighting, *, number: int) -> str:
    """Return the card of one read, the `number`th of the page."""
    read = sighting.read
    return _piece("read.html").substitute(
        number=number,
        badge=_badge(sighting),
        plate=_plate(read),
        spoken=escape(" ".join(read.plate)),
        confidence=_share(read.confidence),
        pictures=_pictures(sighting),
        rows="".join(_position(i, c) for i, c in enumerate(read.characters, start=1)),
        facts=_facts(read),
        candidates=_candidates(read),
    )


def hit_card(sighting: Sighting, hit: Hit, *, number: int) -> str:
    """Return the card of one hit of the `number`th read."""
    read, entry = sighting.read, hit.entry
    exact = hit.kind is HitKind.EXACT
    told = {
        "Vehicle": " ".join(part for part in (entry.colour, entry.make, entry.model) if part),
        "Warning markers": entry.warning_markers,
        "Why listed": entry.reason,
        "Do": entry.information,
        "Force and area": entry.force_area,
        "Grading": entry.grading,
        "Marking": entry.protective_marking,
        "PNC ID": entry.pnc_id,
        "CAD": entry.cad,
        "Weed date": "" if entry.weed_date is None else f"{entry.weed_date:%d/%m/%Y}",
    }
    return _piece("hit.html").substitute(
        number=number,
        css="exact" if exact else "possible",
        kind="Exact hit" if exact else "Possible hit",
        action=f'<span class="action">{_text(entry.action)}</span>' if entry.action else "",
        reason=escape(REASONS[hit.reason]),
        share=_share(hit.p),
        band=escape(hit.band.value),
        compared=_compared(hit),
        picture=_patch(read),
        scene=_scene(sighting),
        facts="".join(_fact(term, value) for term, value in told.items() if value),
        list_name=_text(entry.list_name),
        row=entry.row,
        when=_when(read.captured_at),
        source=_text(read.source),
        frame=read.frame,
    )


def _badge(sighting: Sighting) -> str:
    if sighting.exact:
        return '<span class="badge badge-exact">Exact hit</span>'
    if sighting.possible:
        return '<span class="badge badge-possible">Possible hit</span>'
    return ""


def _plate(read: Read) -> str:
    """Return the mark drawn as a plate, on as many lines as were seen."""
    mark = Plate.parse(read.plate) if read.plate else None
    if mark is None:
        lines: tuple[str, ...] = ("no text",)
    else:
        lines = mark.printed_lines if read.lines > 1 else (mark.printed,)
    drawn = "".join(f"<span>{escape(line)}</span>" for line in lines)
    return f'<p class="plate plate-{read.style.value}">{drawn}</p>'


def _compared(hit: Hit) -> str:
    """Return both plates above each other, position by position, with the differences marked in words."""
    if len(hit.read_plate) == len(hit.listed_plate) and hit.listed_plate.isalnum():
        read, listed = list(hit.read_plate), list(hit.listed_plate)
    else:  # of unlike length or with wildcards: position by position would say what is not so
        read, listed = [printed(hit.read_plate)], [printed(hit.listed_plate)]
    whole = len(read) == 1
    marked = [bool(hit.positions) if whole else i in hit.positions for i in range(len(read))]
    return (
        '<table class="compared"><caption>Both plates, position by position</caption><tbody>'
        f"{_letters('Read', read, marked)}{_letters('Listed', listed, marked)}"
        f'<tr class="verdict"><th scope="row">Differs</th>{"".join(_verdict(m) for m in marked)}</tr>'
        "</tbody></table>"
    )


def _letters(name: str, texts: list[str], marked: list[bool]) -> str:
    cells = "".join(
        f'<td class="differs">{escape(text)}</td>' if mark else f"<td>{escape(text)}</td>"
        for text, mark in zip(texts, marked, strict=True)
    )
    return f'<tr><th scope="row">{name}</th>{cells}</tr>'


def _verdict(differs: bool) -> str:  # noqa: FBT001 - one cell of the row that says it
    return (
        '<td><span aria-label="differs">≠</span></td>'
        if differs
        else '<td><span aria-label="same">=</span></td>'
    )


def _pictures(sighting: Sighting) -> str:
    found = _patch(sighting.read) + _scene(sighting)
    return found or '<p class="none">No picture was kept.</p>'


def _patch(read: Read) -> str:
    if read.patch is None:
        return ""
    alt = f"The plate as it was seen, read as {' '.join(read.plate)}"
    return (
        f'<figure class="patch"><img src="{_inside(read.patch)}" alt="{escape(alt)}">'
        "<figcaption>The plate</figcaption></figure>"
    )


def _scene(sighting: Sighting) -> str:
    """Return the overview; the plate is outlined when the frame's size is known to scale by."""
    read = sighting.read
    if read.overview is None:
        return ""
    if sighting.frame_size is None:
        picture = f'<img src="{_inside(read.overview)}" alt="The scene in which the plate was seen">'
        return f'<figure class="scene">{picture}<figcaption>The scene</figcaption></figure>'
    width, height = sighting.frame_size
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in read.corners)
    return _piece("scene.html").substitute(
        width=width, height=height, points=points, picture=_inside(read.overview)
    )


def _position(place: int, character: Character) -> str:
    """Return the row of one position: the character, its score as a bar and in words, its rivals."""
    rivals = ", ".join(
        f"<b>{escape(c)}</b>&nbsp;{_share(p)}"
        for c, p in character.rivals[:_RIVALS_SHOWN]
        if p >= _LEAST_SHOWN
    )
    return (
        f'<tr><td>{place}</td><th scope="row">{escape(character.c)}</th><td>{_bar(character.p)}</td>'
        f'<td class="share">{_share(character.p)}</td><td>{rivals or "–"}</td></tr>\n'
    )


def _bar(p: float) -> str:
    return (
        '<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect width="100" height="8"/><rect class="filled" width="{100 * p:.1f}" height="8"/></svg>'
    )


def _facts(read: Read) -> str:
    seen = f"{read.frames} frame{'' if read.frames == 1 else 's'} agree" if read.frames != 1 else "one frame"
    facts = [
        _fact("Seen", _when(read.captured_at), html=True),
        _fact("Time from", f"{_CLOCKS[read.captured_at.source]}; {_error(read.captured_at)}"),
        _fact("Source", f"{read.source}, frame {read.frame}"),
        _fact("As seen", read.raw),
        _fact("Layout", _layout(read.syntax)),
        _fact("Plate", f"{_STYLES[read.style]}, {read.lines} line{'' if read.lines == 1 else 's'}"),
        _fact("Moving", _DIRECTIONS[read.direction]),
        _fact("Agreement", seen),
        _fact("Models", read.model),
        _fact("Settings", read.settings),
    ]
    return "".join(facts)


def _layout(syntax: str) -> str:
    """Return `gb_current` as `GB current`; countries are written in capitals."""
    country, _, kind = syntax.partition("_")
    name = country.upper() if len(country) == 2 else country
    return f"{name} {kind}".strip()


def _candidates(read: Read) -> str:
    others = [c for c in read.candidates if c.plate != read.plate and c.p >= _LEAST_SHOWN][:_CANDIDATES_SHOWN]
    told = ", ".join(f"<b>{escape(printed(c.plate))}</b>&nbsp;{_share(c.p)}" for c in others)
    return f'<p class="rivals">Other readings: {told}</p>' if told else ""


def _fact(term: str, value: str, *, html: bool = False) -> str:
    return f"<div><dt>{escape(term)}</dt><dd>{value if html else _text(value)}</dd></div>\n"


def _when(instant: Instant) -> str:
    at = instant.at
    told = f"{at.day} {at:%b %Y, %H:%M:%S}.{at.microsecond // 1000:03d} UTC"
    return f'<time datetime="{rfc3339(at)}">{told}</time>'


def _error(instant: Instant) -> str:
    if instant.error_ms is None:
        return "how far it may be off is not known"
    if instant.error_ms < 2000:
        return f"at most {instant.error_ms} ms off"
    return f"at most {instant.error_ms / 1000:.0f} s off"


def _share(p: float) -> str:
    """Return a probability in per cent; what is not quite sure never says 100, nor what may be, 0."""
    if 0.9995 <= p < 1.0:
        told = "99.9+"
    elif 0.0 < p < 0.0005:
        told = "under 0.1"
    elif p >= 0.995 or p < 0.095:
        told = f"{100 * p:.1f}".removesuffix(".0")
    else:
        told = f"{100 * p:.0f}"
    return f"{told}\u00a0%"


def _inside(jpeg: bytes) -> str:
    return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode("ascii")


def _text(text: str) -> str:
    return escape(printable(text))


@cache
def _piece(name: str) -> Template:
    pages = resources.files("openanpr.run").joinpath("pages")
    return Template(pages.joinpath(name).read_text(encoding="utf-8"))
