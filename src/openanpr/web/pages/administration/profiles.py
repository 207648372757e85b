"""Profiles: the numbers of law, in plain words, each with its source; for whoever is signed in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from openanpr.policy.profile import Profile, load_profile, shipped_profiles
from openanpr.policy.sourced import Source
from openanpr.web.api.route import Anybody
from openanpr.web.pages.look import words
from openanpr.web.pages.route import Answer, PageRoute, Shown, Visit, page

WORDS: Final = {
    "retention.days": ("Reads are kept for", "{} days", "Then each whole day is deleted and certified."),
    "ingest.oldest_days": ("A read may come as late as", "{} days", "An older one is held for a person."),
    "ingest.late_after_s": ("A read is late after", "{} seconds", "It says so, and raises no live stop."),
    "ingest.future_tolerance_s": (
        "A read may be ahead by",
        "{} seconds",
        "One that is further ahead of this node's clock is held.",
    ),
    "ingest.clock_alarm_ms": (
        "A clock is doubted from",
        "{} ms",
        "Reads of a clock that may be so far off say so.",
    ),
    "ingest.clock_quarantine_ms": (
        "A clock is not believed from",
        "{} ms",
        "Reads of a clock that is surely so far off are held.",
    ),
    "search.ordinary_days": (
        "A search is ordinary up to",
        "{} days back",
        "Beyond it the table of ages below rules.",
    ),
    "search.bulk_cameras": ("A search is wide from", "{} cameras", "Then it wants somebody's authority."),
    "search.bulk_days": (
        "A search is wide beyond",
        "{} days in length",
        "Then it wants somebody's authority.",
    ),
    "search.bulk_reads": (
        "A search is wide from",
        "{} reads",
        "By the estimate that is made before it runs.",
    ),
    "search.broad_reads": ("A search is broad from", "{} reads", "Then it wants a higher authority."),
    "search.oral_hours": (
        "An oral authority is confirmed within",
        "{} hours",
        "Later than that nothing more of the search is opened.",
    ),
    "sites.review_days": ("A camera's site is reviewed every", "{} days", "Then its time is over."),
    "sites.warn_days": ("People are told of it", "{} days before", "As an alarm, and on the list of sites."),
    "sites.grace_days": (
        "A site whose review is overdue still delivers for",
        "{} days",
        "Then its reads are held, until it is renewed.",
    ),
    "sites.uncased_days": (
        "A camera without a case delivers for",
        "{} days",
        "Since it came into the register, or this node began to ask for cases.",
    ),
    "sites.stay_warn_days": (
        "People are told that a stay will be over",
        "{} days before",
        "Of a moveable camera, whose case says how long it stays at one place.",
    ),
    "sites.stay_grace_days": (
        "A moveable camera whose stay is over still delivers for",
        "{} days",
        "Then its reads are held, until it is moved.",
    ),
    "sites.commission_days": (
        "A site has to pass its test within",
        "{} days of its authority",
        "Until then its cameras deliver with a warning.",
    ),
    "sites.dpia_review_days": (
        "An impact assessment is looked at every",
        "{} days",
        "An older one keeps a case from being submitted.",
    ),
    "sites.near_m": ("Other cameras are told of within", "{} metres", "In the check of a case."),
    "sites.shared_minutes": (
        "Two cameras saw the same vehicle within",
        "{} minutes",
        "So it counts as traffic that they share.",
    ),
    "sites.shared_days": ("Shared traffic is counted over", "{} days", "Up to the check of a case."),
    "sites.least_plates": (
        "A test of a camera needs",
        "{} plates",
        "With fewer it is open, and does not pass.",
    ),
    "sites.least_part_plates": (
        "A light, or a kind of plate, needs",
        "{} plates",
        "With fewer it is not judged by itself.",
    ),
    "sites.fixed_capture_percent": ("A fixed camera must capture", "{} in 100 plates", "In its test."),
    "sites.fixed_read_percent": ("And of those read right", "{} in 100", "In its test."),
    "sites.moveable_capture_percent": ("A moveable camera must capture", "{} in 100 plates", "In its test."),
    "sites.moveable_read_percent": ("And of those read right", "{} in 100", "In its test."),
    "sites.vehicle_capture_percent": (
        "A camera in a vehicle must capture",
        "{} in 100 plates",
        "In its test.",
    ),
    "sites.vehicle_read_percent": ("And of those read right", "{} in 100", "In its test."),
    "sites.authorise_rank": (
        "A site wants the authority of a",
        "{}",
        "Or above; somebody who did not work on its case.",
    ),
    "search.proactive_rank": (
        "Looking without a mark wants",
        "{}",
        "An officer of that rank, or above, authorises it.",
    ),
    "search.bulk_rank": ("A wide search wants", "{}", "An officer of that rank, or above, authorises it."),
    "search.broad_rank": ("A broad search wants", "{}", "An officer of that rank, or above, authorises it."),
    "figures.least_shown": (
        "The public is shown counts from",
        "{}",
        "Smaller ones are withheld, and nothing gives them back.",
    ),
    "figures.rate_least": (
        "The public is shown rates of",
        "{} or more",
        "A rate of fewer says more than was counted.",
    ),
    "figures.settle_days": (
        "A month is counted",
        "{} days after its end",
        "What came of it later is in no figure.",
    ),
    "figures.late_days": (
        "Its publication is late",
        "{} days after that",
        "Then there is an alarm.",
    ),
    "figures.alert_step": ("Alerts are told in bands of", "{}", "So that none can be told from the next."),
    "figures.camera_step": ("Cameras are told in bands of", "{}", "So that none can be told from the next."),
    "figures.entry_step": (
        "Entries of lists are told in bands of",
        "{}",
        "So that none can be told from the next.",
    ),
    "rights.question_days": ("A question is answered within", "{} days", "A late one raises an alarm."),
    "rights.complaint_acknowledge_days": (
        "Whoever complains is told that it came within",
        "{} days",
        "Beginning with the day on which it came.",
    ),
    "rights.complaint_days": ("A complaint is answered within", "{} days", "A late one raises an alarm."),
    "rights.access_months": (
        "Whoever asks what is kept about them is answered within",
        "{} months",
        "Beginning when they have proved who they are.",
    ),
    "rights.correction_months": (
        "Whoever asks for a correction or erasure is answered within",
        "{} months",
        "Beginning when they have proved who they are.",
    ),
    "rights.challenge_days": (
        "Whoever is stopped again and again is answered within",
        "{} days",
        "A late one raises an alarm.",
    ),
    "rights.extension_months": (
        "To access and correction may be added",
        "{} months",
        "By a notice with reasons, given in the first month.",
    ),
    "rights.warn_days": (
        "A case counts as due soon",
        "{} days before its day",
        "On its page, and as an alarm.",
    ),
    "rights.forget_days": (
        "What people wrote is erased",
        "{} days after their case is closed",
        "The steps of the case stay.",
    ),
}
"""Each number by its name in the file: what it is, its unit, and what follows from it."""

_PARTS: Final = (
    ("Keeping", "retention."),
    ("Reads that arrive", "ingest."),
    ("Searching", "search."),
    ("Cameras", "sites."),
    ("Figures for the public", "figures."),
    ("What the public asks", "rights."),
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One number in words: in force, in the other profile ("" without one), and where it is from."""

    name: str
    what: str
    here: str
    there: str
    follows: str
    source: Source | None
    judgement: str

    @property
    def differs(self) -> bool:
        """Whether the other profile says another thing."""
        return bool(self.there) and self.here != self.there


@dataclass(frozen=True, slots=True)
class ProfilePages:
    """What the page needs: the profile in force."""

    in_force: Profile


def profile_pages(of: ProfilePages) -> list[PageRoute]:
    """Return the page of profiles."""
    return [page("/administration/profiles", Anybody.SESSION, lambda visit: _profiles(of, visit))]


def _profiles(of: ProfilePages, visit: Visit) -> Answer:
    del visit
    here = of.in_force
    others = [load_profile(name) for name in shipped_profiles() if name != here.name]
    there = others[0] if others else None
    values = {
        "here": here,
        "there": there,
        "parts": [(title, figures(here, there, head)) for title, head in _PARTS],
        "rows": [(here, here.search.rows), *((one, one.search.rows) for one in others[:1])],
        "section": "/administration",
    }
    return Shown("administration/profiles.html", values)


def figures(here: Profile, there: Profile | None, head: str) -> list[Figure]:
    """Return the numbers whose names begin with `head`, in words."""
    return [_figure(name, here, there) for name in WORDS if name.startswith(head)]


def _figure(name: str, here: Profile, there: Profile | None) -> Figure:
    what, unit, follows = WORDS[name]
    one = _said(here)[name]
    other = "" if there is None else _told(unit, _said(there)[name].value)
    return Figure(name, what, _told(unit, one.value), other, follows, one.source, one.judgement)


def _said(profile: Profile):  # noqa: ANN202 - numbers and ranks, which have the same parts
    return {**profile.numbers(), **profile.ranks()}


def _told(unit: str, value: object) -> str:
    told = unit.format(_value(value))
    return told.replace("1 months", "1 month").replace("1 days", "1 day") if value == 1 else told


def _value(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else words(str(value)).lower()
