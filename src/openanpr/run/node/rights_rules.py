"""The numbers of the profile, and the owners of the settings, as cases take them."""

from __future__ import annotations

from collections.abc import Mapping

from openanpr.core.role import Role
from openanpr.policy.profile import Profile
from openanpr.policy.rights_numbers import RIGHTS
from openanpr.rights.case import CaseKind
from openanpr.rights.numbers import RightsNumbers
from openanpr.run.node.settings import RightsOwners


def rights_numbers(profile: Profile) -> RightsNumbers:
    """Return what cases go by."""
    return RightsNumbers(**{name: getattr(profile.rights, name).value for name in RIGHTS})


def owners_of(said: RightsOwners) -> Mapping[CaseKind, Role]:
    """Return whose duty each kind is."""
    return {kind: Role(getattr(said, kind.value)) for kind in CaseKind}
