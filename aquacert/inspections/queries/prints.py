"""Which stored pictures a picture resembles: looked up by its keys, then compared as pictures.

Asked of everything that is stored, in scope or not: a picture used twice is a question of honesty.
What of the other picture may be shown is for the page to decide.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Final

from PIL import Image
from sqlalchemy import BigInteger, bindparam, func, select

from aquacert.inspections.models import PhotoKey, PhotoPrint
from aquacert.inspections.parsers.alike import Resemblance, resemblance, small
from aquacert.inspections.parsers.likeness import Likeness, unpacked
from aquacert.kernel.db import table_of
from aquacert.kernel.errors import Unavailable
from aquacert.kernel.files import StoredFile
from aquacert.kernel.work import Look

KEYS, PRINTS = table_of(PhotoKey), table_of(PhotoPrint)
LEAST_VOTES: Final = 3
MOST: Final = 6
"""Pictures that are compared for one; each takes some milliseconds."""
MOST_WHOLES: Final = 500
FAR_BITS: Final = 6
"""Bits in which the hashes of two writings of one picture may differ."""
HALF: Final = 1 << 63
FULL: Final = 1 << 64
ASKED = bindparam("asked", type_=BigInteger(), expanding=True, literal_execute=True)
VOTED = (
    select(KEYS.c.number)
    .where(KEYS.c.key.in_(ASKED))
    .group_by(KEYS.c.number)
    .having(func.count() >= LEAST_VOTES)
    .order_by(func.count().desc(), KEYS.c.number)
    .limit(MOST)
)
WHOLES = (
    select(PRINTS.c.number, PRINTS.c.whole)
    .join(KEYS, KEYS.c.number == PRINTS.c.number)
    .where(KEYS.c.key.in_(ASKED))
    .limit(MOST_WHOLES)
)
HELD = (
    select(KEYS.c.key)
    .where(KEYS.c.key.in_(ASKED))
    .group_by(KEYS.c.key)
    .having(func.count() >= bindparam("most"))
)


def signed(whole: int) -> int:
    """Return a 64-bit hash as the database keeps it."""
    return whole - FULL if whole >= HALF else whole


def candidates(look: Look, prints: Likeness) -> list[int]:
    """Return the numbers of the stored prints that may be alike, the likeliest first."""
    whole = {
        row.number: min(_apart(row.whole, prints.whole), _apart(row.whole, prints.mirror))
        for row in look.session.execute(WHOLES, {"asked": sorted(prints.asked_wholes())})
    }
    near = sorted((bits, number) for number, bits in whole.items() if bits <= FAR_BITS)
    voted = look.session.scalars(VOTED, {"asked": sorted(prints.asked_points())})
    return list(dict.fromkeys([*voted, *(number for _, number in near[:MOST])]))


def alike(
    look: Look, prints: Likeness, grey: Image.Image
) -> Iterator[tuple[StoredFile, Resemblance]]:
    """Yield the stored files that show the same shot, with how alike they are."""
    numbers = candidates(look, prints)
    if not numbers:
        return
    rows = select(PhotoPrint).where(PhotoPrint.number.in_(numbers)).order_by(PhotoPrint.id)
    for row in look.scalars(rows):
        file = look.session.get(StoredFile, row.file_id)
        other = None if file is None else _opened(look, file)
        if file is None or other is None:
            continue
        found = resemblance(grey, prints, other, unpacked(row.whole % FULL, row.points))
        if found is not None:
            yield file, found


def _apart(stored: int, whole: int) -> int:
    """Return in how many bits two hashes differ."""
    return (stored % FULL ^ whole).bit_count()


def _opened(look: Look, file: StoredFile) -> Image.Image | None:
    """Return a stored picture small and grey; None when its bytes cannot be had now."""
    try:
        with Image.open(io.BytesIO(look.read_file(file))) as image:
            return small(image)
    except (Unavailable, OSError):
        return None
