"""The living log: on the disk before it says so, the same after every start, refusing where it cannot."""

from __future__ import annotations

import os
import shutil
import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from openanpr.audit.acts import Act, Erasure
from openanpr.audit.checkpoint import cosign, open_checkpoint
from openanpr.audit.commitment import Opening
from openanpr.audit.disclosure import Disclosure, DisclosureError, verify_disclosure
from openanpr.audit.disk import NumberedFiles
from openanpr.audit.faults import (
    AuditError,
    CannotWriteError,
    DamagedError,
    WriterElsewhereError,
    WrongLogError,
)
from openanpr.audit.history import History
from openanpr.audit.log import AuditLog, LogSettings
from openanpr.audit.merkle import leaf_hash, tree_root
from openanpr.audit.note import NoteError, NoteSigner
from openanpr.audit.openings import Erased
from openanpr.audit.record import read_records
from openanpr.audit.schema import SchemaError
from tests.audit.events import AT, SIGNER, WITNESS, consultation, examples, made_log


def reopened(folder, **settings) -> AuditLog:
    return AuditLog.open(folder, SIGNER, LogSettings(reserve_bytes=0, **settings))


def entries(folder, size: int) -> list[bytes]:
    files = NumberedFiles(folder / "entries")
    return [
        entry
        for number in range(-(-size // 256))
        for entry in read_records(files.read(number), first=number * 256).entries
    ]


def erasure(rows: int) -> Erasure:
    return Erasure(at=AT + timedelta(days=900), what="openings", rules=("audit.openings-kept",), rows=rows)


def test_events_of_every_act_are_logged_and_can_be_opened(tmp_path) -> None:
    log = made_log(tmp_path / "log", 0)
    for n, event in enumerate(examples()):
        assert log.append(event).index == n
    for n, event in enumerate(examples()):
        proved = verify_disclosure(log.disclose(n), log_key=log.key)
        assert proved.entry.act == event.act
        assert proved.values or event.act is Act.FAILURE
        assert all(value == getattr(event, name) for name, value in proved.values.items())
    log.close()


def test_the_root_is_that_of_all_entries_in_their_order(tmp_path) -> None:
    log = made_log(tmp_path / "log", 300)
    signed = log.checkpoint()
    assert signed.checkpoint.size == 300
    assert signed.checkpoint.root == tree_root(
        [leaf_hash(entry) for entry in entries(tmp_path / "log", log.size)]
    )
    log.close()


@pytest.mark.parametrize("count", [0, 1, 255, 256, 257, 700])
def test_a_log_that_is_opened_again_goes_on_where_it_was(tmp_path, count) -> None:
    log = made_log(tmp_path / "log", count)
    log.close()
    again = reopened(tmp_path / "log")
    assert again.size == count
    assert again.append(consultation(count)).index == count
    root = again.checkpoint().checkpoint.root
    assert root == tree_root([leaf_hash(entry) for entry in entries(tmp_path / "log", again.size)])
    again.close()


def test_many_threads_share_a_log_and_each_is_told_its_own_number(tmp_path) -> None:
    log = made_log(tmp_path / "log", 0)
    told: dict[int, int] = {}

    def keep(first: int) -> None:
        for n in range(first, first + 40):
            told[log.append(consultation(n)).index] = n

    threads = [threading.Thread(target=keep, args=(n * 40,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == list(range(320))
    for index in (0, 150, 319):
        values = verify_disclosure(log.disclose(index), log_key=log.key).values
        assert values["plate"] == f"AB{told[index]:05d}"
    log.close()


def test_while_one_writes_others_are_not_told_that_the_log_takes_nothing(tmp_path, monkeypatch) -> None:
    log = made_log(tmp_path / "log", 3)
    writing, go_on = threading.Event(), threading.Event()
    whole = NumberedFiles.opened

    def held_up(self, number):
        writing.set()
        assert go_on.wait(30)
        return whole(self, number)

    monkeypatch.setattr(NumberedFiles, "opened", held_up)
    writer = threading.Thread(target=log.append, args=(consultation(3),))
    writer.start()
    try:
        assert writing.wait(30)
        log.verify_able()
        assert log.standing().refuses == ""
    finally:
        go_on.set()
        writer.join(30)
    assert log.size == 4
    log.close()


def test_events_given_together_are_logged_together_or_not_at_all(tmp_path) -> None:
    log = made_log(tmp_path / "log", 0)
    with pytest.raises(SchemaError):
        log.append_all([consultation(1), replace(consultation(2), purpose="NO WORD")])
    assert log.size == 0
    assert [receipt.index for receipt in log.append_all([consultation(n) for n in range(600)])] == list(
        range(600)
    )
    assert log.append_all([]) == ()
    log.close()


def test_a_log_has_one_writer(tmp_path) -> None:
    log = made_log(tmp_path / "log", 1)
    with pytest.raises(WriterElsewhereError):
        reopened(tmp_path / "log")
    log.close()
    reopened(tmp_path / "log").close()


def test_another_key_or_name_does_not_write_on_in_a_log(tmp_path) -> None:
    made_log(tmp_path / "log", 1).close()
    for stranger in (NoteSigner.generate(SIGNER.name), NoteSigner.generate("other.example/log")):
        with pytest.raises((WrongLogError, DamagedError)):
            AuditLog.open(tmp_path / "log", stranger)


def test_checkpoints_are_signed_at_steps_and_by_time(tmp_path) -> None:
    log = made_log(tmp_path / "log", 0, every_entries=10, every_s=3600)
    for n in range(25):
        log.append(consultation(n))
    assert log.latest.checkpoint.size == 20
    assert log.checkpoint_if_due().checkpoint.size == 20
    log.close()
    log = reopened(tmp_path / "log", every_s=0)
    log.append(consultation(26))
    assert log.checkpoint_if_due().checkpoint.size == 26
    log.close()


def test_a_closed_log_has_signed_all_of_it_and_takes_no_more(tmp_path) -> None:
    log = made_log(tmp_path / "log", 7)
    log.close()
    shown = (tmp_path / "log" / "checkpoint").read_bytes()
    assert open_checkpoint(shown, log_key=SIGNER.key).checkpoint.size == 7
    with pytest.raises(CannotWriteError):
        log.append(consultation(8))


def test_a_witness_follows_the_log_and_its_signature_is_kept(tmp_path) -> None:
    log = made_log(tmp_path / "log", 5)
    log.checkpoint()
    line, seen = cosign(log.lodge(0), None, log_key=log.key, witness=WITNESS, at=10)
    log.add_cosignature(str(line), WITNESS.key)
    log.append_all([consultation(n) for n in range(300)])
    log.checkpoint()
    with pytest.raises(NoteError):
        log.add_cosignature(str(line), WITNESS.key)
    line, _ = cosign(log.lodge(seen.size), seen, log_key=log.key, witness=WITNESS, at=20)
    assert [one.at for one in log.add_cosignature(str(line), WITNESS.key).witnesses] == [20]
    log.close()
    shown = (tmp_path / "log" / "checkpoint").read_bytes()
    assert open_checkpoint(shown, log_key=log.key, witnesses=[WITNESS.key]).witnesses


def test_a_disclosed_entry_travels_as_a_file(tmp_path) -> None:
    log = made_log(tmp_path / "log", 300)
    disclosure = log.disclose(123)
    assert Disclosure.parse(disclosure.to_bytes()) == disclosure
    assert disclosure.proof().startswith(b"c2sp.org/tlog-proof@v1\nindex 123\n")
    for wrong in (b"", b"[]", b"{}", disclosure.to_bytes().replace(b"tlog-proof@v1", b"tlog-proof@v2")):
        with pytest.raises(DisclosureError):
            Disclosure.parse(wrong)
    with pytest.raises(ValueError, match="there is no entry"):
        log.disclose(300)
    log.close()


def test_an_erased_opening_is_gone_and_the_proof_is_whole(tmp_path) -> None:
    log = made_log(tmp_path / "log", 300)
    before = log.disclose(5)
    assert log.erase_openings(range(270), erasure(270)) == 270 * 4
    after = log.disclose(5)
    assert all(isinstance(one, Erased) for one in after.openings)
    proved = verify_disclosure(after, log_key=log.key)
    assert proved.values == {}
    assert after.entry == before.entry
    assert verify_disclosure(log.disclose(290), log_key=log.key).values["plate"] == "AB00290"
    assert verify_disclosure(log.disclose(300), log_key=log.key).entry.act.value == "erasure"
    assert log.erase_openings(range(270), erasure(0)) == 0
    log.append(consultation(1))
    log.close()
    for kept in (tmp_path / "log").rglob("*"):
        assert kept.is_dir() or b"AB00005" not in kept.read_bytes()
    again = reopened(tmp_path / "log")
    assert again.size == 303
    again.close()


def test_one_field_of_one_entry_can_be_erased_alone(tmp_path) -> None:
    log = made_log(tmp_path / "log", 3)
    assert log.erase_openings([1], erasure(1), names=frozenset({"plate"})) == 1
    left = [one.name for one in log.disclose(1).openings if isinstance(one, Opening)]
    assert left == ["person", "reference", "reason"]
    assert len(verify_disclosure(log.disclose(2), log_key=log.key).values) == 4
    log.close()


def test_no_secret_lies_in_the_public_part_of_the_log(tmp_path) -> None:
    made_log(tmp_path / "log", 20).close()
    for path in (tmp_path / "log").rglob("*"):
        if path.is_file() and "openings" not in path.parts:
            data = path.read_bytes()
            assert not any(text in data for text in (b"AB000", b"PC 3", b"CR/3", b"witness to"))


def test_the_files_are_their_owners_alone(tmp_path) -> None:
    made_log(tmp_path / "log", 300).close()
    for path in [tmp_path / "log", *(tmp_path / "log").rglob("*")]:
        if path.name != "writer.lock":
            assert path.stat().st_mode & 0o077 == 0, path


def test_tiles_that_are_gone_are_made_again_from_the_entries(tmp_path) -> None:
    made_log(tmp_path / "log", 600).close()
    shutil.rmtree(tmp_path / "log" / "tile")
    again = reopened(tmp_path / "log")
    verify_disclosure(again.disclose(3), log_key=again.key)
    again.close()


def test_a_disk_without_room_refuses_before_anything_is_written(tmp_path) -> None:
    log = AuditLog.open(tmp_path / "log", SIGNER, LogSettings(reserve_bytes=1 << 62))
    with pytest.raises(CannotWriteError, match="full"):
        log.append(consultation(1))
    assert log.size == 0
    log.close()
    again = reopened(tmp_path / "log")
    assert again.append(consultation(1)).index == 0
    again.close()


def test_a_folder_that_cannot_be_made_refuses(tmp_path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(AuditError):
        reopened(tmp_path / "file" / "log")


def test_a_disk_that_fails_to_say_it_has_it_stops_the_log(tmp_path, monkeypatch) -> None:
    log = made_log(tmp_path / "log", 3)

    def failing(*_: object) -> None:
        raise OSError(5, "input/output error")

    monkeypatch.setattr(os, "fdatasync", failing)
    with pytest.raises(CannotWriteError, match="EIO"):
        log.append(consultation(4))
    monkeypatch.undo()
    with pytest.raises(CannotWriteError, match="start the node again"):
        log.append(consultation(5))
    with pytest.raises(CannotWriteError):
        log.checkpoint()
    log.close()
    again = reopened(tmp_path / "log")
    assert again.size in {3, 4}
    assert again.append(consultation(6)).index == again.size - 1
    again.close()


def test_a_checkpoint_that_cannot_be_kept_stops_the_log_and_not_the_act_that_is_on_the_disk(
    tmp_path, monkeypatch
) -> None:
    log = made_log(tmp_path / "log", 0, every_entries=1)

    def failing(*_: object) -> None:
        raise OSError(28, "no space left on device")

    monkeypatch.setattr(History, "add", failing)
    assert log.append(consultation(1)).index == 0
    with pytest.raises(CannotWriteError, match="start the node again"):
        log.append(consultation(2))
    monkeypatch.undo()
    log.close()
    again = reopened(tmp_path / "log")
    assert again.size == 1
    assert again.latest.checkpoint.size == 1
    again.close()
