"""A real reader process killed at random moments: no read that it told of is lost, none is doubled."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from openanpr.wire.device_key import DeviceKey
from tests.conventions.tree import ROOT
from tests.deliver.node import Node, Post, refuses, serving, takes_and_hangs_up, works

KILLS = 12


def flaky(chance: random.Random):
    """A node that fails now and then, sometimes after it has taken the reads: the first time in any case."""
    first = iter([takes_and_hangs_up])

    def behave(post: Post):
        (behaviour,) = chance.choices([works, takes_and_hangs_up, refuses(503)], [8, 1, 1])
        return next(first, behaviour)(post)

    return behave


class Endless:
    """A plan that never ends, until it is told to."""

    def __init__(self, behave) -> None:
        self.behave = behave

    def __bool__(self) -> bool:
        return self.behave is not None

    def popleft(self):
        return self.behave


def start_reader(url: str, folder: Path, first: int, count: int) -> subprocess.Popen[str]:
    paths = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    return subprocess.Popen(
        [sys.executable, "-m", "tests.deliver.reader_process", url, str(folder), str(first), str(count)],
        stdout=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": paths},
    )  # fmt: skip


def told_before_the_kill(reader: subprocess.Popen[str], lines: int, delay_s: float) -> list[int]:
    """Kill the reader some moments after so many lines; the numbers that it told are on disk."""
    assert reader.stdout is not None
    told = [reader.stdout.readline() for _ in range(lines)]
    time.sleep(delay_s)
    reader.kill()
    rest = reader.stdout.read().split("\n")
    reader.stdout.close()
    reader.wait()
    whole = [line.strip() for line in told] + rest[:-1]
    return [int(line) for line in whole if line.isdigit()]


def test_a_reader_killed_at_any_moment_loses_nothing_and_doubles_nothing(tmp_path) -> None:
    key, chance = DeviceKey.generate(), random.Random(11)
    key.write(tmp_path / "key.pem")
    node = Node(keys={key.public.key_id: key.public})
    node.plan = Endless(flaky(chance))
    told: list[int] = []
    with serving(node) as url:
        for kill in range(KILLS):
            reader = start_reader(url, tmp_path, 1000 * kill, 999)
            told += told_before_the_kill(reader, chance.randint(1, 15), chance.uniform(0, 0.15))
        node.plan = Endless(None)
        last = start_reader(url, tmp_path, 1000 * KILLS, 5)
        try:
            out, _ = last.communicate(timeout=60)
        finally:
            last.kill()
    assert out.split()[-1] == "done"
    told += [int(line) for line in out.split()[:-1]]
    by_id: dict[object, tuple[object, ...]] = {}
    for batch_id, records in node.batches:
        assert by_id.setdefault(batch_id, records) == records, "a batch came again with other reads"
    delivered = Counter(record.vrm for records in by_id.values() for record in records)
    assert set(delivered) >= {f"K{number}" for number in told}
    assert set(delivered.values()) == {1}
    assert len(told) > KILLS
    assert len(node.batches) > len(by_id), "no answer got lost: the test did not test retries"
