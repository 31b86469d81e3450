"""Photographs of samples, and where else the same picture was used."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from aquacert.declarations.models import Declaration
from aquacert.inspections.models import BatchCheck, Photo
from aquacert.inspections.parsers import Picture
from aquacert.inspections.queries.prints import alike
from aquacert.kernel.errors import NotFound
from aquacert.kernel.files import StoredFile
from aquacert.kernel.work import Look
from aquacert.sampling.models import Sample


@dataclass(frozen=True)
class PhotoLine:
    """One photograph of a sample; `seen` names the other cases that hold the same bytes."""

    file_id: UUID
    sha256: str
    seen: tuple[str, ...]


def photos_of(look: Look, row: Sample) -> list[PhotoLine]:
    """Return a sample's photographs with what is suspicious about them."""
    return [
        PhotoLine(file.id, file.sha256, seen_elsewhere(look, row, file.sha256))
        for file in look.files_of(row)
    ]


def photo(look: Look, row: Sample, file_id: UUID) -> bytes:
    """Return the bytes of one photograph of this sample; raise `NotFound` for any other file."""
    for file in look.files_of(row):
        if file.id == file_id:
            return look.read_file(file)
    raise NotFound


def seen_elsewhere(look: Look, row: Sample, sha256: str, original: str = "") -> tuple[str, ...]:
    """Return the numbers of the other declarations whose case holds this very picture.

    Asked of everything that is stored, in scope or not: a picture used twice is a question of
    honesty, and only the other case's number is told.
    """
    owners = select(StoredFile.owner_kind, StoredFile.owner_id).where(StoredFile.sha256 == sha256)
    cases = {
        case
        for kind, owner_id in look.session.execute(owners).all()
        if (case := _case(look, kind, owner_id))
    }
    if original:
        cases |= set(
            look.scalars(
                select(BatchCheck.declaration_id)
                .join(Photo, Photo.check_id == BatchCheck.id)
                .where(Photo.original_sha256 == original)
            )
        )
    return _numbers(look, cases - {row.declaration_id})


def resembling(look: Look, row: Sample, picture: Picture) -> tuple[str, ...]:
    """Return the numbers of the other declarations whose case holds nearly the same picture."""
    if picture.prints is None or picture.grey is None:
        return ()
    cases = {
        _case(look, file.owner_kind, file.owner_id)
        for file, _how in alike(look, picture.prints, picture.grey)
    }
    return _numbers(look, {case for case in cases if case} - {row.declaration_id})


def _case(look: Look, kind: str, owner_id: UUID) -> UUID | None:
    """Return the declaration whose case a stored picture belongs to."""
    if kind == Declaration.__tablename__:
        return owner_id
    owner: Sample | BatchCheck | None = None
    if kind == Sample.__tablename__:
        owner = look.session.get(Sample, owner_id)
    if kind == BatchCheck.__tablename__:
        owner = look.session.get(BatchCheck, owner_id)
    return owner.declaration_id if owner is not None else None


def _numbers(look: Look, cases: set[UUID]) -> tuple[str, ...]:
    numbers = select(Declaration.number).where(Declaration.id.in_(cases))
    return tuple(sorted(number or "" for number in look.scalars(numbers)))
