"""Days and times as forms bring them: a day in three fields, a time of the clock on the wall beside them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from openanpr.web.pages.form import Form, FormFaultsError

DAY_PARTS: Final = ("day", "month", "year")
"""How the names of a day's fields end."""

_DIGITS: Final = {"day": r"\d{1,2}", "month": r"\d{1,2}", "year": r"\d{4}"}
_TIME: Final = re.compile(r"(\d{1,2})[:.]?(\d{2})", re.ASCII)
_A_TIME: Final = "Enter a time of the 24-hour clock, such as 06:30"


def read_day(form: Form, name: str) -> date | None:
    """Return the day in the fields `name`_day, _month and _year, None where all are empty.

    Raises FormFaultsError, about the first field that is wrong.
    """
    texts = {part: form.text(f"{name}_{part}") for part in DAY_PARTS}
    if not any(texts.values()):
        return None
    for part, text in texts.items():
        if not text:
            raise FormFaultsError({f"{name}_{part}": f"Enter the {part} too, as in 31 12 2027"})
        if not re.fullmatch(_DIGITS[part], text, re.ASCII):
            raise FormFaultsError({f"{name}_{part}": f"Enter the {part} in figures, as in 31 12 2027"})
    try:
        return date(int(texts["year"]), int(texts["month"]), int(texts["day"]))
    except ValueError:
        raise FormFaultsError({f"{name}_day": "Enter a day that the calendar has"}) from None


def read_moment(form: Form, name: str, zone: ZoneInfo) -> datetime:
    """Return the moment of a day and of the time in `name`_time, on the clock of `zone`.

    In the hour that comes twice a year it is the first. Raises FormFaultsError.
    """
    faults: dict[str, str] = {}
    on, found = None, _TIME.fullmatch(form.text(f"{name}_time"))
    try:
        on = read_day(form, name)
    except FormFaultsError as fault:
        faults |= fault.faults
    if on is None and not faults:
        faults[f"{name}_day"] = "Enter the day, as in 31 12 2027"
    hour, minute = (int(found[1]), int(found[2])) if found else (24, 0)
    if hour > 23 or minute > 59:
        faults[f"{name}_time"] = _A_TIME
    if on is None or faults:
        raise FormFaultsError(faults)
    wall = datetime(on.year, on.month, on.day, hour, minute, tzinfo=zone)
    at = wall.astimezone(UTC)
    if at.astimezone(zone).replace(tzinfo=None) != wall.replace(tzinfo=None):
        raise FormFaultsError({f"{name}_time": "The clocks went forward over this time: enter another"})
    return at
