# The part of obstore that we use, typed: its own signatures name pyarrow-like types that are not installed.

from collections.abc import Iterator, Sequence
from typing import TypedDict

from obstore.store import ObjectStore

class ObjectMeta(TypedDict):
    path: str

class ListResult(TypedDict):
    common_prefixes: Sequence[str]
    objects: Sequence[ObjectMeta]

class Bytes:
    def __buffer__(self, flags: int, /) -> memoryview: ...

class GetResult:
    def bytes(self) -> Bytes: ...

def put(store: ObjectStore, path: str, file: bytes, *, use_multipart: bool | None = None) -> object: ...
def get(store: ObjectStore, path: str) -> GetResult: ...
def copy(store: ObjectStore, from_: str, to: str) -> None: ...
def delete(store: ObjectStore, paths: str | Sequence[str]) -> None: ...
def list(  # noqa: A001 - its own name
    store: ObjectStore, prefix: str | None = None, *, chunk_size: int = 50
) -> Iterator[Sequence[ObjectMeta]]: ...
def list_with_delimiter(store: ObjectStore, prefix: str | None = None) -> ListResult: ...
