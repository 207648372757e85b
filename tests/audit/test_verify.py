"""The verifier as an outsider runs it: alone, on a folder of files, with a key and what was kept."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import cryptography
import pytest

from openanpr.audit import verify
from openanpr.audit.acts import VERSION, Erasure
from openanpr.audit.checkpoint import cosign
from openanpr.audit.commitment import Opening
from openanpr.audit.entry import seal
from openanpr.audit.examine import Trust, examine
from openanpr.audit.export import ExportError, export_log
from openanpr.audit.log import AuditLog
from openanpr.audit.note import NoteSigner
from tests.audit.events import AT, SIGNER, WITNESS, consultation, examples, made_log
from tests.audit.put_out import put_out, signed

SOURCE = Path(verify.__file__).parents[2]


def exported(log: AuditLog, folder: Path, name: str = "out", **settings) -> Path:
    log.checkpoint()
    export_log(folder / "log", folder / name, log_key=log.key, **settings)
    return folder / name


def run(*words: object) -> tuple[int, str]:
    """Run the verifier in this process, as its command line would."""
    told = io.StringIO()
    with redirect_stdout(told), redirect_stderr(told):
        status = verify.main([str(word) for word in words])
    return status, told.getvalue()


def test_a_whole_log_is_told_to_be_whole_with_what_is_in_it(tmp_path) -> None:
    log = made_log(tmp_path / "log", 600)
    log.append_all(examples())
    status, told = run(exported(log, tmp_path), "--key", log.key)
    assert status == 0
    assert told.startswith("WHOLE: 622 entries of the log log.example/police, root ")
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


def told_of(folder: Path, entries, *words: object, **settings) -> tuple[int, list[str]]:
    status, told = run(put_out(folder / "out", entries, **settings), "--key", SIGNER.key, *words)
    return status, told.splitlines()


def entry(n: int, **changes) -> bytes:
    return seal(replace(consultation(n), **changes), lambda: bytes(32))[0]


def test_all_that_was_found_is_told_line_by_line(tmp_path) -> None:
    entries = [entry(0), entry(1), entry(2, at=AT - timedelta(days=1)), entry(3)]
    later = entries[0].replace(b'"v":%d}' % VERSION, b'"v":%d}' % (VERSION + 1))
    status, told = told_of(tmp_path, [*entries, later], history=(1, 2, 5))
    assert status == 0
    assert told[0].startswith(f"WHOLE: 5 entries of the log {SIGNER.name}, root ")
    assert len(told[0].rpartition(" ")[2]) == 64
    assert told[1:] == [
        "from 2026-11-29T02:40:00Z to 2026-11-29T02:40:03Z",
        "consultation: 4",
        "agrees with 3 earlier checkpoints of its own",
        "the time falls by more than 5 s at 1 entries, first at entry 2: a clock was set back",
        "1 entries of a later schema were hashed, not read: use a later program",
    ]


def test_a_log_of_nothing_has_no_times_to_tell(tmp_path) -> None:
    status, told = told_of(tmp_path, [])
    assert (status, told[1:]) == (0, ["agrees with 0 earlier checkpoints of its own"])


def test_what_is_not_whole_is_told_so_and_ends_with_1(tmp_path) -> None:
    out = put_out(tmp_path / "out", [entry(0), entry(1)])
    tile = out / "tile" / "entries" / "000.p" / "2"
    tile.write_bytes(tile.read_bytes()[:-1])
    status, told = run(out, "--key", SIGNER.key)
    assert (status, told) == (1, "NOT WHOLE: entry 1: it is missing, and all after it in its file\n")


def test_erased_openings_are_told_beside_those_that_fit(tmp_path) -> None:
    log = made_log(tmp_path / "log", 3)
    erasure = next(event for event in examples() if isinstance(event, Erasure))
    log.erase_openings([1], erasure, names=frozenset({"plate"}))
    status, told = run(exported(log, tmp_path, opened=frozenset({1})), "--key", log.key)
    assert (status, "3 openings fit their entries, 1 are told to be erased" in told) == (0, True)
    (tmp_path / "entry.json").write_bytes(log.disclose(1).to_bytes())
    status, told = run("--entry", tmp_path / "entry.json", "--key", log.key)
    assert status == 0
    assert told.splitlines()[1:] == [
        "cameras: 12",
        "kind: vehicle",
        "oldest_days: 30",
        "purpose: serious",
        "rules: ('within-90-days',)",
        "stage: asked",
        "person (opened): 'PC 1'",
        "plate: not opened",
        "reason (opened): 'necessary to find a witness'",
        "reference (opened): 'CR/1/26'",
    ]
    log.close()


def test_a_witness_is_demanded_of_a_disclosed_entry_too(tmp_path) -> None:
    log = made_log(tmp_path / "log", 3)
    log.checkpoint()
    line, _ = cosign(log.lodge(0), None, log_key=log.key, witness=WITNESS, at=1_796_000_000)
    log.add_cosignature(str(line), WITNESS.key)
    (tmp_path / "entry.json").write_bytes(log.disclose(1).to_bytes())
    asked = ("--entry", tmp_path / "entry.json", "--key", log.key, "--witness", WITNESS.key)
    status, told = run(*asked)
    assert (status, told.splitlines()[-1]) == (0, "seen by witness.example/w1 at 2026-11-30T00:53:20Z")
    stranger = NoteSigner.generate("witness.example/w2", WITNESS.kind)
    status, told = run(*asked, "--witness", stranger.key)
    assert (status, told) == (
        1,
        "NOT WHOLE: the checkpoint is not signed by the witness witness.example/w2\n",
    )
    log.close()


def test_keys_and_witnesses_may_stand_in_files(tmp_path) -> None:
    out = put_out(tmp_path / "out", [entry(0)])
    (tmp_path / "key").write_text(f" {SIGNER.key}\n", encoding="utf-8")
    assert run(out, "--key", tmp_path / "key")[0] == 0
    (tmp_path / "bad").write_bytes(b"\xff")
    assert run(out, "--key", tmp_path / "bad")[0] == 2
    status, told = run(out, "--key", SIGNER.key, "--witness", SIGNER.key)
    assert (status, told) == (2, f"the key of {SIGNER.name} is of kind 1, and 4 is needed here\n")


def test_a_kept_checkpoint_by_another_key_cannot_be_used(tmp_path) -> None:
    out = put_out(tmp_path / "out", [entry(0)])
    (tmp_path / "kept").write_bytes(signed([entry(0)], NoteSigner.generate(SIGNER.name)))
    status, told = run(out, "--key", SIGNER.key, "--checkpoint", tmp_path / "kept")
    assert (status, "that you kept cannot be used" in told) == (2, True)


@pytest.mark.parametrize("about", [None, b"", b"[]", b"{}", b'{"key":7}', b'{"key":"a+b+c"}', b"[" * 100_000])
def test_a_folder_that_names_no_key_wants_one_to_be_given(tmp_path, about) -> None:
    out = put_out(tmp_path / "out", [entry(0)])
    if about is not None:
        (out / "about.json").write_bytes(about)
    status, told = run(out)
    assert (status, told) == (2, "the folder names no key: give the log's key with --key\n")


def test_a_disclosed_entry_is_asked_for_without_a_folder_and_a_file_is_bounded(tmp_path) -> None:
    (tmp_path / "entry.json").write_bytes(b" " * 10_000_001)
    status, told = run("--entry", tmp_path / "entry.json", "--key", SIGNER.key)
    assert (status, told) == (1, "NOT WHOLE: the file entry.json is longer than it may be\n")
    (tmp_path / "entry.json").write_bytes(b" " * 10_000_000)
    status, told = run("--entry", tmp_path / "entry.json", "--key", SIGNER.key)
    assert (status, "is no disclosure" in told) == (1, True)
    status, told = run("--entry", tmp_path / "none.json", "--key", SIGNER.key)
    assert (status, told) == (2, f"{tmp_path / 'none.json'} cannot be read: No such file or directory\n")


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
