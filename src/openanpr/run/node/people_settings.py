"""The settings of people as the door takes them: passkeys, forces' own sign-ins, names of alerts' roles."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from openanpr.core.role import Rank, Role
from openanpr.people.account import Post
from openanpr.people.oidc_line import HttpLine, Registration
from openanpr.people.passkey import Site
from openanpr.people.provider import ClaimRules, Provider, verify_address
from openanpr.run.node.secret_file import read_secret_text
from openanpr.run.node.settings import NodeSettings, People, PeopleProvider

_DISCOVERED_FOR = timedelta(hours=1)


def passkey_site(people: People) -> Site | None:
    """Return for whom passkeys are; None where the settings name nobody."""
    said = people.passkeys
    return Site(said.relying_party, said.origin, said.name) if said.relying_party else None


def registration(said: PeopleProvider, people: People, secret: str) -> Registration:
    """Return a provider as it was written down; raises ValueError with what to mend."""
    where = f"people.providers of {said.name}"
    try:
        rules = ClaimRules(
            role_claim=said.role_claim,
            roles={text: Role(role) for text, role in said.roles.items()},
            rank_claim=said.rank_claim,
            ranks={text: Rank(rank) for text, rank in said.ranks.items()},
            strong=said.strong,
            post=Post(said.force, said.unit, said.team),
        )
        verify_address(said.issuer)
    except ValueError as fault:
        raise ValueError(f"{where}: {fault}") from fault
    origin = people.passkeys.origin or f"https://{people.authorities[0]}"
    redirect = f"{origin}/api/sign-in/provider/{said.name}/callback"
    return Registration(said.name, said.issuer, said.client_id, secret, redirect, rules)


def alert_roles(settings: NodeSettings) -> Mapping[Role, frozenset[str]]:
    """Return under which names alerts reach the holders of each role; raises ValueError.

    A role answers to its own name too.
    """
    found = {role: {role.value} for role in Role}
    for one in settings.people.alert_roles:
        for role in one.roles:
            if role not in set(Role):
                raise ValueError(
                    f"people.alert_roles of {one.name}: {role} is no role; see reference/people.md"
                )
            found[Role(role)].add(one.name)
    return {role: frozenset(names) for role, names in found.items()}


class KnownProviders:
    """The providers of the settings, each asked for its addresses when somebody first wants to sign in by it.

    So a provider that is away keeps no node from starting. Safe to share between threads.
    """

    def __init__(self, people: People, line: HttpLine, clock: Callable[[], datetime]) -> None:
        self._of = {
            one.name: registration(
                one, people, read_secret_text(one.secret_file, f"people.providers of {one.name}")
            )
            for one in people.providers
        }
        self._line, self._clock, self._lock = line, clock, threading.Lock()
        self._found: dict[str, tuple[datetime, Provider]] = {}

    @property
    def names(self) -> Sequence[str]:
        """Their names, as the settings give them."""
        return tuple(self._of)

    @property
    def line(self) -> HttpLine:
        """The way to them."""
        return self._line

    def provider(self, name: str) -> Provider:
        """Return one, with the addresses that it told within the hour; raises LookupError, ProviderError."""
        if name not in self._of:
            raise LookupError("there is no sign-in of this name: see GET /api/sign-in")
        now = self._clock()
        with self._lock:
            found = self._found.get(name)
        if found is None or not found[0] <= now < found[0] + _DISCOVERED_FOR:
            found = now, self._line.discover(self._of[name])
            with self._lock:
                self._found[name] = found
        return found[1]
