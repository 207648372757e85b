"""Pictures for a reply: nothing small is left outside the part that is shown, and no metadata at all."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from openanpr.capture.blur import BLOCK_PX, BlurError, blur_all_but, without_metadata
from tests.rights.office import jpeg


def pixels(data: bytes):
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)


def plate_on_white(x: int) -> bytes:
    picture = np.full((240, 640, 3), 255, np.uint8)
    cv2.putText(picture, "AB12 CDE", (x, 140), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (0, 0, 0), 2)
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 95])[1].tobytes()


def test_a_plate_outside_the_part_cannot_be_told_from_a_blank_of_its_shade() -> None:
    hidden = pixels(blur_all_but(plate_on_white(400), (0, 0, 200, 240)))
    strip = hidden[100:160, 380:600].astype(float)
    assert np.abs(np.diff(strip, axis=1)).max() < 12, "no stroke is left"
    assert np.abs(pixels(blur_all_but(plate_on_white(40), (0, 0, 200, 240)))[:, :200].astype(int)
                  - pixels(plate_on_white(40))[:, :200]).mean() < 3  # fmt: skip


def test_the_same_picture_and_part_make_the_same_bytes() -> None:
    assert blur_all_but(jpeg(), (10, 10, 50, 50)) == blur_all_but(jpeg(), (10, 10, 50, 50))


@pytest.mark.parametrize(
    "box", [(-1, 0, 9, 9), (0, 0, 0, 9), (0, 0, 321, 9), (300, 190, 30, 9), (0, 0, 9, 201)]
)
def test_a_part_that_is_not_in_the_picture_is_refused(box) -> None:
    with pytest.raises(BlurError):
        blur_all_but(jpeg(), box)


@pytest.mark.parametrize("data", [b"", b"\xff\xd8\xff\xd9", b"GIF89a" + bytes(100), jpeg()[:20]])
def test_what_is_no_picture_is_refused(data) -> None:
    with pytest.raises(BlurError):
        without_metadata(data)


def test_nothing_but_pixels_is_left() -> None:
    secret = b"51.8642N 2.2382W"
    body = jpeg()
    comment = b"\xff\xfe" + (len(secret) + 2).to_bytes(2, "big") + secret
    exif = b"\xff\xe1" + (len(secret) + 8).to_bytes(2, "big") + b"Exif\x00\x00" + secret
    marked = body[:2] + comment + exif + body[2:]
    assert secret in marked
    for made in (without_metadata(marked), blur_all_but(marked, (0, 0, 20, 20))):
        assert secret not in made
        assert b"Exif" not in made


def test_a_picture_smaller_than_a_block_is_blurred_too() -> None:
    small = jpeg(BLOCK_PX - 2, BLOCK_PX - 2)
    shown = pixels(blur_all_but(small, (0, 0, 8, 8)))
    assert shown[16:, 16:].std() < 12
