"""Makes the people of a node to look at: two administrators, an investigator, an officer, and others.

`python -m demonstration.people --data DIR --out out/people`. It asks the node's own socket, as `openanpr
people` does. Names are invented, all have the password below, and each gets a file of codes, each good once,
to sign in with: for trying out, and for nothing else.
"""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pyotp.totp import TOTP

from openanpr.run.exit_code import RefusedError
from openanpr.run.local.ask import ask

WORDS = "four random words do"
"""With these every invented person signs in, and a code of their own."""
_FORCE = 53
_COURSES = {"authorising-officer": "anpr-authoriser", "auditor": "anpr-auditor"}


@dataclass(frozen=True, slots=True)
class Invented:
    """Somebody invented: `rank` is that of an authorising officer."""

    login: str
    name: str
    team: str
    role: str = ""
    rank: str | None = None


ADMINISTRATORS = (Invented("ann", "Ann Hill", "Office"), Invented("bob", "Bob Mill", "Office"))
OTHERS = (
    Invented("ivy", "Ivy Lane", "North", "investigator"),
    Invented("pat", "Pat Field", "North", "patrol-officer"),
    Invented("sue", "Sue Moor", "South", "authorising-officer", "superintendent"),
    Invented("sam", "Sam Wood", "South", "auditor"),
)


@dataclass(slots=True)
class Office:
    """The two administrators at work on a node: `codes` are what is left of everybody's."""

    data: Path
    codes: dict[str, list[str]]

    def make(self) -> None:
        """Make them all; raises RefusedError, as when the node has people already."""
        for one in ADMINISTRATORS:
            self._accept(one.login, self._post("/people/first-link", _form(one))["link"])
        for one in OTHERS:
            self._accept(one.login, self._post("/people", {**_form(one), **self._proof("ann")})["link"])
            self._give(one)

    def _give(self, one: Invented) -> None:
        """Give the role and the training; a grave role is proposed by one and approved by the other."""
        asked: dict[str, Any] = {"role": one.role, "why": "posted", "days": 365}
        if one.rank is not None:
            asked["rank"] = one.rank
        account = f"/people/accounts/{one.login}"
        given = self._post(f"{account}/roles", {**asked, **self._proof("bob")})
        if "proposal" in given:
            self._post(f"/people/proposals/{given['proposal']}/approve", self._proof("ann"))
        today = datetime.now(UTC).date()
        course = {
            "course": _COURSES.get(one.role, "anpr-user"),
            "passed_on": str(today),
            "expires_on": str(today + timedelta(days=365)),
        }
        self._post(f"{account}/training", {**course, **self._proof("ann" if one.rank is None else "bob")})

    def _accept(self, login: str, link: str) -> None:
        shown = self._post("/people/links/look", {"link": link})
        form = {"link": link, "password": WORDS, "code": TOTP(shown["app_secret"]).now()}
        self.codes[login] = list(self._post("/people/links/accept", form)["recovery_codes"])

    def _proof(self, login: str) -> dict[str, str]:
        return {"by": login, "code": self.codes[login].pop()}

    def _post(self, path: str, form: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
        return ask(self.data, "POST", path, form=form)


def _form(one: Invented) -> dict[str, Any]:
    return {"login": one.login, "name": one.name, "force": _FORCE, "unit": "Invented", "team": one.team}


def _write(path: Path, codes: list[str]) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write("".join(f"{code}\n" for code in codes))


def main() -> int:
    """Make them and tell who there is; 1 where the node refuses."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder of a node that runs")
    parser.add_argument("--out", type=Path, required=True, help="the folder for the codes of each")
    said = parser.parse_args()
    office = Office(said.data, {})
    try:
        office.make()
        said.out.mkdir(mode=0o700, parents=True, exist_ok=True)
        for login, codes in office.codes.items():
            _write(said.out / f"{login}.codes", codes)
    except (RefusedError, OSError) as fault:
        print(f"people: {fault}", file=sys.stderr)
        return 1
    for one in (*ADMINISTRATORS, *OTHERS):
        role = " ".join((one.rank or "", one.role or "administrator")).strip()
        print(f"{one.login}  {one.name}, {role}, team {one.team}; codes in {said.out / one.login}.codes")
    print(f"each with the password: {WORDS}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
