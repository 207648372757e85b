"""A store whose process is killed at any moment loses no read that it took, and counts none twice."""

from __future__ import annotations

import random

from openanpr.store.clickhouse_server import ClickHouseServer, ServerAddress
from openanpr.store.engine import Statement
from openanpr.store.migrate_reads import migrate_reads, read_migrations
from openanpr.store.reads_write import write_reads
from tests.store.front import running_front
from tests.store.killing import said_before_killed
from tests.store.reads import LONG_AGO
from tests.store.reads_child import SIZE, group

COUNTS = Statement(
    "counts",
    "SELECT (SELECT count() FROM reads), (SELECT count() FROM reads_by_camera), "
    "(SELECT sum(n) FROM vrm_month), (SELECT sum(n) FROM camera_hour), "
    "(SELECT groupUniqArray(read_id) FROM reads)",
)


def test_no_stored_group_is_lost_or_doubled_by_kills_once_the_last_is_sent_again(tmp_path) -> None:
    dice = random.Random(11)
    following = 0
    for _ in range(3):
        said = said_before_killed(
            "tests.store.reads_child", tmp_path / "store", following, after_s=dice.uniform(0.3, 1.2)
        )
        stored = [int(line) for line in said if line != "open"]
        # The group after the last that was told may be there, in part or not at all: it is sent again.
        following = stored[-1] + 1 if stored else following
    # A front, because chDB opens one folder a process, and this one has another.
    with running_front(tmp_path / "store") as url, ClickHouseServer.open(ServerAddress(url)) as engine:
        migrate_reads(engine, read_migrations())
        for n in (following - 1, following):
            write_reads(engine, group(n), group=f"group {n}", kept_from=LONG_AGO)
        *counts, ids = engine.rows(COUNTS, {}, tuple[int, int, int, int, list[int]])[0]
    wanted = {read.record.read_id for n in range(following + 1) for read in group(n)}
    assert following > 1
    assert set(ids) == wanted
    assert counts == [SIZE * (following + 1)] * 4
