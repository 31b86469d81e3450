"""Bulk writes of an import: subjects, reports, changes, raw rows, by the driver's own executemany."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Table, Text, bindparam, column, insert, table, update

from aquacert.kernel.db import Json, table_of
from aquacert.kernel.ids import new_ids
from aquacert.kernel.quick import Quick
from aquacert.kernel.topics import Topic
from aquacert.kernel.work import Work
from aquacert.surveillance.commands.feeds.projections import PROJECTIONS
from aquacert.surveillance.commands.zones import settle
from aquacert.surveillance.models import Event, FeedFile, FeedRawRow, FeedRecord, FeedSetAside
from aquacert.surveillance.parsers.shape import Kind
from aquacert.surveillance.parsers.spool import Entry, Raw
from aquacert.surveillance.queries.places import zone_days
from aquacert.surveillance.queries.plan import Addition, Creation, Part, chunks
from aquacert.surveillance.queries.projecting import Projector
from aquacert.surveillance.queries.shelves import SHELVES, Shelf
from aquacert.surveillance.rules.events import canonical


def bulk(whole: Table) -> Quick:
    """Return the statement that writes rows of a table; JSON is given as its canonical text."""
    columns = [
        column(one.name, Text() if isinstance(one.type, Json) else one.type)
        for one in whole.columns
    ]
    light = table(whole.name, *columns)
    return Quick(insert(light).inline(), [one.name for one in whole.columns])


SUBJECTS = {kind: bulk(shelf.subjects) for kind, shelf in SHELVES.items()}
REPORTS = {kind: bulk(shelf.reports) for kind, shelf in SHELVES.items()}
CHANGES = {kind: bulk(shelf.changes) for kind, shelf in SHELVES.items()}
RAWS = bulk(table_of(FeedRawRow))
ASIDES = bulk(table_of(FeedSetAside))
HEADS = {
    kind: Quick(
        update(shelf.subjects)
        .where(shelf.subjects.c.id == bindparam("of"))
        .values(content_hash=bindparam("head"))
    )
    for kind, shelf in SHELVES.items()
}


def write_raws(w: Work, file: FeedFile, raws: Sequence[Raw]) -> None:
    """Write rows as received behind those already there, each line once."""
    last, rows = file.raw_line, []
    for one in raws:
        if one.line > last:
            rows.append({"file_id": file.id, "line": one.line, "raw": one.raw.replace("\0", "")})
            last = one.line
    w.rows_of_many(RAWS, rows)
    file.raw_line = last


def set_aside(
    w: Work, file_id: UUID, bad: Iterable[tuple[int, str, str, str]], known: Iterable[int] = ()
) -> None:
    """Set rows aside: (line, code, column, value); lines `known` to be set aside stay as they are."""
    seen, rows = set(known), []
    for line, code, named, value in bad:
        if line in seen:
            continue
        seen.add(line)
        row = {
            "id": w.new_id(),
            "file_id": file_id,
            "line": line,
            "code": code,
            "column_name": named.replace("\0", ""),
            "value": value.replace("\0", ""),
            "state": "waiting",
            "mended": None,
            "settled_at": None,
            "settled_by_id": None,
            "because": "",
        }
        rows.append(row)
    w.rows_of_many(ASIDES, rows)


def write_part(w: Work, file: FeedFile, part: Part, projector: Projector) -> list[UUID]:
    """Write what a stretch of subjects brings; return the events that may act, to be settled."""
    touched: dict[Kind, list[UUID]] = {}
    acting = _create(w, file, part.creations, projector, touched)
    acting += _add(w, file, part.additions, touched)
    for kind, ids in part.returned.items():
        mark(w, SHELVES[kind], ids, missing=False)
    forget(w)
    for kind, ids in touched.items():
        if kind in PROJECTIONS:
            PROJECTIONS[kind](w, ids)
    return acting


def forget(w: Work) -> None:
    """Let the session read subjects anew: they were written past it."""
    w.session.flush()
    for row in list(w.session.identity_map.values()):
        if isinstance(row, Event | FeedRecord):
            w.session.expire(row)


def settle_all(w: Work, event_ids: Iterable[UUID]) -> None:
    """Bring the zones of events to what the events now say, and tell the rooms above."""
    ids = sorted(set(event_ids))
    if not ids:
        return
    days = zone_days(w)
    rows = [w.get_for_change(Event, one) for one in ids]
    for row in sorted(rows, key=lambda one: (one.division_code or "", one.id)):
        settle(w, row, days)
        w.tell(Topic.EVENT_CHANGED, row.id)


def mark(w: Work, shelf: Shelf, ids: Sequence[UUID], *, missing: bool) -> None:
    """Mark subjects as missing from a whole snapshot, or as there again."""
    subjects = shelf.subjects
    for chunk in chunks(ids):
        w.session.execute(
            update(subjects)
            .where(subjects.c.id.in_(chunk))
            .values(missing_since_at=w.now if missing else None)
        )


def _create(
    w: Work,
    file: FeedFile,
    creations: Sequence[Creation],
    projector: Projector,
    touched: dict[Kind, list[UUID]],
) -> list[UUID]:
    acting: list[UUID] = []
    subjects: dict[Kind, list[dict[str, Any]]] = {}
    reports: dict[Kind, list[dict[str, Any]]] = {}
    shared: dict[str, Any] = {"source": file.source, "missing_since_at": None}
    shared |= {"created_at": w.now, "changed_at": w.now}
    for one, key in zip(creations, new_ids(w.now, len(creations)), strict=True):
        kind, entries = one.group.kind, one.entries
        row = projector.columns(kind, one.values)
        row["content"] = text_of(entries[0]) if len(entries) == 1 else canonical(one.values)
        row |= shared
        row["id"], row["source_key"], row["content_hash"] = key, one.group.key, one.head
        subjects.setdefault(kind, []).append(row)
        reports.setdefault(kind, []).extend(_report_rows(file.id, key, kind, entries))
        if kind is not Kind.EVENT:
            touched.setdefault(kind, []).append(key)
        elif row["disease_code"] is not None and row["is_domestic"]:
            acting.append(key)
    for kind, rows in subjects.items():
        w.rows_of_many(SUBJECTS[kind], rows)
        w.rows_of_many(REPORTS[kind], _numbered(w, reports[kind]))
    return acting


def _add(
    w: Work, file: FeedFile, additions: Sequence[Addition], touched: dict[Kind, list[UUID]]
) -> list[UUID]:
    """Write new reports of known subjects and what they changed; return events that may act."""
    acting: list[UUID] = []
    reports: dict[Kind, list[dict[str, Any]]] = {}
    heads: dict[Kind, list[Mapping[str, object]]] = {}
    changes: dict[Kind, list[dict[str, Any]]] = {}
    for one in additions:
        kind = one.group.kind
        rows = _report_rows(file.id, one.subject_id, kind, one.entries)
        reports.setdefault(kind, []).extend(rows)
        heads.setdefault(kind, []).append({"of": one.subject_id, "head": one.head})
        if kind is not Kind.EVENT:  # a late report too: it may be the first that says positive
            touched.setdefault(kind, []).append(one.subject_id)
        if one.columns is None:
            continue
        changed = {"changed_at": w.now} if one.diff else {}
        rewrite(w, SHELVES[kind], one.subject_id, one.columns | changed)
        if not one.diff:
            continue
        changes.setdefault(kind, []).append(
            change_row(w, SHELVES[kind], one.subject_id, one.diff, file)
        )
        is_known = one.was_acting or one.columns["disease_code"] is not None
        if kind is Kind.EVENT and is_known:
            acting.append(one.subject_id)
    for kind, found in reports.items():
        w.rows_of_many(REPORTS[kind], _numbered(w, found))
        w.rows_of_many(HEADS[kind], heads[kind])
        w.rows_of_many(CHANGES[kind], changes.get(kind, []))
    return acting


def rewrite(w: Work, shelf: Shelf, subject_id: UUID, columns: Mapping[str, Any]) -> None:
    """Write a subject's columns anew."""
    subjects = shelf.subjects
    w.session.execute(update(subjects).where(subjects.c.id == subject_id).values(dict(columns)))


def change_row(
    w: Work, shelf: Shelf, subject_id: UUID, diff: Mapping[str, Any], file: FeedFile | None
) -> dict[str, Any]:
    """Return the row that says what changed in a subject, field by field."""
    return {
        "id": w.new_id(),
        shelf.link: subject_id,
        "file_id": file.id if file else None,
        "at": w.now,
        "by": w.actor.label,
        "by_id": w.actor.person_id,
        "reason": file.name if file else "",
        "diff": canonical(diff),
    }


def text_of(entry: Entry) -> str:
    """Return a report's values in their canonical text."""
    return entry.report.text or canonical(entry.report.values)


def _report_rows(
    file_id: UUID, subject_id: UUID, kind: Kind, entries: Sequence[Entry]
) -> list[dict[str, Any]]:
    link = SHELVES[kind].link
    return [
        {
            link: subject_id,
            "file_id": file_id,
            "line": one.line,
            "content_hash": one.report.digest,
            "rank": one.report.rank,
            "content": text_of(one),
        }
        for one in entries
    ]


def _numbered(w: Work, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give every row its id."""
    for row, key in zip(rows, new_ids(w.now, len(rows)), strict=True):
        row["id"] = key
    return rows
