"""Searches that people of a node ask, for pages that show what became of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx

from openanpr.people.account import Account
from tests.pages.office import Office
from tests.run_node.world import MARK, read
from tests.web_api.node_people import token_of

REFERENCE = "53/CR/1/26"
REASON = "The van left the yard of the burgled shop; to find where it went tonight."
CASES = f"reference,state,opened,closed\n{REFERENCE},open,2026-01-01,\n"
SETTINGS = '[cases]\nfile = "cases.csv"\n[search]\nown_forces = [53]\n'


def with_cases(office: Office) -> None:
    """Have the case system know the reference, and a read stored."""
    (office.world.settings.data / "cases.csv").write_text(CASES)
    office.world.deliver(read())
    office.world.pass_on()


def look_up(
    office: Office, who: Account, mark: str = MARK, days: int = 30, category: str = "priority-and-volume"
) -> dict[str, Any]:
    """Ask a search over the API, run it where it may be run, and return what was told of it."""
    headers = {"authorization": f"Bearer {token_of(office.world, who)}"}
    times = {
        "since": (office.world.now - timedelta(days=days)).isoformat(),
        "until": office.world.now.isoformat(),
    }
    form = {
        "question": {"kind": "one-vehicle", "mark": mark, **times},
        "category": category,
        "stance": "reactive",
        "reference": REFERENCE,
        "reason": REASON,
    }
    told = httpx.post(f"{office.home}/api/searches", json=form, headers=headers)
    if told.status_code == 403:
        return dict(told.json())
    assert told.status_code == 200, told.text
    asked = dict(told.json())
    if asked["state"] == "ready":
        ran = httpx.post(f"{office.home}/api/searches/{asked['search']}/run", json={}, headers=headers)
        assert ran.status_code == 200, ran.text
    return asked
