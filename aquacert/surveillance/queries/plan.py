"""What an import would do: the one path that a dry run and a real run share.

The plan reads; only the command writes. So a preview can never differ from the import.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select

from aquacert.kernel.work import Look
from aquacert.surveillance.parsers.shape import Kind
from aquacert.surveillance.parsers.spool import Entry, Group
from aquacert.surveillance.queries.projecting import Projector
from aquacert.surveillance.queries.shelves import SHELVES, Shelf
from aquacert.surveillance.rules.events import (
    Status,
    Value,
    Values,
    canonical,
    difference,
    folded,
)

EMPRESI = "empresi"
CHUNK = 500
HELD = ("is_confirmed", "division_code", "disease_code")
"""What a zone rests on: a file may not take it away from another place."""
T = TypeVar("T")


@dataclass(frozen=True)
class ImportCounts:
    """How each report of a file fared, and how many known subjects a whole file lacks."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    stale: int = 0
    vanished: int = 0
    quarantined: int = 0

    @property
    def changes(self) -> bool:
        """Say whether anything about the events changes."""
        return bool(self.created or self.updated or self.vanished)

    def as_dict(self) -> dict[str, int]:
        """Return the counts in the order of the outside contract."""
        return asdict(self)

    def plus(self, other: ImportCounts) -> ImportCounts:
        """Return both together."""
        mine, theirs = self.as_dict(), other.as_dict()
        return ImportCounts(**{name: mine[name] + theirs[name] for name in mine})


@dataclass
class Creation:
    """A new subject and its reports in this file."""

    group: Group
    entries: list[Entry]
    values: dict[str, Value]
    head: str


@dataclass
class Addition:
    """New reports of a known subject; `diff` is empty when they change nothing."""

    subject_id: UUID
    group: Group
    entries: list[Entry]
    values: dict[str, Value]
    head: str
    diff: dict[str, list[Value]]
    columns: dict[str, Any] | None
    """None when the fold stays the very same."""
    was_acting: bool

    @property
    def key(self) -> str:
        """The subject's key in its feed."""
        return self.group.key


@dataclass
class Part:
    """Everything that a stretch of subjects would write."""

    creations: list[Creation] = field(default_factory=list)
    additions: list[Addition] = field(default_factory=list)
    returned: dict[Kind, list[UUID]] = field(default_factory=dict)
    held: list[Entry] = field(default_factory=list)
    """Rows that would free what another place confirmed."""
    counts: ImportCounts = field(default_factory=ImportCounts)
    again_stale: int = 0
    """Reports that would be stale if the stretch came again at once."""

    @property
    def writes(self) -> bool:
        """Say whether anything is to be written for it."""
        return bool(self.creations or self.additions or any(self.returned.values()))


@dataclass
class _Tally:
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    stale: int = 0
    quarantined: int = 0
    again_stale: int = 0

    def count(self, group: Group, head: str, values: Values, *, made: str = "") -> None:
        """Count a group's reports: one made the change (if any), the others are same or stale.

        Stale is a report that says what no longer stands; one that says only what stands (another
        species of the same outbreak, the same words again) is unchanged.
        """
        same = sum(
            one.report.digest == head or _stands(one.report.values, values) for one in group.entries
        )
        stale = len(group.entries) - same
        self.again_stale += stale
        if made:
            setattr(self, made, getattr(self, made) + 1)
            if same:
                same -= 1
            else:
                stale -= 1
        self.unchanged += same
        self.stale += stale


@dataclass(frozen=True, slots=True)
class _Known:
    subject_id: UUID
    head: str
    digests: frozenset[str]
    is_missing: bool


def plan_part(
    look: Look, source: str, groups: Sequence[Group], projector: Projector, *, bad: int = 0
) -> Part:
    """Return what a stretch of subjects would write; `bad` rows of it cannot be read."""
    part, tally = Part(), _Tally(quarantined=bad)
    by_kind: dict[Kind, list[Group]] = {}
    for group in groups:
        by_kind.setdefault(group.kind, []).append(group)
    for kind, some in by_kind.items():
        _plan_kind(look, part, tally, SHELVES[kind], source, some, projector)
    part.again_stale = tally.again_stale
    part.counts = ImportCounts(
        tally.created, tally.updated, tally.unchanged, tally.stale, 0, tally.quarantined
    )
    return part


def _plan_kind(
    look: Look,
    part: Part,
    tally: _Tally,
    shelf: Shelf,
    source: str,
    groups: Sequence[Group],
    projector: Projector,
) -> None:
    known = _known(look, shelf, source, [group.key for group in groups])
    grown: list[tuple[Group, list[Entry], UUID]] = []
    older: list[tuple[Group, _Known]] = []
    for group in groups:
        stored = known.get(group.key)
        fresh = _fresh(group.entries, stored.digests if stored else frozenset())
        if stored is None:
            made = _creation(group, fresh)
            part.creations.append(made)
            tally.count(group, made.head, made.values, made="created")
            continue
        if stored.is_missing:
            part.returned.setdefault(shelf.kind, []).append(stored.subject_id)
        if fresh:
            grown.append((group, fresh, stored.subject_id))
        elif any(one.report.digest != stored.head for one in group.entries):
            older.append((group, stored))
        else:
            tally.count(group, stored.head, {})
    contents = _contents(look, shelf, [stored.subject_id for _group, stored in older])
    for group, stored in older:
        tally.count(group, stored.head, contents[stored.subject_id])
    _plan_additions(look, part, tally, shelf, grown, projector)


def _creation(group: Group, fresh: list[Entry]) -> Creation:
    if len(fresh) == 1:
        only = fresh[0].report
        return Creation(group, fresh, dict(only.values), only.digest)
    values = folded((one.report.rank, one.report.values) for one in fresh)
    return Creation(group, fresh, values, max(fresh, key=lambda one: one.report.rank).report.digest)


def _plan_additions(
    look: Look,
    part: Part,
    tally: _Tally,
    shelf: Shelf,
    grown: Sequence[tuple[Group, list[Entry], UUID]],
    projector: Projector,
) -> None:
    """Fold new reports of known subjects into what is stored, and count each report once."""
    ids = [subject_id for _group, _fresh, subject_id in grown]
    stored, standing = _stored(look, shelf, ids), _standing(look, shelf, ids)
    for group, fresh, subject_id in grown:
        old = stored[subject_id]
        new = [(one.report.rank, one.report.digest, one.report.values) for one in fresh]
        before = folded((rank, values) for rank, _digest, values in old)
        after = folded((rank, values) for rank, _digest, values in [*old, *new])
        head = max([*old, *new], key=lambda one: one[0])[1]
        row = standing[subject_id]
        columns = None
        if canonical(before) != canonical(after):
            verdict = Status(row["verdict"]) if row.get("verdict") else None
            columns = projector.columns(shelf.kind, after, verdict)
        if columns is not None and _frees(look, row, columns):
            part.held += fresh
            tally.quarantined += len(fresh)
            tally.unchanged += len(group.entries) - len(fresh)
            continue
        diff = difference(before, after)
        acting = row["disease_code"] is not None
        part.additions.append(
            Addition(subject_id, group, fresh, after, head, diff, columns, acting)
        )
        tally.count(group, head, after, made="updated" if diff else "")


def _frees(look: Look, row: dict[str, Any], columns: dict[str, Any]) -> bool:
    """Say whether a file would end a confirmed event of a place that is not its bringer's.

    A file is typed by whoever brings it: it may warn of anything anywhere, but what a zone rests
    on is taken away only by an officer of that place, or of one above it.
    """
    if not row.get("is_confirmed") or row["division_code"] is None:
        return False
    scope = look.actor.scope
    stays = all(row[name] == columns[name] for name in HELD)
    return not (stays or scope.everything or row["division_code"] in scope.divisions)


def _fresh(entries: Iterable[Entry], digests: frozenset[str]) -> list[Entry]:
    """Return the reports not stored yet, each once."""
    found: dict[str, Entry] = {}
    for one in entries:
        if one.report.digest not in digests:
            found.setdefault(one.report.digest, one)
    return list(found.values())


def _known(look: Look, shelf: Shelf, source: str, keys: Sequence[str]) -> dict[str, _Known]:
    """Return what is stored of the subjects with these keys."""
    found: dict[str, _Known] = {}
    subjects, reports = shelf.subjects.c, shelf.reports.c
    link = reports[shelf.link]
    if look.session.execute(select(subjects.id).where(shelf.of(source)).limit(1)).first() is None:
        return found  # a new feed: nothing to look up
    for chunk in chunks(keys):
        rows = look.session.execute(
            select(
                subjects.id, subjects.source_key, subjects.content_hash, subjects.missing_since_at
            ).where(shelf.of(source), subjects.source_key.in_(chunk))
        ).all()
        if not rows:
            continue
        digests: dict[UUID, set[str]] = {row[0]: set() for row in rows}
        said = select(link, reports.content_hash).where(link.in_(list(digests)))
        for subject_id, digest in look.session.execute(said):
            digests[subject_id].add(digest)
        for subject_id, key, head, missing in rows:
            is_missing = missing is not None
            found[key] = _Known(subject_id, head, frozenset(digests[subject_id]), is_missing)
    return found


def _stands(said: Values, standing: Values) -> bool:
    """Say whether a report says only what stands."""
    return all(name in standing and standing[name] == value for name, value in said.items())


def _contents(look: Look, shelf: Shelf, ids: Sequence[UUID]) -> dict[UUID, dict[str, Value]]:
    """Return what stands of these subjects."""
    found: dict[UUID, dict[str, Value]] = {}
    table = shelf.subjects.c
    for chunk in chunks(ids):
        rows = look.session.execute(select(table.id, table.content).where(table.id.in_(chunk)))
        found |= {subject_id: content for subject_id, content in rows}  # noqa: C416
    return found


def _stored(
    look: Look, shelf: Shelf, ids: Sequence[UUID]
) -> dict[UUID, list[tuple[str, str, dict[str, Value]]]]:
    """Return (rank, digest, values) of every stored report of these subjects."""
    found: dict[UUID, list[tuple[str, str, dict[str, Value]]]] = {one: [] for one in ids}
    reports = shelf.reports.c
    link = reports[shelf.link]
    for chunk in chunks(ids):
        rows = select(link, reports.rank, reports.content_hash, reports.content)
        for subject_id, rank, digest, content in look.session.execute(rows.where(link.in_(chunk))):
            found[subject_id].append((rank, digest, content))
    return found


def _standing(look: Look, shelf: Shelf, ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return the columns of known subjects that decide what a file may do to them."""
    names = ["id", "division_code", "disease_code"]
    if shelf.kind is Kind.EVENT:
        names += ["is_confirmed", "verdict"]
    found: dict[UUID, dict[str, Any]] = {}
    for chunk in chunks(ids):
        asked = select(*(shelf.subjects.c[name] for name in names))
        for row in look.session.execute(asked.where(shelf.subjects.c.id.in_(chunk))).mappings():
            found[row["id"]] = dict(row)
    return found


def chunks(items: Iterable[T]) -> Iterator[list[T]]:
    """Yield lists of at most CHUNK items, as many as one statement may name."""
    at = list(items)
    for start in range(0, len(at), CHUNK):
        yield at[start : start + CHUNK]
