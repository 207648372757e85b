"""What others wrote can be made again from the pinned packages, byte for byte."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from tests.conventions.tree import ROOT


@pytest.mark.skipif(
    shutil.which("npm") is None, reason="npm is not here, and only makers of the project need it"
)
def test_the_committed_files_are_those_that_the_pinned_packages_make() -> None:
    done = subprocess.run(
        [ROOT / "lock" / "web" / "make", "--check"], capture_output=True, text=True, check=False, timeout=300
    )
    if "ENOTFOUND" in done.stderr or "EAI_AGAIN" in done.stderr:
        pytest.skip("the packages cannot be reached from here")
    assert done.returncode == 0, done.stderr
