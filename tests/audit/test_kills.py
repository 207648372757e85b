"""A log whose process is killed at any moment has all that it said it has, and nothing that nobody logged."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

from openanpr.audit.commitment import Opening
from openanpr.audit.disclosure import verify_disclosure
from openanpr.audit.disk import NumberedFiles
from openanpr.audit.entry import parse_entry
from openanpr.audit.export import export_log
from openanpr.audit.log import AuditLog, LogSettings
from openanpr.audit.openings import OpeningFiles, verify_openings
from openanpr.audit.record import read_records, record
from tests.audit.events import SIGNER, consultation, made_log
from tests.store.killing import ROOT, said_before_killed


def plates(folder: Path, size: int) -> list[int]:
    """The number of the search that each entry holds, its opening proved against it."""
    found: list[int] = []
    openings = OpeningFiles(folder / "openings")
    for number in range(-(-size // 256)):
        data = NumberedFiles(folder / "entries").read(number)
        sealed = [parse_entry(entry).sealed for entry in read_records(data, first=number * 256).entries]
        kept = openings.read(number)
        verify_openings(kept, {number * 256 + n: names for n, names in enumerate(sealed)})
        marks = [one for one in kept if isinstance(one, Opening) and one.name == "plate"]
        assert [one.index for one in marks] == list(range(number * 256, number * 256 + len(sealed)))
        found += [int(one.value.removeprefix("AB")) for one in marks]
    assert len(found) == size
    return found


def test_no_acknowledged_entry_is_lost_moved_or_doubled_by_kills(tmp_path) -> None:
    dice = random.Random(17)
    told: dict[int, int] = {}
    first = 0
    for _ in range(6):
        said = said_before_killed(
            "tests.audit.log_child",
            tmp_path / "log",
            SIGNER.secret_text(),
            first,
            after_s=dice.uniform(0.05, 0.5),
        )
        pairs = [tuple(map(int, line.split())) for line in said if not line.startswith("open")]
        assert not told.keys() & dict(pairs).keys()
        told |= dict(pairs)
        first += 50_000
    log = AuditLog.open(tmp_path / "log", SIGNER, LogSettings(reserve_bytes=0))
    held = plates(tmp_path / "log", log.size)
    assert len(told) > 300
    assert all(held[index] == n for index, n in told.items())
    assert len(set(held)) == len(held)
    # What was never acknowledged is at most what four threads had under way at each kill.
    assert len(held) - len(told) <= 6 * 44
    log.close()
    export_log(tmp_path / "log", tmp_path / "out", log_key=SIGNER.key)


@pytest.mark.parametrize("cut", [1, 25, 60, 400])
def test_a_torn_end_is_cut_whatever_its_length(tmp_path, cut) -> None:
    log = made_log(tmp_path / "log", 3)
    log.close()
    entries = tmp_path / "log" / "entries" / "000"
    whole = entries.read_bytes()
    entries.write_bytes(whole + record(b"x" * 500, index=3, settled=3)[:cut])
    again = AuditLog.open(tmp_path / "log", SIGNER)
    assert (again.size, entries.read_bytes()) == (3, whole)
    again.close()


def test_a_torn_group_leaves_no_hole_though_a_later_part_of_it_got_to_the_disk(tmp_path) -> None:
    made_log(tmp_path / "log", 3).close()
    entries = tmp_path / "log" / "entries" / "000"
    whole = entries.read_bytes()
    first, second = (record(b"y" * 300, index=n, settled=3) for n in (3, 4))
    entries.write_bytes(whole + bytes(len(first)) + second)
    again = AuditLog.open(tmp_path / "log", SIGNER)
    assert (again.size, entries.read_bytes()) == (3, whole)
    again.close()


def test_openings_of_an_entry_that_never_came_to_be_are_cut(tmp_path) -> None:
    made_log(tmp_path / "log", 3).close()
    openings = tmp_path / "log" / "openings" / "000"
    whole = openings.read_bytes()
    openings.write_bytes(
        whole + whole.splitlines(keepends=True)[0].replace(b'"index":0', b'"index":3') + b'{"in'
    )
    again = AuditLog.open(tmp_path / "log", SIGNER)
    assert openings.read_bytes() == whole
    assert again.append(consultation(9)).index == 3
    assert verify_disclosure(again.disclose(3), log_key=again.key).values["plate"] == "AB00009"
    again.close()


def test_a_torn_checkpoint_is_cut_and_the_one_before_it_holds(tmp_path) -> None:
    made_log(tmp_path / "log", 3).close()
    history = tmp_path / "log" / "checkpoints"
    whole = history.read_bytes()
    history.write_bytes(whole + b"log.example/police\n4\nabc")
    again = AuditLog.open(tmp_path / "log", SIGNER)
    assert history.read_bytes() == whole
    again.close()


def test_a_kill_between_the_first_checkpoint_and_the_rest_leaves_a_log_that_can_begin(tmp_path) -> None:
    made_log(tmp_path / "log", 0).close()
    (tmp_path / "log" / "about.json").unlink()
    again = AuditLog.open(tmp_path / "log", SIGNER, LogSettings(reserve_bytes=0))
    assert again.append(consultation(1)).index == 0
    again.close()


def test_records_are_read_back_and_a_bad_one_ends_them() -> None:
    data = b"".join(record(b"entry %d" % n, index=256 + n, settled=256 + n) for n in range(3))
    assert list(read_records(data, first=256).entries) == [b"entry 0", b"entry 1", b"entry 2"]
    assert read_records(data, first=0).entries == ()
    changed = bytearray(data)
    changed[40] ^= 1
    found = read_records(bytes(changed), first=256)
    assert (len(found.entries), found.settled) == (1, 258)


@pytest.mark.parametrize("most", [900, 2_000, 5_000])
def test_a_full_disk_refuses_the_act_and_goes_on_once_there_is_room(tmp_path, most) -> None:
    made_log(tmp_path / "log", 0).close()
    done = subprocess.run(
        [sys.executable, "-m", "tests.audit.full_child", tmp_path / "log", SIGNER.secret_text(), str(most)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    told = done.stdout.splitlines()
    logged = [line for line in told if line.startswith("logged")]
    refused = [line for line in told if line.startswith("refused")]
    assert refused
    assert all("EFBIG" in line for line in refused)
    assert told[-1] == f"logged {len(logged) - 1}"
    assert logged == [f"logged {n}" for n in range(len(logged))]
    log = AuditLog.open(tmp_path / "log", SIGNER)
    held = [int(line.split()[1]) for line in logged]
    assert log.size == len(held)
    plates(tmp_path / "log", log.size)
    log.close()
