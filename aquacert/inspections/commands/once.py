"""The same bytes serve once in the whole system; of two that come in one moment, one is told so."""

from __future__ import annotations

from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError

from aquacert.inspections.models import Photo
from aquacert.inspections.models.treatment import DisposalPhoto
from aquacert.inspections.parsers import Picture
from aquacert.kernel.errors import Invalid
from aquacert.kernel.files import StoredFile
from aquacert.kernel.work import Work

USED: Final = "这张照片已经用过，请现场重拍一张。"


def must_be_new(w: Work, picture: Picture, field: str = "photo") -> None:
    """Refuse bytes that serve already: as they came, or as any room keeps them."""
    came = picture.original_sha256
    served = (
        select(Photo.id).where(Photo.original_sha256 == came),
        select(DisposalPhoto.id).where(DisposalPhoto.original_sha256 == came),
        select(StoredFile.id).where(
            or_(StoredFile.sha256 == picture.kept_sha256, StoredFile.sha256 == came)
        ),
    )
    if any(w.one(one.limit(1)) is not None for one in served):
        raise _used(field)


def add_once(w: Work, row: Photo | DisposalPhoto, field: str = "photo") -> None:
    """Add a picture's row; who brings the same bytes in the same moment is told in words."""
    try:
        with w.session.begin_nested():
            w.session.add(row)
            w.session.flush()
    except IntegrityError:
        raise _used(field) from None


def _used(field: str) -> Invalid:
    return Invalid("这张照片用过了。", **{field: USED})
