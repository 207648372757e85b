"""What we stand on: locked, hashed, under licences that let a force use it, and shipped whole."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import distribution

import pytest

from tests.conventions.tree import PACKAGE, ROOT

HASHED_LOCKS = ("build", "reader", "node", "dev", "training")
PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)==([^\s;]+)", re.MULTILINE)
ELSEWHERE = {"tzdata"}  # locked for Windows alone
COPYLEFT = re.compile(r"\b(?:A?GPL|Affero|GNU General Public)", re.IGNORECASE)


def lock_text(name: str) -> str:
    return (ROOT / "lock" / f"{name}.txt").read_text(encoding="utf-8")


def pins(name: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for package, version in PIN.findall(lock_text(name)):
        found.setdefault(package, set()).add(version)
    return found


@pytest.mark.parametrize("name", HASHED_LOCKS)
def test_every_locked_package_is_pinned_with_hashes(name) -> None:
    blocks = re.split(r"\n(?=[a-z0-9])", lock_text(name).strip())
    assert blocks
    for block in blocks:
        assert PIN.match(block), block[:60]
        assert "--hash=sha256:" in block, block[:60]


@pytest.mark.parametrize("name", [*HASHED_LOCKS, "torch"])
def test_a_lock_names_no_place_to_fetch_from(name) -> None:
    assert not re.search(r"://|index-url|find-links|trusted-host", lock_text(name))


def test_the_locks_agree_with_one_another() -> None:
    versions: dict[str, set[str]] = {}
    for name in HASHED_LOCKS:
        for package, found in pins(name).items():
            assert versions.setdefault(package, found) == found, f"{package} differs in lock/{name}.txt"


@pytest.mark.parametrize(
    ("extra", "locks"),
    [
        ("reader", ["reader"]),
        ("deliver", ["node"]),
        ("audit", ["node"]),
        ("node", ["node"]),
        ("dev", ["dev"]),
        ("training", ["training", "torch"]),
    ],
)
def test_what_an_extra_asks_for_is_in_its_lock(extra, locks) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    locked = set().union(*(pins(name) for name in locks))
    asked = {re.split(r"[<>=\[ ]", need)[0] for need in project["optional-dependencies"][extra]}
    assert asked <= locked, f"run `make lock`: {asked - locked} missing"


@pytest.mark.parametrize("package", sorted((pins("reader") | pins("node")).keys() - ELSEWHERE))
def test_no_package_that_runs_is_under_the_gpl(package) -> None:
    about = distribution(package).metadata
    licences = [
        about.get("License-Expression") or "",
        (about.get("License") or "").splitlines()[0] if about.get("License") else "",
        *(c for c in about.get_all("Classifier") or [] if c.startswith("License ::")),
    ]
    stated = [licence for licence in licences if licence]
    if not stated:  # then the text that it ships has to say it
        stated = [text for text in _licence_texts(package) if "Apache License" in text[:200]]
    assert stated, f"{package} states no licence"
    lesser = [re.sub(r"LGPL|Lesser", "", licence) for licence in stated]
    assert not any(COPYLEFT.search(licence) for licence in lesser), f"{package}: {stated}"


def _licence_texts(package: str) -> list[str]:
    files = distribution(package).files or []
    return [one.read_text(encoding="utf-8") for one in files if one.name in {"LICENSE", "LICENCE"}]


def test_the_wheel_carries_every_file_that_the_program_reads(tmp_path) -> None:
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        shipped = set(wheel.namelist())
    ours = {
        path.relative_to(PACKAGE.parent).as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert ours <= shipped, f"left out: {ours - shipped}"
    outsiders = {name for name in shipped - ours if ".dist-info/" not in name}
    assert not outsiders, f"not ours to ship: {outsiders}"
