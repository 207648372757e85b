"""What the public of the county asked and complained of: answered, open, late. All invented.

Written down as letters by those whose duty they are, signed in as themselves; the forms of the public site
are for whoever looks at the county.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from demonstration.county.traffic import SEED
from demonstration.county.vehicles import vehicle
from demonstration.people import Office, Session


@dataclass(frozen=True, slots=True)
class Came:
    """A letter: how many days ago it came, what it says, and what was done, step by step."""

    kind: str
    days_ago: int
    text: str
    name: str
    steps: tuple[tuple[str, dict[str, object]], ...] = ()
    plate_of: int = 0
    via: str = "letter"


_REPLY = ("reply", {"text": "Answered by letter; a copy is in the file of the office."})
_ANSWERED = (_REPLY, ("close", {"outcome": "answered"}))
TO_IDA = (
    Came("access", 6, "Which of your cameras saw my car in September?", "Ros Penn", plate_of=31),
    Came("access", 29, "Please send me everything that you hold about my van.", "Tam Low", plate_of=32),
    Came(
        "access",
        44,
        "I asked at the desk and heard nothing. What do you have on me?",
        "Jan Reeve",
        plate_of=33,
    ),
    Came("access", 70, "What is kept of the last month?", "Wyn Carr", _ANSWERED, plate_of=34),
    Came("access", 96, "My car, last winter.", "Eli Marr", _ANSWERED, plate_of=35, via="in-person"),
    Came(
        "access",
        12,
        "I sold the car in May. What do you have from before?",
        "Bea Holm",
        (("ask-identity", {}),),
        plate_of=36,
    ),
    Came(
        "challenge",
        16,
        "I was stopped for the third time this month. Each time they said that it was not me after all.",
        "Kit Sayle",
        (("assign", {"to": "ida"}), ("note", {"text": "Asked the owners of the lists."})),
        plate_of=37,
    ),
    Came("challenge", 3, "Stopped twice on the M99 for a car that is not mine.", "Ola Trent", plate_of=38),
    Came(
        "correction", 8, "The car is blue and not silver, and I am its keeper now.", "Una Frost", plate_of=39
    ),
)
TO_CORA = (
    Came(
        "complaint",
        40,
        "An officer stopped me and would not say why. My neighbour knew of it the next day.",
        "Max Orme",
        (("exclude", {"people": ["pat"]}),),
    ),
    Came(
        "complaint",
        20,
        "Your camera by the school looks into our garden.",
        "Ivo Dale",
        (("acknowledge", {}), ("tell", {"text": "We look at the camera this week."})),
    ),
    Came("complaint", 90, "Nobody answered the telephone.", "Sal Nye", _ANSWERED, via="telephone"),
)
TO_MAX = (
    Came("question", 5, "Do the cameras see at night?", "Pip Lusk", via="email"),
    Came("question", 61, "Are they speed cameras?", "Nan Shaw", _ANSWERED, via="email"),
)


def write_down(office: Office, now: datetime) -> None:
    """Have all of it written down; raises RefusedError."""
    for login, letters in (("ida", TO_IDA), ("cora", TO_CORA), ("max", TO_MAX)):
        with office.session(login) as who:
            for came in letters:
                _one(who, came, now)


def _one(who: Session, came: Came, now: datetime) -> None:
    form = {
        "kind": came.kind,
        "via": came.via,
        "on": str((now - timedelta(days=came.days_ago)).date()),
        "text": came.text,
        "name": f"{came.name} (invented)",
        "contact": f"{came.name.lower().replace(' ', '.')}@lyonesse.example",
    }
    if came.plate_of:
        form["vrm"] = vehicle(came.plate_of, seed=SEED).vrm
    opened = who.does("/rights", form)
    for step, said in came.steps:
        who.does(f"/rights/{opened['reference']}/{step}", said)
