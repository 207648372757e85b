"""What an examination finds in an exported log: every fault with the first entry that it is of."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta

import pytest

from openanpr.audit.acts import VERSION
from openanpr.audit.checkpoint import Checkpoint
from openanpr.audit.commitment import Opening
from openanpr.audit.entry import seal
from openanpr.audit.examine import Examined, ExamineError, Trust, examine, read_bounded
from openanpr.audit.merkle import EMPTY_ROOT, leaf_hash, tree_root
from openanpr.audit.note import NoteSigner
from openanpr.audit.openings import Erased, opening_line
from openanpr.audit.tiles import bundle
from tests.audit.events import AT, SIGNER, consultation
from tests.audit.put_out import put_out, signed

TRUST = Trust(SIGNER.key)
SALT = bytes(32)


def entry(n: int, **changes) -> bytes:
    return seal(replace(consultation(n), **changes), lambda: SALT)[0]


ENTRIES = [entry(n) for n in range(520)]
LATER = ENTRIES[0].replace(b'"v":%d}' % VERSION, b'"v":%d}' % (VERSION + 1))


def root_of(*entries: bytes) -> bytes:
    return tree_root([leaf_hash(one) for one in entries])


def fault(folder, trust: Trust = TRUST) -> ExamineError:
    with pytest.raises(ExamineError) as told:
        examine(folder, trust)
    return told.value


def test_a_whole_log_is_told_with_its_times_its_acts_and_its_checkpoints(tmp_path) -> None:
    found = examine(put_out(tmp_path / "out", ENTRIES, history=(0, 1, 256, 300)), TRUST)
    assert found == Examined(
        signed=found.signed,
        acts={"consultation": 520},
        first_at=AT,
        last_at=AT + timedelta(seconds=519),
        history=4,
    )
    assert found.signed.checkpoint == Checkpoint(SIGNER.name, 520, root_of(*ENTRIES))


def test_entries_of_a_later_schema_are_hashed_and_counted_and_not_read(tmp_path) -> None:
    entries = [ENTRIES[0], LATER, LATER, ENTRIES[1]]
    found = examine(put_out(tmp_path / "out", entries), TRUST)
    assert (found.later_version, found.acts) == (2, {"consultation": 2})


def test_what_was_logged_so_but_is_no_entry_is_named(tmp_path) -> None:
    told = fault(put_out(tmp_path / "out", [ENTRIES[0], b"no entry", b"nor this"]))
    assert told.entry == 1
    assert "entry 1: it was logged so, but is no entry: the entry cannot be read" in str(told)


def test_an_entry_of_the_greatest_length_is_read_before_it_is_judged(tmp_path) -> None:
    told = fault(put_out(tmp_path / "out", [b"x" * 0xFFFF]))
    assert told.entry == 0
    assert "is no entry" in str(told)


@pytest.mark.parametrize("back", [5, 6])
def test_a_time_that_falls_by_more_than_five_seconds_is_a_clock_set_back(tmp_path, back) -> None:
    later = AT + timedelta(hours=1)
    entries = [entry(0, at=later), entry(1, at=later - timedelta(seconds=back)), entry(2, at=later)]
    found = examine(put_out(tmp_path / "out", entries), TRUST)
    assert found.clock_fell == ((1,) if back > 5 else ())
    assert (found.first_at, found.last_at) == (later, later)


def test_after_a_clock_was_set_back_times_are_held_to_the_latest_that_was_seen(tmp_path) -> None:
    times = [60, 0, 30, 61]
    entries = [entry(n, at=AT + timedelta(minutes=m)) for n, m in enumerate(times)]
    found = examine(put_out(tmp_path / "out", entries), TRUST)
    assert found.clock_fell == (1, 2)
    assert found.last_at == AT + timedelta(minutes=61)


def test_a_log_without_a_checkpoint_is_none(tmp_path) -> None:
    assert "no file checkpoint: this is no exported log" in str(fault(tmp_path))


def test_a_log_may_have_no_history_file(tmp_path) -> None:
    out = put_out(tmp_path / "out", ENTRIES[:3])
    (out / "checkpoints").unlink()
    assert examine(out, TRUST).history == 0


def test_a_checkpoint_of_its_history_by_another_key_is_named_by_its_number(tmp_path) -> None:
    out = put_out(tmp_path / "out", ENTRIES[:3], history=(1, 2))
    stranger = NoteSigner.generate(SIGNER.name)
    (out / "checkpoints").write_bytes((out / "checkpoints").read_bytes() + signed(ENTRIES[:2], stranger))
    assert "checkpoint 3 of its history cannot be trusted" in str(fault(out))


def test_a_kept_checkpoint_of_another_log_is_no_measure(tmp_path) -> None:
    out = put_out(tmp_path / "out", ENTRIES[:3])
    kept = Checkpoint("another.example/log", 2, root_of(*ENTRIES[:2]))
    assert "a checkpoint that was kept is of another log" in str(fault(out, Trust(SIGNER.key, (), (kept,))))


def test_a_kept_checkpoint_of_as_many_entries_is_held_to_the_same_root(tmp_path) -> None:
    out = put_out(tmp_path / "out", ENTRIES[:3])
    same = Checkpoint(SIGNER.name, 3, root_of(*ENTRIES[:3]))
    assert examine(out, Trust(SIGNER.key, (), (same,))).signed.checkpoint == same
    told = fault(out, Trust(SIGNER.key, (), (replace(same, root=bytes(32)),)))
    assert "the first 3 entries are not those that a checkpoint was signed for" in str(told)
    longer = fault(out, Trust(SIGNER.key, (), (replace(same, size=4),)))
    assert longer.entry == 3
    assert "a checkpoint of 4 entries was signed, and 3 are here" in str(longer)


def test_a_kept_checkpoint_of_no_entries_has_the_root_of_nothing(tmp_path) -> None:
    out = put_out(tmp_path / "out", ENTRIES[:3])
    examine(out, Trust(SIGNER.key, (), (Checkpoint(SIGNER.name, 0, EMPTY_ROOT),)))
    assert "the first 0 entries" in str(
        fault(out, Trust(SIGNER.key, (), (Checkpoint(SIGNER.name, 0, bytes(32)),)))
    )


def test_where_one_entry_lies_between_two_checkpoints_it_is_named(tmp_path) -> None:
    out = put_out(tmp_path / "out", ENTRIES[:5], history=(2, 3))
    wrong = Checkpoint(SIGNER.name, 4, bytes(32))
    told = fault(out, Trust(SIGNER.key, (), (wrong,)))
    assert told.entry == 3
    assert "at one of the entries 3 to 3" in str(told)
    out = put_out(tmp_path / "more", ENTRIES[:5], history=(2,))
    told = fault(out, Trust(SIGNER.key, (), (wrong,)))
    assert told.entry is None
    assert "at one of the entries 2 to 3" in str(told)


@pytest.mark.parametrize("size", [257, 513])
def test_a_hash_of_a_partial_tile_higher_up_that_is_not_theirs_names_its_entries(tmp_path, size) -> None:
    out = put_out(tmp_path / "out", ENTRIES[:size])
    tile = out / "tile" / "1" / "000.p" / str(size // 256)
    data = tile.read_bytes()
    tile.write_bytes(data[:-32] + bytes(32))
    last = size // 256 - 1
    assert f"the entries {last * 256} to {last * 256 + 255} in tile/1/000.p/{size // 256}" in str(fault(out))
    tile.write_bytes(data[:-1])
    assert f"the entries {last * 256} to {last * 256 + 255}" in str(fault(out))
    tile.write_bytes(data + bytes(32))  # more than was asked for says nothing
    examine(out, TRUST)


def test_the_end_of_a_leaf_tile_is_cut_and_the_first_entry_without_a_hash_is_named(tmp_path) -> None:
    out = put_out(tmp_path / "out", ENTRIES[:5])
    tile = out / "tile" / "0" / "000.p" / "5"
    tile.write_bytes(tile.read_bytes()[:-1])
    told = fault(out)
    assert told.entry == 4
    assert "it is missing, and all after it in its file" in str(told)


def test_an_entry_that_took_anothers_place_is_told_with_how_far_it_came(tmp_path) -> None:
    out = put_out(tmp_path / "out", ENTRIES[:9])
    swapped = [*ENTRIES[:2], ENTRIES[7], *ENTRIES[3:7], ENTRIES[2], ENTRIES[8]]
    (out / "tile" / "entries" / "000.p" / "9").write_bytes(bundle(swapped))
    told = fault(out)
    assert told.entry == 2
    assert "another stands in its place: the one that was logged 5 places away" in str(told)
    (out / "tile" / "entries" / "000.p" / "9").write_bytes(bundle([*ENTRIES[:8], b"x"]))
    told = fault(out)
    assert told.entry == 8
    assert "it is not what was logged: it was changed, or its hash was" in str(told)


def test_entries_beyond_the_checkpoint_in_the_same_bundle_are_passed_over(tmp_path) -> None:
    # However much longer the whole bundle is than the one entry that is asked for.
    out = put_out(tmp_path / "out", ENTRIES[:1])
    longer = put_out(tmp_path / "longer", ENTRIES[:256])
    for level in ("0", "entries"):
        shutil.rmtree(out / "tile" / level)
        shutil.copytree(longer / "tile" / level, out / "tile" / level)
    assert examine(out, TRUST).acts == {"consultation": 1}


# Openings that lie in an export.


def opening(index: int, name: str = "plate", value: str | None = None) -> Opening:
    return Opening(index, name, SALT, f"AB{index:05d}" if value is None else value)


def with_openings(out, number: int, *kept: Opening | Erased):
    (out / "openings").mkdir(exist_ok=True)
    (out / "openings" / f"{number:03d}").write_bytes(b"".join(map(opening_line, kept)))
    return out


def test_openings_and_erased_ones_are_counted_apart(tmp_path) -> None:
    out = put_out(tmp_path / "out", ENTRIES)
    with_openings(out, 0, opening(3), opening(4), Erased(5, "plate", "2026-11-29T02:40:00Z"))
    with_openings(out, 2, opening(512), opening(519))
    found = examine(out, TRUST)
    assert (found.opened, found.erased) == (4, 1)


def test_of_several_false_openings_the_one_of_the_first_entry_is_named(tmp_path) -> None:
    out = put_out(tmp_path / "out", ENTRIES)
    with_openings(out, 1, opening(300, value="x"), opening(259, value="y"), opening(270))
    assert fault(out).entry == 259
    with_openings(out, 1, opening(511), opening(512))
    assert fault(out).entry == 512


def test_an_opening_of_an_entry_of_a_later_schema_cannot_be_held_to_anything(tmp_path) -> None:
    out = put_out(tmp_path / "out", [ENTRIES[0], LATER, ENTRIES[2]])
    with_openings(out, 0, opening(0), opening(2))
    assert examine(out, TRUST).opened == 2
    with_openings(out, 0, opening(1))
    assert fault(out).entry == 1


def test_openings_that_cannot_be_read_are_named_by_their_file(tmp_path) -> None:
    out = put_out(tmp_path / "out", ENTRIES)
    with_openings(out, 1, opening(300))
    path = out / "openings" / "001"
    path.write_bytes(path.read_bytes() + b"{")
    assert "the openings of the entries from 256 on cannot be read" in str(fault(out))


def test_a_strangers_file_is_read_up_to_its_bound(tmp_path) -> None:
    (tmp_path / "file").write_bytes(b"x" * 10)
    assert read_bounded(tmp_path / "file", 10) == b"x" * 10
    with pytest.raises(ExamineError, match="the file file is longer than it may be"):
        read_bounded(tmp_path / "file", 9)
