"""Bytes that begin and end as a JPEG, and their name."""

from __future__ import annotations

import hashlib


def jpeg(text: str) -> tuple[bytes, str]:
    """A picture that is like no other text's, and its SHA-256."""
    picture = b"\xff\xd8\xff\xe0" + text.encode() + b"\xff\xd9"
    return picture, hashlib.sha256(picture).hexdigest()
