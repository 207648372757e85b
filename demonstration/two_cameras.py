"""Starts a node and two cameras on this machine and prints alerts as they come; Ctrl-C ends all of it.

`python -m demonstration.two_cameras --clip out/demo/demo.mp4 --voi out/demo/voi.csv --out out/demo`. All is
done by the command line that anyone has: nothing here reaches into the program. The marks are invented.
"""

from __future__ import annotations

import argparse
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

OPENANPR = Path(sys.executable).with_name("openanpr")
CAMERAS = {
    "53/1/1": ("Mill Street, northbound", "51.4501", "-2.5902"),
    "53/1/2": ("Station Road, northbound", "51.4522", "-2.5845"),
}
_STARTS_WITHIN_S = 60.0


class DemonstrationError(Exception):
    """A part of the demonstration did not do what was asked of it."""


def asked(data: Path, *words: str) -> str:
    """Return what `openanpr WORDS` prints; raises DemonstrationError with what it says when it fails."""
    done = subprocess.run([OPENANPR, *words, "--data", data], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise DemonstrationError(f"openanpr {' '.join(words[:2])}: {done.stderr.strip()}")
    return done.stdout.strip()


def started(words: Sequence[str | Path], log: IO[str], stack: ExitStack) -> subprocess.Popen[str]:
    """Return a process of the program that ends with the demonstration, and not by its Ctrl-C."""
    process = subprocess.Popen(
        [OPENANPR, *words], stdout=log, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )

    def end() -> None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    stack.callback(end)
    return process


def refuse_a_second(data: Path) -> None:
    """Raise DemonstrationError where the node of an earlier demonstration still runs in the folder."""
    with socket.socket(socket.AF_UNIX) as probe, suppress(OSError):
        probe.connect(str(data / "node.sock"))
        raise DemonstrationError(f"a node still runs on {data}: end it first, or choose another --out")


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_node(data: Path, node: subprocess.Popen[str]) -> None:
    """Wait until the node answers; raises DemonstrationError when it ends or takes too long."""
    until = time.monotonic() + _STARTS_WITHIN_S
    while time.monotonic() < until:
        if node.poll() is not None:
            raise DemonstrationError(f"the node ended at once: see {data.parent / 'node.log'}")
        try:
            asked(data, "node", "status")
        except DemonstrationError:
            time.sleep(0.2)
        else:
            return
    raise DemonstrationError("the node did not answer within a minute")


def fill(data: Path, voi: Path) -> None:
    """Register two cameras and bring in a list, approved by a second person."""
    for camera, (name, lat, lon) in CAMERAS.items():
        where = ("--mount", "fixed", "--area", "north", "--lat", lat, "--lon", lon)
        asked(data, "cameras", "add", camera, *where, "--name", name, "--by", "Ann")
    asked(
        data,
        *("lists", "define", "--name", "demonstration", "--owner", "the demonstration"),
        *(
            "--purpose",
            "to show how alerts come",
            "--legal-basis",
            "none: all is invented",
            "--kind",
            "crime",
        ),
        *("--visible-to", "control-room", "--visible-to", "devices", "--max-age-hours", "48"),
    )
    told = asked(
        data, "lists", "import", str(voi), "--list", "demonstration", "--by", "Ann", "--why", "first filling"
    )
    number = told.split("proposal ")[1].split()[0]
    asked(data, "lists", "approve", number, "--by", "Bob")


def enrolled_readers(data: Path, url: str, clip: Path, out: Path, stack: ExitStack) -> None:
    """Start a reader for each camera, enrolled with a code of its own."""
    for n, camera in enumerate(CAMERAS, 1):
        told = asked(data, "devices", "code", "--name", f"camera {n}", "--scope", camera, "--by", "Ann")
        code = out / f"camera-{n}.code"
        code.touch(mode=0o600)
        code.write_text(told.split()[-1], encoding="utf-8")
        log = stack.enter_context((out / f"camera-{n}.log").open("w", encoding="utf-8"))
        words = [
            "reader",
            "--node",
            url,
            "--camera",
            camera,
            "--enrol-file",
            code,
            "--state",
            out / f"camera-{n}",
        ]
        started([*words, "--threads", "1", "--as-live", "--loop", clip], log, stack)


def run(clip: Path, voi: Path, out: Path, seconds: float | None) -> int:
    """Start all parts, print alerts until stopped or the time is up, and end all parts; return 0."""
    out.mkdir(parents=True, exist_ok=True)
    refuse_a_second(out / "node")
    for part in ("node", *(f"camera-{n}" for n in range(1, len(CAMERAS) + 1))):
        shutil.rmtree(out / part, ignore_errors=True)
    data, port = out / "node", free_port()
    data.mkdir(mode=0o700)
    (data / "node.toml").write_text(f"[listen]\nport = {port}\n[people]\nport = 0\n", encoding="utf-8")
    url = f"http://127.0.0.1:{port}"
    with ExitStack() as stack:
        log = stack.enter_context((out / "node.log").open("w", encoding="utf-8"))
        node = started(["node", "--data", data], log, stack)
        wait_for_node(data, node)
        fill(data, voi)
        enrolled_readers(data, url, clip, out, stack)
        began = datetime.now(UTC)
        print(f"a node runs at {url} (health: {url}/v1/health), its logs and pictures are in {out}")
        print(
            f"ask it: {OPENANPR} alerts queue --data {data} (or: node status, lists show, quarantine counts)"
        )
        print("two cameras read the demonstration clip; alerts come as listed vehicles pass (Ctrl-C ends it)")
        watch = subprocess.Popen([OPENANPR, "alerts", "watch", "--data", data], text=True)
        try:
            watch.wait(seconds)
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            watch.terminate()
            watch.wait(10)
        print(f"\nafter {(datetime.now(UTC) - began).total_seconds():.0f} s:")
        print(asked(data, "alerts", "queue"))
    return 0


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clip", type=Path, required=True)
    parser.add_argument("--voi", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("out/demo"))
    parser.add_argument("--seconds", type=float, help="end after so long (default: at Ctrl-C)")
    wanted = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: all parts are ended
    try:
        return run(wanted.clip, wanted.voi, wanted.out.resolve(), wanted.seconds)
    except DemonstrationError as fault:
        print(f"the demonstration stopped: {fault}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:  # before it had begun
        return 130


if __name__ == "__main__":
    sys.exit(main())
