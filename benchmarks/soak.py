"""Read a clip many times over, as one long clip, and watch the memory: `python -m benchmarks.soak`.

A clip that is twice as long must not need more memory. Linux only: the memory is read from /proc.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

import av

PEAK_LIMIT_MB = 500
GROWTH_LIMIT_MB = 25
SETTLE_SHARE = 0.25  # the first part of the run loads models and fills buffers: not counted as growth


@dataclass(frozen=True, slots=True)
class Soak:
    """What a run showed: memory in MB (resident), times in seconds, `growth_mb` from early to late."""

    clip_s: float
    took_s: float
    reads: int
    exit_code: int
    peak_mb: float
    early_mb: float
    late_mb: float
    growth_mb: float


def lengthen(clip: Path, times: int, out: Path) -> float:
    """Write `clip` `times` over as one clip, its packets copied as they are; its length in seconds."""
    shift = 0
    with av.open(str(out), "w") as target:
        stream = None
        for _ in range(times):
            with av.open(str(clip)) as source:
                picture = source.streams.video[0]
                stream = stream or target.add_stream_from_template(picture)
                end = shift
                for packet in source.demux(picture):
                    if packet.dts is None or packet.pts is None:
                        continue
                    packet.pts += shift
                    packet.dts += shift
                    end = max(end, packet.pts + (packet.duration or 1))
                    base = packet.time_base
                    packet.stream = stream
                    target.mux(packet)
                shift = end
    return float(shift * base)


def resident_mb(pid: int) -> float | None:
    """The memory that a process holds now; None once it has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return None
    held = [line.split()[1] for line in lines if line.startswith("VmRSS:")]
    return int(held[0]) / 1024 if held else None


def watch(clip: Path, clip_s: float, threads: int) -> Soak:
    """Run `openanpr read` on a clip and watch it to its end."""
    began = time.monotonic()
    seen: list[float] = []
    with tempfile.TemporaryFile("w+") as reads:
        program = str(Path(sys.executable).with_name("openanpr"))
        command = [program, "read", str(clip), "--json", "--threads", str(threads)]
        process = subprocess.Popen(command, stdout=reads, stderr=subprocess.DEVNULL)
        while process.poll() is None:
            held = resident_mb(process.pid)
            if held is not None:
                seen.append(held)
            time.sleep(0.5)
        reads.seek(0)
        count = sum(1 for line in reads if line.strip())
    settled = seen[int(len(seen) * SETTLE_SHARE) :] or [0.0]
    quarter = max(1, len(settled) // 4)
    early, late = median(settled[:quarter]), median(settled[-quarter:])
    took = time.monotonic() - began
    return Soak(clip_s, took, count, process.returncode, max(seen, default=0.0), early, late, late - early)


def main() -> int:
    """Soak once; 0 when the memory stayed within its limits."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--clip", type=Path, default=Path("out/demo/demo.mp4"))
    options.add_argument("--minutes", type=float, default=10.0, help="length of the long clip")
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--out", type=Path, help="write the result here as JSON too")
    asked = options.parse_args()
    with av.open(str(asked.clip)) as clip:
        length_s = float(clip.duration or 0) / av.time_base
    times = max(1, round(asked.minutes * 60 / max(length_s, 0.1)))
    with tempfile.TemporaryDirectory() as folder:
        long = Path(folder) / f"long{asked.clip.suffix}"
        soak = watch(long, lengthen(asked.clip, times, long), asked.threads)
    text = json.dumps({key: round(value, 1) for key, value in asdict(soak).items()}, indent=2)
    print(text)
    if asked.out:
        asked.out.write_text(text + "\n", encoding="utf-8")
    held = soak.exit_code == 0 and soak.peak_mb <= PEAK_LIMIT_MB and soak.growth_mb <= GROWTH_LIMIT_MB
    if not held:
        print(
            f"over the limit: peak {PEAK_LIMIT_MB} MB, growth {GROWTH_LIMIT_MB} MB, exit code 0",
            file=sys.stderr,
        )
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
