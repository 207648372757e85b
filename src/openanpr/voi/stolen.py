"""The life of a stolen report: confirmed or not, reminded of, weeded. Pure, over a dated policy.

Rules: docs/reference is silent on numbers on purpose; they stand in `profiles/stolen-life.toml` with their
source and whether it was verified.
"""

from __future__ import annotations

import tomllib
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from importlib import resources

from openanpr.voi.fault import ListError


@dataclass(frozen=True, slots=True)
class StolenPolicy:
    """The numbers of a stolen report's life, with the day they hold from and where they come from."""

    name: str
    valid_from: date
    source: str
    status: str
    confirm_within_days: int
    reminder_days: tuple[int, ...]
    unconfirmed_weed_days: int
    confirmed_years: int
    prompt_months: int

    def __post_init__(self) -> None:
        """Refuse a policy that would weed at once or never remind."""
        if self.status not in {"verified", "unverified"}:
            msg = "the status of a stolen-report policy must be verified or unverified"
            raise ValueError(msg)
        spans = (
            self.confirm_within_days,
            self.unconfirmed_weed_days,
            self.confirmed_years,
            self.prompt_months,
        )
        if min(spans) < 1 or any(day < 1 for day in self.reminder_days):
            msg = "every span of a stolen-report policy must be at least one day, month or year"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class StolenStanding:
    """Where a stolen report stands on a day.

    `weed_on` is its last day of use. `reminders` are the days, this one included, on which its owner was
    to be asked to confirm it; `prompt_on` is the next yearly question of a confirmed one.
    """

    confirmed: bool
    overdue: bool
    weed_on: date
    weeded: bool
    reminders: tuple[date, ...]
    prompt_on: date | None


def stolen_policy(text: str) -> StolenPolicy:
    """Return the policy that the TOML `text` spells; raises ListError when it cannot be used."""
    try:
        found = tomllib.loads(text)
        found["reminder_days"] = tuple(found["reminder_days"])
        return StolenPolicy(**found)
    except (KeyError, TypeError, ValueError) as error:
        msg = f"the stolen-report policy cannot be used: {error}"
        raise ListError(msg) from error


def shipped_stolen_policy() -> StolenPolicy:
    """Return the policy that comes with the program."""
    path = resources.files("openanpr.voi").joinpath("profiles", "stolen-life.toml")
    return stolen_policy(path.read_text(encoding="utf-8"))


def stolen_weed_on(entered_on: date, confirmed_on: date | None, policy: StolenPolicy) -> date:
    """Return the last day on which a stolen report is used: soon unless confirmed, years if it is."""
    if confirmed_on is None:
        return entered_on + timedelta(days=policy.unconfirmed_weed_days)
    return months_after(entered_on, 12 * policy.confirmed_years)


def stolen_review_on(entered_on: date, confirmed_on: date | None, policy: StolenPolicy) -> date:
    """Return the first day on which the owner of a stolen report is to be asked to confirm it, or again."""
    if confirmed_on is None:
        return entered_on + timedelta(days=min(policy.confirm_within_days, *policy.reminder_days))
    return months_after(confirmed_on, policy.prompt_months)


def stolen_standing(
    entered_on: date, confirmed_on: date | None, *, on: date, policy: StolenPolicy
) -> StolenStanding:
    """Return where the report stands on the day `on`; a confirmation after that day does not count yet."""
    confirmed = confirmed_on if confirmed_on is not None and confirmed_on <= on else None
    weed_on = stolen_weed_on(entered_on, confirmed, policy)
    if confirmed is None:
        asked = sorted({policy.confirm_within_days, *policy.reminder_days})
        days = [entered_on + timedelta(days=day) for day in asked]
        overdue = on > days[0]
    else:
        prompts = 12 * policy.confirmed_years // policy.prompt_months
        days = [months_after(confirmed, policy.prompt_months * n) for n in range(1, prompts + 1)]
        overdue = False
    days = [day for day in days if day <= weed_on]
    return StolenStanding(
        confirmed=confirmed is not None,
        overdue=overdue,
        weed_on=weed_on,
        weeded=on > weed_on,
        reminders=tuple(day for day in days if day <= on),
        prompt_on=None if confirmed is None else next((day for day in days if day > on), None),
    )


def months_after(day: date, months: int) -> date:
    """Return the same day `months` later, or the month's last where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
