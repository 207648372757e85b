"""The demonstration: a street by day and at dusk, the truth of it, and a list of vehicles of interest.

`python -m training.clips.demo --out out/demo` writes demo.mp4, truth.csv and voi.csv. All marks, people and
incidents in it are made up.
"""

from __future__ import annotations

import argparse
import csv
import time
from dataclasses import replace
from pathlib import Path

from training.clips.camera import Camera
from training.clips.film import film
from training.clips.scene import Drive, Scene, Vehicle
from training.clips.street import Street
from training.clips.truth import write_truth

SEED = 20_260_301
_AWAY, _FAST, _SLOW, _KERB = -1.05, 1.7, 4.5, -3.35
_STREET = Street(-4.45, 6.0, (0.3, 3.1), seed=7)
_CAMERA = Camera((0.5, 0.0, 2.9), 0.0, -6.6, 2200.0)
_HEADER = (
    "VRM",
    "Make",
    "Model",
    "Colour",
    "Action",
    "Warning markers",
    "Reason",
    "NIM (5x5x5) code",
    "Information/Action",
    "Force & Area",
    "Weed date",
    "PNC ID",
    "GPMS/GSC marking",
    "CAD information",
    "Spare 1",
    "Spare 2",
)


def _drive(lane: float, at_y: float, at_s: float, speed: float, *, away: bool = False) -> Drive:
    """At steady `speed` in metres a second, at `at_y` at second `at_s`."""
    return Drive(lane, away, at_y, at_s, ((0.0, speed), (60.0, speed)))


_PARKED = Vehicle(
    "estate", "blue", ("NV14 HZE",), Drive(_KERB, away=True, at_y=17.3, at_s=0.0, speeds=((0.0, 0.0),))
)


# Pulls out from behind the van and passes it in front of the camera.
_OVERTAKING = replace(_drive(_SLOW, 22.0, 5.2, 13.5), swerve=(_FAST, 1.6, 3.6))


def scenes(seed: int = SEED) -> tuple[Scene, Scene]:
    """Day, then dusk: the same street and the same car at the kerb; ten vehicles in all."""
    day = (
        _PARKED,
        Vehicle("hatch", "red", ("LB19 RTK",), _drive(_FAST, 9.5, 2.3, 11.5)),
        Vehicle("saloon", "silver", ("YO08 KPD",), _drive(_AWAY, 10.0, 1.7, 11.0, away=True)),
        Vehicle("van", "white", ("FG73 HJU",), _drive(_SLOW, 22.0, 5.4, 9.0)),
        Vehicle("estate", "grey", ("RX17 ZVW",), _OVERTAKING, band="blue"),
        Vehicle("classic", "green", ("ABX 268D",), _drive(_AWAY, 9.0, 6.4, 9.5, away=True), style="black"),
        Vehicle("hatch", "orange", ("OE22 SGM",), _drive(_FAST, 9.5, 9.6, 12.0), band="green"),
    )
    dusk = (
        _PARKED,
        Vehicle(
            "suv",
            "navy",
            ("KM65 DXA",),
            _drive(_AWAY, 10.5, 2.2, 10.5, away=True),
            rear_lines=("KM65", "DXA"),
        ),
        Vehicle("hatch", "white", ("WP12 FNC",), _drive(_FAST, 9.5, 4.0, 11.5)),
        Vehicle("saloon", "black", ("T386 BGH",), _drive(_AWAY, 10.0, 6.9, 11.5, away=True), dirt=0.4),
    )
    return (
        Scene("demo", seed, 285, _STREET, _CAMERA, "day", day, fade=8),
        Scene("demo", seed + 1, 240, _STREET, _CAMERA, "dusk", dusk, fade=8),
    )


def _row(vrm: str, looks: tuple[str, str, str], action: str, why: tuple[str, str, str]) -> tuple[str, ...]:
    """One row of the list: `why` is the warning marker, the reason and what to do."""
    marker, reason, what = why
    return (
        vrm,
        *looks,
        action,
        marker,
        reason,
        "E41",
        what,
        "Demonstration force",
        "2035-12-31",
        "",
        "OFFICIAL",
        "",
        "",
        "",
    )


def list_rows() -> tuple[tuple[str, ...], ...]:
    """The list: three that pass, one spelt with a zero for the letter O on the plate, five never seen."""
    return (
        _row("LB19RTK", ("Made up", "Hatchback", "Red"), "STOP", ("", "Stolen", "Stop and check")),
        _row(
            "KM65DXA", ("Made up", "4x4", "Blue"), "STOP", ("WE", "Seen leaving a robbery", "Stop with care")
        ),
        _row(
            "NV14HZE",
            ("Made up", "Estate", "Blue"),
            "SILENT",
            ("", "Missing person's car", "Do not stop: report"),
        ),
        _row(
            "Y008KPD", ("Made up", "Saloon", "Silver"), "ASSESS", ("", "No insurance", "Check before a stop")
        ),
        _row("AA19AAB", ("Made up", "Hatchback", "Black"), "STOP", ("", "Stolen", "Stop and check")),
        _row(
            "BD51SMR",
            ("Made up", "Saloon", "Green"),
            "SILENT",
            ("", "Long-term interest", "Do not stop: report"),
        ),
        _row(
            "Q172KLP",
            ("Made up", "Kit car", "Yellow"),
            "ASSESS",
            ("", "Keeper unknown", "Check before a stop"),
        ),
        _row("SIZ4417", ("Made up", "Van", "White"), "STOP", ("VI", "Wanted driver", "Stop with care")),
        _row("HX04UUN", ("Made up", "Estate", "Grey"), "INTELLIGENCE", ("", "Fuel theft", "Log only")),
    )


def write_list(path: Path) -> None:
    """Write `voi.csv`: sixteen columns with their header."""
    with path.open("w", newline="", encoding="utf-8") as lines:
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(_HEADER)
        writer.writerows(list_rows())


def make_demo(folder: Path, *, seed: int = SEED, stills: Path | None = None) -> None:
    """Write demo.mp4, truth.csv and voi.csv into `folder`; about half a minute of one core."""
    folder.mkdir(parents=True, exist_ok=True)
    write_list(folder / "voi.csv")
    write_truth(folder / "truth.csv", film(scenes(seed), folder / "demo.mp4", stills=stills).passes)


def _main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--out", type=Path, default=Path("out/demo"))
    options.add_argument("--seed", type=int, default=SEED)
    options.add_argument("--stills", type=Path, default=None, help="also write every 25th frame there")
    given = options.parse_args()
    print("drawing the demonstration clip (about half a minute)", flush=True)
    began = time.monotonic()
    make_demo(given.out, seed=given.seed, stills=given.stills)
    print(f"{given.out}: demo.mp4, truth.csv, voi.csv in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    _main()
