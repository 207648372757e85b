"""Which cameras a person may know of, and whose places may be seen; by the rules, at this moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from openanpr.core.camera import CameraId
from openanpr.core.registered_camera import RegisteredCamera
from openanpr.policy.ask import Act, Guarded, Person, Request
from openanpr.policy.decide import Outcome, decide
from openanpr.search.parts import Parts
from openanpr.search.ports import InForce


@dataclass(frozen=True, slots=True)
class Sight:
    """The cameras that a person may know of, by number, and those that for this person are not there.

    `places`: whether the person may see where cameras stand.
    """

    cameras: Mapping[CameraId, RegisteredCamera] = field(repr=False)
    hidden: frozenset[CameraId] = field(repr=False)
    places: bool


def sight_of(parts: Parts, person: Person, *, today: date) -> Sight:
    """Return what the person may know of the cameras; without a rule that permits it, of no hidden one."""
    named = parts.world.confidential.named()
    in_force = parts.book()
    shown = {
        who: _may_see(in_force, person, Guarded(hidden=True, named=who), today) for who in {*named.values()}
    }
    hidden = frozenset(camera for camera, who in named.items() if not shown[who])
    cameras = {one.camera: one for one in parts.world.register.every() if one.camera not in hidden}
    return Sight(cameras, hidden, _may_see(in_force, person, Guarded(hidden=False), today))


def _may_see(in_force: InForce, person: Person, guarded: Guarded, today: date) -> bool:
    request = Request(Act.SEE_PLACE, today, person, guarded=guarded)
    return decide(request, rules=in_force.rules, profile=in_force.profile).outcome is Outcome.ALLOWED
