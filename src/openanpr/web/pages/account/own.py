"""One's own account: who one is here, sessions, passkeys, recovery codes, declared vehicles, findings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from openanpr.core.plate import PlateError
from openanpr.people.declared import Relation
from openanpr.web.api import own
from openanpr.web.api.cookies import SESSION, gone
from openanpr.web.api.own import DeclareForm, OwnRoutes
from openanpr.web.api.reviews import ReviewRoutes, findings_told
from openanpr.web.api.route import Anybody
from openanpr.web.api.signing_in import SignInRoutes
from openanpr.web.pages.account.signing import spoken
from openanpr.web.pages.form import FormFaultsError
from openanpr.web.pages.look import words
from openanpr.web.pages.route import Answer, PageRoute, SeeOther, Shown, Visit, page, sent

_ACCOUNT: Final = "/account"
_VEHICLES: Final = "/account/vehicles"
_WORDS: Final = {
    "mark": "Enter the registration mark of the vehicle",
    "relation": "Say whose vehicle it is",
}
RELATIONS: Final = {Relation.OWN: "My own", Relation.HOUSEHOLD: "Somebody's of my household"}


@dataclass(frozen=True, slots=True)
class AccountPages:
    """What the pages need."""

    signing: SignInRoutes
    reviews: ReviewRoutes

    @property
    def own(self) -> OwnRoutes:
        """What the API answers about one's own."""
        return OwnRoutes(self.signing)


def account_pages(pages: AccountPages) -> list[PageRoute]:
    """Return the pages of one's own account."""
    me = Anybody.SESSION
    return [
        page(_ACCOUNT, me, lambda visit: _account(pages, visit)),
        sent("/account/sessions/{session}/end", me, lambda visit: _end(pages, visit)),
        sent("/account/sessions/end", me, lambda visit: _end_all(pages, visit)),
        sent("/account/passkeys/{passkey}/remove", me, lambda visit: _remove(pages, visit)),
        sent("/account/recovery-codes", me, lambda visit: _codes(pages, visit)),
        page(_VEHICLES, me, lambda visit: _vehicles(pages, visit, {})),
        sent(_VEHICLES, me, lambda visit: _declare(pages, visit)),
        sent("/account/vehicles/{vehicle}/withdraw", me, lambda visit: _withdraw(pages, visit)),
    ]


def _account(pages: AccountPages, visit: Visit) -> Answer:
    call, of = visit.call, pages.own
    me = own.told_of_me(of, call)
    values = {
        "me": me,
        "roles": [words(role) for role in me.roles],
        "untrained": [words(role) for role in me.untrained],
        "clashing": [words(role) for role in me.clashing],
        "training": [(one, date.fromisoformat(one.expires_on)) for one in me.training],
        "sessions": own.sessions_told(of, call).sessions,
        "passkeys": own.passkeys_told(of, call).passkeys,
        "takes_passkeys": pages.signing.site is not None,
        "findings": findings_told(pages.reviews, call).findings,
    }
    return Shown("account/account.html", values)


def _end(pages: AccountPages, visit: Visit) -> Answer:
    this = visit.person.present.session.session_id
    own.end_one(pages.own, visit.call)
    if visit.place("session") == this:
        return SeeOther("/sign-in", (gone(SESSION),))
    return SeeOther(_ACCOUNT)


def _end_all(pages: AccountPages, visit: Visit) -> Answer:
    own.end_all(pages.own, visit.call)
    return SeeOther("/sign-in", (gone(SESSION),))


def _remove(pages: AccountPages, visit: Visit) -> Answer:
    own.remove_passkey(pages.own, visit.call)
    return SeeOther(_ACCOUNT)


def _codes(pages: AccountPages, visit: Visit) -> Answer:
    codes = own.fresh_codes(pages.own, visit.call).recovery_codes
    login = visit.person.present.standing.account.login
    return Shown("account/codes.html", {"codes": codes, "login": login, "first": False})


def _vehicles(pages: AccountPages, visit: Visit, faults: dict[str, str]) -> Shown:
    values = {
        "vehicles": own.vehicles_told(pages.own, visit.call).vehicles,
        "relations": RELATIONS,
        "mark": visit.form.text("mark"),
        "relation": visit.form.text("relation"),
        "faults": faults,
    }
    return Shown("account/vehicles.html", values, 422 if faults else 200)


def _declare(pages: AccountPages, visit: Visit) -> Answer:
    try:
        own.declare_vehicle(pages.own, visit.call, visit.form.read(DeclareForm, _WORDS))
    except FormFaultsError as fault:
        return _vehicles(pages, visit, fault.faults)
    except PlateError:
        return _vehicles(pages, visit, {"mark": "Enter a registration mark, such as AB12 CDE"})
    except ValueError as fault:
        return _vehicles(pages, visit, {"mark": spoken(fault)})
    return SeeOther(_VEHICLES)


def _withdraw(pages: AccountPages, visit: Visit) -> Answer:
    own.withdraw_vehicle(pages.own, visit.call)
    return SeeOther(_VEHICLES)
