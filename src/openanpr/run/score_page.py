"""A score as one page that stands alone: measures, calibration drawn, errors side by side."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from contextlib import suppress
from html import escape
from importlib import resources
from pathlib import Path
from string import Template

from openanpr.run.save import OutputError
from openanpr.run.score_chart import reliability_svg
from openanpr.run.score_measures import Calibrated, Group, Share, Times
from openanpr.run.score_pair import aligned
from openanpr.run.score_settings import ScoreRun
from openanpr.run.score_sum import Score, Slip
from openanpr.run.sighting import printable

_KINDS = {
    "missed": "Not read",
    "misread": "Misread",
    "same shape": "Same shape: O and 0, or I and 1",
    "false": "False read: no such plate",
}
_SLIPS_SHOWN = 2000


def write_page(path: Path, score: Score, run: ScoreRun) -> None:
    """Write the page at `path`, over an older one. Raises OutputError when it cannot be written."""
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(page_html(score, run), encoding="utf-8", errors="replace")
        part.replace(path)
    except OSError as error:
        raise OutputError.of(path, error) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def page_html(score: Score, run: ScoreRun) -> str:
    """Return the page; it needs no network, script or other file to be shown."""
    css = _piece("report.css") + _piece("score.css")
    total = score.total
    return Template(_piece("score.html")).substitute(
        style_hash=base64.b64encode(hashlib.sha256(css.encode("utf-8")).digest()).decode("ascii"),
        css=css,
        folder=_text(run.settings.folder.name or str(run.settings.folder)),
        made_iso=run.made_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        made=f"{run.made_at.day} {run.made_at:%B %Y, %H:%M} UTC",
        plates=total.capture.of,
        capture=_per_cent(total.capture),
        exact=_per_cent(total.exact),
        false_reads=score.false_reads + score.clip_false_reads,
        totals=_totals(score),
        groups=_groups(score.groups),
        false_table=_false_table(score),
        times=_times(score),
        calibrations=_calibration("strict", score.strict_calibration)
        + _calibration("folded", score.folded_calibration),
        slips=_slips(score.slips),
        circumstances=_circumstances(score, run),
        left_out=_left_out(run),
    )


def _totals(score: Score) -> str:
    told = (
        ("Capture rate: plates found of those a person can read", score.total.capture),
        ("Read accuracy, strict: every character right, of those found", score.total.exact),
        ("Read accuracy, folded: O and 0, I and 1 count as one", score.total.folded),
        ("End to end, strict: every character right, of those a person can read", score.end_exact),
        ("End to end, folded", score.end_folded),
        ("Best plate a picture, strict", score.best_exact),
        ("Best plate a picture, folded", score.best_folded),
    )
    return "".join(f'<tr><th scope="row">{name}</th>{_share_cells(share)}</tr>\n' for name, share in told)


def _groups(groups: Sequence[Group]) -> str:
    return "".join(
        f'<tr><th scope="row">{_text(one.kind)}</th><td>{_text(one.label)}</td><td>{one.capture.of}</td>'
        f"<td>{_with_interval(one.capture)}</td><td>{_with_interval(one.exact)}</td>"
        f"<td>{_with_interval(one.folded)}</td></tr>\n"
        for one in groups
    )


def _false_table(score: Score) -> str:
    per_100 = "–" if score.false_per_100 is None else f"{score.false_per_100:.1f}"
    rows = (
        ("False reads in pictures", str(score.false_reads)),
        ("False reads in 100 pictures", per_100),
        ("Pictures with a false read", _with_interval(score.false_pictures)),
        ("False reads in clips", str(score.clip_false_reads)),
        ("Plates read more than once", str(score.repeats)),
        ("Reads of plates that nobody can read (not counted)", str(score.unreadable)),
    )
    return _rows(rows)


def _times(score: Score) -> str:
    clips = score.clip_times
    rows = [
        ("A picture, whole", _time(score.picture_time)),
        ("of it decoding", _time(score.decode_time)),
        ("of it reading", _time(score.read_time)),
    ]
    if clips.clips:
        told = f"{clips.decode_s:.1f} s decoding and {clips.read_s:.1f} s reading"
        rows.append((f"Clips: {clips.frames} frames, {clips.length_s:.1f} s long", told))
    return _rows(rows)


def _calibration(name: str, one: Calibrated) -> str:
    if one.error is None:
        return f'<div><h3>{name.capitalize()}</h3><p class="none">No read to judge by.</p></div>\n'
    bins = "".join(
        f'<tr><th scope="row">{b.low:.1f} to {b.high:.1f}</th><td>{b.right.of}</td>'
        f"<td>{b.confidence:.3f}</td><td>{_with_interval(b.right)}</td></tr>\n"
        for b in one.bins
        if b.right.of
    )
    return Template(_piece("score_calibration.html")).substitute(
        name=name.capitalize(),
        error=f"{one.error:.3f}",
        sure=f"{one.sure.hits} of {one.sure.of}",
        svg=reliability_svg(one, label=f"Reliability diagram, {name}"),
        bins=bins,
    )


def _slips(slips: Sequence[Slip]) -> str:
    if not slips:
        return '<p class="none">No error.</p>\n'
    more = len(slips) - _SLIPS_SHOWN
    note = f"<p>{more:,} more are not shown.</p>\n" if more > 0 else ""
    return "".join(_slip(slip) for slip in slips[:_SLIPS_SHOWN]) + note


def _slip(slip: Slip) -> str:
    line = "" if slip.line is None else f", truth line {slip.line}"
    sure = "" if slip.confidence is None else f", {slip.confidence:.0%} sure"
    picture = '<p class="none">No patch.</p>'
    if slip.patch is not None:
        data = base64.b64encode(slip.patch).decode("ascii")
        image = f'<img src="data:image/jpeg;base64,{data}" alt="The plate as it was seen">'
        picture = f'<figure class="patch">{image}</figure>'
    return (
        f'<article class="card slip"><div>{picture}</div><div><h3>{_KINDS[slip.kind]}</h3>'
        f"{_compared(slip)}<p>{_text(slip.image)}{line}{sure}</p></div></article>\n"
    )


def _compared(slip: Slip) -> str:
    """Return truth and read above each other, character by character, differences marked in words too."""
    pairs = aligned(slip.vrm, slip.spelt)
    rows = [
        _characters("Truth", [a for a, _ in pairs], [a != b for a, b in pairs]),
        _characters("Read", [b for _, b in pairs], [a != b for a, b in pairs]),
    ]
    verdicts = "".join(
        f'<td><span aria-label="{"differs" if a != b else "same"}">{"≠" if a != b else "="}</span></td>'
        for a, b in pairs
    )
    return (
        '<table class="compared"><caption>Truth and read, character by character</caption><tbody>'
        f'{"".join(rows)}<tr class="verdict"><th scope="row">Differs</th>{verdicts}</tr></tbody></table>'
    )


def _characters(name: str, characters: Sequence[str], differ: Sequence[bool]) -> str:
    cells = "".join(
        f'<td class="differs">{escape(c) or "–"}</td>' if marked else f"<td>{escape(c)}</td>"
        for c, marked in zip(characters, differ, strict=True)
    )
    return f'<tr><th scope="row">{name}</th>{cells}</tr>'


def _circumstances(score: Score, run: ScoreRun) -> str:
    settings = run.settings
    return _rows(
        (
            ("Pictures, clips", f"{score.pictures}, {score.clip_times.clips}"),
            ("Country", settings.country),
            ("Marks judged by", "each picture's day" if settings.on is None else settings.on.isoformat()),
            ("Threads", str(settings.threads)),
            ("Models", score.model or "not known: nothing was read"),
            ("Settings", score.settings or "not known: nothing was read"),
        )
    )


def _left_out(run: ScoreRun) -> str:
    told = [f"truth line {row.line}: {row.reason}" for row in run.bad_rows]
    told += [str(fault) for fault in run.unread]
    if run.unnamed:
        told.append(f"{run.unnamed} files of the folder are not in its truth")
    if not told:
        return '<p class="none">Nothing was left out.</p>\n'
    return f'<ul class="faults">\n{"".join(f"<li>{_text(one)}</li>" for one in told)}</ul>\n'


def _rows(rows: Sequence[tuple[str, str]]) -> str:
    return "".join(
        f'<tr><th scope="row">{_text(name)}</th><td>{_text(value)}</td></tr>\n' for name, value in rows
    )


def _share_cells(one: Share) -> str:
    if one.value is None or one.interval is None:
        return "<td>–</td><td>–</td><td>–</td>"
    low, high = one.interval
    told = f"{100 * low:.1f} to {100 * high:.1f} %"
    return f"<td><b>{_per_cent(one)}</b></td><td>{told}</td><td>{one.hits} of {one.of}</td>"


def _with_interval(one: Share) -> str:
    if one.value is None or one.interval is None:
        return "–"
    low, high = one.interval
    return f"{_per_cent(one)} ({100 * low:.1f} to {100 * high:.1f})"


def _per_cent(one: Share) -> str:
    return "–" if one.value is None else f"{100 * one.value:.1f} %"


def _time(one: Times) -> str:
    if one.median_ms is None or one.p95_ms is None:
        return "not timed"
    return f"{one.median_ms:.1f} ms; 95 in 100 under {one.p95_ms:.1f} ms"


def _text(text: str) -> str:
    return escape(printable(text))


def _piece(name: str) -> str:
    return resources.files("openanpr.run").joinpath("pages", name).read_text(encoding="utf-8")
