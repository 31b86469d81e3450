"""Rules of files in pieces, pure: what may come, how large, how long it is kept unfinished."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from aquacert.kernel.errors import Invalid

PHOTO_BYTES: Final = 20 << 20
CLIP_BYTES: Final = 200 << 20
CHUNK_BYTES: Final = 1 << 20
"""What a device should send at a time: a cut then costs little."""
MOST_OPEN: Final = 100
"""Unfinished files of one person."""
MOST_OPEN_BYTES: Final = 2 << 30
MOST_BYTES_KEPT: Final = 16 << 30
"""Bytes of one person that lie here at all, fetched or not: some days of visits with films."""
OPEN_KEPT: Final = timedelta(days=14)
"""A vet may be away for long, and then goes on where he was cut."""
DONE_KEPT: Final = timedelta(days=7)
"""A whole file waits so long for the record that uses it; the device has it until then."""
SHA256: Final = re.compile(r"[0-9a-f]{64}")
LIMITS: Final[Mapping[str, int]] = {
    "image/jpeg": PHOTO_BYTES,
    "image/png": PHOTO_BYTES,
    "image/webp": PHOTO_BYTES,
    "video/mp4": CLIP_BYTES,
    "video/quicktime": CLIP_BYTES,
    "video/webm": CLIP_BYTES,
}
"""Kind of file → most bytes of it."""


@dataclass(frozen=True)
class Announced:
    """What a device says it is going to send."""

    sha256: str
    size: int
    media_type: str


def read_announced(values: Mapping[str, Any]) -> Announced:
    """Return what was announced; raise `Invalid` naming what cannot be."""
    digest = str(values.get("sha256") or "").lower()
    kind = str(values.get("media_type") or "").partition(";")[0].strip().lower()
    size = values.get("size")
    if SHA256.fullmatch(digest) is None:
        raise Invalid("文件要有 SHA-256。", sha256="64 位十六进制")
    if kind not in LIMITS:
        raise Invalid(
            "不收这种文件。请用 JPG、PNG、WebP 照片或 MP4 录像。", media_type="image/jpeg"
        )
    if isinstance(size, bool) or not isinstance(size, int) or size < 1:
        raise Invalid("文件是空的。", size="字节数")
    if size > LIMITS[kind]:
        most = f"{LIMITS[kind] >> 20} MB"
        raise Invalid(f"文件太大了，最多 {most}。", size=f"最多 {most}")
    return Announced(digest, size, kind)
