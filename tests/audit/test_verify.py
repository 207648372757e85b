"""The verifier as an outsider runs it: alone, on a folder of files, with a key and what was kept."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import cryptography
import pytest

from openanpr.audit import verify
from openanpr.audit.checkpoint import cosign
from openanpr.audit.commitment import Opening
from openanpr.audit.examine import Trust, examine
from openanpr.audit.export import ExportError, export_log
from openanpr.audit.log import AuditLog
from openanpr.audit.note import NoteSigner
from tests.audit.events import AT, WITNESS, consultation, examples, made_log

SOURCE = Path(verify.__file__).parents[2]


def exported(log: AuditLog, folder: Path, name: str = "out", **settings) -> Path:
    log.checkpoint()
    export_log(folder / "log", folder / name, log_key=log.key, **settings)
    return folder / name


def run(*words: object) -> tuple[int, str]:
    """Run the verifier in this process."""
    done = subprocess.run(
        [sys.executable, "-m", "openanpr.audit.verify", *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_a_whole_log_is_told_to_be_whole_with_what_is_in_it(tmp_path) -> None:
    log = made_log(tmp_path / "log", 600)
    log.append_all(examples())
    status, told = run(exported(log, tmp_path), "--key", log.key)
    assert status == 0
    assert told.startswith("WHOLE: 619 entries of the log log.example/police, root ")
    assert "consultation: 601" in told
    assert "key is the folder's own" not in told
    assert "from 2026-11-29T02:40:00Z to 2026-11-29T02:49:59Z" in told
    log.close()


def test_without_a_key_the_folders_own_is_taken_and_that_is_said(tmp_path) -> None:
    log = made_log(tmp_path / "log", 3)
    status, told = run(exported(log, tmp_path))
    assert status == 0
    assert "the key is the folder's own" in told
    log.close()


def test_a_log_goes_on_from_every_checkpoint_that_was_kept(tmp_path) -> None:
    log = made_log(tmp_path / "log", 0)
    kept = []
    for size in (1, 256, 300):
        log.append_all([consultation(n) for n in range(log.size, size)])
        log.checkpoint()
        kept += ["--checkpoint", tmp_path / f"kept-{size}"]
        shutil.copy(tmp_path / "log" / "checkpoint", kept[-1])
    log.append_all([consultation(n) for n in range(300)])
    status, told = run(exported(log, tmp_path), "--key", log.key, *kept)
    assert status == 0
    assert "goes on from the checkpoint of 256 entries that you kept" in told
    log.close()


def test_witnesses_that_must_have_signed_are_looked_for(tmp_path) -> None:
    log = made_log(tmp_path / "log", 30)
    log.checkpoint()
    line, _ = cosign(log.lodge(0), None, log_key=log.key, witness=WITNESS, at=1_796_000_000)
    log.add_cosignature(str(line), WITNESS.key)
    out = exported(log, tmp_path)
    status, told = run(out, "--key", log.key, "--witness", WITNESS.key)
    assert (status, "seen by witness.example/w1 at 2026-11-" in told) == (0, True)
    stranger = NoteSigner.generate("witness.example/w2", WITNESS.kind)
    status, told = run(out, "--key", log.key, "--witness", stranger.key)
    assert (status, "not signed by the witness witness.example/w2" in told) == (1, True)
    log.close()


def test_openings_that_were_handed_out_are_checked_and_no_others_are_there(tmp_path) -> None:
    log = made_log(tmp_path / "log", 300)
    out = exported(log, tmp_path, opened=frozenset({3, 280}))
    status, told = run(out, "--key", log.key)
    assert (status, "8 openings fit their entries" in told) == (0, True)
    held = b"".join(path.read_bytes() for path in out.rglob("*") if path.is_file())
    assert b"AB00003" in held
    assert b"AB00004" not in held
    log.close()


def test_a_disclosed_entry_is_proved_alone(tmp_path) -> None:
    log = made_log(tmp_path / "log", 300)
    (tmp_path / "entry.json").write_bytes(log.disclose(77).to_bytes())
    status, told = run("--entry", tmp_path / "entry.json", "--key", log.key)
    assert status == 0
    assert told.startswith("PROVED: entry 77 of 300 of the log log.example/police: consultation at ")
    assert "plate (opened): 'AB00077'" in told
    log.close()


def test_the_verifier_runs_with_nothing_of_ours_but_its_folder_and_no_package_but_cryptography(
    tmp_path,
) -> None:
    log = made_log(tmp_path / "log", 300)
    out = exported(log, tmp_path)
    alone = tmp_path / "alone"
    shutil.copytree(SOURCE / "openanpr" / "audit", alone / "openanpr" / "audit")
    for package in ("cryptography", "cffi", "_cffi_backend"):
        for found in Path(cryptography.__file__).parents[1].glob(package + "*"):
            if found.suffix != ".dist-info":
                (alone / found.name).symlink_to(found)
    done = subprocess.run(
        [sys.executable, "-S", "-m", "openanpr.audit.verify", str(out), "--key", str(log.key)],
        cwd=tmp_path,
        env={"PYTHONPATH": str(alone), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    log.close()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "name the folder"),
        (("{out}", "--entry", "x"), "name the folder"),
        (("nowhere",), "is no folder"),
        (("{out}", "--key", "a+b+c"), "cannot be read"),
        (("{out}", "--key", "nowhere"), "cannot be read"),
        (("{out}", "--key", "{witness}"), "is of kind"),
        (("{out}", "--checkpoint", "{out}/about.json"), "cannot be used"),
        (("{out}", "--checkpoint", "nowhere"), "cannot be read"),
        (("--entry", "{out}/about.json"), "give it with --key"),
    ],
)
def test_a_call_that_is_not_understood_ends_with_2_and_says_what_to_give(tmp_path, words, says) -> None:
    log = made_log(tmp_path / "log", 3)
    out = exported(log, tmp_path)
    log.close()
    status, told = run(*(word.format(out=out, witness=WITNESS.key) for word in words))
    assert (status, says in told) == (2, True)
    assert "Traceback" not in told


def test_an_empty_log_is_whole(tmp_path) -> None:
    log = made_log(tmp_path / "log", 0)
    status, told = run(exported(log, tmp_path), "--key", log.key)
    assert (status, told.startswith("WHOLE: 0 entries")) == (0, True)
    log.close()


def test_a_clock_that_was_set_back_is_named(tmp_path) -> None:
    log = made_log(tmp_path / "log", 3)
    log.append(replace(consultation(3), at=AT - timedelta(days=30)))
    log.append(replace(consultation(4), at=AT))
    found = examine(exported(log, tmp_path), Trust(log.key))
    assert found.clock_fell == (3,)
    log.append(replace(consultation(5), at=AT - timedelta(seconds=2)))
    assert examine(exported(log, tmp_path, "again"), Trust(log.key)).clock_fell == (3,)
    log.close()


def test_an_export_is_made_beside_the_writer_and_never_over_another(tmp_path) -> None:
    log = made_log(tmp_path / "log", 300)
    out = exported(log, tmp_path)
    log.append(consultation(1))
    with pytest.raises(ExportError):
        export_log(tmp_path / "log", out, log_key=log.key)
    with pytest.raises(ExportError):
        export_log(tmp_path / "log", tmp_path / "more", log_key=log.key, opened=frozenset({300}))
    assert not (tmp_path / "more").exists()
    assert json.loads((out / "about.json").read_text())["key"] == str(log.key)
    log.close()


def test_a_whole_tile_serves_where_only_a_part_of_it_is_asked_for(tmp_path) -> None:
    # A server may leave out a partial tile once the whole one is there (tlog-tiles).
    log = made_log(tmp_path / "log", 200)
    old = exported(log, tmp_path, "old")
    log.append_all([consultation(n) for n in range(100)])
    new = exported(log, tmp_path, "new")
    for level in ("0", "entries"):
        shutil.rmtree(old / "tile" / level)
        shutil.copytree(new / "tile" / level, old / "tile" / level)
    assert examine(old, Trust(log.key)).signed.checkpoint.size == 200
    log.close()


def test_an_opening_is_not_shown_by_chance() -> None:
    assert "secret" not in repr(Opening(1, "plate", bytes(32), "secret"))
