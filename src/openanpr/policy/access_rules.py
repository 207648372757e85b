"""The Cedar rules as they are loaded: checked against their schema, each with a name of its own."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, cast

import cedarpy

from openanpr.core.role import Role
from openanpr.policy.ask import Act
from openanpr.policy.profile import Profile

_ROLE = re.compile(r'"type": "Role", "id": "([a-z-]+)"')
_SCHEMA = "openanpr.cedarschema"


class RuleError(Exception):
    """The rules cannot be used; the sentence says what to mend in them."""


@dataclass(frozen=True, slots=True)
class ActRules:
    """The rules that speak of one act, and the roles that its permissions name. Never enough to decide by.

    `by_name`: one of its permissions asks for no role at all, but for who somebody is.
    """

    policies: cedarpy.PolicySet = field(repr=False)
    roles: tuple[Role, ...]
    by_name: bool = False


@dataclass(frozen=True, slots=True)
class AccessRules:
    """Rules that were checked, in the form in which Cedar judges by them.

    `permits` and `forbids` are their names, `digest` the SHA-256 of their files in hexadecimal.
    """

    permits: tuple[str, ...]
    forbids: tuple[str, ...]
    digest: str
    policies: cedarpy.PolicySet = field(repr=False)
    schema: cedarpy.Schema = field(repr=False)
    of_act: Mapping[str, ActRules] = field(repr=False)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all rules."""
        return self.permits + self.forbids

    def version(self, profile: Profile) -> str:
        """What a decision was judged by, rules and profile: a SHA-256 that changes with any word of either.

        Comments of a profile are no part of it: two files that say the same are one profile.
        """
        return _version(self.digest, profile)


@lru_cache(maxsize=16)
def _version(digest: str, profile: Profile) -> str:
    told = json.dumps(asdict(profile), sort_keys=True, default=_spelt, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(f"{digest}\n{told}".encode()).hexdigest()


def rules_in(folder: Path) -> AccessRules:
    """Return the rules of the `.cedar` files in a folder, judged against the program's own schema.

    Raises RuleError.
    """
    try:
        texts = {
            one.name: one.read_text(encoding="utf-8") for one in folder.iterdir() if one.suffix == ".cedar"
        }
    except (OSError, UnicodeDecodeError) as fault:
        raise RuleError(f"the rules in {folder} cannot be read: check the folder and its files") from fault
    schema = resources.files("openanpr.policy").joinpath("rules", _SCHEMA).read_text(encoding="utf-8")
    return load_rules(texts, schema)


@lru_cache(maxsize=1)
def shipped_rules() -> AccessRules:
    """Return the rules that come with the program. Raises RuleError when they were damaged."""
    folder = resources.files("openanpr.policy").joinpath("rules")
    files = sorted((one for one in folder.iterdir() if one.name.endswith(".cedar")), key=lambda one: one.name)
    try:
        texts = {one.name: one.read_text(encoding="utf-8") for one in files}
        schema = folder.joinpath(_SCHEMA).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise RuleError("the rules of access cannot be read: install the program again") from fault
    return load_rules(texts, schema)


def load_rules(texts: Mapping[str, str], schema: str) -> AccessRules:
    """Return the rules of the files `texts` (name to Cedar text), checked against the `schema`.

    Raises RuleError for text that is no Cedar, for a rule that the schema does not bear, for one without a
    name (`@id`), and for two of one name.
    """
    files = dict(sorted(texts.items()))
    if not files:
        raise RuleError("there is no rule of access: nothing could ever be allowed")
    whole = "\n".join(files.values())
    try:
        policies, shape = cedarpy.PolicySet.from_str(whole), cedarpy.Schema.from_str(schema)
        named = cast("dict[str, Any]", json.loads(cedarpy.policies_to_json_str(whole)))
        faults = cedarpy.validate_policies(whole, shape)
    except ValueError as fault:
        raise RuleError(f"the rules of access are no Cedar: {fault}") from fault
    if not faults.validation_passed:
        told = "; ".join(str(one) for one in faults.errors)
        raise RuleError(f"the rules of access do not fit their schema: {told}")
    if named["templates"]:
        raise RuleError("the rules of access have a template: write out each rule")
    rules = cast("dict[str, dict[str, Any]]", named["staticPolicies"])
    by_effect = _named(rules)
    of_act = {str(act): _of_act(act, rules) for act in Act}
    return AccessRules(
        by_effect["permit"], by_effect["forbid"], _digest(files, schema), policies, shape, of_act
    )


def _of_act(act: Act, rules: Mapping[str, dict[str, Any]]) -> ActRules:
    ours = {name: rule for name, rule in rules.items() if _speaks_of(act, rule["action"])}
    text = json.dumps({"staticPolicies": ours, "templates": {}, "templateLinks": []})
    permits = [rule["conditions"] for rule in ours.values() if rule["effect"] == "permit"]
    named = [set(_ROLE.findall(json.dumps(one))) for one in permits]
    roles = tuple(role for role in Role if any(role in names for names in named))
    return ActRules(cedarpy.PolicySet.from_json_str(text), roles, by_name=any(not names for names in named))


def _speaks_of(act: Act, scope: Mapping[str, Any]) -> bool:
    """Whether a rule's scope of actions may hold the act; a scope of a kind that is not known may."""
    entities = scope.get("entities", [scope.get("entity", {})])
    return scope.get("op") not in {"==", "in"} or any(one.get("id") == act for one in entities)


def _named(rules: dict[str, dict[str, Any]]) -> dict[str, tuple[str, ...]]:
    names: dict[str, list[str]] = {"permit": [], "forbid": []}
    for rule in rules.values():
        name = rule.get("annotations", {}).get("id")
        if not name:
            raise RuleError("a rule of access has no name: write @id above it")
        if name in names["permit"] + names["forbid"]:
            raise RuleError(f"two rules of access are named {name}")
        names[rule["effect"]].append(name)
    return {effect: tuple(sorted(of)) for effect, of in names.items()}


def _digest(files: Mapping[str, str], schema: str) -> str:
    whole = hashlib.sha256()
    # Lengths keep two files from being taken for one.
    for name, text in (*files.items(), (_SCHEMA, schema)):
        octets = text.encode()
        whole.update(f"{name}\n{len(octets)}\n".encode() + octets)
    return whole.hexdigest()


def _spelt(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"a profile holds no {type(value).__name__}")
