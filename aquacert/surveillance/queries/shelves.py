"""Where subjects of each kind are kept: events in their tables, figures and samples in theirs."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Table, and_

from aquacert.kernel.db import table_of
from aquacert.surveillance.models import (
    Event,
    EventChange,
    EventReport,
    FeedRecord,
    FeedRecordChange,
    FeedRecordReport,
)
from aquacert.surveillance.parsers.shape import Kind


@dataclass(frozen=True)
class Shelf:
    """The three tables of a kind: subjects, their reports, their changes."""

    kind: Kind
    subjects: Table
    reports: Table
    changes: Table
    link: str
    """The column of reports and changes that names the subject."""

    def of(self, source: str) -> ColumnElement[bool]:
        """Return the condition for subjects of one feed."""
        table = self.subjects.c
        if self.kind is Kind.EVENT:
            return table.source == source
        return and_(table.source == source, table.kind == self.kind.value)


SHELVES = {
    Kind.EVENT: Shelf(
        Kind.EVENT, table_of(Event), table_of(EventReport), table_of(EventChange), "event_id"
    )
} | {
    kind: Shelf(
        kind,
        table_of(FeedRecord),
        table_of(FeedRecordReport),
        table_of(FeedRecordChange),
        "record_id",
    )
    for kind in (Kind.FIGURE, Kind.SAMPLE)
}
