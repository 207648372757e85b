from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

class HTTPSignatureKeyResolver:
    def resolve_public_key(self, key_id: str) -> Ed25519PublicKey | None: ...

class MappingKeyResolver(HTTPSignatureKeyResolver):
    def __init__(
        self, *, public_keys: Mapping[str, Ed25519PublicKey], private_keys: Mapping[str, Ed25519PrivateKey]
    ) -> None: ...
