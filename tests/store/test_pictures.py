"""Pictures are kept by day, only if they are what their read named, and go by day."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import httpx
import obstore
import pytest

from openanpr.store.pictures import Bucket, PictureError, PictureName, Pictures, PictureStoreError
from tests.store.jpegs import jpeg
from tests.store.reads import AT, LONG_AGO

PICTURE, SHA256 = jpeg("plate patch")
NAME = PictureName(AT, SHA256)


def test_a_picture_comes_back_as_it_was_and_may_be_sent_twice(pictures) -> None:
    assert pictures.get(NAME) is None
    assert not pictures.has(NAME)
    for _ in range(2):
        pictures.put(NAME, PICTURE, kept_from=LONG_AGO)
    assert pictures.has(NAME)
    assert pictures.get(NAME) == PICTURE
    assert pictures.count(AT.date()) == 1


def test_a_picture_is_filed_by_the_utc_day_of_its_capture_however_late_it_comes(pictures) -> None:
    abroad = datetime(2026, 11, 23, 0, 30, tzinfo=timezone(timedelta(hours=2)))
    pictures.put(PictureName(abroad, SHA256), PICTURE, kept_from=LONG_AGO)
    assert pictures.days() == (date(2026, 11, 22),)
    assert pictures.get(PictureName(abroad.astimezone(UTC), SHA256)) == PICTURE


def test_a_picture_of_a_day_that_retention_dropped_is_refused(pictures) -> None:
    with pytest.raises(PictureError, match="past their time"):
        pictures.put(NAME, PICTURE, kept_from=AT.date() + timedelta(days=1))
    assert pictures.days() == ()


@pytest.mark.parametrize(
    ("picture", "why"),
    [
        (b"<html>\xff\xd9", "only JPEGs"),
        (PICTURE[:-2], "only JPEGs"),
        (b"", "only JPEGs"),
        (PICTURE[:-2] + b"x\xff\xd9", "SHA-256 differs"),
        (PICTURE[:-2] + b"x" * 100_000 + b"\xff\xd9", "at most 100000 bytes"),
    ],
)
def test_what_is_not_the_picture_that_the_read_named_is_refused(folder_pictures, picture, why) -> None:
    with pytest.raises(PictureError, match=why):
        folder_pictures.put(NAME, picture, kept_from=LONG_AGO)
    assert folder_pictures.days() == ()


def test_a_folder_with_other_things_in_it_is_refused(folder_pictures, tmp_path) -> None:
    (tmp_path / "pictures" / "holiday").mkdir()
    with pytest.raises(PictureStoreError, match="no capture day"):
        folder_pictures.days()


@pytest.mark.parametrize("sha256", ["", "../" * 21 + "a", "AB" * 32, "ab" * 31, "ab" * 32 + "/x"])
def test_a_name_that_could_lead_elsewhere_is_refused(sha256) -> None:
    with pytest.raises(PictureError, match="64 hex digits"):
        PictureName(AT, sha256)


@pytest.mark.parametrize("hold_id", ["", "..", "a/b", "../x", "a..b", "a" * 65])
def test_a_hold_that_could_lead_elsewhere_is_refused(folder_pictures, hold_id) -> None:
    with pytest.raises(PictureError, match="hold's id"):
        folder_pictures.delete_hold(hold_id)


def test_a_capture_time_without_a_zone_is_refused() -> None:
    with pytest.raises(PictureError, match="zone"):
        PictureName(AT.replace(tzinfo=None), SHA256)


def test_a_picture_that_changed_in_the_store_is_never_given_out(pictures) -> None:
    pictures.put(NAME, PICTURE, kept_from=LONG_AGO)
    key = f"{NAME.day}/{SHA256[:2]}/{SHA256}.jpg"
    obstore.put(pictures._store, key, jpeg("another")[0])
    with pytest.raises(PictureError, match="has changed"):
        pictures.get(NAME)


def test_a_day_goes_whole_and_alone_and_held_copies_stay(pictures) -> None:
    others = [jpeg(str(i)) for i in range(5)]
    for picture, sha256 in others:
        pictures.put(PictureName(AT, sha256), picture, kept_from=LONG_AGO)
    pictures.put(PictureName(AT + timedelta(days=1), SHA256), PICTURE, kept_from=LONG_AGO)
    held = PictureName(AT, others[0][1])
    assert pictures.hold(held, "hold-1")
    assert pictures.hold(held, "hold-1")
    assert not pictures.hold(NAME, "hold-1")
    assert pictures.delete_day(AT.date()) == 5
    assert pictures.delete_day(AT.date()) == 0
    assert pictures.days() == (AT.date() + timedelta(days=1),)
    assert pictures.get(held) is None
    assert pictures.get(held, hold_id="hold-1") == others[0][0]
    assert pictures.held() == {"hold-1"}
    assert pictures.delete_hold("hold-1") == 1
    assert pictures.held() == frozenset()


def test_a_day_leaves_no_empty_folders_nor_what_a_kill_left_half_written(folder_pictures, tmp_path) -> None:
    folder_pictures.put(NAME, PICTURE, kept_from=LONG_AGO)
    (tmp_path / "pictures" / str(NAME.day) / SHA256[:2] / f"{SHA256}.jpg#1").write_bytes(PICTURE[:9])
    folder_pictures.delete_day(AT.date())
    assert list((tmp_path / "pictures").iterdir()) == []


def test_a_kept_picture_and_every_name_that_leads_to_it_are_synced_to_disk(
    folder_pictures, tmp_path, monkeypatch
) -> None:
    synced, real = [], os.fsync

    def noted(handle: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{handle}").readlink()))
        real(handle)

    monkeypatch.setattr(os, "fsync", noted)
    folder_pictures.put(NAME, PICTURE, kept_from=LONG_AGO)
    day = tmp_path / "pictures" / str(NAME.day)
    file = day / SHA256[:2] / f"{SHA256}.jpg"
    assert synced == [str(path) for path in (file, file.parent, day, day.parent)]


def test_a_bucket_that_is_not_there_stops_the_start_and_keeps_its_secret(s3_url) -> None:
    bucket = Bucket("never-made", "eu-west-2", "key", "sesame", endpoint=s3_url, allow_http=True)
    with pytest.raises(PictureStoreError, match="could not be listed") as told:
        Pictures.in_bucket(bucket)
    assert "sesame" not in f"{told.value}{bucket}"


def test_a_bucket_that_goes_away_is_a_fault_to_try_again(bucket_pictures, s3_url) -> None:
    name = bucket_pictures._store.config["bucket"]
    httpx.delete(f"{s3_url}/{name}").raise_for_status()
    with pytest.raises(PictureStoreError, match="could not be kept"):
        bucket_pictures.put(NAME, PICTURE, kept_from=LONG_AGO)
