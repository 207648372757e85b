"""`openanpr policy explain`, `test` and `replay`: the rules asked by command. Nothing is searched."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TextIO

from openanpr.core.purpose import Category, ReferenceState, SearchKind, Stance
from openanpr.core.role import Rank, Role
from openanpr.policy.access_rules import AccessRules, RuleError, rules_in, shipped_rules
from openanpr.policy.ask import Act, Approval, HeldRole, Person, Purpose, Request, Search
from openanpr.policy.cases import CaseError, parse_cases, shipped_cases, try_cases
from openanpr.policy.decide import decide
from openanpr.policy.profile import Profile, ProfileError, load_profile
from openanpr.policy.replay import Difference, ReplayError, parse_past, replay
from openanpr.policy.request_json import RequestError, decision_json, parse_request
from openanpr.policy.tell import tell
from openanpr.run.exit_code import ExitCode, RefusedError
from openanpr.run.sighting import printable


def run_explain(arguments: argparse.Namespace, *, out: TextIO, err: TextIO) -> ExitCode:
    """Print the decision on one request; return the exit code."""

    def work() -> ExitCode:
        rules, profile = _judges(arguments)
        request = _asked(arguments) if arguments.request is None else parse_request(_text(arguments.request))
        decision = decide(request, rules=rules, profile=profile)
        print(decision_json(decision) if arguments.json else tell(decision), file=out)
        return ExitCode.DONE

    return _told(work, err)


def run_test(arguments: argparse.Namespace, *, out: TextIO, err: TextIO) -> ExitCode:
    """Try the rules on cases and print what failed; return the exit code: 1 when something did."""

    def work() -> ExitCode:
        rules, profile = _judges(arguments)
        given: Path | None = arguments.cases
        cases = shipped_cases() if given is None else parse_cases(_text(str(given)))
        tried = try_cases(cases, rules=rules, profile=profile)
        for line in tried.failed:
            print(printable(line), file=out)
        for name in tried.without_a_case:
            print(f"{name}: no case names this rule", file=out)
        print(f"{tried.held} cases held under {profile.label}, {len(tried.failed)} did not", file=out)
        return ExitCode.DONE if tried.good else ExitCode.SOURCE_FAILED

    return _told(work, err)


def run_replay(arguments: argparse.Namespace, *, out: TextIO, err: TextIO) -> ExitCode:
    """Judge past requests anew and print the differences; return the exit code: 1 when there are some."""

    def work() -> ExitCode:
        rules, profile = _judges(arguments)
        counts: Counter[str] = Counter()
        with _past(arguments) as lines:
            for past in parse_past(lines):
                if arguments.since is not None and past.request.today < arguments.since:
                    continue
                found = replay(past, rules=rules, profile=profile)
                counts["judged"] += 1
                if found is not None:
                    counts["outcome" if found.of_outcome else "rules"] += 1
                    print(_difference(found, as_json=arguments.json), file=out)
        if not arguments.json:
            print(
                f"{counts['judged']} judged by {profile.label}: {counts['outcome']} decided otherwise, "
                f"{counts['rules']} the same by other rules",
                file=out,
            )
        return ExitCode.SOURCE_FAILED if counts["outcome"] + counts["rules"] else ExitCode.DONE

    return _told(work, err)


def _told(work: Callable[[], ExitCode], err: TextIO) -> ExitCode:
    try:
        return work()
    except (OSError, UnicodeDecodeError) as fault:
        print(f"openanpr: a file cannot be read: {type(fault).__name__}", file=err)
    except (CaseError, ProfileError, RefusedError, ReplayError, RequestError, RuleError, ValueError) as fault:
        print(f"openanpr: {printable(str(fault))}", file=err)
    return ExitCode.REFUSED


def _judges(arguments: argparse.Namespace) -> tuple[AccessRules, Profile]:
    rules = shipped_rules() if arguments.rules is None else rules_in(arguments.rules)
    return rules, load_profile(arguments.profile)


def _asked(arguments: argparse.Namespace) -> Request:
    today = arguments.on or datetime.now(UTC).date()
    roles = tuple(HeldRole(Role(role)) for role in arguments.role or [Role.INVESTIGATOR])
    given = arguments.approved_by
    return Request(
        Act.SEARCH,
        today,
        Person("who-asks", roles, Rank(arguments.rank), arguments.trained_until or today, "a-team"),
        Purpose(
            Category(arguments.category),
            Stance.PROACTIVE if arguments.proactive else Stance.REACTIVE,
            ReferenceState(arguments.reference),
            reason_given=not arguments.no_reason,
            objective_given=arguments.proactive,
            urgent=arguments.urgent,
            own_interest=arguments.own_interest,
        ),
        Search(
            SearchKind(arguments.kind),
            arguments.oldest_days,
            arguments.cameras,
            arguments.days,
            arguments.reads,
        ),
        approval=None
        if given is None
        else Approval("who-approves", (HeldRole(Role.AUTHORISING_OFFICER),), Rank(given)),
    )


def _difference(found: Difference, *, as_json: bool) -> str:
    if as_json:
        return json.dumps(asdict(found), sort_keys=True)
    return printable(f"{found.id}: was {found.was}; now {found.now}")


def _text(name: str) -> str:
    with _lines(name) as lines:
        return lines.read()


@contextmanager
def _past(arguments: argparse.Namespace) -> Generator[Iterable[str]]:
    """Yield past decisions as lines: of a file, or those that the node has kept."""
    if arguments.file is None:
        yield _kept_decisions(arguments)
        return
    with _lines(arguments.file) as lines:
        yield lines


def _kept_decisions(arguments: argparse.Namespace) -> Iterator[str]:
    """Yield the decisions that the node has kept, a page at a time; raises RefusedError."""
    from openanpr.run.local.api import call, where_of  # noqa: PLC0415 - loads httpx

    since = datetime.combine(arguments.since or date.min, time.min, UTC)
    form = {"since": max(since, datetime(1970, 1, 1, tzinfo=UTC)).isoformat(), "after": ""}
    while True:
        page = call(where_of(arguments), "POST", "/policy/past", form)
        yield from (json.dumps(one) for one in page["decisions"])
        form["after"] = page["next"]
        if not form["after"]:
            return


@contextmanager
def _lines(name: str) -> Generator[TextIO]:
    if name == "-":
        yield sys.stdin
    else:
        with Path(name).open(encoding="utf-8") as file:
            yield file
