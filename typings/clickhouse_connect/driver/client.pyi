# The part of clickhouse_connect.driver.client that we use, typed.

from collections.abc import Mapping

class Client:
    def raw_query(
        self, query: str, parameters: Mapping[str, object] | None = None, *, fmt: str | None = None
    ) -> bytes: ...
    def command(
        self,
        cmd: str,
        parameters: Mapping[str, object] | None = None,
        data: str | bytes | None = None,
        settings: Mapping[str, str | int] | None = None,
    ) -> object: ...
    def close(self) -> None: ...
