"""The same node, by settings, on PostgreSQL, on a ClickHouse server and on an S3 server."""

from __future__ import annotations

import hashlib
import subprocess
from datetime import UTC, datetime, timedelta

from benchmarks.node_process import Device, NodeProcess
from openanpr.core.camera import CameraId
from openanpr.core.capture_record import CaptureRecord
from openanpr.core.read_key import ReadKey
from openanpr.store.clickhouse_server import ClickHouseServer, ServerAddress
from openanpr.store.pictures import Bucket, PictureName, Pictures
from openanpr.store.reads_named import whole_read
from openanpr.wire.read_batch import encode_read
from tests.ingest.pictures import jpeg
from tests.store.front import running_front
from tests.store.s3_server import make_bucket, running_s3
from tests.store_control.databases import postgresql

CAMERA = CameraId(53, 1, 1)


def test_a_node_keeps_everything_on_servers_when_its_settings_say_so(tmp_path) -> None:
    with postgresql() as database, running_s3() as s3, running_front(tmp_path / "clickhouse") as reads:
        bucket = make_bucket(s3)
        secret = tmp_path / "s3.secret"
        secret.write_text("secret")
        secret.chmod(0o600)
        settings = "\n".join(
            (
                f'[reads]\nurl = "{reads}"',
                f'[control_database]\nurl = "{database}"',
                f'[lists_database]\nurl = "{database}"',
                f'[pictures.bucket]\nname = "{bucket}"\nregion = "eu-west-2"\nkey_id = "key"',
                f'secret_file = "{secret}"\nendpoint = "{s3}"\n',
            )
        )
        patch = jpeg()
        read = CaptureRecord(CAMERA, _now(), "AB12CDE", "AB12CDE", "gb_current", 0.99, patch=_name(patch))
        with NodeProcess.made(tmp_path / "node", settings=settings) as node:
            node.cameras(1)
            _list(node)
            with Device.enrolled(node, "The gate", ["53"]) as device:
                assert device.send([encode_read(read)]).answer.accepted == 1
                assert device.send_picture(patch) in {201, 202}
            node.wait_until(lambda: node.waiting() == 0, within_s=30)
            (alert,) = node.ask("alerts", "queue", "--roles", "control-room")["crime"]["alerts"]
            assert (alert["strongest"]["vrm_listed"], alert["advice"]) == ("AB12CDE", "stop")
            refused = subprocess.run(
                [*node.words("node", "backup"), tmp_path / "backup"],
                capture_output=True,
                check=False,
                text=True,
            )
            assert (refused.returncode, "servers" in refused.stderr) == (2, True)
        assert not (tmp_path / "node" / "reads").exists()
        assert not (tmp_path / "node" / "control.db").exists()
        with ClickHouseServer.open(ServerAddress(reads)) as engine:
            stored = whole_read(engine, ReadKey(CAMERA, read.captured_at, read.vrm))
        assert stored is not None
        assert stored.record == read
        pictures = Pictures.in_bucket(Bucket(bucket, "eu-west-2", "key", "secret", s3, allow_http=True))
        assert pictures.get(PictureName(read.captured_at, _name(patch))) == patch


def _list(node) -> None:
    node.ask(
        *("lists", "define", "--name", "stolen", "--owner", "desk", "--purpose", "find them"),
        *("--legal-basis", "invented", "--kind", "crime", "--visible-to", "control-room"),
    )
    weed_on = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    asked = node.ask(
        *("lists", "add", "stolen", "--vrm", "AB12CDE", "--action", "stop", "--reason", "stolen"),
        *("--owner", "desk", "--weed-on", weed_on, "--by", "Ann", "--why", "reported"),
    )
    node.ask("lists", "approve", str(asked["number"]), "--by", "Bob")
    node.wait_until(lambda: node.ask("node", "status")["listed"] == 1, within_s=10)


def _now() -> datetime:
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def _name(picture: bytes) -> str:
    return hashlib.sha256(picture).hexdigest()
