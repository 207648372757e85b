class HTTPSignatureAlgorithm:
    algorithm_id: str

class ED25519(HTTPSignatureAlgorithm): ...
