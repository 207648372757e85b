"""A kill between the note of a token and the part that it stands for costs no read."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from openanpr.store.insert_tokens import take_back_torn
from tests.store.killing import ROOT

TABLES = 6  # reads in two orders, three summaries, the pictures announced


def stored(folder: Path, *groups: int) -> list[int]:
    """Write groups in a process of its own and return the counts of every table, each group's reads once."""
    words = [sys.executable, "-m", "tests.store.tokens_child", str(folder), *map(str, groups)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    return [int(word) for word in done.stdout.split()]


def newest_parts(folder: Path) -> list[Path]:
    """The part that came last in each table that has any."""
    found = []
    for logs in sorted(folder.glob("store/*/*/deduplication_logs")):
        parts = [p for p in logs.parent.iterdir() if p.name.startswith("2026")]
        if parts:
            found.append(max(parts, key=lambda part: int(part.name.split("_")[2])))
    return found


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("tokens") / "store"
    assert len(set(stored(folder, 0, 1)[:4])) == 1
    return folder


@pytest.mark.parametrize("which", range(TABLES))
def test_a_part_that_never_came_is_stored_when_its_group_comes_again(written, tmp_path, which) -> None:
    whole = stored(written)
    shutil.copytree(written, tmp_path / "store", symlinks=True)
    part = newest_parts(tmp_path / "store")[which]
    # The engine's own order: the note, then the rename of the part. So this is what a kill between leaves.
    part.rename(part.with_name("tmp_insert_" + part.name))
    assert stored(tmp_path / "store") != whole
    assert stored(tmp_path / "store", 1) == whole


def test_a_group_whose_parts_all_came_still_counts_once(written, tmp_path) -> None:
    whole = stored(written)
    shutil.copytree(written, tmp_path / "store", symlinks=True)
    assert take_back_torn(tmp_path / "store") == 0
    assert stored(tmp_path / "store", 0, 1, 1, 0) == whole


def test_what_was_taken_back_once_is_not_taken_back_again(written, tmp_path) -> None:
    shutil.copytree(written, tmp_path / "store", symlinks=True)
    for part in newest_parts(tmp_path / "store"):
        shutil.rmtree(part)
    assert take_back_torn(tmp_path / "store") == TABLES
    assert take_back_torn(tmp_path / "store") == 0


def test_a_note_cut_short_by_a_full_disk_spoils_none_that_follows(written, tmp_path) -> None:
    whole = stored(written)
    shutil.copytree(written, tmp_path / "store", symlinks=True)
    for log in (tmp_path / "store").glob("store/*/*/deduplication_logs/*.txt"):
        with log.open("ab") as file:
            file.write(b"1\t20261122_9")
    more = stored(tmp_path / "store", 2)
    assert all(now > before for now, before in zip(more, whole, strict=True))
    assert stored(tmp_path / "store", 2, 1) == more
