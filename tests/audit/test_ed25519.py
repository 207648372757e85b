"""The verification that needs no package: RFC 8032's vectors, and the package's own word on anything else."""

from __future__ import annotations

import sys

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from openanpr.audit.ed25519 import SignatureError, verify
from openanpr.audit.note import Note, NoteError
from tests.audit.events import SIGNER

ORDER = 2**252 + 27742317777372353535851937790883648493
SLOW = settings(max_examples=60, deadline=None)

RFC_8032 = [  # section 7.1: key, message, signature
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
            "d25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
            "387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
            "4a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
    (
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        (
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd"
            "454d4423643ce80e2a9ac94fa54ca49f"
        ),
        (
            "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e030"
            "3dca179c138ac17ad9bef1177331a704"
        ),
    ),
]


@pytest.mark.parametrize(("key", "message", "signature"), RFC_8032)
def test_the_vectors_of_the_rfc_hold_and_with_any_bit_changed_do_not(key, message, signature) -> None:
    public, told, made = (bytes.fromhex(one) for one in (key, message, signature))
    verify(public, made, told)
    for bit in range(0, 512, 37):
        changed = bytearray(made)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(SignatureError):
            verify(public, bytes(changed), told)
    with pytest.raises(SignatureError):
        verify(public, made, told + b"x")


def accepts(public: bytes, made: bytes, told: bytes) -> bool:
    try:
        verify(public, made, told)
    except SignatureError:
        return False
    return True


def package_accepts(public: bytes, made: bytes, told: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(made, told)
    except (InvalidSignature, ValueError):
        return False
    return True


@SLOW
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=300), st.data())
def test_it_says_what_the_package_says_of_true_and_of_changed_signatures(seed, told, data) -> None:
    private = Ed25519PrivateKey.from_private_bytes(seed)
    public, made = private.public_key().public_bytes_raw(), private.sign(told)
    assert accepts(public, made, told)
    assert package_accepts(public, made, told)
    whole = bytearray(public + made + told)
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] ^= 1 << data.draw(st.integers(0, 7))
    other = bytes(whole[:32]), bytes(whole[32:96]), bytes(whole[96:])
    assert not accepts(*other)
    assert not package_accepts(*other)


@SLOW
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=50))
def test_a_second_spelling_of_a_true_signature_is_refused(seed, told) -> None:
    private = Ed25519PrivateKey.from_private_bytes(seed)
    public, made = private.public_key().public_bytes_raw(), private.sign(told)
    scalar = int.from_bytes(made[32:], "little") + ORDER
    assert not accepts(public, made[:32] + scalar.to_bytes(32, "little"), told)


@given(st.binary(max_size=40), st.binary(max_size=80))
def test_what_is_no_key_or_no_signature_is_refused_with_a_sentence(public, made) -> None:
    with pytest.raises(SignatureError):
        verify(public, made, b"")


@pytest.mark.parametrize("y", [0, 1, 2**255 - 19, 2**255 - 18, 2**255 - 1, 2**256 - 1])
def test_keys_at_the_edge_are_taken_as_the_package_takes_them_or_refused(y) -> None:
    public = y.to_bytes(32, "little")
    for scalar in (0, 1, ORDER - 1, ORDER):
        made = (1).to_bytes(32, "little") + scalar.to_bytes(32, "little")
        if accepts(public, made, b"told"):
            assert package_accepts(public, made, b"told")


def test_a_note_is_verified_the_same_where_the_package_is_not_installed(monkeypatch) -> None:
    note = Note("a text\n", (SIGNER.sign("a text\n"),))
    for name in [one for one in sys.modules if one.split(".")[0] == "cryptography"]:
        monkeypatch.setitem(sys.modules, name, None)
    assert note.verify([SIGNER.key])[0].key == SIGNER.key
    with pytest.raises(NoteError, match="does not hold"):
        Note("another text\n", note.signatures).verify([SIGNER.key])
