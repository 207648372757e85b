"""The command line itself: help, faults of use, and how quickly it is there."""

from __future__ import annotations

import subprocess
import sys

import pytest

from openanpr.run.cli import main

START = [sys.executable, "-c", "import sys; from openanpr.run.cli import main; sys.exit(main())"]


@pytest.mark.parametrize("call", [["--help"], ["read", "--help"], ["--version"]])
def test_help_and_version_go_to_standard_output(call, capsys) -> None:
    with pytest.raises(SystemExit) as ended:
        main(call)
    shown = capsys.readouterr()
    assert ended.value.code == 0
    assert "openanpr" in shown.out
    assert shown.err == ""


def test_the_help_of_read_names_every_option_and_how_it_ends(capsys) -> None:
    with pytest.raises(SystemExit):
        main(["read", "--help"])
    text = capsys.readouterr().out
    for word in (
        "--voi",
        "--json",
        "--save",
        "--report",
        "--country",
        "--threads",
        "--on",
        "--min-confidence",
    ):
        assert word in text
    assert "exit status" in text
    assert "%(" not in text


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ([], "COMMAND"),
        (["read"], "SOURCE"),
        (["fly"], "invalid choice"),
        (["read", "a.jpg", "--country", "fr"], "invalid choice"),
        (["read", "a.jpg", "--threads", "0"], "from 1 to 64"),
        (["read", "a.jpg", "--on", "tomorrow"], "2026-11-22"),
        (["read", "a.jpg", "--min-confidence", "90"], "from 0 to 1"),
        (["read", "a.jpg", "--min-confidence", "nan"], "from 0 to 1"),
        (["read", "a.jpg", "--rep", "page.html"], "unrecognized"),
    ],
)
def test_a_wrong_call_ends_with_two_and_says_what_is_wanted(call, told, capsys) -> None:
    with pytest.raises(SystemExit) as ended:
        main(call)
    assert ended.value.code == 2
    assert told in capsys.readouterr().err


def test_help_needs_neither_numpy_nor_models() -> None:
    code = (
        "import sys; from openanpr.run.cli import main\n"
        "try: main(['read', '--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'numpy', 'cv2', 'av', 'onnxruntime', 'scipy'}\n"
        "sys.exit(bool(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, timeout=60)
    assert done.returncode == 0


def test_a_list_that_is_missing_ends_the_process_with_two() -> None:
    ended = subprocess.run(
        [*START, "read", "a.jpg", "--voi", "gone.csv"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert "gone.csv cannot be read" in ended.stderr
