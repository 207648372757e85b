"""The words of review as pages say them: for each reason, outcome and remedy, and for what a search was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from openanpr.review.item import Outcome, Remedy
from openanpr.review.sampling import SampledFor
from openanpr.review.signal import SignalKind

KINDS: Final[Mapping[str, str]] = {
    SampledFor.OVER_ORDINARY_DAYS: "Further back than the ordinary days",
    SampledFor.BULK: "Swept in many vehicles",
    SampledFor.BROAD: "Swept in a town's traffic",
    SampledFor.URGENT_ORAL: "Urgent, by word of mouth",
    SampledFor.PROACTIVE: "Looked for a pattern",
    SampledFor.OWN_INTEREST_REFUSED: "Refused: a vehicle of those close",
    SampledFor.LOT: "Drawn by lot",
    SampledFor.LEAST_OF_TEAM: "Makes up the least of its team",
    SignalKind.OWN_VEHICLE: "The searcher's own vehicle",
    SignalKind.HOUSEHOLD_VEHICLE: "A vehicle of the household",
    SignalKind.COLLEAGUES_VEHICLE: "A colleague's vehicle",
    SignalKind.REPEATED_LOOK_UPS: "One vehicle looked up again and again",
    SignalKind.PASTED_REASON: "One reason for many cases",
    SignalKind.OFF_DUTY: "Outside the hours of duty",
    SignalKind.REFERENCE_CLOSED: "Cases that closed, with nothing kept",
    SignalKind.REFERENCE_UNKNOWN: "A case that is known no more",
    SignalKind.REFERENCE_NEVER_MATCHED: "A case that was never known",
    SignalKind.LOOKED_AND_LEFT: "Looked, and left it at that",
    SignalKind.FOR_OTHERS: "Far more searches for others than the team",
}
"""Each reason for a look, in few words."""

FINDINGS: Final[Mapping[str, str]] = {
    Outcome.PROPER: "Proper",
    Outcome.IMPROPER: "Improper",
    Outcome.UNCLEAR: "Unclear",
}
REMEDIES: Final[Mapping[str, str]] = {
    Remedy.NONE: "Nothing",
    Remedy.ADVICE: "Advice",
    Remedy.TRAINING: "Training",
    Remedy.ACCESS_REVIEW: "Look at what they may do here",
    Remedy.PROFESSIONAL_STANDARDS: "Professional standards",
}
