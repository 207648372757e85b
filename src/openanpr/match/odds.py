"""How likely it is that the vehicle is the listed one.

A hit carries `p`, the reader's probability that the plate shows the listed mark. That is not yet the chance
that the listed vehicle went by: most vehicles are on no list, entries grow old, marks are cloned, and some
entries fit many vehicles. With

    p     probability that the plate shows the listed shapes. For the read's own shapes: its confidence, with
          all spellings of those shapes added. For other shapes: what the reader gave them; where it gave
          none, what its character leaves over, shared by the confusion weights (`swapped_p`):
          p = confidence / c * (1 - c - named rivals) * w / sum of w, and never more than 1 - confidence
    a     share of passing vehicles that are on the lists
    b     share of wrong strings that are on the lists by chance (2 million entries: 0.0012 of random marks)
    n     other vehicles that fit the entry as well (wildcards; 0 for a whole mark)
    s     share of the listed spelling among the spellings of its shapes (1 unless O/0 or I/1 is open)
    t, h  days since the list was last known right, and days in which half of its entries cease to stand
    k     share of vehicles with a listed mark that carry it falsely

the formula is

    P = [p a / (p a + (1 - p) b)] * s * 2^(-t / h) * (1 - k) / (1 + n)

The first factor is Bayes' rule over everything that was looked up: a string that is right is on a list as
often as vehicles are (a), one that is wrong as often as strings are (b). With a = b it is p itself. The
others are taken as independent of it and of one another. a, b, h and k are measured or judged by each
force, never known exactly; the defaults are the project's own judgement and only rank hits for people.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BaseRates:
    """Shares from 0 to 1: `listed` (a), `stray` (b), `false_plates` (k), as the head of this file names them.

    `stray` is by default what random marks meet in a list of two million, by shape; the others are judged.
    """

    listed: float = 0.003
    stray: float = 0.0012
    false_plates: float = 0.001

    def __post_init__(self) -> None:
        """Refuse what is not a share, and rates that make nothing possible."""
        if not all(0.0 <= share <= 1.0 for share in (self.listed, self.stray, self.false_plates)):
            msg = "BaseRates needs shares between 0 and 1"
            raise ValueError(msg)
        if self.listed == 0.0 or self.stray == 0.0:
            msg = "BaseRates needs listed and stray above 0: nothing is certain before it is looked at"
            raise ValueError(msg)


DEFAULT_RATES = BaseRates()


@dataclass(frozen=True, slots=True)
class Standing:
    """How far an entry can be trusted: its list's age, and who else it fits.

    `list_age_days` since the list was last known right; `half_life_days` in which half of such entries cease
    to stand; `spelling_share` 0 to 1; `others_fitting` the number of other vehicles that fit the entry.
    """

    list_age_days: float = 0.0
    half_life_days: float = 30.0
    spelling_share: float = 1.0
    others_fitting: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what no list can be."""
        if not (self.list_age_days >= 0.0 and self.half_life_days > 0.0 and self.others_fitting >= 0.0):
            msg = "Standing needs an age and others of 0 or more, and a half-life above 0"
            raise ValueError(msg)
        if not 0.0 <= self.spelling_share <= 1.0:
            msg = "Standing.spelling_share must be between 0 and 1"
            raise ValueError(msg)


def listed_vehicle_p(p: float, standing: Standing, rates: BaseRates = DEFAULT_RATES) -> float:
    """Return the probability (0 to 1) that the vehicle is the listed one, for a hit with probability `p`.

    The formula stands at the head of this file. Raises ValueError where `p` is no probability.
    """
    if not 0.0 <= p <= 1.0:
        msg = "the probability of a hit must be between 0 and 1"
        raise ValueError(msg)
    right, wrong = p * rates.listed, (1.0 - p) * rates.stray
    stands = 2.0 ** (-standing.list_age_days / standing.half_life_days)
    mark = right / (right + wrong) * standing.spelling_share
    return mark * stands * (1.0 - rates.false_plates) / (1.0 + standing.others_fitting)


def swapped_p(*, confidence: float, character_p: float, left_over: float, weight: float) -> float:
    """Return the probability of the plate with one character read otherwise, all else as read.

    `left_over` is what the character's own probability and its named rivals leave; `weight` is the rival's
    share of it (0 to 1), by confusion. Never more than the confidence leaves to all other plates together.
    """
    return min(1.0 - confidence, left_over * weight * (confidence / character_p))
