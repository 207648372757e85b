"""Packets in, good frames out: FFmpeg's decoder with its damage counted and its size bounded."""

from __future__ import annotations

import numpy as np
from av import error as av_error
from av.container import InputContainer
from av.packet import Packet
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from openanpr.capture.item import Image
from openanpr.capture.settings import CaptureSettings

_MOST_LOST_S = 5.0  # some encoders send one key frame and then none: do not wait for ever


def open_options(settings: CaptureSettings) -> dict[str, str]:
    """Return the FFmpeg options that every source is opened with: the decoder's own size limit."""
    return {"max_pixels": str(settings.max_pixels)}


def find_video(container: InputContainer) -> VideoStream | None:
    """Return the first stream of moving pictures; cover art of a sound file is none."""
    for stream in container.streams.video:
        if not stream.disposition & Disposition.attached_pic:
            return stream
    return None


def can_decode(stream: VideoStream) -> bool:
    """Return whether FFmpeg knows the stream's codec (PyAV leaves the context out where it does not)."""
    return stream.codec_context is not None  # pyright: ignore[reportUnnecessaryComparison] typed as always there


class Decoder:
    """Decodes one video stream and passes over what is damaged.

    After damage, frames are built upon wrong ones until the next key frame; they are passed over as
    well, for at most five seconds. `damaged` counts the frames and packets lost so; `first_damage_s`
    is the stream's time at the first.
    """

    def __init__(self, stream: VideoStream, settings: CaptureSettings) -> None:
        stream.thread_type = "AUTO"
        stream.codec_context.thread_count = settings.threads
        self._stream = stream
        self._max_pixels = settings.max_pixels
        self._lost_since_s: float | None = None
        self._now_s = 0.0
        self.damaged = 0
        self.first_damage_s: float | None = None

    def decode(self, packet: Packet[VideoStream]) -> list[VideoFrame]:
        """Return the good frames that `packet` completes, in order of presentation."""
        time_s = packet_time_s(packet)
        if time_s is not None:
            self._now_s = time_s
        if packet.is_corrupt:
            self._note_damage()
        try:
            frames: list[VideoFrame] = self._stream.decode(packet)  # pyright: ignore[reportUnknownMemberType] stub
        except av_error.FFmpegError:
            self._note_damage()
            return []
        return [frame for frame in frames if self._is_good(frame)]

    def _is_good(self, frame: VideoFrame) -> bool:
        if frame.is_corrupt or frame.width * frame.height > self._max_pixels:
            self._note_damage()
            return False
        if self._lost_since_s is None:
            return True
        if frame.key_frame or self._now_s - self._lost_since_s > _MOST_LOST_S:
            self._lost_since_s = None
            return True
        self.damaged += 1
        return False

    def _note_damage(self) -> None:
        self.damaged += 1
        self._lost_since_s = self._now_s
        if self.first_damage_s is None:
            self.first_damage_s = self._now_s


def packet_time_s(packet: Packet[VideoStream]) -> float | None:
    """Return the packet's presentation time in seconds, or None where it carries none."""
    stamp = packet.pts if packet.pts is not None else packet.dts
    return None if stamp is None else float(stamp * packet.time_base)


def frame_time_s(frame: VideoFrame) -> float | None:
    """Return the frame's presentation time in seconds, or None where it carries none."""
    stamp = frame.pts if frame.pts is not None else frame.dts
    return None if stamp is None or frame.time_base is None else float(stamp * frame.time_base)


def to_image(frame: VideoFrame) -> Image:
    """Return the frame as (height, width, 3) uint8 BGR, turned as the clip's rotation asks."""
    image = np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)
    quarters = round(frame.rotation / 90) % 4  # anticlockwise, as rot90 counts
    return np.ascontiguousarray(np.rot90(image, quarters))
