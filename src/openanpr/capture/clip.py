"""One clip file: every good frame at its presentation time, then at most one fault."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
from av import error as av_error
from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from openanpr.capture.decode import Decoder, can_decode, find_video, frame_time_s, open_options, to_image
from openanpr.capture.item import Items, SourceError, SourceFault, explain
from openanpr.capture.settings import CaptureSettings
from openanpr.core.frame import Frame
from openanpr.core.instant import ClockSource, Instant

_COPY_AGAIN = "copy it again from the camera, or leave it out"
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)  # writers without a clock leave 1904 or 1970
_SHORT_S, _SHORT_SHARE = 0.5, 0.02  # how much of the announced length may be missing unremarked


def read_clip(path: Path, settings: CaptureSettings) -> Items:
    """Yield the frames of a clip in any container that FFmpeg reads, in order of presentation.

    A clip that is damaged or cut short gives its good frames and then one fault that says how much was
    lost. Times are the container's creation_time (or else the file's time less the clip's length)
    plus the presentation time, so a variable frame rate is safe.
    """
    try:
        with path.open("rb") as probe:  # says "missing" and "refused" in the system's own terms
            if not probe.read(1):
                raise _fault(str(path), "the file is empty", _COPY_AGAIN)
        # The prefix and the whitelist keep FFmpeg to this one file, whatever its name or its contents
        # (a playlist with a clip's name, say) would have it fetch.
        options = {**open_options(settings), "protocol_whitelist": "file"}
        with av.open(f"file:{path.absolute()}", options=options, metadata_errors="replace") as container:
            yield from _read(str(path), container, settings, written=path.stat().st_mtime)
    except SourceError as error:
        yield error.fault
    except (OSError, av_error.FFmpegError) as error:
        yield SourceFault(str(path), *explain(error))


def clip_of(body: bytes, name: str, kind: str, settings: CaptureSettings, *, at: datetime) -> Items:
    """Yield the frames of a clip held in memory, as `read_clip` does; `kind` is FFmpeg's name of its form.

    Only that form is tried, and nothing is opened beside it: a playlist with a clip's name fetches nothing.
    """
    options = {**open_options(settings), "protocol_whitelist": "none"}
    try:
        with av.open(
            io.BytesIO(body), mode="r", format=kind, options=options, metadata_errors="replace"
        ) as container:
            yield from _read(name, container, settings, written=at.timestamp())
    except SourceError as error:
        yield error.fault
    except (OSError, av_error.FFmpegError) as error:
        yield SourceFault(name, *explain(error))


def _read(name: str, container: InputContainer, settings: CaptureSettings, *, written: float) -> Items:
    stream = _checked_stream(name, container, settings)
    decoder = Decoder(stream, settings)
    start = _start_time(container, settings, written=written)
    reader = _PacketReader(container, stream)
    index, first_s, last_s, end_s = 0, None, 0.0, 0.0
    for packet in reader:
        for picture in decoder.decode(packet):
            time_s = frame_time_s(picture)
            if time_s is None:  # no times at all: count at the rate the container names
                time_s = last_s + (1.0 / float(stream.average_rate or 25) if index else 0.0)
            first_s = time_s if first_s is None else first_s
            last_s = max(last_s, time_s) if index else time_s  # never backwards
            end_s = last_s + float((picture.duration or 0) * (picture.time_base or 0))
            offset_s = last_s - first_s
            at = Instant(start.at + timedelta(seconds=offset_s), start.source, start.error_ms)
            yield Frame(name, index, at, to_image(picture), still=False, offset_s=offset_s)
            index += 1
    lost = _what_was_lost(decoder, reader, index, _missing_s(container, stream, end_s))
    if lost is not None:
        yield SourceFault(name, lost, _COPY_AGAIN)


def _fault(name: str, problem: str, remedy: str) -> SourceError:
    return SourceError(SourceFault(name, problem, remedy))


def _checked_stream(name: str, container: InputContainer, settings: CaptureSettings) -> VideoStream:
    stream = find_video(container)
    if stream is None:
        raise _fault(name, "it has no video in it", "give a clip with moving pictures")
    context = stream.codec_context
    if not can_decode(stream):
        raise _fault(name, "its video is of a kind that cannot be decoded", "convert it to H.264 in MP4")
    if context.width * context.height > settings.max_pixels:
        problem = (
            f"its frames are too large: {context.width} x {context.height} pixels, and at most "
            f"{settings.max_megapixels:g} megapixels are taken"
        )
        raise _fault(name, problem, "make a smaller copy, or raise the limit")
    return stream


class _PacketReader:
    """Packets of one stream up to the end or to the first place that cannot be read."""

    def __init__(self, container: InputContainer, stream: VideoStream) -> None:
        self._packets = container.demux(stream)
        self.broke_off = False

    def __iter__(self) -> Iterator[Packet[VideoStream]]:
        try:
            yield from self._packets
        except (av_error.InvalidDataError, av_error.EOFError, OSError):
            self.broke_off = True


def _missing_s(container: InputContainer, stream: VideoStream, end_s: float) -> float:
    """Return how many announced seconds never came; 0 where the container announces nothing."""
    begin_s = 0.0
    if stream.duration is not None and stream.time_base is not None:
        begin_s = float((stream.start_time or 0) * stream.time_base)
        announced_s = float(stream.duration * stream.time_base)
    elif container.duration and len(container.streams) == 1:  # else it may be the sound that is longer
        announced_s = container.duration / av.time_base
    else:
        return 0.0
    missing_s = begin_s + announced_s - end_s
    return missing_s if missing_s > max(_SHORT_S, _SHORT_SHARE * announced_s) else 0.0


def _what_was_lost(decoder: Decoder, reader: _PacketReader, frames: int, missing_s: float) -> str | None:
    short = f"it is cut short: {missing_s:.1f} s are missing at its end"
    if frames == 0:
        damaged = decoder.damaged or reader.broke_off
        return "none of its frames can be decoded" if damaged else "it has no frames in it"
    if decoder.damaged:
        where = decoder.first_damage_s or 0.0
        text = f"it is damaged from {where:.1f} s on: {decoder.damaged} frames are lost, {frames} were read"
        return f"{text}, and {short}" if missing_s else text
    if missing_s:
        return short
    return "it breaks off: its end cannot be read" if reader.broke_off else None


def _start_time(container: InputContainer, settings: CaptureSettings, *, written: float) -> Instant:
    length_s = (container.duration or 0) / av.time_base
    mtime = datetime.fromtimestamp(written, UTC)
    created = _parse_created(container.metadata.get("creation_time", ""), settings)
    if created is None or not _EARLIEST < created <= mtime + timedelta(days=1):
        return Instant(mtime - timedelta(seconds=length_s), ClockSource.FILE, None)
    vouched = settings.clock_error_ms
    # To the second; and some writers mean the end of the recording, so the length is in doubt too.
    error_ms = None if vouched is None else vouched + 1000 + round(length_s * 1000)
    return Instant(created, ClockSource.STREAM, error_ms)


def _parse_created(text: str, settings: CaptureSettings) -> datetime | None:
    try:
        created = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return created if created.tzinfo else created.replace(tzinfo=settings.zone or UTC)
