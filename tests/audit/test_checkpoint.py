"""Checkpoints and those who saw them: as issued by logs in use first, then every refusal."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest

from openanpr.audit.checkpoint import (
    Checkpoint,
    CheckpointError,
    Lodged,
    cosign,
    open_checkpoint,
    sign_checkpoint,
)
from openanpr.audit.merkle import (
    EMPTY_ROOT,
    ProofError,
    consistency_path,
    leaf_hash,
    tree_root,
    verify_consistency,
)
from openanpr.audit.note import KeyKind, Note, NoteError, NoteKey, NoteSigner
from tests.audit.vectors import (
    ARCHE_CHECKPOINT,
    ARCHE_KEY,
    ARCHE_SEEN_AT,
    GARDEN_KEY,
    REMORA_KEY,
    SIGSUM_AT_1,
    SIGSUM_AT_5,
    SIGSUM_ORIGIN,
    SIGSUM_PATH,
    SIGSUM_PUBLIC,
    STAGEMOLE_KEY,
)

ARCHE = NoteKey.parse(ARCHE_KEY)
WITNESSES = [NoteKey.parse(text) for text in (REMORA_KEY, GARDEN_KEY, STAGEMOLE_KEY)]
SIGSUM = NoteKey(SIGSUM_ORIGIN, KeyKind.ED25519, SIGSUM_PUBLIC)
LOG = NoteSigner.generate("log.example/police")
WITNESS = NoteSigner.generate("witness.example/w1", KeyKind.COSIGNATURE)
LEAVES = [leaf_hash(b"%d" % n) for n in range(9)]


def signed(size: int, leaves=LEAVES, log=LOG) -> bytes:
    checkpoint = Checkpoint(log.name, size, tree_root(leaves[:size]))
    return sign_checkpoint(checkpoint, log).note.to_bytes()


def lodged(old: int, new: int, leaves=LEAVES) -> Lodged:
    path = consistency_path(old, new, lambda low, high: tree_root(leaves[low:high]))
    return Lodged(old, path, signed(new, leaves))


def kept(size: int) -> Checkpoint:
    return Checkpoint(LOG.name, size, tree_root(LEAVES[:size]))


def test_a_checkpoint_of_a_log_in_use_is_opened_with_those_who_saw_it() -> None:
    found = open_checkpoint(ARCHE_CHECKPOINT, log_key=ARCHE, witnesses=WITNESSES)
    assert found.checkpoint.size == 1_432_088_532
    assert {seen.key for seen in found.witnesses} == set(WITNESSES)
    assert {seen.at for seen in found.witnesses} == {ARCHE_SEEN_AT}


def test_a_checkpoint_of_a_log_in_use_is_not_believed_with_another_size() -> None:
    changed = ARCHE_CHECKPOINT.replace(b"1432088532", b"1432088533")
    with pytest.raises(NoteError, match="does not hold"):
        open_checkpoint(changed, log_key=ARCHE)


def test_checkpoints_published_by_sigsum_go_on_from_one_another() -> None:
    old = open_checkpoint(SIGSUM_AT_1, log_key=SIGSUM).checkpoint
    new = open_checkpoint(SIGSUM_AT_5, log_key=SIGSUM).checkpoint
    path = [base64.b64decode(line) for line in SIGSUM_PATH]
    verify_consistency(old_size=1, old_root=old.root, new_size=5, new_root=new.root, path=path)


def test_a_witness_takes_the_published_log_on_from_1_to_5() -> None:
    path = tuple(base64.b64decode(line) for line in SIGSUM_PATH)
    line, first = cosign(Lodged(0, (), SIGSUM_AT_1), None, log_key=SIGSUM, witness=WITNESS, at=7)
    assert line.name == WITNESS.name
    line, last = cosign(Lodged(1, path, SIGSUM_AT_5), first, log_key=SIGSUM, witness=WITNESS, at=8)
    note = Note.parse(SIGSUM_AT_5).with_signature(line)
    seen = open_checkpoint(note.to_bytes(), log_key=SIGSUM, witnesses=[WITNESS.key]).witnesses
    assert [one.at for one in seen] == [8]
    assert last.size == 5


def test_a_checkpoint_is_text_of_three_lines() -> None:
    made = Checkpoint("log.example/police", 0, EMPTY_ROOT)
    assert made.text == "log.example/police\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
    assert Checkpoint.parse(made.text) == made
    assert Checkpoint.parse(made.text + "an extension\n") == made


@pytest.mark.parametrize(
    "text",
    [
        "Head\n9944\n",
        f"\n9944\n{base64.b64encode(EMPTY_ROOT).decode()}\n",
        f"Log\n9944\n{base64.b64encode(EMPTY_ROOT).decode()}",
        f"Log\nbananas\n{base64.b64encode(EMPTY_ROOT).decode()}\n",
        f"Log\n-34\n{base64.b64encode(EMPTY_ROOT).decode()}\n",
        f"Log\n07\n{base64.b64encode(EMPTY_ROOT).decode()}\n",
        f"Log\n3438945738945739845734895735\n{base64.b64encode(EMPTY_ROOT).decode()}\n",
        f"Log\n\u0667\n{base64.b64encode(EMPTY_ROOT).decode()}\n",
        f"Log\n7\n{base64.b64encode(EMPTY_ROOT).decode()}\n\n",
        "Log\n123\nThisIsn'tBase64\n",
        "Log\n123\nYmFuYW5hcw==\n",
        f"Log\n7\n{base64.b64encode(EMPTY_ROOT).decode().replace('FU=', 'FV=')}\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text) -> None:
    with pytest.raises(CheckpointError):
        Checkpoint.parse(text)


def test_a_checkpoint_is_signed_by_no_other_than_its_log() -> None:
    with pytest.raises(CheckpointError):
        sign_checkpoint(Checkpoint("another.example/log", 0, EMPTY_ROOT), LOG)
    stranger = NoteSigner.generate(LOG.name)
    with pytest.raises(NoteError):
        open_checkpoint(signed(3, log=stranger), log_key=LOG.key)


def test_a_logs_key_vouches_for_no_other_log() -> None:
    text = Checkpoint("another.example/log", 3, EMPTY_ROOT).text
    with pytest.raises(CheckpointError, match="another log"):
        open_checkpoint(Note(text, (LOG.sign(text),)).to_bytes(), log_key=LOG.key)


def test_a_witness_alone_is_not_the_log() -> None:
    text = kept(3).text
    note = Note(text, (WITNESS.sign(text, at=5),)).to_bytes()
    with pytest.raises(NoteError, match="not signed by its log"):
        open_checkpoint(note, log_key=LOG.key, witnesses=[WITNESS.key])


def test_the_log_cannot_be_its_own_witness() -> None:
    with pytest.raises(CheckpointError):
        open_checkpoint(signed(3), log_key=LOG.key, witnesses=[LOG.key])
    with pytest.raises(CheckpointError):
        open_checkpoint(signed(3), log_key=WITNESS.key)


def test_a_cosignature_covers_its_time() -> None:
    line, _ = cosign(lodged(0, 4), None, log_key=LOG.key, witness=WITNESS, at=1000)
    later = replace(line, blob=line.blob[:4] + (1001).to_bytes(8, "big") + line.blob[12:])
    note = Note.parse(signed(4)).with_signature(later)
    with pytest.raises(NoteError, match="does not hold"):
        open_checkpoint(note.to_bytes(), log_key=LOG.key, witnesses=[WITNESS.key])


def test_a_witness_signs_what_goes_on_from_what_it_saw_and_the_same_again() -> None:
    _, first = cosign(lodged(0, 4), None, log_key=LOG.key, witness=WITNESS, at=1)
    _, again = cosign(lodged(4, 4), first, log_key=LOG.key, witness=WITNESS, at=2)
    _, later = cosign(lodged(4, 9), again, log_key=LOG.key, witness=WITNESS, at=3)
    assert (first, again, later) == (kept(4), kept(4), kept(9))


def test_a_witness_signs_no_fork_no_rollback_and_no_strangers_log() -> None:
    fork = [*LEAVES[:2], leaf_hash(b"another"), *LEAVES[3:]]
    with pytest.raises(ProofError):
        cosign(lodged(4, 9, fork), kept(4), log_key=LOG.key, witness=WITNESS, at=1)
    with pytest.raises(ProofError):
        cosign(lodged(4, 4, fork), kept(4), log_key=LOG.key, witness=WITNESS, at=1)
    with pytest.raises(ProofError):
        cosign(Lodged(9, (), signed(4)), kept(9), log_key=LOG.key, witness=WITNESS, at=1)
    with pytest.raises(CheckpointError, match="saw last"):
        cosign(lodged(3, 9), kept(4), log_key=LOG.key, witness=WITNESS, at=1)
    with pytest.raises(CheckpointError, match="saw last"):
        cosign(lodged(4, 9), None, log_key=LOG.key, witness=WITNESS, at=1)
    with pytest.raises(CheckpointError, match="another log"):
        cosign(lodged(4, 9), replace(kept(4), origin="x"), log_key=LOG.key, witness=WITNESS, at=1)
