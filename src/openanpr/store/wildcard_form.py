"""What a wildcard is to the store: a form over shapes, in which O is 0 and I is 1. Pure."""

from __future__ import annotations

import re

from openanpr.core.shape import shape_key

LEAST_FIXED = 3
"""Characters that a wildcard must name: with fewer it would sweep in the whole store."""

_WILDCARD = re.compile(r"[A-Z0-9?*]{1,24}")
# Of the signs that LIKE reads in its own way (% _ \\) none can come in: the form above bars them.
_LIKE = str.maketrans("?*", "_%")


class WildcardError(ValueError):
    """A wildcard that may not be asked so."""


def wildcard_form(wildcard: str) -> str:
    """Return the form; in it a `?` is one character and a `*` any run.

    Raises WildcardError for other signs, and for fewer than three fixed characters.
    """
    if not _WILDCARD.fullmatch(wildcard):
        raise WildcardError(
            "a wildcard has letters A-Z, digits, ? for one character and * for any run, no more"
        )
    if sum(c not in "?*" for c in wildcard) < LEAST_FIXED:
        raise WildcardError(f"a wildcard names at least {LEAST_FIXED} characters")
    return "".join(c if c in "?*" else shape_key(c) for c in wildcard)


def like_pattern(form: str) -> str:
    """Return a form as SQL's LIKE has it."""
    return form.translate(_LIKE)
