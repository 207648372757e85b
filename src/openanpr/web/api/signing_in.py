"""Signing in and out over the API: by password and code, passkey or a force's own sign-in; stepping up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, Protocol

import msgspec
from msgspec import Meta, Struct

from openanpr.people import oidc, passkey_acts, present
from openanpr.people.desk import Desk
from openanpr.people.oidc import Back, ProviderLine
from openanpr.people.passkey import Site
from openanpr.people.present import Renewed
from openanpr.people.provider import Provider
from openanpr.people.session import Way
from openanpr.people.sign_in import Said, SignedIn, sign_in
from openanpr.web.api.cookies import DEVICE, DEVICE_LIFE_S, OIDC, OIDC_LIFE_S, SESSION, Cookie, gone
from openanpr.web.api.refusals import ApiError
from openanpr.web.api.route import (
    Anybody,
    ApiRoute,
    Asked,
    Call,
    Nothing,
    Pool,
    Reply,
    Secret,
    get,
    post,
)


class Providers(Protocol):
    """The forces' own sign-ins that the node knows."""

    @property
    def names(self) -> Sequence[str]:
        """Their names, as the settings give them."""
        ...

    @property
    def line(self) -> ProviderLine:
        """The way to them."""
        ...

    def provider(self, name: str) -> Provider:
        """Return one, discovered if it was not yet; raises LookupError, ProviderError."""
        ...


@dataclass(frozen=True, slots=True)
class SignInRoutes:
    """What signing in needs; `site` None: no passkeys here."""

    desk: Desk
    site: Site | None
    providers: Providers

    def passkey_site(self) -> Site:
        """Return for whom passkeys are; raises ApiError where none are."""
        if self.site is None:
            raise ApiError(409, "this node takes no passkeys", "set people.passkeys in its settings")
        return self.site


class SignInForm(Struct, frozen=True, forbid_unknown_fields=True):
    """Who signs in. `keep`: in what the session is kept. `device`: what an earlier sign-in gave, or empty.

    `code` is the app's, or a recovery code.
    """

    login: Secret
    password: Secret
    code: Secret
    keep: Literal["cookie", "token"] = "token"
    device: Annotated[str, Meta(max_length=200)] = ""


class PasskeySignInForm(Struct, frozen=True, forbid_unknown_fields=True):
    """What the browser's passkey answered."""

    answer: msgspec.Raw
    keep: Literal["cookie", "token"] = "cookie"


class PasskeyForm(Struct, frozen=True, forbid_unknown_fields=True):
    """What the browser's passkey answered."""

    answer: msgspec.Raw


class CodeForm(Struct, frozen=True, forbid_unknown_fields=True):
    """A second factor: the app's code, or a recovery code."""

    code: Secret


class ProviderForm(Struct, frozen=True, forbid_unknown_fields=True):
    """By which force's sign-in."""

    provider: Secret


class InSession(Struct, frozen=True):
    """A session that has begun or goes on under another token.

    `token` and `device` are null where cookies hold them; `csrf` is null where no cookie does.
    """

    login: str
    name: str
    way: Way
    ends_at: datetime
    token: str | None
    csrf: str | None
    device: str | None


class Ways(Struct, frozen=True):
    """How people may sign in here."""

    passkeys: bool
    providers: list[str]


class GoTo(Struct, frozen=True):
    """Where the browser goes to sign in."""

    address: str


class Options(Struct, frozen=True):
    """What the browser's passkey is to be asked with."""

    options: msgspec.Raw


class SignedOut(Struct, frozen=True):
    """Nobody is signed in by this token any more."""

    signed_out: bool


def sign_in_routes(of: SignInRoutes) -> list[ApiRoute]:
    """Return the routes of signing in and out."""
    return [*_ways_in(of), *_ways_on(of)]


def _ways_in(of: SignInRoutes) -> list[ApiRoute]:
    public = Anybody.PUBLIC
    return [
        get("/sign-in", "How people may sign in", public, Ways, lambda _: _ways(of)),
        post(
            "/sign-in",
            "Sign in by password and second factor",
            public,
            SignInForm,
            InSession,
            lambda call, form: _sign_in(of, call, form),
            pool=Pool.PASSWORDS,
        ),
        post(
            "/sign-in/passkey/begin",
            "Ask for a passkey's options",
            public,
            Nothing,
            Options,
            lambda call, _: _begin_passkey(of, call),
        ),
        post(
            "/sign-in/passkey/finish",
            "Sign in by a passkey",
            public,
            PasskeySignInForm,
            InSession,
            lambda call, form: _finish_passkey(of, call, form),
        ),
        post(
            "/sign-in/provider/begin",
            "Ask where to go to sign in by one's force",
            public,
            ProviderForm,
            GoTo,
            lambda call, form: _begin_provider(of, call, form),
            pool=Pool.FAR,
        ),
        ApiRoute(
            "GET",
            "/sign-in/provider/{provider}/callback",
            "Come back from one's force's sign-in",
            public,
            None,
            InSession,
            lambda call: _come_back(of, call),
            Pool.FAR,
            ("state", "code", "iss", "session_state", "error", "error_description"),
            from_elsewhere=True,
        ),
    ]


def _ways_on(of: SignInRoutes) -> list[ApiRoute]:
    session = Anybody.SESSION
    return [
        post("/sign-out", "Sign out", session, Nothing, SignedOut, lambda call, _: _sign_out(of, call)),
        post(
            "/step-up",
            "Give the second factor once more",
            session,
            CodeForm,
            InSession,
            lambda call, form: _step_up(of, call, form),
        ),
        post(
            "/step-up/passkey/begin",
            "Ask for a passkey's options to step up",
            session,
            Nothing,
            Options,
            lambda call, _: _begin_step_up(of, call),
        ),
        post(
            "/step-up/passkey/finish",
            "Give the second factor once more, by a passkey",
            session,
            PasskeyForm,
            InSession,
            lambda call, form: _finish_step_up(of, call, form),
        ),
    ]


def _ways(of: SignInRoutes) -> Ways:
    return Ways(of.site is not None, list(of.providers.names))


def _sign_in(of: SignInRoutes, call: Call, form: SignInForm) -> Reply[InSession]:
    asked = call.asked
    said = Said(form.login, form.password, form.code, asked.source, form.device or asked.device)
    return _begun(asked, form.keep, sign_in(of.desk, said, now=call.now).value)


def _begin_passkey(of: SignInRoutes, call: Call) -> Options:
    return _options(passkey_acts.begin_sign_in(of.desk, of.passkey_site(), now=call.now))


def _finish_passkey(of: SignInRoutes, call: Call, form: PasskeySignInForm) -> Reply[InSession]:
    asked, site, answer = call.asked, of.passkey_site(), _text(form.answer)
    done = passkey_acts.sign_in_by_passkey(of.desk, site, answer, source=asked.source, now=call.now)
    return _begun(asked, form.keep, done.value)


def _begin_provider(of: SignInRoutes, call: Call, form: ProviderForm) -> Reply[GoTo]:
    _verify_browser(call.asked)
    provider = of.providers.provider(form.provider)
    sent = oidc.begin(of.desk, provider, source=call.asked.source, now=call.now).value
    # Strict would keep it back when the force's own page sends the browser here.
    return Reply(GoTo(sent.address), (Cookie(OIDC, sent.browser, OIDC_LIFE_S, "lax"),))


def _come_back(of: SignInRoutes, call: Call) -> Reply[InSession]:
    _verify_browser(call.asked)
    query, provider = call.asked.query, of.providers.provider(call.asked.path["provider"])
    back = Back(query.get("state", ""), query.get("code", ""), call.asked.browser, query.get("iss", None))
    source = call.asked.source
    done = oidc.finish(of.desk, provider, of.providers.line, back, source=source, now=call.now)
    begun = _begun(call.asked, "cookie", done.value)
    return Reply(begun.value, (*begun.cookies, gone(OIDC)))


def _sign_out(of: SignInRoutes, call: Call) -> Reply[SignedOut]:
    asked = call.asked
    present.sign_out(of.desk, asked.token, source=asked.source, now=call.now)
    return Reply(SignedOut(signed_out=True), (gone(SESSION),) if asked.by_cookie else ())


def _step_up(of: SignInRoutes, call: Call, form: CodeForm) -> Reply[InSession]:
    asked = call.asked
    return _renewed(
        call, present.step_up(of.desk, asked.token, form.code, source=asked.source, now=call.now).value
    )


def _begin_step_up(of: SignInRoutes, call: Call) -> Options:
    asked, site = call.asked, of.passkey_site()
    return _options(passkey_acts.begin_step_up(of.desk, site, asked.token, source=asked.source, now=call.now))


def _finish_step_up(of: SignInRoutes, call: Call, form: PasskeyForm) -> Reply[InSession]:
    asked, site, answer = call.asked, of.passkey_site(), _text(form.answer)
    done = passkey_acts.step_up_by_passkey(
        of.desk, site, asked.token, answer, source=asked.source, now=call.now
    )
    return _renewed(call, done.value)


def _begun(asked: Asked, keep: Literal["cookie", "token"], new: SignedIn) -> Reply[InSession]:
    session, account = new.session, new.account
    told = (account.login, account.name, session.way, session.ends_at)
    if keep == "token":
        return Reply(InSession(*told, token=new.token, csrf=None, device=new.device))
    _verify_browser(asked)
    cookies = Cookie(SESSION, new.token), Cookie(DEVICE, new.device, DEVICE_LIFE_S)
    return Reply(InSession(*told, token=None, csrf=new.csrf, device=None), cookies)


def _renewed(call: Call, new: Renewed) -> Reply[InSession]:
    session, account = new.session, call.person.present.standing.account
    told = (account.login, account.name, session.way, session.ends_at)
    if not call.asked.by_cookie:
        return Reply(InSession(*told, token=new.token, csrf=None, device=None))
    return Reply(InSession(*told, token=None, csrf=new.csrf, device=None), (Cookie(SESSION, new.token),))


def _verify_browser(asked: Asked) -> None:
    if asked.local:
        raise ApiError(409, "no browser comes over the node's socket", "ask for a token")


def _options(text: str) -> Options:
    return Options(msgspec.Raw(text.encode()))


def _text(raw: msgspec.Raw) -> str:
    return bytes(raw).decode("utf-8", "replace")
