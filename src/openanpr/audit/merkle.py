"""Merkle tree maths of RFC 6962 and RFC 9162: hashes, roots, proofs, and proofs verified by raising. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()
"""The root of a tree without leaves (RFC 6962, 2.1)."""

Subtree: TypeAlias = Callable[[int, int], bytes]
"""The root of the leaves from the first number up to, not with, the second."""


class ProofError(ValueError):
    """A proof does not show what it should."""


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of a leaf, 32 bytes (RFC 6962, 2.1)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of the node over two hashes, 32 bytes (RFC 6962, 2.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """The root of a growing tree, kept by the roots of its whole subtrees: one for each bit of its size."""

    __slots__ = ("_peaks", "_size")

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        """Begin with these leaf hashes."""
        self._size = 0
        self._peaks: list[bytes] = []
        for leaf in leaves:
            self.add(leaf)

    @classmethod
    def standing(cls, size: int, subtree: Subtree) -> Frontier:
        """Return the frontier of a tree of `size` leaves whose subtrees are known."""
        made, done = cls(), 0
        for bit in reversed(range(size.bit_length())):
            if size >> bit & 1:
                made._peaks.append(subtree(done, done + (1 << bit)))
                done += 1 << bit
        made._size = size
        return made

    @property
    def size(self) -> int:
        """The number of leaves."""
        return self._size

    def add(self, leaf: bytes) -> None:
        """Take one more leaf hash; costs as many hashes as the size has ones at its end."""
        ones = self._size
        while ones & 1:
            leaf = node_hash(self._peaks.pop(), leaf)
            ones >>= 1
        self._peaks.append(leaf)
        self._size += 1

    def root(self) -> bytes:
        """The root of all leaves until now."""
        if not self._peaks:
            return EMPTY_ROOT
        root = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            root = node_hash(peak, root)
        return root


def tree_root(leaves: Sequence[bytes]) -> bytes:
    """Return the root over these leaf hashes (RFC 6962, 2.1)."""
    if not leaves:
        return EMPTY_ROOT
    row = list(leaves)
    while len(row) > 1:  # by twos from the left; one that is left over goes up as it is
        odd = row[len(row) & ~1 :]
        row = [*map(node_hash, row[0 : len(row) - len(odd) : 2], row[1::2]), *odd]
    return row[0]


def inclusion_path(index: int, size: int, subtree: Subtree) -> tuple[bytes, ...]:
    """Return the hashes that lead from leaf `index` to the root of `size` leaves (RFC 6962, 2.1.1).

    Raises ValueError where there is no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError(f"there is no entry {index} in a log of {size}")
    path: list[bytes] = []
    low, high = 0, size
    while high - low > 1:
        cut = low + _split(high - low)
        if index < cut:
            path.append(subtree(cut, high))
            high = cut
        else:
            path.append(subtree(low, cut))
            low = cut
    return tuple(reversed(path))


def consistency_path(old_size: int, new_size: int, subtree: Subtree) -> tuple[bytes, ...]:
    """Return the hashes that show the tree of `old_size` to be the beginning of that of `new_size`.

    RFC 6962, 2.1.2. Empty for equal sizes and for an old size of 0. Raises ValueError for sizes that fall.
    """
    if not 0 <= old_size <= new_size:
        raise ValueError(f"a log of {new_size} cannot begin with one of {old_size}")
    if old_size in {0, new_size}:
        return ()
    path: list[bytes] = []
    low, high, whole = 0, new_size, True
    while old_size < high:
        cut = low + _split(high - low)
        if old_size <= cut:
            path.append(subtree(cut, high))
            high = cut
        else:
            path.append(subtree(low, cut))
            low, whole = cut, False
    if not whole:
        path.append(subtree(low, high))
    return tuple(reversed(path))


@dataclass(frozen=True, slots=True)
class Step:
    """One step from a leaf to the root: the hash beside (`left`: on the left), and the hash over both."""

    beside: bytes
    left: bool
    over: bytes


def inclusion_steps(leaf: bytes, *, index: int, size: int, path: Sequence[bytes]) -> tuple[Step, ...]:
    """Return the way from a leaf to the root of `size` leaves, for whoever wants to work it out again.

    It proves nothing: `verify_inclusion` does. Raises ProofError for a path that does not fit the tree.
    """
    _check_hashes((leaf, *path))
    if not 0 <= index < size:
        raise ProofError(f"the proof is of entry {index} in a log of {size}: there is none")
    here, last, reached = index, size - 1, leaf
    steps: list[Step] = []
    for beside in path:
        if last == 0:
            raise ProofError("the proof of inclusion is longer than the tree is high")
        left = bool(here & 1) or here == last
        reached = node_hash(beside, reached) if left else node_hash(reached, beside)
        steps.append(Step(beside, left, reached))
        while left and here and not here & 1:
            here, last = here >> 1, last >> 1
        here, last = here >> 1, last >> 1
    if last != 0:
        raise _not_there(index, size)
    return tuple(steps)


def verify_inclusion(leaf: bytes, *, index: int, size: int, root: bytes, path: Sequence[bytes]) -> None:
    """Raise ProofError unless the leaf is number `index` of the `size` under `root` (RFC 9162, 2.1.3.2)."""
    _check_hashes((root,))
    steps = inclusion_steps(leaf, index=index, size=size, path=path)
    if (steps[-1].over if steps else leaf) != root:
        raise _not_there(index, size)


def _not_there(index: int, size: int) -> ProofError:
    return ProofError(f"entry {index} is not the one that the log of {size} holds there")


def verify_consistency(
    *, old_size: int, old_root: bytes, new_size: int, new_root: bytes, path: Sequence[bytes]
) -> None:
    """Raise ProofError unless the old tree is the beginning of the new one (RFC 9162, 2.1.4.2)."""
    _check_hashes((old_root, new_root, *path))
    if not 0 <= old_size <= new_size:
        raise ProofError(f"a log of {new_size} cannot go on from one of {old_size}")
    if old_size in {0, new_size}:
        same = old_root == (new_root if old_size else EMPTY_ROOT)
        if path or not same or (new_size == 0 and new_root != EMPTY_ROOT):
            raise ProofError(f"the log of {new_size} does not go on from the one of {old_size}")
        return
    if not path:
        raise ProofError(f"no proof that the log of {new_size} goes on from the one of {old_size}")
    _check_grown(old_size, old_root, new_size, new_root, path)


def _check_grown(
    old_size: int, old_root: bytes, new_size: int, new_root: bytes, path: Sequence[bytes]
) -> None:
    steps = list(path)
    if old_size & (old_size - 1) == 0:  # the old tree is one whole subtree: its root is the first step
        steps.insert(0, old_root)
    here, last = old_size - 1, new_size - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            raise ProofError("the proof of consistency is longer than the tree is high")
        if here & 1 or here == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            new = node_hash(new, step)
        here, last = here >> 1, last >> 1
    if last != 0 or old != old_root or new != new_root:
        raise ProofError(f"the log of {new_size} does not go on from the one of {old_size}")


def _check_hashes(hashes: Iterable[bytes]) -> None:
    if any(len(one) != HASH_BYTES for one in hashes):
        raise ProofError("a hash has 32 bytes")


def _split(count: int) -> int:
    """The largest power of two below `count`."""
    return 1 << (count - 1).bit_length() - 1
