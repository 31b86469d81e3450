"""Keeping the prints of stored pictures, so that a later one can be found to resemble them."""

from __future__ import annotations

import io
from typing import Final
from uuid import UUID

from PIL import Image
from sqlalchemy import exists, insert, select

from aquacert.declarations.models import Declaration
from aquacert.inspections.models import PhotoPrint
from aquacert.inspections.parsers.alike import small
from aquacert.inspections.parsers.likeness import Likeness, likeness
from aquacert.inspections.queries.prints import HELD, KEYS, signed
from aquacert.kernel.errors import Unavailable
from aquacert.kernel.files import StoredFile
from aquacert.kernel.work import Work

CROWDED: Final = 64
"""Pictures that may share a key: one that more share (bars, tiles) says nothing of a picture."""
LOW_62: Final = (1 << 62) - 1


def keep_prints(w: Work, file: StoredFile, prints: Likeness | None) -> None:
    """Keep what a stored picture is recognised by; a plain one is only marked as looked at."""
    number = file.id.int & LOW_62
    w.add(
        PhotoPrint(
            id=w.new_id(),
            number=number,
            file_id=file.id,
            whole=signed(prints.whole) if prints else 0,
            points=prints.packed() if prints else b"",
            made_at=w.now,
        )
    )
    if prints is None:
        return
    keys = prints.kept_keys()
    crowded = w.session.scalars(HELD, {"asked": sorted(keys), "most": CROWDED})
    rows = [{"key": key, "number": number} for key in sorted(keys - set(crowded))]
    if rows:
        w.session.execute(insert(KEYS), rows)


def keep_prints_of_papers(w: Work, declaration_id: UUID) -> None:
    """Keep the prints of the pictures that the farm sent with its declaration, once.

    So a vet's photograph that is the farm's own picture shows; the act that calls records its fact.
    """
    new = select(StoredFile).where(
        StoredFile.owner_kind == Declaration.__tablename__,
        StoredFile.owner_id == declaration_id,
        StoredFile.media_type == "image/jpeg",
        ~exists().where(PhotoPrint.file_id == StoredFile.id),
    )
    for file in w.scalars(new):
        try:
            with Image.open(io.BytesIO(w.read_file(file))) as image:
                prints = likeness(small(image))
        except (Unavailable, OSError):
            continue
        keep_prints(w, file, prints)
