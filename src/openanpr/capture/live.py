"""Streams and cameras: connect, read, lose, wait, connect again."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random

import av
from av import error as av_error
from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from openanpr.capture.decode import Decoder, can_decode, find_video, frame_time_s, packet_time_s, to_image
from openanpr.capture.item import Image, Items, SourceError, SourceFault, explain
from openanpr.capture.pace import Offset, Pace
from openanpr.capture.settings import CaptureSettings
from openanpr.capture.stop import Stop
from openanpr.core.frame import Frame
from openanpr.core.instant import ClockSource, Instant

# Containers without times of their own: FFmpeg makes up 25 frames a second for them.
_UNTIMED = frozenset({"mpjpeg", "mjpeg", "h264", "hevc", "m4v"})
_NEAR_END_S = 1.0
_ONE_BY_ONE_S = 0.005  # a packet waited for as long as this had not been kept back
_MOST_HELD = 100
_MOST_DAMAGED = 100  # packets without one good frame before a connection is called useless


@dataclass(frozen=True, slots=True)
class Camera:
    """What a live reader needs: a name fit to be shown, how to connect, and its surroundings.

    `connect` raises OSError, av_error.FFmpegError or SourceError; `now` returns the time in UTC; `rng`
    shakes the waits.
    """

    name: str
    connect: Callable[[], InputContainer] = field(repr=False)  # it holds the password
    settings: CaptureSettings
    rng: Random
    now: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class _Picture:
    image: Image
    media_s: float
    clock_s: float
    still: bool


def read_live(camera: Camera, stop: Stop) -> Items:
    """Yield the frames of a camera for as long as it gives any.

    A loss gives a fault with `recovering` set, a wait (see Backoff) and another try; too many
    failures in a row give one last fault. A source that announced its length (a clip behind HTTP)
    ends where it said it would. `index` counts every frame across losses; `offset_s` follows the
    stream's own times and bridges a loss by the clock.
    """
    failures, index, offset = 0, 0, Offset()
    while not stop.is_set():
        session = _Session(camera)
        with closing(session.pictures()) as pictures:
            for picture in pictures:
                failures = 0
                offset_s = offset.at(clock_s=picture.clock_s, media_s=picture.media_s)
                yield _frame(camera, picture, index=index, offset_s=offset_s)
                index += 1
                if stop.is_set():
                    return
        if session.fault is None:
            return
        failures += 1
        offset.break_off()
        if session.finite and session.count:
            yield session.fault
            return
        backoff = camera.settings.backoff
        if backoff.gives_up(failures):
            yield _given_up(session.fault, failures)
            return
        delay_s = backoff.delay_s(failures, camera.rng)
        yield _passing(session.fault, delay_s)
        stop.wait(delay_s)


def _frame(camera: Camera, picture: _Picture, *, index: int, offset_s: float) -> Frame[Image]:
    moment = datetime.fromtimestamp(picture.clock_s, UTC)
    at = Instant(moment, ClockSource.CLOCK, camera.settings.clock_error_ms)
    return Frame(camera.name, index, at, picture.image, still=picture.still, offset_s=offset_s)


def _passing(fault: SourceFault, delay_s: float) -> SourceFault:
    remedy = f"trying again in {delay_s:.1f} s ({fault.remedy})"
    return SourceFault(fault.source, fault.problem, remedy, recovering=True)


def _given_up(fault: SourceFault, failures: int) -> SourceFault:
    tries = "1 try" if failures == 1 else f"{failures} tries"
    return SourceFault(fault.source, f"given up after {tries}: {fault.problem}", fault.remedy)


def _is_picture(container: InputContainer) -> bool:
    return container.format.name.endswith("_pipe")  # one picture behind HTTP, as FFmpeg calls it


class _Session:
    """One connection, from opening to loss.

    Once `pictures` has ended: `fault` is why, or None after an end that was announced; `finite` is
    whether one was; `count` is how many pictures came.
    """

    def __init__(self, camera: Camera) -> None:
        self._camera = camera
        self._reached_s = 0.0
        self.fault: SourceFault | None = None
        self.finite = False
        self.count = 0

    def pictures(self) -> Generator[_Picture, None, None]:
        """Yield pictures until the connection is lost or done."""
        try:
            with self._camera.connect() as container:
                length_s = (container.duration or 0) / av.time_base
                self.finite = length_s > 0 or _is_picture(container)
                yield from self._read(container)
        except SourceError as error:
            self.fault = error.fault
        except (OSError, av_error.FFmpegError) as error:
            self.fault = self._fault(*explain(error))
        else:
            if not self.finite:
                self.fault = self._fault("the stream has ended", "check that the camera is on")
            elif self._reached_s < length_s - _NEAR_END_S:
                self.fault = self._fault("it broke off before its end", "check the network")

    def _read(self, container: InputContainer) -> Generator[_Picture, None, None]:
        stream = self._checked_stream(container)
        decoder, pace = Decoder(stream, self._camera.settings), Pace()
        start_s, still = (container.start_time or 0) / av.time_base, _is_picture(container)
        for packet in self._after_burst(self._timed_packets(container, stream, pace)):
            for picture in decoder.decode(packet):
                shown_s = frame_time_s(picture)
                if shown_s is None:
                    continue  # some cameras' very first frame: without a time there is no moment to give it
                self._reached_s = shown_s - start_s
                self.count += 1
                yield _Picture(to_image(picture), shown_s, pace.at(shown_s), still)
            if not self.count and decoder.damaged >= _MOST_DAMAGED:
                raise SourceError(
                    self._fault("none of its frames can be decoded", "check the camera's settings")
                )

    def _timed_packets(
        self, container: InputContainer, stream: VideoStream, pace: Pace
    ) -> Generator[Packet[VideoStream], None, None]:
        """Yield packets, having told `pace` when each arrived."""
        timed = container.format.name not in _UNTIMED
        began_s = self._camera.now().timestamp()
        for packet in container.demux(stream):
            arrived_s = self._camera.now().timestamp()
            if not timed and packet.size:
                # Written into the packet, so that the frame has it however long the decoder keeps it.
                packet.pts = packet.dts = round((arrived_s - began_s) / packet.time_base)
            media_s = packet_time_s(packet)
            if media_s is not None:
                pace.note(arrived_s=arrived_s, media_s=media_s)
            yield packet

    def _after_burst(
        self, packets: Generator[Packet[VideoStream], None, None]
    ) -> Generator[Packet[VideoStream], None, None]:
        """Yield `packets`, but hold a camera's first ones until they come one by one.

        While FFmpeg looks at a new stream it keeps what arrives, then hands it over all at once. The
        last of these tells how the stream's times lie on the clock; the first would be dated late.
        """
        held: list[Packet[VideoStream]] = []
        asked_s = time.monotonic()
        if not self.finite:
            for packet in packets:
                held.append(packet)
                if time.monotonic() - asked_s > _ONE_BY_ONE_S or len(held) == _MOST_HELD:
                    break
                asked_s = time.monotonic()
        yield from held
        del held
        yield from packets

    def _checked_stream(self, container: InputContainer) -> VideoStream:
        stream = find_video(container)
        if stream is None:
            raise SourceError(self._fault("it has no video in it", "check the path of the address"))
        if not can_decode(stream):
            raise SourceError(
                self._fault("its video cannot be decoded", "choose H.264 or MJPEG in the camera")
            )
        context, settings = stream.codec_context, self._camera.settings
        if context.width * context.height > settings.max_pixels:
            problem = (
                f"its frames are too large: {context.width} x {context.height} pixels, and at most "
                f"{settings.max_megapixels:g} megapixels are taken"
            )
            raise SourceError(
                self._fault(problem, "choose a smaller picture in the camera, or raise the limit")
            )
        return stream

    def _fault(self, problem: str, remedy: str) -> SourceFault:
        return SourceFault(self._camera.name, problem, remedy)
