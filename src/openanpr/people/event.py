"""What was done, or refused, about people: a frozen value for the audit log to take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, auto
from typing import Final, Generic, TypeVar

MACHINE_OWNER: Final = "machine-owner"
"""Who acts where nobody signs in: whoever may open the node's socket."""

STRANGER: Final = "stranger"
"""Who acts before anybody is known."""

_ValueT = TypeVar("_ValueT")


class Deed(StrEnum):
    """What was done."""

    ACCOUNT_MADE = "account_made"
    ACCOUNT_DISABLED = "account_disabled"
    ACCOUNT_ENABLED = "account_enabled"
    LINK_MADE = "link_made"
    LINK_USED = "link_used"
    SIGNED_IN = "signed_in"
    SIGN_IN_BEGUN = "sign_in_begun"
    SIGNED_OUT = "signed_out"
    STEPPED_UP = "stepped_up"
    SESSION_USED = "session_used"
    SESSIONS_REVOKED = "sessions_revoked"
    STOLEN_SESSION_ENDED = "stolen_session_ended"
    FACTOR_PROVED = "factor_proved"
    PASSKEY_BEGUN = "passkey_begun"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    RECOVERY_CODE_USED = "recovery_code_used"
    ROLE_GIVEN = "role_given"
    ROLE_WITHDRAWN = "role_withdrawn"
    TRAINING_RECORDED = "training_recorded"
    GRAVE_ACT_PROPOSED = "grave_act_proposed"
    GRAVE_ACT_APPROVED = "grave_act_approved"
    GRAVE_ACT_REFUSED = "grave_act_refused"
    MARK_DECLARED = "mark_declared"
    MARK_WITHDRAWN = "mark_withdrawn"
    SERVICE_MADE = "service_made"
    SERVICE_REVOKED = "service_revoked"
    SERVICE_USED = "service_used"


class Reason(StrEnum):
    """Why an act was refused, as the audit log counts it; whoever is refused hears less."""

    UNKNOWN_ACCOUNT = "unknown_account"
    DISABLED = "disabled"
    WRONG_PASSWORD = auto()
    WRONG_SECOND_FACTOR = "wrong_second_factor"
    REPLAYED_CODE = "replayed_code"
    SLOWED_DOWN = "slowed_down"
    UNKNOWN_TOKEN = auto()
    OVER = "over"
    REPLAYED_TOKEN = auto()
    WRONG_CSRF = "wrong_csrf"
    NOT_FRESH = "not_fresh"
    CLOCK_WENT_BACK = "clock_went_back"
    CHALLENGE = "challenge"
    PASSKEY = "passkey"
    PASSKEY_COPIED = "passkey_copied"
    PROVIDER = "provider"
    NO_ROLE = "no_role"
    DUTY = "duty"
    SCOPE = "scope"


@dataclass(frozen=True, slots=True)
class PeopleEvent:
    """One act about people. It never holds a password, a code, a token, a plate or a name.

    `by` and `subject` are account ids, `MACHINE_OWNER` or `STRANGER`; `source` is where it came from (an
    address, or `socket`). `about` is what else tells the act apart, in the order of its names. `refused` is
    None for an act that was done.
    """

    deed: Deed
    at: datetime
    by: str
    subject: str
    source: str
    about: tuple[tuple[str, str], ...] = ()
    refused: Reason | None = None


@dataclass(frozen=True, slots=True)
class Done(Generic[_ValueT]):
    """What an act gave, with the events that it was, in their order; each was told before it was done."""

    value: _ValueT
    events: tuple[PeopleEvent, ...]


class PeopleRefusedError(Exception):
    """An act was refused. The sentence is for whoever asked; `event` says more and is for the audit log.

    `told`: the log has it already.

    `wait_s` is how many seconds to wait before another try, where waiting helps.
    """

    def __init__(self, sentence: str, event: PeopleEvent, *, wait_s: float = 0.0) -> None:
        super().__init__(sentence)
        self.event, self.wait_s = event, wait_s
        self.told = False
