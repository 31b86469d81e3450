"""Questions about mappings: which there are, what a version says, and what a draft would do."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from aquacert.kernel.errors import Invalid, NotFound
from aquacert.kernel.work import Look
from aquacert.surveillance.models import FeedFile
from aquacert.surveillance.models.mappings import FeedDraft, FeedMapping, FeedMappingVersion
from aquacert.surveillance.parsers.mapped import read_mapped
from aquacert.surveillance.parsers.peek import Peek, peek
from aquacert.surveillance.parsers.shape import Asked, BadRow, Report, Row
from aquacert.surveillance.queries.crosswalk import Crosswalk
from aquacert.surveillance.rules.events import Realm, Value, plain_name
from aquacert.surveillance.rules.mapping.changes import changes
from aquacert.surveillance.rules.mapping.guess import looks_swapped
from aquacert.surveillance.rules.mapping.spec import Problem, Spec, spec_of, wrong_with

LOOKED_AT = 5_000
"""Rows read to show what a mapping does."""
SHOWN = 8
MAPPED = "mapped"
"""Name of the format of mapped files."""


@dataclass(frozen=True)
class MappingLine:
    """A mapping in the list: its newest version and how many files were read by any version."""

    mapping: FeedMapping
    newest: FeedMappingVersion
    files: int


@dataclass(frozen=True)
class VersionLine:
    """A version, what it changed, and how many files it read."""

    version: FeedMappingVersion
    said: list[str]
    files: int


@dataclass
class Effect:
    """What a mapping would make of a file, shown on its first rows and counted over many."""

    problems: list[Problem]
    refused: str = ""
    """Why the file as a whole cannot be read so."""
    good: int = 0
    bad: int = 0
    is_all: bool = True
    shown: list[tuple[int, Mapping[str, Value] | BadRow]] = field(default_factory=list)
    faults: list[tuple[BadRow, int, int]] = field(default_factory=list)
    """(one of them, how many alike, first line), most frequent first."""
    repeated: list[tuple[str, list[int]]] = field(default_factory=list)
    """Keys that several rows carry, with their lines."""
    unmapped: list[tuple[str, int]] = field(default_factory=list)
    """Disease names that the crosswalk does not know, with their counts."""
    is_swapped: bool = False

    @property
    def may_save(self) -> bool:
        """Say whether the mapping can be used at all."""
        return not (self.problems or self.refused or self.is_swapped) and self.good > 0


def mapping_lines(look: Look) -> list[MappingLine]:
    """Return every mapping that is offered, by name."""
    newest = select(
        FeedMappingVersion.mapping_id, func.max(FeedMappingVersion.number).label("number")
    ).group_by(FeedMappingVersion.mapping_id)
    last = newest.subquery()
    rows = look.session.execute(
        select(FeedMapping, FeedMappingVersion)
        .join(FeedMappingVersion, FeedMappingVersion.mapping_id == FeedMapping.id)
        .join(
            last,
            (last.c.mapping_id == FeedMappingVersion.mapping_id)
            & (last.c.number == FeedMappingVersion.number),
        )
        .where(FeedMapping.retired_at.is_(None))
        .order_by(FeedMapping.plain)
    ).all()
    files = _files_by_mapping(look)
    return [MappingLine(one, version, files.get(one.id, 0)) for one, version in rows]


def mapping_of(look: Look, mapping_id: UUID) -> FeedMapping:
    """Return a mapping, or raise `NotFound`."""
    return look.get(FeedMapping, mapping_id)


def versions_of(look: Look, mapping_id: UUID) -> list[VersionLine]:
    """Return a mapping's versions, newest first, each with what it reads otherwise."""
    rows = look.scalars(
        select(FeedMappingVersion)
        .where(FeedMappingVersion.mapping_id == mapping_id)
        .order_by(FeedMappingVersion.number)
    )
    counts = _files_by_version(look, [one.id for one in rows])
    found: list[VersionLine] = []
    for before, row in zip([None, *rows], rows, strict=False):
        said = changes(spec_of(before.spec), spec_of(row.spec)) if before else []
        found.append(VersionLine(row, said, counts.get(row.id, 0)))
    return found[::-1]


def newest_version(look: Look, mapping_id: UUID) -> FeedMappingVersion:
    """Return the newest version of a mapping, or raise `NotFound`."""
    row = look.one(
        select(FeedMappingVersion)
        .where(FeedMappingVersion.mapping_id == mapping_id)
        .order_by(FeedMappingVersion.number.desc())
        .limit(1)
    )
    if row is None:
        raise NotFound
    return row


def version_by_name(look: Look, name: str) -> FeedMappingVersion | None:
    """Return the newest version of the mapping of this name, for the console and the API."""
    found = look.one(
        select(FeedMapping).where(
            FeedMapping.plain == plain_name(name), FeedMapping.retired_at.is_(None)
        )
    )
    return newest_version(look, found.id) if found else None


def mapping_and_version(
    look: Look, version_id: UUID | None
) -> tuple[FeedMapping, FeedMappingVersion] | None:
    """Return the mapping and version that a file was read by; None for a file without."""
    if version_id is None:
        return None
    version = look.get(FeedMappingVersion, version_id)
    return look.get(FeedMapping, version.mapping_id), version


def content_of(look: Look, version_id: UUID) -> dict[str, Any]:
    """Return what a version says: `Asked.mapping`."""
    return dict(look.get(FeedMappingVersion, version_id).spec)


def draft_of(look: Look, draft_id: UUID) -> FeedDraft:
    """Return a table that is being mapped, or raise `NotFound`."""
    return look.get(FeedDraft, draft_id)


def draft_bytes(look: Look, row: FeedDraft) -> bytes:
    """Return the bytes of a draft's table."""
    stored = look.files_of(row)
    if not stored:
        raise NotFound
    return look.read_file(stored[0])


def draft_peek(look: Look, row: FeedDraft, spec: Spec) -> tuple[bytes, Peek]:
    """Return a draft's bytes and a first look at them, from the sheet and row that `spec` names."""
    data = draft_bytes(look, row)
    return data, peek(io.BytesIO(data), spec.sheet, spec.header_row)


def effect_of(look: Look, data: bytes, spec: Spec, heads: list[str]) -> Effect:
    """Return what a mapping would make of a table. Reads the first rows; writes nothing."""
    found = Effect(wrong_with(spec, heads))
    if found.problems:
        return found
    try:
        opened = read_mapped(io.BytesIO(data), Asked(look.today, mapping=spec.as_dict()))
        rows = list(islice(opened.rows, LOOKED_AT + 1))
    except Invalid as error:
        found.refused = error.sentence
        return found
    found.is_all = len(rows) <= LOOKED_AT
    _count(found, rows[:LOOKED_AT])
    _warn(look, found, rows[:LOOKED_AT])
    return found


def _count(found: Effect, rows: list[Row]) -> None:
    lines: dict[str, list[int]] = {}
    faults: Counter[BadRow] = Counter()
    first: dict[BadRow, int] = {}
    for row in rows:
        if isinstance(row.said, BadRow):
            faults[row.said] += 1
            first.setdefault(row.said, row.line)
        else:
            for report in row.said:
                lines.setdefault(report.key, []).append(row.line)
        if len(found.shown) < SHOWN:
            said = row.said if isinstance(row.said, BadRow) else row.said[0].values
            found.shown.append((row.line, said))
    found.bad = faults.total()
    found.good = len(rows) - found.bad
    found.faults = [(one, count, first[one]) for one, count in faults.most_common(SHOWN)]
    found.repeated = [(key, at) for key, at in lines.items() if len(at) > 1]


def _warn(look: Look, found: Effect, rows: list[Row]) -> None:
    reports = [one for row in rows if not isinstance(row.said, BadRow) for one in row.said]
    walk = Crosswalk(look)
    names = Counter(str(one.values.get("disease") or "") for one in reports)
    found.unmapped = [
        (name, count)
        for name, count in names.most_common()
        if name and walk.meaning(name).realm is Realm.UNMAPPED
    ]
    found.is_swapped = looks_swapped(_degrees(reports, "latitude"), _degrees(reports, "longitude"))


def _degrees(reports: list[Report], name: str) -> list[float | None]:
    found = (one.values.get(name) for one in reports)
    return [one if isinstance(one, int | float) else None for one in found]


def _files_by_version(look: Look, ids: list[UUID]) -> dict[UUID, int]:
    rows = look.session.execute(
        select(FeedFile.mapping_id, func.count())
        .where(FeedFile.mapping_id.in_(ids))
        .group_by(FeedFile.mapping_id)
    )
    return {row[0]: int(row[1]) for row in rows if row[0] is not None}


def _files_by_mapping(look: Look) -> dict[UUID, int]:
    rows = look.session.execute(
        select(FeedMappingVersion.mapping_id, func.count())
        .join(FeedFile, FeedFile.mapping_id == FeedMappingVersion.id)
        .group_by(FeedMappingVersion.mapping_id)
    )
    return {row[0]: int(row[1]) for row in rows}
