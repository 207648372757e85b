"""What a route says of the act that it logs, where it is not the route itself that logs it."""

from __future__ import annotations

from dataclasses import dataclass

from openanpr.audit.acts import Act


@dataclass(frozen=True, slots=True)
class Within:
    """The act is logged further in, at `where`."""

    act: Act
    where: str


@dataclass(frozen=True, slots=True)
class NoAct:
    """Nothing is done that must be logged; `why`."""

    why: str


class UnloggedRouteError(LookupError):
    """A route that does something, and of which nobody says what act it logs."""
