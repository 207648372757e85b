"""A score as a person reads it on a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from openanpr.run.score_measures import Calibrated, Group, Share, Times
from openanpr.run.score_pair import aligned
from openanpr.run.score_sum import Score, Slip
from openanpr.run.sighting import printable

_SLIPS_SHOWN = 20


def table_text(score: Score) -> str:
    """Return the whole table, ended by a new line."""
    return "\n".join(_lines(score)) + "\n"


def share_text(one: Share) -> str:
    """Return a share as `96.3 % (90.9 to 98.6), 106 of 110`."""
    if one.value is None or one.interval is None:
        return "nothing to measure"
    low, high = one.interval
    return f"{100 * one.value:.1f} % ({100 * low:.1f} to {100 * high:.1f}), {one.hits} of {one.of}"


def _lines(score: Score) -> Iterator[str]:
    plates = score.total.capture.of
    yield f"{score.pictures} pictures, {score.clip_times.clips} clips, {plates} readable plates"
    yield "Shares with their 95 % interval (Wilson). Folded: O and 0, I and 1 count as one."
    if score.total.capture.of:
        yield ""
        yield from _totals(score)
        yield ""
        yield from _groups(score.groups)
    yield ""
    yield from _false_reads(score)
    yield from _times(score)
    yield from _calibrations(score)
    yield from _slips(score.slips)


def _totals(score: Score) -> Iterator[str]:
    told = (
        ("capture rate (found of readable)", score.total.capture),
        ("read accuracy (right of found), strict", score.total.exact),
        ("read accuracy (right of found), folded", score.total.folded),
        ("end to end (right of readable), strict", score.end_exact),
        ("end to end (right of readable), folded", score.end_folded),
        ("best plate a picture, strict", score.best_exact),
        ("best plate a picture, folded", score.best_folded),
    )
    for name, share in told:
        yield f"{name:<40}  {share_text(share)}"


def _groups(groups: tuple[Group, ...]) -> Iterator[str]:
    yield f"{'BY':<22}{'GROUP':<14}{'CAPTURE':>18}{'STRICT':>18}{'FOLDED':>18}"
    for one in groups:
        cells = "".join(f"{_short(share):>18}" for share in (one.capture, one.exact, one.folded))
        yield f"{one.kind:<22}{printable(one.label):<14}{cells}"


def _short(one: Share) -> str:
    return "-" if one.value is None else f"{100 * one.value:5.1f} % of {one.of:>4}"


def _false_reads(score: Score) -> Iterator[str]:
    if score.pictures:
        yield (
            f"false reads: {score.false_reads} in {score.pictures} pictures, "
            f"{score.false_per_100:.1f} in 100; pictures with one: {share_text(score.false_pictures)}"
        )
    if score.clip_times.clips:
        yield f"false reads in clips: {score.clip_false_reads}"
    if score.repeats:
        yield f"plates read more than once: {score.repeats}"
    if score.unreadable:
        yield f"reads of plates that nobody can read (not counted): {score.unreadable}"


def _times(score: Score) -> Iterator[str]:
    if score.pictures:
        yield (
            f"time a picture: {_time(score.picture_time)}; decoding {_time(score.decode_time)}; "
            f"reading {_time(score.read_time)}"
        )
    clips = score.clip_times
    if clips.clips:
        yield (
            f"clips: {clips.frames} frames, {clips.length_s:.1f} s long, "
            f"took {clips.decode_s:.1f} s to decode and {clips.read_s:.1f} s to read"
        )


def _time(one: Times) -> str:
    if one.median_ms is None or one.p95_ms is None:
        return "not timed"
    return f"{one.median_ms:.0f} ms (95 in 100 under {one.p95_ms:.0f})"


def _calibrations(score: Score) -> Iterator[str]:
    for name, one in (("strict", score.strict_calibration), ("folded", score.folded_calibration)):
        if one.error is not None:
            yield _calibration(name, one)


def _calibration(name: str, one: Calibrated) -> str:
    return (
        f"calibration, {name}: expected error {one.error:.3f} (10 bins of equal width); "
        f"wrong with confidence over 0.95: {one.sure.hits} of {one.sure.of} such reads"
    )


def _slips(slips: tuple[Slip, ...]) -> Iterator[str]:
    if not slips:
        return
    yield ""
    yield "errors (a dot where truth and read agree):"
    for slip in slips[:_SLIPS_SHOWN]:
        sure = "" if slip.confidence is None else f"  {slip.confidence:.0%} sure"
        yield f"  {slip.kind:<10}  {_compared(slip)}{sure}  {printable(slip.image)}"
    if len(slips) > _SLIPS_SHOWN:
        yield f"  and {len(slips) - _SLIPS_SHOWN} more: --json or --report tell them all"


def _compared(slip: Slip) -> str:
    """Return `AB12CDE read ......F`: the read with a dot for every character that is right."""
    if not slip.spelt:
        return f"{slip.vrm} not read"
    if not slip.vrm:
        return f"no such plate, read {slip.spelt}"
    dots = "".join("." if a == b else b or "_" for a, b in aligned(slip.vrm, slip.spelt))
    return f"{slip.vrm} read {slip.spelt} {dots}"
