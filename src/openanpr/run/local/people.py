"""`openanpr people ...` and `openanpr services ...`: who may act as what, until there is a page for it."""

from __future__ import annotations

import argparse
from typing import Any, Final

from openanpr.run.exit_code import ExitCode, RefusedError
from openanpr.run.local.signing_in import hidden
from openanpr.run.local.verb import (
    BY,
    WHY,
    Take,
    Verb,
    add_data,
    add_group,
    data_of,
    fields,
    harmless,
    refused,
    rows,
)

_CODE: Final = Take("--code", "the code that your app shows now, or a recovery code", required=True)
_LOGIN: Final = Take("login", "the person's sign-in name", path=True)
_NEWCOMER: Final = (
    Take("--login", "the name to sign in with", required=True),
    Take("--name", "the person's name", required=True),
    Take("--force", "the number of their force", required=True, kind=int),
    Take("--unit", "their unit", required=True),
    Take("--team", "their team", required=True),
)


def _link(answer: Any) -> str:  # noqa: ANN401 - JSON
    return (
        f"shown once, for {answer['login']}, good once and until {answer['ends_at']}:\n{answer['link']}\n"
        "use it with: openanpr people accept"
    )


def _first(answer: Any) -> str:  # noqa: ANN401 - JSON
    able, wanted = answer["administrators"], answer["wanted"]
    return f"{_link(answer)}\nadministrators who can sign in: {able} of the {wanted} that grave acts need"


def _given(answer: Any) -> str:  # noqa: ANN401 - JSON
    if "proposal" in answer:
        return _waits(answer)
    return f"given: {answer['role']} until {answer['ends_at']} (grant {answer['grant']})"


def _waits(answer: Any) -> str:  # noqa: ANN401 - JSON
    number, until = answer["proposal"], answer["ends_at"]
    return (
        f"proposed: {answer['act']} for {answer['login']}; another administrator decides until {until}:\n"
        f"openanpr people approve {number} --by NAME --code CODE"
    )


def _approved(answer: Any) -> str:  # noqa: ANN401 - JSON
    done = f"done: {answer['act']} for {answer['login']}"
    return f"{done}\n{_link(answer)}" if "link" in answer else done


def _token(answer: Any) -> str:  # noqa: ANN401 - JSON
    return f"service {answer['service']}; its token is shown once:\n{answer['token']}"


_PERSON: Final = fields("login", "name", "force", "unit", "team", "roles", "rank", "untrained", "disabled")
_SHOWN: Final = fields()

VERBS: Final = (
    Verb(
        "list",
        "all people, disabled ones too",
        "GET",
        "/people",
        rows("login", "name", "force", "unit", "team", "roles", "untrained", "disabled"),
    ),
    Verb("show", "one person, roles and training", "GET", "/people/accounts/{login}", _SHOWN, (_LOGIN,)),
    Verb(
        "first-link",
        "make a one-time link for a first administrator; for whoever owns the machine",
        "POST",
        "/people/first-link",
        _first,
        _NEWCOMER,
    ),
    Verb("add", "add a person, who gets a one-time link", "POST", "/people", _link, (*_NEWCOMER, BY, _CODE)),
    Verb(
        "link",
        "make another link for a person who has not used theirs",
        "POST",
        "/people/accounts/{login}/link",
        _link,
        (_LOGIN, BY, _CODE),
    ),
    Verb(
        "give",
        "give a role until a day; some roles wait for a second administrator",
        "POST",
        "/people/accounts/{login}/roles",
        _given,
        (
            _LOGIN,
            Take("--role", "such as investigator or list-owner", required=True),
            Take("--rank", "of an authorising officer, such as superintendent"),
            Take("--days", "how long (at most 1098)", required=True, kind=int),
            Take("--starts-at", "from when on, such as 2026-12-01T08:00:00Z (default: now)"),
            WHY,
            BY,
            _CODE,
        ),
    ),
    Verb(
        "withdraw",
        "take a role away at once",
        "POST",
        "/people/roles/{number}/withdraw",
        fields("role", "ends_at", "withdrawn"),
        (Take("number", "the grant, as `show` tells it", path=True), WHY, BY, _CODE),
    ),
    Verb(
        "training",
        "record a course that a person passed",
        "POST",
        "/people/accounts/{login}/training",
        fields("login", "course", "expires_on"),
        (
            _LOGIN,
            Take("--course", "such as anpr-user", required=True),
            Take("--passed-on", "the day, such as 2026-11-29", required=True),
            Take("--expires-on", "the last day on which it counts", required=True),
            BY,
            _CODE,
        ),
    ),
    Verb(
        "disable",
        "disable an account at once, its sessions and links too",
        "POST",
        "/people/accounts/{login}/disable",
        _PERSON,
        (_LOGIN, WHY, BY, _CODE),
    ),
    Verb(
        "enable",
        "propose that a disabled account may be used again",
        "POST",
        "/people/accounts/{login}/enable",
        _waits,
        (_LOGIN, WHY, BY, _CODE),
    ),
    Verb(
        "renew",
        "propose another link for a person who has lost what they sign in with",
        "POST",
        "/people/accounts/{login}/renew",
        _waits,
        (_LOGIN, WHY, BY, _CODE),
    ),
    Verb(
        "proposals",
        "grave acts that wait for a second administrator",
        "GET",
        "/people/proposals",
        rows("proposal", "act", "login", "role", "rank", "proposed_by", "ends_at", "why"),
    ),
    Verb(
        "approve",
        "approve a grave act, as a second administrator; it is done at once",
        "POST",
        "/people/proposals/{number}/approve",
        _approved,
        (Take("number", "the proposal", path=True), BY, _CODE),
    ),
    Verb(
        "refuse",
        "refuse a grave act, or take one's own back",
        "POST",
        "/people/proposals/{number}/refuse",
        fields("proposal", "act", "login"),
        (Take("number", "the proposal", path=True), WHY, BY, _CODE),
    ),
    Verb(
        "sessions",
        "who is signed in",
        "GET",
        "/people/sessions",
        rows("session", "login", "way", "began_at", "seen_at", "ends_at", "source"),
    ),
    Verb(
        "sign-out",
        "end all sessions of a person",
        "POST",
        "/people/accounts/{login}/sessions/revoke",
        fields("login", "ended"),
        (_LOGIN, WHY, BY, _CODE),
    ),
    Verb(
        "end-session",
        "end one session",
        "POST",
        "/people/sessions/{session}/revoke",
        fields("ended"),
        (Take("session", "its id, as `sessions` shows it", path=True), WHY, BY, _CODE),
    ),
)

SERVICES: Final = (
    Verb(
        "list",
        "all service accounts, revoked ones too",
        "GET",
        "/services",
        rows("service", "name", "owner", "scopes", "ends_at", "revoked"),
    ),
    Verb(
        "add",
        "make a service account; its token is shown once",
        "POST",
        "/services",
        _token,
        (
            Take("--name", "what people call it", required=True),
            Take("--owner", "the sign-in name of who answers for it", required=True),
            Take("--scope", "such as alerts:read; may be given again", required=True, many=True),
            Take("--days", "how long (at most 366)", required=True, kind=int),
            BY,
            _CODE,
        ),
    ),
    Verb(
        "revoke",
        "take nothing more from a service",
        "POST",
        "/services/{service}/revoke",
        fields("service", "name", "revoked"),
        (Take("service", "its id", path=True), WHY, BY, _CODE),
    ),
)


def add_people(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Add the commands to argparse's `commands`."""
    group = add_group(commands, "people", "people: accounts, roles, training, sessions", VERBS)
    told = "use a one-time link: choose a password, set up an app"
    accept = group.add_parser("accept", help=told, description=told, allow_abbrev=False)
    add_data(accept)
    accept.set_defaults(command=_accept)


def add_services(commands: Any) -> None:  # noqa: ANN401 - as above
    """Add the commands to argparse's `commands`."""
    add_group(commands, "services", "accounts of other systems", SERVICES)


def _accept(arguments: argparse.Namespace) -> int:
    """Ask for the link, show the app's secret, ask for password and code; nothing of it is an argument."""
    from openanpr.run.local.ask import ask  # noqa: PLC0415 - loads httpx

    data = data_of(arguments)
    try:
        link = hidden("the link: ")
        shown = harmless(ask(data, "POST", "/people/links/look", form={"link": link}))
        print(f"the account is {shown['login']}; put this into your app:", shown["app_secret"], sep="\n")
        print(shown["app_address"], flush=True)
        password = hidden("a password of your own (12 characters or more): ")
        if password != hidden("the same once more: "):
            return refused(RefusedError("the two passwords differ: begin again, the link is good still"))
        code = hidden("the code that the app shows now: ")
        form = {"link": link, "password": password, "code": code}
        done = harmless(ask(data, "POST", "/people/links/accept", form=form))
    except RefusedError as refusal:
        return refused(refusal)
    print(f"{done['login']} can act now. Recovery codes, each good once, shown once:")
    print("\n".join(done["recovery_codes"]))
    return ExitCode.DONE
