"""A force's own sign-in (OpenID Connect): what is known of it, and what its claims are worth here. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, cast
from urllib.parse import urlsplit

from openanpr.core.role import Rank, Role
from openanpr.people.account import Post
from openanpr.people.session import Claimed

_ALGORITHMS: Final = frozenset({"RS256", "PS256", "ES256", "ES384", "EdDSA", "Ed25519"})


class ClaimsError(ValueError):
    """The claims of a person give them nothing here; the sentence says what is missing, never whose."""


@dataclass(frozen=True, slots=True)
class ClaimRules:
    """What the claims of a provider are worth.

    `roles` says which role a value of the claim `role_claim` is, `ranks` likewise. `strong` are the values of
    `acr` or `amr` by which the provider says that a second factor was given: without one nobody is let in.
    No claim makes an administrator: whoever runs the force's directory would then run this node.
    """

    role_claim: str
    roles: Mapping[str, Role]
    rank_claim: str
    ranks: Mapping[str, Rank]
    strong: frozenset[str]
    post: Post

    def __post_init__(self) -> None:
        """Refuse rules that make an administrator, or let a password alone in."""
        if Role.ADMINISTRATOR in self.roles.values():
            raise ValueError("no claim of another sign-in makes an administrator: give that role here")
        if not self.strong or "pwd" in self.strong:
            raise ValueError("name the acr or amr values by which the provider tells of a second factor")


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider as this node knows it; its addresses come from its own discovery document.

    `redirect` is of this provider alone: an answer that comes to another one's is not taken.
    """

    name: str
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect: str
    authorise_at: str
    token_at: str
    keys_at: str
    rules: ClaimRules
    tells_issuer: bool = False
    algorithms: frozenset[str] = frozenset({"RS256", "PS256", "ES256", "EdDSA"})

    def __post_init__(self) -> None:
        """Refuse addresses in the clear, and algorithms with which anybody could sign."""
        for address in (self.issuer, self.authorise_at, self.token_at, self.keys_at):
            verify_address(address)
        if not self.algorithms or not self.algorithms <= _ALGORITHMS:
            raise ValueError(f"a provider signs by some of {', '.join(sorted(_ALGORITHMS))}")


def verify_address(address: str) -> None:
    """Raise ValueError for an address that is not https; the loopback address is as close as this process."""
    parts = urlsplit(address)
    if parts.scheme == "http" and parts.hostname in {"127.0.0.1", "::1"}:
        return
    if parts.scheme != "https" or not parts.hostname or parts.username is not None:
        raise ValueError("a provider's addresses begin with https:// and name no user")


def claimed(claims: Mapping[str, object], provider: Provider) -> Claimed:
    """Return the roles and rank that verified claims give; raises ClaimsError where they give none.

    A value that no rule knows gives nothing. The highest of several ranks counts. An authorising officer
    without a rank is none.
    """
    rules = provider.rules
    if not rules.strong & (_texts(claims.get("amr")) | _texts(claims.get("acr"))):
        raise ClaimsError("your sign-in did not ask for a second factor: sign in there with one")
    roles = {rules.roles[text] for text in _texts(claims.get(rules.role_claim)) if text in rules.roles}
    ranks = [rules.ranks[text] for text in _texts(claims.get(rules.rank_claim)) if text in rules.ranks]
    rank = max((one for one in ranks if one is not Rank.NONE), key=lambda one: one.level, default=None)
    if rank is None:
        roles.discard(Role.AUTHORISING_OFFICER)
    if not roles:
        raise ClaimsError(
            "your sign-in names no role that is known here: ask whoever gives roles in your force"
        )
    return Claimed(provider.name, frozenset(roles), rank)


def _texts(value: object) -> frozenset[str]:
    if isinstance(value, str):
        return frozenset({value})
    if isinstance(value, list):
        return frozenset(one for one in cast("list[object]", value) if isinstance(one, str))
    return frozenset()
