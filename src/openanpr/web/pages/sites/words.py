"""How pages say what the life of a site knows: states, steps, causes, forms, grounds, measures."""

from __future__ import annotations

from typing import Final

from openanpr.sites.admission import Cause, Standing
from openanpr.sites.case import Form, Measure, Than
from openanpr.sites.commissioning import Result
from openanpr.sites.contribution import Came
from openanpr.sites.ground import WORDS
from openanpr.sites.life import State, Step
from openanpr.sites.missing import Part

STATES: Final = {
    State.DRAFT: ("Draft", "grey"),
    State.SENT_BACK: ("Sent back", "yellow"),
    State.SUBMITTED: ("Waits for a decision", "blue"),
    State.REFUSED: ("Refused", "red"),
    State.AUTHORISED: ("Authorised, not up yet", "blue"),
    State.INSTALLED: ("Up, not passed its test yet", "yellow"),
    State.STANDS: ("Stands", "green"),
    State.REVIEWED: ("Reviewed, waits for a decision", "blue"),
    State.TO_LAPSE: ("Lapses", "yellow"),
    State.WITHDRAWN: ("Withdrawn", "grey"),
}
"""Where a site stands, with its colour."""
STANDINGS: Final = {
    Standing.ADMITTED: ("Delivers", "green"),
    Standing.WARNED: ("Time runs out", "yellow"),
    Standing.LAPSED: ("Lapsed: reads are held", "red"),
}
"""What a camera may do."""
CAUSES: Final = {
    Cause.NO_CASE: "It has no case, and so long to get one",
    Cause.COMMISSIONING: "It is authorised, and has so long to pass its test",
    Cause.REVIEW: "It stands until its review, and for a grace after it",
    Cause.STAY: "It may stay where it is for so long, and for a grace after that: move it",
    Cause.TAKEN_DOWN: "It was taken down, and stands nowhere",
    Cause.DECIDED: "It was decided that it lapses",
    Cause.REFUSED: "Its case was refused",
    Cause.WITHDRAWN: "Its case was withdrawn",
}
"""By what the time of a camera is measured."""
FORMS: Final = {
    Form.FIXED: "Fixed",
    Form.MOVEABLE: "Moveable",
    Form.VEHICLE_MOUNTED: "In a vehicle",
}
FORM_HINTS: Final = {
    Form.FIXED: "It stands in one place for years.",
    Form.MOVEABLE: "It stands somewhere for days or weeks, then elsewhere.",
    Form.VEHICLE_MOUNTED: "It is driven about.",
}
GROUNDS: Final = {ground: said[:1].upper() + said[1:] for ground, said in WORDS.items()}
"""The five grounds."""
STEPS: Final = {
    Step.DRAFTED: "Drafted",
    Step.REVISED: "Written on",
    Step.CHECKED: "Held against cameras that are there",
    Step.SUBMITTED: "Put before an authorising officer",
    Step.AUTHORISED: "Authorised",
    Step.SENT_BACK: "Sent back",
    Step.REFUSED: "Refused",
    Step.INSTALLED: "Put up",
    Step.TESTED: "Tested, and not passed",
    Step.COMMISSIONED: "Tested, and passed: it stands",
    Step.MOVED: "Moved",
    Step.TAKEN_DOWN: "Taken down",
    Step.DPIA_REVIEWED: "Impact assessment gone through",
    Step.REVIEWED: "Reviewed",
    Step.RENEWED: "Renewed",
    Step.TO_LAPSE: "Decided that it lapses",
    Step.WITHDRAWN: "Withdrawn",
}
RESULTS: Final = {
    Result.PASSED: ("Passed", "green"),
    Result.MISSED: ("Below its aim", "red"),
    Result.OPEN: ("Too few plates to say", "yellow"),
}
MEASURES: Final = {
    Measure.READS: "Reads",
    Measure.HITS: "Hits",
    Measure.OUTCOMES: "Outcomes (tickets, seizures, arrests)",
    Measure.ARRESTS: "Arrests",
    Measure.SEIZURES: "Seizures",
}
CAME: Final = {
    Came.REACHED: ("Reached", "green"),
    Came.MISSED: ("Missed", "red"),
    Came.CANNOT_SAY: ("Cannot be said", "grey"),
}
THAN: Final = {Than.LESS: "It intrudes less", Than.MORE: "It intrudes more"}
PARTS: Final = {
    Part.ABOUT: "What it is called, and who may know of it",
    Part.CAMERAS: "The cameras, and where they are to stand",
    Part.GROUNDS: "The grounds, and evidence for each",
    Part.NEED: "The need, and what follows if nothing is done",
    Part.VIEWS: "Local and wider views",
    Part.CONSULTED: "Who was consulted",
    Part.ALTERNATIVES: "Alternatives that intrude less, and more",
    Part.EXPECTED: "What is expected in a year",
    Part.DUPLICATION: "Cameras that are there already",
    Part.DPIA: "Data-protection impact assessment",
}
"""The parts of a case, in the order in which they are written."""
