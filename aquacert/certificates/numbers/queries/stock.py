"""What each holder has had, used, voided, passed on and has left: one page, a handful of questions.

A holder's figures take in everybody below: `used`, `void` and `reserved` wherever it happened,
`below` what lies unused below, `left` what is in the own hands. `size` is counted another way, from
the segments' ends alone, so that used + void + reserved + below + left = size proves something.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select

from aquacert.accounts.queries import bodies, vet_numbers
from aquacert.certificates.models import CertificateNumber, NumberMovement, NumberSegment
from aquacert.certificates.numbers.queries.rows import Key, SegmentRow, segment_rows
from aquacert.certificates.rules.numbering import Range
from aquacert.certificates.rules.numberstock import (
    LEVEL_NAMES,
    RATE_DAYS,
    Act,
    Level,
    days_left,
    is_low,
    level_of,
)
from aquacert.certificates.rules.states import NumberState
from aquacert.kernel.work import Look
from aquacert.reference.queries import division_levels

LEVELS = tuple(Level)


@dataclass
class HolderLine:
    """One body or vet. Counts are numbers of one form."""

    key: Key
    name: str = ""
    level: Level = Level.COUNTY
    division_code: str = ""
    used: int = 0
    void: int = 0
    reserved: int = 0
    left: int = 0
    below: int = 0
    size: int = 0
    received: int = 0
    """What came into the own hands and did not go back, ever."""
    lately: int = 0
    """What left the own hands in the last 30 days: used, or handed down."""
    above: set[Key] = field(default_factory=set)
    upper: Key | None = None
    segment_ids: list[UUID] = field(default_factory=list)
    open_segments: list[SegmentRow] = field(default_factory=list)

    @property
    def word(self) -> str:
        """The holder as a word in an address: body, or body.vet."""
        body, person = self.key
        return f"{body}.{person}" if person else str(body)

    @property
    def level_name(self) -> str:
        """The level in Chinese."""
        return LEVEL_NAMES[self.level]

    @property
    def days(self) -> int | None:
        """For how many days the own stock lasts; None without a rate."""
        return days_left(self.left, self.lately)

    @property
    def is_low(self) -> bool:
        """Say whether the own stock is nearly used up."""
        return is_low(self.left, self.received, self.lately)

    @property
    def sum(self) -> int:
        """Every number that is somewhere."""
        return self.used + self.void + self.reserved + self.below + self.left

    @property
    def balances(self) -> bool:
        """Say whether every number is accounted for."""
        return self.sum == self.size


@dataclass(frozen=True)
class Stock:
    """Everybody who holds numbers of a form, as far as the actor may see."""

    kind: str
    holders: dict[Key, HolderLine]
    tops: tuple[Range, ...]
    """The segments that came from outside."""

    def of_word(self, word: str) -> HolderLine | None:
        """Return the holder an address names, or None."""
        return next((line for line in self.holders.values() if line.word == word), None)

    def path_to(self, word: str) -> list[HolderLine]:
        """Return one holder a level, top first: those above the named one, then the largest below.

        Without a name, the largest from the top down.
        """
        named = self.of_word(word)
        path: list[HolderLine] = []
        for level in LEVELS:
            there = self.at_level(level, path)
            if not there:
                continue
            wanted = [
                line
                for line in there
                if named is not None and line.key in {named.key, *named.above}
            ]
            path.append((wanted or there)[0])
        return path

    def at_level(self, level: Level, path: list[HolderLine]) -> list[HolderLine]:
        """Return the holders of a level below the last one of `path`, the largest first."""
        under = path[-1].key if path else None
        found = [
            line
            for line in self.holders.values()
            if line.level is level and (under is None or under in line.above)
        ]
        return sorted(found, key=lambda line: (-line.size, line.name))

    def low(self) -> list[HolderLine]:
        """Return who is nearly out of numbers, the shortest first."""
        found = [line for line in self.holders.values() if line.is_low]
        return sorted(
            found, key=lambda line: (line.days if line.days is not None else 99, line.left)
        )


def stock(look: Look, kind: str) -> Stock:
    """Return every visible holder of a form: nine questions, however many segments there are."""
    rows = segment_rows(look, kind)
    by_id = {row.id: row for row in rows}
    holders = {row.key: HolderLine(row.key) for row in rows}
    for row in rows:
        _add(holders, by_id, row)
    _name(look, holders)
    _rate(look, kind, holders, by_id)
    tops = tuple(Range(row.first, row.last) for row in rows if row.parent_id is None)
    return Stock(kind, holders, tops)


def _givers(by_id: dict[UUID, SegmentRow], row: SegmentRow) -> Iterator[SegmentRow]:
    """Yield the segments above, nearest first, as far as they are visible."""
    at = row.giver_id
    while at is not None and at in by_id:
        giver = by_id[at]
        yield giver
        at = giver.giver_id


def _add(holders: dict[Key, HolderLine], by_id: dict[UUID, SegmentRow], row: SegmentRow) -> None:
    """Add one segment's figures to its holder and to everybody above."""
    own = holders[row.key]
    above = [giver.key for giver in _givers(by_id, row) if giver.key != row.key]
    direct = row.size - row.cut_off
    for key in {row.key, *above}:
        line = holders[key]
        line.used += row.count(NumberState.USED)
        line.void += row.count(NumberState.VOID)
        line.reserved += row.count(NumberState.RESERVED)
        line.size += direct
        line.below += 0 if key == row.key else row.left
    own.left += row.left
    own.above.update(above)
    own.upper = above[0] if above else own.upper
    own.division_code = row.division_code
    own.segment_ids.append(row.id)
    if row.left:
        own.open_segments.append(row)
    cut_from = by_id.get(row.parent_id) if row.parent_id else None
    if cut_from is None or cut_from.key != row.key:
        own.received += row.size


def _name(look: Look, holders: dict[Key, HolderLine]) -> None:
    found = bodies(look, {body for body, _person in holders})
    uppers = bodies(look, {b.parent_id for b in found.values() if b.parent_id} - set(found))
    vets = vet_numbers(look, {person for _body, person in holders if person})
    levels = division_levels(look, {body.division_code for body in found.values()})
    known = {**found, **uppers}
    for (body_id, person), line in holders.items():
        body = found.get(body_id)
        upper = known.get(body.parent_id) if body and body.parent_id else None
        line.level = level_of(
            levels.get(line.division_code, ""),
            under_same_division=upper is not None and upper.division_code == line.division_code,
            person=person is not None,
        )
        name = body.name_zh if body else "—"
        line.name = f"官方兽医 {vets.get(person, '')}".strip() if person else name


def _rate(
    look: Look, kind: str, holders: dict[Key, HolderLine], by_id: dict[UUID, SegmentRow]
) -> None:
    """Add what left each holder's hands in the last 30 days: two questions."""
    since = look.now - timedelta(days=RATE_DAYS)
    used = (
        select(CertificateNumber.segment_id, func.count())
        .where(
            CertificateNumber.reserved_at >= since,
            CertificateNumber.segment_id.in_(
                select(NumberSegment.id).where(
                    NumberSegment.kind == kind, look.visible(NumberSegment)
                )
            ),
        )
        .group_by(CertificateNumber.segment_id)
    )
    handed = (
        select(
            NumberMovement.from_id,
            NumberMovement.from_person_id,
            func.sum(NumberMovement.last - NumberMovement.first + 1),
        )
        .where(
            NumberMovement.kind == kind,
            NumberMovement.act == Act.HAND_DOWN.value,
            NumberMovement.at >= since,
        )
        .group_by(NumberMovement.from_id, NumberMovement.from_person_id)
    )
    out: Counter[Key] = Counter()
    for segment_id, count in look.session.execute(used):
        if segment_id in by_id:
            out[by_id[segment_id].key] += int(count)
    for body, person, count in look.session.execute(handed):
        if body is not None:
            out[body, person] += int(count)
    for key, line in holders.items():
        line.lately = out[key]
