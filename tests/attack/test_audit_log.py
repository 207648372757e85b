"""Whoever holds the files of an audit log changes them, cuts them, forks them; each is named or refused."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openanpr.audit.checkpoint import CheckpointError, open_checkpoint
from openanpr.audit.commitment import Opening, OpeningError
from openanpr.audit.disclosure import Disclosure, DisclosureError, verify_disclosure
from openanpr.audit.entry import EntryError
from openanpr.audit.examine import ExamineError, Trust, examine
from openanpr.audit.export import export_log
from openanpr.audit.faults import AuditError, DamagedError
from openanpr.audit.log import AuditLog, LogSettings
from openanpr.audit.merkle import ProofError, leaf_hash
from openanpr.audit.note import NoteError, NoteSigner
from openanpr.audit.openings import opening_line, parse_openings
from openanpr.audit.tiles import bundle, split_bundle
from tests.audit.events import SIGNER, consultation, made_log

SIZE = 600
TRUST = Trust(SIGNER.key)


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> Path:
    """A living log of 600 entries in `log`, exported with some openings to `out`; checkpoints kept."""
    folder = tmp_path_factory.mktemp("audit")
    log = made_log(folder / "log", 0, every_entries=1000)
    for size in (100, 300, SIZE):
        log.append_all([consultation(n) for n in range(log.size, size)])
        log.checkpoint()
        shutil.copy(folder / "log" / "checkpoint", folder / f"kept-{size}")
    (folder / "entry.json").write_bytes(log.disclose(77).to_bytes())
    (folder / "other.json").write_bytes(log.disclose(78).to_bytes())
    log.close()
    export_log(folder / "log", folder / "out", log_key=SIGNER.key, opened=frozenset({3, 4, 290}))
    return folder


@pytest.fixture
def out(world, tmp_path) -> Path:
    """The export, to be attacked."""
    shutil.copytree(world / "out", tmp_path / "out")
    return tmp_path / "out"


@pytest.fixture
def living(world, tmp_path) -> Path:
    """The living log's folder, to be attacked."""
    shutil.copytree(world / "log", tmp_path / "log")
    return tmp_path / "log"


def found(folder: Path, trust: Trust = TRUST) -> ExamineError:
    with pytest.raises(ExamineError) as told:
        examine(folder, trust)
    return told.value


def kept(world: Path, size: int):
    return open_checkpoint((world / f"kept-{size}").read_bytes(), log_key=SIGNER.key).checkpoint


def flip(path: Path, bit: int) -> None:
    data = bytearray(path.read_bytes())
    data[bit // 8] ^= 1 << bit % 8
    path.write_bytes(data)


def change_entries(path: Path, change) -> None:
    path.write_bytes(bundle(change(split_bundle(path.read_bytes()))))


@pytest.mark.parametrize("index", [0, 1, 255, 256, 300, SIZE - 1])
def test_one_bit_of_an_entry_is_turned_and_the_entry_is_named(out, index) -> None:
    number, width = index // 256, 88 if index >= 512 else 256
    path = out / "tile" / "entries" / (f"{number:03d}" if width == 256 else f"{number:03d}.p/{width}")

    def turn(entries):
        changed = bytearray(entries[index % 256])
        changed[40] ^= 1
        return [*entries[: index % 256], bytes(changed), *entries[index % 256 + 1 :]]

    change_entries(path, turn)
    assert found(out).entry == index


def test_one_bit_of_the_hash_of_an_entry_is_turned_and_the_entry_is_named(out) -> None:
    flip(out / "tile" / "0" / "001", (44 * 32 + 7) * 8)
    assert found(out).entry == 300


def test_one_bit_of_a_hash_higher_up_is_turned_and_the_entries_below_it_are_named(out) -> None:
    flip(out / "tile" / "1" / "000.p" / "2", 32 * 8 + 3)
    assert "the entries 256 to 511" in str(found(out))


def test_an_entry_is_changed_together_with_its_hash(out) -> None:
    change_entries(out / "tile" / "entries" / "000", lambda e: [e[1], *e[1:]])
    hashes = out / "tile" / "0" / "000"
    hashes.write_bytes(hashes.read_bytes()[32:64] + hashes.read_bytes()[32:])
    told = str(found(out))
    assert "entries 0 to 99" in told
    assert "forked or rewritten" in told


@pytest.mark.parametrize(("first", "second"), [(5, 6), (10, 200)])
def test_two_entries_are_put_in_each_others_place_and_the_first_is_named(out, first, second) -> None:
    def swap(entries):
        entries[first], entries[second] = entries[second], entries[first]
        return entries

    change_entries(out / "tile" / "entries" / "000", swap)
    told = found(out)
    assert told.entry == first
    assert "another stands in its place" in str(told)


def test_bundles_are_put_in_each_others_place(out) -> None:
    first, second = out / "tile" / "entries" / "000", out / "tile" / "entries" / "001"
    data = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(data)
    assert found(out).entry == 0


def test_an_entry_is_taken_out_and_the_first_that_moved_is_named(out) -> None:
    change_entries(out / "tile" / "entries" / "000", lambda entries: entries[:9] + entries[10:])
    assert found(out).entry == 9


def test_an_entry_is_put_in_between(out) -> None:
    change_entries(out / "tile" / "entries" / "000", lambda entries: [*entries[:9], b"x", *entries[9:]])
    assert found(out).entry == 9


@pytest.mark.parametrize("bytes_left", [0, 1, 100, 20_000])
def test_the_end_of_a_bundle_is_cut_off_and_the_first_missing_entry_is_named(out, bytes_left) -> None:
    path = out / "tile" / "entries" / "001"
    data = path.read_bytes()[:bytes_left]
    path.write_bytes(data)
    whole = 0
    while len(data) >= 2 and len(data) >= 2 + int.from_bytes(data[:2], "big"):
        data, whole = data[2 + int.from_bytes(data[:2], "big") :], whole + 1
    told = found(out)
    assert told.entry == 256 + whole
    assert "missing" in str(told)


@pytest.mark.parametrize(
    ("name", "entry"), [("tile/entries/001", 256), ("tile/0/001", 256), ("tile/entries/002.p/88", 512)]
)
def test_a_file_is_taken_away_and_the_first_of_its_entries_is_named(out, name, entry) -> None:
    (out / name).unlink()
    assert found(out).entry == entry


def test_a_hash_tile_higher_up_is_taken_away(out) -> None:
    shutil.rmtree(out / "tile" / "1")
    assert "the entries 0 to 255" in str(found(out))


def test_the_log_is_truncated_to_an_older_checkpoint_of_its_own(out, world) -> None:
    shutil.copy(world / "kept-300", out / "checkpoint")
    told = found(out)
    assert told.entry == 300
    (out / "checkpoints").unlink()
    with pytest.raises(ExamineError) as told:
        examine(out, Trust(SIGNER.key, (), (kept(world, SIZE),)))
    assert told.value.entry == 300


def forked(tmp_path: Path, at: int) -> Path:
    """An export of a log by the same key that is another from entry `at` on."""
    log = AuditLog.open(tmp_path / "fork", SIGNER, LogSettings(reserve_bytes=0, every_entries=1000))
    log.append_all([consultation(n if n < at else n + 7) for n in range(SIZE)])
    log.close()
    export_log(tmp_path / "fork", tmp_path / "forked", log_key=SIGNER.key)
    return tmp_path / "forked"


def test_a_fork_signed_by_the_logs_own_key_is_found_by_a_kept_checkpoint(world, tmp_path) -> None:
    fork = forked(tmp_path, at=200)
    examine(fork, TRUST)  # by itself it is whole: nobody can tell
    told = str(found(fork, Trust(SIGNER.key, (), (kept(world, 300), kept(world, SIZE)))))
    assert "forked or rewritten" in told


def test_a_fork_is_found_between_the_checkpoints_where_it_began(tmp_path) -> None:
    made_log(tmp_path / "log", 100).close()
    shutil.copytree(tmp_path / "log", tmp_path / "fork")
    for n, name in enumerate(("log", "fork")):
        log = AuditLog.open(tmp_path / name, SIGNER, LogSettings(reserve_bytes=0))
        log.append_all([consultation(m + n) for m in range(100, 300)])
        log.close()
    last = open_checkpoint((tmp_path / "log" / "checkpoint").read_bytes(), log_key=SIGNER.key).checkpoint
    export_log(tmp_path / "fork", tmp_path / "out", log_key=SIGNER.key)
    told = str(found(tmp_path / "out", Trust(SIGNER.key, (), (last,))))
    assert "at one of the entries 100 to 299" in told


def test_a_checkpoint_by_another_key_is_not_believed(out) -> None:
    stranger = NoteSigner.generate(SIGNER.name)
    assert "cannot be trusted" in str(found(out, Trust(stranger.key)))


@pytest.mark.parametrize("old", [b"600\n", b"log.example/police\n600"])
def test_a_checkpoint_whose_text_was_changed_is_not_believed(out, old) -> None:
    data = (out / "checkpoint").read_bytes()
    (out / "checkpoint").write_bytes(data.replace(old, old.replace(b"6", b"5").replace(b"p", b"q")))
    assert "cannot be trusted" in str(found(out))


def test_a_checkpoint_of_the_history_is_changed(out) -> None:
    data = (out / "checkpoints").read_bytes()
    (out / "checkpoints").write_bytes(data.replace(b"\n300\n", b"\n299\n"))
    assert "checkpoint 3 of its history" in str(found(out))


def swapped(data: bytes, change) -> bytes:
    lines = list(parse_openings(data).kept)
    return b"".join(map(opening_line, change(lines)))


def test_openings_of_two_entries_are_swapped_and_the_first_is_named(out) -> None:
    path = out / "openings" / "000"

    def swap(lines):
        return [replace(one, index={3: 4, 4: 3}[one.index]) for one in lines]

    path.write_bytes(swapped(path.read_bytes(), swap))
    told = found(out)
    assert told.entry == 3
    assert "not what was logged" in str(told)


@pytest.mark.parametrize(
    "change", [{"value": "ZZ99ZZZ"}, {"name": "person"}, {"name": "colour"}, {"index": 9}]
)
def test_an_opening_with_another_value_field_or_entry_is_named(out, change) -> None:
    path = out / "openings" / "001"

    def put(lines):
        return [replace(one, **change) if one.name == "plate" else one for one in lines]

    path.write_bytes(swapped(path.read_bytes(), put))
    assert found(out).entry == change.get("index", 290)


def test_openings_that_cannot_be_read_are_told(out) -> None:
    (out / "openings" / "000").write_bytes(b'{"index":3,"field":"plate","salt":"00","value":"\\ud800"}\n')
    assert "cannot be read" in str(found(out))


@pytest.mark.parametrize("name", ["checkpoint", "tile/entries/000", "tile/0/000", "checkpoints"])
def test_a_huge_or_senseless_file_is_refused_and_never_crashes_the_verifier(out, name) -> None:
    for data in (b"", b"\xff" * 30_000_000, b"[" * 100_000, bytes(9_000)):
        (out / name).write_bytes(data)
        if name == "checkpoints":
            examine(out, TRUST)  # a history may be missing; what is there must hold
        else:
            found(out)


@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bit_of_an_export_can_be_turned_unnoticed(world, tmp_path_factory, data) -> None:
    names = sorted(
        path.relative_to(world / "out").as_posix()
        for path in (world / "out").rglob("*")
        if path.is_file() and path.name != "about.json"
    )
    name = data.draw(st.sampled_from(names))
    out = tmp_path_factory.mktemp("bit") / "out"
    shutil.copytree(world / "out", out)
    length = (out / name).stat().st_size
    flip(out / name, data.draw(st.integers(0, length * 8 - 1)))
    if name == "checkpoints":
        # Turned between two notes a bit may unmake one of them; no note that is left is false.
        try:
            assert examine(out, TRUST).history < 5
        except ExamineError:
            return
    else:
        found(out)


def changes(disclosure: Disclosure, other: Disclosure) -> Iterator[Disclosure]:
    yield replace(disclosure, entry=other.entry)
    yield replace(disclosure, entry=other.entry, openings=other.openings)
    yield replace(disclosure, index=78)
    yield replace(disclosure, openings=other.openings)
    yield replace(disclosure, openings=(*disclosure.openings, *disclosure.openings))
    yield replace(disclosure, path=disclosure.path[:-1])
    yield replace(disclosure, path=tuple(reversed(disclosure.path)))
    for n, one in enumerate(disclosure.openings):
        assert isinstance(one, Opening)
        wrong = replace(one, value=one.value + "x")
        yield replace(disclosure, openings=(*disclosure.openings[:n], wrong, *disclosure.openings[n + 1 :]))


def test_no_other_entry_and_no_other_words_are_proved_by_a_disclosure(world) -> None:
    one, other = (Disclosure.parse((world / name).read_bytes()) for name in ("entry.json", "other.json"))
    assert verify_disclosure(one, log_key=SIGNER.key).values["plate"] == "AB00077"
    for changed in changes(one, other):
        with pytest.raises(
            (ProofError, OpeningError, NoteError, CheckpointError, EntryError, DisclosureError)
        ):
            verify_disclosure(changed, log_key=SIGNER.key)
    with pytest.raises(NoteError):
        verify_disclosure(one, log_key=NoteSigner.generate(SIGNER.name).key)


def test_a_node_of_the_tree_is_no_entry() -> None:
    # Second preimage (RFC 6962, 2.1): what is hashed for a node, given out as an entry.
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert leaf_hash(left + right) != leaf_hash(b"\x01" + left + right)
    assert leaf_hash(b"") != b""


# The living log: what an attacker does to its files between two starts.


def refused(folder: Path) -> AuditError:
    with pytest.raises(AuditError) as told:
        AuditLog.open(folder, SIGNER)
    return told.value


@pytest.mark.parametrize("keep", [0, 10, 511, 599])
def test_a_living_log_that_was_truncated_does_not_start(living, keep) -> None:
    for number in range(3):
        path = living / "entries" / f"{number:03d}"
        if keep <= number * 256:
            path.unlink()
        elif keep < (number + 1) * 256:
            data = path.read_bytes()
            path.write_bytes(data[: len(data) * (keep % 256) // min(256, SIZE - number * 256)])
    told = refused(living)
    assert isinstance(told, DamagedError)
    assert told.entry is not None
    assert told.entry <= keep


def test_a_living_log_of_which_one_bit_of_the_last_file_was_turned_does_not_start(living) -> None:
    flip(living / "entries" / "002", 8 * 5_000)
    told = refused(living)
    assert isinstance(told, DamagedError)
    assert told.entry is not None
    assert 512 <= told.entry < SIZE


def test_an_entry_after_the_last_checkpoint_that_was_changed_is_damage_and_no_torn_end(tmp_path) -> None:
    log = made_log(tmp_path / "log", 3)
    for n in range(3, 9):
        log.append(consultation(n))
    log._lock.close()  # as a kill leaves it: no last checkpoint
    length = (tmp_path / "log" / "entries" / "000").stat().st_size
    flip(tmp_path / "log" / "entries" / "000", length * 8 // 2)
    told = refused(tmp_path / "log")
    assert isinstance(told, DamagedError)
    assert told.entry in {3, 4, 5}


def test_damage_in_the_midst_of_a_living_log_is_found_when_it_is_put_out(living, tmp_path) -> None:
    flip(living / "entries" / "000", 8 * 30_000)
    AuditLog.open(living, SIGNER).close()
    with pytest.raises(DamagedError) as told:
        export_log(living, tmp_path / "out", log_key=SIGNER.key)
    assert told.value.entry is not None
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["checkpoint", "checkpoints"])
def test_checkpoints_that_were_set_back_are_found_at_the_start(living, world, name) -> None:
    if name == "checkpoints":
        data = (living / name).read_bytes()
        (living / name).write_bytes(data[: data.index(b"log.example/police\n600\n")])
        assert isinstance(refused(living), DamagedError)
    else:
        shutil.copy(world / "kept-300", living / name)
        AuditLog.open(living, SIGNER).close()
        assert (living / name).read_bytes() == (world / "kept-600").read_bytes()


@pytest.mark.parametrize("name", ["about.json", "checkpoints", "entries/001", "openings/002", "tile/0/000"])
def test_a_living_log_that_lacks_a_file_that_it_stands_on_does_not_start(living, name) -> None:
    (living / name).unlink()
    refused(living)


def test_openings_of_the_last_entries_that_were_swapped_are_found_at_the_start(living) -> None:
    path = living / "openings" / "002"
    path.write_bytes(swapped(path.read_bytes(), lambda lines: [*lines[4:8], *lines[:4], *lines[8:]]))
    AuditLog.open(living, SIGNER).close()  # their order says nothing
    path.write_bytes(
        swapped(path.read_bytes(), lambda lines: [replace(lines[0], value="ZZ99ZZZ"), *lines[1:]])
    )
    refused(living)
