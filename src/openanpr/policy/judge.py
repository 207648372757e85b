"""One question to Cedar: a request in, allowed or refused out, with the names of the rules. Fails closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cedarpy

from openanpr.policy.access_rules import AccessRules
from openanpr.policy.ask import Request
from openanpr.policy.facts import cedar_facts
from openanpr.policy.profile import Profile

NOTHING_PERMITS = "nothing-permits"
"""The name where no rule refused, and none permitted either."""
RULES_FAILED = "rules-failed"
"""The name where a rule could not be evaluated, or the request did not fit the rules."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules say to one request as it is: by the permissions that allow it, or those that refuse."""

    allowed: bool
    rules: tuple[str, ...]


_FAILED = Verdict(allowed=False, rules=(RULES_FAILED,))


def judge(requests: Sequence[Request], *, rules: AccessRules, profile: Profile) -> tuple[Verdict, ...]:
    """Return a verdict for each request, in order, by all rules and held against the schema.

    Cedar by itself passes over a rule that fails, and lets a permission beside it stand: here any error in
    its diagnostics refuses.
    """
    return _asked(requests, rules, profile, rules.policies, rules.schema)


def foresee(requests: Sequence[Request], *, rules: AccessRules, profile: Profile) -> tuple[Verdict, ...]:
    """Return what `judge` would say to requests for one act that nobody made, in half the time.

    Only the rules that speak of the act are asked, and the schema is left out. Nothing may be done upon these
    verdicts: they say what a person could try.
    """
    acts = {one.act for one in requests}
    if len(acts) != 1:
        return (_FAILED,) * len(requests)
    return _asked(requests, rules, profile, rules.of_act[acts.pop()].policies, None)


def _asked(
    requests: Sequence[Request],
    rules: AccessRules,
    profile: Profile,
    policies: cedarpy.PolicySet,
    schema: cedarpy.Schema | None,
) -> tuple[Verdict, ...]:
    if not requests:
        return ()
    try:
        facts = cedar_facts(requests, profile)
        entities = cedarpy.Entities.from_json_str(facts.entities, schema)
        answers = cedarpy.is_authorized_batch(facts.requests, policies, entities, schema)
        told = tuple(_verdict(answer, rules) for answer in answers)
    except Exception:  # noqa: BLE001 - whatever goes wrong in judging, nothing is allowed by it
        return (_FAILED,) * len(requests)
    return told if len(told) == len(requests) else (_FAILED,) * len(requests)


def _verdict(answer: cedarpy.AuthzResult, rules: AccessRules) -> Verdict:
    found = answer.diagnostics
    if found.errors:
        return _FAILED
    names = found.id_annotations_by_reason
    told = tuple(sorted(names.get(reason, "") for reason in found.reasons))
    if answer.decision == cedarpy.Decision.Allow:
        # An allowing rule that the book does not know would allow in nobody's name.
        return Verdict(allowed=True, rules=told) if told and set(told) <= set(rules.permits) else _FAILED
    if answer.decision == cedarpy.Decision.Deny and set(told) <= set(rules.forbids):
        return Verdict(allowed=False, rules=told or (NOTHING_PERMITS,))
    return _FAILED
