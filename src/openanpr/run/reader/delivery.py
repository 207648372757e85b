"""What a reader hands to its outbox, and the thread that empties the outbox into the node."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from openanpr.core.camera import CameraId
from openanpr.core.read import Read
from openanpr.deliver.outbox import Outbox
from openanpr.deliver.outbox_file import OutboxFullError
from openanpr.deliver.send import Sender, Standing
from openanpr.wire.delivered_read import ReadShapeError, record_of_read


@dataclass(frozen=True, slots=True)
class Counts:
    """Since the start: reads made, reads that found no room, reads that the format cannot carry."""

    made: int = 0
    refused: int = 0
    unfit: int = 0


class Putting:
    """Puts the reads of one camera into its outbox, each with its pictures behind it."""

    def __init__(self, outbox: Outbox, camera: CameraId) -> None:
        self._outbox = outbox
        self._camera = camera
        self.counts = Counts()

    def put(self, read: Read) -> None:
        """Keep a read and its pictures, on disk when this returns; raises sqlite3.Error.

        What finds no room is refused and counted, newest first: what waits longest is never dropped for it.
        """
        made = self.counts.made + 1
        refused, unfit = self.counts.refused, self.counts.unfit
        try:
            self._outbox.put([record_of_read(read, self._camera)])
        except OutboxFullError:
            self.counts = Counts(made, refused + 1, unfit)
            return
        except ReadShapeError:
            self.counts = Counts(made, refused, unfit + 1)
            return
        self.counts = Counts(made, refused, unfit)
        try:
            for jpeg in (read.patch, read.overview):
                if jpeg:
                    self._outbox.put_picture(jpeg)
        except OutboxFullError:
            return  # counted and told by the outbox; a read stands without its pictures


class Delivery:
    """The thread in which the outbox is emptied.

    When it fails, as with a broken disk, `failed` names the kind of the fault and `broken` is called.
    """

    def __init__(self, sender: Sender, broken: Callable[[], None]) -> None:
        self._sender = sender
        self._broken = broken
        self.failed = ""
        self._thread = threading.Thread(target=self._run, name="delivery", daemon=True)

    @property
    def standing(self) -> Standing:
        """How delivery goes."""
        return self._sender.standing

    def start(self) -> None:
        """Begin to deliver."""
        self._thread.start()

    def stop(self, *, timeout_s: float) -> bool:
        """End after the request that is under way; return whether it ended in time."""
        self._sender.stop()
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            self._sender.run()
        except Exception as error:  # noqa: BLE001 - a thread's outermost loop: the process then ends with a sentence
            self.failed = type(error).__name__
            self._broken()


def waits_for_nothing(outbox: Outbox) -> bool:
    """Return whether all that can be delivered was."""
    fill = outbox.fill()
    return fill.reads == fill.reads_aside and fill.pictures == fill.pictures_aside
