"""A disclosed entry as a file: the form of its proof, and that every part of it is there."""

from __future__ import annotations

import json

import pytest

from openanpr.audit.disclosure import Disclosure, DisclosureError, verify_disclosure
from openanpr.audit.entry import parse_entry, seal
from openanpr.audit.merkle import ProofError, leaf_hash, verify_inclusion
from openanpr.audit.note import Note
from tests.audit.events import SIGNER, consultation
from tests.audit.put_out import signed

ENTRY = seal(consultation(1), lambda: bytes(32))[0]


def disclosure(**changes) -> dict[str, str]:
    note = Note.parse(signed([ENTRY]))
    return json.loads(Disclosure(0, ENTRY, (), (), note).to_bytes()) | changes


def parsed(told: object) -> Disclosure:
    return Disclosure.parse(json.dumps(told).encode())


def test_a_proof_may_have_a_line_of_extra_data() -> None:
    told = disclosure()
    extra = told["proof"].replace("\nindex", "\nextra AAAA\nindex")
    found = parsed(disclosure(proof=extra))
    assert verify_disclosure(found, log_key=SIGNER.key).entry == parse_entry(ENTRY)
    for wrong in ("\nextra AAAA\nextra AAAA\nindex", "\nAAAA\nindex"):
        with pytest.raises(DisclosureError, match="no disclosure of an entry"):
            parsed(disclosure(proof=told["proof"].replace("\nindex", wrong)))


@pytest.mark.parametrize("index", ["-1", "00", "x", "", "1" * 20, "1 "])
def test_a_proof_names_its_entry_by_a_plain_number(index) -> None:
    proof = disclosure()["proof"].replace("index 0", f"index {index}")
    with pytest.raises(DisclosureError, match="no disclosure of an entry"):
        parsed(disclosure(proof=proof))


def test_a_proof_has_up_to_63_steps() -> None:
    proof = disclosure()["proof"]
    step = "A" * 43 + "=\n"
    assert len(parsed(disclosure(proof=proof.replace("index 0\n", "index 0\n" + 63 * step))).path) == 63
    with pytest.raises(DisclosureError, match="no disclosure of an entry"):
        parsed(disclosure(proof=proof.replace("index 0\n", "index 0\n" + 64 * step)))
    with pytest.raises(DisclosureError):
        parsed(disclosure(proof=proof.replace("index 0\n", "index 0\n!\n")))


@pytest.mark.parametrize("name", ["entry", "openings", "proof"])
def test_a_disclosure_has_all_its_parts_as_text(name) -> None:
    told = disclosure()
    for wrong in ({k: v for k, v in told.items() if k != name}, told | {name: 7}, told | {name: None}):
        with pytest.raises(DisclosureError):
            parsed(wrong)


def test_openings_of_a_disclosure_that_cannot_be_read_are_told() -> None:
    with pytest.raises(DisclosureError, match="openings of the disclosure cannot be read"):
        parsed(disclosure(openings="{"))


def test_a_proof_of_no_step_is_that_of_a_log_of_one() -> None:
    leaf = leaf_hash(ENTRY)
    verify_inclusion(leaf, index=0, size=1, root=leaf, path=())
    with pytest.raises(ProofError, match="longer than the tree is high"):
        verify_inclusion(leaf, index=0, size=1, root=leaf, path=(leaf,))
