"""Makes the people of a node to look at: two administrators, an investigator, an officer, and others.

`python -m demonstration.people --data DIR --out out/people`. It asks the node's own socket, as `openanpr
people` does. Names are invented, all have the password below, and each gets a file of codes, each good once,
to sign in with, and one with the secret of an app: for trying out, and for nothing else.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from pyotp.totp import TOTP

from openanpr.run.exit_code import RefusedError
from openanpr.run.local.ask import ask, local_client

WORDS = "four random words do"
"""With these every invented person signs in, and a code of their own."""
_FORCE = 53
_STEP_S = 30  # of an app's codes (RFC 6238)
_USER = "anpr-user"
_COURSES = {"authorising-officer": "anpr-authoriser", "auditor": "anpr-auditor"}


@dataclass(frozen=True, slots=True)
class Invented:
    """Somebody invented: `rank` is that of an authorising officer."""

    login: str
    name: str
    team: str
    role: str = ""
    rank: str | None = None

    @property
    def does(self) -> str:
        """What they are there for, in words."""
        return " ".join((self.rank or "", self.role or "administrator")).strip()


ADMINISTRATORS = (Invented("ann", "Ann Hill", "Office"), Invented("bob", "Bob Mill", "Office"))
OTHERS = (
    Invented("ivy", "Ivy Lane", "North", "investigator"),
    Invented("pat", "Pat Field", "North", "patrol-officer"),
    Invented("sue", "Sue Moor", "South", "authorising-officer", "superintendent"),
    Invented("sam", "Sam Wood", "South", "auditor"),
)


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody signed in to the API of a node."""

    client: httpx.Client = field(repr=False)
    token: str = field(repr=False)

    def asks(self, path: str, form: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401 - JSON
        """Return what the API answers to a POST; raises RefusedError with what it says."""
        return self.does(f"/api{path}", form)

    def does(self, path: str, form: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401 - JSON
        """Return what the node's own socket answers to a POST, as the command line asks; raises as above."""
        bearer = {"authorization": f"Bearer {self.token}"} if self.token else {}
        answer = self.client.post(path, json=dict(form or {}), headers=bearer)
        if not answer.is_success:
            raise RefusedError(f"{path}: {answer.json().get('message', answer.status_code)}")
        return answer.json()


@dataclass(slots=True)
class Office:
    """The two administrators at work on a node: `codes` are what is left of everybody's, `apps` secrets."""

    data: Path
    codes: dict[str, list[str]]
    apps: dict[str, str] = field(default_factory=dict[str, str])

    def make(self, others: Sequence[Invented] = OTHERS) -> None:
        """Make them all; raises RefusedError, as when the node has people already."""
        for one in ADMINISTRATORS:
            self._accept(one.login, self._post("/people/first-link", _form(one))["link"])
        for one, other in zip(ADMINISTRATORS, ADMINISTRATORS[::-1], strict=True):
            self._train(one, by=other.login)
        for one in others:
            self._accept(one.login, self.invite(one))
            self._give(one)
        for one in ADMINISTRATORS:
            self._make_codes(one.login)

    def invite(self, one: Invented) -> str:
        """Add somebody and return the one-time link, which nobody has used yet; raises RefusedError."""
        return str(self._post("/people", {**_form(one), **self._proof("ann")})["link"])

    def _give(self, one: Invented) -> None:
        """Give the role and the training; a grave role is proposed by one and approved by the other."""
        asked: dict[str, Any] = {"role": one.role, "why": "posted", "days": 365}
        if one.rank is not None:
            asked["rank"] = one.rank
        account = f"/people/accounts/{one.login}"
        given = self._post(f"{account}/roles", {**asked, **self._proof("bob")})
        if "proposal" in given:
            self._post(f"/people/proposals/{given['proposal']}/approve", self._proof("ann"))
        self._train(one, by="ann" if one.rank is None else "bob")

    def _train(self, one: Invented, *, by: str) -> None:
        """Record a course: without one nobody does more than manage accounts."""
        today = datetime.now(UTC).date()
        course = {
            "course": _COURSES.get(one.role, _USER),
            "passed_on": str(today),
            "expires_on": str(today + timedelta(days=365)),
        }
        self._post(f"/people/accounts/{one.login}/training", {**course, **self._proof(by)})

    def _accept(self, login: str, link: str) -> None:
        shown = self._post("/people/links/look", {"link": link})
        form = {"link": link, "password": WORDS, "code": _earlier_code(shown["app_secret"])}
        self.codes[login] = list(self._post("/people/links/accept", form)["recovery_codes"])
        self.apps[login] = shown["app_secret"]

    def _proof(self, login: str) -> dict[str, str]:
        if len(self.codes[login]) == 1:
            self._make_codes(login)
        return {"by": login, "code": self.codes[login].pop()}

    @contextmanager
    def session(self, login: str) -> Generator[Session]:
        """Give somebody's session, begun with a code that is left; when it ends, ten new ones are made."""
        form = {"login": login, "password": WORDS, "code": self.codes[login].pop()}
        with local_client(self.data) as client:
            begun = Session(client, "").asks("/sign-in", form)
            session = Session(client, begun["token"])
            yield session
            self.codes[login] = list(session.asks("/me/recovery-codes")["recovery_codes"])
            session.asks("/sign-out")

    def _make_codes(self, login: str) -> None:
        with self.session(login):
            pass  # its end makes them

    def _post(self, path: str, form: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
        return ask(self.data, "POST", path, form=form)


def _earlier_code(secret: str) -> str:
    """The code of the step before, which is taken too: so that of now is still good to sign in with."""
    now = time.time()
    # Near the end of a step that one would be two steps old on arrival.
    return TOTP(secret).at(now - _STEP_S if now % _STEP_S < _STEP_S - 5 else now)


def _form(one: Invented) -> dict[str, Any]:
    return {"login": one.login, "name": one.name, "force": _FORCE, "unit": "Invented", "team": one.team}


def write_codes(office: Office, folder: Path) -> None:
    """Write NAME.codes and NAME.app of everybody, for the owner alone; raises OSError where one is there."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for login, codes in office.codes.items():
        _write(folder / f"{login}.codes", codes)
        _write(folder / f"{login}.app", [office.apps[login]])


def code_now(folder: Path, login: str) -> str:
    """Return what the app of somebody shows now, good for 30 s and once; raises OSError."""
    return TOTP((folder / f"{login}.app").read_text("utf-8").strip()).now()


def _write(path: Path, lines: list[str]) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write("".join(f"{line}\n" for line in lines))


def main() -> int:
    """Make them and tell who there is; 1 where the node refuses."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder of a node that runs")
    parser.add_argument("--out", type=Path, required=True, help="the folder for the codes of each")
    said = parser.parse_args()
    office = Office(said.data, {})
    try:
        office.make()
        write_codes(office, said.out)
    except (RefusedError, OSError) as fault:
        print(f"people: {fault}", file=sys.stderr)
        return 1
    for one in (*ADMINISTRATORS, *OTHERS):
        print(f"{one.login}  {one.name}, {one.does}, team {one.team}; codes in {said.out / one.login}.codes")
    print(f"each with the password: {WORDS}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
