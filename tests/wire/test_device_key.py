"""A device's key: made here, kept to its owner, named as the RFCs name it."""

from __future__ import annotations

import stat

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from openanpr.wire.device_key import DeviceKey, DeviceKeyError, PublicKey


def test_a_key_is_named_by_its_thumbprint_as_rfc_8037_shows() -> None:
    key = PublicKey.parse("11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=")
    assert key.key_id == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_a_public_key_reads_back_from_both_of_its_texts() -> None:
    public = DeviceKey.generate().public
    assert {PublicKey.parse(text).key_id for text in (public.base64, public.pem)} == {public.key_id}


@pytest.mark.parametrize(
    "text", ["", "AAAA", "not base64 at all", "-----BEGIN PUBLIC KEY-----\n", "é", "Ā" * 44]
)
def test_what_is_no_public_key_is_refused(text) -> None:
    with pytest.raises(DeviceKeyError):
        PublicKey.parse(text)


def test_a_key_of_another_kind_is_refused(tmp_path) -> None:
    other = generate_private_key(SECP256R1())
    with pytest.raises(DeviceKeyError, match="Ed25519"):
        PublicKey.parse(
            other.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        )
    path = tmp_path / "key.pem"
    path.write_bytes(other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    path.chmod(0o600)
    with pytest.raises(DeviceKeyError, match="Ed25519"):
        DeviceKey.read(path)


def test_a_key_is_kept_to_its_owner_and_reads_back(tmp_path) -> None:
    key, path = DeviceKey.generate(), tmp_path / "key.pem"
    key.write(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert DeviceKey.read(path).public.key_id == key.public.key_id


def test_a_key_never_takes_the_place_of_another(tmp_path) -> None:
    path = tmp_path / "key.pem"
    DeviceKey.generate().write(path)
    with pytest.raises(FileExistsError):
        DeviceKey.generate().write(path)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o700, 0o666])
def test_a_key_that_others_may_read_is_refused(tmp_path, mode) -> None:
    path = tmp_path / "key.pem"
    DeviceKey.generate().write(path)
    path.chmod(mode)
    with pytest.raises(DeviceKeyError, match="0600"):
        DeviceKey.read(path)


def test_a_key_behind_a_link_or_in_no_file_is_refused(tmp_path) -> None:
    path = tmp_path / "key.pem"
    DeviceKey.generate().write(path)
    (tmp_path / "link").symlink_to(path)
    with pytest.raises(OSError, match="symbolic"):
        DeviceKey.read(tmp_path / "link")
    (tmp_path / "text").write_text("nothing")
    (tmp_path / "text").chmod(0o600)
    with pytest.raises(DeviceKeyError, match="no unencrypted PEM key"):
        DeviceKey.read(tmp_path / "text")


def test_a_key_is_never_shown() -> None:
    key = DeviceKey.generate()
    private = key.ed25519.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    assert private.splitlines()[1] not in repr(key)
    assert repr(key) == "DeviceKey()"
