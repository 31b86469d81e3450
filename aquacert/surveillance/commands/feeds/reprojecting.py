"""Columns worked out anew: the crosswalk learnt a name, and events kept until now may act."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from aquacert.kernel.work import Look, Work
from aquacert.surveillance.commands.facts import FeedReprojected
from aquacert.surveillance.commands.feeds.projections import PROJECTIONS
from aquacert.surveillance.commands.feeds.writing import forget, rewrite, settle_all
from aquacert.surveillance.models import Event, FeedFile, FeedRecord
from aquacert.surveillance.parsers.shape import Kind
from aquacert.surveillance.queries.plan import chunks
from aquacert.surveillance.queries.projecting import Projector
from aquacert.surveillance.queries.shelves import SHELVES
from aquacert.surveillance.rules.events import Status


def reproject(w: Work, event_ids: Sequence[UUID]) -> int:
    """Work the columns of events out anew from what their reports say; return how many changed.

    Zones follow: an event that may act now opens what it opens, one that may not any more frees
    what it held.
    """
    projectors = _Projectors(w)
    changed, acting = 0, list[UUID]()
    for chunk in chunks(event_ids):
        for row in w.scalars(select(Event).where(Event.id.in_(chunk)).order_by(Event.id)):
            verdict = Status(row.verdict) if row.verdict else None
            columns = projectors.of(row.source).event(row.content, verdict)
            if not _differs(row, columns):
                continue
            changed += 1
            if row.disease_code is not None or columns["disease_code"] is not None:
                acting.append(row.id)
            rewrite(w, SHELVES[Kind.EVENT], row.id, columns | {"changed_at": w.now})
    forget(w)
    if changed:
        w.record(FeedReprojected(changed), on=("events", "reproject"))
    settle_all(w, acting)
    return changed


def reproject_records(w: Work, record_ids: Sequence[UUID]) -> int:
    """Work the columns of figures and samples out anew; return how many changed."""
    projectors, changed = _Projectors(w), 0
    touched: dict[Kind, list[UUID]] = {}
    for chunk in chunks(record_ids):
        rows = w.scalars(select(FeedRecord).where(FeedRecord.id.in_(chunk)))
        for row in rows:
            kind = Kind(row.kind)
            columns = projectors.of(row.source).record(kind, row.content)
            if _differs(row, columns):
                changed += 1
                touched.setdefault(kind, []).append(row.id)
                rewrite(w, SHELVES[kind], row.id, columns | {"changed_at": w.now})
    forget(w)
    if changed:
        w.record(FeedReprojected(changed), on=("feed_records", "reproject"))
    for kind, ids in touched.items():
        if kind in PROJECTIONS:
            PROJECTIONS[kind](w, ids)
    return changed


def _differs(row: Event | FeedRecord, columns: Mapping[str, Any]) -> bool:
    return any(getattr(row, name) != value for name, value in columns.items() if name != "content")


class _Projectors:
    """A projector for each feed: names mean what the feed's format means by them."""

    def __init__(self, look: Look) -> None:
        self.look = look
        rows = look.session.execute(select(FeedFile.source, FeedFile.format).distinct())
        self.formats = {str(source): str(name) for source, name in rows}
        self.made: dict[str, Projector] = {}

    def of(self, source: str) -> Projector:
        """Return the projector of a feed."""
        system = self.formats.get(source, source)
        if system not in self.made:
            self.made[system] = Projector(self.look, system)
        return self.made[system]
