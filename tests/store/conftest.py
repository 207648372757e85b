"""Every test of the store runs on the engines and the picture stores that a node may have."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from shutil import disk_usage
from tempfile import TemporaryDirectory

import pytest

from openanpr.core.read_key import ReadKey
from openanpr.store.chdb_folder import ChdbFolder
from openanpr.store.clickhouse_server import ClickHouseServer, ServerAddress
from openanpr.store.engine import ReadEngine, Statement
from openanpr.store.migrate_reads import migrate_reads, read_migrations
from openanpr.store.pictures import Bucket, Pictures
from openanpr.store.reads_write import Written, write_reads
from tests.store.front import running_front
from tests.store.reads import LONG_AGO
from tests.store.s3_server import make_bucket, running_s3

FILLED = Statement(
    "filled",
    "SELECT name FROM system.tables WHERE database = currentDatabase() AND total_rows > 0 "
    "AND name != 'migrations'",
)
ROOT = Path(__file__).resolve().parents[2]
_GROUPS = count()


@pytest.fixture(scope="session")
def swift_folder() -> Iterator[Path]:
    """A folder in memory where the machine has one: a table emptied for each test costs many an fsync."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of our own in it, as tempfile makes it
    with TemporaryDirectory(
        dir=memory if memory.is_dir() and disk_usage(memory).free > 2**30 else None
    ) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def chdb_store(swift_folder) -> Iterator[ReadEngine]:
    with ChdbFolder.open(swift_folder / "chdb") as engine:
        migrate_reads(engine, read_migrations())
        yield engine


@pytest.fixture(scope="session")
def server_store(swift_folder) -> Iterator[ReadEngine]:
    with (
        running_front(swift_folder / "front") as url,
        ClickHouseServer.open(ServerAddress(url)) as engine,
    ):
        migrate_reads(engine, read_migrations())
        yield engine


@pytest.fixture(params=["chdb", "server"])
def engine(request) -> ReadEngine:
    """An empty read store, migrated: in this process, then over HTTP."""
    engine = request.getfixturevalue(f"{request.param}_store")
    for (table,) in engine.rows(FILLED, {}, tuple[str]):
        engine.run(Statement("truncate", f"TRUNCATE TABLE {table}"), {})
    return engine


@pytest.fixture
def write(engine) -> Callable[..., Written]:
    """Writes reads as a group of their own."""

    def write(*reads, group: str = "", kept_from=LONG_AGO) -> Written:
        return write_reads(engine, reads, group=group or f"group {next(_GROUPS)}", kept_from=kept_from)

    return write


@pytest.fixture(scope="session")
def s3_url() -> Iterator[str]:
    with running_s3() as url:
        yield url


@pytest.fixture
def folder_pictures(tmp_path) -> Pictures:
    return Pictures.in_folder(tmp_path / "pictures", most_bytes=100_000)


@pytest.fixture
def bucket_pictures(s3_url) -> Pictures:
    name = make_bucket(s3_url)
    bucket = Bucket(name, "eu-west-2", "test", "test", endpoint=s3_url, allow_http=True)
    return Pictures.in_bucket(bucket, most_bytes=100_000)


@pytest.fixture(params=["folder", "bucket"])
def pictures(request) -> Pictures:
    """An empty picture store: a folder, then a bucket of a real S3 server process."""
    return request.getfixturevalue(f"{request.param}_pictures")


def key_of(read) -> ReadKey:
    """What names a read that arrived."""
    return ReadKey(read.record.camera, read.record.captured_at, read.record.vrm)
