"""The tutorial of the county, walked in a browser: everybody signs in, and each page has what it tells.

With `OPENANPR_TOUR_PICTURES=docs/pictures/tour` the pictures of docs/tutorial/the-county.md are made anew.
"""

from __future__ import annotations

import base64
import re
import subprocess
import sys
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.demonstration.running import County
from tests.flow.tour import PICTURES, Tour
from tests.pages.office import PATIENCE_MS
from tests.ports import free_port
from tests.whole.world import ROOT, strict

pytestmark = pytest.mark.campaign  # each journey of it has a test of its own in tests/pages
TUTORIAL = ROOT / "docs" / "tutorial" / "the-county.md"
BURGLARY = "LY/CR/1234/26"
COMES_MS = 120_000
"""Within this each vehicle of the first minutes has come, on a busy machine too."""


@pytest.fixture(scope="module")
def tour(tmp_path_factory, browser):
    with ExitStack() as stack:
        county = County(tmp_path_factory.mktemp("tour") / "out", free_port(), free_port())
        county.start(stack)
        expect.set_options(timeout=20_000)
        stack.callback(expect.set_options, timeout=PATIENCE_MS)
        with ExitStack() as screens:
            yield Tour(county, browser, screens)


def opened(page: Page, mark: str) -> None:
    """Choose the alert of a mark, once it is in the queue."""
    card = page.locator(".card").filter(has_text=mark)
    expect(card).to_be_visible(timeout=COMES_MS)
    card.locator(".card__open").click()
    expect(page.locator(".chosen__head")).to_contain_text(mark)


def pictured(page: Page) -> None:
    """Wait until both pictures of the chosen alert have come to the page, which may be after its read."""
    for kind in ("patch", "overview"):
        page.locator(f".picture--{kind}").first.wait_for(timeout=COMES_MS)


def test_the_control_room_sees_a_wanted_vehicle_come_and_works_it_to_its_end(tour) -> None:
    page = tour.at("cal")
    page.goto("/")
    expect(page.get_by_text("Cal Stone, Control room operator")).to_be_visible()
    tour.picture(page, "start")
    page.goto("/alerts")
    expect(page.locator("#live-words")).to_have_text("Live")
    page.evaluate("window.stayed = true")
    opened(page, "LB19 ROE")
    assert page.evaluate("window.stayed"), "it came to a page that was not loaded again"
    pictured(page)
    chosen = page.locator("#chosen")
    expect(chosen.locator(".says__short")).to_have_text("Stop", ignore_case=True)
    expect(chosen).to_contain_text("Red Arden Hatch")
    expect(page.locator("#map[data-ready]")).to_be_visible()
    expect(chosen.get_by_text("Locked until somebody has compared the picture")).to_be_visible()
    tour.picture(page, "alerts")
    page.get_by_role("button", name="I have seen it").click()
    page.get_by_role("button", name="It matches").click()
    page.get_by_label("Task a unit").fill("LY21")
    tour.picture(page, "answers", page.locator("#answers"))
    page.get_by_role("button", name="Task", exact=True).click()
    expect(chosen.locator("[aria-current=step]")).to_have_text("Tasked")
    page.get_by_text("Close with an outcome").click()
    page.get_by_label("Stopped, no action").check()
    page.get_by_role("button", name="Close the alert").click()
    expect(chosen).to_contain_text("Closed as stopped, no action")
    expect(page.locator(".card").filter(has_text="LB19 ROE")).to_have_count(0)


def test_a_plate_that_a_list_spells_otherwise_is_only_possible_and_shows_both(tour) -> None:
    page = tour.at("cal")
    page.goto("/alerts")
    opened(page, "YO08 KPE")
    pictured(page)
    chosen = page.locator("#chosen")
    expect(chosen.locator(".says__short")).to_have_text("Check picture", ignore_case=True)
    expect(chosen.locator(".facts .rivals")).to_contain_text(re.compile(r"Y\s*0\s*0\s*8\s*K\s*P\s*E"))
    expect(chosen).to_contain_text("O or 0, I or 1: a plate cannot tell them apart")
    tour.picture(page, "possible", chosen)


def test_a_patrol_works_one_alert_at_a_time_on_a_telephone(tour) -> None:
    page = tour.at("pat", "phone")
    page.goto("/patrol/area")
    page.get_by_role("button", name="Start patrol").click()
    expect(page.locator("#line")).to_have_text("Live")
    shown = page.locator(".one:not([hidden])")
    for _ in range(20):
        expect(shown).to_have_count(1, timeout=COMES_MS)
        if "YO08 KPE" in shown.inner_text():
            break
        page.locator("#next").click()
    page.get_by_role("button", name="Seen").click()
    page.get_by_role("button", name="Show picture").click()
    expect(page.get_by_alt_text("The plate").first).to_be_visible()
    tour.picture(page, "patrol")
    for words in ("It matches", "I take it", "Advice given"):
        page.get_by_role("button", name=words).click()
    expect(page.locator("#cards")).not_to_contain_text("YO08 KPE")


def test_a_search_that_is_too_wide_is_refused_and_the_lawful_one_shows_a_journey(tour) -> None:
    page = tour.at("ivy")
    page.goto("/search/new/one-vehicle")
    page.get_by_label("Number plate").fill("wp12foe")
    expect(page.locator("#mark-plate")).to_contain_text("WP12 FOE")
    long_ago = datetime.now(UTC) - timedelta(days=425)
    page.locator("#since_date").fill(long_ago.strftime("%d/%m/%Y"))
    page.get_by_label("Priority and volume crime").check()
    page.get_by_label("A known incident is looked into").check()
    page.get_by_label("Reference").fill(BURGLARY)
    page.get_by_label("Reason").fill("A dark car of this mark stood at the yard when it was broken into.")
    page.get_by_role("button", name="See what this would sweep in").click()
    expect(page.get_by_text("It would be refused.")).to_be_visible()
    page.get_by_role("button", name="Ask nevertheless").click()
    expect(page.get_by_text("It was refused.")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("search-age-of-category")
    tour.picture(page, "refused")
    page.get_by_role("button", name="Ask this instead (the last 90 days alone)").click()
    page.get_by_role("button", name="See what this would sweep in").click()
    page.get_by_role("button", name="Ask", exact=True).click()
    page.get_by_role("button", name="Run it", exact=True).click()
    expect(page.get_by_role("heading", name=re.compile(r"^\d+ rows$"))).to_be_visible(timeout=60_000)
    page.get_by_role("tab", name="Journey").click()
    expect(page.locator("#journey-map[data-ready]")).to_be_visible()
    assert page.locator(".leg").count() > 3
    tour.picture(page, "journey", page.locator(".govuk-tabs__list"))


def test_a_superintendent_looks_at_what_waits_and_gives_the_authority(tour) -> None:
    page = tour.at("sue")
    page.goto("/approvals")
    waiting = page.locator(".inbox__one").filter(has_text="serious crime")
    expect(waiting).to_have_count(1)
    assert "FG73" not in page.content()
    waiting.get_by_role("button", name="Look at it whole").click()
    expect(page.get_by_role("main")).to_contain_text("the armed robbers came in this van")
    tour.picture(page, "approval")
    page.get_by_label("Your reason").fill("An armed robbery; one mark only, and the van was seen before it.")
    page.get_by_role("button", name="Give the authority").click()
    expect(page.get_by_role("alert").filter(has_text="Done")).to_be_visible()
    expect(waiting).to_have_count(0)


def test_one_person_asks_for_a_list_to_change_and_another_lets_it(tour) -> None:
    page = tour.at("lou")
    page.goto("/lists/wanted/add")
    page.get_by_label("Registration mark").fill("TR15 TAN")
    page.get_by_label("Assess: stop only on further grounds").check()
    page.get_by_label("Medium").check()
    page.get_by_label("Why the vehicle is looked for").fill("Seen at two burglaries")
    page.get_by_label("Owner of the entry").fill("Insp Ian Quill")
    last = datetime.now(UTC) + timedelta(days=60)
    for part, said in (("day", last.day), ("month", last.month), ("year", last.year)):
        page.locator(f"#weed_{part}").fill(str(said))
    page.get_by_label("Why the list is to change").fill("Asked for by Crime South")
    page.get_by_role("button", name="Propose").click()
    expect(page.get_by_text("You asked for this change, so another person approves it")).to_be_visible()
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)
    address = page.url
    other = tour.at("max")
    other.goto(address)
    tour.picture(other, "list-change")
    other.get_by_role("button", name="Approve").click()
    expect(other.locator(".govuk-tag").filter(has_text="Live").first).to_be_visible()


def test_a_manager_sees_cameras_that_are_late_or_off_and_what_could_not_be_taken(tour) -> None:
    page = tour.at("max")
    page.goto("/cameras")
    expect(page.locator("[data-cameras-map][data-ready]")).to_be_visible()
    lowenick = page.get_by_role("row").filter(has_text="southbound, Lowenick")
    expect(lowenick).to_contain_text("+1.6 s")
    expect(page.get_by_role("row")).to_have_count(18)
    tour.picture(page, "cameras", page.get_by_role("row").filter(has_text="A902 northbound"))
    page.goto("/administration/quarantine")
    expect(page.get_by_role("main")).to_contain_text("not in the register")
    tour.picture(page, "quarantine")
    page.goto("/administration/jobs")
    expect(page.get_by_role("main")).to_contain_text("List no-keeper is stale")
    tour.picture(page, "jobs")


def test_an_auditor_sees_a_signal_and_proves_an_entry_of_the_log(tour, tmp_path) -> None:
    page = tour.at("sam")
    page.goto("/review")
    page.get_by_role("link", name="One vehicle looked up again and again").click()
    expect(page.get_by_role("main")).to_contain_text("it was parked in my street again this evening")
    tour.picture(page, "review")
    page.goto("/log/checkpoints")
    key = tmp_path / "key.txt"
    key.write_text(page.locator(".aside .hash").inner_text().strip(), "utf-8")
    page.goto("/log")
    page.locator("main table a").first.click()
    expect(page.locator(".proved")).to_contain_text("Proved")
    tour.picture(page, "proof", page.locator("#proof"))
    with page.expect_download() as coming:
        page.get_by_role("link", name="Download the entry with its proof").click()
    entry = tmp_path / "entry.json"
    coming.value.save_as(entry)
    line = [sys.executable, "-m", "openanpr.audit.verify", "--entry", str(entry), "--key", str(key)]
    done = subprocess.run(line, cwd=ROOT, env=strict(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_an_investigator_sees_what_the_system_has_recorded_of_her(tour) -> None:
    page = tour.at("ivy")
    page.goto("/account/log")
    expect(page.get_by_role("main")).to_contain_text("You asked for stored reads")
    expect(page.get_by_role("main")).to_contain_text("stood at the yard when it was broken into")
    assert "WP12" not in page.get_by_role("main").inner_text()
    tour.picture(page, "own-log")


def test_a_picture_of_the_street_is_read_character_by_character(tour) -> None:
    page = tour.at("cal")
    page.goto("/alerts")
    opened(page, "EA16 LOE")
    pictured(page)
    held = page.locator(".picture--overview img").last.get_attribute("src") or ""
    body = base64.b64decode(held.partition(",")[2])
    page.goto("/try")
    page.locator("input[type=file]").set_input_files(
        {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": body}
    )
    page.get_by_role("button", name="Read it").click(timeout=COMES_MS)
    expect(page.locator(".try__plate").filter(has_text="EA16 LOE")).to_have_count(1, timeout=COMES_MS)
    tour.picture(page, "try", page.locator("#found"))


def test_every_picture_of_the_tutorial_is_one_that_the_tour_makes(tour) -> None:
    named = re.findall(r"\]\(\.\./pictures/tour/([\w-]+)\.jpg\)", TUTORIAL.read_text("utf-8"))
    assert sorted(named) == sorted(PICTURES)
    assert sorted(tour.made) == sorted(PICTURES)
