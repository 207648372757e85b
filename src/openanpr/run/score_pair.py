"""Which read belongs to which plate of the truth, and where the two differ. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from openanpr.core.read import BoxPx, Read
from openanpr.core.shape import shape_key
from openanpr.run.score_truth import TruthRow

SAME_IOU = 0.4


@dataclass(frozen=True, slots=True)
class Pair:
    """One readable plate of the truth and the read that was made of it, None when it was missed."""

    truth: TruthRow
    read: Read | None


@dataclass(frozen=True, slots=True)
class Pairing:
    """What came of one picture or clip.

    `false` are reads of no plate in the truth; `repeats` are further reads of a plate already paired;
    `unreadable` lie on a plate that no person can read, and count for nothing.
    """

    pairs: tuple[Pair, ...]
    false: tuple[Read, ...]
    repeats: tuple[Read, ...]
    unreadable: tuple[Read, ...]


def pair_reads(rows: Sequence[TruthRow], reads: Sequence[Read], *, still: bool) -> Pairing:
    """Return who belongs to whom, each at most once, the best fit first.

    In a still, a truth with a box takes a read that overlaps it (IoU of 0.4), or a read of the same shape
    whose middle lies in it, since boxes drawn by hand may be loose. A truth without a box, and every pass
    of a clip, takes a read that differs (O and 0, I and 1 being one) in at most half of its characters.
    """
    plates = [row for row in rows if row.vrm]
    taken: dict[int, int] = {}
    for _, row, read in sorted(_fits(plates, reads, still=still)):
        if row not in taken and read not in taken.values():
            taken[row] = read
    pairs = tuple(Pair(row, reads[taken[i]] if i in taken else None) for i, row in enumerate(plates))
    blind = [row.box for row in rows if not row.vrm and row.box is not None and still]
    known = {shape_key(row.vrm) for row in plates}
    false: list[Read] = []
    repeats: list[Read] = []
    unreadable: list[Read] = []
    for i, read in enumerate(reads):
        if i in taken.values():
            continue
        if any(iou(box, read.box) >= SAME_IOU or _middle_inside(box, read.box) for box in blind):
            unreadable.append(read)
        else:
            (repeats if shape_key(read.plate) in known else false).append(read)
    return Pairing(pairs, tuple(false), tuple(repeats), tuple(unreadable))


def _fits(
    plates: Sequence[TruthRow], reads: Sequence[Read], *, still: bool
) -> Iterator[tuple[tuple[float, float], int, int]]:
    """Yield (how far apart, row, read) for all that may belong together; boxes vouch before texts."""
    for i, row in enumerate(plates):
        for j, read in enumerate(reads):
            if still and row.box is not None:
                if _is_of(row, row.box, read):
                    yield (0.0, 1.0 - iou(row.box, read.box)), i, j
                continue
            apart = distance(shape_key(row.vrm), shape_key(read.plate))
            if 2 * apart <= len(row.vrm):
                yield (1.0 + apart, -read.confidence), i, j


def _is_of(row: TruthRow, box: BoxPx, read: Read) -> bool:
    same = shape_key(row.vrm) == shape_key(read.plate)
    return iou(box, read.box) >= SAME_IOU or (same and _middle_inside(box, read.box))


def _middle_inside(truth: BoxPx, read: BoxPx) -> bool:
    x, y = read.x + read.w / 2, read.y + read.h / 2
    return truth.x <= x <= truth.x + truth.w and truth.y <= y <= truth.y + truth.h


def iou(a: BoxPx, b: BoxPx) -> float:
    """Return the intersection over union of two upright boxes, 0 to 1."""
    wide = min(a.x + a.w, b.x + b.w) - max(a.x, b.x)
    high = min(a.y + a.h, b.y + b.h) - max(a.y, b.y)
    common = max(0, wide) * max(0, high)
    return common / max(1, a.w * a.h + b.w * b.h - common)


def distance(a: str, b: str) -> int:
    """Return the fewest characters to change, add or leave out to make `a` into `b` (Levenshtein)."""
    return sum(x != y for x, y in aligned(a, b))


def aligned(truth: str, read: str) -> tuple[tuple[str, str], ...]:
    """Return the two texts side by side with the fewest differences; "" where one has no character."""
    table = [[i + j if not i or not j else 0 for j in range(len(read) + 1)] for i in range(len(truth) + 1)]
    for i, a in enumerate(truth, start=1):
        for j, b in enumerate(read, start=1):
            changed = table[i - 1][j - 1] + (a != b)
            table[i][j] = min(changed, table[i - 1][j] + 1, table[i][j - 1] + 1)
    i, j = len(truth), len(read)
    found: list[tuple[str, str]] = []
    while i or j:
        if i and j and table[i][j] == table[i - 1][j - 1] + (truth[i - 1] != read[j - 1]):
            i, j = i - 1, j - 1
            found.append((truth[i], read[j]))
        elif i and table[i][j] == table[i - 1][j] + 1:
            i -= 1
            found.append((truth[i], ""))
        else:
            j -= 1
            found.append(("", read[j]))
    return tuple(reversed(found))
