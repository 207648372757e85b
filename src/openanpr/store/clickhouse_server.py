"""The read store on a ClickHouse server or cluster, over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import clickhouse_connect
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError

from openanpr.store.engine import (
    DEDUPLICATED,
    RowT,
    Statement,
    StoreError,
    Value,
    checked_token,
    decoded,
    refused,
)


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """Where a ClickHouse server is: `url` as `https://host:8443`, and who we are to it."""

    url: str
    database: str = "default"
    user: str = "default"
    password: str = field(default="", repr=False)
    timeout_s: int = 30


class ClickHouseServer:
    """A `ReadEngine` over one HTTP address. Its user needs readonly = 0: limits stand in each statement."""

    def __init__(self, client: Client) -> None:
        self._client = client

    @classmethod
    def open(cls, address: ServerAddress) -> Self:
        """Connect; raises StoreError when the address is none or its server does not answer."""
        parts = urlsplit(address.url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.password:
            raise StoreError(
                "a ClickHouse address is http://host:port or https://host:port, user and password apart"
            )
        secure = parts.scheme == "https"
        try:
            client = clickhouse_connect.get_client(
                host=parts.hostname,
                port=parts.port or (8443 if secure else 8123),
                secure=secure,
                database=address.database,
                username=address.user,
                password=address.password,
                connect_timeout=address.timeout_s,
                send_receive_timeout=address.timeout_s,
                autogenerate_session_id=False,  # a session would let one thread ask at a time
            )
        except ClickHouseError as fault:
            raise refused("the first greeting", str(fault)) from None
        return cls(client)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def rows(self, statement: Statement, values: Mapping[str, Value], row: type[RowT]) -> list[RowT]:
        """The rows that a SELECT answers, each decoded as `row`; raises StoreError."""
        try:
            lines = self._client.raw_query(statement.text, dict(values), fmt="JSONCompactEachRow")
        except ClickHouseError as fault:
            raise refused(statement.name, str(fault)) from None
        return decoded(lines, row)

    def run(self, statement: Statement, values: Mapping[str, Value]) -> None:
        """Carry out a statement that answers nothing; raises StoreError."""
        try:
            self._client.command(statement.text, dict(values))
        except ClickHouseError as fault:
            raise refused(statement.name, str(fault)) from None

    def insert(self, statement: Statement, block: bytes, *, token: str) -> None:
        """Insert a Native block; the same token inserts once. Raises StoreError."""
        settings = {**DEDUPLICATED, "insert_deduplication_token": checked_token(token)}
        try:
            self._client.command(statement.text + " FORMAT Native", data=block, settings=settings)
        except ClickHouseError as fault:
            raise refused(statement.name, str(fault)) from None

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
