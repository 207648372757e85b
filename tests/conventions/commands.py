"""The command line as it tells of itself: every command, its options, and whether a call is understood."""

from __future__ import annotations

import argparse
import re
from contextlib import redirect_stderr, redirect_stdout
from functools import lru_cache
from io import StringIO

from openanpr.run import cli

OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+")
Command = tuple[str, ...]


@lru_cache
def parser(command: Command = ()) -> argparse.ArgumentParser:
    """The parser of a command such as ("lists", "import"); raises KeyError where there is none."""
    if not command:
        return cli._parser()
    return _inner(parser(command[:-1]))[command[-1]]


def _inner(of: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    groups = (a for a in of._actions if isinstance(a, argparse._SubParsersAction))
    return next((dict(group.choices) for group in groups), {})


@lru_cache
def leaves(command: Command = ()) -> tuple[Command, ...]:
    """Every command from this one down that does something by itself."""
    found = tuple(leaf for name in _inner(parser(command)) for leaf in leaves((*command, name)))
    alone = parser(command).get_default("command") is not None
    return (command, *found) if alone else found


def options(command: Command) -> set[str]:
    """The options of a command, `--help` left out."""
    told = {text for action in parser(command)._actions for text in action.option_strings}
    return {text for text in told if text.startswith("--")} - {"--help"}


def call_fault(words: list[str]) -> str:
    """What the program says against a call; empty when it is understood. Nothing is run."""
    said = StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        try:
            parser().parse_args(words)
        except SystemExit as ended:
            return "" if ended.code == 0 else said.getvalue().strip().rpartition("error: ")[2]
    return ""
