"""Nonces on disk: known after a kill and a restart, forgotten in time, refused when they cannot be kept."""

from __future__ import annotations

import sqlite3
import time
from datetime import timedelta

import pytest

from openanpr.store.nonces import Nonces, NoncesError
from tests.ingest.world import NOW
from tests.store.killing import said_before_killed
from tests.store_control.nonces_child import UNTIL

MINUTE = timedelta(minutes=1)


def test_every_nonce_that_was_taken_is_known_after_a_kill(tmp_path) -> None:
    said = said_before_killed("tests.store_control.nonces_child", tmp_path / "nonces.db", after_s=0.5)
    with Nonces.open(tmp_path / "nonces.db") as nonces:
        assert len(said) > 100
        assert all(nonces.seen("key", f"n-{n}", UNTIL) for n in said)
        assert not nonces.seen("key", f"n-{len(said) + 1}", UNTIL)


def test_a_nonce_is_forgotten_only_once_its_time_has_passed(tmp_path) -> None:
    now = [NOW]
    with Nonces.open(tmp_path / "nonces.db", clock=lambda: now[0]) as nonces:
        for n in range(1000):
            nonces.seen("key", f"old-{n}", NOW + MINUTE)
        nonces.seen("key", "young", NOW + 20 * MINUTE)
        now[0] = NOW + MINUTE
        for n in range(1000):
            nonces.seen("key", f"while-{n}", NOW + 20 * MINUTE)
        assert nonces.seen("key", "old-0", NOW + MINUTE)
        now[0] = NOW + 2 * MINUTE
        for n in range(1000):
            nonces.seen("key", f"after-{n}", NOW + 20 * MINUTE)
        assert nonces.count() == 2001
        assert nonces.seen("key", "young", NOW + 20 * MINUTE)


def test_their_number_stays_bounded_while_they_come(tmp_path) -> None:
    now = [NOW]
    with Nonces.open(tmp_path / "nonces.db", clock=lambda: now[0]) as nonces:
        for n in range(6000):
            now[0] += timedelta(seconds=1)
            nonces.seen("key", f"n-{n}", now[0] + 10 * MINUTE)
        assert nonces.count() < 600 + 2 * 128


def test_a_nonce_used_again_is_remembered_for_the_longer_time(tmp_path) -> None:
    now = [NOW]
    with Nonces.open(tmp_path / "nonces.db", clock=lambda: now[0]) as nonces:
        nonces.seen("key", "twice", NOW + MINUTE)
        assert nonces.seen("key", "twice", NOW + 9 * MINUTE)
        assert nonces.seen("key", "twice", NOW + MINUTE)
        now[0] = NOW + 5 * MINUTE
        for n in range(300):
            nonces.seen("key", f"n-{n}", NOW + 9 * MINUTE)
        assert nonces.seen("key", "twice", NOW + 9 * MINUTE)


def test_no_key_and_no_nonce_is_written_down(tmp_path) -> None:
    with Nonces.open(tmp_path / "nonces.db") as nonces:
        nonces.seen("the-key-of-a-device", "the-nonce", UNTIL)
        held = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"the-key" not in held
    assert b"the-nonce" not in held


def test_a_file_that_is_no_database_is_refused_with_a_sentence(tmp_path) -> None:
    (tmp_path / "nonces.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(NoncesError, match="cannot be used"):
        Nonces.open(tmp_path / "nonces.db")


def test_a_file_of_a_newer_program_is_left_alone(tmp_path) -> None:
    Nonces.open(tmp_path / "nonces.db").close()
    with sqlite3.connect(tmp_path / "nonces.db") as db:
        db.execute("PRAGMA user_version = 9")
    db.close()
    with pytest.raises(NoncesError, match="newer"):
        Nonces.open(tmp_path / "nonces.db")


def test_what_cannot_be_kept_is_an_error_and_never_a_new_nonce(tmp_path) -> None:
    nonces = Nonces.open(tmp_path / "nonces.db")
    nonces.close()
    with pytest.raises(NoncesError):
        nonces.seen("key", "n", UNTIL)
    with pytest.raises(NoncesError):
        nonces.count()


def test_a_thousand_are_told_in_far_less_than_a_second(tmp_path) -> None:
    with Nonces.open(tmp_path / "nonces.db") as nonces:
        begun = time.perf_counter()
        for n in range(1000):
            nonces.seen("key", f"n-{n}", UNTIL)
        assert time.perf_counter() - begun < 0.5
