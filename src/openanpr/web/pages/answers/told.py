"""What pages show of answers to people, as the node's own questions answer it."""

from __future__ import annotations

from datetime import date, datetime

from msgspec import Struct


class ChallengeHead(Struct, frozen=True):
    """A challenge in short."""

    challenge: str
    case: str
    state: str
    opened_at: datetime
    waiting: list[str]
    due: date | None
    devices: int
    confirmed: int


class ListSeen(Struct, frozen=True):
    """What one list has to do with the vehicle, and what its owner answered."""

    list: str
    owner: str
    due: date
    alerts: int
    exact: int
    possible: int
    misread: int
    entries: int
    by_misreads: bool
    rivals: tuple[str, ...]
    listed: tuple[str, ...]
    answer: str | None
    answered_by: str | None
    answered_why: str | None
    proposal: int | None
    revision: int | None


class Confirmed(Struct, frozen=True):
    """How far a change has come."""

    list: str
    revision: int
    devices: int
    confirmed: int
    silent: tuple[str, ...]
    explained: tuple[str, ...]
    done: bool


class StepTold(Struct, frozen=True):
    """One step."""

    step: str
    at: datetime
    by: str
    why: str = ""
    list: str = ""
    device: str = ""
    answer: str | None = None
    outcome: str | None = None
    items: int = 0
    recipient: str = ""
    entry: int | None = None


class ChallengeTold(ChallengeHead, frozen=True):
    """A challenge whole."""

    vrm: str
    since: datetime
    until: datetime
    last_on: date
    looked: bool
    lists: list[ListSeen]
    confirmations: list[Confirmed]
    steps: list[StepTold]


class AccessHead(Struct, frozen=True):
    """A request in short."""

    access: str
    case: str
    state: str
    opened_at: datetime
    opened_by: str
    items: int | None
    counts: dict[str, int]
    lists: list[str]


class ItemTold(Struct, frozen=True):
    """One thing that is held, and what becomes of it."""

    number: int
    kind: str
    at: datetime | None
    facts: tuple[tuple[str, str], ...]
    list: str
    pictures: tuple[str, ...]
    verdict: str | None
    exemption: str | None
    reason: str
    boxed: bool
    decided_by: str | None
    waits_for_second: bool


class AccessTold(AccessHead, frozen=True):
    """A request whole."""

    due: date | None
    vrm: list[str]
    since: datetime
    until: datetime
    last_on: date
    entitlement: str
    proof: str
    shown: list[ItemTold]
    next: int | None
    sha256: str | None
    steps: list[StepTold]


class EntryWaits(Struct, frozen=True):
    """An entry that waits for its list's owner."""

    access: str
    case: str
    list: str
    number: int
    vrm: str
    due: date | None


class PicturesTold(Struct, frozen=True):
    """The pictures of a read, base64."""

    patch: str | None
    overview: str | None


class HandedOver(Struct, frozen=True):
    """A pack."""

    name: str
    media_type: str
    sha256: str
    entry: int
    body: str


class LineTold(Struct, frozen=True):
    """A line of the register."""

    line: str
    kind: str
    at: datetime
    last_at: datetime | None
    times: int
    undone: int
    recipient: str
    purpose: str
    basis: str
    reference: str
    what: str
    reads: int
    entries: int
    others: dict[str, int]
    by: str
    decided_by: str
    why: str
    entry: int
    last_entry: int
    erased: bool


class CsvTold(Struct, frozen=True):
    """The register as CSV."""

    csv: str
