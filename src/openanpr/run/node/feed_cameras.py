"""Which camera another maker's system means: the one that the register knows by the same name."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import tzinfo
from typing import Protocol

from openanpr.core.registered_camera import RegisteredCamera
from openanpr.ingest.feed import Feed
from openanpr.ingest.scope import Scope
from openanpr.store.control.mirror import STALE_S
from openanpr.wire.vendors.contract import CameraLookup, KnownCamera


class Register(Protocol):
    """The register of cameras."""

    def every(self) -> Iterable[RegisteredCamera]:
        """Return all cameras, retired ones too."""
        ...


class Feeds(Protocol):
    """The feeds that are enrolled."""

    def find(self, feed_id: str) -> Feed | None:
        """Return a feed, revoked or not."""
        ...


@dataclass(frozen=True, slots=True)
class _ByName:
    """The cameras of one feed by their names in the register, any case."""

    cameras: dict[str, KnownCamera]

    def find(self, name: str) -> KnownCamera | None:
        """Return the camera of this name, None for none and for a name that two cameras have."""
        return self.cameras.get(name.strip().casefold())


class FeedCamerasByName:
    """The `ingest.feed_message.FeedCameras` over the register: a feed's names are those of its cameras."""

    def __init__(
        self,
        register: Register,
        feeds: Feeds,
        zone: tzinfo | None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`zone` is that of clocks which tell times without one; None: such times are refused.

        `clock` gives seconds that only grow: what is answered may be a second old.
        """
        self._register, self._feeds, self._zone, self._clock = register, feeds, zone, clock
        self._known: dict[str, tuple[float, _ByName]] = {}

    def of(self, feed_id: str) -> CameraLookup:
        """Return the cameras that this feed may speak for, by name."""
        now_s = self._clock()
        known = self._known.get(feed_id)
        if known is not None and now_s - known[0] <= STALE_S:
            return known[1]
        feed = self._feeds.find(feed_id)
        found = _ByName({} if feed is None else _named(self._register.every(), feed.scope, self._zone))
        self._known[feed_id] = now_s, found
        return found


def _named(cameras: Iterable[RegisteredCamera], scope: Scope, zone: tzinfo | None) -> dict[str, KnownCamera]:
    found: dict[str, KnownCamera] = {}
    twice: set[str] = set()
    for one in cameras:
        if one.retired is None and scope.covers(one.camera):
            name = one.name.strip().casefold()
            if name in found:
                twice.add(name)
            found[name] = KnownCamera(one.camera, zone, moving=one.moving)
    return {name: camera for name, camera in found.items() if name not in twice}
