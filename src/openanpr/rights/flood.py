"""How often something may come, in all and from each side, without keeping who came. Holds a fixed memory.

Whoever comes is one of a fixed number of buckets, found by a keyed hash whose key is made at the start and is
never kept: no address can be had of it, and two who share a bucket share its limit.
"""

from __future__ import annotations

import hashlib
import ipaddress
import threading
from array import array
from typing import Final

_SLOTS: Final = 4096


class Buckets:
    """So many at once, and so many an hour after that, for each bucket. Safe to share between threads."""

    __slots__ = ("_burst", "_key", "_level", "_lock", "_per_s", "_since", "_slots")

    def __init__(self, key: bytes, *, an_hour: int, at_once: int, slots: int = _SLOTS) -> None:
        """`slots` of 1 counts all together."""
        if an_hour < 1 or at_once < 1 or slots < 1:
            raise ValueError("a limit lets one through at least")
        self._key, self._per_s, self._burst, self._slots = key, an_hour / 3600, float(at_once), slots
        self._level = array("d", bytes(8 * slots))
        self._since = array("d", bytes(8 * slots))
        self._lock = threading.Lock()

    def take(self, who: str, now_s: float) -> bool:
        """Return whether one more may come from this side at this time of a clock that only goes on."""
        at = self._place(who)
        with self._lock:
            level = max(0.0, self._level[at] - (now_s - self._since[at]) * self._per_s)
            self._since[at] = now_s
            if level + 1 > self._burst:
                self._level[at] = level
                return False
            self._level[at] = level + 1
            return True

    def _place(self, who: str) -> int:
        digest = hashlib.blake2b(who.encode(), key=self._key, digest_size=8).digest()
        return int.from_bytes(digest, "big") % self._slots


def side_of(address: str) -> str:
    """Return the side that an address is of: itself, and of IPv6 its network of 64 bits."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)
