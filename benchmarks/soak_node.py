"""Kills readers and nodes at random moments under load, and counts at the end.

Two readers deliver to a node, which forwards to another; the ways between them are cut and slowed, the disks
of the first node and of the readers filled. Nothing that an outbox took may be lost or counted twice, and
no hit, alert or step of one. With --seed the same troubles are drawn again; the machine's own timing is not.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import secrets
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.node_process import NodeProcess
from benchmarks.result import ROOT, Finding, Line, write_result
from benchmarks.soak_troubles import Troubled, drawn_filling, drawn_line_trouble
from benchmarks.soak_way import CLEAR
from benchmarks.soak_world import READERS, Program, World, counted, listens, made, standing
from benchmarks.table import line_text

_DRAIN_S = 900.0
_TITLE = "nodes and readers killed under load, ways cut and slowed, disks full"


@dataclass(slots=True)
class Told:
    """What a soak found. `wrong` is empty when nothing was lost, doubled or changed."""

    kills: Counter[str] = field(default_factory=Counter[str])
    troubles: Counter[str] = field(default_factory=Counter[str])
    found: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    wrong: dict[str, int] = field(default_factory=dict[str, int])
    notes: dict[str, Any] = field(default_factory=dict[str, Any])


def soaked(folder: Path, *, kills: int, seed: int, rate_s: float = 40.0) -> Told:
    """Return what a soak of so many kills found; what it made is in `folder`."""
    chance, told = random.Random(seed), Told()
    with ExitStack() as stack:
        world = made(folder, chance, stack, rate_s=rate_s)
        fillable = [disk for disk in world.disks if disk.mounted]
        if len(fillable) < len(world.disks):
            told.notes["disk full"] = "skipped: this machine lets us mount no file system to fill"
        world.tend(0.0)
        world.tend_until(lambda: all(map(listens, (world.near, world.far))), within_s=120)
        with ExitStack() as troubles:
            lines, disks = (random.Random(chance.random()) for _ in range(2))
            kinds = [Troubled(lambda: drawn_line_trouble(world.ways, lines), lambda: lines.uniform(0.5, 4.0))]
            if fillable:
                kinds.append(Troubled(lambda: drawn_filling(fillable, disks), lambda: disks.uniform(5, 25)))
            for kind in kinds:
                troubles.enter_context(kind)
            for n in range(kills):
                told.kills[_killed(world, chance)] += 1
                if (n + 1) % 10 == 0:
                    print(f"  {n + 1} kills", flush=True)
        for kind in kinds:
            told.troubles += kind.count
        _drain(world, told)
        _count(world, told)
        _judge_ends(world, told)
        if told.wrong:
            for disk in fillable:
                disk.copy_out(folder / "kept" / disk.folder.name)
    return told


def _killed(world: World, chance: random.Random) -> str:
    """Kill one of the readers or nodes at some moment, its start among them; return which."""
    near, far = world.nodes
    shares = {near.name: 9, far.name: 4} | {reader.name: 4 for reader in world.readers}
    victims = {program.name: program for program in world.programs}
    while True:
        victim = victims[chance.choices(list(shares), list(shares.values()))[0]]
        _wait_for_its_moment(world, victim, chance)
        if chance.random() < 0.1:
            world.watcher.kill(again_s=chance.uniform(0.0, 1.0))
        if victim.kill(again_s=chance.uniform(0.0, 1.0)):
            return victim.name


def _wait_for_its_moment(world: World, victim: Program, chance: random.Random) -> None:
    node = {"near node": world.near, "far node": world.far}.get(victim.name)
    if node is None or chance.random() < 0.25:
        world.tend(chance.uniform(0.05, 0.8))
        return
    world.tend_until(lambda: listens(node), within_s=60)
    world.tend(chance.uniform(0.0, 1.5))


def _drain(world: World, told: Told) -> None:
    """Let everything that waits arrive, then end all processes; what does not come to it is wrong."""
    for way in world.ways:
        way.suffer(CLEAR)
    for disk in world.disks:
        disk.free()
    began = time.monotonic()
    up = world.tend_until(
        lambda: all(p.process for p in world.programs) and listens(world.near), within_s=120
    )
    told.wrong["a node does not come up again"] = not (
        up and world.tend_until(lambda: listens(world.far), within_s=120)
    )
    sizes = {n: world.ledger(n).stat().st_size for n in range(1, READERS + 1)}
    # One that has only just been started would be ended before it listens to being asked.
    world.tend_until(lambda: all(world.ledger(n).stat().st_size > sizes[n] for n in sizes), within_s=60)
    for reader in world.readers:
        reader.ask_to_end()  # all at once: each ends when its outbox is empty
    codes = [reader.end(_DRAIN_S) for reader in world.readers]
    told.wrong["readers that did not end empty"] = sum(code != 0 for code in codes)
    near = world.tend_until(lambda: _taken(world.near), within_s=_DRAIN_S, every_s=1.0)
    # Forwarding may wait for minutes after so many failures; a node that is started begins anew.
    world.nodes[0].kill(again_s=0.0)
    world.tend_until(lambda: listens(world.near), within_s=120)
    forwarded = near and world.tend_until(lambda: _forwarded(world), within_s=_DRAIN_S, every_s=1.0)
    far = forwarded and world.tend_until(lambda: _taken(world.far), within_s=_DRAIN_S, every_s=1.0)
    told.wrong["what waits does not arrive"] = not far
    told.notes["drained_s"] = round(time.monotonic() - began, 1)
    told.wrong["lists or certificates changed"] = standing(world.near) != world.before
    _hear_all(world)
    for node in world.nodes:
        node.ask_to_end()  # both at once; the watcher after them, for it must hear the last word
    for program in (*world.nodes, world.watcher):
        code = program.end(60)
        told.wrong[f"the {program.name} did not end as asked"] = code != 0


def _taken(node: NodeProcess) -> bool:
    try:
        return node.waiting() == 0
    except subprocess.CalledProcessError:
        return False


def _forwarded(world: World) -> bool:
    """Return whether the near node's outbox is empty, its pictures too."""
    path = world.near.data / "forward" / "outbox.db"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as outbox:
        return not any(outbox.execute("SELECT reads, pictures FROM totals").fetchone())


def _hear_all(world: World) -> None:
    """Wait until the watcher has heard nothing new for a while."""
    size, quiet = -1, 0
    while quiet < 4:
        world.tend(0.3)
        now = world.heard.stat().st_size
        size, quiet = now, quiet + 1 if now == size else 0


def _count(world: World, told: Told) -> None:
    """Open the stores of both nodes, each in a process of its own, and count."""
    ledgers = [world.ledger(n) for n in range(1, READERS + 1)]
    for node, heard in ((world.near, world.heard), (world.far, None)):
        name = node.data.name
        try:
            found = counted(node.data, ledgers, world.marks, heard)
        except subprocess.CalledProcessError as fault:
            told.wrong[f"{name}: cannot be counted"] = 1
            told.notes[f"{name}: cannot be counted"] = fault.stderr[-2000:]
            continue
        told.wrong |= {f"{name}: {what}": number for what, number in found.pop("wrong").items()}
        told.found[name] = found


def _judge_ends(world: World, told: Told) -> None:
    """Tell of each process that ended by itself; only a full disk is a reason."""
    ended = {program.name: program.ended for program in world.programs if program.ended}
    told.notes["ended by themselves"] = {
        name: Counter(
            f"{one['code']}{' (disk full)' * one['disk_full']}: {one['said']}"[:300] for one in ends
        )
        for name, ends in ended.items()
    }
    unasked = sum(not one["disk_full"] for ends in ended.values() for one in ends)
    told.wrong["processes that ended by themselves"] = unasked
    told.wrong = {name: int(number) for name, number in told.wrong.items() if number}


def finding_of(told: Told, *, seed: int, rate_s: float) -> Finding:
    """Return what is kept of a soak."""
    wrong, near, far = told.wrong, told.found.get("near", {}), told.found.get("far", {})
    lines = (
        Line("kills (SIGKILL) of a reader or a node under load", told.kills.total(), 200, 1_000),
        Line("differences at the end: lost, doubled, changed", sum(wrong.values()), 0, 0, less=True),
        Line("reads that the readers' outboxes took", near.get("kept")),
        Line("reads stored at the node, and at the node that it forwards to", _least(near, far)),
        Line("pictures that the readers' outboxes took", near.get("pictures")),
        Line("hits of listed vehicles, each counted once", near.get("hits")),
        Line("steps of alerts on the live stream, each heard once", near.get("events")),
        Line("times that a way was cut or slowed", told.troubles.total() - told.troubles["disk full"]),
        Line("times that a disk was filled", told.troubles["disk full"]),
    )
    data = f"{READERS} readers of {rate_s:g} drawn reads a second; one read in 33 listed, one in 20 pictured"
    detail: Mapping[str, object] = {
        "kills": told.kills,
        "troubles": told.troubles,
        "wrong": wrong,
        "found": told.found,
        "notes": told.notes,
    }
    return Finding(lines, data, str(seed), detail=detail)


def _least(near: dict[str, Any], far: dict[str, Any]) -> float | None:
    return min(near["stored"], far["stored"]) if near and far else None


def main() -> int:
    """Soak once; 0 when nothing was lost, doubled or changed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=200)
    options.add_argument("--seed", type=int, help="draw the troubles of an earlier run again")
    options.add_argument("--rate", type=float, default=40.0, help="reads in a second, of each reader")
    options.add_argument("--out", type=Path, help="where the folders go (default: out/), kept when given")
    options.add_argument("--no-result", action="store_true", help="do not write benchmarks/results/soak.json")
    asked = options.parse_args()
    seed = secrets.randbelow(2**31) if asked.seed is None else asked.seed
    base = asked.out or ROOT / "out"
    base.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="soak-", dir=base)).resolve()
    print(f"seed {seed}, {asked.kills} kills, folders in {folder}", flush=True)
    began = time.monotonic()
    told = soaked(folder, kills=asked.kills, seed=seed, rate_s=asked.rate)
    finding = finding_of(told, seed=seed, rate_s=asked.rate)
    if not asked.no_result:
        write_result("soak", _TITLE, finding, took_s=time.monotonic() - began)
    print("\n".join(line_text(line) for line in finding.lines))
    print(json.dumps(finding.detail, indent=2))
    if told.wrong:
        print(
            f"seed {seed}: something was lost, doubled or changed; what is left is in {folder}",
            file=sys.stderr,
        )
        return 1
    if asked.out is None:
        shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    os.environ["PYTHONUNBUFFERED"] = "1"
    sys.exit(main())
