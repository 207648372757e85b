"""Live alerts in a browser: what is shown, what is done by keys alone, and what a lost line looks like."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from openanpr.core.role import Role
from openanpr.core.voi_list import ListKind
from openanpr.people.account import Ended
from tests.pages.hits import hit, hit_with_picture, live, logged
from tests.pages.office import looks_right, overflow, screenshot
from tests.run_node.world import STOLEN, covert, listed

pytestmark = pytest.mark.usefixtures("soon")
UNTAXED = replace(STOLEN, name="untaxed", kind=ListKind.MASS, purpose="tax")


def marks(page) -> list[str]:
    return [re.sub(r"\s", "", one) for one in page.locator(".card .plate__text").all_inner_texts()]


def test_a_listed_vehicle_is_on_the_screen_without_a_reload_and_is_said_aloud(office, cat) -> None:
    office.world.list_(listed("AB12CDE"), listed("KX51AAA"))
    with office.at(cat) as page:
        page.goto("/alerts")
        live(page)
        assert page.get_by_text("Nothing is open. New alerts come by themselves.").is_visible()
        looks_right(page, "alerts-none")
        hit(office, "AB12CDE")
        expect(page.locator(".card")).to_have_count(1)
        expect(page.get_by_role("log")).to_contain_text("Stop: A B 1 2 C D E, exact, Mill Street")
        expect(page).to_have_title(re.compile(r"^\(1\) Live alerts"))
        hit(office, "KX51AAA")
        expect(page.locator(".card")).to_have_count(2)
        assert page.locator("[data-count=crime]").inner_text() == "2 wait, 2 open"
        looks_right(page, "alerts")


def test_queues_stand_as_the_desk_has_them_and_mass_lists_apart(office, cat) -> None:
    office.world.list_(listed("AB12CDE"), listed("KX51AAA"), listed("LM19ZZZ"))
    office.world.list_(listed("GH16TAX"), of=UNTAXED)
    for mark in ("LM19ZZZ", "GH16TAX", "AB12CDE", "KX51AAA"):
        hit(office, mark)
        office.world.later(seconds=3)
    with office.at(cat) as page:
        page.goto("/alerts")
        live(page)
        assert marks(page) == ["LM19ZZZ", "AB12CDE", "KX51AAA", "GH16TAX"]
        crime = page.get_by_role("region", name="Crime lists")
        expect(crime.locator(".card")).to_have_count(3)
        page.locator(".card__open").first.click()
        page.get_by_role("button", name="I have seen it").click()
        # What somebody has in hand stands behind what waits, at once and on every screen.
        expect(crime.locator(".card").last).to_contain_text("LM19 ZZZ")
        assert marks(page) == ["AB12CDE", "KX51AAA", "LM19ZZZ", "GH16TAX"]


def test_one_alert_is_worked_to_its_end_with_keys_alone(office, cat) -> None:
    office.world.list_(listed("AB12CDE", make="FORD", model="FOCUS", colour="BLUE"))
    hit_with_picture(office, "AB12CDE")
    with office.at(cat) as page:
        page.goto("/alerts")
        live(page)
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        expect(page.get_by_text("Locked until somebody has compared")).to_be_visible()
        expect(page.get_by_text("BLUE FORD FOCUS")).to_be_visible()
        assert page.evaluate("document.activeElement.id") == "chosen-head"
        looks_right(page, "alert-new")
        page.keyboard.press("1")
        expect(page.get_by_text("What does the picture show?")).to_be_visible()
        page.keyboard.press("1")
        expect(page.get_by_label("Task a unit")).to_be_visible()
        looks_right(page, "alert-checked")
        page.keyboard.press("7")
        page.keyboard.type("RV12?1j")  # none of these does anything but stand in the field
        page.keyboard.press("Enter")
        expect(page.get_by_text("Tasked to RV12?1j")).to_be_visible()
        page.keyboard.press("8")
        assert page.evaluate("document.activeElement.name") == "outcome"
        page.get_by_label("Arrest").focus()
        page.keyboard.press("Space")
        expect(page.get_by_label("Offence, or its code")).to_be_visible()
        looks_right(page, "alert-closing")
        page.get_by_label("Offence, or its code").focus()
        page.keyboard.type("theft")
        page.keyboard.press("Enter")
        expect(page.get_by_text("Closed as arrest.")).to_be_visible()
        expect(page.locator(".card")).to_have_count(0)
    assert office.world.alerts() == ()


def test_every_part_is_reached_by_tab_and_single_keys_can_be_switched_off(office, cat) -> None:
    office.world.list_(listed("AB12CDE"))
    hit(office, "AB12CDE")
    with office.at(cat) as page:
        page.goto("/alerts")
        live(page)
        page.keyboard.press("?")
        dialog = page.get_by_role("dialog", name="Keys")
        assert dialog.is_visible()
        looks_right(page, "alerts-keys")
        with page.expect_response("**/look"):
            page.get_by_label("Use single keys on this page").uncheck()
        page.keyboard.press("Escape")
        page.reload()
        live(page)
        page.locator("#main-content").focus()
        page.keyboard.press("j")
        assert page.evaluate("document.activeElement.className") != "card__open"
        for _ in range(12):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.classList.contains('card__open')"):
                break
        page.keyboard.press("Enter")
        button = page.get_by_role("button", name="I have seen it")
        expect(button).to_be_visible()
        page.keyboard.press("Tab")
        for _ in range(12):
            if button.evaluate("one => one === document.activeElement"):
                break
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_text("What does the picture show?")).to_be_visible()


def test_hits_that_joined_since_one_looked_are_shown_and_nothing_is_done(office, cat) -> None:
    office.world.list_(listed("AB12CDE"))
    hit(office, "AB12CDE")
    with office.at(cat) as page:
        page.goto("/alerts")
        live(page)
        page.locator(".card__open").click()
        expect(page.get_by_role("button", name="I have seen it")).to_be_visible()
        office.world.later(seconds=30)
        hit(office, "AB12CDE")
        expect(page.get_by_text("This alert has changed since you looked.")).to_be_visible()
        page.get_by_role("button", name="I have seen it").click()
        refused = page.get_by_text("1 further hits joined this alert since it was shown")
        expect(refused).to_be_visible()
        looks_right(page, "alert-grown")
        assert office.world.alerts()[0].state.value == "new"
        page.get_by_role("button", name="I have seen it").click()
        expect(page.get_by_text("What does the picture show?")).to_be_visible()


def test_a_possible_hit_shows_both_spellings_a_stale_list_and_a_late_read_are_loud(office, cat) -> None:
    office.world.list_(listed("AB12CDE"), listed("KX5IAAA"))
    office.world.later(days=2)
    hit(office, "AB12CDE")
    hit(office, "KX51AAA", ago_s=7200)
    with office.at(cat) as page:
        page.goto("/alerts")
        live(page)
        expect(page.get_by_text("List out of date")).to_have_count(2)
        possible = page.locator(".card", has_text="Possible")
        expect(possible).to_contain_text("Late: came 2 hours after")
        assert possible.locator(".rivals__char--other").all_inner_texts() == ["1", "I"]
        assert page.locator(".card .advice").all_inner_texts() == ["Check picture"] * 2
        possible.locator(".card__open").click()
        expect(page.get_by_text("too late to act on as current")).to_be_visible()
        expect(page.get_by_text("Out of date: its contents are 2 days old")).to_be_visible()
        looks_right(page, "alert-doubtful")


def test_a_covert_alert_is_on_the_screen_of_those_it_names_and_on_no_other(office, cat) -> None:
    eve = office.person("eve", Role.INVESTIGATOR)
    office.world.list_(covert("KX51AAA", "eve"), listed("AB12CDE"))
    with office.at(cat) as hers, office.at(eve) as named:
        for page in (hers, named):
            page.goto("/alerts")
            live(page)
        hit(office, "KX51AAA")
        expect(named.locator(".card")).to_have_count(1)
        expect(named.get_by_text("Covert: you are named")).to_be_visible()
        hit(office, "AB12CDE")
        expect(hers.locator(".card")).to_have_count(1)
        assert marks(hers) == ["AB12CDE"]
        assert marks(named) == ["KX51AAA"]
        where = named.locator(".card__open").get_attribute("href")
        assert hers.goto(where).status == 404
        assert "KX51" not in hers.content()
        named.locator(".card__open").click()
        expect(named.get_by_text("Show no interest in the vehicle").first).to_be_visible()
        looks_right(named, "alert-covert")


def test_a_lost_line_is_unmistakable_and_so_is_its_return_with_the_whole_queue(office, cat) -> None:
    office.world.list_(listed("AB12CDE"), listed("KX51AAA"))
    hit(office, "AB12CDE")
    with office.at(cat) as page:
        page.goto("/alerts")
        live(page)
        expect(page.locator("#map[data-ready]")).to_be_attached()
        office.served.stop(1)
        told = page.get_by_role("alert").filter(has_text="CONNECTION LOST")
        expect(told).to_be_visible()
        expect(page).to_have_title(re.compile("^CONNECTION LOST"))
        assert "old. New alerts do not come" in told.inner_text()
        looks_right(page, "alerts-lost")
        hit(office, "KX51AAA")
        office.start_again()
        expect(page.get_by_text("Connected again")).to_be_visible(timeout=20_000)
        expect(page.locator(".card")).to_have_count(2)
        expect(page.get_by_role("log")).to_contain_text("An alert came meanwhile")
        expect(page).to_have_title(re.compile(r"^\(2\) "))


def test_whoever_is_signed_out_hears_no_more_and_is_led_to_sign_in(office, cat) -> None:
    office.world.list_(listed("AB12CDE"))
    with office.at(cat) as page:
        page.goto("/alerts")
        live(page)
        page.context.clear_cookies()
        ended = Ended(office.world.now, "test", "test")
        office.world.stores.people.end_sessions(cat.account_id, ended)
        expect(page.get_by_text("SIGNED OUT")).to_be_visible(timeout=15_000)
        hit(office, "AB12CDE")
        expect(page.locator(".card")).to_have_count(0)
        page.get_by_role("link", name="Sign in again").click()
        page.wait_for_url("**/sign-in")


def test_sound_is_only_for_whoever_chose_it_and_only_after_a_press(office, cat) -> None:
    office.world.list_(listed("AB12CDE"))
    with office.at(cat) as page:
        page.goto("/alerts")
        assert page.get_by_role("link", name="Sound is off").is_visible()
        page.goto("/look")
        page.get_by_label("Sound when an alert comes").check()
        page.get_by_role("button", name="Save").click()
        page.wait_for_url("**/")
        page.goto("/alerts")
        live(page)
        button = page.get_by_role("button", name="Sound: press to begin")
        hit(office, "AB12CDE")
        expect(page.locator(".card")).to_have_count(1)
        assert button.get_attribute("data-rang") is None
        button.click()
        expect(page.get_by_role("button", name="Sound is on")).to_be_visible()
        page.context.set_offline(True)
        expect(page.locator("#sound")).to_have_attribute("data-rang", "lost")


def test_what_an_outcome_lacks_is_told_at_its_field(office, cat) -> None:
    office.world.list_(listed("AB12CDE"))
    hit(office, "AB12CDE")
    with office.at(cat) as page:
        page.goto("/alerts")
        live(page)
        page.locator(".card__open").click()
        page.get_by_role("button", name="I have seen it").click()
        page.locator("summary", has_text="Close with an outcome").click()
        page.get_by_label("Not responded").check()
        page.get_by_role("button", name="Close the alert").click()
        expect(page.get_by_text("There is a problem.")).to_be_visible()
        expect(page.locator("#reason-error")).to_be_visible()
        looks_right(page, "alert-faults")
        page.get_by_label("Why did nobody go?").select_option("no_unit")
        page.get_by_role("button", name="Close the alert").click()
        expect(page.get_by_text("Closed as not responded.")).to_be_visible()


def test_without_scripts_an_alert_is_worked_on_too(office, cat) -> None:
    office.world.list_(listed("AB12CDE"))
    hit_with_picture(office, "AB12CDE")
    with office.at(cat, java_script_enabled=False) as page:
        page.goto("/alerts")
        assert page.get_by_text("Not live: reload to see what is new").is_visible()
        page.locator(".card__open").click()
        page.get_by_role("button", name="I have seen it").click()
        page.get_by_role("button", name="It matches").click()
        page.get_by_label("Task a unit").fill("RV12")
        page.get_by_role("button", name="Task", exact=True).click()
        assert page.get_by_text("Tasked to RV12").is_visible()


def test_the_clock_and_its_escalation_are_told_on_the_card(office, cat) -> None:
    office.world.list_(listed("AB12CDE"))
    with office.at(cat) as page:
        page.goto("/alerts")
        live(page)
        hit(office, "AB12CDE")
        card = page.locator(".card")
        expect(card).to_contain_text("told at")
        office.world.later(minutes=10)
        office.world.turn("alert clock")
        expect(card).to_contain_text("told on")


def test_no_mark_is_in_any_address_and_a_browser_keeps_nothing(office, cat) -> None:
    office.world.list_(listed("AB12CDE"))
    hit(office, "AB12CDE")
    with office.at(cat) as page:
        asked = []
        page.on("request", lambda one: asked.append(one))  # noqa: PLW0108 - Playwright marks what it is given
        page.goto("/alerts")
        live(page)
        page.locator(".card__open").click()
        page.get_by_role("button", name="I have seen it").click()
        expect(page.get_by_text("What does the picture show?")).to_be_visible()
        assert not [one.url for one in asked if "AB12" in one.url.upper()]
        for one in asked:
            if "/static/" not in one.url and one.resource_type != "eventsource":
                kept = one.response().headers["cache-control"]
                assert "no-store" in kept, one.url


def test_by_night_in_high_contrast_and_at_four_hundred_per_cent_all_is_there(office, cat) -> None:
    office.world.list_(listed("AB12CDE", make="FORD", colour="BLUE"), listed("KX5IAAA"))
    for mark in ("AB12CDE", "KX51AAA"):
        hit(office, mark)
    with office.at(cat) as page:
        for contrast in ("Usual", "High"):
            page.goto("/look")
            page.get_by_label("Night").check()
            page.get_by_role("group", name="Contrast").get_by_label(contrast).check()
            page.get_by_role("button", name="Save").click()
            page.wait_for_url("**/")
            page.goto("/alerts")
            live(page)
            page.locator(".card__open").last.click()
            expect(page.get_by_role("button", name="I have seen it")).to_be_visible()
            looks_right(page, f"alert-{contrast.lower()}", light="night")
        page.set_viewport_size({"width": 320, "height": 256})
        assert overflow(page) == 0
        screenshot(page, "alert-400-per-cent")


def test_the_map_opens_by_itself_and_stays_away_once_hidden_and_pages_are_light(office, cat) -> None:
    office.world.list_(listed("AB12CDE"))
    hit(office, "AB12CDE")
    weigh = """performance.getEntries().filter((one) => one.encodedBodySize).map((one) => one.encodedBodySize)
        .reduce((sum, one) => sum + one, 0)"""
    with office.at(cat) as page:
        page.goto("/alerts")
        live(page)
        page.locator("#map[data-ready]").wait_for()
        with page.expect_response("**/look"):
            page.get_by_role("button", name="Hide the map").click()
        expect(page.locator("#map")).to_be_hidden()
        page.reload()
        live(page)
        expect(page.get_by_role("button", name="Show the map")).to_be_visible()
        expect(page.locator("#map")).to_be_hidden()
        assert page.evaluate(weigh) < 100_000
        page.get_by_role("button", name="Show the map").click()
        page.locator("#map[data-ready]").wait_for()
        assert page.evaluate(weigh) < 700_000


def test_the_map_leads_from_a_place_to_its_alert(office, cat) -> None:
    office.world.list_(listed("AB12CDE"))
    hit(office, "AB12CDE")
    with office.at(cat, size="control-room") as page:
        page.goto("/alerts")
        live(page)
        page.locator("#map[data-ready]").wait_for()
        page.wait_for_timeout(500)
        box = page.locator("#map canvas").bounding_box()
        assert box is not None
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        expect(page.locator(".card__open")).to_be_focused()
        screenshot(page, "alerts-map")


def test_whoever_may_not_see_places_sees_neither_map_nor_name_of_a_camera(office) -> None:
    ned = office.person("ned", Role.LIST_OWNER)
    office.world.list_(covert("KX51AAA", "ned"))
    hit(office, "KX51AAA")
    with office.at(ned) as page:
        page.goto("/alerts")
        live(page)
        expect(page.locator(".card")).to_contain_text("Camera 53/1/7")
        assert "Mill Street" not in page.content()
        assert page.locator("#map").count() == 0
        page.locator(".card__open").click()
        expect(page.locator("#chosen-head")).to_be_visible()
        assert "Mill Street" not in page.content()


def test_events_are_for_nobody_who_is_not_signed_in(office) -> None:
    with office.at() as page:
        for path in ("/alerts/stream", "/patrol/stream"):
            answer = page.request.get(path, headers={"accept": "text/event-stream"}, max_redirects=0)
            assert answer.status == 401
    with office.at(office.person("sam", Role.AUDITOR)) as page:
        for path in ("/alerts", "/alerts/stream", "/patrol/stream", "/patrol/area"):
            assert page.request.get(path).status == 403


def test_a_screen_that_lost_its_line_writes_no_look_into_the_log_that_nobody_took(office, cat) -> None:
    office.world.list_(listed("AB12CDE"))
    hit(office, "AB12CDE")
    (alert,) = office.world.alerts()
    with office.at(cat) as page:
        tries = []

        def away(route) -> None:
            tries.append(route)
            route.fulfill(status=503)

        page.route("**/alerts/stream", away)
        page.goto(f"/alerts/{alert.id}")
        expect(page.locator("#chosen-head")).to_be_visible()
        page.wait_for_timeout(2_500)
        assert len(tries) > 2, "the line is asked for again, and why it was lost"
        assert [one for one in logged(office) if one == "alert"] == ["alert"]


def test_to_come_to_ones_screen_is_no_change_of_the_alert_that_one_opens_there(office, cat) -> None:
    office.world.list_(listed("AB12CDE"))
    hit(office, "AB12CDE")
    office.world.turn("alert clock")
    (alert,) = office.world.alerts()
    assert alert.watch.unattended
    with office.at(cat) as page:
        page.goto(f"/alerts/{alert.id}")
        live(page)
        office.world.turn("alert clock")
        expect(page.locator(".card")).not_to_contain_text("Nobody signed in")
        version = page.locator(".card").get_attribute("data-version")
        assert int(version) > int(page.locator("[data-chosen]").get_attribute("data-version"))
        office.world.later(minutes=10)
        office.world.turn("alert clock")
        expect(page.locator("#chosen [data-clock]")).to_contain_text("told on")
        assert page.locator("#changed").is_hidden(), "the clock went on, and nothing else"
        hit(office, "AB12CDE")
        expect(page.locator("#changed")).to_be_visible()
