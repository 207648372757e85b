"""What could not be written is refused, whichever table it was, and stored once when it comes again."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.store.killing import ROOT
from tests.store.tokens_child import pictured


@pytest.mark.parametrize("table", ["reads", "reads_by_camera", "vrm_month", "camera_hour", "announced"])
def test_a_table_that_cannot_be_written_refuses_the_group_which_then_counts_once(tmp_path, table) -> None:
    words = [sys.executable, "-m", "tests.store.refused_child", str(tmp_path / "store"), table]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    told = done.stdout.splitlines()
    assert told[:3] == ["stored", "refused", "stored"]
    assert set(map(int, told[3].split())) == {2 * len(pictured(0))}
