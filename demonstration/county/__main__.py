"""Starts the demonstration county: `python -m demonstration.county`; Ctrl-C ends all of it.

A node on embedded stores, two readers that truly read video, a simulated feed of all other cameras, lists,
people and ninety days of past reads. All is invented, and nothing leaves this machine. What it has made it
uses again; `--fresh` begins anew. With `--codes` it tells what everybody's app shows now.
"""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import sys
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from demonstration.county.answers import answer
from demonstration.county.asked import Asked, Past, Wanted
from demonstration.county.cameras import FILMED, PATROLS
from demonstration.county.cast_people import INVITED, OPEN, PEOPLE, write_cases
from demonstration.county.chart import write_chart
from demonstration.county.deeds import do
from demonstration.county.fill import deliver_lists, fill, filmed_name, terminal_name
from demonstration.county.ground import Ground, read_ground
from demonstration.county.logged import days_for_a_month, first_month, write_log
from demonstration.county.parts import (
    OPENANPR,
    DemonstrationError,
    Part,
    finished,
    refuse_a_second,
    refuse_taken,
    started,
    told_to_end,
    wait_for_node,
)
from demonstration.county.published import publish
from demonstration.county.registered import write_cameras
from demonstration.county.requests import write_down
from demonstration.county.settings import Yard, write_settings
from demonstration.county.sites import write_sites
from demonstration.people import ADMINISTRATORS, WORDS, Office, code_now, write_codes
from openanpr.core.camera import CameraId
from openanpr.run.exit_code import RefusedError
from openanpr.run.local.ask import ask

_DRAWN_WITHIN_S = 1800.0
_LOOK_S = 1.0
_TELL_S = 60.0
_LINK_S = 20 * 3600


def run(yard: Yard, asked: Asked, seconds: float | None) -> None:
    """Make what is not there, start all parts, and keep them until stopped or the time is up.

    Raises DemonstrationError, RefusedError, OSError.
    """
    refuse_a_second(yard.data)
    refuse_taken(yard.people_port, "--port")
    refuse_taken(yard.device_port, "--device-port")
    if yard.public_port:
        refuse_taken(yard.public_port, "--public-port")
    ground = read_ground()
    first = not yard.made.exists()
    if first:
        _clear(yard)
    for folder in (yard.stations, yard.logs, yard.clips):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_chart(ground, yard.map)
    write_cases(yard.cases, datetime.now(UTC).date())
    write_settings(yard)
    with ExitStack() as stack:
        clips = _clips(yard, asked, stack)
        there = frozenset[CameraId]()
        if first:
            now = datetime.now(UTC)
            days = _days(asked.past.days, now)
            _past(yard, asked, days, stack)
            write_sites(yard.data, ground, now=now)
            there = write_cameras(yard.data, ground, now=now)
            month = first_month(now, days)
            if month is not None:
                print(f"writing the log from {month} on", flush=True)
                write_log(yard.data, month, now=now)
        node = started("node", [OPENANPR, "node", "--data", yard.data], yard.logs, stack)
        wait_for_node(yard.data, node)
        if first:
            _fill(yard, ground, there)
        _count_start(yard, first=first)
        parts = [node, *_senders(yard, asked, clips, stack)]
        print(_welcome(yard), flush=True)
        try:
            _keep(yard, parts, seconds)
        finally:
            print("\nending all parts", flush=True)
            told_to_end(parts[1:])  # the node last: what is under way is taken


def _clear(yard: Yard) -> None:
    """Take away what a start that was broken off left; clips that are done stay."""
    for folder in (yard.data, yard.people, yard.stations, yard.logs):
        shutil.rmtree(folder, ignore_errors=True)


def _clips(yard: Yard, asked: Asked, stack: ExitStack) -> list[Part]:
    """Begin to draw the clips that are not there, all at once."""
    parts: list[Part] = []
    for camera in FILMED:
        path = yard.clips / f"{filmed_name(camera)}.mp4"
        if not path.exists():
            words = ["--camera", camera, "--out", path, "--seconds", asked.clip_s]
            module = [sys.executable, "-m", "demonstration.county.film"]
            parts.append(started(f"film-{camera.camera}", [*module, *map(str, words)], yard.logs, stack))
    if parts:
        print(f"drawing {len(parts)} clips of {asked.clip_s:.0f} s, once and for all", flush=True)
    return parts


def _days(days: int, now: datetime) -> int:
    """The days of past; where three months or more are wanted, enough for one to be published."""
    return days_for_a_month(now, days) if days >= Past().days else days


def _past(yard: Yard, asked: Asked, days: int, stack: ExitStack) -> None:
    print(f"inventing {days} days of past reads (under a minute)", flush=True)
    words = ["--days", str(days), "--starts-an-hour", str(asked.past.starts)]
    module = [sys.executable, "-m", "demonstration.county.past", "--data", yard.data]
    part = started("past", [*module, *words], yard.logs, stack)
    finished(part, timeout_s=_DRAWN_WITHIN_S)
    print(part.log.read_text("utf-8").strip(), flush=True)


def _fill(yard: Yard, ground: Ground, there: frozenset[CameraId]) -> None:
    print("registering cameras, filling lists, making people", flush=True)
    fill(yard.data, ground, yard.stations, there)
    office = Office(yard.data, {})
    office.make(PEOPLE)
    do(office, datetime.now(UTC))
    write_down(office, datetime.now(UTC))
    answer(office, datetime.now(UTC))
    publish(office, datetime.now(UTC))
    link = office.invite(INVITED)
    write_codes(office, yard.people)
    _keep_link(yard, link)


def _invite_again(yard: Yard) -> None:
    """Have another link made where the one of last time has run out, or does soon."""
    if time.time() - yard.invitation.stat().st_mtime > _LINK_S:
        form = {"by": ADMINISTRATORS[0].login, "code": code_now(yard.people, ADMINISTRATORS[0].login)}
        made = ask(yard.data, "POST", f"/people/accounts/{INVITED.login}/link", form=form)
        _keep_link(yard, made["link"])


def _keep_link(yard: Yard, link: str) -> None:
    yard.invitation.touch(mode=0o600)
    yard.invitation.write_text(f"{link}\n", "utf-8")


def _count_start(yard: Yard, *, first: bool) -> None:
    """Note that it was started once more; from the second time on lists get a new file each."""
    starts = 1 if first else int(json.loads(yard.made.read_text("utf-8"))["starts"]) + 1
    if not first:
        deliver_lists(yard.data, starts)
        _invite_again(yard)
    told = {"starts": starts, "url": yard.url, "devices": yard.node_url, "password": WORDS}
    told["accounts"] = {one.login: one.does for one in (*ADMINISTRATORS, *PEOPLE)}
    yard.made.write_text(json.dumps(told, indent=1) + "\n", "utf-8")


def _senders(yard: Yard, asked: Asked, clips: list[Part], stack: ExitStack) -> list[Part]:
    """Start the feed, and the readers as soon as their clips are drawn."""
    feed = [sys.executable, "-m", "demonstration.county.feed", "--node", yard.node_url]
    feed += ["--state", str(yard.stations), "--reads-a-second", str(asked.feed.reads_a_second)]
    feed += ["--late-seconds", str(asked.feed.late_s)]
    parts = [started("feed", feed, yard.logs, stack), *_terminals(yard, stack)]
    for clip in clips:
        finished(clip, timeout_s=_DRAWN_WITHIN_S)
    for camera in FILMED:
        name = filmed_name(camera)
        words = ["reader", "--node", yard.node_url, "--camera", str(camera), "--threads", "1"]
        words += [
            "--state",
            str(yard.stations / name),
            "--as-live",
            "--loop",
            str(yard.clips / f"{name}.mp4"),
        ]
        code = yard.stations / f"{name}.code"
        words += ["--enrol-file", str(code)] if code.exists() else []
        parts.append(started(name, [OPENANPR, *words], yard.logs, stack))
    return parts


def _terminals(yard: Yard, stack: ExitStack) -> list[Part]:
    """Start what keeps the lists in each patrol car, and confirms them."""
    parts: list[Part] = []
    for car in PATROLS:
        name = terminal_name(car.camera)
        code = yard.stations / f"{name}.code"
        words = ["reader", "lists", "--node", yard.node_url, "--camera", str(car.camera)]
        words += ["--state", str(yard.stations / name), "--every", "2"]
        words += ["--enrol-file", str(code)] if code.exists() else []
        parts.append(started(name, [OPENANPR, *words], yard.logs, stack))
    return parts


def _keep(yard: Yard, parts: list[Part], seconds: float | None) -> None:
    began = told = time.monotonic()
    while seconds is None or time.monotonic() - began < seconds:
        for part in parts:
            part.refuse_ended()
        if time.monotonic() - told >= _TELL_S:
            told = time.monotonic()
            print(_standing(yard.data), flush=True)
        time.sleep(_LOOK_S)


def _standing(data: Path) -> str:
    said = ask(data, "GET", "/node")
    reads, waiting, held = said["counts"]["reads"], said["alerts"]["waiting"], said["quarantine"]
    return (
        f"{datetime.now(UTC):%H:%M} UTC  {reads.get('accepted', 0)} reads taken, "
        f"{reads.get('late', 0)} late; {sum(waiting.values())} alerts wait; "
        f"{sum(held.values())} reads held"
    )


def _welcome(yard: Yard) -> str:
    rows = [("sign in", "person", "role", "team", f"codes, in {yard.people}")]
    rows += [
        (one.login, one.name, one.does, one.team, f"{one.login}.codes") for one in (*ADMINISTRATORS, *PEOPLE)
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    table = ["  ".join(cell.ljust(wide) for cell, wide in zip(row, widths, strict=True)) for row in rows]
    link = f"{yard.url}/join#{yard.invitation.read_text('utf-8').strip()}"
    public = f"What the public reads, without signing in: {yard.public_url}\n" if yard.public_port else ""
    return f"""
Open {yard.url}
{public}The county of Lyonesse: no plate, person, place or road in it is real.

{chr(10).join(f"  {line.rstrip()}" for line in table)}

Everybody's password: {WORDS}
A code of a file is good once. What everybody's app shows now, anew every 30 s:
  {sys.executable} -m demonstration.county --out {yard.out} --codes
An invitation that {INVITED.name} has not used yet:
  {link}
References that are open: {", ".join(OPEN)}
What all parts say is in {yard.logs}. Ctrl-C ends all of it.
"""


def _tell_codes(yard: Yard) -> None:
    for one in (*ADMINISTRATORS, *PEOPLE):
        print(f"{one.login:<5} {code_now(yard.people, one.login)}  {one.does}")
    print(f"good for {30 - int(time.time()) % 30} s more, each once")


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    usual = Wanted()
    parser.add_argument("--out", type=Path, default=Path("out/demo/county"))
    parser.add_argument("--fresh", action="store_true", help="begin anew; clips that are drawn stay")
    parser.add_argument("--codes", action="store_true", help="tell what everybody's app shows now, and end")
    parser.add_argument("--port", type=int, default=8471, help="where people go (default: 8471)")
    parser.add_argument("--device-port", type=int, default=8470, help="where devices deliver (default: 8470)")
    parser.add_argument(
        "--public-port", type=int, default=8472, help="what the public reads; 0: nothing (default: 8472)"
    )
    parser.add_argument("--reads-a-second", type=float, default=usual.reads_a_second, help="of the feed")
    parser.add_argument("--late-seconds", type=float, default=usual.late_s, help="of the late camera")
    parser.add_argument("--clip-seconds", type=float, default=60.0, help="of each clip, when it is drawn")
    parser.add_argument("--past-days", type=int, default=Past().days)
    parser.add_argument(
        "--past-starts", type=float, default=Past().starts, help="vehicles that set out an hour"
    )
    parser.add_argument("--seconds", type=float, help="end after so long (default: at Ctrl-C)")
    return parser


def main() -> int:
    """Run from the command line; 1 where a part fails."""
    said = _options().parse_args()
    yard = Yard(said.out.resolve(), said.port, said.device_port, said.public_port)
    asked = Asked(
        said.clip_seconds,
        Past(said.past_days, said.past_starts),
        Wanted(said.reads_a_second, said.late_seconds),
    )
    for number in (signal.SIGINT, signal.SIGTERM):  # both end all parts, also where a shell ignores Ctrl-C
        signal.signal(number, signal.default_int_handler)
    try:
        if said.codes:
            _tell_codes(yard)
            return 0
        if said.fresh:
            refuse_a_second(yard.data)
            yard.made.unlink(missing_ok=True)
        run(yard, asked, said.seconds)
    except (DemonstrationError, RefusedError, OSError) as fault:
        print(f"the demonstration stopped: {fault}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
