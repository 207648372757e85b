"""`openanpr sign-in`, `sign-out`, `whoami`, `step-up`: a person's session on the command line."""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from collections.abc import Callable
from typing import Any

from openanpr.run.exit_code import ExitCode, RefusedError
from openanpr.run.local.verb import add_data, fields, harmless, refused

_ME = fields("login", "name", "roles", "rank", "untrained", "clashing", "way", "fresh", "ends_at")


def add_sign_in(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Add the commands to argparse's `commands`."""
    sign_in = _added(commands, "sign-in", "sign in: asks for password and code", _sign_in)
    sign_in.add_argument("--login", help="the name to sign in with (default: it is asked for)")
    _added(commands, "sign-out", "end the session that is kept here", _sign_out)
    me = _added(commands, "whoami", "who is signed in here, with the roles of this moment", _whoami)
    me.add_argument("--json", action="store_true", help="print the node's answer as JSON")
    _added(commands, "step-up", "give the second factor once more, for a grave act", _step_up)


def hidden(prompt: str) -> str:
    """Return what is typed without showing it; a line of standard input where that is no terminal."""
    if sys.stdin.isatty():
        return getpass.getpass(prompt).strip()
    return sys.stdin.readline().strip()


def _added(
    commands: Any,  # noqa: ANN401 - as above
    name: str,
    told: str,
    does: Callable[[argparse.Namespace], None],
) -> argparse.ArgumentParser:
    from openanpr.run.local.api import add_where  # noqa: PLC0415 - loads httpx

    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=told, description=told, allow_abbrev=False
    )
    add_data(parser)
    add_where(parser)

    def command(arguments: argparse.Namespace) -> int:
        try:
            does(arguments)
        except RefusedError as refusal:
            return refused(refusal)
        return ExitCode.DONE

    parser.set_defaults(command=command)
    return parser


def _sign_in(arguments: argparse.Namespace) -> None:
    from openanpr.run.local.api import call, where_of  # noqa: PLC0415 - as above
    from openanpr.run.local.kept_session import KeptSession, keep_session, kept_session  # noqa: PLC0415 - beside it

    where = where_of(arguments)
    before = kept_session(where.key)
    login = arguments.login or _asked("name: ")
    password = hidden("password: ")
    code = hidden("the code that your app shows now, or a recovery code: ")
    known = before is not None and before.login == login
    form = {"login": login, "password": password, "code": code, "keep": "token"}
    if before is not None and known:
        form["device"] = before.device
        # An earlier token must not be shown beside: it may be over, or somebody else's by now.
        keep_session(where.key, KeptSession(before.login, "", before.device))
    told = call(where, "POST", "/sign-in", form)
    keep_session(where.key, KeptSession(told["login"], told["token"], told["device"] or ""))
    print(harmless(f"signed in as {told['login']} ({told['name']}), at the latest until {told['ends_at']}"))


def _sign_out(arguments: argparse.Namespace) -> None:
    from openanpr.run.local.api import call, where_of  # noqa: PLC0415 - as above
    from openanpr.run.local.kept_session import KeptSession, keep_session, kept_session  # noqa: PLC0415 - beside it

    where = where_of(arguments)
    kept = kept_session(where.key)
    if kept is None or not kept.token:
        raise RefusedError("nobody is signed in here")
    try:
        call(where, "POST", "/sign-out")
    finally:
        keep_session(where.key, KeptSession(kept.login, "", kept.device))
    print("signed out")


def _whoami(arguments: argparse.Namespace) -> None:
    from openanpr.run.local.api import call, where_of  # noqa: PLC0415 - as above

    told = call(where_of(arguments), "GET", "/me")
    print(json.dumps(told, indent=1) if arguments.json else _ME(harmless(told)))


def _step_up(arguments: argparse.Namespace) -> None:
    from openanpr.run.local.api import call, where_of  # noqa: PLC0415 - as above
    from openanpr.run.local.kept_session import KeptSession, keep_session, kept_session  # noqa: PLC0415 - beside it

    where = where_of(arguments)
    kept = kept_session(where.key)
    if kept is None or not kept.token:
        raise RefusedError("nobody is signed in here: sign in by 'openanpr sign-in'")
    told = call(where, "POST", "/step-up", {"code": hidden("the code that your app shows now: ")})
    keep_session(where.key, KeptSession(kept.login, told["token"], kept.device))
    print("taken: a grave act may be done within minutes")


def _asked(prompt: str) -> str:
    if sys.stdin.isatty():
        return input(prompt).strip()
    return sys.stdin.readline().strip()
