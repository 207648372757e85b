"""Which cameras somebody may not know of: those of confidential sites that do not name them."""

from __future__ import annotations

from collections.abc import Mapping

from openanpr.core.camera import CameraId
from openanpr.policy.ask import Act, Guarded
from openanpr.web.local.gate import Proved


def hidden_from(who: Proved | None, confidential: Mapping[CameraId, frozenset[str]]) -> frozenset[CameraId]:
    """Return the cameras whose places are not for this person; none where names are not proved yet."""
    if who is None:
        return frozenset()
    seen = {named: _sees(who, named) for named in set(confidential.values())}
    return frozenset(camera for camera, named in confidential.items() if not seen[named])


def _sees(who: Proved, named: frozenset[str]) -> bool:
    guarded = Guarded(hidden=True, named=who.named_among(named))
    return who.judge.allows(Act.SEE_PLACE, who.person, guarded=guarded)
