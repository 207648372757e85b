"""The numbers of law, each with its source: a dated profile, ours or the operator's own TOML file."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from importlib import resources
from pathlib import Path
from typing import cast

from openanpr.policy.figure_numbers import FIGURES, FigureNumbers, parse_figures, verify_figures
from openanpr.policy.rights_numbers import RIGHTS, RightsLimits, parse_rights, verify_rights
from openanpr.policy.search_numbers import COUNTS, RANKS, SearchNumbers, parse_search, verify_search
from openanpr.policy.site_numbers import SITE_COUNTS, SITE_RANKS, SiteLimits, parse_sites, verify_sites
from openanpr.policy.sourced import Number, ProfileError, RankWanted, Source, inner, number, only, table, text

__all__ = ["Number", "Profile", "ProfileError", "Source", "load_profile", "parse_profile"]

DEFAULT_PROFILE = "nadc-2018"
"""The profile of a node whose settings name none."""

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_PROFILE = frozenset(
    {"name", "title", "valid_from", "retention", "ingest", "search", "sites", "figures", "rights"}
)
_RETENTION = frozenset({"days"})
_INGEST = frozenset(
    {"oldest_days", "late_after_s", "future_tolerance_s", "clock_alarm_ms", "clock_quarantine_ms"}
)


@dataclass(frozen=True, slots=True)
class IngestNumbers:
    """What of arriving reads is taken, marked or held; see `docs/reference/profiles.md`."""

    oldest_days: Number
    late_after_s: Number
    future_tolerance_s: Number
    clock_alarm_ms: Number
    clock_quarantine_ms: Number


@dataclass(frozen=True, slots=True)
class Profile:
    """The numbers that hold from a day on. `label` names the profile with its date."""

    name: str
    title: str
    valid_from: date
    retention_days: Number
    ingest: IngestNumbers
    search: SearchNumbers
    sites: SiteLimits
    figures: FigureNumbers
    rights: RightsLimits

    @property
    def label(self) -> str:
        """The name and the day from which it holds, as what was judged by it keeps them."""
        return f"{self.name} of {self.valid_from}"

    def numbers(self) -> Mapping[str, Number]:
        """Every number by its dotted name in the file."""
        return {
            "retention.days": self.retention_days,
            **{f"ingest.{name}": cast("Number", getattr(self.ingest, name)) for name in sorted(_INGEST)},
            **{f"search.{name}": cast("Number", getattr(self.search, name)) for name in sorted(COUNTS)},
            **{f"sites.{name}": cast("Number", getattr(self.sites, name)) for name in sorted(SITE_COUNTS)},
            **{f"figures.{name}": cast("Number", getattr(self.figures, name)) for name in sorted(FIGURES)},
            **{f"rights.{name}": cast("Number", getattr(self.rights, name)) for name in sorted(RIGHTS)},
        }

    def ranks(self) -> Mapping[str, RankWanted]:
        """Every rank whose authority is wanted, by its dotted name in the file; rows have their own."""
        of_sites = {f"sites.{name}": cast("RankWanted", getattr(self.sites, name)) for name in SITE_RANKS}
        of_searches = {
            f"search.{name}": cast("RankWanted", getattr(self.search, name)) for name in sorted(RANKS)
        }
        return of_searches | of_sites


def load_profile(which: str | Path) -> Profile:
    """Return the profile of that name that comes with the program, or the one in a file.

    A text that ends in `.toml` or has a `/` is a path. Raises ProfileError when it is not there or cannot
    be used.
    """
    if isinstance(which, Path) or which.endswith(".toml") or "/" in which:
        path = Path(which)
        try:
            return parse_profile(path.read_text(encoding="utf-8"), where=path.name)
        except (OSError, UnicodeDecodeError) as fault:
            raise ProfileError(
                f"the profile {path} cannot be read: check that it is there and is UTF-8 text"
            ) from fault
    if which not in shipped_profiles():
        raise ProfileError(
            f"no profile named {which} comes with the program: it has {', '.join(shipped_profiles())}; "
            "one of your own is named by its path"
        )
    found = resources.files("openanpr.policy").joinpath("profiles", f"{which}.toml")
    return parse_profile(found.read_text(encoding="utf-8"), where=f"{which}.toml")


def shipped_profiles() -> tuple[str, ...]:
    """The names of the profiles that come with the program."""
    found = resources.files("openanpr.policy").joinpath("profiles").iterdir()
    return tuple(sorted(file.name.removesuffix(".toml") for file in found if file.name.endswith(".toml")))


def parse_profile(text: str, *, where: str) -> Profile:
    """Return the profile that the TOML `text` spells; `where` names it in an error.

    Raises ProfileError for a key that is not known, one that is missing, a number without its source, and
    numbers that contradict one another.
    """
    try:
        found = tomllib.loads(text)
        return _checked(_profile(found))
    except (tomllib.TOMLDecodeError, TypeError, ValueError) as fault:
        raise ProfileError(f"the profile {where} cannot be used: {fault}") from fault


def verify_valid(profile: Profile, on: date) -> None:
    """Raise ProfileError unless the profile holds on the UTC day `on`."""
    if on < profile.valid_from:
        raise ProfileError(
            f"the profile {profile.name} holds from {profile.valid_from} on, and today is {on}: name another "
            "profile until then, or set this machine's clock"
        )


def _profile(found: Mapping[str, object]) -> Profile:
    only(found, _PROFILE, "")
    valid_from = found["valid_from"]
    # In Python a moment is a day too.
    if not isinstance(valid_from, date) or isinstance(valid_from, datetime):
        raise TypeError("valid_from must be a day, written as 2026-11-22")
    name = text(found, "name", "")
    if not _NAME.fullmatch(name):
        raise ValueError("name has up to 64 small letters, digits and dashes")
    retention = table(found, "retention", _RETENTION)
    ingest = table(found, "ingest", _INGEST)
    return Profile(
        name,
        text(found, "title", ""),
        valid_from,
        number(retention, "days", "retention"),
        IngestNumbers(**{key: number(ingest, key, "ingest") for key in _INGEST}),
        parse_search(inner(found, "search", "search")),
        parse_sites(inner(found, "sites", "sites")),
        parse_figures(inner(found, "figures", "figures")),
        parse_rights(inner(found, "rights", "rights")),
    )


def _checked(profile: Profile) -> Profile:
    ingest, kept = profile.ingest, profile.retention_days.value
    if not 1 <= ingest.oldest_days.value <= kept:
        raise ValueError("ingest.oldest_days must be 1 or more and at most retention.days")
    if not 1 <= ingest.late_after_s.value < ingest.oldest_days.value * 86_400:
        raise ValueError("ingest.late_after_s must be 1 or more and less than ingest.oldest_days")
    if ingest.future_tolerance_s.value < 0:
        raise ValueError("ingest.future_tolerance_s must be 0 or more")
    if not 1 <= ingest.clock_alarm_ms.value <= ingest.clock_quarantine_ms.value:
        raise ValueError("ingest.clock_alarm_ms must be 1 or more and at most ingest.clock_quarantine_ms")
    verify_search(profile.search, kept_days=kept)
    verify_sites(profile.sites)
    verify_figures(profile.figures, oldest_days=ingest.oldest_days.value, kept_days=kept)
    verify_rights(profile.rights)
    return profile
