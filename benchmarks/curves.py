"""Accuracy against character height, blur, slant and light on single drawn plates: numbers and a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import numpy as np

from benchmarks import crops
from benchmarks.result import ROOT, Finding, Line
from benchmarks.scored import interval
from openanpr.read.recognise import Recogniser, reading_of
from openanpr.run.score_measures import Share

CHART = ROOT / "docs" / "pictures" / "accuracy-curves.svg"
A_BIN = 200
_PANEL_W, _PANEL_H, _LEFT, _TOP, _FOOT = 300, 190, 48, 34, 44


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a curve: its label and the share of its plates read with every shape right."""

    curve: str
    label: str
    read: Share


def curves(data: Path) -> Finding:
    """Read every bin of the fixed set of crops; the best string alone, no grammar."""
    recogniser = Recogniser(threads=1)
    points = [_point(recogniser, number) for number in range(len(crops.bins()))]
    CHART.parent.mkdir(parents=True, exist_ok=True)
    CHART.write_text(chart(points), encoding="utf-8")
    told: dict[str, dict[str, str]] = {}
    for p in points:
        told.setdefault(p.curve, {})[p.label] = f"{p.read.value:.4f} ({interval(p.read)})"
    heights = [p for p in points if p.curve == points[0].curve]
    lines = tuple(Line(f"{p.curve} {p.label}", p.read.value, spread=interval(p.read)) for p in heights)
    photographs = "with" if (data / "train").is_dir() else "without"
    where = f"benchmarks.crops, {A_BIN} plates a bin, drawn, {photographs} pieces of photographs behind them"
    return Finding(lines, where, str(crops.SEED), f"recogniser-{recogniser.card.sha256[:12]}", told)


def _point(recogniser: Recogniser, number: int) -> Point:
    which, samples = crops.bins()[number], crops.samples_of(number, A_BIN)
    log_p, style, plate = recogniser.scores(np.stack([one.canvas for one in samples]))
    right = 0
    for i, sample in enumerate(samples):
        strings = reading_of(log_p[i], style[i], float(plate[i]), lines=1).strings
        right += bool(strings) and strings[0][0] == sample.shapes
    return Point(which.curve, which.label, Share(right, len(samples)))


def chart(points: Sequence[Point]) -> str:
    """All curves as SVG, one panel each, whiskers for the 95 % intervals."""
    names = list(dict.fromkeys(point.curve for point in points))
    columns = 2
    wide, high = _LEFT + _PANEL_W + 20, _TOP + _PANEL_H + _FOOT
    width, height = columns * wide, -(-len(names) // columns) * high
    panels = "".join(
        f'<g transform="translate({i % columns * wide} {i // columns * high})">'
        f"{_panel(name, [p for p in points if p.curve == name])}</g>\n"
        for i, name in enumerate(names)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" font-family="sans-serif" font-size="11" fill="#14202b" role="img">\n'
        "<title>Plates read with every shape right, single drawn plates</title>\n"
        f'<rect width="{width}" height="{height}" fill="#fff"/>\n{panels}</svg>\n'
    )


def _panel(name: str, points: Sequence[Point]) -> str:
    parts = [f'<text x="{_LEFT}" y="20" font-size="13" font-weight="bold">{escape(name)}</text>\n']
    for step in range(0, 11, 2):
        y = _y(step / 10)
        parts.append(
            f'<line x1="{_LEFT}" y1="{y}" x2="{_LEFT + _PANEL_W}" y2="{y}" stroke="#e3e8ec"/>'
            f'<text x="{_LEFT - 6}" y="{y + 4}" text-anchor="end">{step / 10:.1f}</text>\n'
        )
    spots = [(_LEFT + (i + 0.5) * _PANEL_W / len(points), point) for i, point in enumerate(points)]
    if name != "light":  # four lights are no scale: dots alone
        path = " ".join(f"{x:.1f},{_y(p.read.value or 0.0)}" for x, p in spots)
        parts.append(f'<polyline points="{path}" fill="none" stroke="#24648f" stroke-width="1.5"/>\n')
    for x, point in spots:
        low, high = point.read.interval or (0.0, 0.0)
        parts.append(
            f'<line x1="{x:.1f}" y1="{_y(low)}" x2="{x:.1f}" y2="{_y(high)}" stroke="#24648f"/>'
            f'<circle cx="{x:.1f}" cy="{_y(point.read.value or 0.0)}" r="3.5" fill="#24648f"/>'
            f'<text x="{x:.1f}" y="{_TOP + _PANEL_H + 16}" text-anchor="middle" font-size="10">'
            f"{escape(point.label)}</text>\n"
        )
    return "".join(parts)


def _y(share: float) -> float:
    return round(_TOP + (1 - share) * _PANEL_H, 1)
