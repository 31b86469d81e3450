"""The same bytes serve once in the whole system; of two that come in one moment, one is told so."""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam, select, union_all
from sqlalchemy.exc import IntegrityError

from aquacert.inspections.models import Photo
from aquacert.inspections.models.treatment import DisposalPhoto
from aquacert.inspections.parsers import Picture
from aquacert.kernel.db import table_of
from aquacert.kernel.errors import Invalid
from aquacert.kernel.files import StoredFile
from aquacert.kernel.quick import Quick
from aquacert.kernel.work import Work

PHOTOS, DISPOSALS, FILES = table_of(Photo), table_of(DisposalPhoto), table_of(StoredFile)
SERVED = Quick(
    union_all(
        select(PHOTOS.c.id).where(PHOTOS.c.original_sha256 == bindparam("came")),
        select(DISPOSALS.c.id).where(DISPOSALS.c.original_sha256 == bindparam("came")),
        select(FILES.c.id).where(FILES.c.sha256 == bindparam("kept")),
        select(FILES.c.id).where(FILES.c.sha256 == bindparam("came")),
    )
)
USED: Final = "这张照片已经用过，请现场重拍一张。"


def must_be_new(w: Work, picture: Picture, field: str = "photo") -> None:
    """Refuse bytes that serve already: as they came, or as any room keeps them."""
    found = w.row(SERVED, came=picture.original_sha256, kept=picture.kept_sha256)
    if found is not None:
        raise _used(field)


def add_once(w: Work, row: Photo | DisposalPhoto, field: str = "photo") -> None:
    """Add a picture's row; who brings the same bytes in the same moment is told in words.

    What is raised ends the transaction: nothing of it is kept.
    """
    try:
        w.session.add(row)
        w.session.flush()
    except IntegrityError:
        raise _used(field) from None


def _used(field: str) -> Invalid:
    return Invalid("这张照片用过了。", **{field: USED})
