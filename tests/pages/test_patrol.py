"""The view for patrols in a browser: one alert, few large answers, one's own area, and no network."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from openanpr.core.camera import CameraId
from openanpr.core.place import Place
from openanpr.core.registered_camera import RegisteredCamera
from openanpr.core.role import Role
from tests.pages.hits import drawn, hit, hit_with_picture, seen
from tests.pages.office import looks_right
from tests.run_node.world import listed, read

ROUTES = '[[alerts.routes]]\nrole = "control-room"\n[[alerts.routes]]\nrole = "patrol-officer"\n'
pytestmark = pytest.mark.usefixtures("soon")
SOUTH = CameraId(53, 1, 8)


@pytest.fixture
def office(open_office):
    made = open_office(ROUTES)
    south = RegisteredCamera(
        camera=SOUTH,
        name="South Road",
        area="south",
        moving=False,
        place=Place(51.4, -2.6),
        added_by="Ann",
        added_at=made.world.now,
    )
    made.world.stores.intake.cameras.put([south])
    return made


@pytest.fixture
def alerted(office):
    """A node with an open alert in the north, of a read without a picture."""
    office.world.list_(listed("AB12CDE"))
    hit(office, "AB12CDE")
    return office


@pytest.fixture
def pat(office):
    return office.person("pat", Role.PATROL_OFFICER)


def live(page) -> None:
    expect(page.locator("#line")).to_have_text("Live")


@contextmanager
def on_patrol(office, pat, areas: str = "north"):
    """Open the page for patrols on a telephone; it is live when this yields."""
    with office.at(pat, size="phone") as page:
        page.goto(f"/patrol?areas={areas}")
        live(page)
        yield page


def shown(page):
    return page.locator(".one:not([hidden])")


def test_a_patrol_chooses_its_area_and_sees_one_alert_at_a_time_of_it_alone(office, pat) -> None:
    office.world.list_(listed("AB12CDE"), listed("KX51AAA"), listed("LM19ZZZ"))
    with office.at(pat, size="phone") as page:
        page.goto("/patrol")
        page.wait_for_url("**/patrol/area")
        looks_right(page, "patrol-area")
        page.get_by_label("north").check()
        page.get_by_role("button", name="Start patrol").click()
        page.wait_for_url("**/patrol?areas=north")
        live(page)
        expect(page.get_by_text("No alert in your area.")).to_be_visible()
        looks_right(page, "patrol-none")
        hit(office, "LM19ZZZ", camera=SOUTH)
        hit(office, "AB12CDE")
        expect(shown(page)).to_contain_text("AB12 CDE")
        hit(office, "KX51AAA")
        expect(page.get_by_role("button", name="Next alert: 1 more waits")).to_be_visible()
        expect(shown(page)).to_have_count(1)
        expect(shown(page)).to_contain_text("AB12 CDE")
        looks_right(page, "patrol")
        page.get_by_role("button", name="Next alert: 1 more waits").click()
        expect(shown(page)).to_contain_text("KX51 AAA")
        assert page.evaluate("document.activeElement.className") == "one__short"
        assert "LM19" not in page.content()
        for name in ("Seen", "Next alert"):
            box = page.get_by_role("button", name=name).bounding_box()
            assert box is not None
            assert box["height"] >= 64


def test_an_alert_is_worked_to_its_outcome_with_large_buttons_and_keys(office, pat) -> None:
    office.world.list_(listed("AB12CDE"))
    hit_with_picture(office, "AB12CDE")
    with on_patrol(office, pat) as page:

        def press(words: str) -> None:
            button = page.get_by_role("button", name=words)
            expect(button).to_be_visible()
            button.focus()
            page.keyboard.press("Enter")

        press("Seen")
        expect(page.get_by_role("button", name="It matches")).to_be_hidden()
        press("Show picture")
        expect(page.get_by_alt_text("The plate")).to_be_visible()
        looks_right(page, "patrol-picture")
        press("It matches")
        press("I take it")
        expect(page.get_by_role("button", name="Stopped, no action")).to_be_visible()
        looks_right(page, "patrol-taken")
        assert office.world.alerts()[0].state.value == "tasked"
        press("Stopped, no action")
        expect(page.get_by_text("No alert in your area.")).to_be_visible()
    assert office.world.alerts() == ()


def test_without_a_picture_nobody_says_that_it_matches(alerted, pat) -> None:
    with on_patrol(alerted, pat, areas="") as page:
        page.get_by_role("button", name="Seen").click()
        page.get_by_role("button", name="Show picture").click()
        expect(page.get_by_text("This read came without a picture.")).to_be_visible()
        expect(page.get_by_role("button", name="It matches")).to_be_hidden()
        looks_right(page, "patrol-unpictured")
        page.get_by_role("button", name="Cannot be checked").click()
        expect(page.get_by_text("It could not be checked: no unit is sent on it.")).to_be_visible()
        looks_right(page, "patrol-unchecked")
        assert alerted.world.alerts()[0].state.value == "seen"
        page.get_by_role("button", name="Close: no picture").click()
        expect(page.get_by_text("No alert in your area.")).to_be_visible()
    assert alerted.world.alerts() == ()


def test_a_picture_that_comes_later_is_told_of_and_shown_only_at_a_press(office, pat) -> None:
    patch = drawn("AB12 CDE", 320, 80)
    name = hashlib.sha256(patch).hexdigest()
    record = replace(read("AB12CDE"), patch=name)
    office.world.list_(listed("AB12CDE"))
    seen(office, record)
    with on_patrol(office, pat) as page:
        page.get_by_role("button", name="Seen").click()
        page.get_by_role("button", name="Show picture").click()
        expect(page.get_by_text("No picture has come yet.")).to_be_visible()
        office.world.stores.kept.keep(name, record.captured_at.date(), patch)
        expect(page.get_by_text("A picture has come.")).to_be_visible(timeout=20_000)
        assert page.get_by_alt_text("The plate").count() == 0
        page.get_by_role("button", name="Show picture").click()
        expect(page.get_by_alt_text("The plate")).to_be_visible()
        expect(page.get_by_role("button", name="It matches")).to_be_visible()


def test_a_screen_that_nobody_touches_is_signed_out_and_shows_nothing_more(alerted, pat) -> None:
    with on_patrol(alerted, pat) as page:
        expect(shown(page)).to_have_count(1)
        alerted.world.later(minutes=14)
        stay = page.get_by_role("button", name="Stay signed in")
        expect(stay).to_be_visible()
        looks_right(page, "patrol-soon")
        stay.click()
        expect(stay).to_be_hidden()
        alerted.world.later(minutes=15)
        expect(page.get_by_text("SIGNED OUT. Nobody is signed in at this screen")).to_be_visible()
        assert "AB12" not in page.content()
        looks_right(page, "patrol-signed-out")


def test_what_was_seen_again_meanwhile_is_not_answered_unseen(alerted, pat) -> None:
    with on_patrol(alerted, pat) as page:
        page.evaluate("document.querySelector('.one').dataset.hits = '0'")
        page.get_by_role("button", name="Seen").click()
        expect(page.get_by_text("It was seen again. Look, then press again.")).to_be_visible()
    assert alerted.world.alerts()[0].state.value == "new"


def test_with_the_network_gone_it_says_how_old_it_is_and_opens_empty_with_nothing_kept(alerted, pat) -> None:
    with on_patrol(alerted, pat) as page:
        page.evaluate("navigator.serviceWorker.ready")
        alerted.served.stop(1)
        expect(page.get_by_text("NO NETWORK. Shown as at")).to_be_visible()
        expect(shown(page)).to_contain_text("AB12 CDE")
        expect(page.get_by_role("button", name="Seen")).to_be_disabled()
        looks_right(page, "patrol-lost")
        page.reload()
        expect(page.get_by_text("Nothing is shown: nothing is kept on this device.")).to_be_visible()
        looks_right(page, "patrol-shell")
        kept = page.evaluate(
            """(async () => { const found = {};
            for (const name of await caches.keys()) { const cache = await caches.open(name);
              for (const asked of await cache.keys())
                found[new URL(asked.url).pathname] = await (await cache.match(asked)).text(); }
            return found; })()"""
        )
        assert {one.split("/")[1] for one in kept} == {"patrol", "static"}
        shell = kept["/patrol/shell"]
        assert not [one for one in ("AB12", "Pat", "csrf", "north") if one in shell.replace("Patrol", "")]
        alerted.start_again()
        expect(shown(page)).to_contain_text("AB12 CDE")
        live(page)


def test_by_night_and_by_day_at_a_press(alerted, pat) -> None:
    with on_patrol(alerted, pat) as page:
        expect(shown(page)).to_have_count(1)
        with page.expect_response("**/look"):
            page.get_by_role("button", name="Night").click()
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(14, 19, 24)"
        looks_right(page, "patrol", light="night")
        page.reload()
        expect(page.get_by_role("button", name="Day")).to_be_visible()


def test_nothing_moves_on_the_page_of_patrols(alerted, pat) -> None:
    with on_patrol(alerted, pat) as page:
        expect(shown(page)).to_have_count(1)
        assert page.evaluate("document.getAnimations().length") == 0
        assert page.locator("video, marquee, canvas").count() == 0
