"""A run whose time is over: parts are tested all the same, what is whole is told as left out."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.conftest import WHOLE
from tests.conventions.tree import ROOT


def test_what_is_whole_is_named_as_its_folder_is() -> None:
    assert [name for name in WHOLE if not (ROOT / "tests" / name).is_dir()] == []


def test_when_its_time_is_over_a_run_skips_what_is_whole_and_says_so() -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"),
            *("tests/core/test_plate.py", "tests/web/test_public_visits.py"),
        ],
        cwd=ROOT,
        env={**os.environ, "OPENANPR_TESTS_UNTIL": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    parts, whole = done.stdout.splitlines()[-1].split(" in ")[0].split(", ")
    assert (parts.split()[1], whole.split()[1]) == ("passed", "skipped")
    assert f"SKIPPED [{whole.split()[0]}] tests/conftest.py" in done.stdout
    assert "the time of this run was over" in done.stdout
