# The part of obstore.store that we use, typed.

from pathlib import Path
from typing import TypeAlias, TypedDict

class ClientConfig(TypedDict, total=False):
    allow_http: bool

class LocalStore:
    def __init__(self, prefix: str | Path, *, automatic_cleanup: bool = False) -> None: ...

class S3Store:
    def __init__(
        self,
        bucket: str,
        *,
        region: str,
        access_key_id: str,
        secret_access_key: str,
        checksum_algorithm: str,
        virtual_hosted_style_request: bool,
        client_options: ClientConfig,
        endpoint: str = ...,
    ) -> None: ...

ObjectStore: TypeAlias = LocalStore | S3Store
