"""Beginning with a link, giving the second factor once more, and coming in by one's force's own sign-in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from msgspec import Struct

from openanpr.people import founding, oidc, present
from openanpr.people.event import PeopleRefusedError
from openanpr.people.oidc import Back
from openanpr.people.password import LEAST_CHARACTERS
from openanpr.people.sign_in import SignedIn
from openanpr.web.api.cookies import DEVICE, DEVICE_LIFE_S, OIDC, OIDC_LIFE_S, SESSION, Cookie, gone
from openanpr.web.api.refusals import ApiError
from openanpr.web.api.route import Anybody, Pool, Secret
from openanpr.web.api.signing_in import SignInRoutes
from openanpr.web.pages.account.qr import qr_of
from openanpr.web.pages.account.signing import here, spoken
from openanpr.web.pages.form import FormFaultsError
from openanpr.web.pages.route import Answer, PageRoute, SeeOther, Shown, Visit, page, sent

_WORDS: Final = {
    "link": "Paste the link that you were given",
    "password": "Choose a password",
    "again": "Enter the same password again",
    "code": "Enter the six figures that your app shows",
    "provider": "Choose the sign-in of your force",
}
_CALLBACK: Final = "/api/sign-in/provider/{provider}/callback"
_CAME_WITH: Final = ("state", "code", "iss", "session_state", "error", "error_description")


class LinkFields(Struct, frozen=True):
    """A link, or what stands behind its #."""

    link: Secret


class JoinFields(Struct, frozen=True):
    """A link that is used: a password, twice, and what the app shows."""

    link: Secret
    password: Secret
    again: Secret
    code: Secret


class StepFields(Struct, frozen=True):
    """A second factor."""

    code: Secret


class ProviderFields(Struct, frozen=True):
    """By which force's sign-in."""

    provider: Secret


@dataclass(frozen=True, slots=True)
class JoinPages:
    """What the pages need."""

    of: SignInRoutes


def join_pages(pages: JoinPages) -> list[PageRoute]:
    """Return the pages of links, of stepping up, and of a force's own sign-in."""
    public = Anybody.PUBLIC
    return [
        page("/join", public, lambda _: Shown("account/join.html")),
        sent("/join/look", public, lambda visit: _look(pages, visit)),
        sent("/join", public, lambda visit: _accept(pages, visit), pool=Pool.PASSWORDS),
        page("/step-up", Anybody.SESSION, lambda visit: _step_form(pages, visit), asks=("next",)),
        sent("/step-up", Anybody.SESSION, lambda visit: _step_up(pages, visit)),
        sent("/sign-in/provider", public, lambda visit: _leave(pages, visit), pool=Pool.FAR),
        PageRoute(
            "GET",
            _CALLBACK,
            public,
            lambda visit: _come_back(pages, visit),
            Pool.FAR,
            _CAME_WITH,
            from_elsewhere=True,
        ),
    ]


def _token(text: str) -> str:
    """Return what stands behind the # of a link; the text itself where there is none."""
    return text.rpartition("#")[2].strip()


def _look(pages: JoinPages, visit: Visit) -> Answer:
    try:
        token = _token(visit.form.read(LinkFields, _WORDS).link)
        return _set_up(pages, visit, token, {})
    except FormFaultsError as fault:
        return Shown("account/join.html", {"faults": fault.faults}, 422)
    except PeopleRefusedError as fault:
        return Shown("account/join.html", {"faults": {"link": spoken(fault)}}, 422)


def _set_up(pages: JoinPages, visit: Visit, token: str, faults: dict[str, str]) -> Shown:
    asked = visit.asked
    shown = founding.look(pages.of.desk, token, source=asked.source, now=asked.now)
    values = {
        "link": token,
        "account": shown.account,
        "secret": shown.app_text,
        "groups": [shown.app_text[at : at + 4] for at in range(0, len(shown.app_text), 4)],
        "qr": qr_of(shown.app_address),
        "address": shown.app_address,
        "least": LEAST_CHARACTERS,
        "faults": faults,
    }
    return Shown("account/set_up.html", values, 422 if faults else 200)


def _accept(pages: JoinPages, visit: Visit) -> Answer:
    token = _token(visit.form.text("link"))
    try:
        return _accepted(pages, visit, _join_fields(visit))
    except FormFaultsError as fault:
        return _again(pages, visit, token, fault.faults)
    except PeopleRefusedError as fault:
        return _again(pages, visit, token, {"code": spoken(fault)})
    except ValueError as fault:
        return _again(pages, visit, token, {"password": spoken(fault)})


def _join_fields(visit: Visit) -> JoinFields:
    form = visit.form.read(JoinFields, _WORDS)
    if form.password != form.again:
        raise FormFaultsError({"again": "The two passwords are not the same: enter both again"})
    return form


def _again(pages: JoinPages, visit: Visit, token: str, faults: dict[str, str]) -> Answer:
    try:
        return _set_up(pages, visit, token, faults)
    except PeopleRefusedError as fault:
        return Shown("account/join.html", {"faults": {"link": spoken(fault)}}, 422)


def _accepted(pages: JoinPages, visit: Visit, form: JoinFields) -> Answer:
    asked, answer = visit.asked, founding.Answer(form.password, form.code)
    token = _token(form.link)
    done = founding.accept(pages.of.desk, token, answer, source=asked.source, now=asked.now).value
    values = {"codes": done.recovery, "login": done.account.login, "first": True}
    return Shown("account/codes.html", values)


def _step_form(pages: JoinPages, visit: Visit) -> Answer:
    return _step_shown(pages, here(visit.asked.query.get("next", "/")), {})


def _step_shown(pages: JoinPages, next_path: str, faults: dict[str, str]) -> Shown:
    values = {"next": next_path, "passkeys": pages.of.site is not None, "faults": faults}
    return Shown("account/step_up.html", values, 422 if faults else 200)


def _step_up(pages: JoinPages, visit: Visit) -> Answer:
    asked, next_path = visit.asked, here(visit.form.text("next"))
    try:
        form = visit.form.read(StepFields, _WORDS)
        done = present.step_up(pages.of.desk, asked.token, form.code, source=asked.source, now=asked.now)
    except FormFaultsError as fault:
        return _step_shown(pages, next_path, fault.faults)
    except PeopleRefusedError as fault:
        return _step_shown(pages, next_path, {"code": spoken(fault)})
    return SeeOther(next_path, (Cookie(SESSION, done.value.token),))


def _leave(pages: JoinPages, visit: Visit) -> Answer:
    """Lead to the provider by a page: what a form is answered with may not lead away from this node."""
    try:
        form = visit.form.read(ProviderFields, _WORDS)
    except FormFaultsError as fault:
        raise ApiError(422, "no sign-in was chosen", "go back and choose one") from fault
    asked, provider = visit.asked, pages.of.providers.provider(form.provider)
    gone_to = oidc.begin(pages.of.desk, provider, source=asked.source, now=asked.now).value
    # Strict would keep it back when the force's own page sends the browser here.
    kept = Cookie(OIDC, gone_to.browser, OIDC_LIFE_S, "lax")
    values = {"to": gone_to.address, "named": provider.name}
    return Shown("account/onward.html", values, cookies=(kept,))


def _come_back(pages: JoinPages, visit: Visit) -> Answer:
    """Begin the session and lead on by a page: a strict cookie goes with what this node's own page asks."""
    asked, of = visit.asked, pages.of
    provider = of.providers.provider(asked.path["provider"])
    query = asked.query
    back = Back(query.get("state", ""), query.get("code", ""), asked.browser, query.get("iss", None))
    done = oidc.finish(of.desk, provider, of.providers.line, back, source=asked.source, now=asked.now)
    values = {"to": "/", "named": ""}
    return Shown("account/onward.html", values, cookies=_cookies(done.value))


def _cookies(new: SignedIn) -> tuple[Cookie, ...]:
    return Cookie(SESSION, new.token), Cookie(DEVICE, new.device, DEVICE_LIFE_S), gone(OIDC)
