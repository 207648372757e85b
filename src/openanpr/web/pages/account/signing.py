"""Signing in and out on pages; what it is judged by is the desk's of people."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from msgspec import Struct

from openanpr.people import present
from openanpr.people.event import PeopleRefusedError
from openanpr.people.sign_in import Said, sign_in
from openanpr.web.api.cookies import DEVICE, DEVICE_LIFE_S, SESSION, Cookie, gone
from openanpr.web.api.route import Anybody, Pool, Secret
from openanpr.web.api.signing_in import SignInRoutes
from openanpr.web.pages.form import FormFaultsError
from openanpr.web.pages.route import Answer, PageRoute, SeeOther, Shown, Visit, page, sent

_HERE: Final = re.compile(r"/(?!/)[A-Za-z0-9/_.-]{0,200}")
_WORDS: Final = {
    "login": "Enter your sign-in name",
    "password": "Enter your password",
    "code": "Enter the code that your app shows, or a recovery code",
}


class SignInFields(Struct, frozen=True):
    """Who signs in, and where they wanted to go."""

    login: Secret
    password: Secret
    code: Secret
    next: str = "/"


@dataclass(frozen=True, slots=True)
class SignInPages:
    """What the pages need."""

    of: SignInRoutes


def sign_in_pages(pages: SignInPages) -> list[PageRoute]:
    """Return the pages of signing in and out."""
    public = Anybody.PUBLIC
    return [
        page("/sign-in", public, lambda visit: _form(pages, visit), asks=("next",)),
        sent("/sign-in", public, lambda visit: _sign_in(pages, visit), pool=Pool.PASSWORDS),
        sent("/sign-out", Anybody.SESSION, lambda visit: _sign_out(pages, visit)),
    ]


def here(path: str) -> str:
    """Return a path of this node as it is, and the start page for anything else."""
    return path if _HERE.fullmatch(path) else "/"


def _form(pages: SignInPages, visit: Visit) -> Answer:
    return _shown(pages, visit, next_path=here(visit.asked.query.get("next", "/")))


def _shown(
    pages: SignInPages, visit: Visit, *, next_path: str, faults: dict[str, str] | None = None
) -> Shown:
    values = {
        "next": next_path,
        "login": visit.form.text("login"),
        "faults": faults or {},
        "passkeys": pages.of.site is not None,
        "providers": list(pages.of.providers.names),
    }
    return Shown("sign_in.html", values, 422 if faults else 200)


def _sign_in(pages: SignInPages, visit: Visit) -> Answer:
    asked = visit.asked
    try:
        form = visit.form.read(SignInFields, _WORDS)
        said = Said(form.login, form.password, form.code, asked.source, asked.device)
        new = sign_in(pages.of.desk, said, now=asked.now).value
    except FormFaultsError as fault:
        return _shown(pages, visit, next_path=here(visit.form.text("next")), faults=fault.faults)
    except PeopleRefusedError as fault:
        return _shown(pages, visit, next_path=here(visit.form.text("next")), faults={"login": spoken(fault)})
    cookies = Cookie(SESSION, new.token), Cookie(DEVICE, new.device, DEVICE_LIFE_S)
    return SeeOther(here(form.next), cookies)


def spoken(fault: Exception) -> str:
    """Return what a fault says as a sentence of its own."""
    said = str(fault)
    return said[:1].upper() + said[1:]


def _sign_out(pages: SignInPages, visit: Visit) -> Answer:
    asked = visit.asked
    present.sign_out(pages.of.desk, asked.token, source=asked.source, now=asked.now)
    return SeeOther("/sign-in", (gone(SESSION),))
