"""Photographs of a sample: kept without metadata; one seen in another case is flagged, not refused."""

from __future__ import annotations

from uuid import UUID

from aquacert.inspections.commands.prints import keep_prints
from aquacert.inspections.parsers import read_picture
from aquacert.kernel.errors import Invalid, NotAllowed, NotAllowedNow
from aquacert.kernel.work import Work
from aquacert.sampling.commands.facts import SamplePhotoKept
from aquacert.sampling.models import Sample
from aquacert.sampling.queries.photos import resembling, seen_elsewhere
from aquacert.sampling.rules import State

MOST_PHOTOS = 9


def add_sample_photo(w: Work, sample_id: UUID, data: bytes, name: str) -> tuple[str, ...]:
    """Keep a photograph; return the other cases that hold the same picture (shown as a warning).

    Only whoever took the sample, and only until it is sent. Photographs never go to the laboratory.
    """
    row = w.get_for_change(Sample, sample_id)
    if row.taken_by_id != w.actor.person_id:
        raise NotAllowed("只有抽样的人可以加照片。")
    if row.state != State.TAKEN.value:
        raise NotAllowedNow("样品已经送出，不能再加照片。")
    if len(w.files_of(row)) >= MOST_PHOTOS:
        raise Invalid("照片够多了。", photo=f"一份样品最多 {MOST_PHOTOS} 张")
    picture = read_picture(data)
    del name
    kept = w.attach(row, picture.jpeg, "sample.jpg", "image/jpeg")
    same = seen_elsewhere(w, row, kept.sha256, picture.original_sha256)
    seen = tuple(sorted({*same, *resembling(w, row, picture)}))
    if picture.prints is not None:
        keep_prints(w, kept, picture.prints)
    fact = SamplePhotoKept(picture.original_sha256, list(seen))
    w.record(fact, on=row, county=row.origin_code)
    return seen
