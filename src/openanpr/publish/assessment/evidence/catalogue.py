"""All evidences by their names."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from openanpr.publish.assessment.evidence import (
    cameras,
    comparing,
    keeping,
    people,
    public,
    rules,
    searches,
)
from openanpr.publish.assessment.evidence.look import Evidence, Measuring
from openanpr.publish.assessment.facts import Facts
from openanpr.publish.assessment.finding import Finding

EVIDENCES: Final[Mapping[str, Evidence]] = MappingProxyType(
    {
        one.name: one
        for part in (rules, searches, people, keeping, comparing, cameras, public)
        for one in part.EVIDENCES
    }
)
"""Every piece of evidence that a question may be bound to, by its name."""


def find_all(facts: Facts, at: Measuring) -> Mapping[str, Finding]:
    """Return what each piece of evidence shows, by its name."""
    return {name: one.find(facts, at) for name, one in EVIDENCES.items()}
