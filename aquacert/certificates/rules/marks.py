"""Lines of `segments.mark`: what became of numbers, readable without the database.

segment <id> <form> <first>-<last> <body> <person or -> <giver's segment or ->
void <first>-<last>
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID

NOBODY = "-"
ID = r"[0-9a-f-]{36}"
SEGMENT = re.compile(rf"segment ({ID}) ([AB]) (\d{{10}})-(\d{{10}}) ({ID}) ({ID}|-) ({ID}|-)")
VOID = re.compile(r"void (\d{10})-(\d{10})")


@dataclass(frozen=True)
class SegmentMark:
    """A segment that came into somebody's hands."""

    id: UUID
    kind: str
    first: int
    last: int
    holder_id: UUID
    person_id: UUID | None
    giver_id: UUID | None

    def __str__(self) -> str:
        person, giver = self.person_id or NOBODY, self.giver_id or NOBODY
        numbers = f"{self.first:010d}-{self.last:010d}"
        return f"segment {self.id} {self.kind} {numbers} {self.holder_id} {person} {giver}"


@dataclass(frozen=True)
class VoidMark:
    """Numbers that were made void before anybody used them."""

    first: int
    last: int

    def __str__(self) -> str:
        return f"void {self.first:010d}-{self.last:010d}"


def read_mark(line: str) -> SegmentMark | VoidMark | None:
    """Return what a line says; None for a line that was torn or is of another kind."""
    found = SEGMENT.fullmatch(line)
    if found:
        key, kind, first, last, body, person, giver = found.groups()
        return SegmentMark(
            UUID(key), kind, int(first), int(last), UUID(body), _id(person), _id(giver)
        )
    found = VOID.fullmatch(line)
    return VoidMark(int(found[1]), int(found[2])) if found else None


def _id(text: str) -> UUID | None:
    return None if text == NOBODY else UUID(text)
