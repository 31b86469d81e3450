"""Witnesses: another body says that it saw a checkpoint and that it continues what it saw before."""

from __future__ import annotations

from sqlalchemy import insert, select

from aquacert.certificates.models import LogCheckpoint, LogCosignature
from aquacert.kernel.errors import NotFound
from aquacert.kernel.work import Work
from aquacert.trust.notes import Note, NoteKey, signatures_of


def keep_cosignature(w: Work, size: int, line: str, witness: NoteKey) -> None:
    """Keep a witness's line under the checkpoint of `size`, once it is verified.

    Raises `Refused` when the line is not the witness's over that checkpoint, `NotFound` when there
    is no such checkpoint. The first line of a witness stands; a repetition changes nothing.
    """
    row = w.session.get(LogCheckpoint, size)
    if row is None:
        raise NotFound("没有这个大小的检查点。")
    note = Note.read(row.note).extended(*signatures_of([line]))
    at = note.cosigned_at(witness)
    kept = select(LogCosignature.size).where(
        LogCosignature.size == size, LogCosignature.witness == str(witness)
    )
    if w.session.scalar(kept) is None:
        values = {"size": size, "witness": str(witness), "line": line, "cosigned_at": at}
        w.session.execute(insert(LogCosignature), values)
