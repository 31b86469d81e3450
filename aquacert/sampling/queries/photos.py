"""Photographs of samples, and where else the same picture was used."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from aquacert.declarations.models import Declaration
from aquacert.inspections.models import BatchCheck, Photo
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
    cases: set[UUID] = set()
    owners = select(StoredFile.owner_kind, StoredFile.owner_id).where(StoredFile.sha256 == sha256)
    for kind, owner_id in look.session.execute(owners).all():
        if kind == Sample.__tablename__ and (other := look.session.get(Sample, owner_id)):
            cases.add(other.declaration_id)
        if kind == BatchCheck.__tablename__ and (check := look.session.get(BatchCheck, owner_id)):
            cases.add(check.declaration_id)
    if original:
        cases |= set(
            look.scalars(
                select(BatchCheck.declaration_id)
                .join(Photo, Photo.check_id == BatchCheck.id)
                .where(Photo.original_sha256 == original)
            )
        )
    cases.discard(row.declaration_id)
    numbers = select(Declaration.number).where(Declaration.id.in_(cases))
    return tuple(sorted(number or "" for number in look.scalars(numbers)))
