"""What names one stored read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from openanpr.core.camera import CameraId


@dataclass(frozen=True, slots=True)
class ReadKey:
    """What names one read: by whom, when and which VRM."""

    camera: CameraId
    captured_at: datetime
    vrm: str = field(repr=False)
