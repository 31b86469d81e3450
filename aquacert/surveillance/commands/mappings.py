"""Mappings made: a table laid out, its draft kept, a version saved. Older versions never change."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, select

from aquacert.kernel.errors import Invalid, NotAllowedNow
from aquacert.kernel.files import StoredFile
from aquacert.kernel.scope import SYSTEM
from aquacert.kernel.topics import Topic
from aquacert.kernel.work import Database, Work
from aquacert.reference.rules.text import clean
from aquacert.surveillance.commands.facts import (
    FeedReceived,
    MappingRetired,
    MappingSaved,
    TableForgotten,
    TableLaidOut,
)
from aquacert.surveillance.commands.feeds.keeping import (
    MOST_AT_ONCE,
    receive_feed,
    set_aside_bad,
    set_counts,
)
from aquacert.surveillance.models import AsideState, FeedFile, FeedSetAside, FileState
from aquacert.surveillance.models.mappings import FeedDraft, FeedMapping, FeedMappingVersion
from aquacert.surveillance.parsers.formats import FORMATS
from aquacert.surveillance.parsers.peek import Peek, peek
from aquacert.surveillance.queries.feednames import may_speak
from aquacert.surveillance.queries.mappings import (
    MAPPED,
    draft_bytes,
    effect_of,
    newest_version,
)
from aquacert.surveillance.queries.reading import ImportAsked, open_spool, spool_folder
from aquacert.surveillance.rules.events import plain_name
from aquacert.surveillance.rules.mapping.changes import changes
from aquacert.surveillance.rules.mapping.guess import guess, kind_of
from aquacert.surveillance.rules.mapping.spec import Spec, bare, spec_of

LONGEST_NAME = 40
DRAFT_DAYS = 30
DRAFT_LASTS = timedelta(days=DRAFT_DAYS)


def lay_out(
    w: Work,
    data: bytes,
    name: str,
    mapping_id: UUID | None = None,
    file_id: UUID | None = None,
) -> UUID:
    """Keep a table that is to be mapped and return its draft; raise `Invalid` when it is no table.

    With `mapping_id` the draft begins from that mapping's newest version, else from a guess; with
    `file_id` it is made to mend rows of that file.
    """
    if mapping_id is not None:
        spec = spec_of(newest_version(w, mapping_id).spec)
        seen = peek(io.BytesIO(data), spec.sheet, spec.header_row)
    else:
        seen = peek(io.BytesIO(data))
        spec = guessed(seen)
    row = w.add(
        FeedDraft(
            id=w.new_id(),
            mapping_id=mapping_id,
            file_id=file_id,
            name=name[-120:],
            sha256=hashlib.sha256(data).hexdigest(),
            spec=spec.as_dict(),
            made_at=w.now,
            made_by_id=w.actor.person_id,
            changed_at=w.now,
        )
    )
    w.attach(row, data, row.name, "application/octet-stream")
    fact = TableLaidOut(row.name, row.sha256)
    w.record(fact, on=row)
    return row.id


def guessed(seen: Peek, kind: str = "", sheet: str = "") -> Spec:
    """Return the mapping that a table's heads and cells suggest."""
    rows = [cells for _line, cells in seen.rows]
    found = guess(kind or kind_of(seen.heads), seen.heads, rows)
    by_whole = {one.name: one.days.order for one in seen.columns}
    columns = []
    for one in found.columns:
        order = by_whole[one.name].value if one.order else ""
        columns.append(
            type(one)(
                one.name, one.field, order if order in ORDERS else "", one.codes, one.separator
            )
        )
    return Spec(
        found.kind,
        tuple(columns),
        found.key,
        found.constants,
        header_row=seen.header_row,
        sheet=sheet,
    )


ORDERS = frozenset({"ymd", "dmy", "mdy"})


def keep_draft(w: Work, draft_id: UUID, spec: Spec) -> None:
    """Keep how far a person came; raise `NotAllowedNow` once a version came of the draft."""
    row = w.get_for_change(FeedDraft, draft_id)
    if row.version_id is not None:
        raise NotAllowedNow("这份对照已经保存过了；要改，请从对照的页面再出一版。")
    row.spec = spec.as_dict()
    row.changed_at = w.now


def save_mapping(
    w: Work, draft_id: UUID, spec: Spec, heads: list[str], *, name: str = "", note: str = ""
) -> UUID:
    """Save a draft as a mapping of this name, or as another version of its mapping; return the version.

    Raises `Invalid` while anything stands in the way. The same content again is the same version.
    """
    draft = w.get_for_change(FeedDraft, draft_id)
    if draft.version_id is not None:
        return draft.version_id
    found = effect_of(w, draft_bytes(w, draft), spec, heads)
    if not found.may_save:
        sentences = [one.sentence for one in found.problems]
        raise Invalid(next(iter(sentences), found.refused or "一行都读不出来，还不能保存。"))
    mapping = _mapping(w, draft, name)
    version = _version(w, mapping, spec, clean(note, field="note", longest=200))
    draft.spec, draft.changed_at, draft.version_id = spec.as_dict(), w.now, version.id
    if spec.persons:
        w.tell(Topic.TABLE_MAPPED, draft.id)
    return version.id


def forget_table(database: Database, draft_id: UUID) -> None:
    """Take the bytes of a mapped table away that held personal data: its feed file has none."""
    with database.work(SYSTEM) as w:
        draft = w.get_for_change(FeedDraft, draft_id)
        if draft.version_id is None or not spec_of(draft.spec).persons:
            return
        digests = _forgotten(w, draft)
    _let_go(database, digests)


def forget_left_tables(database: Database) -> int:
    """Take tables away that nobody finished mapping within `DRAFT_DAYS`; return how many.

    What persons such a table holds nobody has said yet, so none is kept for long.
    """
    with database.look(SYSTEM) as look:
        left = FeedDraft.version_id.is_(None), FeedDraft.changed_at < look.now - DRAFT_LASTS
        ids = look.scalars(select(FeedDraft.id).where(*left).order_by(FeedDraft.id))
    for draft_id in ids:
        with database.work(SYSTEM) as w:
            draft = w.get_for_change(FeedDraft, draft_id)
            digests = _forgotten(w, draft)
            w.session.delete(draft)
        _let_go(database, digests)
    return len(ids)


def _forgotten(w: Work, draft: FeedDraft) -> set[str]:
    """Take a draft's files off the record; return the digests of their bytes."""
    digests = {draft.sha256, *(one.sha256 for one in w.files_of(draft))}
    for one in w.files_of(draft):
        w.session.delete(one)
        w.record(TableForgotten(draft.sha256), on=draft)
    return digests


def _let_go(database: Database, digests: set[str]) -> None:
    """Delete bytes that no file's row names any more."""
    with database.look(SYSTEM) as look:
        named = set(
            look.session.scalars(select(StoredFile.sha256).where(StoredFile.sha256.in_(digests)))
        )
    for digest in digests - named:
        database.files.forget(digest)


def bring_in(w: Work, draft_id: UUID) -> UUID:
    """Receive a draft's table by the version that came of it; return its file.

    The same bytes received before and not imported yet are read by this version instead.
    """
    draft = w.get(FeedDraft, draft_id)
    if draft.version_id is None:
        raise NotAllowedNow("请先保存对照，再导入。")
    version = w.get(FeedMappingVersion, draft.version_id)
    mapping = w.get(FeedMapping, version.mapping_id)
    data = draft_bytes(w, draft)
    ask = ImportAsked(mapping.plain, MAPPED, draft.name, version.id, mapping=version.spec)
    file_id = receive_feed(w, data, ask)
    file = w.get_for_change(FeedFile, file_id)
    if file.state == FileState.RECEIVED.value and file.mapping_id != version.id:
        _read_otherwise(w, file, data, ask)
    return file_id


def _read_otherwise(w: Work, file: FeedFile, data: bytes, ask: ImportAsked) -> None:
    waiting = FeedSetAside.file_id == file.id, FeedSetAside.state == AsideState.WAITING.value
    w.session.execute(delete(FeedSetAside).where(*waiting))
    file.mapping_id, file.reading = ask.mapping_id, ask.reading
    if len(data) <= MOST_AT_ONCE:
        with open_spool(io.BytesIO(data), ask, w.today, spool_folder(w)) as spool:
            file.header_set = spool.header_set
            set_counts(file, spool)
            set_aside_bad(w, file, spool)
    w.record(FeedReceived(file.source, file.name, file.sha256, file.rows), on=file)


def add_code(w: Work, mapping_id: UUID, column: str, written: str, code: str) -> UUID:
    """Let a mapping's column know one more written value; return the version that says so.

    `code` "" says that the value means nothing. Raises `Invalid` for what is no code of the column.
    """
    mapping = w.get_for_change(FeedMapping, mapping_id)
    spec = spec_of(newest_version(w, mapping_id).spec)
    one = next((one for one in spec.columns if bare(one.name) == bare(column)), None)
    known = spec.field_of(one) if one else None
    if one is None or known is None or (code and code not in known.codes):
        raise Invalid("这一列没有代码表，或者没有这个代码。", code="没有这个代码。")
    more = replace(one, codes={**one.codes, bare(written): code})
    columns = tuple(more if each is one else each for each in spec.columns)
    note = f"“{column}”列的“{written[:40]}”"
    return _version(w, mapping, replace(spec, columns=columns), note).id


def retire_mapping(w: Work, mapping_id: UUID) -> None:
    """Offer a mapping no more; files read by it keep naming it."""
    row = w.get_for_change(FeedMapping, mapping_id)
    if row.retired_at is not None:
        raise NotAllowedNow("这份对照已经停用。")
    row.retired_at = w.now
    w.record(MappingRetired(row.name), on=row)


def _mapping(w: Work, draft: FeedDraft, name: str) -> FeedMapping:
    if draft.mapping_id is not None:
        return w.get_for_change(FeedMapping, draft.mapping_id)
    name = clean(name, field="name", longest=LONGEST_NAME)
    plain = plain_name(name)
    if not name:
        raise Invalid("请给这份对照起个名字。", name="请起个名字，例如“某县月报”。")
    if w.one(select(FeedMapping).where(FeedMapping.plain == plain)) is not None:
        raise Invalid(
            "已经有同名的对照。", name="已经有同名的对照：请换个名字，或到那份对照里出新版本。"
        )
    if plain in FORMATS or not may_speak(w, plain, MAPPED, None):
        raise Invalid("这个名字留给了别的格式。", name="这个名字留给了别的格式，请换一个。")
    return w.add(
        FeedMapping(
            id=w.new_id(),
            name=name,
            plain=plain,
            made_at=w.now,
            made_by=w.actor.label,
            made_by_id=w.actor.person_id,
        )
    )


def _version(w: Work, mapping: FeedMapping, spec: Spec, note: str) -> FeedMappingVersion:
    newest = w.one(
        select(FeedMappingVersion)
        .where(FeedMappingVersion.mapping_id == mapping.id)
        .order_by(FeedMappingVersion.number.desc())
        .limit(1)
    )
    if newest is not None and newest.digest == spec.digest:
        return newest
    row = w.add(
        FeedMappingVersion(
            id=w.new_id(),
            mapping_id=mapping.id,
            number=newest.number + 1 if newest else 1,
            spec=spec.as_dict(),
            digest=spec.digest,
            note=note,
            made_at=w.now,
            made_by=w.actor.label,
            made_by_id=w.actor.person_id,
        )
    )
    said = changes(spec_of(newest.spec), spec) if newest else []
    fact = MappingSaved(mapping.name, row.number, row.digest, tuple(said), note)
    w.record(fact, on=row)
    return row
