"""The pages of the node tell all of it, commands, alarms, metrics and routes, and none that is not there."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest
from starlette.routing import Route

from openanpr.alert.ports import OpenCounts
from openanpr.audit.log import LogStanding
from openanpr.ingest.tally import Counts
from openanpr.run.node.alarms import AlarmName
from openanpr.run.node.metrics import metrics_text
from openanpr.run.node.overseeing import Overdue
from openanpr.run.node.site_figures import SiteFigures
from openanpr.run.node.standing import (
    ConsumerStanding,
    ForwardStanding,
    ListFigures,
    NodeStanding,
    PublicStanding,
)
from openanpr.web.local.alerts import alert_routes
from openanpr.web.local.asking import GuardedRoute
from openanpr.web.local.assessments import assessment_routes
from openanpr.web.local.audit import audit_routes
from openanpr.web.local.audit_proofs import proof_routes
from openanpr.web.local.camera_health import health_routes
from openanpr.web.local.camera_tests import camera_test_routes
from openanpr.web.local.challenges import challenge_routes
from openanpr.web.local.devices import device_routes
from openanpr.web.local.disclosures import disclosure_routes
from openanpr.web.local.figures import figure_routes
from openanpr.web.local.keeping import keeping_routes
from openanpr.web.local.list_entries import entry_routes
from openanpr.web.local.lists import list_routes
from openanpr.web.local.node import node_routes
from openanpr.web.local.people import people_routes
from openanpr.web.local.previews import preview_routes
from openanpr.web.local.public_site import public_site_routes
from openanpr.web.local.publishing import publishing_routes
from openanpr.web.local.quarantine import quarantine_routes
from openanpr.web.local.rights import rights_routes
from openanpr.web.local.service_accounts import service_routes
from openanpr.web.local.sites import site_routes
from openanpr.web.local.subject_access import access_routes
from tests.conventions.commands import OPTION, leaves, options, parser
from tests.conventions.tree import ROOT

OF_A_NODE = [leaf for leaf in leaves() if leaf[0] not in {"read", "score", "reader"}]
EVERYWHERE = {"--data", "--json"}
NOW = datetime(2026, 11, 22, tzinfo=UTC)
ONE = {"x": 1}


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def section(text: str, head: str) -> str:
    """What stands under a heading, up to the next of its level."""
    found = text.partition(f"\n{head}\n")[2]
    return found.partition(f"\n{head.partition(' ')[0]} ")[0]


def rows(text: str) -> list[list[str]]:
    """The cells of each row of the tables in a text, heads left out."""
    lines = [line for line in text.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


@pytest.mark.parametrize("leaf", OF_A_NODE, ids=" ".join)
def test_every_command_of_a_node_is_documented_with_its_options_and_no_others(leaf) -> None:
    text = section(page("reference/command-line.md"), f"## openanpr {leaf[0]}")
    of_all = set(OPTION.findall("\n".join(line for line in text.splitlines() if not line.startswith("| `"))))
    told = " ".join(leaf[1:]) or leaf[0]
    row = next((row for row in rows(text) if re.match(rf"`{told}\b", row[0])), None)
    assert row is not None, f"docs/reference/command-line.md has no row for openanpr {' '.join(leaf)}"
    named = set(OPTION.findall(" ".join(row)))
    assert options(leaf) - EVERYWHERE <= named | of_all
    assert named <= options(leaf)
    places = [a.dest.upper() for a in parser(leaf)._actions if not a.option_strings and a.nargs is None]
    asked = [str(place) for place in places if place != "COMMAND"]
    assert re.findall(r"\b[A-Z_]{2,}\b", row[0]) == asked


def test_every_alarm_is_explained_and_no_other() -> None:
    told = [row[0].strip("`") for row in rows(section(page("how-to/run-a-node.md"), "## Alarms"))]
    assert sorted(told) == sorted(name.value for name in AlarmName)


def standing() -> NodeStanding:
    return NodeStanding(
        at=NOW,
        started_at=NOW,
        profile="nadc-2018",
        counts=Counts(ONE, ONE, {("malformed", "device"): 1}, ONE, ONE, ONE),
        consumers={"match": ConsumerStanding(1, 1, 1, 0, "")},
        quarantine=ONE,
        lists={"stolen": ListFigures(1, 1, stale=False, age_s=1.0)},
        listed=1,
        alerts=OpenCounts(ONE, ONE, 0),
        present=1,
        webhooks_failing=0,
        dead_letters=0,
        forward=ForwardStanding(0, "taken", alarm=False, full=False),
        failures={},
        returned_days=0,
        reviews_due={"a": 1},
        overdue=Overdue(1, 1),
        sites=SiteFigures(1, 1, 1, 1, 1, 1),
        rules_for_nothing=(),
        damaged_parts=0,
        disk_free_bytes=1,
        disk_least_bytes=0,
        log=LogStanding(1, 1, 0.0, 1, 0, ""),
        public=PublicStanding(NOW, NOW, 0, 0, {("200", "page"): 1}, (1,) * 11, 0.1),
    )


def test_every_metric_is_documented_with_its_kind_and_label() -> None:
    text = metrics_text(standing()).decode()
    kinds = dict(re.findall(r"^# TYPE (\w+) (\w+)$", text, re.MULTILINE))
    labels = dict(re.findall(r"^(openanpr_\w+)(?:\{(\w+)=)?", text, re.MULTILINE))
    told = {row[0].strip("`"): (row[1], row[2].strip("`")) for row in rows(page("reference/metrics.md"))}
    # A histogram's samples bear other names than it does, and its bands are no label of ours.
    labels |= {name: "" for name, kind in kinds.items() if kind == "histogram"}
    assert told == {name: (kind, labels[name]) for name, kind in kinds.items()}


def routes_told() -> list[list[str]]:
    told = [row for row in rows(page("reference/local-api.md")) if re.match("`(GET|POST) ", row[0])]
    assert all(len(row) == 4 for row in told), "each route has its act"
    return told


def guard_of(route) -> str:
    """What a route is guarded by; metrics are the machine owner's own."""
    return route.guard.value if isinstance(route, GuardedRoute) else {"/metrics": "machine"}[route.path]


def local_routes_of_nothing() -> list[Route]:
    """Every route of the local socket, with nothing behind it."""
    nothing = cast("Any", None)
    return [
        *node_routes(cast("Any", SimpleNamespace(metrics=None))),
        *alert_routes(nothing),
        *list_routes(nothing),
        *entry_routes(nothing),
        *device_routes(nothing),
        *quarantine_routes(nothing),
        *keeping_routes(nothing),
        *people_routes(nothing),
        *service_routes(nothing),
        *audit_routes(nothing),
        *proof_routes(nothing),
        *health_routes(nothing),
        *preview_routes(nothing),
        *camera_test_routes(nothing),
        *site_routes(nothing),
        *rights_routes(nothing),
        *figure_routes(nothing),
        *assessment_routes(nothing),
        *publishing_routes(nothing),
        *public_site_routes(nothing),
        *challenge_routes(nothing),
        *access_routes(nothing),
        *disclosure_routes(nothing),
    ]


def test_every_route_of_the_local_socket_is_documented_with_its_guard_and_no_other() -> None:
    routes = local_routes_of_nothing()
    told = {re.sub(r"\?.*", "", row[0].strip("`")): row[3].strip("`") for row in routes_told()}
    assert told == {
        f"{method} {re.sub(':int}', '}', route.path)}": guard_of(route)
        for route in routes
        for method in (route.methods or {"GET"}) - {"HEAD"}
    }
