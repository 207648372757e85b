"""When the rules changed is kept with its place in the log, and no file can hide or invent a change."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from openanpr.audit.acts import PolicyChange
from openanpr.audit.log import AuditLog
from openanpr.publish.site.state import RuleChange
from openanpr.run.node.rule_history import RuleHistory
from tests.publish.logs import Scribe, opened

AT = datetime(2026, 9, 1, tzinfo=UTC)
KEY = b"k" * 32


@dataclass
class Watched:
    """A log, and the numbers from which it was read."""

    log: AuditLog
    asked: list[tuple[int, int]] = field(default_factory=list)

    @property
    def size(self) -> int:
        return self.log.size

    def entries_from(self, first: int, most: int):
        self.asked.append((first, most))
        return self.log.entries_from(first, most)

    def grown(self, old_size: int, new_size: int):
        return self.log.grown(old_size, new_size)


@pytest.fixture
def log(tmp_path):
    with opened(tmp_path / "log") as found:
        yield found


def change(log: AuditLog, profile: str, days: int) -> None:
    at = AT + timedelta(days=days)
    log.append(PolicyChange(at=at, person="the node", profile=profile, digest="ab" * 32, reason="a start"))


def filled(log: AuditLog) -> None:
    scribe = Scribe(log)
    for day in range(0, 300, 3):
        scribe.noise(AT + timedelta(days=day))
    change(log, "nadc-2018.2018-01-01", 301)
    for day in range(302, 400):
        scribe.noise(AT + timedelta(days=day))
    change(log, "current.2021-02-01", 401)


def read(log, path: Path, key: bytes = KEY) -> tuple[tuple[RuleChange, ...], list[tuple[int, int]]]:
    watched = Watched(log)
    history = RuleHistory(watched, path, key)
    return history.changes(log.checkpoint().checkpoint), watched.asked


def test_a_second_start_reads_what_came_since_and_each_change_that_was_kept(log, tmp_path) -> None:
    filled(log)
    path = tmp_path / "kept"
    first, asked = read(log, path)
    assert [one.profile for one in first] == ["current.2021-02-01", "nadc-2018.2018-01-01"]
    assert asked == [(0, 1024)]
    assert read(log, path) == (first, [(first[1].entry, 1), (first[0].entry, 1)])
    size = log.size
    change(log, "own.2026-01-01", 402)
    later, asked = read(log, path)
    assert later[0].profile == "own.2026-01-01"
    assert later[1:] == first
    assert (size, 1024) in asked
    assert (0, 1024) not in asked


def test_what_the_checkpoint_does_not_cover_is_shown_and_not_kept(log, tmp_path) -> None:
    filled(log)
    under = log.checkpoint().checkpoint
    change(log, "own.2026-01-01", 402)
    history = RuleHistory(log, tmp_path / "kept", KEY)
    assert len(history.changes(under)) == 3
    kept = json.loads((tmp_path / "kept").read_bytes().partition(b"\n")[2])
    assert (kept["size"], len(kept["changes"])) == (under.size, 2)


def hidden(told: bytes) -> bytes:
    members = json.loads(told)
    members["changes"] = members["changes"][:1]
    return json.dumps(members, separators=(",", ":"), sort_keys=True).encode()


def invented(told: bytes) -> bytes:
    members = json.loads(told)
    members["changes"].append([AT.isoformat(), "better.2026-01-01", 5])
    return json.dumps(members, separators=(",", ":"), sort_keys=True).encode()


@pytest.mark.parametrize("forge", [hidden, invented, lambda told: told[:-1], lambda _: b"", lambda _: b"{}"])
def test_a_file_that_was_changed_is_read_anew_from_the_log(log, tmp_path, forge) -> None:
    filled(log)
    path = tmp_path / "kept"
    first, _ = read(log, path)
    seal, _, told = path.read_bytes().partition(b"\n")
    path.write_bytes(seal + b"\n" + forge(told))
    again, asked = read(log, path)
    assert again == first
    assert (0, 1024) in asked
    assert path.read_bytes() == seal + b"\n" + told, "and it is mended"


def sealed_by(key: bytes, told: bytes, path: Path, log) -> None:
    history = RuleHistory(log, path, key)
    path.write_bytes(history._seal(told) + b"\n" + told)


def test_even_with_the_nodes_secret_nothing_can_be_invented(log, tmp_path) -> None:
    """Whoever has the secret has the node; the log is still asked for each change."""
    filled(log)
    path = tmp_path / "kept"
    first, _ = read(log, path)
    sealed_by(KEY, invented(path.read_bytes().partition(b"\n")[2]), path, log)
    assert read(log, path)[0] == first
    sealed_by(b"other" * 8, path.read_bytes().partition(b"\n")[2], path, log)
    again, asked = read(log, path)
    assert again == first
    assert (0, 1024) in asked


def test_what_was_kept_of_another_log_or_of_a_longer_one_is_not_gone_on_from(log, tmp_path) -> None:
    filled(log)
    path = tmp_path / "kept"
    read(log, path)
    kept = path.read_bytes()
    for name, days in (("other", 500), ("shorter", 3)):
        with opened(tmp_path / name) as there:
            for day in range(days):
                Scribe(there).noise(AT + timedelta(days=day))
            change(there, "own.2026-01-01", 501)
            path.write_bytes(kept)
            found, asked = read(there, path)
            assert [one.profile for one in found] == ["own.2026-01-01"], name
            assert (0, 1024) in asked


def test_where_it_cannot_be_kept_the_pages_do_without(log, tmp_path) -> None:
    filled(log)
    (tmp_path / "kept").mkdir()
    assert len(read(log, tmp_path / "kept")[0]) == 2
