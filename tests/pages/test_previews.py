"""A live preview in a browser: asked for by a button, boxes over the picture, its age, or that none comes."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import cv2
import numpy as np
import pytest
from playwright.sync_api import expect

from openanpr.audit.acts import Act as Logged
from openanpr.core.role import Role
from openanpr.ingest.preview import NotWantedError, Previews, SentPreview, TooOftenError
from openanpr.people.account import Account
from openanpr.wire.preview import Box
from tests.pages.office import Office, looks_right
from tests.run_node.world import CAMERA

PAGE = "/cameras/53.1.7/preview"
_BOX_FROM_LEFT = """() => {
  const picture = document.querySelector(".preview__picture").getBoundingClientRect();
  const box = document.querySelector(".preview__box").getBoundingClientRect();
  return (box.left - picture.left) / picture.width;
}"""


def road(shade: int) -> SentPreview:
    """A road with a car of which the plate is marked."""
    image = np.full((360, 640, 3), 60 + shade % 40, np.uint8)
    cv2.fillPoly(image, [np.array([(240, 120), (400, 120), (600, 360), (40, 360)])], (96, 92, 90))
    cv2.rectangle(image, (250, 190), (390, 290), (120, 60, 40), -1)
    cv2.rectangle(image, (284, 258), (356, 276), (235, 235, 235), -1)
    jpeg = cv2.imencode(".jpg", image)[1].tobytes()
    return SentPreview(jpeg, 640, 360, (Box(284 / 640, 258 / 360, 72 / 640, 18 / 360),), 0.1)


@contextmanager
def reader_of(previews: Previews) -> Iterator[threading.Event]:
    """Pictures come as a reader sends them, as long as somebody looks; set: no more come."""
    ended, silent = threading.Event(), threading.Event()

    def send() -> None:
        shade = 0
        while not ended.wait(0.5):
            shade += 1
            try:
                if not silent.is_set():
                    previews.put(CAMERA, road(shade))
            except (NotWantedError, TooOftenError):
                continue

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield silent
    finally:
        ended.set()
        thread.join()


@pytest.fixture
def office(open_office) -> Office:
    return open_office()


@pytest.fixture
def max_(office) -> Account:
    return office.person("max", Role.ANPR_MANAGER)


def looks(office: Office) -> int:
    log = office.world.stores.log
    every = [one for one in log.entries_from(0, log.size) if one.act is Logged.CONSULTATION]
    return sum(one.public["kind"] == "preview" for one in every)


def test_who_runs_cameras_looks_by_a_button_and_sees_boxes_over_fresh_pictures(office, max_) -> None:
    with reader_of(office.world.made.previews), office.at(max_) as page:
        page.goto("/cameras/53.1.7")
        page.get_by_role("link", name="See what it sees now").click()
        page.wait_for_url(f"**{PAGE}")
        expect(page.get_by_role("button", name="Look now")).to_be_visible()
        assert looks(office) == 0
        looks_right(page, "preview-before")
        page.get_by_role("button", name="Look now").click()
        shown = page.locator(".preview__picture")
        expect(shown).to_be_visible()
        assert looks(office) == 1
        expect(shown.locator(".preview__box")).to_have_count(1)
        expect(page.locator(".preview__words")).to_contain_text("s old")
        expect(page.locator(".preview__words")).to_contain_text("1 plate found")
        first = shown.locator("image").get_attribute("href")
        page.wait_for_function(
            "(was) => document.querySelector('.preview__picture image').getAttribute('href') !== was",
            arg=first,
        )
        assert page.evaluate(_BOX_FROM_LEFT) == pytest.approx(281 / 640, abs=0.02)
        looks_right(page, "preview")
        page.emulate_media(color_scheme="dark")
        looks_right(page, "preview", light="night")
        assert page.request.get(f"{PAGE}/now").headers["cache-control"] == "no-store"


def test_a_page_says_that_the_reader_sends_none(office, max_) -> None:
    previews = office.world.made.previews
    with office.at(max_) as page:
        page.goto(PAGE)
        page.get_by_role("button", name="Look now").click()
        expect(page.get_by_text("The reader is asked.")).to_be_visible()
        looks_right(page, "preview-waiting")
        passed = 11.0
        previews._steady_s = lambda: time.monotonic() + passed
        expect(page.locator(".preview").get_by_text("The reader sends none.")).to_be_visible()
        expect(page.locator("[data-said]")).to_have_text("The reader sends none")
        looks_right(page, "preview-none")


def test_a_minute_that_is_nearly_over_is_asked_for_anew_and_written_down(office, max_) -> None:
    previews = office.world.made.previews
    with reader_of(previews), office.at(max_) as page:
        page.goto(PAGE)
        page.get_by_role("button", name="Look now").click()
        expect(page.locator(".preview__picture")).to_be_visible()
        previews._steady_s = lambda: time.monotonic() + 55
        ends = time.monotonic() + 20
        while looks(office) < 2 and time.monotonic() < ends:
            page.wait_for_timeout(100)
        assert looks(office) == 2
        page.wait_for_function("() => Number(document.querySelector('[data-seen]').dataset.left) > 50")
        expect(page.locator(".preview__picture")).to_be_visible()


def test_a_look_that_is_over_shows_nothing_more_until_it_is_asked_for_again(office, max_) -> None:
    previews = office.world.made.previews
    with reader_of(previews), office.at(max_, java_script_enabled=False) as page:
        page.goto(PAGE)
        page.get_by_role("button", name="Look now").click()
        page.wait_for_timeout(700)
        page.get_by_role("link", name="Show the newest").click()
        expect(page.locator(".preview__picture")).to_be_visible()
        previews._steady_s = lambda: time.monotonic() + 61
        page.goto(PAGE)
        expect(page.locator(".preview__picture")).to_have_count(0)
        expect(page.get_by_role("button", name="Look now")).to_be_visible()


def test_another_manager_sees_nothing_without_asking_themselves(office, max_) -> None:
    mia = office.person("mia", Role.ANPR_MANAGER)
    with reader_of(office.world.made.previews), office.at(max_) as page, office.at(mia) as other:
        page.goto(PAGE)
        page.get_by_role("button", name="Look now").click()
        expect(page.locator(".preview__picture")).to_be_visible()
        other.goto(f"{PAGE}/now")
        expect(other.locator(".preview__picture")).to_have_count(0)
        assert "base64" not in other.content()


def test_whoever_searches_may_not_look(office) -> None:
    ivy = office.person("ivy", Role.INVESTIGATOR)
    with office.at(ivy) as page:
        for path in (PAGE, f"{PAGE}/now"):
            answer = page.goto(path)
            assert answer is not None
            assert answer.status == 403
    assert looks(office) == 0


def test_a_line_that_breaks_is_told_and_the_old_picture_goes(office, max_) -> None:
    with reader_of(office.world.made.previews), office.at(max_) as page:
        page.goto(PAGE)
        page.get_by_role("button", name="Look now").click()
        expect(page.locator(".preview__picture")).to_be_visible()
        page.context.set_offline(True)
        expect(page.get_by_text("Connection lost.")).to_be_visible()
        expect(page.locator(".preview__picture")).to_have_count(0, timeout=15_000)
        page.context.set_offline(False)
        expect(page.locator(".preview__picture")).to_be_visible()
        expect(page.get_by_text("Connection lost.")).to_be_hidden()
