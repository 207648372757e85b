"""The node's secrets are made once, for the owner alone, and never made anew behind anyone's back."""

from __future__ import annotations

import os
import stat

import pytest

from openanpr.run.node.secret_file import SecretFileError
from openanpr.run.node.secrets import make_secrets, read_secrets

FILES = ("hash.key", "alert-ids.key", "node.pem", "audit.key")


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "data" / "secrets"
    make_secrets(made)
    return made


def test_secrets_are_made_for_the_owner_alone(folder) -> None:
    assert sorted(path.name for path in folder.iterdir()) == sorted(FILES)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_they_are_the_same_at_every_start_and_no_two_nodes_have_the_same(folder, tmp_path) -> None:
    first = read_secrets(folder)
    make_secrets(folder)
    again = read_secrets(folder)
    assert (again.hash_key, again.alert_ids) == (first.hash_key, first.alert_ids)
    assert again.node_key.public.key_id == first.node_key.public.key_id
    make_secrets(tmp_path / "other")
    other = read_secrets(tmp_path / "other")
    assert len({first.hash_key.key, first.alert_ids, other.hash_key.key, other.alert_ids}) == 4
    assert other.node_key.public.key_id != first.node_key.public.key_id


def test_they_are_not_shown(folder) -> None:
    secrets = read_secrets(folder)
    shown = repr(secrets)
    assert repr(secrets.alert_ids) not in shown
    assert repr(secrets.hash_key.key) not in shown


def test_a_start_that_was_killed_half_way_is_gone_on_with(folder) -> None:
    (folder / "node.pem").unlink()
    (folder / "node.pem.part").write_bytes(b"half a key")
    (folder / "alert-ids.key").rename(folder / "alert-ids.key.part")
    kept = (folder / "hash.key").read_bytes()
    make_secrets(folder)
    assert read_secrets(folder).hash_key.key == kept
    assert not list(folder.glob("*.part"))


@pytest.mark.parametrize("name", FILES)
def test_a_lost_secret_is_not_made_anew_by_reading(folder, name) -> None:
    (folder / name).unlink()
    with pytest.raises(SecretFileError, match=name):
        read_secrets(folder)
    assert not (folder / name).exists()


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_secret_that_others_may_read_is_refused(folder, name, mode) -> None:
    (folder / name).chmod(mode)
    with pytest.raises(SecretFileError, match="open to others"):
        read_secrets(folder)


@pytest.mark.parametrize("mode", [0o750, 0o701])
def test_a_folder_that_others_may_enter_is_refused(folder, mode) -> None:
    folder.chmod(mode)
    for use in (read_secrets, make_secrets):
        with pytest.raises(SecretFileError, match="give it mode 0700"):
            use(folder)


@pytest.mark.parametrize("length", [1, 31, 33])
def test_a_key_of_another_length_is_refused(folder, length) -> None:
    (folder / "hash.key").write_bytes(os.urandom(length - 1) + b"x")
    with pytest.raises(SecretFileError, match=f"has {length} bytes and not 32"):
        read_secrets(folder)


def test_a_damaged_node_key_is_refused(folder) -> None:
    (folder / "node.pem").write_bytes(b"-----BEGIN nothing-----")
    with pytest.raises(SecretFileError, match=r"node\.pem"):
        read_secrets(folder)


def test_no_secrets_at_all_are_told(tmp_path) -> None:
    with pytest.raises(SecretFileError, match="restore it from a backup"):
        read_secrets(tmp_path / "secrets")
