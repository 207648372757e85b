"""Pictures: decoded, upright, dated, bounded; whatever is wrong with one is said."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openanpr.capture.exif import ZONE_DOUBT_MS, parse_exif
from openanpr.capture.item import SourceError, SourceFault
from openanpr.capture.settings import CaptureSettings
from openanpr.capture.source import open_source
from openanpr.core.frame import Frame
from openanpr.core.instant import ClockSource
from tests.capture.media import bright_corner, corner_picture, exif_blob, make_picture, with_exif


def only_fault(path: Path, settings: CaptureSettings | None = None) -> SourceFault:
    (item,) = open_source(str(path), settings=settings or CaptureSettings()).items()
    assert isinstance(item, SourceFault)
    assert item.source == str(path)
    assert str(path) in str(item)
    assert item.remedy
    return item


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".bmp", ".tiff"])
def test_a_picture_of_each_kind_gives_one_still_frame(tmp_path: Path, suffix: str) -> None:
    path = make_picture(tmp_path / f"a{suffix}")
    (frame,) = open_source(str(path))
    assert (frame.source, frame.index, frame.still, frame.offset_s) == (str(path), 0, True, 0.0)
    assert (frame.image.shape, frame.image.dtype) == ((60, 90, 3), np.uint8)
    assert np.abs(frame.image.astype(int) - corner_picture()).mean() < 4


def test_colours_come_in_the_order_blue_green_red(tmp_path: Path) -> None:
    blue = np.zeros((20, 30, 3), np.uint8)
    blue[..., 0] = 250
    (frame,) = open_source(str(make_picture(tmp_path / "a.png", blue)))
    assert np.array_equal(frame.image, blue)


def test_a_grey_picture_still_has_three_channels(tmp_path: Path) -> None:
    (frame,) = open_source(str(make_picture(tmp_path / "a.png", np.full((20, 30), 90, np.uint8))))
    assert frame.image.shape == (20, 30, 3)


def test_a_picture_without_a_suffix_is_known_by_its_bytes(tmp_path: Path) -> None:
    path = make_picture(tmp_path / "a.png").rename(tmp_path / "a")
    (frame,) = open_source(str(path))
    assert frame.still


@pytest.mark.parametrize(
    ("orientation", "corner", "turned"),
    [
        (1, "tl", False),
        (2, "tr", False),
        (3, "br", False),
        (4, "bl", False),
        (5, "tl", True),
        (6, "tr", True),
        (7, "br", True),
        (8, "bl", True),
    ],
)
def test_exif_orientation_is_respected(tmp_path: Path, orientation: int, corner: str, turned: bool) -> None:  # noqa: FBT001 a table's column
    path = with_exif(make_picture(tmp_path / "a.jpg"), exif_blob(orientation=orientation))
    (frame,) = open_source(str(path))
    assert bright_corner(frame.image) == corner
    assert frame.image.shape == ((90, 60, 3) if turned else (60, 90, 3))
    assert frame.image.flags.c_contiguous


def test_the_time_a_camera_wrote_is_used_with_its_zone(tmp_path: Path) -> None:
    blob = exif_blob(taken="2026:06:01 12:00:00", zone="+01:00", fraction="25")
    path = with_exif(make_picture(tmp_path / "a.jpg"), blob)
    (frame,) = open_source(str(path), settings=CaptureSettings(clock_error_ms=500))
    assert frame.at.at == datetime(2026, 6, 1, 11, 0, 0, 250_000, UTC)
    assert (frame.at.source, frame.at.error_ms) == (ClockSource.EXIF, 510)


def test_a_time_without_a_zone_is_doubted_by_what_a_zone_may_be_off(tmp_path: Path) -> None:
    path = with_exif(make_picture(tmp_path / "a.jpg"), exif_blob(taken="2026:06:01 12:00:00"))
    (frame,) = open_source(str(path), settings=CaptureSettings(clock_error_ms=500))
    assert frame.at.at == datetime(2026, 6, 1, 12, tzinfo=UTC)
    assert frame.at.error_ms == 500 + 1000 + ZONE_DOUBT_MS


def test_a_time_without_a_zone_takes_the_zone_the_operator_names(tmp_path: Path) -> None:
    path = with_exif(make_picture(tmp_path / "a.jpg"), exif_blob(taken="2026:06:01 12:00:00"))
    settings = CaptureSettings(clock_error_ms=500, zone=ZoneInfo("Europe/London"))
    (frame,) = open_source(str(path), settings=settings)
    assert frame.at.at == datetime(2026, 6, 1, 11, tzinfo=UTC)
    assert frame.at.error_ms == 1500


def test_a_camera_clock_that_nobody_vouches_for_has_an_error_that_is_not_known(tmp_path: Path) -> None:
    path = with_exif(make_picture(tmp_path / "a.jpg"), exif_blob(taken="2026:06:01 12:00:00", zone="+00:00"))
    (frame,) = open_source(str(path))
    assert frame.at.error_ms is None


@pytest.mark.parametrize("taken", ["", "0000:00:00 00:00:00", "yesterday", "2026:13:40 12:00:00"])
def test_without_a_sane_written_time_the_file_time_is_used(tmp_path: Path, taken: str) -> None:
    path = with_exif(make_picture(tmp_path / "a.jpg"), exif_blob(taken=taken))
    os.utime(path, (1_700_000_000, 1_700_000_000))
    (frame,) = open_source(str(path), settings=CaptureSettings(clock_error_ms=500))
    assert frame.at.at == datetime.fromtimestamp(1_700_000_000, UTC)
    assert (frame.at.source, frame.at.error_ms) == (ClockSource.FILE, None)


@given(blob=st.binary(max_size=200), head=st.sampled_from([b"", b"II*\0", b"MM\0*", b"II*\0\x08\0\0\0"]))
def test_no_exif_bytes_break_the_reader(blob: bytes, head: bytes) -> None:
    assert 1 <= parse_exif(head + blob, zone=None).orientation <= 8


@given(where=st.integers(0, 120), byte=st.integers(0, 255))
def test_exif_with_one_byte_wrong_is_read_or_left_out(where: int, byte: int) -> None:
    blob = bytearray(exif_blob(orientation=6, taken="2026:06:01 12:00:00", zone="+01:00", fraction="250"))
    blob[where % len(blob)] = byte
    assert 1 <= parse_exif(bytes(blob), zone=None).orientation <= 8


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert "no such file" in only_fault(tmp_path / "gone.jpg").problem


def test_an_empty_picture_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.touch()
    assert "empty" in only_fault(path).problem


def test_a_file_that_is_no_picture_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"this is a letter, not a picture" * 50)
    assert "not a JPEG" in only_fault(path).problem


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".bmp", ".tiff"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.9])
def test_a_picture_cut_short_is_refused_not_filled_with_grey(
    tmp_path: Path, suffix: str, share: float
) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (60, 90, 3), dtype=np.uint8)
    path = make_picture(tmp_path / f"a{suffix}", noise)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    assert only_fault(path).problem


def test_a_cut_jpeg_whose_preview_is_whole_is_still_seen_as_cut(tmp_path: Path) -> None:
    path = with_exif(make_picture(tmp_path / "a.jpg"), exif_blob() + b"\xff\xd8 preview \xff\xd9")
    path.write_bytes(path.read_bytes()[:-30])
    assert "cut short" in only_fault(path).problem


def test_a_jpeg_with_a_clip_appended_by_a_phone_is_read(tmp_path: Path) -> None:
    path = make_picture(tmp_path / "a.jpg")
    path.write_bytes(path.read_bytes() + b"\0\0\0\x18ftypmp42" + b"\0" * 5000)
    assert len(list(open_source(str(path)))) == 1


def test_a_png_with_a_wrong_checksum_is_refused(tmp_path: Path) -> None:
    path = make_picture(tmp_path / "a.png")
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)
    assert "checksum" in only_fault(path).problem


def test_a_png_bomb_is_refused_by_its_header(tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    path.write_bytes(png_of_zeros(60_000, 60_000, rows=4_000))
    assert path.stat().st_size < 1_000_000
    fault = only_fault(path)
    assert "60000 x 60000" in fault.problem
    assert "100 megapixels" in fault.problem


def test_a_jpeg_that_claims_to_be_huge_is_refused_by_its_header(tmp_path: Path) -> None:
    path = make_picture(tmp_path / "a.jpg")
    data = bytearray(path.read_bytes())
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = struct.pack(">HH", 65_000, 65_000)
    path.write_bytes(data)
    assert "65000 x 65000" in only_fault(path).problem


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".bmp", ".tiff"])
def test_the_limit_on_size_is_a_setting(tmp_path: Path, suffix: str) -> None:
    path = make_picture(tmp_path / f"a{suffix}")
    assert "too large" in only_fault(path, CaptureSettings(max_megapixels=0.005)).problem
    assert len(list(open_source(str(path), settings=CaptureSettings(max_megapixels=0.0054)))) == 1


def test_a_file_far_larger_than_its_picture_is_not_loaded(tmp_path: Path) -> None:
    path = make_picture(tmp_path / "a.png")
    os.truncate(path, 200 << 20)  # a sparse file: large to read, nothing on disk
    assert "far larger" in only_fault(path).problem


@pytest.fixture
def as_nobody() -> Iterator[None]:
    """Give up root's right to read everything, which would hide a refused permission."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    yield
    if root:
        os.seteuid(0)


@pytest.mark.parametrize("name", ["a.jpg", "a.mp4", "a"])
def test_a_file_that_may_not_be_read_is_named(
    tmp_path: Path, request: pytest.FixtureRequest, name: str
) -> None:
    path = make_picture(tmp_path / "a.png").rename(tmp_path / name)
    path.chmod(0)
    request.getfixturevalue("as_nobody")
    assert "permission" in only_fault(path).problem


def test_iterating_plainly_raises_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no such file") as caught:
        list(open_source(str(tmp_path / "gone.jpg")))
    assert caught.value.fault.source == str(tmp_path / "gone.jpg")


@given(where=st.integers(0, 10_000), byte=st.integers(0, 255))
def test_a_picture_with_one_byte_wrong_gives_a_frame_or_a_fault(
    tmp_path_factory: pytest.TempPathFactory, where: int, byte: int
) -> None:
    folder = tmp_path_factory.mktemp("bytes")
    for suffix in (".jpg", ".webp", ".bmp", ".tiff"):
        path = make_picture(folder / f"a{suffix}", corner_picture(24, 16))
        data = bytearray(path.read_bytes())
        data[where % min(len(data), 300)] = byte
        path.write_bytes(data)
        (item,) = open_source(str(path), settings=CaptureSettings(max_megapixels=1)).items()
        assert isinstance(item, Frame | SourceFault)


def png_of_zeros(width: int, height: int, *, rows: int) -> bytes:
    """Return a PNG whose header claims width x height; its body holds `rows` rows of nothing."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    packer = zlib.compressobj(9)
    body = b"".join(packer.compress(bytes(1 + width // 8)) for _ in range(rows)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
