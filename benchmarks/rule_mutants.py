"""Do the cases catch a changed rule? `python -m benchmarks.rule_mutants`, in well under a minute.

Each rule of access is changed in one place at a time: a comparison, an and, a not, a word of a list, when for
unless, or the whole rule away. The shipped cases are then run under both profiles; a change that none of them
notices is a survivor, and is printed. Changes that the schema refuses are counted apart: they cannot load.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.result import ROOT
from openanpr.policy.access_rules import RuleError, load_rules
from openanpr.policy.cases import shipped_cases, spelt
from openanpr.policy.decide import decide
from openanpr.policy.judge import RULES_FAILED, judge
from openanpr.policy.profile import load_profile, shipped_profiles

_FOLDER = ROOT / "src/openanpr/policy/rules"
_RULE = re.compile(r'@id\("(?P<name>[a-z-]+)"\)\n(?P<body>(?:permit|forbid).*?;)\n', re.DOTALL)
_SWAPS = (
    (r"==", "!="),
    (r"!=", "=="),
    (r"<(?!=)", "<="),
    (r">(?!=)", ">="),
    (r">=", ">"),
    (r">=", "<"),
    (r">(?!=)", "<"),
    (r"<(?!=)", ">"),
    (r"&&", "||"),
    (r"\|\|", "&&"),
    (r"!(?!=)", ""),
    (r"\bwhen\b", "unless"),
    (r"\bunless\b", "when"),
    (r"containsAny", "containsAll"),
    (r'(?:Role|Kind|Action)::"[a-z-]+"(?:,\s*|(?=\s*\]))', ""),
    (r"asked_by", "asked_for"),
    (r"asked_for", "asked_by"),
)


def _mutants(text: str) -> Iterator[tuple[str, str]]:
    """What was changed, and the text with it."""
    for rule in _RULE.finditer(text):
        start, end = rule.span("body")
        yield f"{rule['name']}: gone", text[: rule.start()] + text[rule.end() :]
        for pattern, new in _SWAPS:
            for found in re.compile(pattern).finditer(text, start, end):
                # The scope of a rule names one action by ==, which has no other spelling.
                line = text[text.rfind("\n", 0, found.start()) : found.start()]
                if "//" not in line and "action ==" not in text[found.start() - 8 : found.end()]:
                    what = (
                        f"{rule['name']}: {found[0].strip()} at {found.start() - start} to {new or 'nothing'}"
                    )
                    yield what, text[: found.start()] + new + text[found.end() :]
        for clause in re.compile(r"\n(?:when|unless) \{.*?\}(?=;|\nunless)", re.DOTALL).finditer(
            text, start, end
        ):
            yield f"{rule['name']}: a clause gone", text[: clause.start()] + text[clause.end() :]


def _noticed(texts: Mapping[str, str], schema: str) -> bool:
    rules = load_rules(texts, schema)
    for name in shipped_profiles():
        profile = load_profile(name)
        cases = shipped_cases()
        said = judge([case.request for case in cases], rules=rules, profile=profile)
        for case, verdict in zip(cases, said, strict=True):
            expected = case.expectation(name)
            allowed = expected.startswith("allowed")
            if RULES_FAILED in verdict.rules or verdict.allowed != allowed:
                return True
            if expected.partition(" by ")[2] != ", ".join(verdict.rules):
                return True
            # The rank that is told takes longer to find, and differs only where an approval is wanted.
            if allowed or expected.startswith("refused"):
                continue
            if spelt(decide(case.request, rules=rules, profile=profile)) != expected:
                return True
    return False


def main() -> int:
    """Print the survivors and the share that was noticed; 1 when it is under 90 in 100."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--json", action="store_true", help="print the counts as JSON")
    as_json = options.parse_args().json
    texts = {path.name: path.read_text(encoding="utf-8") for path in sorted(Path(_FOLDER).glob("*.cedar"))}
    schema = (_FOLDER / "openanpr.cedarschema").read_text(encoding="utf-8")
    noticed, unfit, survivors = 0, 0, list[str]()
    for name, text in texts.items():
        for what, changed in _mutants(text):
            try:
                seen = _noticed(texts | {name: changed}, schema)
            except RuleError:
                unfit += 1
                continue
            noticed += seen
            if not seen:
                survivors.append(what)
    share = noticed / (noticed + len(survivors))
    told = {"noticed": noticed, "survived": survivors, "could_not_load": unfit, "share": round(share, 4)}
    print(json.dumps(told, indent=1) if as_json else "\n".join(survivors))
    if not as_json:
        print(f"{noticed} of {noticed + len(survivors)} noticed ({share:.1%}); {unfit} could not load")
    return 0 if share >= 0.9 else 1


if __name__ == "__main__":
    sys.exit(main())
