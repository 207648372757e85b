from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from .algorithms import HTTPSignatureAlgorithm
from .resolvers import HTTPSignatureKeyResolver

class HTTPMessageSignaturesException(Exception): ...  # noqa: N818 - the package's own name
class InvalidSignature(HTTPMessageSignaturesException): ...

class _Component(Protocol):
    @property
    def value(self) -> object: ...
    @property
    def params(self) -> Mapping[str, object]: ...

class _SignatureInput(Protocol):
    @property
    def params(self) -> Mapping[str, object]: ...
    def __iter__(self) -> Iterator[_Component]: ...

class VerifyResult:
    covered_components: dict[str, str]
    parameters: dict[str, int | str]

class HTTPMessageSigner:
    def __init__(
        self, *, signature_algorithm: type[HTTPSignatureAlgorithm], key_resolver: HTTPSignatureKeyResolver
    ) -> None: ...
    def sign(
        self,
        message: object,
        *,
        key_id: str,
        created: datetime | None = None,
        expires: datetime | None = None,
        nonce: str | None = None,
        label: str | None = None,
        include_alg: bool = True,
        covered_component_ids: Sequence[str] = ...,
        body: bytes | None = None,
    ) -> None: ...

class HTTPMessageVerifier:
    require_created: bool
    def __init__(
        self, *, signature_algorithm: type[HTTPSignatureAlgorithm], key_resolver: HTTPSignatureKeyResolver
    ) -> None: ...
    def validate_created_and_expires(
        self, sig_input: _SignatureInput, max_age: timedelta | None = None
    ) -> None: ...
    def verify(self, message: object, *, max_age: timedelta | None = ...) -> list[VerifyResult]: ...
