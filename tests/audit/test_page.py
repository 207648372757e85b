"""The page on the audit log tells of every act and every field, and of no other; and of every option."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from openanpr.audit.acts import Kind
from openanpr.audit.schema import SCHEMAS
from openanpr.audit.verify import add_arguments

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "audit-log.md").read_text(encoding="utf-8")


def rows() -> dict[str, list[str]]:
    entries = PAGE.partition("## Entries")[2].partition("\n## ")[0]
    lines = [line for line in entries.splitlines() if re.match(r"\| `[a-z-]+` \|", line)]
    return {cells[1].strip(" `"): cells[2:4] for cells in (line.split("|") for line in lines)}


def test_the_page_has_the_schemas_as_they_are() -> None:
    told = {act: cells for act, cells in rows().items() if act in SCHEMAS}
    assert told.keys() == SCHEMAS.keys()
    for act, rules in SCHEMAS.items():
        for cell, sealed in zip(told[act], (False, True), strict=True):
            named = re.findall(r"`([a-z_]+)`(\?)?", cell)
            wanted = [
                (name, "" if rule.needed else "?")
                for name, rule in rules.items()
                if (rule.kind is Kind.SEALED) == sealed and name != "regards"
            ]
            assert named == wanted


def test_the_page_has_every_option_of_the_verifier_and_no_other() -> None:
    parser = argparse.ArgumentParser(add_help=False)
    add_arguments(parser)
    options = {text for action in parser._actions for text in action.option_strings}
    assert set(re.findall(r"^\| `(--[a-z]+)", PAGE, re.MULTILINE)) == options
