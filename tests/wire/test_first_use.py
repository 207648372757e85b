"""What is decoded on many threads is made ready by one, when the program starts.

msgspec prepares a type when it is first decoded. A second thread that decodes it meanwhile reads memory
that is not there yet, and the process ends (seen: a node that four devices reached in its first second).
"""

from __future__ import annotations

import subprocess
import sys

from openanpr.wire.read_batch import Encoding, encode_batch, encode_read
from tests.wire.records import HEAD, record

DECODE = """
import sys
import msgspec
from openanpr.ingest import acknowledgement, journal, rotate
from openanpr.wire import delivery, list_delta, read_batch

def too_late(*_):
    raise SystemExit("a type is prepared after the start")

# What msgspec calls when it prepares a type.
assert callable(msgspec._utils._get_class_mro_and_typevar_mappings)
msgspec._utils._get_class_mro_and_typevar_mappings = too_late
for line in sys.stdin.read().split():
    encoding, _, body = line.partition("|")
    assert len(read_batch.decode_batch(bytes.fromhex(body), read_batch.Encoding(encoding)).records) == 1
apart = b'{"version":1,"batch_id":"8c0d5f0e-3f55-4a53-9f3e-1f5b8c2f7a10","device":"a","new":1,' \\
    b'"sent_at":"2026-01-01T00:00:00Z","reads":[{"camera":"1/1/1","vrm":"A","captured_at":"2026-01-01T00:00:00Z","x":1}]}'
assert len(read_batch.decode_batch(apart, read_batch.Encoding.JSON).records) == 1
for read in (
    delivery.read_batch_answer, delivery.read_picture_answer, delivery.read_enrolment, delivery.read_enrolled,
    list_delta.read_receipt, rotate._ROTATIONS.decode, journal.read_entry,
    lambda body: list_delta.decode_delta(body, read_batch.Encoding.JSON),
    lambda body: list_delta.decode_lists(body, read_batch.Encoding.MESSAGE_PACK),
):
    try:
        read(b"[]")
    except (ValueError, msgspec.DecodeError):
        pass
print("ready")
"""


def test_every_type_that_devices_send_is_prepared_before_the_first_request() -> None:
    bodies = [f"{e}|{encode_batch(HEAD, [encode_read(record(), e)], e).hex()}" for e in Encoding]
    ran = subprocess.run(
        [sys.executable, "-c", DECODE], input="\n".join(bodies), capture_output=True, text=True, check=False
    )
    assert (ran.stdout, ran.stderr) == ("ready\n", "")
