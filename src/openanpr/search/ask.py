"""A search as it is asked: what, what for, why, for whom; and who asks. Frozen, pure, checked when made."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

from openanpr.core.purpose import Category, Stance
from openanpr.policy.ask import Person
from openanpr.search.question import Question

MOST_REFERENCE = 64
MOST_REASON = 4_000
MOST_NAME = 128
LEAST_WORDS = 3
"""Words of its own that the reason of a search needs to count as one."""
LEAST_OF_ANSWER = 2
"""Words of its own that the reason of an answer to somebody else's needs, such as: too broad."""

# Letters, marks of accents, digits, signs and spaces; of the control characters the end of a line alone.
# Half a surrogate is no text, and no database keeps a NUL.
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_WORD = re.compile(r"[^\W_]{2,}")

# What stands in forms and guidance, and what people type to get past a box: no reason by itself.
_TEMPLATE_LINES = (
    "an and any are as at be been being by can do for from has have here if in into is it its may more must",
    "no not of on or our per so such than that the their them then there these they this those to was we",
    "were what when where which who whom whose why will with would you your",
    "above anpr asdf check checks crime duties duty enforcement enquiries enquiry give incident inquiry",
    "intelligence investigate investigation investigations job justification justified law lawful legitimate",
    "necessary necessity need needed objective official ok operational police policing possible proportional",
    "proportionality proportionate purpose purposes query reason reasons reference required requirement",
    "routine search see state tbc test testing write xx xxx xxxx",
)
_TEMPLATE = frozenset(word for line in _TEMPLATE_LINES for word in line.split())


class AskError(ValueError):
    """Not to be asked so. The sentence says what to change, and holds nothing of what was given."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who acts, with the roles of this moment: `person.id` is the account's id. `source`: from where.

    `person` is to be made anew for each act, from the standing that the account has then.
    """

    person: Person
    name: str = field(repr=False)
    source: str

    @property
    def id(self) -> str:
        """The id of the account."""
        return self.person.id


@dataclass(frozen=True, slots=True)
class ForWhom:
    """For whom somebody asks: an account, or a named person who has none. One of both is given."""

    account_id: str = ""
    name: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        """Raise AskError for both or neither."""
        if bool(self.account_id) == bool(self.name.strip()):
            raise AskError("say for whom: an account, or the name of a person who has none")
        _verify_text(self.account_id, MOST_NAME, "an account's id")
        _verify_text(self.name, MOST_NAME, "a name")

    @property
    def id(self) -> str:
        """The account's id, or an id that no account has."""
        return self.account_id or f"without account: {self.name.strip()}"


@dataclass(frozen=True, slots=True)
class Ask:
    """What somebody wants to know, and why. `for_whom` None: for the person who asks.

    `reason`: why it is necessary and proportionate. `objective`: of the intelligence, where a pattern is
    looked for. `reference`: of the crime, incident or case; "" where there is none.
    """

    question: Question
    category: Category
    stance: Stance
    reference: str = field(repr=False)
    reason: str = field(repr=False)
    objective: str = field(default="", repr=False)
    for_whom: ForWhom | None = None
    urgent: bool = False

    def __post_init__(self) -> None:
        """Raise AskError for a text that is too long or holds what is no text."""
        _verify_text(self.reference, MOST_REFERENCE, "a reference")
        _verify_text(self.reason, MOST_REASON, "a reason")
        _verify_text(self.objective, MOST_REASON, "an objective")

    @property
    def reason_given(self) -> bool:
        """Whether the reason says something of its own."""
        return says_something(self.reason)

    @property
    def objective_given(self) -> bool:
        """Whether the objective says something of its own."""
        return says_something(self.objective)


@dataclass(frozen=True, slots=True)
class OralAuthority:
    """An authority given by word of mouth, as the person who asks tells of it: by whom (account id), when."""

    by: str
    given_at: datetime

    def __post_init__(self) -> None:
        """Raise AskError for nobody's, and for a time without a zone."""
        if not self.by or self.given_at.tzinfo is None:
            raise AskError("an oral authority needs who gave it, and when, with a zone")
        _verify_text(self.by, MOST_NAME, "an account's id")


@dataclass(frozen=True, slots=True)
class Recipient:
    """To whom an export goes; and, for reads of another force, who of it was consulted, when and how."""

    name: str = field(repr=False)
    consulted: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        """Raise AskError for a text that is too long or holds what is no text."""
        _verify_text(self.name, MOST_NAME, "a recipient")
        _verify_text(self.consulted, MOST_REASON, "the consultation")


def says_something(text: str, *, least: int = LEAST_WORDS) -> bool:
    """Tell whether a text has so many words of its own, and not those of a form alone."""
    own = {word.casefold() for word in _WORD.findall(text)} - _TEMPLATE
    return len(own) >= least


def verify_text(text: str, what: str) -> None:
    """Raise AskError unless `text` is a reason that somebody gave for an act."""
    _verify_text(text, MOST_REASON, what)
    if not says_something(text, least=LEAST_OF_ANSWER):
        raise AskError(f"{what} needs a few words of its own: why, in this case")


def verify_words(text: str, *, most: int, what: str) -> None:
    """Raise AskError for a text that is empty, too long, or holds what is no text."""
    if not text.strip():
        raise AskError(f"{what} must not be empty")
    _verify_text(text, most, what)


def _verify_text(text: str, most: int, what: str) -> None:
    if len(text) > most:
        raise AskError(f"{what} has at most {most} characters")
    if _UNFIT.search(text):
        raise AskError(f"{what} is plain text: letters, digits, signs, spaces and line ends")
