"""Reading what comes from the field: pictures are judged, cleaned of metadata and made smaller."""

from __future__ import annotations

import hashlib
import io
import warnings
from dataclasses import dataclass, field
from functools import cached_property

from PIL import Image, ImageOps, UnidentifiedImageError

from aquacert.inspections.parsers.alike import small
from aquacert.inspections.parsers.cameras import Camera, camera_of
from aquacert.inspections.parsers.likeness import Likeness, likeness
from aquacert.inspections.parsers.moire import screen_strength
from aquacert.kernel.errors import Invalid

LARGEST_PIXELS = 50_000_000
"""Refused before a pixel is decoded: a 30,000 × 30,000 picture would take 2.7 GB."""
LARGEST_WHOLE = 16_000_000
"""Of a kind that can only be decoded whole: PNG, WebP, progressive JPEG take 10 to 20 bytes a pixel."""
TOO_LARGE = "照片的像素太多，处理不了。请用手机的普通画质拍。"
LONGEST_SIDE = 2048
LARGEST_DECODED = 2400
"""A JPEG whose shorter side is twice this is decoded at half its size."""
KINDS = frozenset({"JPEG", "PNG", "WEBP"})


@dataclass(frozen=True)
class Picture:
    """A photograph fit to keep: JPEG without metadata, and what was to be seen of it and in it."""

    jpeg: bytes
    original_sha256: str
    camera: Camera = field(default_factory=Camera)
    grey: Image.Image | None = None
    """The small grey picture that is compared with others."""
    prints: Likeness | None = None
    """What it is recognised by; None when it shows nothing."""
    screen: float = 0.0
    """How strongly it looks like a picture of a screen; see parsers/moire.py."""

    @cached_property
    def kept_sha256(self) -> str:
        """Digest of the cleaned picture, by which the file store knows it."""
        return hashlib.sha256(self.jpeg).hexdigest()

    @property
    def camera_at(self) -> str:
        """Time the camera wrote, as written."""
        return self.camera.written_at


def read_picture(data: bytes, field: str = "photo") -> Picture:
    """Return the cleaned picture; raise `Invalid` naming what is wrong with the file."""
    if not data:
        raise Invalid("照片是空的。", **{field: "照片是空的，请重新拍一张。"})
    image = _opened(data, field)
    if image.format not in KINDS:
        raise _wrong(field, "请用 JPG、PNG 或 WebP 格式的照片。")
    if image.width * image.height > _most(image):
        raise _wrong(field, TOO_LARGE)
    camera = camera_of(image)
    upright = _upright(image, field)
    grey = small(upright)
    prints = likeness(grey)
    screen = screen_strength(upright) if prints else 0.0
    return Picture(_clean(upright), hashlib.sha256(data).hexdigest(), camera, grey, prints, screen)


def _opened(data: bytes, field: str) -> Image.Image:
    """Read the picture's head; a flood of pixels is refused before any of them is decoded."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return Image.open(io.BytesIO(data))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _wrong(field, TOO_LARGE) from None
    except (UnidentifiedImageError, OSError):
        raise _wrong(field, "这不是照片文件。请用 JPG、PNG 或 WebP 格式的照片。") from None


def _most(image: Image.Image) -> int:
    """Return how many pixels a picture of its kind may have, so that reading it stays < 300 MB."""
    is_whole = image.format != "JPEG" or "progressive" in image.info
    return LARGEST_WHOLE if is_whole else LARGEST_PIXELS


def _upright(image: Image.Image, field: str) -> Image.Image:
    """Decode the picture and turn it upright; a very large one at half its size, for memory."""
    try:
        image.draft("RGB", (LARGEST_DECODED, LARGEST_DECODED))
        ImageOps.exif_transpose(image, in_place=True)
        return image if image.mode == "RGB" else image.convert("RGB")
    except (OSError, SyntaxError, ValueError):
        raise _wrong(field, "照片没有传完整，请重新上传。") from None


def _clean(upright: Image.Image) -> bytes:
    """Make the picture small and write it anew: no metadata survives."""
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=85, comment=b"")
    return out.getvalue()


def _wrong(field: str, sentence: str) -> Invalid:
    return Invalid(sentence, **{field: sentence})
