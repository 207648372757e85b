"""How much is still a note, a key, an entry, a tile: the last that is and the first that is not."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, replace

import pytest

from openanpr.audit.acts import VERSION, Act, Collection, Event, Kind, SignIn
from openanpr.audit.checkpoint import Checkpoint, CheckpointError, open_checkpoint, sign_checkpoint
from openanpr.audit.entry import EntryError, LaterVersionError, canonical, parse_entry, seal
from openanpr.audit.history import HISTORY, LATEST, History, split_notes
from openanpr.audit.merkle import EMPTY_ROOT
from openanpr.audit.note import KeyKind, Note, NoteError, NoteKey, NoteSigner, Signature, parse_signature
from openanpr.audit.schema import SchemaError, rules_of, verify_fields, verify_secret
from openanpr.audit.tiles import TileError, bundle, split_bundle, split_tile
from tests.audit.events import SIGNER, WITNESS, consultation
from tests.audit.put_out import signed

TEXT = "text\n"
ENTRY = seal(consultation(1), lambda: bytes(32))[0]


def note_of(text: str, *signatures: Signature) -> bytes:
    return Note(text, signatures).to_bytes()


# Notes and keys.


@pytest.mark.parametrize(("length", "is_name"), [(1, True), (255, True), (256, False)])
def test_a_name_has_up_to_255_characters(length, is_name) -> None:
    if is_name:
        assert NoteSigner.generate("a" * length).name == "a" * length
    else:
        with pytest.raises(NoteError, match="1 to 255"):
            NoteSigner.generate("a" * length)


@pytest.mark.parametrize("name", ["a\x1fb", "a\x7f+", "\t"])
def test_a_name_has_no_control_character(name) -> None:
    with pytest.raises(NoteError):
        NoteKey(name, KeyKind.ED25519, bytes(32))


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_public_key_has_32_bytes(length) -> None:
    with pytest.raises(NoteError, match="32 bytes"):
        NoteKey("a", KeyKind.ED25519, bytes(length))


@pytest.mark.parametrize(("count", "is_note"), [(1, True), (100, True), (101, False)])
def test_a_note_has_up_to_a_hundred_signatures(count, is_note) -> None:
    data = note_of(TEXT, *(Signature(f"k{n}", bytes(5)) for n in range(count)))
    if is_note:
        assert len(Note.parse(data).signatures) == count
    else:
        with pytest.raises(NoteError, match="1 to 100"):
            Note.parse(data)


@pytest.mark.parametrize(("more", "is_note"), [(0, True), (1, False)])
def test_a_note_has_up_to_a_million_bytes(more, is_note) -> None:
    line = str(Signature("k", bytes(5)))
    data = ("x" * (1_000_000 - 2 - len(line.encode()) + more) + "\n\n" + line).encode()
    if is_note:
        assert len(Note.parse(data).to_bytes()) == 1_000_000
    else:
        with pytest.raises(NoteError, match="too long"):
            Note.parse(data)


@pytest.mark.parametrize(("length", "is_signature"), [(4, False), (5, True)])
def test_a_signature_has_more_than_the_id_of_its_key(length, is_signature) -> None:
    line = str(Signature("k", bytes(length)))
    if is_signature:
        assert parse_signature(line).blob == bytes(length)
        assert parse_signature(line.removesuffix("\n")).key_id == bytes(4)
    else:
        with pytest.raises(NoteError, match="too few"):
            parse_signature(line)


@pytest.mark.parametrize("letter", ["\x00", "\x1f", "\t", "\r"])
def test_a_text_has_no_control_character_but_the_end_of_a_line(letter) -> None:
    with pytest.raises(NoteError, match="control"):
        SIGNER.sign(f"a{letter}b\n")
    assert SIGNER.sign("a b\n\nc\n").name == SIGNER.name


@pytest.mark.parametrize(("at", "is_time"), [(-1, False), (0, True), ((1 << 63) - 1, True), (1 << 63, False)])
def test_a_cosignature_has_a_time_of_63_bits(at, is_time) -> None:
    if is_time:
        (seen,) = Note(TEXT, (WITNESS.sign(TEXT, at=at),)).verify([WITNESS.key])
        assert seen.at == at
    else:
        with pytest.raises(NoteError, match="out of bounds"):
            WITNESS.sign(TEXT, at=at)


def test_a_time_past_63_bits_is_refused_before_the_signature_is_looked_at() -> None:
    made = WITNESS.sign(TEXT, at=(1 << 63) - 1)
    later = replace(made, blob=made.blob[:4] + (1 << 63).to_bytes(8, "big") + made.blob[12:])
    with pytest.raises(NoteError, match="out of bounds"):
        Note(TEXT, (later,)).verify([WITNESS.key])


@pytest.mark.parametrize("length", [63, 65])
def test_a_signature_of_either_kind_has_one_length(length) -> None:
    for signer, more in ((SIGNER, 0), (WITNESS, 8)):
        wrong = Signature(signer.name, signer.key.id + bytes(length + more))
        with pytest.raises(NoteError, match="wrong length"):
            Note(TEXT, (wrong,)).verify([signer.key])


def test_a_plain_signature_has_no_time_whatever_time_is_given() -> None:
    assert SIGNER.sign(TEXT, at=-5) == SIGNER.sign(TEXT)


def test_a_new_signature_leaves_those_of_other_keys_of_the_same_name() -> None:
    other = NoteSigner.generate(WITNESS.name, KeyKind.COSIGNATURE)
    note = Note(TEXT, (WITNESS.sign(TEXT, at=1),)).with_signature(other.sign(TEXT, at=2))
    assert len(note.signatures) == 2
    assert {seen.at for seen in note.verify([WITNESS.key, other.key])} == {1, 2}


def test_of_two_signatures_by_one_key_the_first_counts() -> None:
    note = Note(TEXT, (WITNESS.sign(TEXT, at=1), WITNESS.sign(TEXT, at=2)))
    assert [seen.at for seen in note.verify([WITNESS.key])] == [1]


@pytest.mark.parametrize("text", ["a+b", "a", "", "PRIVATE+KEY+a+b", "PRIVATE+KEY+a+00000000+AQ=="])
def test_what_is_no_key_is_refused_in_words_that_hold_none_of_it(text) -> None:
    for parse in (NoteKey.parse, NoteSigner.parse):
        with pytest.raises(NoteError):
            parse(text)


@pytest.mark.parametrize("kind", [0, 2, 3, 5])
def test_a_key_is_of_a_kind_that_is_known(kind) -> None:
    key = bytes([kind]) + bytes(32)
    key_id = hashlib.sha256(b"a\n" + key).hexdigest()[:8]
    with pytest.raises(NoteError, match="kind"):
        NoteKey.parse(f"a+{key_id}+{base64.b64encode(key).decode()}")


# Checkpoints and their history.


@pytest.mark.parametrize("size", [0, 10**18, 10**19 - 1])
def test_a_checkpoint_has_a_size_of_up_to_nineteen_digits(size) -> None:
    assert Checkpoint.parse(Checkpoint("log", size, EMPTY_ROOT).text).size == size
    with pytest.raises(CheckpointError):
        Checkpoint.parse(Checkpoint("log", size + 10**19, EMPTY_ROOT).text)


def test_a_checkpoint_is_not_signed_by_a_witness_of_its_name() -> None:
    witness = NoteSigner.generate("log", KeyKind.COSIGNATURE)
    with pytest.raises(CheckpointError, match="signed by the log"):
        sign_checkpoint(Checkpoint("log", 0, EMPTY_ROOT), witness)


def history_of(folder, *notes: bytes, shown: bytes | None = None):
    (folder / HISTORY).write_bytes(b"".join(notes))
    if shown is not None:
        (folder / LATEST).write_bytes(shown)
    return History(folder)


NOTES = [signed([ENTRY] * size) for size in range(4)]


def test_the_last_checkpoint_of_a_history_is_shown_again_where_it_was_not(tmp_path) -> None:
    for shown in (None, NOTES[1]):
        history = history_of(tmp_path, *NOTES, shown=shown)
        last = history.last(SIGNER.key)
        assert last is not None
        assert last.checkpoint.size == 3
        assert (tmp_path / LATEST).read_bytes() == NOTES[3]
        history.close()


def test_a_shown_checkpoint_that_the_history_lacks_refuses(tmp_path) -> None:
    history = history_of(tmp_path, *NOTES[:2], shown=NOTES[3])
    with pytest.raises(CheckpointError, match="missing among those"):
        history.last(SIGNER.key)
    history.close()
    history = history_of(tmp_path, shown=NOTES[0])
    with pytest.raises(CheckpointError, match="missing among those"):
        history.last(SIGNER.key)
    history.close()


def test_a_shown_checkpoint_by_another_key_refuses(tmp_path) -> None:
    stranger = signed([ENTRY], NoteSigner.generate(SIGNER.name))
    history = history_of(tmp_path, *NOTES, shown=stranger)
    with pytest.raises(NoteError):
        history.last(SIGNER.key)
    history.close()


def test_a_history_of_nothing_has_no_last(tmp_path) -> None:
    history = history_of(tmp_path)
    assert history.last(SIGNER.key) is None
    assert not (tmp_path / LATEST).exists()
    history.close()
    history = history_of(tmp_path, b"torn")
    assert history.last(SIGNER.key) is None
    assert (tmp_path / HISTORY).read_bytes() == b""
    history.close()


def test_of_a_long_history_the_end_is_read_and_what_was_torn_is_cut(tmp_path) -> None:
    many = NOTES[1] * (3 * (1 << 20) // len(NOTES[1]))
    history = history_of(tmp_path, many, NOTES[3], b"log.example/police\n4\n")
    last = history.last(SIGNER.key)
    assert last is not None
    assert last.checkpoint.size == 3
    assert (tmp_path / HISTORY).read_bytes() == many + NOTES[3]
    opened = open_checkpoint(NOTES[2], log_key=SIGNER.key)
    history.add(opened)
    assert (tmp_path / HISTORY).read_bytes() == many + NOTES[3] + NOTES[2]
    assert (tmp_path / LATEST).read_bytes() == NOTES[2]
    history.close()


def test_what_lies_between_two_checkpoints_is_passed_over() -> None:
    assert split_notes(NOTES[0] + b"torn\nby a crash\n" + NOTES[1] + b"log\n2\n") == NOTES[:2]
    assert split_notes(b"") == []


# Entries and their fields.


@pytest.mark.parametrize(
    ("name", "last", "first"),
    [
        ("purpose", "a" * 64, "a" * 65),
        ("purpose", "9", "-"),
        ("purpose", "a.b_c-d", "a b"),
        ("rules", ("a",) * 32, ("a",) * 33),
        ("rules", ("a" * 120,), ("a" * 121,)),
        ("rules", ("A b.c_d:e/f-g",), (" a",)),
        ("rules", (), ("",)),
        ("cameras", 0, -1),
        ("cameras", (1 << 53) - 1, 1 << 53),
        ("reason", "x" * 8_000, "x" * 8_001),
        ("reason", " x ", "\n\t "),
    ],
)
def test_a_field_may_hold_as_much_as_it_may_and_no_more(name, last, first) -> None:
    assert parse_entry(seal(replace(consultation(1), **{name: last}), lambda: bytes(32))[0]).at
    with pytest.raises(SchemaError, match=name):
        seal(replace(consultation(1), **{name: first}), lambda: bytes(32))


@pytest.mark.parametrize(
    ("public", "says"),
    [
        ({"outcome": "A B"}, "the field outcome of sign-in must be small letters, digits, dots and dashes"),
        ({"colour": "red"}, "the field colour of sign-in must be left out: it is not known"),
        ({"person": "PC 1"}, "the field person of sign-in must be kept secret"),
        ({"a_b": 1}, "the field a_b of sign-in must be left out: it is not known"),
        ({"AB12 CDE": 1}, "the field of a strange name of sign-in must be left out: it is not known"),
    ],
)
def test_a_field_that_may_not_be_is_told_with_what_it_must_be(public, says) -> None:
    with pytest.raises(SchemaError, match=f"{says}$"):
        verify_fields(Act.SIGN_IN, public, frozenset({"person"}))


def test_a_secret_field_that_is_not_known_or_is_public_is_refused() -> None:
    for name in ("colour", "outcome"):
        with pytest.raises(SchemaError, match=f"sign-in has no secret field {name}"):
            verify_fields(Act.SIGN_IN, {}, frozenset({name}))


def test_all_fields_that_an_entry_lacks_are_told() -> None:
    told = {name for name, rule in rules_of(SignIn).items() if rule.needed}
    with pytest.raises(SchemaError) as fault:
        verify_fields(Act.SIGN_IN, {}, frozenset())
    assert set(str(fault.value).removeprefix("sign-in needs ").split(", ")) == told


def test_a_field_with_a_default_that_is_not_none_is_needed_and_one_with_none_is_not() -> None:
    rules = rules_of(Collection)
    assert {name: rule.needed for name, rule in rules.items()}.items() >= {
        ("regards", False),
        ("device", True),
        ("held", True),
    }
    assert (rules["device"].kind, rules["held"].kind, rules["regards"].kind) == (
        Kind.SEALED,
        Kind.COUNT,
        Kind.COUNT,
    )


def test_a_field_of_an_act_without_a_kind_cannot_be_declared() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Loose(Event):
        """An act with a field of no kind."""

        plate: str

    with pytest.raises(TypeError, match="is of a kind"):
        rules_of(Loose)


def test_a_secret_is_some_text() -> None:
    verify_secret("plate", "x")
    for wrong in (None, 7, "", "  ", b"x"):
        with pytest.raises(SchemaError, match="the field plate must be some text of at most 8000"):
            verify_secret("plate", wrong)
    with pytest.raises(SchemaError, match="written in UTF-8"):
        verify_secret("plate", "\ud800")


def test_why_an_entry_cannot_be_read_is_told_where_it_may_be() -> None:
    told = json.loads(ENTRY)
    for change, says in (
        ({"at": "2026-11-29T02:40:00Z"}, "its time must be written as"),
        ({"sealed": told["sealed"] | {"plate": "0" * 63}}, "a commitment has 32 bytes, in hexadecimal"),
        ({"sealed": told["sealed"] | {"plate": 7}}, "a commitment has 32 bytes, in hexadecimal"),
        ({"act": "x"}, "it is not of the form of one"),
        ({"act": 7}, "it is not of the form of one"),
    ):
        with pytest.raises(EntryError, match=f"the entry cannot be read: {says}"):
            parse_entry(canonical(told | change))
    with pytest.raises(EntryError, match="only spelling"):
        parse_entry(ENTRY.replace(b'","at"', b'", "at"'))
    with pytest.raises(LaterVersionError, match=f"of schema {VERSION + 1}, and this program knows {VERSION}"):
        parse_entry(canonical(told | {"v": VERSION + 1, "more": 1}))


# Tiles and proofs.


def test_an_entry_of_65535_bytes_has_its_place_and_one_of_a_byte_more_has_none() -> None:
    longest = [b"", bytes(0xFFFF), b"x"]
    assert split_bundle(bundle(longest)) == longest
    with pytest.raises(TileError, match="65535"):
        bundle([bytes(0x10000)])


def test_a_tile_is_hashes_one_after_another() -> None:
    assert split_tile(b"") == []
    assert split_tile(bytes(32) + b"\x01" * 32) == [bytes(32), b"\x01" * 32]
    for length in (1, 31, 63):
        with pytest.raises(TileError, match="cut short"):
            split_tile(bytes(length))


@pytest.mark.parametrize("cut", [1, 2])
def test_a_bundle_that_ends_within_a_length_is_refused(cut) -> None:
    with pytest.raises(TileError, match="cut short"):
        split_bundle(bundle([b"x"]) + b"\x00\x05x"[:cut])
