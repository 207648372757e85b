"""Entries, lists and a file that the pages of lists are shown with, and what a person does with a change."""

from __future__ import annotations

from datetime import date

from playwright.sync_api import Page, expect

from openanpr.core.role import Role
from openanpr.core.voi_entry import Action, VoiEntry
from openanpr.core.voi_list import ListKind, VoiList
from tests.pages.office import Office

STOLEN_CAR = VoiEntry(
    "AB12CDE",
    Action.STOP,
    make="Ford",
    model="Focus",
    colour="blue",
    reason="stolen",
    owner="desk",
    review_on=date(2026, 11, 20),
    weed_on=date(2026, 12, 31),
)


COVERT = VoiEntry(
    "XY34ZZZ",
    Action.SILENT,
    reason="quiet matter",
    owner="desk",
    weed_on=date(2026, 12, 31),
    covert=True,
    seen_by=("ivy",),
)


UNTAXED = VoiList(
    "untaxed", "dvla desk", "find untaxed vehicles", "s.29", ListKind.MASS, None, frozenset({"control-room"})
)


FILE = "VRM,Make,Model,Colour,Action,Reason,Weed date\nLB07SEO,Seat,Leon,red,STOP,stolen,31/12/2026\n"


def filled(page: Page, mark: str) -> None:
    """Fill in the form of an entry."""
    page.get_by_label("Registration mark").fill(mark)
    page.get_by_label("Stop", exact=True).check()
    page.get_by_label("High").check()
    page.get_by_label("Why the vehicle is looked for").fill("taken in a burglary")
    page.get_by_label("Owner of the entry").fill("desk")
    last = page.get_by_role("group", name="Last day of use")
    for part, text in (("Day", "31"), ("Month", "12"), ("Year", "2026")):
        last.get_by_label(part).fill(text)
    page.get_by_label("Why the list is to change").fill("reported today")


def approved(office: Office, page: Page, login: str = "dan") -> None:
    """Let another list owner approve the change that the page shows."""
    with office.at(office.person(login, Role.LIST_OWNER)) as other:
        other.goto(page.url.replace(office.home, ""))
        other.get_by_role("button", name="Approve").click()
        expect(other.get_by_text("Live", exact=True)).to_be_visible()


def replace_mark(mark: str) -> VoiEntry:
    return STOLEN_CAR._replace(vrm=mark)
