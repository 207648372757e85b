"""What the node's own socket answers, asked by a page for whoever is signed in.

So that a page has no rule of its own, and what it does is judged and logged just as on the command line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

import msgspec
from starlette.routing import BaseRoute

from openanpr.policy.ask import Act
from openanpr.web.api.refusals import ApiError
from openanpr.web.local.acts import Acting, acted, logs_of
from openanpr.web.local.asking import Answers, Asked, GuardedRoute
from openanpr.web.local.gate import Guard, Own, PeopleGate, Proved
from openanpr.web.pages.route import Visit

_KindT = TypeVar("_KindT")
_OF_OWN: Final = {Own.CODE: Act.MANAGE_PEOPLE}
"""Acts on people bring a code with them; on a page, whoever sends one is signed in as one who may, too."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the socket: its method and path, and what goes with it."""

    method: str
    path: str
    place: Mapping[str, str] = field(default_factory=dict[str, str])
    query: Mapping[str, str] = field(default_factory=dict[str, str])
    form: object = None


@dataclass(frozen=True, slots=True)
class _Known:
    guard: Guard
    answers: Answers


class Inside:
    """Asks what the socket answers. Safe to share between threads."""

    def __init__(self, routes: Sequence[BaseRoute], gate: PeopleGate, acting: Acting) -> None:
        self._known = {
            (method, one.path): _Known(one.guard, one.answers)
            for one in routes
            if isinstance(one, GuardedRoute) and one.answers is not None
            for method in (one.methods or set())
        }
        self._gate, self._acting = gate, acting

    def ask(self, visit: Visit, question: Question, kind: type[_KindT]) -> _KindT:
        """Return the answer as `kind`; raises what the socket's route raises, and NotAllowedError.

        `kind` may leave out what a page does not show.
        """
        return msgspec.json.decode(self.ask_json(visit, question), type=kind)

    def ask_json(self, visit: Visit, question: Question) -> bytes:
        """Return the answer as JSON."""
        method, path = question.method, question.path
        known = self._known[method, path]
        body = b"" if question.form is None else msgspec.json.encode(question.form)
        asked = Asked(question.place, question.query, body, self.proved(visit, known.guard))
        return msgspec.json.encode(acted(logs_of(method, path), self._acting, known.answers, asked))

    def proved(self, visit: Visit, guard: Guard) -> Proved:
        """Return whoever is signed in, as one who may ask what `guard` keeps; raises NotAllowedError."""
        act = _OF_OWN.get(guard) if isinstance(guard, Own) else guard
        if act is None:
            raise ApiError(403, "this is done on the node's own machine", "ask who runs the node")
        return self._gate.prove(act, visit.person.present)
