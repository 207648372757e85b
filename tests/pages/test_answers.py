"""Answers to people on pages: access with a second person, a challenge to its end, the register."""

from __future__ import annotations

import csv
import io
import zipfile
from contextlib import suppress
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from openanpr.core.role import Rank, Role
from openanpr.core.voi_list import ChangeKind, Receipt
from openanpr.people.account import Account
from openanpr.rights.case import CaseKind, Via, Words
from openanpr.rights.desk import Came, Took
from tests.pages.office import Office, looks_right
from tests.rights.office import jpeg
from tests.run_node.world import MARK, NOW, STOLEN, listed, read


@pytest.fixture
def ida(office):
    return office.person("ida", Role.INFORMATION_RIGHTS_OFFICER, team="Information")


@pytest.fixture
def lee(office):
    return office.person("lee", Role.LIST_OWNER, team="Vehicles")


def case(office: Office, kind: CaseKind) -> str:
    desk = office.world.made.righting.desk
    took = Took("ida", office.world.now - timedelta(minutes=5))
    return desk.open(
        kind, Words(text="What do you hold about me?", name="Jo Mills"), Came(via=Via.LETTER), took
    ).reference


def pressed(page: Page, *names: str) -> None:
    for name in names:
        page.get_by_role("button", name=name, exact=True).click()


def opened(page: Page, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).first.click()


def days(page: Page, legend: str, day: str) -> None:
    group = page.get_by_role("group", name=legend)
    for part, text in zip(("Day", "Month", "Year"), day.split("/"), strict=True):
        group.get_by_label(part).fill(text)


def stored(office: Office) -> None:
    world = office.world
    picture = jpeg(320, 200)
    world.deliver(world.pictured(read(), picture), read("LB19RTK"))
    world.pass_on()


def request_begun(page: Page, reference: str) -> None:
    page.goto("/subject-access")
    opened(page, "Open a request")
    looks_right(page, "access-open")
    page.get_by_label("Case").fill(reference)
    page.get_by_label("Number plates").fill(MARK)
    days(page, "First day asked about", "1/11/2026")
    days(page, "Last day asked about", "22/11/2026")
    page.get_by_label("Keeper of the vehicle").check()
    page.get_by_label("What was shown as proof").fill("Passport and V5C, seen at the counter")
    pressed(page, "Open")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Request for access")


def found_and_decided(office: Office, ida: Account, reference: str) -> str:
    with office.at(ida) as page:
        request_begun(page, reference)
        opened(page, "Find what is held")
        pressed(page, "Find")
        expect(page.get_by_role("table", name="What is held")).to_be_visible()
        looks_right(page, "access-items")
        address = page.url
        opened(page, "Item 1")
        expect(page.get_by_role("img", name="The plate as it was taken")).to_be_visible()
        looks_right(page, "access-item")
        opened(page, "Decide")
        looks_right(page, "access-decide")
        page.get_by_label("Withhold it", exact=True).check()
        pressed(page, "Decide")
        expect(page.get_by_text("on a ground of section 45(4)").first).to_be_visible()
        page.get_by_label("Ground of section 45(4)").select_option("b")
        page.get_by_label("Why, in this case").fill("It would tell of an operation that still runs.")
        pressed(page, "Decide")
        for kind in ("Alert", "Searches"):
            with suppress(AssertionError):
                opened(page, "Decide by rule")
                page.get_by_label(kind, exact=True).check()
                page.get_by_label("Tell it", exact=True).check()
                pressed(page, "Decide")
                page.goto(address)
        expect(page.get_by_text("the owner of the list decides")).to_be_visible()
    return address


def handed_over(office: Office, ida: Account, address: str) -> None:
    with office.at(ida) as page:
        page.goto(address)
        opened(page, "Make the pack")
        pressed(page, "Make it")
        looks_right(page, "access-packed")
        opened(page, "Hand over")
        page.get_by_label("To whom, and by which way").fill("Jo Mills, by post")
        with page.expect_download() as got:
            pressed(page, "Hand over and download")
        with zipfile.ZipFile(io.BytesIO(got.value.path().read_bytes())) as archive:
            told = archive.read("reply.html").decode()
        assert "operation" not in told
        assert MARK in told
        page.goto("/disclosures")
        expect(page.get_by_text("Jo Mills, by post")).to_be_visible()
        looks_right(page, "disclosures")
        page.get_by_role("row").nth(1).get_by_role("link").click()
        looks_right(page, "disclosure")


def test_a_request_is_found_decided_agreed_packed_and_handed_over(office, ida, lee) -> None:
    office.world.list_(listed())
    stored(office)
    reference = case(office, CaseKind.ACCESS)
    sue = office.person("sue", Role.AUTHORISING_OFFICER, rank=Rank.SUPERINTENDENT, team="Command")
    address = found_and_decided(office, ida, reference)
    with office.at(lee) as page:
        page.goto("/subject-access/entries")
        looks_right(page, "access-entries")
        page.get_by_role("link", name="Decide").click()
        page.get_by_label("Tell it", exact=True).check()
        pressed(page, "Decide")
        expect(page.get_by_text("No entry waits.")).to_be_visible()
    with office.at(sue) as page:
        page.goto(address)
        opened(page, "Agree as the second person")
        page.get_by_label("Numbers of the items").fill("1")
        pressed(page, "Agree")
        assert page.get_by_text("Agree as the second person").count() == 0
    handed_over(office, ida, address)


def test_a_challenge_is_looked_into_answered_followed_and_closed(office, ida, lee) -> None:
    world = office.world
    world.list_(listed())
    stored(office)
    for device in ("car-1", "car-2"):
        world.stores.lists.served(Receipt(device, "stolen", 1, NOW))
    reference = case(office, CaseKind.CHALLENGE)
    with office.at(ida) as page:
        page.goto("/challenges")
        opened(page, "Open a challenge")
        page.get_by_label("Case").fill(reference)
        page.get_by_label("Number plate").fill(MARK)
        days(page, "First day asked about", "1/11/2026")
        days(page, "Last day asked about", "22/11/2026")
        pressed(page, "Open")
        opened(page, "Look into it")
        pressed(page, "Look")
        expect(page.get_by_text("1 exact, 0 possible")).to_be_visible()
        looks_right(page, "challenge-lists")
        address = page.url
    world.later(minutes=1)
    world.list_(of=STOLEN, kind=ChangeKind.FULL)
    number = next(one.number for one in map(world.stores.lists.proposal, range(1, 9)) if one.revision == 2)
    with office.at(lee) as page:
        page.goto("/challenges")
        looks_right(page, "challenges")
        page.goto(address)
        opened(page, "Answer for stolen")
        looks_right(page, "challenge-answer")
        page.get_by_label("Taken off").check()
        page.get_by_label("Number of the change").fill(str(number))
        page.get_by_label("Why", exact=True).fill("recovered on 12 November")
        pressed(page, "Answer")
        expect(page.get_by_text("0 of 2 devices confirm revision 2 of stolen")).to_be_visible()
        assert page.get_by_role("link", name="Close it").count() == 0
    world.stores.lists.note(Receipt("car-1", "stolen", 2, world.now))
    with office.at(ida) as page:
        page.goto(address)
        expect(page.get_by_text("1 of 2 devices confirm")).to_be_visible()
        looks_right(page, "challenge-devices")
        opened(page, "Explain a silent device")
        page.get_by_label("car-2").check()
        page.get_by_label("Why", exact=True).fill("scrapped, its disk destroyed")
        pressed(page, "Explain")
        opened(page, "Close it")
        page.get_by_label("Put right").check()
        page.get_by_label("Reply").fill("The entry was taken off, and no device has it any more.")
        pressed(page, "Close")
        expect(page.get_by_role("heading", level=1)).to_contain_text("Closed")
        looks_right(page, "challenge-closed")


def test_what_was_handed_over_by_hand_is_written_down_and_comes_as_csv(office, ida) -> None:
    with office.at(ida) as page:
        page.goto("/disclosures")
        looks_right(page, "disclosures-none")
        opened(page, "Write down a disclosure")
        pressed(page, "Write it down")
        expect(page.get_by_role("alert")).to_be_visible()
        for label, text in (
            ("To whom", "Wessex Crown Court"),
            ("The law that allows it", "DPA 2018, section 35(2)(b)"),
            ("What for, as one word", "trial"),
            ("What it was", "two statements"),
            ("Their reference", "T2026"),
            ("Who decided", "DI Ray"),
            ("How many other documents", "2"),
            ("Why", "ordered by the court"),
        ):
            page.get_by_label(label, exact=True).fill(text)
        looks_right(page, "disclosure-new")
        pressed(page, "Write it down")
        expect(page.get_by_role("heading", level=1)).to_contain_text("Disclosure")
        page.goto("/disclosures")
        with page.expect_download() as got:
            page.get_by_role("link", name="Download as CSV").click()
        (row,) = csv.DictReader(io.StringIO(got.value.path().read_text("utf-8")))
    assert (row["recipient"], row["others"], row["by"]) == ("Wessex Crown Court", "documents 2", "ida")


@pytest.mark.parametrize("role", [Role.INVESTIGATOR, Role.ADMINISTRATOR, Role.ANALYST])
def test_whoever_has_no_part_in_it_is_shown_nothing(office, role) -> None:
    eve = office.person("eve", role)
    with office.at(eve) as page:
        for path in ("/subject-access", "/subject-access/entries", "/challenges", "/disclosures"):
            assert page.goto(path).status == 403
        assert page.get_by_role("link", name="Subject access").count() == 0
