"""What to look up for a batch of reads: their own shapes, and the few others that each leaves open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openanpr.core.capture_record import CaptureRecord
from openanpr.core.shape import shape_key
from openanpr.match.doubt import MatchRules, is_open, otherwise
from openanpr.match.pack import Keys, pack
from openanpr.match.said import said_by


@dataclass(frozen=True, slots=True, eq=False)
class Sought:
    """The shapes that `reads` reads of a batch may have.

    `keys` (m,) uint64 are looked up; `of` (m,) tells whose each is. The first `reads` of them are the reads'
    own, in their order, with their `lengths` (reads,) uint8. `longer` are the (read, shape) without a key,
    and `own_longer` those of them that are a read's own.
    """

    reads: int
    keys: Keys
    of: NDArray[np.intp]
    lengths: NDArray[np.uint8]
    longer: tuple[tuple[int, str], ...]
    own_longer: dict[int, str]


def seek(records: Sequence[CaptureRecord], rules: MatchRules) -> Sought:
    """Return what to look up for `records`: every shape by which `match.meet` could find an entry."""
    count = len(records)
    others: list[str] = []
    whose: list[int] = []
    for i, record in enumerate(records):
        if is_open(record, rules):
            said = said_by(record, unstated_confidence=rules.unstated_confidence)
            shapes = {other.shape for other in otherwise(said, shape_key(said.plate), rules)}
            others += shapes
            whose += [i] * len(shapes)
    texts = [record.vrm for record in records]
    texts += [record.raw for record in records]
    texts += others
    packed = pack(texts)
    own, raw = packed.keys[:count], packed.keys[count : 2 * count]
    corrected = np.flatnonzero((raw != own) & (raw != 0))
    keys = np.concatenate((own, raw[corrected], packed.keys[2 * count :]))
    of = np.concatenate((np.arange(count), corrected, np.array(whose, np.intp)))
    longer = tuple(
        (i if i < count else i - count if i < 2 * count else whose[i - 2 * count], shape)
        for i, shape in packed.longer.items()
    )
    own_longer = {i: shape for i, shape in packed.longer.items() if i < count}
    return Sought(count, keys, of, packed.lengths[:count], longer, own_longer)
