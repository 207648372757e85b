"""A log between two starts and beside a failing disk: what it stands on, and what it refuses."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import pytest

from openanpr.audit import disk
from openanpr.audit import log as living
from openanpr.audit.checkpoint import CheckpointError, cosign, open_checkpoint
from openanpr.audit.commitment import Opening
from openanpr.audit.disclosure import verify_disclosure
from openanpr.audit.entry import seal
from openanpr.audit.examine import Trust, examine
from openanpr.audit.export import Exported, ExportError, export_log
from openanpr.audit.faults import AuditError, CannotWriteError, DamagedError, WrongLogError
from openanpr.audit.history import History, split_notes
from openanpr.audit.log import AuditLog, LogSettings
from openanpr.audit.merkle import leaf_hash, tree_root
from openanpr.audit.note import NoteSigner
from openanpr.audit.openings import OpeningFiles
from openanpr.audit.record import record
from openanpr.audit.together import BrokenOffError
from openanpr.audit.tree import Tree
from tests.audit.events import AT, SIGNER, WITNESS, consultation, examples, made_log

LENGTH = len(seal(consultation(1), lambda: bytes(32))[0])
ERASURE = next(event for event in examples() if event.act.value == "erasure")


def fail(number: int):
    def failing(*_: object, **__: object) -> None:
        raise OSError(number, "the disk")

    return failing


def refused(folder) -> AuditError:
    with pytest.raises(AuditError) as told:
        AuditLog.open(folder, SIGNER)
    return told.value


# What it stands on.


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda at: (at / "about.json").write_text("{"), "about.json cannot be read"),
        (lambda at: (at / "about.json").unlink(), "about.json is missing"),
        (lambda at: (at / "checkpoints").write_text(""), "its last checkpoint is not signed by its key"),
        (
            lambda at: [(at / n).unlink() for n in ("checkpoints", "checkpoint")],
            "its checkpoints are missing",
        ),
        (lambda at: (at / "entries" / "000").unlink(), "entry 0 of the audit log is damaged, it is missing"),
        (lambda at: (at / "openings" / "000").unlink(), "its last entries and what opens them do not fit"),
        (lambda at: (at / "checkpoint").write_text("x"), "its last checkpoint is not signed by its key"),
    ],
)
def test_a_log_that_lacks_what_it_stands_on_says_what_and_starts_again_once_it_is_back(
    tmp_path, spoil, says
) -> None:
    folder = tmp_path / "log"
    made_log(folder, 3).close()
    shutil.copytree(folder, tmp_path / "kept")
    spoil(folder)
    told = refused(folder)
    assert isinstance(told, DamagedError)
    assert says in str(told)
    shutil.rmtree(folder)
    shutil.copytree(tmp_path / "kept", folder)
    AuditLog.open(folder, SIGNER).close()


@pytest.mark.parametrize(
    "change", [{"format": "openanpr-audit/2"}, {"origin": "x"}, {"key": "x"}, {"more": 1}]
)
def test_a_folder_of_another_log_or_form_is_not_written_on(tmp_path, change) -> None:
    made_log(tmp_path / "log", 3).close()
    about = tmp_path / "log" / "about.json"
    about.write_text(json.dumps(json.loads(about.read_text()) | change))
    assert isinstance(refused(tmp_path / "log"), WrongLogError)


def test_a_log_says_in_its_folder_what_it_is(tmp_path) -> None:
    made_log(tmp_path / "log", 0).close()
    about = (tmp_path / "log" / "about.json").read_text()
    assert json.loads(about) == {"format": "openanpr-audit/1", "origin": SIGNER.name, "key": str(SIGNER.key)}
    assert about.endswith("}\n")


def test_a_log_with_entries_and_no_word_of_what_it_is_is_not_begun_anew(tmp_path) -> None:
    log = made_log(tmp_path / "log", 3)
    log._lock.close()  # as a kill leaves it: its only checkpoint is of no entries
    (tmp_path / "log" / "about.json").unlink()
    assert "about.json is missing" in str(refused(tmp_path / "log"))


def test_a_third_file_that_was_begun_and_given_up_is_no_damage(tmp_path) -> None:
    made_log(tmp_path / "log", 520).close()
    for name in ("entries", "openings"):
        (tmp_path / "log" / name / "003").touch()
    again = AuditLog.open(tmp_path / "log", SIGNER)
    assert again.size == 520
    again.close()


def test_a_file_before_the_last_that_is_cut_names_the_first_entry_that_is_missing(tmp_path) -> None:
    made_log(tmp_path / "log", 300).close()
    path = tmp_path / "log" / "entries" / "000"
    length = path.stat().st_size // 256
    path.write_bytes(path.read_bytes()[: 200 * length - 1])
    told = refused(tmp_path / "log")
    assert isinstance(told, DamagedError)
    assert told.entry == 199


def test_entries_that_were_rewritten_with_care_are_not_what_the_checkpoint_was_signed_for(tmp_path) -> None:
    made_log(tmp_path / "log", 3).close()
    made_log(tmp_path / "other", 3).close()  # the same searches under other salts
    for name in ("entries", "openings"):
        shutil.copy(tmp_path / "other" / name / "000", tmp_path / "log" / name / "000")
    assert "not what its last checkpoint was signed for" in str(refused(tmp_path / "log"))
    with pytest.raises(DamagedError, match="its entries are not those that its checkpoint was signed for"):
        export_log(tmp_path / "log", tmp_path / "out", log_key=SIGNER.key)
    assert not (tmp_path / "out").exists()


def test_a_tile_that_is_cut_is_damage(tmp_path) -> None:
    made_log(tmp_path / "log", 300).close()
    tile = tmp_path / "log" / "tile" / "0" / "000"
    tile.write_bytes(tile.read_bytes()[:-1])
    assert "its tiles are not whole" in str(refused(tmp_path / "log"))


def test_a_disk_that_fails_at_the_start_refuses_and_nobody_holds_the_log(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(History, "add", fail(28))
    told = refused(tmp_path / "log")
    assert isinstance(told, CannotWriteError)
    assert "ENOSPC" in str(told)
    monkeypatch.undo()
    AuditLog.open(tmp_path / "log", SIGNER).close()


def test_entries_after_the_last_checkpoint_are_taken_up_and_signed_at_the_start(tmp_path) -> None:
    log = made_log(tmp_path / "log", 5)
    assert log.latest.checkpoint.size == 0
    log._lock.close()  # as a kill leaves it
    again = AuditLog.open(tmp_path / "log", SIGNER)
    assert (again.size, again.latest.checkpoint.size) == (5, 5)
    again.close()


# Its tree.


def bundles(count: int):
    entries = [b"%d" % n for n in range(count)]
    return entries, lambda number: entries[number * 256 : number * 256 + 256]


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 511, 512, 1000])
def test_a_tree_that_is_made_from_the_entries_alone_goes_on_from_them(tmp_path, size) -> None:
    entries, bundle = bundles(1200)
    tree = Tree.stand(tmp_path, size, lambda number: bundle(number)[: max(0, size - number * 256)])
    assert tree.size == size
    for entry in entries[size:]:
        tree.keep(tree.add(entry))
    assert tree.root() == tree_root([leaf_hash(entry) for entry in entries])
    assert tree.subtree(0, 1200) == tree.root()
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == ["000", "001", "002", "003"]


def test_tiles_of_every_level_are_made_again(tmp_path) -> None:
    size = 256 * 257
    entries, bundle = bundles(size)
    root = Tree.stand(tmp_path, size, bundle).root()
    assert root == tree_root([leaf_hash(entry) for entry in entries])
    kept = {name: (tmp_path / "tile" / name).read_bytes() for name in ("0/256", "0/250", "1/000")}
    for name in kept:
        (tmp_path / "tile" / name).unlink()
    assert Tree.stand(tmp_path, size, bundle).root() == root
    assert {name: (tmp_path / "tile" / name).read_bytes() for name in kept} == kept


def test_a_tile_that_no_power_cut_can_have_taken_is_not_made_again(tmp_path) -> None:
    _, bundle = bundles(256 * 70)
    Tree.stand(tmp_path, 256 * 70, bundle)
    asked: list[int] = []

    def told(number: int):
        asked.append(number)
        return bundle(number)

    for number in (3, 7, 60):
        (tmp_path / "tile" / "0" / f"{number:03d}").unlink()
    with pytest.raises(FileNotFoundError, match="003"):
        Tree.stand(tmp_path, 256 * 70, told)
    assert asked == [60, 7]  # the 64 last are looked for, and tile 6 is there


# Beside a failing or a full disk.


def test_a_log_leaves_the_room_that_it_was_told_to_leave(tmp_path, monkeypatch) -> None:
    log = AuditLog.open(tmp_path / "log", SIGNER, LogSettings(reserve_bytes=1000))
    monkeypatch.setattr(living, "free_bytes", lambda _: 1000 + LENGTH)
    assert log.append(consultation(1)).index == 0
    monkeypatch.setattr(living, "free_bytes", lambda _: 1000 + LENGTH - 1)
    with pytest.raises(CannotWriteError, match="the disk of the audit log is full: make room"):
        log.append(consultation(2))
    monkeypatch.setattr(living, "free_bytes", lambda _: 1000 + 2 * LENGTH)
    assert [one.index for one in log.append_all([consultation(2), consultation(3)])] == [1, 2]
    log.close()


def test_a_write_that_was_wholly_undone_does_not_stop_the_log(tmp_path, monkeypatch) -> None:
    log = made_log(tmp_path / "log", 3)
    monkeypatch.setattr(disk.os, "write", fail(28))
    with pytest.raises(CannotWriteError, match="ENOSPC") as told:
        log.append(consultation(3))
    assert told.value.unsure is False
    monkeypatch.undo()
    assert log.append(consultation(3)).index == 3
    assert verify_disclosure(log.disclose(3), log_key=log.key).values["plate"] == "AB00003"
    log.close()


def test_a_write_that_was_broken_off_stops_the_log_and_says_why(tmp_path, monkeypatch) -> None:
    log = made_log(tmp_path / "log", 3)

    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(living, "put", stopped)
    with pytest.raises(KeyboardInterrupt):
        log.append(consultation(3))
    monkeypatch.undo()
    with pytest.raises(CannotWriteError, match="nothing more, a write was broken off: start the node again"):
        log.append(consultation(3))
    log.close()


def test_who_waited_for_a_writer_that_was_stopped_hears_that_nobody_knows(tmp_path, monkeypatch) -> None:
    log = made_log(tmp_path / "log", 3)

    def stopped(_: object) -> None:
        raise BrokenOffError

    monkeypatch.setattr(log._together, "do", stopped)
    with pytest.raises(CannotWriteError, match="the writing of the audit log was broken off") as told:
        log.append(consultation(3))
    assert told.value.unsure is True
    log.close()


def test_a_disk_that_failed_under_the_log_is_the_reason_that_is_told(tmp_path, monkeypatch) -> None:
    log = made_log(tmp_path / "log", 3)
    monkeypatch.setattr(disk.os, "fdatasync", fail(5))
    with pytest.raises(CannotWriteError) as told:
        log.append(consultation(3))
    assert told.value.unsure is True
    monkeypatch.undo()
    with pytest.raises(CannotWriteError, match="nothing more, the disk failed under it: start"):
        log.append(consultation(4))
    log.close()


@pytest.mark.parametrize("what", ["checkpoint", "add_cosignature"])
def test_a_checkpoint_that_cannot_be_written_stops_the_log(tmp_path, monkeypatch, what) -> None:
    log = made_log(tmp_path / "log", 3)
    log.checkpoint()
    line, _ = cosign(log.lodge(0), None, log_key=log.key, witness=WITNESS, at=10)
    log.append(consultation(4))
    call = log.checkpoint if what == "checkpoint" else lambda: log.add_cosignature(str(line), WITNESS.key)
    monkeypatch.setattr(History, "add", fail(28))
    with pytest.raises(CannotWriteError, match="ENOSPC"):
        call()
    monkeypatch.undo()
    with pytest.raises(CannotWriteError, match="a checkpoint could not be written: start the node again"):
        log.append(consultation(5))
    with pytest.raises(CannotWriteError):
        log.add_cosignature(str(line), WITNESS.key)
    log.close()


def test_a_tile_that_cannot_be_kept_stops_the_log_after_the_act_that_is_on_the_disk(
    tmp_path, monkeypatch
) -> None:
    log = made_log(tmp_path / "log", 255)
    monkeypatch.setattr(Tree, "keep", fail(28))
    assert log.append(consultation(255)).index == 255
    with pytest.raises(CannotWriteError, match="a tile or a checkpoint could not be written"):
        log.append(consultation(256))
    monkeypatch.undo()
    log.close()
    again = AuditLog.open(tmp_path / "log", SIGNER)
    assert again.size == 256
    again.close()


def test_an_opening_that_cannot_be_erased_is_told_and_the_log_goes_on(tmp_path, monkeypatch) -> None:
    log = made_log(tmp_path / "log", 3)
    monkeypatch.setattr(OpeningFiles, "erase", fail(28))
    with pytest.raises(CannotWriteError, match="ENOSPC"):
        log.erase_openings([1], ERASURE)
    monkeypatch.undo()
    assert log.erase_openings([1], ERASURE) == 4
    log.close()


def test_openings_are_erased_of_the_entries_that_are_named_and_of_no_other_in_their_files(tmp_path) -> None:
    log = made_log(tmp_path / "log", 520)
    assert log.erase_openings([2, 514], ERASURE) == 8
    for index, count in ((1, 4), (2, 0), (3, 4), (258, 4), (513, 4), (514, 0)):
        assert sum(isinstance(one, Opening) for one in log.disclose(index).openings) == count
    log.close()


def test_a_closed_log_says_that_it_was_closed(tmp_path) -> None:
    log = made_log(tmp_path / "log", 3)
    log.close()
    with pytest.raises(CannotWriteError, match="takes nothing more, it was closed"):
        log.append(consultation(4))


# Checkpoints by the clock, witnesses, disclosures.


def test_a_checkpoint_is_due_when_the_last_is_as_old_as_the_settings_say(tmp_path, monkeypatch) -> None:
    now = [100.0]
    monkeypatch.setattr(living.time, "monotonic", lambda: now[0])
    log = made_log(tmp_path / "log", 1, every_s=60)
    for at, size in ((159.9, 0), (160.0, 1)):
        now[0] = at
        assert log.checkpoint_if_due().checkpoint.size == size
    log.append(consultation(2))
    for at, size in ((219.9, 1), (220.0, 2)):
        now[0] = at
        assert log.checkpoint_if_due().checkpoint.size == size
    log.close()


def test_a_checkpoint_of_the_same_entries_is_not_signed_again(tmp_path) -> None:
    log = made_log(tmp_path / "log", 3)
    first = log.checkpoint()
    assert log.checkpoint() is first
    log.close()
    assert len(split_notes((tmp_path / "log" / "checkpoints").read_bytes())) == 2


def test_a_signature_of_another_witness_than_is_named_is_not_kept(tmp_path) -> None:
    log = made_log(tmp_path / "log", 3)
    log.checkpoint()
    stranger = NoteSigner.generate("witness.example/w2", WITNESS.kind)
    line, _ = cosign(log.lodge(0), None, log_key=log.key, witness=WITNESS, at=10)
    with pytest.raises(CheckpointError, match="not that witness's"):
        log.add_cosignature(str(line), stranger.key)
    assert not log.latest.witnesses
    log.close()


def test_a_witness_that_saw_more_than_the_log_has_is_not_served(tmp_path) -> None:
    log = made_log(tmp_path / "log", 3)
    log.checkpoint()
    with pytest.raises(ValueError, match="cannot begin"):
        log.lodge(4)
    log.close()


@pytest.mark.parametrize("index", [-1, 3])
def test_an_entry_that_is_not_there_is_not_disclosed(tmp_path, index) -> None:
    log = made_log(tmp_path / "log", 3)
    with pytest.raises(ValueError, match=f"there is no entry {index} in a log of 3"):
        log.disclose(index)
    log.close()


def test_a_disclosure_stands_on_the_last_checkpoint_where_that_covers_it(tmp_path) -> None:
    log = made_log(tmp_path / "log", 3)
    signed = log.checkpoint()
    log.append(consultation(3))
    assert log.disclose(2).note == signed.note
    assert log.latest == signed
    later = verify_disclosure(log.disclose(3), log_key=log.key)
    assert (later.size, log.latest.checkpoint.size) == (4, 4)
    log.close()


def test_an_entry_that_was_damaged_under_the_living_log_is_not_disclosed(tmp_path) -> None:
    log = made_log(tmp_path / "log", 5)
    path = tmp_path / "log" / "entries" / "000"
    data = bytearray(path.read_bytes())
    data[len(data) * 3 // 5 + 30] ^= 1
    path.write_bytes(data)
    assert verify_disclosure(log.disclose(2), log_key=log.key)
    for index in (3, 4):
        with pytest.raises(DamagedError) as told:
            log.disclose(index)
        assert told.value.entry == index
    log.close()


# Put out as files.


def test_an_export_tells_how_many_openings_went_with_it(tmp_path) -> None:
    log = made_log(tmp_path / "log", 300)
    signed = log.checkpoint()
    told = export_log(tmp_path / "log", tmp_path / "out", log_key=log.key, opened=frozenset({0, 299}))
    assert told == Exported(signed.checkpoint, 8)
    found = examine(tmp_path / "out", Trust(log.key))
    assert (found.opened, found.history) == (8, 2)
    for index in (-1, 300):
        with pytest.raises(ExportError, match="not in the log that was signed"):
            export_log(tmp_path / "log", tmp_path / "no", log_key=log.key, opened=frozenset({index}))
    log.close()


def test_an_export_that_was_broken_off_before_is_begun_anew(tmp_path) -> None:
    made_log(tmp_path / "log", 3).close()
    (tmp_path / "out.unfinished" / "tile").mkdir(parents=True)
    (tmp_path / "out.unfinished" / "junk").write_text("x")
    export_log(tmp_path / "log", tmp_path / "out", log_key=SIGNER.key)
    assert not (tmp_path / "out" / "junk").exists()
    assert not (tmp_path / "out.unfinished").exists()
    with pytest.raises(ExportError, match="there already"):
        export_log(tmp_path / "log", tmp_path / "out", log_key=SIGNER.key)


def test_an_export_is_of_the_checkpoint_that_is_shown_and_of_those_before_it(tmp_path) -> None:
    log = made_log(tmp_path / "log", 300)
    shown = log.checkpoint()
    log.append_all([consultation(n) for n in range(300)])
    log.close()
    (tmp_path / "log" / "checkpoint").write_bytes(shown.note.to_bytes())
    told = export_log(tmp_path / "log", tmp_path / "out", log_key=SIGNER.key)
    assert told.checkpoint == shown.checkpoint
    found = examine(tmp_path / "out", Trust(SIGNER.key))
    assert (found.acts, found.history) == ({"consultation": 300}, 2)


def test_an_export_of_a_log_that_was_cut_names_the_first_entry_that_is_missing(tmp_path) -> None:
    made_log(tmp_path / "log", 300).close()
    path = tmp_path / "log" / "entries" / "001"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(DamagedError) as told:
        export_log(tmp_path / "log", tmp_path / "out", log_key=SIGNER.key)
    assert told.value.entry == 299


def test_a_record_more_than_was_signed_is_not_put_out(tmp_path) -> None:
    made_log(tmp_path / "log", 3).close()
    path = tmp_path / "log" / "entries" / "000"
    path.write_bytes(path.read_bytes() + record(b"more", index=3, settled=3))
    export_log(tmp_path / "log", tmp_path / "out", log_key=SIGNER.key)
    assert examine(tmp_path / "out", Trust(SIGNER.key)).acts == {"consultation": 3}


def test_an_event_of_another_time_is_read_back_with_it(tmp_path) -> None:
    log = made_log(tmp_path / "log", 0)
    log.append(replace(consultation(1), at=AT.replace(microsecond=999_999)))
    proved = verify_disclosure(log.disclose(0), log_key=log.key)
    assert proved.entry.at == AT.replace(microsecond=999_000)
    shown = (tmp_path / "log" / "checkpoint").read_bytes()
    assert open_checkpoint(shown, log_key=log.key).checkpoint.size == 1
    log.close()
