"""The verifier that outsiders run: on a file of a month, on a note, with an export of the log."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from openanpr.audit.entry import canonical
from openanpr.audit.export import export_log
from openanpr.audit.note import NoteSigner
from openanpr.publish.closing import add_note, publish
from openanpr.publish.period import Month
from openanpr.publish.population import Cell
from openanpr.publish.proof import file_of
from openanpr.publish.verify import main
from tests.audit.events import SIGNER, WITNESS
from tests.publish.logs import SEPTEMBER, Scribe, month_of_searches, opened
from tests.publish.memory import Given, desk_of

MONTH = Month(2026, 9)
SETTLED = MONTH.settled(31)


@dataclass(frozen=True, slots=True)
class Handed:
    """What an outsider was given."""

    month: Path
    note: Path
    export: Path
    key: str


@pytest.fixture(scope="module")
def given(tmp_path_factory) -> Handed:
    folder = tmp_path_factory.mktemp("given")
    with opened(folder / "log") as log:
        month_of_searches(log)
        for n in range(300):
            Scribe(log).noise(SEPTEMBER + timedelta(days=31, minutes=n))
        desk = desk_of(log, reads=Given({MONTH: {(): Cell(99_000)}}))
        kept = publish(desk, MONTH, now=SETTLED)
        said = add_note(desk, MONTH, "the clock\x1b[2J stood still", by="Ann", now=SETTLED)
        log.checkpoint()
        export_log(log.folder, folder / "export", log_key=log.key)
        (folder / "month.json").write_bytes(file_of(kept.body, kept.proof))
        (folder / "note.json").write_bytes(file_of(said.body, said.proof))
        return Handed(folder / "month.json", folder / "note.json", folder / "export", str(log.key))


def test_a_month_is_proved_and_counted_anew_from_the_log(given, capsys) -> None:
    assert main([str(given.month), "--key", given.key, "--log", str(given.export)]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith("PROVED: the figures of 2026-09, committed to by entry ")
    assert [line for line in told if line.startswith("counted anew")] == [
        "counted anew from the log: searches agrees",
        "counted anew from the log: findings agrees",
        "counted anew from the log: deletions agrees",
    ]


def test_a_note_is_proved_and_steers_no_terminal(given, capsys) -> None:
    assert main([str(given.note), "--key", given.key]) == 0
    told = capsys.readouterr().out
    assert "a note, committed to" in told
    assert "\x1b" not in told
    assert main([str(given.note), "--key", given.key, "--log", str(given.export)]) == 2


def test_a_file_that_was_changed_is_not_proved(given, tmp_path, capsys) -> None:
    told = json.loads(given.month.read_bytes())
    told["document"]["facts"] = []
    (tmp_path / "changed.json").write_bytes(canonical(told) + b"\n")
    assert main([str(tmp_path / "changed.json"), "--key", given.key]) == 1
    assert capsys.readouterr().out.startswith("NOT PROVED: the entry of the log does not commit")


def test_another_log_or_a_witness_that_has_not_signed_is_found(given, tmp_path, capsys) -> None:
    other = NoteSigner.generate(SIGNER.name)
    assert main([str(given.month), "--key", str(other.key)]) == 1
    assert main([str(given.month), "--key", given.key, "--witness", str(WITNESS.key)]) == 1
    assert "the witness witness.example" in capsys.readouterr().out
    with opened(tmp_path / "log") as log:
        month_of_searches(log)
        Scribe(log).search(SEPTEMBER, "run")
        log.checkpoint()
        export_log(log.folder, tmp_path / "export", log_key=log.key)
    assert main([str(given.month), "--key", given.key, "--log", str(tmp_path / "export")]) == 1
    assert "NOT PROVED" in capsys.readouterr().out


def test_an_entry_taken_out_of_the_export_is_found(given, tmp_path, capsys) -> None:
    copy = tmp_path / "export"
    for path in given.export.rglob("*"):
        if path.is_file():
            to = copy / path.relative_to(given.export)
            to.parent.mkdir(parents=True, exist_ok=True)
            to.write_bytes(path.read_bytes())
    bundle = copy / "tile" / "entries" / "000"
    bundle.write_bytes(bundle.read_bytes()[:-40])
    assert main([str(given.month), "--key", given.key, "--log", str(copy)]) == 1
    assert capsys.readouterr().out.startswith("NOT PROVED: entry 255")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--key", "none"], "a file cannot be read|cannot be read"),
        (["--key", str(WITNESS.key)], "is of kind 4"),
        (["--key", str(SIGNER.key), "--witness", str(SIGNER.key)], "is of kind 1"),
        (["--key", str(SIGNER.key), "--log", "/nowhere/at/all"], "is no folder"),
    ],
)
def test_a_call_that_is_not_right_says_what_to_give(given, words, said, capsys) -> None:
    assert main([str(given.month), *words]) == 2
    err = capsys.readouterr().err
    assert any(one in err for one in said.split("|")), err
    assert main(["/nowhere/at/all.json", "--key", str(SIGNER.key)]) == 2


def test_it_stands_alone_with_nothing_but_cryptography(given) -> None:
    """In a process of its own, in which all other packages that a node needs are not to be had."""
    code = (
        "import sys\n"
        "for name in ('msgspec', 'sqlalchemy', 'chdb', 'httpx', 'starlette', 'cedarpy', 'numpy'):\n"
        "    sys.modules[name] = None\n"
        "from openanpr.publish.verify import main\n"
        f"sys.exit(main([{str(given.month)!r}, '--key', {given.key!r}, '--log', {str(given.export)!r}]))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("PROVED")
