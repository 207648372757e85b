"""Trying a picture: read with the real models, shown with scores, kept nowhere; and what is refused."""

from __future__ import annotations

import io
import os
import re
import struct
import time
import zlib
from dataclasses import replace
from pathlib import Path

import av
import cv2
import httpx
import numpy as np
import pytest
from playwright.sync_api import Page, expect

from openanpr.core.role import Role
from openanpr.run.node.try_worker import MOST_CLIP_S
from openanpr.run.node.trying import Trying
from openanpr.web.pages.tried import NotReadError
from tests.pages.office import looks_right
from tests.run_node.world import FILLED
from training.clips.demo import scenes
from training.clips.render import Take


@pytest.fixture(scope="module")
def street() -> list[np.ndarray]:
    """Some seconds of the demonstration's street, drawn: a car passes."""
    day = scenes()[0]
    take = Take(replace(day, seconds=3.0) if hasattr(day, "seconds") else day)
    found = []
    for picture in take.frames():
        found.append(picture)
        if len(found) == 60:
            break
    return found


@pytest.fixture(scope="module")
def photograph(street) -> bytes:
    ok, data = cv2.imencode(".jpg", street[50], [cv2.IMWRITE_JPEG_QUALITY, 92])
    assert ok
    return data.tobytes()


def clip_of(pictures, form: str = "mp4") -> bytes:
    held = io.BytesIO()
    with av.open(held, "w", format=form) as box:
        stream = box.add_stream("libx264", rate=25, options={"preset": "ultrafast", "threads": "1"})
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        for picture in pictures:
            box.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        box.mux(stream.encode())
    return held.getvalue()


def choose(page: Page, body: bytes, name: str = "a.jpg", kind: str = "image/jpeg") -> None:
    page.locator("input[type=file]").set_input_files({"name": name, "mimeType": kind, "buffer": body})
    page.get_by_role("button", name="Read it").click(timeout=120_000)


def png_that_says(width: int, height: int, body: bytes = b"") -> bytes:
    """A PNG with right checksums that announces a size and holds next to nothing."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def test_a_photograph_that_is_dropped_on_the_page_is_as_one_that_was_chosen(office, photograph) -> None:
    with office.at(office.person("ivy", Role.INVESTIGATOR)) as page:
        page.goto("/try")
        page.evaluate(
            """(bytes) => {
              const moved = new DataTransfer();
              moved.items.add(new File([new Uint8Array(bytes)], "street.jpg", { type: "image/jpeg" }));
              const drop = { dataTransfer: moved, bubbles: true, cancelable: true };
              document.querySelector(".try__form").dispatchEvent(new DragEvent("drop", drop));
            }""",
            list(photograph),
        )
        assert page.evaluate("document.getElementById('file').files[0].size") == len(photograph)


def test_a_photograph_is_read_with_its_plates_marked_and_a_score_for_each_character(
    office, photograph
) -> None:
    with office.at(office.person("ivy", Role.INVESTIGATOR)) as page:
        page.goto("/try")
        looks_right(page, "try")
        choose(page, photograph)
        expect(page.get_by_role("heading", name=re.compile("plates? (was|were) read"))).to_be_visible(
            timeout=60_000
        )
        plates = page.locator(".try__plate")
        assert plates.count() >= 1
        assert page.locator(".try__svg polygon").count() == 2 * plates.count()
        first = plates.first
        mark = first.locator(".plate__text").first.inner_text().replace(" ", "")
        assert first.locator(".try__char").count() == len(mark)
        assert page.evaluate(
            "document.querySelector('.try__svg image').getAttribute('href').slice(0, 23)"
        ) == ("data:image/jpeg;base64,")
        assert "not compared with any list" in page.get_by_role("main").inner_text()
        looks_right(page, "try-read")


def test_nothing_of_a_picture_is_stored_and_no_list_is_asked(office, photograph) -> None:
    world = office.world
    with office.at(office.person("ivy", Role.INVESTIGATOR)) as page:
        page.goto("/try")
        choose(page, photograph)
        expect(page.locator(".try__plate").first).to_be_visible(timeout=60_000)
        marks = [one.replace(" ", "") for one in page.locator("h3 .plate__text").all_inner_texts()]
    assert marks
    kept = b"".join(path.read_bytes() for path in world.settings.data.rglob("*") if path.is_file())
    assert len(kept) > 10_000
    assert not [mark for mark in marks if mark.encode() in kept]
    assert photograph[2_000:2_064] not in kept
    assert world.made.tally.snapshot().reads == {}
    assert world.stores.engine.rows(FILLED, {}, tuple[str]) == []
    assert not world.alerts()


def test_a_clip_is_read_pass_by_pass_with_the_moment_of_each(office, street) -> None:
    with office.at(office.person("ivy", Role.PATROL_OFFICER)) as page:
        page.goto("/try")
        choose(page, clip_of(street), "a.mp4", "video/mp4")
        expect(page.locator(".try__plate").first).to_be_visible(timeout=90_000)
        told = page.get_by_role("main").inner_text()
        assert "60 frames" in told
        assert re.search(r"At \d\.\d seconds", told)
        looks_right(page, "try-clip")


def test_by_night_and_by_the_keyboard_alone_a_picture_is_tried(office, photograph, tmp_path) -> None:
    kept = tmp_path / "a.jpg"
    kept.write_bytes(photograph)
    with office.at(office.person("ivy", Role.INVESTIGATOR), color_scheme="dark") as page:
        page.goto("/try")
        page.locator("input[type=file]").set_input_files(kept)
        page.get_by_role("button", name="Read it").focus()
        page.keyboard.press("Enter")
        expect(page.locator(".try__plate").first).to_be_visible(timeout=60_000)
        expect(page.locator("#found")).to_be_focused()
        looks_right(page, "try-read", light="night")


def test_what_is_no_picture_is_told_beside_the_field(office) -> None:
    with office.at(office.person("ivy", Role.INVESTIGATOR)) as page:
        page.goto("/try")
        page.get_by_role("button", name="Read it").click()
        page.locator(".govuk-error-summary").get_by_role("link", name="Choose a picture or a clip").click()
        choose(page, b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "a.svg", "image/svg+xml")
        expect(page.locator(".govuk-error-summary")).to_contain_text("no picture or clip", timeout=30_000)
        looks_right(page, "try-fault")


def test_a_file_of_more_than_20_mib_is_refused_before_it_is_read(office, tmp_path) -> None:
    large = tmp_path / "large.jpg"
    large.write_bytes(b"\xff\xd8\xff" + os.urandom(21 * 2**20))
    with office.at(office.person("ivy", Role.INVESTIGATOR)) as page:
        page.goto("/try")
        page.locator("input[type=file]").set_input_files(large, timeout=60_000)
        page.get_by_role("button", name="Read it").click(timeout=60_000)
        expect(page.get_by_role("heading", name="That is too much")).to_be_visible(timeout=30_000)
        assert "20 MiB" in page.get_by_role("main").inner_text()


def test_whoever_has_no_role_may_not_try(office, photograph) -> None:
    with office.at(office.person("ned")) as page:
        answer = page.goto("/try")
        assert answer is not None
        assert answer.status == 403
        sent = page.request.post(
            "/try",
            multipart={
                "csrf": "x",
                "file": {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photograph},
            },
        )
        assert sent.status == 403


def test_a_stranger_is_turned_away_before_the_file_is_taken_in(office) -> None:
    head = {"content-type": "multipart/form-data; boundary=x"}
    sent = httpx.post(f"{office.home}/try", content=b"x" * 30_000_000, headers=head, timeout=60)
    assert sent.status_code == 401  # and neither 413 nor 400: nobody looked at it


BOMBS = {
    "a PNG of 60,000 by 60,000": (png_that_says(60_000, 60_000, zlib.compress(b"\0" * 10**6)), "too large"),
    "a PNG of no height": (png_that_says(100, 0), "damaged"),
    "a GIF": (b"GIF89a" + b"\1" * 100, "no picture or clip"),
    "a TIFF": (b"II*\0" + b"\0" * 100, "no picture or clip"),
    "a page": (b"<!DOCTYPE html><script>alert(1)</script>", "no picture or clip"),
    "a playlist": (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "no picture or clip"),
    "a text in the clothes of a clip": (b"\0\0\0\x18ftypmp42" + b"x" * 1000, ""),
    "nothing but a first byte": (b"\xff", "no picture or clip"),
    "a JPEG of nothing but its head": (b"\xff\xd8\xff\xe0\0\x10JFIF\0", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_what_would_break_a_decoder_is_refused_with_a_sentence(name) -> None:
    body, said = BOMBS[name]
    begun = time.monotonic()
    with pytest.raises(NotReadError) as fault:
        Trying().read(body)
    assert said in str(fault.value)
    assert len(str(fault.value)) > 20
    assert time.monotonic() - begun < 60  # far less on a machine that does nothing else


def test_a_picture_that_unpacks_to_far_more_than_it_says_costs_no_more_than_it_says() -> None:
    found = Trying().read(png_that_says(64, 64, zlib.compress(b"\0" * 10**8)))
    assert (found.pictures[0].width, found.pictures[0].height) == (64, 64)
    assert not found.plates


def test_a_torn_photograph_is_refused_and_not_read_as_half_of_one(photograph) -> None:
    with pytest.raises(NotReadError, match="cut short"):
        Trying().read(photograph[: len(photograph) // 2])


def test_what_hangs_behind_a_photograph_does_not_come_back(photograph) -> None:
    """A picture that is also a page: what is shown was made anew and holds none of it."""
    mark = b"<script>alert('polyglot')</script>"
    found = Trying().read(photograph + mark)
    assert found.plates
    assert all(mark not in one.jpeg for one in found.pictures)


def test_a_playlist_within_a_clip_fetches_nothing(tmp_path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("kept")
    body = f"ftyp#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:1,\n{secret.as_uri()}\n".encode()
    with pytest.raises(NotReadError) as fault:
        Trying().read(b"\0\0\0\x10" + body)
    assert "kept" not in str(fault.value)


def test_of_a_long_clip_only_the_first_seconds_are_read() -> None:
    grey = np.full((120, 160, 3), 90, np.uint8)
    found = Trying().read(clip_of([grey] * 500))
    assert found.cut_short
    assert found.seconds <= MOST_CLIP_S
    assert not found.plates


def test_the_process_that_reads_may_write_to_no_file_and_knows_no_secret(tmp_path, monkeypatch) -> None:
    import subprocess  # noqa: PLC0415 - for this one
    import sys  # noqa: PLC0415

    target = Path(tmp_path) / "written"
    code = (
        "from openanpr.run.node.try_worker import bound_itself; import os, sys; bound_itself();"
        f"\ntry:\n open({str(target)!r}, 'wb', 0).write(b'x' * 10)\nexcept OSError: print('refused')"
        "\ntry:\n bytearray(5 * 2**30)\nexcept MemoryError: print('bounded')"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["refused", "bounded"]
    assert not target.exists() or target.stat().st_size == 0
    monkeypatch.setenv("OPENANPR_SECRET", "kept")
    asked: dict[str, object] = {}
    real = subprocess.run

    def noting(*given, **named):
        asked.update(named)
        return real(*given, **named)

    monkeypatch.setattr(subprocess, "run", noting)
    with pytest.raises(NotReadError):
        Trying().read(b"no picture")
    assert "OPENANPR_SECRET" not in asked["env"]
