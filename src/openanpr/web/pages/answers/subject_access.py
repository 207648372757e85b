"""Requests for access: where each stands, its items with pictures, decisions, the pack and its way out."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Struct

from openanpr.policy.ask import Act
from openanpr.web.api.route import File
from openanpr.web.pages.administration.act_form import (
    WHY,
    ActForm,
    ActPage,
    Choice,
    Field,
    NoFields,
    Why,
    act_routes,
    form_question,
)
from openanpr.web.pages.answers.challenges import Day, Line
from openanpr.web.pages.answers.told import (
    AccessHead,
    AccessTold,
    EntryWaits,
    HandedOver,
    ItemTold,
    PicturesTold,
)
from openanpr.web.pages.inside import Inside, Question
from openanpr.web.pages.route import Answer, PageRoute, SeeOther, Shown, Visit, page

SECTION: Final = "/subject-access"
_ONE: Final = "/subject-access/{access}"
_ITEM: Final = f"{_ONE}/items/{{number}}"

STATES: Final = {
    "to-find": ("To find", "yellow"),
    "to-decide": ("To decide", "yellow"),
    "to-confirm": ("Second person", "orange"),
    "to-pack": ("To pack", "blue"),
    "packed": ("Packed", "blue"),
    "handed-over": ("Handed over", "green"),
}
KINDS: Final = {"read": "Read", "alert": "Alert", "entry": "Entry of a list", "searches": "Searches"}
VERDICTS: Final = (
    Choice("tell", "Tell it"),
    Choice("in-part", "Tell it in part", "Vehicle and time alone; no picture"),
    Choice("withhold", "Withhold it", "The reply tells the ground"),
    Choice(
        "withhold-unsaid",
        "Withhold it and do not say so",
        "Only where to say so would undo the ground: section 45(6)",
    ),
)
_GROUNDS: Final = (
    Choice("", "None: it is told whole"),
    Choice("a", "(a) obstructing an inquiry, investigation or procedure"),
    Choice("b", "(b) prejudicing prevention, detection, investigation or prosecution of offences"),
    Choice("c", "(c) public security"),
    Choice("d", "(d) national security"),
    Choice("e", "(e) rights and freedoms of others"),
)
GROUNDS: Final = {one.value: one.text for one in _GROUNDS if one.value}
_Number = Annotated[str, Meta(pattern=r"^\d{0,5}$")]
_Numbers = Annotated[str, Meta(min_length=1, max_length=500, pattern=r"^[\d ,]+$")]
_DECIDING: Final = (
    Field("verdict", "What becomes of it", "Say what becomes of it", "one-of", choices=VERDICTS),
    Field("exemption", "Ground of section 45(4)", "Choose the ground", "menu", choices=_GROUNDS),
    Field(
        "reason",
        "Why, in this case",
        "Say why",
        "long",
        "Needed where anything is withheld. It stays inside.",
    ),
)
_NUMBERS: Final = Field("numbers", "Numbers of the items", "Enter the numbers", hint="Such as 3, 4, 17")


class OpenFields(Struct, frozen=True):
    """A request that is begun."""

    case: Line
    vrm: Annotated[str, Meta(min_length=1, max_length=300)]
    since: Day
    until: Day
    entitlement: Line
    proof: Why


class DecideFields(Struct, frozen=True):
    """What becomes of one item."""

    verdict: Line
    exemption: str = ""
    reason: Annotated[str, Meta(max_length=2000)] = ""
    x: _Number = ""
    y: _Number = ""
    width: _Number = ""
    height: _Number = ""


class RuleFields(Struct, frozen=True):
    """What becomes of all of a kind that wait."""

    kind: Line
    verdict: Line
    exemption: str = ""
    reason: Annotated[str, Meta(max_length=2000)] = ""


class ConfirmFields(Struct, frozen=True):
    """Upon which items a second person agrees."""

    numbers: _Numbers


class SendBackFields(Struct, frozen=True):
    """Which items a second person sends back, and why."""

    numbers: _Numbers
    why: Why


class HandOverFields(Struct, frozen=True):
    """To whom it goes."""

    recipient: Line


@dataclass(frozen=True, slots=True)
class AccessPages:
    """What the pages need."""

    inside: Inside


def access_pages(of: AccessPages) -> list[PageRoute]:
    """Return the pages of requests for access."""
    return [
        page(SECTION, Act.SEE_ACCESS, lambda visit: _all(of, visit)),
        page(f"{SECTION}/entries", Act.ANSWER_CHALLENGE, lambda visit: _entries(of, visit)),
        *act_routes(of.inside, _open()),
        page(_ONE, Act.SEE_ACCESS, lambda visit: _shown(of, visit), asks=("after",)),
        page(_ITEM, Act.HANDLE_ACCESS, lambda visit: _item(of, visit)),
        *act_routes(
            of.inside, _find(), _decide(), _rule(), _owned(of), _confirm(), _send_back(), _pack(), _out()
        ),
    ]


def _all(of: AccessPages, visit: Visit) -> Answer:
    told = of.inside.ask(visit, Question("GET", SECTION), list[AccessHead])
    values = {
        "section": SECTION,
        "told": list(reversed(told)),
        "states": STATES,
        "may_open": Act.HANDLE_ACCESS in visit.may,
    }
    return Shown("answers/requests.html", values)


def _entries(of: AccessPages, visit: Visit) -> Answer:
    told = of.inside.ask(visit, Question("GET", f"{SECTION}/entries"), list[EntryWaits])
    return Shown("answers/entries.html", {"section": SECTION, "told": told, "today": visit.asked.now.date()})


def _told(of: AccessPages, visit: Visit) -> AccessTold:
    query = {"after": after} if (after := visit.asked.query.get("after", "")) else {}
    return of.inside.ask(visit, Question("GET", _ONE, {"access": visit.place("access")}, query), AccessTold)


def _shown(of: AccessPages, visit: Visit) -> Answer:
    values = {
        "section": SECTION,
        "told": _told(of, visit),
        "states": STATES,
        "kinds": KINDS,
        "verdicts": {one.value: one.text for one in VERDICTS},
        "handles": Act.HANDLE_ACCESS in visit.may,
        "confirms": Act.CONFIRM_ACCESS in visit.may,
        "sees_case": Act.SEE_RIGHTS in visit.may,
    }
    return Shown("answers/request.html", values)


def _item(of: AccessPages, visit: Visit) -> Answer:
    place = {"access": visit.place("access"), "number": visit.place("number")}
    one = _found(of, visit)
    pictures = PicturesTold(None, None)
    if one.pictures:
        pictures = of.inside.ask(visit, Question("GET", f"{_ITEM}/pictures", place), PicturesTold)
    values = {
        "section": SECTION,
        "one": one,
        "pictures": pictures,
        "kinds": KINDS,
        "grounds": GROUNDS,
        "verdicts": {verdict.value: verdict.text for verdict in VERDICTS},
        "access": visit.place("access"),
    }
    return Shown("answers/item.html", values)


def _found(of: AccessPages, visit: Visit) -> ItemTold:
    """Return an item by its number; raises LookupError."""
    number = visit.place("number")
    if not number.isascii() or not number.isdigit() or not 1 <= len(number) <= 6 or int(number) < 1:
        raise LookupError("there is no such item")
    question = Question("GET", _ONE, {"access": visit.place("access")}, {"after": str(int(number) - 1)})
    shown = of.inside.ask(visit, question, AccessTold).shown
    if not shown or shown[0].number != int(number):
        raise LookupError("there is no such item")
    return shown[0]


def _back(visit: Visit) -> str:
    return f"{SECTION}/{visit.place('access')}"


def _on(visit: Visit, _: bytes) -> Answer:
    return SeeOther(_back(visit))


def _question(name: str, visit: Visit, said: Mapping[str, object]) -> Question:
    told = {key: value for key, value in said.items() if value not in ("", None)}
    return Question("POST", f"{_ONE}/{name}", {"access": visit.place("access")}, form=told)


def _open() -> ActForm:
    def asked(_: Visit, form: Any) -> Question:  # noqa: ANN401 - as ActForm has it
        said = msgspec.structs.asdict(form)
        said["vrm"] = [one.strip() for one in form.vrm.split(",") if one.strip()]
        return Question("POST", SECTION, form=said)

    def done(_: Visit, told: bytes) -> Answer:
        return SeeOther(f"{SECTION}/{msgspec.json.decode(told, type=AccessTold).access}")

    entitled = (
        Choice("keeper", "Keeper of the vehicle"),
        Choice("driver", "Driver of the vehicle"),
        Choice("representative", "Representative of one of them"),
    )
    hint = "Which documents, and who saw them. Keep no copy."
    fields = (
        Field("case", "Case", "Enter the reference of the case", hint="Such as 7KM3-F9PX", width=10),
        Field("vrm", "Number plates", "Enter a number plate", hint="With commas between them"),
        Field("since", "First day asked about", "Enter the first day", "day"),
        Field("until", "Last day asked about", "Enter the last day", "day"),
        Field("entitlement", "They ask as", "Say as what they ask", "one-of", choices=entitled),
        Field("proof", "What was shown as proof", "Say what was shown", "long", hint),
    )
    lead = ("It hangs on an open case of somebody who asks what is held about them.",)
    says = ActPage("Open a request for access", lead, "Open", SECTION, SECTION, fields=fields)
    return ActForm(f"{SECTION}/new", Act.HANDLE_ACCESS, lambda _: says, OpenFields, asked, done)


def _find() -> ActForm:
    def says(visit: Visit) -> ActPage:
        lead = (
            "Reads over all that is kept, open alerts, entries of open lists, and how many searches asked.",
            "It is in the log like every search. What is covert is not looked at, and every reply says so.",
            "A look again throws away what was decided.",
        )
        return ActPage("Find what is held", lead, "Find", _back(visit), SECTION)

    return ActForm(
        f"{_ONE}/find", Act.HANDLE_ACCESS, says, NoFields, lambda visit, _: _question("find", visit, {}), _on
    )


def _decide() -> ActForm:
    def says(visit: Visit) -> ActPage:
        box = tuple(
            Field(name, label, "Enter a number of pixels", "number", hint, width=4)
            for name, label, hint in (
                ("x", "Box: from the left", "Of a read with an overview picture: the vehicle, in pixels"),
                ("y", "Box: from the top", ""),
                ("width", "Box: width", ""),
                ("height", "Box: height", "Without a box the overview is not told"),
            )
        )
        lead = ("What is withheld, also in part, waits for a second person.",)
        back = f"{_back(visit)}/items/{visit.place('number')}"
        title = f"Decide upon item {visit.place('number')}"
        return ActPage(title, lead, "Decide", back, SECTION, fields=(*_DECIDING, *box))

    def asked(visit: Visit, form: Any) -> Question:  # noqa: ANN401 - as ActForm has it
        box = [form.x, form.y, form.width, form.height]
        if any(box) and not all(box):
            raise ValueError("a box needs all four numbers")
        said = {
            "numbers": [int(visit.place("number"))],
            "verdict": form.verdict,
            "exemption": form.exemption,
            "reason": form.reason,
            "box": [int(one) for one in box] if all(box) else None,
        }
        return _question("decide", visit, said)

    return ActForm(f"{_ITEM}/decide", Act.HANDLE_ACCESS, says, DecideFields, asked, _on)


def _rule() -> ActForm:
    def says(visit: Visit) -> ActPage:
        kinds = tuple(Choice(name, KINDS[name]) for name in ("read", "alert", "searches"))
        fields = (Field("kind", "All that wait of", "Choose a kind", "one-of", choices=kinds), *_DECIDING)
        lead = ("Upon all items of a kind that nobody has decided upon.",)
        return ActPage("Decide by rule", lead, "Decide", _back(visit), SECTION, fields=fields)

    return ActForm(
        f"{_ONE}/rule",
        Act.HANDLE_ACCESS,
        says,
        RuleFields,
        lambda visit, form: _question("decide", visit, msgspec.structs.asdict(form)),
        _on,
    )


def _owned(of: AccessPages) -> ActForm:
    def waits(visit: Visit) -> EntryWaits:
        told = of.inside.ask(visit, Question("GET", f"{SECTION}/entries"), list[EntryWaits])
        mine = (visit.place("access"), visit.place("number"))
        found = next((one for one in told if (one.access, str(one.number)) == mine), None)
        if found is None:
            raise LookupError("no such entry waits")
        return found

    def says(visit: Visit) -> ActPage:
        one = waits(visit)
        lead = (
            "Whether the person is told that the vehicle is on your list. Withholding takes a second person.",
        )
        title = f"Decide upon an entry of {one.list}"
        return ActPage(title, lead, "Decide", f"{SECTION}/entries", SECTION, fields=_DECIDING)

    def asked(visit: Visit, form: Any) -> Question:  # noqa: ANN401 - as ActForm has it
        one = waits(visit)
        said = {
            "list": one.list,
            "numbers": [one.number],
            "verdict": form.verdict,
            "exemption": form.exemption,
            "reason": form.reason,
        }
        return _question("entries", visit, said)

    return ActForm(
        f"{_ONE}/entries/{{number}}",
        Act.ANSWER_CHALLENGE,
        says,
        DecideFields,
        asked,
        lambda _, __: SeeOther(f"{SECTION}/entries"),
    )


def _numbers(text: str) -> list[int]:
    return [int(one) for one in text.replace(",", " ").split() if len(one) < 7]


def _confirm() -> ActForm:
    def says(visit: Visit) -> ActPage:
        lead = ("You agree that these are withheld, on the ground and for the reason that is given.",)
        return ActPage("Agree", lead, "Agree", _back(visit), SECTION, fields=(_NUMBERS,))

    def asked(visit: Visit, form: Any) -> Question:  # noqa: ANN401 - as ActForm has it
        return _question("confirm", visit, {"numbers": _numbers(form.numbers)})

    return ActForm(f"{_ONE}/confirm", Act.CONFIRM_ACCESS, says, ConfirmFields, asked, _on)


def _send_back() -> ActForm:
    def says(visit: Visit) -> ActPage:
        lead = ("These are not to be withheld so: the handler decides again.",)
        return ActPage("Send back", lead, "Send back", _back(visit), SECTION, fields=(_NUMBERS, WHY))

    def asked(visit: Visit, form: Any) -> Question:  # noqa: ANN401 - as ActForm has it
        return _question("send-back", visit, {"numbers": _numbers(form.numbers), "why": form.why})

    return ActForm(f"{_ONE}/send-back", Act.CONFIRM_ACCESS, says, SendBackFields, asked, _on)


def _pack() -> ActForm:
    def says(visit: Visit) -> ActPage:
        lead = ("The reply is put together of what was decided, and kept. Nothing leaves yet.",)
        return ActPage("Make the pack", lead, "Make it", _back(visit), SECTION, waits="It is made now.")

    return ActForm(
        f"{_ONE}/pack", Act.HANDLE_ACCESS, says, NoFields, lambda visit, _: _question("pack", visit, {}), _on
    )


def _out() -> ActForm:
    def says(visit: Visit) -> ActPage:
        lead = (
            "Its digest goes into the log, then the file is yours to send.",
            "The reply is recorded on the case and the handing over in the register of disclosures.",
        )
        fields = (Field("recipient", "To whom, and by which way", "Say to whom", hint="Jo Mills, by post"),)
        return ActPage("Hand over", lead, "Hand over and download", _back(visit), SECTION, fields=fields)

    def done(_: Visit, told: bytes) -> Answer:
        found = msgspec.json.decode(told, type=HandedOver)
        return File(base64.b64decode(found.body), found.media_type, found.name)

    return ActForm(
        f"{_ONE}/hand-over",
        Act.HANDLE_ACCESS,
        says,
        HandOverFields,
        lambda visit, form: form_question(f"{_ONE}/hand-over", form, access=visit.place("access")),
        done,
    )
