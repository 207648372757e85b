"""The reliability diagram, as SVG that stands in a page."""

from __future__ import annotations

from html import escape

from openanpr.run.score_measures import Calibrated, CalibrationBin

_SIDE = 300
_LEFT, _TOP, _RIGHT, _FOOT = 46, 12, 12, 44
_LEAST_R, _MOST_R = 3.0, 12.0


def reliability_svg(calibrated: Calibrated, *, label: str) -> str:
    """Return the diagram: each bin's confidence against its share of right reads, larger for more reads.

    The dashed diagonal is a reader that is right as often as it says; below it, one that says too much.
    A whisker is the share's 95 % interval.
    """
    most = max((b.right.of for b in calibrated.bins), default=1)
    width, height = _LEFT + _SIDE + _RIGHT, _TOP + _SIDE + _FOOT
    return (
        f'<svg class="chart" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{escape(label)}; its numbers stand in the table beside it">\n'
        f"{_axes()}"
        f'<line class="even" x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}"/>\n'
        f"{''.join(_dot(b, most) for b in calibrated.bins if b.right.of)}</svg>\n"
    )


def _axes() -> str:
    parts: list[str] = []
    for step in range(0, 11, 2):
        at = step / 10
        parts.append(
            f'<line class="grid" x1="{_x(0)}" y1="{_y(at)}" x2="{_x(1)}" y2="{_y(at)}"/>'
            f'<line class="grid" x1="{_x(at)}" y1="{_y(0)}" x2="{_x(at)}" y2="{_y(1)}"/>'
            f'<text x="{_x(0) - 6}" y="{_y(at) + 4}" text-anchor="end">{at:.1f}</text>'
            f'<text x="{_x(at)}" y="{_y(0) + 16}" text-anchor="middle">{at:.1f}</text>\n'
        )
    middle = _x(0.5), _y(0) + 36
    parts.append(
        f'<text x="{middle[0]}" y="{middle[1]}" text-anchor="middle">confidence of the reads</text>\n'
    )
    parts.append(
        f'<text x="12" y="{_y(0.5)}" text-anchor="middle" transform="rotate(-90 12 {_y(0.5)})">'
        "share that is right</text>\n"
    )
    return "".join(parts)


def _dot(one: CalibrationBin, most: int) -> str:
    right, interval = one.right.value or 0.0, one.right.interval or (0.0, 0.0)
    radius = max(_LEAST_R, _MOST_R * (one.right.of / most) ** 0.5)
    x = _x(one.confidence)
    return (
        f'<line class="whisker" x1="{x}" y1="{_y(interval[0])}" x2="{x}" y2="{_y(interval[1])}"/>'
        f'<circle class="dot" cx="{x}" cy="{_y(right)}" r="{radius:.1f}">'
        f"<title>{one.right.of} reads</title></circle>\n"
    )


def _x(share: float) -> float:
    return round(_LEFT + share * _SIDE, 1)


def _y(share: float) -> float:
    return round(_TOP + (1 - share) * _SIDE, 1)
