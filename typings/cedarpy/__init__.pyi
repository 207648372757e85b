from collections.abc import Mapping, Sequence
from typing import Any

class PolicySet:
    @staticmethod
    def from_str(s: str, *, release_gil: bool = ...) -> PolicySet: ...
    @staticmethod
    def from_json_str(s: str, *, release_gil: bool = ...) -> PolicySet: ...

class Schema:
    @staticmethod
    def from_str(s: str, *, release_gil: bool = ...) -> Schema: ...

class Entities:
    @staticmethod
    def from_json_str(s: str, schema: Schema | None = ..., *, release_gil: bool = ...) -> Entities: ...

class Decision:
    Allow: Decision
    Deny: Decision
    NoDecision: Decision

class Diagnostics:
    @property
    def errors(self) -> list[str]: ...
    @property
    def reasons(self) -> list[str]: ...
    @property
    def id_annotations_by_reason(self) -> dict[str, str]: ...

class AuthzResult:
    @property
    def decision(self) -> Decision: ...
    @property
    def diagnostics(self) -> Diagnostics: ...

class ValidationResult:
    @property
    def validation_passed(self) -> bool: ...
    @property
    def errors(self) -> Sequence[object]: ...

def is_authorized_batch(
    requests: Sequence[Mapping[str, Any]],
    policies: PolicySet,
    entities: Entities,
    schema: Schema | None = ...,
) -> list[AuthzResult]: ...
def policies_to_json_str(s: str) -> str: ...
def validate_policies(policies: str, schema: Schema) -> ValidationResult: ...
