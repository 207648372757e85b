"""What waits in the outbox goes to the node until it is acknowledged, text first, pictures after."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from openanpr.deliver.line import Answer, Line, LineDownError, Message
from openanpr.deliver.outbox import Outbox, OutboxBatch, OutboxPicture
from openanpr.deliver.outbox_file import OutboxFullError, OutboxKind
from openanpr.deliver.verdict import Verdict, full_jitter, judge, retry_after_s
from openanpr.wire.delivery import (
    BATCHES_PATH,
    CAMERA_LAPSED,
    PICTURES_PATH,
    AnswerError,
    read_batch_answer,
    read_picture_answer,
)
from openanpr.wire.forwarded import FORWARDED_TYPE, encode_forwarded
from openanpr.wire.read_batch import BatchHead, Encoding, encode_batch, pack

_NEEDS_A_PERSON = frozenset({Verdict.NOT_ADMITTED, Verdict.NOT_UNDERSTOOD})


@dataclass(frozen=True, slots=True)
class Pace:
    """Waits in seconds: the first and the longest back-off, and how often to look where nothing waits.

    `picture_tries`: how often the node may not know what a picture belongs to before it is set aside.
    """

    first_s: float = 1.0
    most_s: float = 300.0
    idle_s: float = 1.0
    picture_tries: int = 20


@dataclass(frozen=True, slots=True)
class Chance:
    """The sender's time, randomness and ids: UTC, a steady clock in seconds, jitter, fresh batch ids."""

    clock: Callable[[], datetime]
    steady_s: Callable[[], float]
    jitter: random.Random
    batch_id: Callable[[], UUID]


@dataclass(frozen=True, slots=True)
class Standing:
    """How delivery goes, since the sender was made.

    `verdict` is that of the last try and `reason` the node's short name for it; `alarm`: nothing will move
    until a person acts (the device is not admitted, or the answer makes no sense). `failures` are in a row.
    `quarantined` are among `reads`: the node has them, and a person there must look. `lapsed` are among
    those: the camera had no leave to deliver them. `lapsing`: the batch that was taken last had such.
    """

    verdict: Verdict | None = None
    reason: str = ""
    failures: int = 0
    batches: int = 0
    reads: int = 0
    quarantined: int = 0
    pictures: int = 0
    set_aside: int = 0
    lapsed: int = 0
    lapsing: bool = False

    @property
    def alarm(self) -> bool:
        """Whether a person must act."""
        return self.verdict in _NEEDS_A_PERSON


@dataclass(slots=True)
class _Patience:
    """Until when one kind of thing waits, by the steady clock, and how often it failed in a row."""

    until_s: float = 0.0
    failures: int = 0

    def begin_anew(self) -> None:
        """Forget the failures."""
        self.until_s, self.failures = 0.0, 0


class Sender:
    """Empties one outbox into one node.

    Text never waits for pictures: each has its own back-off, and a picture goes only when no text waits.
    """

    def __init__(
        self, outbox: Outbox, line: Line, device: str, *, chance: Chance, pace: Pace | None = None
    ) -> None:
        self._outbox = outbox
        self._line = line
        self._device = device
        self._chance = chance
        self._pace = pace or Pace()
        self._text, self._pictures = _Patience(), _Patience()
        self._stopped = threading.Event()
        self.standing = Standing()

    def run(self) -> None:
        """Deliver until `stop` is called from another thread."""
        while not self._stopped.is_set():
            wait_s = self.step()
            if wait_s > 0:
                self._outbox.arrived.wait(wait_s)
            self._outbox.arrived.clear()

    def stop(self) -> None:
        """Let `run` end after the request that is under way."""
        self._stopped.set()
        self._outbox.arrived.set()

    def step(self) -> float:
        """Send the one thing whose turn it is; return the seconds until something may be due, 0: at once.

        A full disk is waited out like a broken line; raises sqlite3.Error when the outbox itself is broken.
        """
        try:
            return self._step()
        except OutboxFullError:
            self._settle(self._text, Verdict.LATER, "disk_full", None)
            return max(0.0, self._text.until_s - self._chance.steady_s())

    def _step(self) -> float:
        now_s = self._chance.steady_s()
        batch = self._outbox.take(self._chance.batch_id)
        if batch is not None:
            if now_s < self._text.until_s:
                return self._text.until_s - now_s
            self._send_batch(batch)
            return max(0.0, self._text.until_s - self._chance.steady_s())
        if now_s < self._pictures.until_s:
            return min(self._pace.idle_s, self._pictures.until_s - now_s)
        picture = self._outbox.next_picture()
        if picture is None:
            return self._pace.idle_s
        self._send_picture(picture)
        return min(self._pace.idle_s, max(0.0, self._pictures.until_s - self._chance.steady_s()))

    def _send_batch(self, batch: OutboxBatch) -> None:
        head = BatchHead(batch.batch_id, self._device, self._chance.clock())
        answer = self._ask(_written(self._outbox.kind, head, batch.parts))
        named, reason = _batch_named(answer, batch.batch_id)
        verdict = Verdict.LATER if answer is None else judge(answer.status, named=named)
        if verdict is Verdict.NOT_YET or (verdict is Verdict.TAKEN and not _accounts_for(answer, batch)):
            # The first is said of pictures only; the second leaves a read untold of.
            verdict = Verdict.NOT_UNDERSTOOD
        if verdict in {Verdict.TOO_LARGE, Verdict.UNREADABLE}:
            verdict = self._divide(batch, verdict, named=named)
        if verdict is Verdict.TAKEN:
            held, lapsed = _held_of(answer)
            self._tally(batches=1, reads=self._outbox.acknowledge(batch.batch_id), quarantined=held)
            total = self.standing.lapsed + lapsed
            self.standing = replace(self.standing, lapsed=total, lapsing=lapsed > 0)
        self._settle(self._text, verdict, reason, answer)

    def _divide(self, batch: OutboxBatch, verdict: Verdict, *, named: bool) -> Verdict:
        """Send a refused batch in halves, down to the part that the node refuses; set that one aside.

        A single part is set aside only on an answer that names it: else it is kept, and a person must act.
        """
        if len(batch.parts) > 1:
            self._outbox.split(batch.batch_id, self._chance.batch_id)
            return verdict
        if not named:
            return Verdict.NOT_UNDERSTOOD
        self._tally(set_aside=self._outbox.set_aside(batch.batch_id, verdict))
        return verdict

    def _send_picture(self, picture: OutboxPicture) -> None:
        path = f"{PICTURES_PATH}/{picture.sha256}"
        answer = self._ask(Message("PUT", path, "image/jpeg", picture.jpeg))
        named, reason = _picture_named(answer, picture.sha256)
        verdict = Verdict.LATER if answer is None else judge(answer.status, named=named)
        if verdict is Verdict.TOO_LARGE and not named:
            verdict = Verdict.NOT_UNDERSTOOD
        if verdict is Verdict.TAKEN:
            self._outbox.acknowledge_picture(picture.sha256)
            self._tally(pictures=1)
        elif verdict is Verdict.NOT_YET and picture.tries + 1 < self._pace.picture_tries:
            self._outbox.retry_picture(picture.sha256)
            if picture.tries == 0:
                return  # others that were not tried yet come first, and at once
        elif verdict in {Verdict.NOT_YET, Verdict.TOO_LARGE, Verdict.UNREADABLE}:
            self._outbox.set_picture_aside(picture.sha256, verdict)
            self._tally(set_aside=1)
        self._settle(self._pictures, verdict, reason, answer)

    def _ask(self, message: Message) -> Answer | None:
        """Return the answer, None when the line is down."""
        try:
            return self._line.send(message)
        except LineDownError:
            return None

    def _settle(self, patience: _Patience, verdict: Verdict, reason: str, answer: Answer | None) -> None:
        """Reckon how long this kind of thing waits now."""
        if verdict in {Verdict.TAKEN, Verdict.TOO_LARGE, Verdict.UNREADABLE}:
            patience.begin_anew()
        else:
            patience.failures += 1
            patience.until_s = self._chance.steady_s() + self._wait_s(patience.failures, verdict, answer)
        self.standing = replace(self.standing, verdict=verdict, reason=reason, failures=patience.failures)

    def _wait_s(self, failures: int, verdict: Verdict, answer: Answer | None) -> float:
        pace = self._pace
        asked_s = 0.0 if answer is None else retry_after_s(answer.retry_after, now=self._chance.clock())
        if verdict in _NEEDS_A_PERSON:
            # Nothing will change soon; still try, for a person may mend it at the other end.
            return max(asked_s, self._chance.jitter.uniform(pace.most_s / 2, pace.most_s))
        own_s = full_jitter(failures, self._chance.jitter, first_s=pace.first_s, most_s=pace.most_s)
        # Jitter on top of what was asked, so that not all devices come back in the same second.
        return asked_s + own_s

    def _tally(
        self, *, batches: int = 0, reads: int = 0, quarantined: int = 0, pictures: int = 0, set_aside: int = 0
    ) -> None:
        now = self.standing
        self.standing = replace(
            now,
            batches=now.batches + batches,
            reads=now.reads + reads,
            quarantined=now.quarantined + quarantined,
            pictures=now.pictures + pictures,
            set_aside=now.set_aside + set_aside,
        )


def _batch_named(answer: Answer | None, batch_id: UUID) -> tuple[bool, str]:
    """Return whether the answer names the batch, and its short reason."""
    if answer is None:
        return False, "line_down"
    with suppress(AnswerError):
        said = read_batch_answer(answer.body)
        return said.batch_id == str(batch_id), said.error or ""
    return False, f"http_{answer.status}"


def _accounts_for(answer: Answer | None, batch: OutboxBatch) -> bool:
    """Return whether the node says of every read of the batch what became of it."""
    if answer is None:
        return False
    said = read_batch_answer(answer.body)
    return said.error is None and said.accepted + said.quarantined == batch.reads


def _held_of(answer: Answer | None) -> tuple[int, int]:
    """Return how many reads the node holds, and how many of these for want of a leave to deliver."""
    if answer is None:
        return 0, 0
    said = read_batch_answer(answer.body)
    return said.quarantined, sum(one.reason == CAMERA_LAPSED for one in said.held)


def _written(kind: OutboxKind, head: BatchHead, parts: Sequence[bytes]) -> Message:
    if kind is OutboxKind.FORWARDED:
        # Not packed: what is inside is packed already, and stays as it was signed.
        return Message("POST", BATCHES_PATH, FORWARDED_TYPE, encode_forwarded(head, parts))
    body = pack(encode_batch(head, parts, Encoding.MESSAGE_PACK))
    return Message("POST", BATCHES_PATH, Encoding.MESSAGE_PACK, body, packed=True)


def _picture_named(answer: Answer | None, sha256: str) -> tuple[bool, str]:
    if answer is None:
        return False, "line_down"
    with suppress(AnswerError):
        said = read_picture_answer(answer.body)
        return said.sha256 == sha256, said.error or ""
    return False, f"http_{answer.status}"
