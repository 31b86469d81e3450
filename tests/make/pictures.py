"""Pictures as a telephone makes them: with what the camera writes into them."""

from __future__ import annotations

import io

from PIL import Image


def with_metadata(colour: tuple[int, int, int] = (200, 40, 90)) -> bytes:
    """Return a JPEG whose Exif names a camera and a place."""
    image = Image.new("RGB", (80, 60), colour)
    exif = image.getexif()
    exif[0x010F], exif[0x0110] = "Maker", "Camera 1"
    exif.get_ifd(0x8825)[1] = "N"
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()
