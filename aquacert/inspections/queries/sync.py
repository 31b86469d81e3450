"""Questions of the sync: what stands at each item, what a device made, what was kept, files."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select

from aquacert.declarations.models import Declaration
from aquacert.inspections.models import BatchCheck, DeviceRecord, Finding, Upload, UploadState
from aquacert.inspections.parsers import checklist
from aquacert.inspections.queries.checks import value_of
from aquacert.inspections.rules.sync import Stands
from aquacert.kernel.audit import AuditEntry, plain
from aquacert.kernel.db import table_of
from aquacert.kernel.errors import NotFound, Unavailable
from aquacert.kernel.quick import Quick
from aquacert.kernel.work import Look

FOLDER = "uploads"
ASSIGNED = "declarations:declaration:assign"
RECORDS = table_of(DeviceRecord)
OWN_VERSIONS = Quick(
    select(RECORDS.c.check_version).where(
        RECORDS.c.batch_id == bindparam("batch"),
        RECORDS.c.device == bindparam("device"),
        RECORDS.c.person_id == bindparam("person"),
        RECORDS.c.check_version.is_not(None),
    )
)
KNOWN = Quick(
    select(RECORDS.c.person_id, RECORDS.c.digest, RECORDS.c.outcome, RECORDS.c.receipt).where(
        RECORDS.c.id == bindparam("record")
    )
)
CHECKS = table_of(BatchCheck)
CHECK_OF_BATCH = Quick(select(CHECKS.c.id).where(CHECKS.c.batch_id == bindparam("batch")))


class NotThere(Unavailable):
    """A record speaks of a file that has not arrived: nothing is decided, it comes again."""


def first_receipt(look: Look, record_id: UUID) -> Any:  # noqa: ANN401 (a row of KNOWN)
    """Return whose a record was, its digest, outcome and receipt; None when it is new."""
    return look.row(KNOWN, record=record_id)


def check_of_batch(look: Look, batch_id: UUID | None) -> UUID | None:
    """Return the id of a batch's check, or None before its visit began."""
    row = look.row(CHECK_OF_BATCH, batch=batch_id)
    return None if row is None else row.id


def own_versions(look: Look, batch_id: UUID, device: UUID) -> frozenset[int]:
    """Return the versions of a batch's check that this person's records on this device made.

    A telephone that two vets share is two devices: what the other did was not seen by this one.
    """
    person = look.actor.person_id
    rows = look.rows(OWN_VERSIONS, batch=batch_id, device=device, person=person)
    return frozenset(row.check_version for row in rows)


def stands_of(look: Look, check: BatchCheck) -> Mapping[str, Stands]:
    """Return what stands at each item of a check, and since which version."""
    rows = look.scalars(select(Finding).where(Finding.check_id == check.id))
    found = {row.item: row for row in rows}
    stands = {}
    for item in checklist(check.checklist):
        row = found.get(item.key)
        value = value_of(item, row) if row is not None else None
        if row is not None and value is not None:
            stands[item.key] = Stands(plain(value), row.version)
    return stands


def was_sent(look: Look, paper: Declaration) -> bool:
    """Say whether the person asking is, or once was, the vet sent to this declaration."""
    person = look.actor.person_id
    if person is None:
        return False
    if paper.vet_id == person:
        return True
    changes = look.scalars(
        select(AuditEntry.change).where(
            AuditEntry.subject_kind == Declaration.__tablename__,
            AuditEntry.subject_id == str(paper.id),
            AuditEntry.tag == ASSIGNED,
        )
    )
    return any(str(person) == one.get("vet_id") for one in changes)


def upload_of(look: Look, upload_id: UUID) -> Upload:
    """Return one of the actor's own uploads; raise `NotFound` for anybody else's."""
    row = look.session.get(Upload, upload_id)
    if row is None or row.person_id != look.actor.person_id:
        raise NotFound
    return row


def path_of_upload(look: Look, upload_id: UUID) -> Path:
    """Return where an upload's bytes lie."""
    return look.settings.data_dir / FOLDER / upload_id.hex


def offset_of(look: Look, row: Upload) -> int:
    """Return how many bytes are surely here: what the row says or the disk holds, the smaller."""
    try:
        held = path_of_upload(look, row.id).stat().st_size
    except FileNotFoundError:
        held = 0
    return min(row.received, held)


def file_of(look: Look, sha256: str) -> tuple[Upload, Path]:
    """Return a whole file of the actor and where it lies; raise `NotThere` until it has arrived."""
    row = look.one(
        select(Upload).where(
            Upload.person_id == look.actor.person_id,
            Upload.sha256 == sha256.lower(),
            Upload.state == UploadState.DONE.value,
        )
    )
    if row is None or not (path := path_of_upload(look, row.id)).exists():
        raise NotThere("这个文件还没有传完，传完以后再试。")
    return row, path


def bytes_of(look: Look, sha256: str) -> bytes:
    """Return the bytes of a whole file of the actor, judged again by their digest."""
    _row, path = file_of(look, sha256)
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != sha256.lower():
        raise NotThere("这个文件没有存好，请重新上传。", detail=sha256)
    return data
