"""What every test of core starts from."""

from __future__ import annotations

import pytest

from openanpr.core.grammar import spellings


@pytest.fixture(scope="session", autouse=True)
def tables() -> None:
    """Build the tables of layouts once: a property is not to be timed by its first example."""
    for country in ("gb", "eu", "any"):
        spellings("A1", country=country)
