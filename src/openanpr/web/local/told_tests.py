"""A test of a camera as the socket tells it: its shares, their intervals, and what they should reach."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from openanpr.core.camera_test import CameraTest, Rates, against
from openanpr.core.share import Share

MOST_TESTS: Final = 50
"""So many tests of a camera are told, the newest."""


@dataclass(frozen=True, slots=True)
class Targets:
    """What the settings say that cameras should reach, as shares; None where they say nothing."""

    capture: float | None = None
    read_exact: float | None = None


def told_test(test: CameraTest, targets: Targets) -> dict[str, object]:
    """Return a test with its shares and their intervals, and those of its parts."""
    parts = [{"by": one.by, "part": one.part, **_rates(one.rates, targets)} for one in test.score.parts]
    return {**told_whole(test, targets), "parts": parts}


def told_whole(test: CameraTest, targets: Targets) -> dict[str, object]:
    """Return a test as a whole, without its parts: so many cameras may be told of at once."""
    score = test.score
    return {
        "test": test.test_id,
        "camera": str(test.camera),
        "scored_at": score.made_at,
        "kept_at": test.kept_at,
        "by": test.kept_by,
        "note": test.note,
        "withdrawn": test.withdrawn,
        "digest": score.digest,
        "country": score.country,
        "model": score.model,
        "settings": score.settings,
        "pictures": score.pictures,
        "clips": score.clips,
        **_rates(score.rates, targets),
        "end_to_end": _share(score.rates.end_to_end, None),
        "false_reads": score.false_reads,
        "left_out": score.left_out,
    }


def _rates(rates: Rates, targets: Targets) -> dict[str, object]:
    return {
        "plates": rates.plates,
        "capture": _share(rates.capture, targets.capture),
        "read_exact": _share(rates.read_exact, targets.read_exact),
        "read_folded": _share(rates.read_folded, None),
    }


def _share(share: Share, target: float | None) -> dict[str, object]:
    low, high = share.interval or (None, None)
    return {
        "hits": share.hits,
        "of": share.of,
        "value": share.value,
        "low": low,
        "high": high,
        "target": target,
        "verdict": against(share, target),
    }
