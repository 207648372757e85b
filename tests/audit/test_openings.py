"""What opens entries: kept line by line, erased one by one, refused where a line is not what was logged."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from openanpr.audit.commitment import Opening, OpeningError, commitment, verify_opening
from openanpr.audit.entry import Secrets
from openanpr.audit.openings import (
    Erased,
    OpeningFiles,
    opening_line,
    opening_lines,
    parse_openings,
    verify_openings,
)

SALT = bytes(range(32))
PLATE, ERASED = Opening(3, "plate", SALT, "AB12 CDÉ"), Erased(4, "plate", "2026-11-29T02:40:00Z")


def sealed(*openings: Opening) -> dict[str, bytes]:
    return {one.name: commitment(one.name, salt=one.salt, value=one.value) for one in openings}


def line(**members) -> bytes:
    return json.dumps(members, ensure_ascii=True).encode() + b"\n"


def kept_in(folder, *kept) -> OpeningFiles:
    files = OpeningFiles(folder)
    files.files.opened(0).append(b"".join(map(opening_line, kept)))
    return files


def test_openings_are_read_back_as_they_were_kept() -> None:
    data = opening_line(PLATE) + opening_line(ERASED)
    assert parse_openings(data).kept == (PLATE, ERASED)
    assert parse_openings(data).whole_bytes == len(data)
    assert "AB12 CDÉ".encode() in data
    assert parse_openings(b"").kept == ()


def test_an_entrys_secrets_are_a_line_each() -> None:
    secrets = Secrets({"plate": SALT, "person": bytes(32)}, {"plate": "AB12CDE", "person": "PC 1"})
    assert parse_openings(opening_lines(7, secrets)).kept == (
        Opening(7, "plate", SALT, "AB12CDE"),
        Opening(7, "person", bytes(32), "PC 1"),
    )


@pytest.mark.parametrize(
    "bad",
    [
        b"\n",
        b"[]\n",
        b"7\n",
        b"{}\n",
        b"[" * 100_000 + b"\n",
        opening_line(PLATE)[:-1],
        line(index=3, field="plate", salt="00"),
        line(index=3, field="plate", value="x"),
        line(index=3, field="plate", salt="0", value="x"),
        line(index=3, field="plate", salt="0G", value="x"),
        line(index=3, field="plate", salt="AB", value="x"),
        line(index=3, field="plate", salt=7, value="x"),
        line(index=3, field="plate", salt="00", value=7),
        line(index=3, field="plate", salt="00", value="\ud800"),
        line(index=3, field="plate", salt="00", value="x", more=1),
        line(index=3, field=7, salt="00", value="x"),
        line(index="3", field="plate", salt="00", value="x"),
        line(index=-1, field="plate", salt="00", value="x"),
        line(index=True, field="plate", salt="00", value="x"),
        line(index=3, field="plate", erased=7),
        line(index=3, field="plate", erased="now", value="x"),
        line(field="plate", erased="now"),
        line(index=3, erased="now"),
    ],
)
def test_a_line_that_is_no_opening_ends_what_is_read(bad) -> None:
    whole = opening_line(PLATE)
    found = parse_openings(whole + bad + opening_line(ERASED))
    assert (found.kept, found.whole_bytes) == ((PLATE,), len(whole))


def test_the_first_entry_of_a_log_has_openings_too() -> None:
    first = Opening(0, "plate", SALT, "x")
    assert parse_openings(opening_line(first)).kept == (first,)


def test_an_opening_that_is_no_text_opens_nothing() -> None:
    with pytest.raises(OpeningError, match="entry 3 is not text"):
        verify_opening(Opening(3, "plate", SALT, "\ud800"), bytes(32))
    with pytest.raises(OpeningError, match="entry 3 is not text"):
        verify_opening(Opening(3, "plät", SALT, "x"), bytes(32))


def test_an_opening_of_a_field_that_the_entry_has_not_is_refused_erased_or_not() -> None:
    fits = {3: sealed(PLATE), 4: sealed(PLATE)}
    verify_openings([PLATE, ERASED], fits)
    for wrong in (Opening(5, "plate", SALT, "x"), Opening(3, "person", SALT, "x"), Erased(3, "person", "x")):
        with pytest.raises(OpeningError, match="no such secret field"):
            verify_openings([PLATE, wrong], fits)
    with pytest.raises(OpeningError, match="not what was logged"):
        verify_openings([ERASED, Opening(3, "plate", SALT, "another")], fits)


def test_what_is_picked_is_erased_and_dated_in_utc_and_the_rest_stays(tmp_path) -> None:
    person = Opening(3, "person", SALT, "PC 1")
    files = kept_in(tmp_path, PLATE, person, ERASED)
    summer = datetime(2026, 7, 1, 13, 0, 5, tzinfo=timezone(timedelta(hours=1)))
    assert files.erase(0, lambda one: one.name == "plate", at=summer) == 1
    assert files.read(0) == (Erased(3, "plate", "2026-07-01T12:00:05Z"), person, ERASED)
    before = (tmp_path / "000").stat()
    assert files.erase(0, lambda one: one.name == "plate", at=summer) == 0
    assert (tmp_path / "000").stat().st_mtime_ns == before.st_mtime_ns


def test_a_damaged_file_is_not_read_and_nothing_is_erased_from_it(tmp_path) -> None:
    files = kept_in(tmp_path, PLATE)
    files.files.opened(0).append(b'{"in')
    before = (tmp_path / "000").read_bytes()
    with pytest.raises(OpeningError, match="000 is damaged: restore"):
        files.read(0)
    with pytest.raises(OpeningError, match="damaged"):
        files.erase(0, lambda _: True, at=datetime.now(UTC))
    assert (tmp_path / "000").read_bytes() == before


def test_openings_of_entries_that_never_came_to_be_are_cut_off(tmp_path) -> None:
    first = Opening(0, "plate", SALT, "one")
    files = kept_in(tmp_path, first, Opening(1, "plate", SALT, "two"), Opening(2, "plate", SALT, "three"))
    files.settle(0, [sealed(first)])
    assert files.read(0) == (first,)


@pytest.mark.parametrize("wanted", [["one", "other"], ["one", "one"]])
def test_entries_that_are_there_must_have_their_openings(tmp_path, wanted) -> None:
    first = Opening(0, "plate", SALT, "one")
    files = kept_in(tmp_path, first)
    entries = [sealed(first), sealed(Opening(1, "plate", SALT, wanted[1]))]
    with pytest.raises(OpeningError, match="000 lacks some: restore"):
        files.settle(0, entries)
    files.settle(0, entries[:1])


def test_openings_of_a_later_file_are_counted_from_its_first_entry(tmp_path) -> None:
    files = OpeningFiles(tmp_path)
    opening = Opening(256, "plate", SALT, "x")
    files.files.opened(1).append(opening_line(opening))
    files.settle(1, [sealed(opening)])
    assert files.read(1) == (opening,)
    with pytest.raises(OpeningError, match="lacks some"):
        files.settle(1, [sealed(opening), sealed(opening)])
