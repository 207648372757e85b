"""Why an act on a search was not done. No sentence holds a mark, a name or a reason."""

from __future__ import annotations


class NotFoundError(Exception):
    """There is no such thing, or it is not this person's: the same words for both."""


class RefusedError(Exception):
    """An act was refused, and that was logged: `rules` names by what; the sentence is in plain words."""

    def __init__(self, told: str, rules: tuple[str, ...] = ()) -> None:
        super().__init__(told)
        self.rules = rules


class NotNowError(Exception):
    """The search does not stand where this act can begin; the sentence says where it stands."""


class ResultsGoneError(Exception):
    """What a run found is no longer kept, or the row is of another run: run the search again."""


class UnansweredError(Exception):
    """A run ended without an answer; the sentence says why, and whether it can be run again."""
