"""Templates and what they can say: dates as Britain writes them, marks as plates bear them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import govuk_frontend_jinja  # pyright: ignore[reportMissingTypeStubs] - templates alone
from jinja2 import ChainableUndefined, ChoiceLoader, Environment, PackageLoader, PrefixLoader
from jinja2.utils import missing

from openanpr.core.plate import Plate, PlateError
from openanpr.web.pages.assets import Assets
from openanpr.web.pages.compiled import COMPILED
from openanpr.web.pages.menu import menu_of
from openanpr.web.pages.route import Shown, Visit

_MACROS: Final = govuk_frontend_jinja.__name__
_MINUTE_S: Final = 60
_HOUR_S: Final = 3600
_DAY_S: Final = 86400


@dataclass(frozen=True, slots=True)
class Site:
    """What pages of this node are called and in whose time they speak.

    `layer`: the address of a map layer of the node's own, "" without one; `style`, `night_style`: of styles
    of tiles; `map_origins`: where a browser goes for these beside the node.
    `notice`: what stands at the head of each page, as that all is invented.
    """

    name: str
    zone: ZoneInfo
    layer: str = ""
    style: str = ""
    night_style: str = ""
    map_origins: tuple[str, ...] = ()
    notice: str = ""


class _Missing(ChainableUndefined):
    """A name that nobody gave is a fault of ours; a part that is not there is only empty.

    The design system's macros ask for names that nobody may have given, and mean nothing by it.
    """

    def __bool__(self) -> bool:
        return self._empty()

    def __str__(self) -> str:
        self._empty()
        return ""

    def __iter__(self) -> Iterator[object]:
        self._empty()
        return iter(())

    def _empty(self) -> bool:
        asking = sys._getframe(2).f_code.co_filename  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        # That is the template which asks; jinja tells it nowhere else.
        if self._undefined_obj is missing and _MACROS not in asking:
            self._fail_with_undefined_error()
        return False


class Look:
    """Makes pages of templates. Safe to share between threads."""

    def __init__(self, site: Site, assets: Assets, clock: Callable[[], datetime]) -> None:
        self.site, self._clock = site, clock
        macros = PrefixLoader({_MACROS: PackageLoader(_MACROS)})
        loader = ChoiceLoader([PackageLoader("openanpr.web"), macros])
        self._jinja = Environment(
            loader=loader,
            autoescape=True,
            undefined=_Missing,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            bytecode_cache=COMPILED,
        )
        self._jinja.filters.update(self._filters())
        self._known: Mapping[str, object] = {"asset": assets.address, "site": site}

    def page(self, visit: Visit, shown: Shown) -> str:
        """Return a page, or the part of one that was asked for."""
        return self._jinja.get_template(shown.template).render(
            {**self._known, **shown.values, "visit": visit, "menu": menu_of(visit.may), "now": self._clock()}
        )

    def part(self, template: str, values: Mapping[str, object]) -> str:
        """Return a part that nobody visits, as one that a stream sends."""
        return self._jinja.get_template(template).render({**self._known, **values, "now": self._clock()})

    def _filters(self) -> Mapping[str, Callable[..., str]]:
        return {
            "day": self._day,
            "time": self._time,
            "moment": self._moment,
            "exact": self._exact,
            "ago": self._ago,
            "span": span,
            "plate": spaced,
            "words": words,
            "percent": percent,
        }

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(self.site.zone)

    def _day(self, at: date | datetime) -> str:
        """`30 November 2026`."""
        on = self._local(at) if isinstance(at, datetime) else at
        return f"{on.day} {on:%B %Y}"

    def _time(self, at: datetime) -> str:
        """`14:05:09`."""
        return f"{self._local(at):%H:%M:%S}"

    def _moment(self, at: datetime) -> str:
        """`30 November 2026, 14:05`."""
        return f"{self._day(at)}, {self._local(at):%H:%M}"

    def _exact(self, at: datetime) -> str:
        """`30 November 2026, 14:05:09`."""
        return f"{self._day(at)}, {self._time(at)}"

    def _ago(self, at: datetime) -> str:
        """`3 minutes ago`."""
        age_s = (self._clock() - at).total_seconds()
        return f"{span(age_s)} ago" if age_s >= 0 else f"in {span(-age_s)}"


def span(length: float | timedelta) -> str:
    """Return a span (seconds, or a timedelta) in its greatest unit: `3 minutes`."""
    seconds = length.total_seconds() if isinstance(length, timedelta) else length
    for unit_s, name in ((_DAY_S, "day"), (_HOUR_S, "hour"), (_MINUTE_S, "minute")):
        if seconds >= unit_s:
            return _counted(int(seconds // unit_s), name)
    return _counted(int(seconds), "second")


def _counted(count: int, name: str) -> str:
    return f"{count} {name}" if count == 1 else f"{count} {name}s"


def spaced(mark: str) -> str:
    """Return a mark with the space that its plate bears; as it is where it is of no layout that is known."""
    try:
        plate = Plate.parse(mark)
    except PlateError:
        return mark
    return plate.printed


def words(name: str) -> str:
    """Return a name of ours (`control-room-operator`) as words: `Control room operator`."""
    text = str(name).replace("-", " ").replace("_", " ")
    return text[:1].upper() + text[1:]


def percent(share: float | None, digits: int = 0) -> str:
    """Return a share (0 to 1) as a percentage; a dash where there is none."""
    return "–" if share is None else f"{100 * share:.{digits}f}%"
