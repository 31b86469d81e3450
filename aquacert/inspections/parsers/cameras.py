"""What a camera wrote beside the picture (EXIF): read once, never trusted, then gone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from PIL import ExifTags, Image

from aquacert.kernel.clock import SHANGHAI

LONGEST = 80
"""Characters of what a program says of itself."""


@dataclass(frozen=True)
class Camera:
    """Time as written, the same as an instant if it is one, program, (latitude, longitude)."""

    written_at: str = ""
    at: datetime | None = None
    software: str = ""
    place: tuple[float, float] | None = None


def camera_of(image: Image.Image) -> Camera:
    """Return what the picture's own data say; anything that cannot be read is left out."""
    try:
        exif = image.getexif()
        taken = exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.DateTimeOriginal)
        written = _text(taken or exif.get(ExifTags.Base.DateTime, ""))
        program = exif.get(ExifTags.Base.Software) or image.info.get("Software", "")
        comment = _text(exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.UserComment, ""))
        software = " ".join(part for part in (_text(program), comment) if part)
        place = _place(exif.get_ifd(ExifTags.IFD.GPSInfo))
    except (OSError, SyntaxError, ValueError, TypeError, KeyError, OverflowError):
        return Camera()
    return Camera(written, _instant(written), software[:LONGEST], place)


def _text(value: object) -> str:
    """Return a value as one printable line."""
    text = value.decode("ascii", "ignore") if isinstance(value, bytes) else str(value)
    return "".join(sign for sign in text if sign.isprintable()).strip()[:LONGEST]


def _instant(written: str) -> datetime | None:
    """Read EXIF's time, which names no zone: the province's own is meant."""
    try:
        naive = datetime.strptime(written, "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 (zone follows)
    except ValueError:
        return None
    return naive.replace(tzinfo=SHANGHAI)


def _place(gps: Mapping[int, Any]) -> tuple[float, float] | None:
    """Return (latitude, longitude) in degrees from EXIF's GPS block, or None."""
    names = ExifTags.GPS
    if names.GPSLatitude not in gps or names.GPSLongitude not in gps:
        return None
    lat = _degrees(gps[names.GPSLatitude], gps.get(names.GPSLatitudeRef), "S")
    lon = _degrees(gps[names.GPSLongitude], gps.get(names.GPSLongitudeRef), "W")
    if lat is None or lon is None or not (-90 <= lat <= 90 and -180 <= lon <= 180):
        return None
    return lat, lon


def _degrees(parts: Any, mark: object, negative: str) -> float | None:  # noqa: ANN401 (EXIF)
    try:
        whole, minutes, seconds = (float(part) for part in parts)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    value = whole + minutes / 60 + seconds / 3600
    if value != value:  # noqa: PLR0124 (not a number)
        return None
    return -value if mark == negative else value
