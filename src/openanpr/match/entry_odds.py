"""What an entry's own spelling adds to the odds: how open it is, and how many other vehicles it fits.

Both are factors of the formula in `odds`; the numbers are the project's own judgement and only rank hits
for people, for such a hit is never more than possible.
"""

from __future__ import annotations

from openanpr.core.capture_record import CaptureRecord
from openanpr.core.shape import shape_key
from openanpr.match.odds import Standing
from openanpr.match.wildcard import WILDCARDS

_SHARED = frozenset("O0I1")
_MARKS_A_CHARACTER = 15.0  # what may stand in one place of a mark: ten digits, or some twenty letters
_TAKEN = 0.3  # the share of possible marks that some vehicle carries
_OPEN_RUN = 3  # the places that a * is taken to leave open
_UNNAMED = 0.02  # the share of a spelling that the reader did not even name as a rival


def standing_of(
    record: CaptureRecord, vrm_listed: str, *, list_age_days: float, half_life_days: float
) -> Standing:
    """Return how far an entry can be trusted that this read meets, its list being so many days old."""
    return Standing(
        list_age_days=max(list_age_days, 0.0),
        half_life_days=half_life_days,
        spelling_share=spelling_share(record, vrm_listed),
        others_fitting=others_fitting(vrm_listed),
    )


def spelling_share(record: CaptureRecord, vrm_listed: str) -> float:
    """Return the share (0 to 1) of the listed spelling among the spellings that the read leaves open.

    1 for a mark in which nothing can be spelt otherwise, for a wildcard and for another shape than the read's
    own: there the doubt is in `p` already.
    """
    shape = shape_key(record.vrm)
    wild = not WILDCARDS.isdisjoint(vrm_listed)
    if wild or _SHARED.isdisjoint(vrm_listed) or shape_key(vrm_listed) != shape:
        return 1.0
    spelt = {c.plate: c.p for c in record.candidates if shape_key(c.plate) == shape}
    spelt.setdefault(record.vrm, 1.0 if record.confidence is None else record.confidence)
    whole = sum(spelt.values())
    if whole <= 0.0:
        return _UNNAMED
    return max(spelt.get(vrm_listed, 0.0) / whole, _UNNAMED if vrm_listed not in spelt else 0.0)


def others_fitting(vrm_listed: str) -> float:
    """Return about how many other vehicles fit the entry: 0 for a whole mark."""
    places = sum(_OPEN_RUN if c == "*" else 1 for c in vrm_listed if c in WILDCARDS)
    return 0.0 if places == 0 else max(_MARKS_A_CHARACTER**places * _TAKEN - 1.0, 0.0)
