"""Whole journeys by the keyboard alone: no mouse, no finger, each stop found by its name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import httpx
import pyotp
import pytest
from playwright.sync_api import expect

from openanpr.core.role import Role
from openanpr.people import founding
from openanpr.people.account import Account
from openanpr.people.proof import SOCKET
from openanpr.review.sampling import SampledFor
from openanpr.web.pages.oversight.review_words import KINDS
from tests.pages.asking import SETTINGS, look_up, with_cases
from tests.pages.keys import Keys, keys_alone
from tests.pages.office import Office
from tests.run_node.world import MARK, STOLEN, read
from tests.web_api.node_people import token_of

PASSWORD = "four random words do"


@dataclass(slots=True)
class Person:
    """Somebody with a password and an app."""

    login: str
    app: pyotp.TOTP


def joined(office: Office, login: str, *roles: Role) -> Person:
    """Return a new person who set up a password and an app."""
    desk, now = office.world.made.door.desk, office.world.now
    account: Account = office.person(login, *roles)
    token = founding.make_link(desk, account, "test", SOCKET, now=now).value.token
    app = pyotp.TOTP(founding.look(desk, token, source=SOCKET, now=now).app_text)
    founding.accept(desk, token, founding.Answer(PASSWORD, app.at(now)), source=SOCKET, now=now)
    return Person(login, app)


def signs_in(office: Office, keys: Keys, person: Person, *, lands: str) -> None:
    keys.fill("Sign-in name", person.login)
    keys.fill("Password", PASSWORD)
    keys.fill("Code", person.app.at(office.world.now))
    keys.press("Enter")
    keys.page.wait_for_url(lands)


def test_somebody_signs_in_adds_an_entry_and_another_signs_in_and_approves_it(office) -> None:
    office.world.stores.lists.define(STOLEN)
    lena, dan = joined(office, "lena", Role.LIST_OWNER), joined(office, "dan", Role.LIST_OWNER)
    office.world.later(minutes=2)  # a code that set an account up is not taken again
    with office.at() as page, keys_alone(page) as keys:
        page.goto("/lists")
        signs_in(office, keys, lena, lands=f"{office.home}/lists")
        keys.follow("stolen", "**/lists/*")
        keys.follow("Add a vehicle", "**/add")
        keys.fill("Registration mark", "lb07 seo")
        keys.choose("Stop")
        keys.choose("High")
        keys.fill("Why the vehicle is looked for", "taken in a burglary")
        keys.fill("Owner of the entry", "desk")
        for part, text in (("Day", "31"), ("Month", "12"), ("Year", "2026")):
            keys.fill(part, text)
        keys.fill("Why the list is to change", "reported today")
        keys.follow("Propose", "**/list-changes/*")
        expect(page.get_by_text("another person approves it")).to_be_visible()
        keys.follow("Sign out", "**/sign-in")
        page.goto("/lists")
        signs_in(office, keys, dan, lands=f"{office.home}/lists")
        keys.follow("Change 1", "**/list-changes/1")
        keys.to("Approve")
        keys.press("Enter")
        expect(page.get_by_text("Live", exact=True)).to_be_visible()
    assert [one.vrm for _, one in office.world.stores.lists.latest("stolen", before=2**53, limit=9)] == [
        "LB07SEO"
    ]


def test_a_wrong_form_is_mended_from_its_summary(office) -> None:
    office.world.stores.lists.define(STOLEN)
    with office.at(office.person("lena", Role.LIST_OWNER)) as page, keys_alone(page) as keys:
        page.goto("/lists/stolen/add")
        keys.follow("Propose", "**/add")
        expect(page.locator(".govuk-error-summary")).to_be_focused()
        keys.to("Enter the last day on which the entry is used")
        keys.press("Enter")
        expect(page.get_by_role("group", name="Last day of use").get_by_label("Day")).to_be_focused()


@pytest.fixture
def sampled(open_office) -> Office:
    """A node where ivy was refused her own vehicle: such a search is always looked at."""
    office = open_office(SETTINGS)
    with_cases(office)
    ivy = office.person("ivy", Role.INVESTIGATOR)
    httpx.post(
        f"{office.home}/api/me/vehicles",
        json={"mark": MARK, "relation": "own"},
        headers={"authorization": f"Bearer {token_of(office.world, ivy)}"},
    ).raise_for_status()
    look_up(office, ivy)
    office.world.later(minutes=5)
    office.world.turn("review searches")
    return office


def test_a_sampled_search_is_taken_looked_at_and_found_proper(sampled) -> None:
    ada = sampled.person("ada", Role.AUDITOR, team="South")
    with sampled.at(ada) as page, keys_alone(page) as keys:
        page.goto("/")
        keys.follow("Review", "**/review")
        keys.follow(KINDS[SampledFor.OWN_INTEREST_REFUSED], "**/review/*")
        keys.to("Take it in hand")
        keys.press("Enter")
        expect(page.get_by_text("In your hand", exact=True)).to_be_visible()
        keys.to("Open its marks")
        keys.press("Enter")
        expect(page.locator(".marks .plate__text")).to_have_text("AB12 CDE")
        keys.choose("Proper")
        keys.fill("Why", "she told her supervisor herself")
        keys.to("What is to follow")
        keys.to("Give the finding")
        keys.press("Enter")
        expect(page.get_by_role("heading", name="The finding")).to_be_visible()
        expect(page.get_by_text("she told her supervisor herself")).to_be_visible()


def test_what_retention_would_delete_is_looked_at_then_deleted_and_its_certificate_opened(office) -> None:
    world = office.world
    world.deliver(read())
    world.pass_on()
    world.now += timedelta(days=731)
    with office.at(office.person("mo", Role.ANPR_MANAGER)) as page, keys_alone(page) as keys:
        page.goto("/")
        keys.follow("Administration", "**/administration")
        keys.follow("Retention", "**/retention")
        expect(page.get_by_role("row", name="22 November 2026")).to_be_visible()
        keys.follow("Run retention now", "**/retention/run")
        expect(page.get_by_text("1 day from before 23 November 2026 goes, with 1 read.")).to_be_visible()
        keys.follow("Delete and certify", "**/retention?days=1**")
        keys.follow("Certificates of what went", "**/certificates")
        keys.follow("22 November 2026", "**/certificates/2026-11-22")
        expect(page.get_by_text("A search right afterwards found nothing")).to_be_visible()


def test_a_file_is_brought_in_with_the_time_that_its_source_gives(office) -> None:
    office.world.stores.lists.define(STOLEN)
    with office.at(office.person("lena", Role.LIST_OWNER)) as page, keys_alone(page) as keys:
        page.goto("/lists/stolen/import")
        # The window in which a file is chosen is the browser's own, beyond what a page is asked.
        rows = b"VRM,Action,Reason,Weed date\nLB07SEO,STOP,stolen,31/12/2026\n"
        page.locator("#file").set_input_files([{"name": "a.csv", "mimeType": "text/csv", "buffer": rows}])
        keys.choose("Sixteen columns")
        keys.choose("The whole list")
        keys.to("Now, as you bring it in")
        keys.press("ArrowDown")
        for part, text in (("Day", "22"), ("Month", "11"), ("Year", "2026"), ("Time", "0615")):
            keys.fill(part, text)
        keys.fill("Why it is brought in", "the day's delivery")
        keys.follow("Bring it in", "**/list-changes/*")
    (waiting,) = office.world.stores.lists.waiting()
    assert waiting.draft.source_at is not None
    assert waiting.draft.source_at.isoformat() == "2026-11-22T06:15:00+00:00"
