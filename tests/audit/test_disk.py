"""Files that hold what they were told: nothing half written counts, whatever the disk answers."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from openanpr.audit import disk
from openanpr.audit.disk import (
    AppendFile,
    NumberedFiles,
    SyncFailedError,
    hold_writer,
    make_folder,
    write_whole,
)
from openanpr.audit.entry import Secrets
from openanpr.audit.faults import CannotWriteError, DamagedError, WriterElsewhereError
from openanpr.audit.openings import OpeningFiles
from openanpr.audit.record import read_records, record
from openanpr.audit.writing import Written, free_bytes, put


def failing(after: int):
    """A disk that has room for `after` more bytes, and writes no more than ten at once."""
    room = [after]

    def write(number: int, data) -> int:
        if not room[0]:
            raise OSError(28, "no space left on device")
        written = os.pwrite(number, bytes(data[: min(10, room[0])]), os.fstat(number).st_size)
        room[0] -= written
        return written

    return write


def group(first: int, count: int) -> list[Written]:
    return [
        Written(b"entry %d" % n, Secrets({"plate": bytes(32)}, {"plate": f"AB{n}"}))
        for n in range(first, first + count)
    ]


def files_of(folder) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_the_disk_takes_in_pieces_is_written_whole(tmp_path, monkeypatch) -> None:
    file = AppendFile(tmp_path / "file")
    monkeypatch.setattr(disk.os, "write", failing(1000))
    file.append(b"x" * 95)
    file.append(b"y" * 5)
    assert (file.read(), file.size) == (b"x" * 95 + b"y" * 5, 100)
    file.close()


def test_what_finds_no_room_is_cut_off_again(tmp_path, monkeypatch) -> None:
    file = AppendFile(tmp_path / "file")
    file.append(b"kept")
    monkeypatch.setattr(disk.os, "write", failing(25))
    with pytest.raises(OSError, match="no space"):
        file.append(b"x" * 95)
    assert (file.read(), file.size) == (b"kept", 4)
    monkeypatch.undo()
    file.append(b" on")
    assert file.read() == b"kept on"
    file.close()


def test_a_file_that_was_there_is_gone_on_with(tmp_path) -> None:
    (tmp_path / "file").write_bytes(b"kept")
    file = AppendFile(tmp_path / "file")
    assert file.size == 4
    file.append(b" on")
    assert (file.read(), file.path) == (b"kept on", tmp_path / "file")
    file.close()


def test_a_disk_that_does_not_say_that_it_has_it_is_told_from_one_that_is_full(tmp_path, monkeypatch) -> None:
    file = AppendFile(tmp_path / "file")

    def fail(_: int) -> None:
        raise OSError(5, "input/output error")

    monkeypatch.setattr(disk.os, "fdatasync", fail)
    with pytest.raises(SyncFailedError) as told:
        file.sync()
    assert told.value.errno == 5
    file.close()


@pytest.mark.parametrize("count", [*range(10), 31, 32, 33])
def test_files_are_counted_up_to_the_first_that_is_missing(tmp_path, count) -> None:
    files = NumberedFiles(tmp_path)
    for number in range(count):
        (tmp_path / f"{number:03d}").touch()
    assert files.count() == count


def test_of_numbered_files_the_one_that_was_opened_last_stays_open(tmp_path) -> None:
    files = NumberedFiles(tmp_path)
    first = files.opened(0)
    assert files.opened(0) is first
    assert files.opened(1) is not first
    assert files.opened(0) is not first  # it was closed: a log has one file open, not all of them
    files.close()
    files.close()


def test_a_file_that_was_replaced_is_gone_on_with_and_not_the_one_that_it_replaced(tmp_path) -> None:
    files = NumberedFiles(tmp_path)
    files.opened(3).append(b"old")
    files.replace(3, b"new")
    files.opened(3).append(b" more")
    assert files.read(3) == b"new more"
    other = files.opened(3)
    files.replace(4, b"beside it")
    assert files.opened(3) is other
    assert files.read(5) == b""
    files.close()


def test_a_file_is_put_in_its_place_whole_and_nothing_else_is_left(tmp_path) -> None:
    write_whole(tmp_path / "a" / "b" / "file", b"one")
    write_whole(tmp_path / "a" / "b" / "file", b"two, longer")
    assert files_of(tmp_path) == {"a/b/file": b"two, longer"}


def test_what_a_crash_left_beside_a_file_is_no_part_of_the_next_one(tmp_path) -> None:
    (tmp_path / "file.new").write_bytes(b"left half written, and long")
    write_whole(tmp_path / "file", b"short")
    assert files_of(tmp_path) == {"file": b"short"}


@pytest.fixture
def synced(monkeypatch) -> list[str]:
    """The names of what was put on the disk for good, in order."""
    told: list[str] = []
    monkeypatch.setattr(
        disk.os, "fsync", lambda number: told.append(Path(f"/proc/self/fd/{number}").readlink().name)
    )
    return told


def test_a_file_is_on_the_disk_before_its_name_is(tmp_path, synced) -> None:
    write_whole(tmp_path / "file", b"x")
    assert synced == ["file.new", tmp_path.name]


def test_the_name_of_a_new_file_and_of_a_new_folder_is_on_the_disk(tmp_path, synced) -> None:
    AppendFile(tmp_path / "a" / "file").close()
    assert synced == [tmp_path.name, "file", "a"]
    synced.clear()
    AppendFile(tmp_path / "a" / "file").close()
    assert synced == []


def test_folders_and_files_are_their_owners_alone(tmp_path) -> None:
    make_folder(tmp_path / "a" / "b")
    make_folder(tmp_path / "a" / "b")
    write_whole(tmp_path / "a" / "file", b"x")
    AppendFile(tmp_path / "a" / "grows").close()
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "a").rglob("*")}
    assert modes == {"b": 0o700, "file": 0o600, "grows": 0o600}
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o700


def test_a_folder_has_one_writer_until_it_lets_go(tmp_path) -> None:
    held = hold_writer(tmp_path / "lock")
    with pytest.raises(WriterElsewhereError):
        hold_writer(tmp_path / "lock")
    held.close()
    hold_writer(tmp_path / "lock").close()


@pytest.mark.parametrize(
    ("first", "count"), [(0, 1), (250, 6), (250, 7), (256, 1), (255, 600), (3, 253), (0, 512)]
)
def test_a_group_is_put_into_the_files_that_its_numbers_belong_to(tmp_path, first, count) -> None:
    entries, openings = NumberedFiles(tmp_path / "entries"), OpeningFiles(tmp_path / "openings")
    put(group(first, count), first=first, entries=entries, openings=openings)
    for number in range(first // 256, (first + count - 1) // 256 + 1):
        low, high = max(first, number * 256), min(first + count, number * 256 + 256)
        assert [one.index for one in openings.read(number)] == list(range(low, high))
        found = read_records(entries.read(number), first=low).entries
        assert list(found) == [b"entry %d" % n for n in range(low, high)]
    assert not entries.read((first + count - 1) // 256 + 1)
    entries.close()
    openings.files.close()


@pytest.mark.parametrize("room", [0, 1, 150, 20_000, 30_000, 60_000])
def test_a_group_for_which_there_is_no_room_leaves_every_file_as_it_was(tmp_path, monkeypatch, room) -> None:
    entries, openings = NumberedFiles(tmp_path / "entries"), OpeningFiles(tmp_path / "openings")
    put(group(0, 3), first=0, entries=entries, openings=openings)
    before = files_of(tmp_path)
    monkeypatch.setattr(disk.os, "write", failing(room))
    with pytest.raises(CannotWriteError, match="ENOSPC") as told:
        put(group(3, 700), first=3, entries=entries, openings=openings)
    assert told.value.unsure is False
    after = files_of(tmp_path)
    assert {name: data for name, data in after.items() if data} == before


def test_a_group_that_cannot_be_undone_leaves_nobody_sure(tmp_path, monkeypatch) -> None:
    entries, openings = NumberedFiles(tmp_path / "entries"), OpeningFiles(tmp_path / "openings")

    def fail(*_: object) -> None:
        raise OSError(5, "input/output error")

    monkeypatch.setattr(disk.os, "write", failing(40))
    monkeypatch.setattr(disk.os, "ftruncate", fail)
    with pytest.raises(CannotWriteError, match="EIO") as told:
        put(group(0, 3), first=0, entries=entries, openings=openings)
    assert told.value.unsure is True


def test_a_disk_that_says_nothing_of_its_room_refuses(tmp_path) -> None:
    assert free_bytes(tmp_path) > 0
    with pytest.raises(CannotWriteError, match="ENOENT"):
        free_bytes(tmp_path / "nowhere")


def test_the_room_of_a_disk_is_what_others_than_its_keeper_may_write(tmp_path, monkeypatch) -> None:
    class Disk:
        f_bavail, f_bfree, f_frsize, f_bsize = 3, 9, 4096, 512

    monkeypatch.setattr(os, "statvfs", lambda _: Disk)
    assert free_bytes(tmp_path) == 3 * 4096


def test_a_refusal_names_the_fault_and_what_to_look_at() -> None:
    assert (
        str(CannotWriteError.of(OSError())) == "the audit log cannot be written (unknown): look at its disk"
    )
    assert CannotWriteError.of(OSError(28, "x")).unsure is False
    assert CannotWriteError.of(OSError(28, "x"), unsure=True).unsure is True


def test_damage_names_its_entry_where_that_is_known() -> None:
    begins = "the audit log is damaged: keep the folder"
    assert str(DamagedError(None)).startswith(begins)
    assert str(DamagedError(None, "x is missing")).startswith("the audit log is damaged, x is missing: keep")
    assert str(DamagedError(0)).startswith("entry 0 of the audit log is damaged: keep")
    assert (DamagedError(0).entry, DamagedError(None).entry) == (0, None)


# Records: how a torn end is told from damage.


def records(*numbers: int, settled: int = 0) -> bytes:
    return b"".join(record(b"entry %d" % n, index=n, settled=settled) for n in numbers)


def test_a_file_of_records_holds_no_more_than_its_256() -> None:
    found = read_records(records(*range(257)), first=0)
    assert len(found.entries) == 256
    assert found.whole_bytes == len(records(*range(256)))


def test_a_record_whose_number_is_not_the_next_ends_them() -> None:
    assert list(read_records(records(0, 2), first=0).entries) == [b"entry 0"]
    assert read_records(records(1), first=0).entries == ()


def test_an_empty_entry_is_a_record_too() -> None:
    assert read_records(record(b"", index=0, settled=0), first=0).entries == (b"",)


@pytest.mark.parametrize("cut", [1, 21, 22, 23, 28])
def test_a_record_that_is_cut_is_none(cut) -> None:
    assert read_records(records(0)[:cut], first=0) == read_records(b"\x01" * cut, first=0).__class__((), 0, 0)


def test_what_a_later_record_says_was_on_the_disk_is_told() -> None:
    torn = b"\xff" * 30
    assert read_records(records(0) + torn + records(5, settled=4), first=0).settled == 4
    assert (
        read_records(records(0) + torn + records(5, settled=4) + records(6, settled=2), first=0).settled == 4
    )
    assert (
        read_records(records(0) + torn + records(5, settled=4) + records(9, settled=7), first=0).settled == 7
    )
    assert read_records(records(0) + torn + records(1, settled=1), first=0).settled == 1
    assert read_records(records(0) + torn + records(255, settled=255), first=0).settled == 255


def test_in_a_later_file_numbers_are_counted_from_its_first() -> None:
    data = records(256, 257) + b"\xff" * 30
    assert list(read_records(data, first=256).entries) == [b"entry 256", b"entry 257"]
    assert read_records(data + records(260, settled=259), first=256).settled == 259
    for wrong in (records(257, settled=250), records(512, settled=511)):
        assert read_records(data + wrong, first=256).settled == 0


def test_a_later_record_that_cannot_be_of_this_file_says_nothing() -> None:
    torn = b"\xff" * 30
    assert read_records(records(0) + torn + records(256, settled=250), first=0).settled == 0
    assert read_records(records(0, 1) + torn + records(1, settled=1), first=0).settled == 0
    assert read_records(records(0) + torn + records(5, settled=6), first=0).settled == 0
