"""Sites in the audit log: every step before it is kept, places as commitments alone."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence

from openanpr.audit.acts import SiteChange
from openanpr.audit.port import Log, logged
from openanpr.sites.case import SiteCamera
from openanpr.sites.life import Life, SiteStep
from openanpr.sites.ports import Sites
from openanpr.store.control.site_documents import write_step

_MOST_TEXT = 2000


class LoggedSites:
    """Sites, as `sites.ports.Sites`, of which no step is kept that the log has not.

    `kept` is told after each: what cameras may deliver follows from it.
    """

    def __init__(self, sites: Sites, log: Log, kept: Callable[[], None]) -> None:
        self._sites, self._log, self._kept = sites, log, kept

    def append(self, site_id: str, number: int, step: SiteStep) -> None:
        """Log a step, then keep it; raises AuditError and ChangedSinceError: then it is not kept."""
        with logged(self._log, _event(site_id, step)):
            self._sites.append(site_id, number, step)
        self._kept()

    def find(self, site_id: str) -> Life | None:
        """Return a site, None where there is none."""
        return self._sites.find(site_id)

    def every(self) -> Sequence[Life]:
        """Return all sites."""
        return self._sites.every()


def _event(site_id: str, step: SiteStep) -> SiteChange:
    cameras = step.cameras
    return SiteChange(
        at=step.at,
        person=step.by,
        site=site_id,
        step=step.step.value,
        written=_digest(step),
        cameras_of=_cut(", ".join(str(one.camera) for one in cameras)),
        places=_cut(_places(cameras)),
        reason=step.why.strip() or None,
    )


def _digest(step: SiteStep) -> str:
    """Return the SHA-256 of a step as it is kept, and of the places that are kept beside it."""
    return _sha256(f"{write_step(step)['document']}\n{_places(step.cameras)}")


def _cut(text: str) -> str | None:
    """Return what an entry can hold: None for nothing, the SHA-256 of what is too long."""
    if len(text) > _MOST_TEXT:
        return f"too long to stand here, SHA-256 {_sha256(text)}"
    return text or None


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _places(cameras: Iterable[SiteCamera]) -> str:
    told = [
        f"{one.camera}: {f'{one.place.lat!r} {one.place.lon!r}' if one.place else 'no place'} {one.looks}"
        for one in cameras
        if one.place is not None or one.looks
    ]
    return "\n".join(told)
