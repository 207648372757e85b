"""A score as one JSON object, as `docs/reference/score.md` tells it."""

from __future__ import annotations

import json

from openanpr.run.score_measures import Calibrated, Group, Share, Times
from openanpr.run.score_pair import aligned
from openanpr.run.score_settings import ScoreRun
from openanpr.run.score_sum import Score, Slip
from openanpr.wire.read_json import rfc3339
from openanpr.wire.score_file import FORMAT

Json = dict[str, object]


def score_text(score: Score, run: ScoreRun) -> str:
    """Return the score and the circumstances of the run as JSON text in ASCII."""
    settings = run.settings
    found: Json = {
        "format": FORMAT,
        "made_at": rfc3339(run.made_at),
        "folder": str(settings.folder),
        "country": settings.country,
        "on": None if settings.on is None else settings.on.isoformat(),
        "threads": settings.threads,
        "no_plates": settings.no_plates,
        "model": score.model,
        "settings": score.settings,
        **measures(score),
        "left_out": {
            "bad_rows": [{"line": row.line, "reason": row.reason} for row in run.bad_rows],
            "unread": [{"file": fault.source, "problem": fault.problem} for fault in run.unread],
            "unnamed_files": run.unnamed,
        },
        "errors": [_slip(slip) for slip in score.slips],
    }
    return json.dumps(found, indent=2)


def measures(score: Score) -> Json:
    """Return the measures alone: numbers, no plate."""
    clips = score.clip_times
    return {
        "pictures": score.pictures,
        "clips": clips.clips,
        "plates": score.total.capture.of,
        "capture": share(score.total.capture),
        "read_exact": share(score.total.exact),
        "read_folded": share(score.total.folded),
        "end_to_end_exact": share(score.end_exact),
        "end_to_end_folded": share(score.end_folded),
        "best_plate_exact": share(score.best_exact),
        "best_plate_folded": share(score.best_folded),
        "false_reads": score.false_reads,
        "false_reads_per_100_pictures": _round(score.false_per_100),
        "pictures_with_false_reads": share(score.false_pictures),
        "clip_false_reads": score.clip_false_reads,
        "repeated_reads": score.repeats,
        "reads_of_unreadable_plates": score.unreadable,
        "groups": [_group(one) for one in score.groups],
        "calibration": {
            "strict": calibration(score.strict_calibration),
            "folded": calibration(score.folded_calibration),
        },
        "time_ms": {
            "picture": _times(score.picture_time),
            "decode": _times(score.decode_time),
            "read": _times(score.read_time),
        },
        "clip_time_s": {
            "frames": clips.frames,
            "length": _round(clips.length_s),
            "decode": _round(clips.decode_s),
            "read": _round(clips.read_s),
        },
    }


def share(one: Share) -> Json:
    """Return a share with its 95 % interval; null where there is nothing to share."""
    low, high = one.interval or (None, None)
    return {
        "hits": one.hits,
        "of": one.of,
        "value": _round(one.value),
        "low": _round(low),
        "high": _round(high),
    }


def calibration(one: Calibrated) -> Json:
    """Return the calibration with those of its ten bins that hold a read."""
    return {
        "expected_error": _round(one.error),
        "wrong_over_095": share(one.sure),
        "wrong_over_095_of_all": share(one.sure_of_all),
        "bins": [
            {"low": b.low, "high": b.high, "confidence": _round(b.confidence), "right": share(b.right)}
            for b in one.bins
            if b.right.of
        ],
    }


def _group(one: Group) -> Json:
    return {
        "by": one.kind,
        "group": one.label,
        "capture": share(one.capture),
        "read_exact": share(one.exact),
        "read_folded": share(one.folded),
    }


def _times(one: Times) -> Json:
    return {"median": _round(one.median_ms), "p95": _round(one.p95_ms)}


def _slip(slip: Slip) -> Json:
    return {
        "kind": slip.kind,
        "image": slip.image,
        "line": slip.line,
        "truth": slip.vrm or None,
        "read": slip.spelt or None,
        "confidence": _round(slip.confidence),
        "characters": [list(pair) for pair in aligned(slip.vrm, slip.spelt)],
    }


def _round(number: float | None) -> float | None:
    return None if number is None else round(number, 4)
