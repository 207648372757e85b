"""People on a real node: two administrators by links, others with roles and training; each signs in."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pyotp
import pytest

from openanpr.run.local.ask import ask

PASSWORD = "four random words do"
POST = {"force": 53, "unit": "Crime"}
COURSES = {
    "authorising-officer": "anpr-authoriser",
    "auditor": "anpr-auditor",
}


@dataclass(slots=True)
class People:
    """Who there is on a node; each has recovery codes, which prove them once each."""

    data: Path
    codes: dict[str, list[str]] = field(default_factory=dict)

    def _post(self, path: str, form: dict[str, Any]) -> Any:
        return ask(self.data, "POST", path, form=form)

    def _accept(self, login: str, link: str) -> None:
        shown = self._post("/people/links/look", {"link": link})
        form = {"link": link, "password": PASSWORD, "code": pyotp.TOTP(shown["app_secret"]).now()}
        self.codes[login] = self._post("/people/links/accept", form)["recovery_codes"]

    def proof(self, login: str) -> dict[str, str]:
        return {"by": login, "code": self.codes[login].pop()}

    def found(self) -> None:
        """Make the two administrators."""
        for login in ("ann", "bob"):
            form = {"login": login, "name": login.title(), **POST, "team": "Office"}
            self._accept(login, self._post("/people/first-link", form)["link"])

    def add(self, login: str, *roles: str, team: str = "North", rank: str | None = None) -> None:
        """Ann adds a person, Bob gives them roles; graver roles are approved by the other of the two."""
        form = {"login": login, "name": login.title(), **POST, "team": team}
        self._accept(login, self._post("/people", {**form, **self.proof("ann")})["link"])
        for role in roles:
            asked = {"role": role, "why": "posted", "days": 90}
            asked |= {"rank": rank} if role == "authorising-officer" else {}
            given = self._post(f"/people/accounts/{login}/roles", {**asked, **self.proof("bob")})
            if "proposal" in given:
                self._post(f"/people/proposals/{given['proposal']}/approve", self.proof("ann"))
        today = datetime.now(UTC).date()
        course = {
            "course": next((COURSES[role] for role in roles if role in COURSES), "anpr-user"),
            "passed_on": str(today),
            "expires_on": str(today + timedelta(days=300)),
        }
        self._post(f"/people/accounts/{login}/training", {**course, **self.proof("ann")})
        self._renew()

    def _renew(self) -> None:
        """See that the administrators do not run out of codes."""
        for login in ("ann", "bob"):
            if len(self.codes[login]) < 5:
                self.codes[login] = new_codes(self.data, login, self.codes[login].pop())

    def signing(self, told: Callable[..., str], patch: pytest.MonkeyPatch) -> Callable[[str], str]:
        """Return what signs a person in on the command line."""

        def sign_in(login: str) -> str:
            patch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n{self.codes[login].pop()}\n"))
            return told("sign-in", "--login", login)

        return sign_in


def new_codes(data: Path, login: str, code: str) -> list[str]:
    transport = httpx.HTTPTransport(uds=str(data / "node.sock"))
    with httpx.Client(transport=transport, base_url="http://node") as client:
        form = {"login": login, "password": PASSWORD, "code": code}
        token = client.post("/api/sign-in", json=form).json()["token"]
        answer = client.post("/api/me/recovery-codes", json={}, headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["recovery_codes"])


def founded(data: Path, others: Iterable[tuple[str, ...]]) -> People:
    """Return the people of a node: Ann and Bob, and these with their roles."""
    people = People(data)
    people.found()
    for login, *roles in others:
        rank = next((role.removeprefix("rank:") for role in roles if role.startswith("rank:")), None)
        team = "South" if login.startswith("s") else "North"
        people.add(login, *(one for one in roles if not one.startswith("rank:")), team=team, rank=rank)
    return people
