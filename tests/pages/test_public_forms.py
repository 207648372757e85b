"""The forms of the public in a browser: filled in, shown back, sent, looked up; by night, on paper."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from openanpr.publish.site.forms import KINDS, form_path, posts
from openanpr.publish.site.make import make_site
from openanpr.publish.words import catalogue
from openanpr.web.public.app import public_app
from openanpr.web.public.pressed import press
from openanpr.web.serve import serve_tcp
from tests.pages.office import looks_right, violations
from tests.ports import free_port
from tests.publish.site_scene import state_in
from tests.web.test_public_forms import Door


@pytest.fixture(scope="module")
def door(tmp_path_factory) -> Iterator[Door]:
    port = free_port()
    origin = f"http://127.0.0.1:{port}"
    door = Door(replace(state_in(tmp_path_factory.mktemp("state")), intake=origin))
    files = make_site(door.state, [catalogue()]).files
    pressed = press(files, inline={}, posting={path: origin for path in files if posts(path)})
    with serve_tcp(public_app(lambda: pressed, door.app()), "127.0.0.1", port, None, None):
        yield door


@pytest.fixture
def page(browser, door):
    context = browser.new_context(reduced_motion="reduce", base_url=door.state.intake)
    page = context.new_page()
    faults: list[str] = []
    page.on(
        "console",
        lambda one: faults.append(one.text) if "422" not in one.text and "429" not in one.text else None,
    )
    yield page
    assert faults == []
    assert context.cookies() == []
    context.close()


@pytest.mark.parametrize("kind", KINDS)
def test_each_form_looks_right_at_every_size(page, kind) -> None:
    page.goto(f"/{form_path(kind)}")
    looks_right(page, f"form-{kind}")


def test_contacts_lead_to_the_forms(page) -> None:
    page.goto("/contact.html")
    looks_right(page, "form-contact")
    page.get_by_role("link", name="Fill in the form I keep being stopped").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("I keep being stopped")


def test_a_request_is_written_shown_back_changed_sent_and_looked_up(page, door) -> None:
    page.goto("/ask-access.html")
    page.get_by_role("button").click()
    expect(page.get_by_role("alert")).to_contain_text("Say what you want to tell us")
    assert page.title().startswith("Error: ")
    looks_right(page, "form-faults")
    page.get_by_role("link", name="Enter your name").first.click()
    assert page.evaluate("document.activeElement.id") == "name"
    page.get_by_label("Number plate").fill("AB12 CDE")
    page.get_by_label("What do you want to tell us?").fill("What do you hold?\n<b>All</b> of it.")
    page.get_by_label("Your name").fill("Jo Mills")
    page.get_by_label("How can we reach you?").fill("jo@example.org")
    page.get_by_role("button").click()
    expect(page.get_by_text("Nothing has been sent yet.")).to_be_visible()
    looks_right(page, "form-check")
    page.get_by_role("button", name="Change it").click()
    assert (
        page.get_by_label("What do you want to tell us?").input_value()
        == "What do you hold?\n<b>All</b> of it."
    )
    page.get_by_role("button").click()
    page.get_by_role("button", name="Send it").click()
    expect(page.get_by_text("That was very quick.")).to_be_visible()
    door.world.now += timedelta(seconds=5)
    page.get_by_role("button", name="Send it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("We have it")
    assert "AB12" not in page.url
    looks_right(page, "form-sent")
    page.emulate_media(media="print")
    assert violations(page) == []
    assert page.pdf(format="A4").startswith(b"%PDF-")
    page.emulate_media(media="screen")
    reference, code = (page.locator(".ticket .code").nth(n).inner_text() for n in (0, 1))
    page.get_by_role("link", name="See how your request stands").click()
    looks_right(page, "form-track")
    page.get_by_label("Reference").fill(reference)
    page.get_by_label("Code").fill("2222-2222-2222")
    page.get_by_role("button").click()
    expect(page.get_by_role("alert")).to_contain_text("no request with this reference and this code")
    looks_right(page, "form-track-none")
    page.get_by_label("Code").fill(code)
    page.get_by_role("button").click()
    expect(page.get_by_text("We have it and are working on it.")).to_be_visible()
    assert "Mills" not in page.content()
    looks_right(page, "form-stands")
    (case,) = door.world.cases.every()
    assert case.words.text == "What do you hold?\n<b>All</b> of it."


def test_the_box_that_nobody_sees_is_not_come_to_by_keyboard_and_is_shown_when_filled(page) -> None:
    page.goto("/ask-question.html")
    assert page.locator("#website").bounding_box()["x"] < -1000
    stops = []
    for _ in range(40):
        page.keyboard.press("Tab")
        stops.append(page.evaluate("document.activeElement.id"))
    assert "website" not in stops
    assert "contact" in stops
    page.evaluate("document.getElementById('website').setAttribute('value', 'http://x')")
    page.get_by_role("button").click()
    expect(page.get_by_role("alert")).to_contain_text("Leave the last box empty")
    expect(page.locator("#website")).to_be_visible()
    looks_right(page, "form-trap")


def test_too_much_is_told_with_whom_to_ring(page) -> None:
    page.goto("/status.html")
    for number in range(11):
        if page.get_by_label("Reference").count() == 0:
            break
        page.get_by_label("Reference").fill(f"2222-22{number}")
        page.get_by_role("button").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Too many at the moment")
    expect(page.get_by_text("01632 960000")).to_be_visible()
    looks_right(page, "form-busy")
