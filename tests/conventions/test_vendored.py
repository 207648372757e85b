"""What others wrote and browsers are given is what was taken, and its licences lie beside it."""

from __future__ import annotations

import hashlib
import json

import pytest

from tests.conventions.tree import PACKAGE, ROOT

FOLDERS = {
    PACKAGE / "web" / "static" / "vendor": "dependencies",
    ROOT / "tests" / "pages" / "vendor": "devDependencies",
}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda one: one.parts[-3])
def test_every_file_is_the_one_that_was_taken(folder) -> None:
    sums = dict(
        reversed(line.split("  ", 1)) for line in (folder / "SHA256SUMS").read_text("utf-8").splitlines()
    )
    files = {
        str(one.relative_to(folder)): hashlib.sha256(one.read_bytes()).hexdigest()
        for one in folder.rglob("*")
        if one.is_file() and one.name != "SHA256SUMS"
    }
    assert files == sums, "run lock/web/make, and look at what changed"


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda one: one.parts[-3])
def test_the_licence_of_every_package_lies_beside_it(folder) -> None:
    pinned = json.loads((ROOT / "lock" / "web" / "package.json").read_text("utf-8"))[FOLDERS[folder]]
    text = (folder / "LICENCES.txt").read_text("utf-8")
    missing = [name for name, version in pinned.items() if f"{name} {version} (" not in text]
    assert not missing


def test_nothing_is_taken_from_gov_uk_that_is_for_gov_uk_alone() -> None:
    style = (PACKAGE / "web" / "static" / "vendor" / "govuk-frontend.css").read_text("utf-8")
    assert "@font-face" not in style
    assert "GDS Transport" not in style
    assert "crest" not in style.replace("govuk-footer__copyright-logo", "")
