"""Previews on their way to the node: asked whether anybody looks, sent while somebody does, kept nowhere."""

from __future__ import annotations

from dataclasses import dataclass

from openanpr.core.camera import CameraId
from openanpr.deliver.line import Line, LineDownError, Message
from openanpr.wire.delivery import PREVIEWS_PATH, AnswerError
from openanpr.wire.preview import (
    PREVIEW_TYPE,
    Preview,
    camera_part,
    read_preview_answer,
    write_preview,
)

_UNKNOWN = frozenset({404, 405})
_NOT_NOW = frozenset({409, 429})  # whoever looked has gone; this one came too soon


@dataclass(frozen=True, slots=True)
class Told:
    """What came of asking or sending: for how many seconds previews are wanted, 0 for not at all.

    `failed`: no node answered as one does. `unknown`: it is one that knows no previews.
    """

    wanted_s: float = 0.0
    failed: bool = False
    unknown: bool = False


class PreviewSender:
    """Asks and sends for one camera; what does not arrive is lost, and not sent again."""

    def __init__(self, line: Line, camera: CameraId) -> None:
        self._line = line
        self._camera = str(camera)
        self._path = f"{PREVIEWS_PATH}/{camera_part(camera)}"

    def ask(self) -> Told:
        """Return whether anybody looks."""
        return self._told(Message("GET", self._path, PREVIEW_TYPE, b"", hang_up=True))

    def send(self, preview: Preview) -> Told:
        """Send a picture; return whether more are wanted."""
        return self._told(Message("POST", self._path, PREVIEW_TYPE, write_preview(preview)))

    def _told(self, message: Message) -> Told:
        try:
            answer = self._line.send(message)
        except LineDownError:
            return Told(failed=True)
        if answer.status in _NOT_NOW:
            return Told()
        if answer.status != 200:
            return Told(failed=True, unknown=answer.status in _UNKNOWN)
        try:
            said = read_preview_answer(answer.body)
        except AnswerError:
            return Told(failed=True)
        return Told(said.wanted_s) if said.camera == self._camera else Told(failed=True)
