"""The numbers that cases go by, each from the profile in force."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RightsNumbers:
    """By when cases are answered, and for how long their words are kept.

    `access_months` and `correction_months` begin with the day of receipt or, where proof of identity was
    asked for, with the day on which it came (DPA 2018, section 54); `extension_months` are added to them with
    a notice. `warn_days` is how long before its day a case counts as due soon, `forget_days` how long after
    it was closed its words are kept.
    """

    question_days: int
    complaint_acknowledge_days: int
    complaint_days: int
    access_months: int
    correction_months: int
    challenge_days: int
    extension_months: int
    warn_days: int
    forget_days: int
