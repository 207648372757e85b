"""Sites made of a node's parts: the desk at which they are worked on, what cameras may deliver."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from openanpr.core.camera import CameraId
from openanpr.core.registered_camera import RegisteredCamera
from openanpr.people.desk import Desk
from openanpr.policy.profile import Profile
from openanpr.run.node.admitting import Admitting
from openanpr.run.node.desks import fresh_id
from openanpr.run.node.logged_sites import LoggedSites
from openanpr.run.node.site_counts import SiteCounts
from openanpr.run.node.site_rules import site_numbers
from openanpr.run.node.stores import Stores
from openanpr.sites.desk import SiteDesk
from openanpr.store.camera_counts import CameraCounts
from openanpr.store.control.cameras import CameraRegister
from openanpr.store.shared_traffic import SharedTraffic

_ID_LETTERS = 12


@dataclass(frozen=True, slots=True)
class Siting:
    """The parts of a node that know of sites."""

    desk: SiteDesk
    admitting: Admitting


def siting_of(stores: Stores, profile: Profile, clock: Callable[[], datetime]) -> Siting:
    """Return the parts; raises DatabaseError."""
    numbers = site_numbers(profile)
    admitting = Admitting(stores.sites, stores.intake.cameras, numbers, clock)
    desk = SiteDesk(
        sites=LoggedSites(stores.sites, stores.log, admitting.look_again),
        register=stores.intake.cameras,
        tests=stores.intake.tests,
        traffic=SharedTraffic(stores.engine),
        contributions=SiteCounts(CameraCounts(stores.engine), stores.hits, stores.kept_from),
        numbers=numbers,
        fresh_id=lambda: fresh_id()[:_ID_LETTERS],
    )
    return Siting(desk, admitting)


@dataclass(frozen=True, slots=True)
class OpenCameras:
    """The register for those who answer alerts: of a confidential site they see neither name nor place.

    An alert of it tells its camera's number and area, by which it came to them.
    """

    register: CameraRegister
    admitting: Admitting

    def find(self, camera: CameraId) -> RegisteredCamera | None:
        """Return a camera, None for one of a confidential site."""
        return None if camera in self.admitting.confidential() else self.register.find(camera)

    def every(self) -> Iterable[RegisteredCamera]:
        """Return all cameras but those of confidential sites."""
        hidden = self.admitting.confidential()
        return [one for one in self.register.every() if one.camera not in hidden]


@dataclass(frozen=True, slots=True)
class ConfidentialSites:
    """The cameras of confidential sites, as `search.ports.ConfidentialCameras`."""

    admitting: Admitting
    people: Desk

    def named(self) -> Mapping[CameraId, frozenset[str]]:
        """Return them with the account ids of those whom their cases name; raises DatabaseError."""
        found = self.admitting.confidential()
        if not found:
            return {}
        accounts = {one.login: one.account_id for one in self.people.store.every()}
        return {
            camera: frozenset(accounts[login] for login in logins if login in accounts)
            for camera, logins in found.items()
        }
