"""Archiving a whole case: asked for with a reason, made by the worker or at once when it is small."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar
from uuid import UUID

from aquacert.declarations.queries import facts as papers
from aquacert.declarations.rules.states import State
from aquacert.kernel.audit import Fact
from aquacert.kernel.errors import Invalid, NotAllowedNow, NotFound
from aquacert.kernel.files import StoredFile
from aquacert.kernel.scope import SYSTEM
from aquacert.kernel.topics import Topic
from aquacert.kernel.work import Database, Work
from aquacert.supervision.documents import write_case
from aquacert.supervision.models import CaseFile
from aquacert.supervision.queries.case import case_facts
from aquacert.supervision.rules import CaseState

ZIP = "application/zip"
SHORTEST = 4
"""Characters of a reason."""


@dataclass(frozen=True)
class CaseAsked(Fact):
    """Somebody asked for the archive of a whole case; the reason stands beside the fact."""

    tag: ClassVar[str] = "supervision:case:ask"
    title: ClassVar[str] = "申请整案归档"
    declaration_no: str


@dataclass(frozen=True)
class CaseMade(Fact):
    """The archive was made."""

    tag: ClassVar[str] = "supervision:case:make"
    title: ClassVar[str] = "生成整案档案"
    declaration_no: str
    entries: int
    size: int
    sha256: str


@dataclass(frozen=True)
class CaseTaken(Fact):
    """The archive was downloaded: everything personal of the case left the house with it."""

    tag: ClassVar[str] = "supervision:case:take"
    title: ClassVar[str] = "下载整案档案"
    sha256: str


def ask_case(w: Work, declaration_id: UUID, *, because: str) -> UUID:
    """Ask for the archive of a case and return its id; the worker makes it."""
    paper = papers.declaration(w, declaration_id)
    if paper.state == State.DRAFT.value or not paper.number:
        raise NotAllowedNow("这份申报还没有提交，没有可归档的内容。")
    said = because.strip()
    if len(said) < SHORTEST:
        raise Invalid("请写明用途。", because=f"写明用途，至少 {SHORTEST} 个字。")
    row = w.add(
        CaseFile(
            id=w.new_id(),
            declaration_id=paper.id,
            origin_code=paper.origin_code,
            office_id=paper.office_id,
            state=CaseState.WAITING.value,
            because=said,
            asked_at=w.now,
            asked_by_id=w.actor.person_id,
            entries=0,
        )
    )
    w.record(CaseAsked(paper.number), on=row, county=paper.origin_code, reason=said)
    w.tell(Topic.CASE_ASKED, row.id)
    return row.id


def take_case(w: Work, case_id: UUID) -> StoredFile:
    """Return the archive's file to the one who asked for it and said why, and note the taking."""
    row = w.get(CaseFile, case_id)
    file = w.session.get(StoredFile, row.file_id) if row.file_id else None
    if row.asked_by_id != w.actor.person_id or file is None:
        raise NotFound
    w.record(CaseTaken(file.sha256), on=row, county=row.origin_code, reason=row.because)
    return file


def make_case(database: Database, case_id: UUID) -> None:
    """Make the archive of a case that was asked for; a second call finds it made.

    Read first and written to disk, then one short write: nobody waits while it is packed.
    """
    with database.look(SYSTEM) as look:
        row = look.get(CaseFile, case_id)
        if row.state != CaseState.WAITING.value:
            return
        facts, entries = case_facts(look, row.declaration_id)
        with tempfile.NamedTemporaryFile(dir=database.settings.data_dir, suffix=".part") as out:
            listed = write_case(facts, entries, out.file)
            out.flush()
            digest, size = database.files.put_path(Path(out.name))
    with database.work(SYSTEM) as w:
        row = w.get_for_change(CaseFile, case_id)
        if row.state != CaseState.WAITING.value:
            return
        file = w.add(
            StoredFile(
                id=w.new_id(),
                sha256=digest,
                size=size,
                media_type=ZIP,
                name=f"整案档案-{facts.number}.zip",
                owner_kind=CaseFile.__tablename__,
                owner_id=row.id,
                made_at=w.now,
            )
        )
        row.file_id, row.made_at, row.entries = file.id, w.now, len(listed)
        row.state = CaseState.READY.value
        made = CaseMade(facts.number, len(listed), size, digest)
        w.record(made, on=row, county=row.origin_code)
