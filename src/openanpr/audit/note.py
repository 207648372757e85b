"""Signed notes (C2SP signed-note) with Ed25519, and the timed cosignatures of witnesses (tlog-cosignature).

A key is written as `name+id+base64`, the id being SHA-256(name, newline, kind, key) cut to four bytes. The
private form is the one of Go's package note.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

from openanpr.audit import ed25519

# Whoever only verifies may have no package: what signs is asked for when something is signed.
if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_DASH = "— "
_MOST_SIGNATURES = 100
_MOST_BYTES = 1_000_000
_MOST_NAME = 255
_KEY_BYTES = 32
_SIGNATURE_BYTES = 64
_TIME_BYTES = 8
_PRIVATE = "PRIVATE+KEY+"
_LATEST = (1 << 63) - 1


class NoteError(ValueError):
    """Text that is no signed note or no key, or a signature that does not hold."""


class KeyKind(IntEnum):
    """What a key signs: a note's text, or a checkpoint with the time at which a witness saw it."""

    ED25519 = 1
    COSIGNATURE = 4


@dataclass(frozen=True, slots=True)
class NoteKey:
    """A public key that may have signed a note; `name` says whose it is."""

    name: str
    kind: KeyKind
    public: bytes

    def __post_init__(self) -> None:
        _check_name(self.name)
        if len(self.public) != _KEY_BYTES:
            raise NoteError("an Ed25519 key has 32 bytes")

    @classmethod
    def parse(cls, text: str) -> NoteKey:
        """Return the key that is written as `name+id+base64`; raises NoteError."""
        name, id_text, key_text = _three(text)
        kind, public = _kind(_plain(key_text))
        key = cls(name, kind, public)
        if id_text != key.id.hex():
            raise NoteError("the id of a key does not belong to it: part of the key was changed")
        return key

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{_base64(bytes([self.kind]) + self.public)}"

    @property
    def id(self) -> bytes:
        """Four bytes by which a signature names this key together with its name."""
        return _key_id(self.name, self.kind, self.public)


@dataclass(frozen=True, slots=True)
class NoteSigner:
    """A private key with the name under which it signs; never shown."""

    name: str
    kind: KeyKind
    private: Ed25519PrivateKey = field(repr=False)

    @classmethod
    def generate(cls, name: str, kind: KeyKind = KeyKind.ED25519) -> NoteSigner:
        """Return a new key; raises NoteError for a name with a space or a plus."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415 - see above
            Ed25519PrivateKey,
        )

        _check_name(name)
        return cls(name, kind, Ed25519PrivateKey.generate())

    @classmethod
    def parse(cls, text: str) -> NoteSigner:
        """Return the key that `secret_text` wrote; raises NoteError, which holds no part of it."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415 - see above
            Ed25519PrivateKey,
        )

        if not text.startswith(_PRIVATE):
            raise NoteError("a private key begins with PRIVATE+KEY+")
        name, id_text, key_text = _three(text.removeprefix(_PRIVATE))
        kind, seed = _kind(_plain(key_text))
        signer = cls(name, kind, Ed25519PrivateKey.from_private_bytes(seed))
        if id_text != signer.key.id.hex():
            raise NoteError("the id of a private key does not belong to it: part of the key was changed")
        return signer

    @property
    def key(self) -> NoteKey:
        """The public key that belongs to it."""
        return NoteKey(self.name, self.kind, self.private.public_key().public_bytes_raw())

    def secret_text(self) -> str:
        """The private key as text, for a file that only its owner can read."""
        seed = bytes([self.kind]) + self.private.private_bytes_raw()
        return f"{_PRIVATE}{self.name}+{self.key.id.hex()}+{_base64(seed)}"

    def sign(self, text: str, *, at: int = 0) -> Signature:
        """Return the signature on a note's text; a witness gives the time `at`, seconds since 1970."""
        _check_text(text)
        if self.kind is KeyKind.ED25519:
            return Signature(self.name, self.key.id + self.private.sign(text.encode()))
        if not 0 <= at <= _LATEST:
            raise NoteError("a cosignature's time is out of bounds")
        made = self.private.sign(_cosigned(text, at))
        return Signature(self.name, self.key.id + at.to_bytes(_TIME_BYTES, "big") + made)


@dataclass(frozen=True, slots=True)
class Signature:
    """One line under a note: the name of the key, then its id and what it made of the text."""

    name: str
    blob: bytes

    def __str__(self) -> str:
        return f"{_DASH}{self.name} {_base64(self.blob)}\n"

    @property
    def key_id(self) -> bytes:
        """The id of the key that is said to have made it."""
        return self.blob[:4]


@dataclass(frozen=True, slots=True)
class Seen:
    """A signature that holds: whose, and when (seconds since 1970) where a witness says so."""

    key: NoteKey
    at: int | None


@dataclass(frozen=True, slots=True)
class Note:
    """A text with signatures under it. Nothing may be believed of it before `verify` has passed."""

    text: str
    signatures: tuple[Signature, ...]

    @classmethod
    def parse(cls, data: bytes) -> Note:
        """Return the note that the bytes spell; raises NoteError for anything else."""
        if len(data) > _MOST_BYTES:
            raise NoteError("a note is too long")
        try:
            whole = data.decode("utf-8")
        except UnicodeDecodeError as fault:
            raise NoteError("a note is UTF-8 text") from fault
        end = whole.rfind("\n\n")
        if end < 0 or not whole.endswith("\n"):
            raise NoteError("a note has its signatures after an empty line, and ends with a line's end")
        text, lines = whole[: end + 1], whole[end + 2 :].split("\n")[:-1]
        _check_text(text)
        if not lines or len(lines) > _MOST_SIGNATURES:
            raise NoteError(f"a note has 1 to {_MOST_SIGNATURES} signatures")
        return cls(text, tuple(_signature(line) for line in lines))

    def to_bytes(self) -> bytes:
        """The note as it is sent and kept."""
        return (self.text + "\n" + "".join(map(str, self.signatures))).encode()

    def verify(self, keys: Sequence[NoteKey]) -> tuple[Seen, ...]:
        """Return which of `keys` have signed, each once. Signatures of other keys count for nothing.

        Raises NoteError where none has, and where the signature of one of them does not hold.
        """
        seen: dict[NoteKey, Seen] = {}
        for signature in self.signatures:
            for key in keys:
                if (key.name, key.id) == (signature.name, signature.key_id) and key not in seen:
                    seen[key] = Seen(key, _check(key, signature.blob[4:], self.text))
        if not seen:
            raise NoteError("the note is signed by none of the keys that it should be signed by")
        return tuple(seen.values())

    def with_signature(self, signature: Signature) -> Note:
        """Return the note with one more signature, in the place of an earlier one by the same key."""
        others = [s for s in self.signatures if (s.name, s.key_id) != (signature.name, signature.key_id)]
        return Note(self.text, (*others, signature))


def parse_signature(line: str) -> Signature:
    """Return the signature of one line, as a witness answers with it; raises NoteError."""
    return _signature(line.removesuffix("\n"))


def _check(key: NoteKey, made: bytes, text: str) -> int | None:
    """The time that a witness gave, None for a plain signature; raises NoteError where it does not hold."""
    timed = key.kind is KeyKind.COSIGNATURE
    if len(made) != _SIGNATURE_BYTES + timed * _TIME_BYTES:
        raise NoteError(f"the signature of {key.name} has the wrong length")
    at = int.from_bytes(made[:_TIME_BYTES], "big") if timed else None
    if at is not None and at > _LATEST:
        raise NoteError(f"the cosignature of {key.name} has a time that is out of bounds")
    message = text.encode() if at is None else _cosigned(text, at)
    try:
        _verify(key.public, made[-_SIGNATURE_BYTES:], message)
    except ed25519.SignatureError as fault:
        raise NoteError(f"the signature of {key.name} does not hold: the note was changed") from fault
    return at


def _verify(public: bytes, made: bytes, message: bytes) -> None:
    """Raise SignatureError unless the key made it; by the quicker package where that is installed."""
    try:
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - as above
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415
    except ImportError:
        ed25519.verify(public, made, message)
        return
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(made, message)
    except InvalidSignature as fault:
        raise ed25519.SignatureError("the signature does not hold") from fault


def _cosigned(text: str, at: int) -> bytes:
    return f"cosignature/v1\ntime {at}\n{text}".encode()


def _signature(line: str) -> Signature:
    name, _, blob = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH):
        raise NoteError("a signature's line begins with a dash and a space")
    _check_name(name)
    made = _plain(blob)
    if len(made) <= 4:
        raise NoteError("a signature's line has too few bytes")
    return Signature(name, made)


def _check_name(name: str) -> None:
    strange = any(letter.isspace() or letter < " " or letter == "+" for letter in name)
    if strange or not 0 < len(name) <= _MOST_NAME:
        raise NoteError(f"the name of a key has 1 to {_MOST_NAME} characters, no space and no plus")


def _check_text(text: str) -> None:
    if not text.endswith("\n") or any(letter < " " and letter != "\n" for letter in text):
        raise NoteError("a note's text ends with a line's end and has no other control characters")


def _three(text: str) -> tuple[str, str, str]:
    name, _, rest = text.partition("+")
    key_id, _, key = rest.partition("+")
    return name, key_id, key


def _kind(key: bytes) -> tuple[KeyKind, bytes]:
    if len(key) != 1 + _KEY_BYTES or key[0] not in set(KeyKind):
        raise NoteError("a key is of a kind that is not known here, or has the wrong length")
    return KeyKind(key[0]), key[1:]


def _key_id(name: str, kind: KeyKind, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _plain(text: str) -> bytes:
    """The bytes of base64 text, which has one spelling only; raises NoteError."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as fault:
        raise NoteError("what should be base64 is not") from fault
    if _base64(data) != text:
        raise NoteError("what should be base64 is not")
    return data
