"""What is done to people's accounts, each by a form of its own with a code of one's app."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from openanpr.core.role import Rank, Role
from openanpr.policy.ask import Act
from openanpr.web.api.route import Secret, Text
from openanpr.web.local.people import Days
from openanpr.web.pages.administration.act_form import (
    CODE,
    WHY,
    ActForm,
    ActPage,
    Choice,
    Field,
    Once,
    ProvedFields,
    ProvedWhyFields,
    Why,
    act_routes,
    asks,
    form_question,
)
from openanpr.web.pages.administration.people import (
    PEOPLE,
    PersonTold,
    ProposalTold,
    WholePerson,
    person_at,
    proposals,
)
from openanpr.web.pages.inside import Inside, Question
from openanpr.web.pages.look import words
from openanpr.web.pages.route import Answer, PageRoute, SeeOther, Visit

_ONE: Final = f"{PEOPLE}/{{account}}"
_LINK_LEAD: Final = (
    "Give it to the person by a way that you trust. Whoever opens it sets the account's password and app.",
    "It is good once, for 24 hours, and is not shown again.",
)
_GRAVE: Final = "Another administrator must approve this within seven days. Nothing changes before."
_COURSES: Final = (
    Choice("anpr-user", "anpr-user", "For those who search, answer alerts or patrol"),
    Choice("anpr-authoriser", "anpr-authoriser", "For authorising officers"),
    Choice("anpr-auditor", "anpr-auditor", "For auditors"),
)
_ROLES: Final = (
    Choice(
        "control-room-operator",
        "Control room operator",
        "Answers alerts and searches. Wants the course anpr-user",
    ),
    Choice("patrol-officer", "Patrol officer", "Answers alerts on the road. Wants the course anpr-user"),
    Choice("investigator", "Investigator", "Searches, keeps cases. Wants the course anpr-user"),
    Choice("analyst", "Analyst", "Searches for patterns. Wants the course anpr-user"),
    Choice("list-owner", "List owner", "Keeps lists of vehicles of interest"),
    Choice("anpr-manager", "ANPR manager", "Keeps cameras, devices, retention and quarantine"),
    Choice("publisher", "Publisher", "Publishes figures"),
    Choice(
        "information-rights-officer",
        "Information rights officer",
        "Answers what people ask to see, or to have put right",
    ),
    Choice("complaints-officer", "Complaints officer", "Answers complaints, apart from those complained of"),
    Choice("auditor", "Auditor", "Looks at what others did. Wants the course anpr-auditor"),
    Choice(
        "authorising-officer",
        "Authorising officer",
        "Two administrators give it. Wants a rank and the course anpr-authoriser",
    ),
    Choice("administrator", "Administrator", "Two administrators give it. Kept apart from every other role"),
)


class AddFields(Struct, frozen=True):
    """A person to be added."""

    login: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9._@:-]{1,126}$")]
    name: Text
    force: Annotated[int, Meta(ge=1, le=9999)]
    unit: Text
    team: Text
    code: Secret


class RoleFields(Struct, frozen=True):
    """A role to be given."""

    role: Role
    days: Days
    why: Why
    code: Secret
    rank: Rank | None = None


class TrainingFields(Struct, frozen=True):
    """A course that was passed."""

    course: Text
    passed_on: date
    expires_on: date
    code: Secret


class LinkMade(Struct, frozen=True):
    """A link of invitation."""

    link: str
    ends_at: datetime


class Approved(Struct, frozen=True):
    """An approved grave act, with the link that it made, "" for none."""

    link: str = ""
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PeopleActs:
    """What acts on people need; `home` is the address that people reach the node by."""

    inside: Inside
    home: str


def people_acts(of: PeopleActs) -> list[PageRoute]:
    """Return the forms by which accounts are changed; fixed addresses come before those with an id."""
    return act_routes(
        of.inside,
        _add(of),
        _role(of),
        _train(of),
        _withdraw(of),
        _link(of),
        _disable(of),
        _grave(of, "enable", "Enable {}", "The account was disabled. Enabled, it can sign in again."),
        _grave(
            of,
            "renew",
            "Renew the credentials of {}",
            (
                "For somebody who lost their password or app. They get a link to set up others; "
                "the old ones end when it is used."
            ),
        ),
        _end_sessions(of),
        _end_session(of),
        _decide(of, "approve"),
        _decide(of, "refuse"),
    )


def _about(
    of: PeopleActs, title: str, button: str, fields: tuple[Field, ...], *lead: str, stops: bool = False
) -> Callable[[Visit], ActPage]:
    """Return what the page of an act on one person says."""

    def says(visit: Visit) -> ActPage:
        one = person_at(of.inside, visit)
        about = f"{one.name}, {one.unit}, {one.team}"
        back = f"{PEOPLE}/{one.account}"
        return ActPage(title.format(one.name), lead, button, back, about=about, fields=fields, stops=stops)

    return says


def _of_login(of: PeopleActs, path: str) -> Callable[[Visit, Struct], Question]:
    """Return how the socket is asked about the person of an address: by the sign-in name."""
    return lambda visit, form: form_question(path, form, login=person_at(of.inside, visit).login)


def _back(done: str) -> Callable[[Visit, bytes], Answer]:
    return lambda visit, _: SeeOther(f"{PEOPLE}/{visit.place('account')}?done={done}")


def _add(of: PeopleActs) -> ActForm:
    fields = (
        Field("name", "Full name", "Enter the person's name"),
        Field(
            "login",
            "Sign-in name",
            "Enter a sign-in name of small letters, figures, dots or dashes",
            hint="Small letters and figures, such as ann.hill",
        ),
        Field(
            "force",
            "Force",
            "Enter the force's number, 1 to 9999",
            "number",
            "The number that cameras and lists know it by",
            width=4,
        ),
        Field("unit", "Unit", "Enter the unit"),
        Field(
            "team",
            "Team",
            "Enter the team",
            hint="Whoever authorises or reviews a search is of another team than whoever made it",
        ),
        CODE,
    )
    says = ActPage(
        "Add a person",
        (
            (
                "They get an account without a role, and you get a link for them. Another "
                "administrator gives the roles by which people search."
            ),
        ),
        "Add and make the link",
        PEOPLE,
        fields=fields,
    )

    def done(_: Visit, told: bytes) -> Answer:
        return _link_shown(of, msgspec.json.decode(told, type=LinkMade), PEOPLE)

    return ActForm(f"{PEOPLE}/add", Act.MANAGE_PEOPLE, lambda _: says, AddFields, asks("/people"), done)


def _link_shown(of: PeopleActs, made: LinkMade, back: str) -> Answer:
    return Once(
        "Link for a new person",
        "Link of invitation",
        f"{of.home}/join#{made.link}",
        _LINK_LEAD,
        back,
        ends=made.ends_at,
    ).shown()


def _role(of: PeopleActs) -> ActForm:
    ranks = tuple(Choice(one.value, words(one)) for one in Rank if one is not Rank.NONE)
    fields = (
        Field("role", "Role", "Choose a role", "one-of", choices=_ROLES),
        Field(
            "rank",
            "Rank",
            "Choose a rank",
            "menu",
            "For an authorising officer alone",
            choices=(Choice("", "None"), *ranks),
        ),
        Field(
            "days",
            "For how many days",
            "Enter how many days, 1 to 1,098",
            "number",
            "Three years at most",
            width=4,
            begins="365",
        ),
        WHY,
        CODE,
    )
    says = _about(
        of,
        "Give {} a role",
        "Give the role",
        fields,
        "It counts from now on, once the training that it wants is recorded.",
        (
            "Administrator and authorising officer are proposed here, and given when another "
            "administrator approves."
        ),
    )

    def done(visit: Visit, told: bytes) -> Answer:
        proposed = "proposal" in msgspec.json.decode(told, type=dict[str, msgspec.Raw])
        return _back("proposed" if proposed else "role-given")(visit, told)

    asks = _of_login(of, "/people/accounts/{login}/roles")
    return ActForm(f"{_ONE}/role", Act.MANAGE_PEOPLE, says, RoleFields, asks, done)


def _train(of: PeopleActs) -> ActForm:
    fields = (
        Field("course", "Course", "Choose the course", "one-of", choices=_COURSES),
        Field("passed_on", "Passed on", "Enter the day on which it was passed", "day"),
        Field(
            "expires_on",
            "Good until the end of",
            "Enter the last day on which it counts",
            "day",
            "At most three years on",
        ),
        CODE,
    )
    says = _about(of, "Record training of {}", "Record the training", fields)
    asks = _of_login(of, "/people/accounts/{login}/training")
    return ActForm(f"{_ONE}/training", Act.MANAGE_PEOPLE, says, TrainingFields, asks, _back("trained"))


def _withdraw(of: PeopleActs) -> ActForm:
    def says(visit: Visit) -> ActPage:
        one = person_at(of.inside, visit)
        whole = of.inside.ask(
            visit, Question("GET", "/people/accounts/{login}", {"login": one.login}), WholePerson
        )
        grant = next((g for g in whole.grants if g.grant == visit.place("grant")), None)
        if grant is None or grant.withdrawn is not None:
            raise LookupError("there is no such role to withdraw, or not any more")
        title = f"Withdraw the role {words(grant.role).lower()}"
        lead = ("It counts no more from this moment on, also in sessions that are open.",)
        back = f"{PEOPLE}/{one.account}"
        return ActPage(title, lead, "Withdraw the role", back, about=one.name, stops=True, fields=(WHY, CODE))

    def asks(visit: Visit, form: ProvedWhyFields) -> Question:
        return form_question("/people/roles/{number}/withdraw", form, number=visit.place("grant"))

    path = f"{_ONE}/roles/{{grant}}/withdraw"
    return ActForm(path, Act.MANAGE_PEOPLE, says, ProvedWhyFields, asks, _back("role-withdrawn"))


def _link(of: PeopleActs) -> ActForm:
    says = _about(
        of,
        "Make another link for {}",
        "Make the link",
        (CODE,),
        "For an account that nobody has signed in to yet. The link before it is no longer good.",
    )

    def done(visit: Visit, told: bytes) -> Answer:
        return _link_shown(of, msgspec.json.decode(told, type=LinkMade), f"{PEOPLE}/{visit.place('account')}")

    asks = _of_login(of, "/people/accounts/{login}/link")
    return ActForm(f"{_ONE}/link", Act.MANAGE_PEOPLE, says, ProvedFields, asks, done)


def _disable(of: PeopleActs) -> ActForm:
    lead = (
        "At once: the account signs in no more and its sessions end. It takes two "
        "administrators to enable it again."
    )
    says = _about(of, "Disable {}", "Disable the account", (WHY, CODE), lead, stops=True)
    asks = _of_login(of, "/people/accounts/{login}/disable")
    return ActForm(f"{_ONE}/disable", Act.MANAGE_PEOPLE, says, ProvedWhyFields, asks, _back("disabled"))


def _grave(of: PeopleActs, name: str, title: str, lead: str) -> ActForm:
    says = _about(of, title, "Propose it", (WHY, CODE), lead, _GRAVE)
    asks = _of_login(of, f"/people/accounts/{{login}}/{name}")
    return ActForm(f"{_ONE}/{name}", Act.MANAGE_PEOPLE, says, ProvedWhyFields, asks, _back("proposed"))


def _end_sessions(of: PeopleActs) -> ActForm:
    says = _about(
        of, "End all sessions of {}", "End the sessions", (WHY, CODE), "They can sign in again.", stops=True
    )
    asks = _of_login(of, "/people/accounts/{login}/sessions/revoke")
    path = f"{_ONE}/end-sessions"
    return ActForm(path, Act.MANAGE_PEOPLE, says, ProvedWhyFields, asks, _back("sessions-ended"))


def _end_session(of: PeopleActs) -> ActForm:
    says = _about(
        of, "End one session of {}", "End the session", (WHY, CODE), "They can sign in again.", stops=True
    )

    def asks(visit: Visit, form: ProvedWhyFields) -> Question:
        return form_question("/people/sessions/{session}/revoke", form, session=visit.place("session"))

    path = f"{_ONE}/sessions/{{session}}/end"
    return ActForm(path, Act.MANAGE_PEOPLE, says, ProvedWhyFields, asks, _back("sessions-ended"))


def _decide(of: PeopleActs, how: str) -> ActForm:
    approves = how == "approve"
    back = "/administration/proposals"

    def says(visit: Visit) -> ActPage:
        one = _proposal_at(of.inside, visit)
        lead = (f"Proposed by {one.proposed_by}: {one.why}",)
        fields = (CODE,) if approves else (WHY, CODE)
        title = f"{how.capitalize()}: {one.what[:1].lower()}{one.what[1:]}"
        about = f"For {one.login}"
        return ActPage(title, lead, how.capitalize(), back, about=about, stops=not approves, fields=fields)

    def asks(visit: Visit, form: Struct) -> Question:
        return form_question(f"/people/proposals/{{number}}/{how}", form, number=visit.place("number"))

    def done(_: Visit, told: bytes) -> Answer:
        made = msgspec.json.decode(told, type=Approved)
        if made.link and made.ends_at is not None:
            return _link_shown(of, LinkMade(made.link, made.ends_at), back)
        return SeeOther(f"{back}?done={'approved' if approves else 'refused'}")

    form = ProvedFields if approves else ProvedWhyFields
    return ActForm(f"{back}/{{number}}/{how}", Act.MANAGE_PEOPLE, says, form, asks, done)


def _proposal_at(inside: Inside, visit: Visit) -> ProposalTold:
    wanted = visit.place("number")
    found = next((one for one in proposals(inside, visit) if one.proposal == wanted), None)
    if found is None:
        raise LookupError("there is no such proposal, or it was decided already")
    return found


__all__ = ["PeopleActs", "PersonTold", "people_acts"]
