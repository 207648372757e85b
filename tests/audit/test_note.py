"""Signed notes: the notes of C2SP and of Go first, then each way in which one can be wrong."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openanpr.audit.note import KeyKind, Note, NoteError, NoteKey, NoteSigner, Signature, parse_signature
from tests.audit.vectors import (
    ENOCH_KEY,
    ENOCH_LINE,
    GO_TEXT,
    PETER_KEY,
    PETER_LINE,
    PETER_SECRET,
    REMORA_KEY,
    SPEC_KEY,
    SPEC_NOTE,
)

PETER, ENOCH = NoteKey.parse(PETER_KEY), NoteKey.parse(ENOCH_KEY)
BOTH = (GO_TEXT + "\n" + PETER_LINE + ENOCH_LINE).encode()
text_of_notes = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.just("\n"), max_size=60).map(
    lambda text: text + "\n"
)


def test_the_specifications_note_is_signed_by_the_specifications_key() -> None:
    (seen,) = Note.parse(SPEC_NOTE).verify([NoteKey.parse(SPEC_KEY)])
    assert seen.key.name == "example.com/foo"
    assert seen.at is None


def test_a_note_is_signed_byte_for_byte_as_go_signs_it() -> None:
    signer = NoteSigner.parse(PETER_SECRET)
    assert signer.key == PETER
    note = Note(GO_TEXT, (signer.sign(GO_TEXT),))
    assert note.to_bytes() == (GO_TEXT + "\n" + PETER_LINE).encode()
    assert signer.secret_text() == PETER_SECRET


def test_signatures_of_unknown_keys_count_for_nothing() -> None:
    note = Note.parse(BOTH)
    assert [seen.key for seen in note.verify([PETER])] == [PETER]
    assert [seen.key for seen in note.verify([ENOCH, PETER])] == [PETER, ENOCH]
    with pytest.raises(NoteError, match="none of the keys"):
        note.verify([])
    with pytest.raises(NoteError, match="none of the keys"):
        note.verify([NoteKey.parse(SPEC_KEY)])


@pytest.mark.parametrize("text", [PETER_KEY, ENOCH_KEY, SPEC_KEY, REMORA_KEY])
def test_published_keys_are_written_as_they_were_read(text) -> None:
    assert str(NoteKey.parse(text)) == text


def test_a_key_says_what_it_signs() -> None:
    assert NoteKey.parse(REMORA_KEY).kind is KeyKind.COSIGNATURE
    assert PETER.kind is KeyKind.ED25519


def test_no_part_and_no_mangling_of_a_key_is_a_key() -> None:
    for text, parse in ((PETER_KEY, NoteKey.parse), (PETER_SECRET, NoteSigner.parse)):
        whole = parse(text)
        parts = {text[:n] for n in range(len(text))} | {text[n:] for n in range(1, len(text))}
        changed = {text[:n] + chr(ord(text[n]) + 1) + text[n + 1 :] for n in range(len(text))}
        for wrong in (parts | changed) - {text}:
            with pytest.raises(NoteError) as told:
                parse(wrong)
            assert text.rpartition("+")[2] not in str(told.value)
        assert parse(text).name == whole.name


def test_a_key_of_another_kind_or_length_is_refused_though_its_id_is_right() -> None:
    for wrong in (
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ):
        with pytest.raises(NoteError):
            NoteKey.parse(wrong)


@pytest.mark.parametrize(
    "data",
    [
        GO_TEXT.encode(),
        (GO_TEXT + "\n").encode(),
        (GO_TEXT + "\n" + PETER_LINE[:-1]).encode(),
        ("\x01" + GO_TEXT + "\n" + PETER_LINE).encode(),
        b"\xff" + (GO_TEXT + "\n" + PETER_LINE).encode(),
        (GO_TEXT + "\n" + PETER_LINE.replace("PeterNeumann", "Bad Name")).encode(),
        (GO_TEXT + "\n" + PETER_LINE + "Unexpected line.\n").encode(),
        (GO_TEXT + "\n" + PETER_LINE * 101).encode(),
        (GO_TEXT + "\n— PeterNeumann x08g\n").encode(),
        (GO_TEXT + "\n— PeterNeumann \n").encode(),
        (GO_TEXT + "\n—  x08go/ZJ\n").encode(),
        b"a" * 1_000_001,
    ],
)
def test_what_is_no_note_is_refused(data) -> None:
    with pytest.raises(NoteError):
        Note.parse(data)


def test_a_known_key_whose_signature_does_not_hold_spoils_the_whole_note() -> None:
    bad = PETER_LINE.replace("ZJku", "ZJkv")
    note = Note.parse((GO_TEXT + "\n" + bad + ENOCH_LINE).encode())
    with pytest.raises(NoteError, match="does not hold"):
        note.verify([PETER, ENOCH])


def test_the_name_counts_as_much_as_the_id() -> None:
    renamed = (GO_TEXT + "\n" + PETER_LINE.replace("PeterNeumann", "CarmenSandiego")).encode()
    with pytest.raises(NoteError, match="none of the keys"):
        Note.parse(renamed).verify([PETER])


def test_a_signature_of_the_wrong_length_is_refused() -> None:
    short = Signature("PeterNeumann", PETER.id + bytes(63))
    with pytest.raises(NoteError, match="wrong length"):
        Note(GO_TEXT, (short,)).verify([PETER])


def test_the_text_may_hold_empty_lines_and_ends_at_the_last() -> None:
    signer = NoteSigner.generate("a/b")
    text = "one\n\n\ntwo\n"
    note = Note.parse(Note(text, (signer.sign(text),)).to_bytes())
    assert note.text == text
    assert note.verify([signer.key])


@given(text_of_notes, st.integers(0, (1 << 63) - 1))
def test_what_was_signed_is_verified_by_both_kinds_of_keys(text, at) -> None:
    for kind in KeyKind:
        signer = NoteSigner.generate("log.example/1", kind)
        note = Note.parse(Note(text, (signer.sign(text, at=at),)).to_bytes())
        (seen,) = note.verify([signer.key])
        assert seen.at == (at if kind is KeyKind.COSIGNATURE else None)


@given(st.data())
def test_no_bit_of_a_note_can_be_turned(data) -> None:
    where = data.draw(st.integers(0, len(SPEC_NOTE) * 8 - 1))
    changed = bytearray(SPEC_NOTE)
    changed[where // 8] ^= 1 << where % 8
    with pytest.raises(NoteError):
        Note.parse(bytes(changed)).verify([NoteKey.parse(SPEC_KEY)])


def test_the_same_key_signs_once_however_often_its_line_stands_there() -> None:
    note = Note.parse((GO_TEXT + "\n" + PETER_LINE * 3).encode())
    assert len(note.verify([PETER, PETER])) == 1


def test_a_new_signature_takes_the_place_of_the_same_keys_old_one() -> None:
    witness = NoteSigner.generate("w.example/1", KeyKind.COSIGNATURE)
    note = Note(GO_TEXT, (witness.sign(GO_TEXT, at=1),)).with_signature(witness.sign(GO_TEXT, at=2))
    assert [seen.at for seen in note.verify([witness.key])] == [2]
    assert len(note.signatures) == 1


def test_a_line_of_a_witness_can_be_read_alone() -> None:
    assert str(parse_signature(PETER_LINE)) == PETER_LINE


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u00a0b", "a\nb"])
def test_a_name_that_a_note_could_not_hold_is_refused(name) -> None:
    with pytest.raises(NoteError):
        NoteSigner.generate(name)


@pytest.mark.parametrize("text", ["no end", "a\tb\n", ""])
def test_a_text_that_a_note_could_not_hold_is_not_signed(text) -> None:
    with pytest.raises(NoteError):
        NoteSigner.generate("a/b").sign(text)


def test_a_private_key_shows_itself_nowhere_by_chance() -> None:
    signer = NoteSigner.parse(PETER_SECRET)
    seed = base64.b64decode(PETER_SECRET.split("+", 4)[4])[1:]
    assert seed.hex() not in repr(signer)
    assert "AYEKFALV" not in repr(signer)
    with pytest.raises(NoteError):
        NoteSigner.parse(PETER_KEY)
    with pytest.raises(NoteError):
        NoteSigner.generate("w/1", KeyKind.COSIGNATURE).sign(GO_TEXT, at=1 << 63)
