"""Papers as farms send them: a picture or a PDF, looked at before it is kept."""

from __future__ import annotations

import io
import re
import warnings
from dataclasses import dataclass
from pathlib import PurePosixPath

from PIL import Image, ImageOps, UnidentifiedImageError

from aquacert.kernel.errors import Invalid

MOST_PIXELS = 40_000_000
"""A 30,000 × 30,000 picture is refused by its header, before a byte of it is unpacked."""
MOST_BYTES = 15 << 20
KINDS = {"JPEG", "PNG", "WEBP"}
NOT_A_PICTURE = "这个文件不是照片，也不是 PDF。请传手机拍的照片（JPG、PNG）或 PDF。"


@dataclass(frozen=True)
class Paper:
    """What is kept: bytes without hidden data of the camera, media type and a harmless name."""

    data: bytes
    media_type: str
    name: str


def read_paper(data: bytes, name: str, *, field: str = "file") -> Paper:
    """Return the paper to keep; raise `Invalid` on `field` saying what would be right.

    Pictures are written anew, so that no place, serial number or appended file stays in them.
    """
    if not data:
        raise _wrong(field, "文件是空的，请重新选一个。")
    if len(data) > MOST_BYTES:
        raise _wrong(field, f"文件太大，最大 {MOST_BYTES >> 20} MB。请压缩后再传。")
    if data.startswith(b"%PDF-"):
        return Paper(data, "application/pdf", _name(name, ".pdf"))
    return Paper(_picture(data, field), "image/jpeg", _name(name, ".jpg"))


def _picture(data: bytes, field: str) -> bytes:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data)) as image:
                _check(image, field)
                upright = ImageOps.exif_transpose(image).convert("RGB")
    except Image.DecompressionBombError:
        raise _too_large(field) from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        raise _wrong(field, NOT_A_PICTURE) from None
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=88)
    return out.getvalue()


def _check(image: Image.Image, field: str) -> None:
    if image.format not in KINDS:
        raise _wrong(field, NOT_A_PICTURE)
    if image.width * image.height > MOST_PIXELS:
        raise _too_large(field)


def _too_large(field: str) -> Invalid:
    return _wrong(field, "照片的像素太多（超过 4000 万）。请用手机直接拍，或缩小后再传。")


def _wrong(field: str, sentence: str) -> Invalid:
    return Invalid(sentence, **{field: sentence})


def _name(name: str, ending: str) -> str:
    """Return the file's own name without any path, at most 60 characters, with our ending."""
    stem = PurePosixPath(name.replace("\\", "/")).stem
    kept = re.sub(r"[^\w\-（）()·]+", "_", stem)[:60].strip("._") or "材料"
    return kept + ending
