"""Whatever is sent to any route: no fault of the node, and no answer to a stranger but the public ones.

Made by schemathesis from the document that the API tells of itself, asked of a whole node over a real port.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import content_type_conformance, not_a_server_error, response_schema_conformance

from openanpr.core.role import Rank, Role
from openanpr.run.node import build
from openanpr.web.api.openapi import document
from openanpr.web.serve import Served
from tests.conventions.api import every_route
from tests.conventions.test_api_document import PUBLIC
from tests.ports import free_port
from tests.run_node.conftest import open_world
from tests.web_api.node_people import somebody, token_of

__all__ = ["open_world"]

EXAMPLES = int(os.environ.get("OPENANPR_TEST_EXAMPLES", "3"))
"""For each route, and each way of making requests; `make bench` asks for more."""
SCHEMA = schemathesis.openapi.from_dict(document(every_route(), version="0"))
OPERATIONS = {one.ok().label: one.ok() for one in SCHEMA.get_all_operations()}
CHECKS = [not_a_server_error, response_schema_conformance, content_type_conformance]


@dataclass(slots=True)
class Asked:
    """A whole node that is asked over its port."""

    world: Any
    account: Any
    url: str
    line: requests.Session

    def headers(self) -> dict[str, str]:
        """Prove somebody anew each time: what is asked may end their sessions."""
        return {"authorization": f"Bearer {token_of(self.world, self.account)}"}


@pytest.fixture(scope="module")
def node(tmp_path_factory, reads_url) -> Iterator[Asked]:
    from tests.run_node.world import World  # noqa: PLC0415 - as the fixture beside it makes one

    port = free_port()
    world = World(tmp_path_factory.mktemp("node"), reads_url, f"[people]\nport = {port}")
    roles = (Role.INVESTIGATOR, Role.AUTHORISING_OFFICER)
    account = somebody(world, "ivy", *roles, rank=Rank.SUPERINTENDENT)
    served = build.people_of(world.made, world.telling)
    assert isinstance(served, Served)
    with served, requests.Session() as line:
        yield Asked(world, account, f"http://127.0.0.1:{port}", line)
    world.last.close()


def tried(examples: int) -> settings:
    return settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=examples < 10,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


@pytest.mark.parametrize("label", OPERATIONS)
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["fit", "unfit"])
def test_whatever_is_sent_is_no_fault_of_the_node(node, label, mode) -> None:
    operation = OPERATIONS[label]
    if mode is GenerationMode.NEGATIVE and label.startswith("GET") and "{" not in label:
        pytest.skip("there is nothing to be unfit")

    @given(case=operation.as_strategy(generation_mode=mode))
    @tried(EXAMPLES)
    def ask(case) -> None:
        answer = case.call(base_url=node.url, session=node.line, headers=node.headers())
        case.validate_response(answer, checks=CHECKS)
        assert answer.headers["cache-control"] == ["no-store"]

    ask()


@pytest.mark.parametrize("label", OPERATIONS)
def test_a_stranger_is_answered_by_public_routes_alone(node, label) -> None:
    operation = OPERATIONS[label]
    public = label.replace("/api", "") in PUBLIC

    @given(case=operation.as_strategy(generation_mode=GenerationMode.POSITIVE))
    @tried(2)
    def ask(case) -> None:
        answer = case.call(base_url=node.url, session=node.line, headers={"authorization": "Bearer guessed"})
        # Beside the token the case may bring a cookie, which is refused before anybody is looked for.
        assert public or answer.status_code in {400, 401}, (label, answer.status_code)
        bare = requests.request(case.method, node.url + case.formatted_path, timeout=10)
        assert public or bare.status_code in {400, 401, 404, 405, 415}, (label, bare.status_code)

    ask()
