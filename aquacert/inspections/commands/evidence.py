"""Evidence of a check: photographs in their slots, and what about them a person should look at.

The same bytes serve once (refused); everything else is a flag that stands beside the picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from uuid import UUID

from sqlalchemy import select

from aquacert.declarations.models import Declaration
from aquacert.inspections.commands.current import changed, open_for_change
from aquacert.inspections.commands.facts import PhotoTaken
from aquacert.inspections.commands.once import add_once, must_be_new
from aquacert.inspections.commands.prints import keep_prints, keep_prints_of_papers
from aquacert.inspections.models import BatchCheck, EvidenceFlag, Photo
from aquacert.inspections.parsers import Picture, read_picture
from aquacert.inspections.parsers.alike import Resemblance
from aquacert.inspections.parsers.moire import THRESHOLD
from aquacert.inspections.parsers.standards import standard
from aquacert.inspections.queries.evidence import challenge_codes, pond_centres
from aquacert.inspections.queries.prints import alike
from aquacert.inspections.rules import Slot
from aquacert.inspections.rules.evidence import (
    Doubt,
    FlagKind,
    FlagState,
    Place,
    Taken,
    camera_doubt,
    code_doubt,
    normal_code,
    place_doubts,
    software_doubt,
    time_doubts,
)
from aquacert.kernel.clock import legal_day
from aquacert.kernel.files import StoredFile
from aquacert.kernel.work import Work

__all__ = ["add_photo", "challenge_codes", "raise_flags"]


def add_photo(
    w: Work,
    check_id: UUID,
    slot: Slot,
    data: bytes | Picture,
    name: str,
    *,
    taken: Taken | None = None,
) -> UUID:
    """Keep a photograph in its slot; the same bytes are refused anywhere else in the system.

    `taken` is what the app says of it; None for a picture chosen at a desk. A `Picture` that was
    read beforehand keeps the time of reading out of the transaction.
    """
    del name
    check = open_for_change(w, check_id)
    picture = data if isinstance(data, Picture) else read_picture(data)
    must_be_new(w, picture)
    file = w.attach(check, picture.jpeg, f"{slot.value}.jpg", "image/jpeg")
    photo = _photo(w, check, slot, picture, file, taken)
    add_once(w, photo)
    changed(check)
    w.record(PhotoTaken(slot.value, picture.original_sha256), on=check, county=check.origin_code)
    doubts = [*_doubts(w, check, picture, taken), *_likenesses(w, check, slot, picture, file)]
    raise_flags(w, check, doubts, photo_id=photo.id)
    return photo.id


def raise_flags(
    w: Work,
    check: BatchCheck,
    doubts: Iterable[Doubt],
    *,
    photo_id: UUID | None = None,
    clip_id: UUID | None = None,
) -> list[EvidenceFlag]:
    """Keep flags of a photograph or clip; the fact that kept it accounts for them too."""
    rows = [
        EvidenceFlag(
            id=w.new_id(),
            check_id=check.id,
            photo_id=photo_id,
            clip_id=clip_id,
            origin_code=check.origin_code,
            office_id=check.office_id,
            organisation_id=check.organisation_id,
            vet_id=check.vet_id,
            kind=doubt.kind.value,
            other_file_id=doubt.other_file_id,
            score=doubt.score,
            detail=dict(doubt.detail or {}),
            state=FlagState.OPEN.value,
            made_at=w.now,
            because="",
        )
        for doubt in doubts
    ]
    w.session.add_all(rows)
    w.session.flush()
    return rows


def _likenesses(
    w: Work, check: BatchCheck, slot: Slot, picture: Picture, file: StoredFile
) -> list[Doubt]:
    """Return what the picture shows that another one shows, or a screen; keep its own prints."""
    doubts = []
    if picture.screen > THRESHOLD:
        doubts.append(Doubt(FlagKind.SCREEN, round(1000 * picture.screen)))
    if picture.prints is None or picture.grey is None:
        return doubts
    keep_prints_of_papers(w, check.declaration_id)
    for other, found in alike(w, picture.prints, picture.grey):
        near = w.one(select(Photo).where(Photo.file_id == other.id))
        if near is not None and near.check_id == check.id and near.slot == slot.value:
            continue  # a second shot for the same slot, from the same standpoint
        is_here = near is not None and near.check_id == check.id
        doubts.append(
            Doubt(_kind(found, is_here=is_here), round(1000 * found.score), None, other.id)
        )
    keep_prints(w, file, picture.prints)
    return doubts


def _kind(found: Resemblance, *, is_here: bool) -> FlagKind:
    """Return which flag a resemblance is; `is_here`: with another slot of the same check."""
    if is_here:
        return FlagKind.SLOTS
    if found.is_mirrored:
        return FlagKind.MIRRORED
    return FlagKind.CROPPED if found.is_part else FlagKind.NEAR


def _photo(
    w: Work, check: BatchCheck, slot: Slot, picture: Picture, file: StoredFile, taken: Taken | None
) -> Photo:
    place = taken.place if taken else None
    return Photo(
        id=w.new_id(),
        check_id=check.id,
        slot=slot.value,
        original_sha256=picture.original_sha256,
        file_id=file.id,
        camera_at=picture.camera_at,
        taken_at=w.now,
        software=picture.camera.software or None,
        camera_place=list(picture.camera.place) if picture.camera.place else None,
        place=(
            {"lat": place.lat, "lon": place.lon, "accuracy_m": place.accuracy_m} if place else None
        ),
        code=normal_code(taken.code) if taken else None,
        device=taken.device or None if taken else None,
        device_at=taken.at if taken else None,
    )


def _doubts(w: Work, check: BatchCheck, picture: Picture, taken: Taken | None) -> Iterator[Doubt]:
    """Yield everything that is odd about a photograph's code, place, time and making."""
    camera = picture.camera
    if taken is not None or standard("evidence.challenge", w.today):
        day = legal_day(taken.at) if taken and taken.at and taken.at <= w.now else w.today
        code = taken.code if taken else ""
        if doubt := code_doubt(w.settings.secret, check.declaration_id, code, day):
            yield doubt
    place = taken.place if taken and taken.place else None
    if place is None and camera.place:
        place = Place(*camera.place)
    if place is not None:
        paper = w.session.get(Declaration, check.declaration_id)
        ponds = pond_centres(w, paper.hatchery_id) if paper else []
        yield from place_doubts(place, ponds, standard("evidence.far", w.today))
    yield from time_doubts(taken, began=check.started_at, now=w.now)
    if doubt := software_doubt(camera.software):
        yield doubt
    if doubt := camera_doubt(camera.at, began=check.started_at, now=w.now):
        yield doubt
