"""How often each layout is met on UK roads, and on which ground.

Shares are our reading of the licensed fleet, not a count: about 41 million vehicles; marks of the
current series since 2001 on most of them; what is left of the 1983-2001 prefix series; private
dateless and Northern Irish marks on a few per cent; everything else rare. They rank rival spellings
and weigh a spelling against a doubtful character; they never refuse a mark.
"""

from __future__ import annotations

import math
from functools import cache

from openanpr.core.layout import Syntax
from openanpr.core.read import Style

UNKNOWN_LOG_PRIOR = -10.0
"""The log prior of any string outside the grammar: about one read in a hundred is outside it, and
such strings are over a hundred times as many as the marks of the current layout."""

LOWEST_LOG_PRIOR = -9.5
"""No layout falls below this, so that a mark in the grammar always outweighs one outside."""

_SHARE: dict[Syntax, float] = {
    Syntax.GB_CURRENT: 0.85,
    Syntax.GB_PREFIX: 0.07,
    Syntax.GB_DATELESS: 0.03,
    Syntax.GB_NI: 0.02,  # 1.2 million in Northern Ireland, and cherished ones elsewhere
    Syntax.FOREIGN: 0.008,
    Syntax.GB_SUFFIX: 0.005,
    Syntax.IE: 0.004,
    Syntax.GB_TRADE: 0.0015,
    Syntax.GB_Q: 0.0005,
    Syntax.GB_MILITARY: 0.0005,
    Syntax.IM: 0.0005,
    Syntax.GB_DIPLOMATIC: 0.0003,
    Syntax.JE: 0.0003,
    Syntax.GG: 0.0001,
}

# The chance of a ground given the layout: (white or yellow, black, trade, other). A black ground is
# lawful on vehicles made before 1980, so on suffix and dateless marks; some put it on newer cars
# unlawfully, and a shadowed plate is taken for one. Red characters on white are trade plates alone.
_GROUND: dict[Syntax, tuple[float, float, float, float]] = {
    Syntax.GB_SUFFIX: (0.85, 0.14, 0.0001, 0.005),
    Syntax.GB_DATELESS: (0.85, 0.14, 0.0001, 0.005),
    Syntax.GB_MILITARY: (0.19, 0.80, 0.0001, 0.005),
    Syntax.GB_TRADE: (0.02, 0.001, 0.97, 0.005),
    Syntax.JE: (0.97, 0.02, 0.0001, 0.005),
    Syntax.GG: (0.70, 0.29, 0.0001, 0.005),
    Syntax.FOREIGN: (0.93, 0.02, 0.01, 0.04),
}
_MODERN = (0.993, 0.001, 0.0001, 0.005)
_COLUMN = {Style.WHITE: 0, Style.YELLOW: 0, Style.BLACK: 1, Style.TRADE: 2, Style.OTHER: 3}


@cache
def log_priors(style: Style | None) -> dict[Syntax, float]:
    """Return the log share of each layout on UK roads among plates of this ground.

    None and `Style.UNKNOWN` give the share over all grounds. `Syntax.UNKNOWN` is not in it.
    """
    column = None if style is None else _COLUMN.get(style)
    weights = {
        syntax: share if column is None else share * _GROUND.get(syntax, _MODERN)[column]
        for syntax, share in _SHARE.items()
    }
    total = sum(weights.values())
    return {syntax: math.log(weight / total) for syntax, weight in weights.items()}
