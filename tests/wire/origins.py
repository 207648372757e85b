"""Origins as a node hands them on: signed by a device, or by nobody."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from openanpr.wire.device_key import DeviceKey
from openanpr.wire.forwarded import PUBLIC_KEY, TAKEN, OriginBatch
from openanpr.wire.read_batch import Encoding, encode_batch, encode_read, pack
from openanpr.wire.signature import Request, sign
from tests.wire.records import HEAD, record

AT = datetime(2026, 11, 22, 12, 0, 1, tzinfo=UTC)
URL = "https://force.example/v1/batches"


def origin(
    records=None, *, key=None, encoding=Encoding.MESSAGE_PACK, packed=True, marks=None, **beside
) -> OriginBatch:
    """A batch of device gate-1, signed by `key` (a new one) and packed."""
    records = [record()] if records is None else records
    body = encode_batch(HEAD, [encode_read(r, encoding) for r in records], encoding)
    body = pack(body) if packed else body
    made = OriginBatch(
        key=f"gate-1/{HEAD.batch_id}",
        received_at=AT,
        clock_offset_ms=40,
        hops=1,
        form=encoding,
        packed=packed,
        marks=bytes([TAKEN] * len(records)) if marks is None else marks,
        body=body,
        proof=proof_of(body, key or DeviceKey.generate(), encoding, packed=packed),
    )
    return replace(made, **beside)


def proof_of(body, key, encoding, *, packed, **more) -> dict[str, str]:
    """What a node keeps of a signed request."""
    headers = {"content-type": str(encoding)} | ({"content-encoding": "gzip"} if packed else {}) | more
    signed = sign(Request("POST", URL, headers, body), key, created=AT, nonce="n" * 20)
    lower = {name.lower(): value for name, value in signed.items()}
    return headers | lower | {"@method": "POST", "@target-uri": URL, PUBLIC_KEY: key.public.base64}
