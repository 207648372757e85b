"""What is done to devices, feeds, services and webhooks, each by a form of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from openanpr.people.service import Scope
from openanpr.policy.ask import Act
from openanpr.web.api.route import Secret, Text
from openanpr.web.pages.administration.act_form import (
    CODE,
    WHY,
    ActForm,
    ActPage,
    Choice,
    Field,
    NoFields,
    Once,
    ProvedWhyFields,
    WhyFields,
    act_routes,
    asks,
    form_question,
    on_to,
)
from openanpr.web.pages.administration.devices import (
    DEVICES,
    FEEDS,
    SERVICE_SCOPES,
    SERVICES,
    WEBHOOKS,
    CodeMade,
    CodeTold,
    DevicePages,
    DeviceTold,
    FeedTold,
    ServiceTold,
    TokenMade,
)
from openanpr.web.pages.administration.people import all_people
from openanpr.web.pages.inside import Question
from openanpr.web.pages.route import Answer, PageRoute, Visit

_MOST_MESSAGE: Final = 8 * 2**20
_SCOPE: Final = Field(
    "scope",
    "Cameras",
    "Enter what it may speak for, such as 53/1/7",
    "long",
    "One a line: 53/1/7 is a camera, 53/1 all cameras of a source, 53 of a force. As narrow as will do.",
)


class CodeFields(Struct, frozen=True):
    """A device that is to enrol."""

    name: Text
    scope: str
    life_hours: Annotated[float, Meta(gt=0, le=720)]


class FeedFields(Struct, frozen=True):
    """Another maker's system."""

    name: Text
    scope: str


class ServiceFields(Struct, frozen=True):
    """Another system, who answers for it, what it may do and for how long."""

    name: Text
    owner: Text
    scope: Annotated[list[Scope], Meta(min_length=1)]
    days: Annotated[int, Meta(ge=1, le=366)]
    code: Secret


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of which one is revoked for good: what it is called, who may, where it is shown and asked for.

    `key` is the name of its id in what is told; `lead` is what whoever revokes must know.
    """

    called: str
    who: Act
    home: str
    asked: str
    key: str
    told: type[DeviceTold | FeedTold | ServiceTold]
    lead: tuple[str, ...]
    form: type[Struct] = WhyFields
    fields: tuple[Field, ...] = (WHY,)


_REVOKED: Final = (
    _Kind(
        "device",
        Act.MANAGE_DEVICES,
        DEVICES,
        "/devices",
        "device",
        DeviceTold,
        (
            "For good: it is refused like a stranger from this moment on. What it delivered before stays.",
            "It holds what it has not delivered, and the lists that devices may hold: tell their owners.",
        ),
    ),
    _Kind(
        "feed",
        Act.MANAGE_DEVICES,
        FEEDS,
        "/feeds",
        "feed_id",
        FeedTold,
        ("For good: its token is refused from this moment on.",),
    ),
    _Kind(
        "service",
        Act.MANAGE_PEOPLE,
        SERVICES,
        "/services",
        "service",
        ServiceTold,
        ("Its token is refused from this moment on.",),
        ProvedWhyFields,
        (WHY, CODE),
    ),
)


def device_acts(of: DevicePages) -> list[PageRoute]:
    """Return the forms by which these are changed."""
    return act_routes(
        of.inside,
        _enrol(),
        _withdraw(of),
        _add_feed(),
        _send_again(),
        _add_service(of),
        *(_revoke(of, kind) for kind in _REVOKED),
    )


def _lines(text: str) -> list[str]:
    return text.replace(",", "\n").split()


def _enrol() -> ActForm:
    fields = (
        Field("name", "Name", "Enter what people will call it", hint="Such as Mill Street, or Car 12"),
        _SCOPE,
        Field(
            "life_hours",
            "Hours until the code ends",
            "Enter how many hours, up to 720",
            "number",
            width=3,
            begins="24",
        ),
    )
    lead = ("A reader, a car or another node enrols with a code that is good once. Its key never leaves it.",)
    says = ActPage("Enrol a device", lead, "Make the code", DEVICES, fields=fields)

    def asks(_: Visit, form: CodeFields) -> Question:
        said = {"name": form.name, "scope": _lines(form.scope), "life_hours": form.life_hours}
        return Question("POST", "/devices/codes", form=said)

    def done(_: Visit, told: bytes) -> Answer:
        made = msgspec.json.decode(told, type=CodeMade)
        lead = (
            "Carry it to the device by a way that you trust, and throw it away.",
            (
                "It is good once and is not shown again. One that went astray is withdrawn in "
                "the list of devices."
            ),
        )
        return Once("Code for a device", "Code", made.code, lead, DEVICES, ends=made.expires_at).shown()

    return ActForm(f"{DEVICES}/enrol", Act.MANAGE_DEVICES, lambda _: says, CodeFields, asks, done)


def _withdraw(of: DevicePages) -> ActForm:
    def says(visit: Visit) -> ActPage:
        wanted = visit.place("code").upper()
        codes = of.inside.ask(visit, Question("GET", "/devices/codes"), list[CodeTold])
        one = next((code for code in codes if code.code == wanted), None)
        if one is None:
            raise LookupError("there is no unused code that begins so: a device that has used one is revoked")
        lead = ("No device can enrol with it any more.",)
        return ActPage(
            "Withdraw a code",
            lead,
            "Withdraw the code",
            DEVICES,
            about=f"{one.code}… for {one.name}",
            stops=True,
        )

    def asks(visit: Visit, form: NoFields) -> Question:
        return form_question("/devices/codes/{code}/withdraw", form, code=visit.place("code"))

    path = f"{DEVICES}/codes/{{code}}/withdraw"
    return ActForm(path, Act.MANAGE_DEVICES, says, NoFields, asks, on_to(f"{DEVICES}?done=withdrawn"))


def _add_feed() -> ActForm:
    fields = (Field("name", "Name", "Enter what people will call it", hint="Such as car park"), _SCOPE)
    lead = (
        "For another maker's system that cannot sign. Its reads are marked as unsigned.",
        "Add each of its cameras to the register under the name that the system sends.",
    )
    says = ActPage("Add a feed", lead, "Add and make the token", FEEDS, fields=fields)

    def asks(_: Visit, form: FeedFields) -> Question:
        said = {"name": form.name, "scope": _lines(form.scope), "most_message_bytes": _MOST_MESSAGE}
        return Question("POST", "/feeds", form=said)

    def done(_: Visit, told: bytes) -> Answer:
        token = msgspec.json.decode(told, type=TokenMade).token
        lead = (
            "Put it into the other system. Whoever has it can invent reads for these cameras.",
            "It is not shown again.",
        )
        return Once("Token for a feed", "Token", token, lead, FEEDS).shown()

    return ActForm(f"{FEEDS}/add", Act.MANAGE_DEVICES, lambda _: says, FeedFields, asks, done)


def _revoke(of: DevicePages, kind: _Kind) -> ActForm:
    def says(visit: Visit) -> ActPage:
        found = of.inside.ask(visit, Question("GET", kind.asked), list[kind.told])
        wanted = visit.place(kind.called)
        one = next((o for o in found if getattr(o, kind.key) == wanted and o.revoked is None), None)
        if one is None:
            raise LookupError(f"there is no such {kind.called}, or it is revoked already")
        about = "" if isinstance(one, ServiceTold) else ", ".join(one.scope)
        title, button = f"Revoke {one.name}", f"Revoke the {kind.called}"
        return ActPage(title, kind.lead, button, kind.home, about=about, stops=True, fields=kind.fields)

    def asks(visit: Visit, form: Struct) -> Question:
        place = {kind.key: visit.place(kind.called)}
        return form_question(f"{kind.asked}/{{{kind.key}}}/revoke", form, **place)

    path = f"{kind.home}/{{{kind.called}}}/revoke"
    return ActForm(path, kind.who, says, kind.form, asks, on_to(f"{kind.home}?done=revoked"))


def _send_again() -> ActForm:
    def says(visit: Visit) -> ActPage:
        lead = (
            "Mend the system that takes it first. What is sent leaves this node again, and that is logged.",
        )
        return ActPage(
            "Send a message again",
            lead,
            "Send it again",
            WEBHOOKS,
            about=f"{visit.place('endpoint')}, message {visit.place('message')}",
        )

    def asks(visit: Visit, form: NoFields) -> Question:
        places = {"endpoint": visit.place("endpoint"), "message_id": visit.place("message")}
        return form_question("/webhooks/dead/{endpoint}/{message_id}", form, **places)

    path = f"{WEBHOOKS}/{{endpoint}}/{{message}}/send"
    return ActForm(path, Act.MANAGE_DEVICES, says, NoFields, asks, on_to(f"{WEBHOOKS}?done=again"))


def _add_service(of: DevicePages) -> ActForm:
    def says(visit: Visit) -> ActPage:
        owners = tuple(
            Choice(one.login, one.name, one.unit)
            for one in all_people(of.inside, visit)
            if one.disabled is None
        )
        fields = (
            Field("name", "Name", "Enter what the other system is called"),
            Field(
                "owner",
                "Who answers for it",
                "Choose who answers for it",
                "menu",
                "Where their account is disabled, the token ends",
                choices=(Choice("", "Choose a person"), *owners),
            ),
            Field(
                "scope",
                "What it may do",
                "Choose at least one thing",
                "some-of",
                "None of these searches",
                choices=tuple(Choice(one.value, text) for one, text in SERVICE_SCOPES.items()),
            ),
            Field(
                "days", "For how many days", "Enter how many days, 1 to 366", "number", width=3, begins="180"
            ),
            CODE,
        )
        lead = ("Another system asks this node with a token that ends.",)
        return ActPage("Add a service", lead, "Add and make the token", SERVICES, fields=fields)

    def done(_: Visit, told: bytes) -> Answer:
        token = msgspec.json.decode(told, type=TokenMade).token
        lead = (
            "Put it into the other system, which sends it as Authorization: Bearer.",
            "It is not shown again.",
        )
        return Once("Token for a service", "Token", token, lead, SERVICES).shown()

    return ActForm(f"{SERVICES}/add", Act.MANAGE_PEOPLE, says, ServiceFields, asks("/services"), done)
