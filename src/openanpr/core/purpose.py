"""What reads may be asked for: the category of an investigation, and the kinds of search."""

from __future__ import annotations

from enum import StrEnum


class Category(StrEnum):
    """The category of an investigation, from the least grave to the gravest.

    Major: homicide, kidnap and the like, under a senior investigating officer. Serious: an offence likely to
    draw three years or more, or violence, substantial gain or many people (the test of RIPA 2000, s. 81).
    """

    VOLUME = "priority-and-volume"
    SERIOUS = "serious"
    MAJOR = "major"
    COUNTER_TERRORISM = "counter-terrorism"


class Stance(StrEnum):
    """Whether a known incident is looked into, or a pattern is looked for."""

    REACTIVE = "reactive"
    PROACTIVE = "proactive"


class ReferenceState(StrEnum):
    """What the case system says of the reference that was given."""

    OPEN = "open"
    CLOSED = "closed"
    UNKNOWN = "unknown"
    NONE = "none"
    UNREACHABLE = "unreachable"


class SearchKind(StrEnum):
    """What is asked of the stored reads."""

    ONE_VEHICLE = "one-vehicle"
    PART_OF_A_MARK = "part-of-a-mark"
    LAST_SEEN = "last-seen"
    WAS_IT_THERE = "was-it-there"
    PLACE_AND_TIME = "place-and-time"
    COMMON_PLATES = "common-plates"
    CONVOY = "convoy"
    LIST_OF_VEHICLES = "list-of-vehicles"
