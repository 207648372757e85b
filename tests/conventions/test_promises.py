"""What the documents promise is real: targets, commands, options, settings and links."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

import pytest

from tests.conventions.commands import OPTION, call_fault, leaves, options
from tests.conventions.tree import ROOT, place, python_files

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
FENCE = re.compile(r"^```(?:sh|console|bash)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")
RUN_BY_HAND = ("training", "benchmarks", "demonstration")


def commands(page: Path) -> list[list[str]]:
    """Each command line in a page's shell blocks, split into words; comments and output left out."""
    found = []
    for block in FENCE.findall(page.read_text(encoding="utf-8")):
        for line in block.replace("\\\n", " ").splitlines():
            words = shlex.split(line.removeprefix("$ "), comments=True)
            if words:
                found.append(words)
    return found


def targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


@pytest.mark.parametrize("page", PAGES, ids=place)
def test_every_make_target_in_a_page_exists(page) -> None:
    named = {
        w for words in commands(page) if words[0] == "make" for w in words[1:] if re.fullmatch("[a-z]+", w)
    }
    named |= set(re.findall(r"`make ([a-z]+)", page.read_text(encoding="utf-8")))
    assert named <= targets(), f"{place(page)} names targets that are not: {named - targets()}"


def program_call(words: list[str]) -> list[str] | None:
    """What a command line gives to our program; None where it calls another."""
    at = next((n for n, w in enumerate(words) if w.endswith("/bin/openanpr")), 0)
    if Path(words[at]).name != "openanpr":
        return None
    ends = (n for n, word in enumerate(words) if word in {"|", ">", ">>", "<", "&", "&&", ";"} and n > at)
    return words[at + 1 : next(ends, len(words))]


@pytest.mark.parametrize("page", PAGES, ids=place)
def test_every_command_line_in_a_page_is_understood(page) -> None:
    for words in commands(page):
        call = program_call(words)
        if call is not None:
            assert not call_fault(call), f"{place(page)}: {' '.join(words)}: {call_fault(call)}"


@pytest.mark.parametrize("page", PAGES, ids=place)
def test_every_command_named_in_a_page_exists(page) -> None:
    known = {leaf[: n + 1] for leaf in leaves() for n in range(len(leaf))}
    groups = {leaf[:1] for leaf in leaves() if len(leaf) > 1}
    found = re.findall(
        r"(?<![\w/])openanpr ([a-z]+(?:-[a-z]+)*)(?: ([a-z][a-z-]+))?", page.read_text(encoding="utf-8")
    )
    for first, second in found:
        named = (first, second) if second and (first,) in groups else (first,)
        assert named in known, f"{place(page)}: there is no openanpr {' '.join(named)}"


@pytest.mark.parametrize("page", PAGES, ids=place)
def test_every_module_run_in_a_page_exists(page) -> None:
    for words in commands(page):
        if "-m" in words and words[words.index("-m") + 1].split(".")[0] in RUN_BY_HAND:
            module = words[words.index("-m") + 1]
            assert _can_be_run(module), f"{place(page)}: {module}"


def test_every_module_run_by_the_makefile_exists() -> None:
    named = re.findall(rf"-m ((?:{'|'.join(RUN_BY_HAND)})[\w.]*)", (ROOT / "Makefile").read_text())
    assert named
    assert not [name for name in named if not _can_be_run(name)]


def _can_be_run(module: str) -> bool:
    path = ROOT / Path(*module.split("."))
    return path.with_suffix(".py").is_file() or (path / "__main__.py").is_file()


@pytest.mark.parametrize("command", ["read", "score", "reader"])
def test_every_option_is_documented(command) -> None:
    page = (ROOT / "docs/reference/command-line.md").read_text(encoding="utf-8")
    section = page.partition(f"## openanpr {command}")[2].partition("\n## ")[0]
    missing = options((command,)) - set(OPTION.findall(section))
    assert section, f"docs/reference/command-line.md has no part on openanpr {command}"
    assert not missing, f"docs/reference/command-line.md does not tell of {missing}"


def test_every_setting_in_the_environment_is_documented() -> None:
    page = (ROOT / "docs/reference/command-line.md").read_text(encoding="utf-8")
    used = {
        name
        for path in python_files("src", "training", "benchmarks")
        for name in re.findall(r"\bOPENANPR_[A-Z_]+\b", path.read_text(encoding="utf-8"))
    }
    assert used <= set(re.findall(r"\bOPENANPR_[A-Z_]+\b", page))


@pytest.mark.parametrize("page", PAGES, ids=place)
def test_every_link_leads_somewhere(page) -> None:
    broken = []
    for link in (a or b for a, b in LINK.findall(page.read_text(encoding="utf-8"))):
        if re.match(r"https?:|mailto:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in anchors(target)):
            broken.append(link)
    assert not broken, f"{place(page)}: {broken}"


@pytest.mark.parametrize("page", PAGES, ids=place)
def test_every_file_named_in_a_page_exists(page) -> None:
    named = re.findall(r"`([a-z_]+/[\w./-]+\.(?:py|json|txt|toml))`", page.read_text(encoding="utf-8"))
    made = {"out", "pictures"}  # what a reader of the page makes
    lost = [
        name
        for name in named
        if name.split("/")[0] not in made
        and not (ROOT / name).is_file()
        and not (ROOT / "src/openanpr" / name).is_file()
    ]
    assert not lost, f"{place(page)}: {lost}"


def anchors(page: Path) -> set[str]:
    """The anchors that a page's headings make."""
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


@pytest.mark.parametrize("kind", ["tutorial", "how-to", "reference", "explanation", "decisions"])
def test_every_page_is_in_its_index(kind) -> None:
    index = (ROOT / "docs/README.md").read_text(encoding="utf-8")
    pages = sorted((ROOT / "docs" / kind).glob("*.md"))
    assert pages, f"docs/{kind} is empty"
    lost = [place(page) for page in pages if f"({kind}/{page.name})" not in index]
    assert not lost, f"docs/README.md does not list {lost}"


def test_the_readme_begins_with_the_two_commands() -> None:
    first = commands(ROOT / "README.md")[:2]
    assert first == [["make", "run"], ["make", "test"]]


def test_tests_fail_on_warnings_and_on_surprises() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]
    assert settings["xfail_strict"] is True
    assert settings["addopts"][-2:] == ["-W", "error"]
    assert {"--strict-markers", "--strict-config"} <= set(settings["addopts"])
