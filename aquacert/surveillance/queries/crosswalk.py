"""The crosswalk as it stands, names that wait for one, and what they may be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Select, func, select

from aquacert.kernel.work import Look
from aquacert.reference.models import Disease
from aquacert.surveillance.models import Event
from aquacert.surveillance.models.crosswalk import CrosswalkRow
from aquacert.surveillance.parsers.crosswalk import BaseRow, Mapped, base_lines, base_rows
from aquacert.surveillance.rules.crosswalk import (
    Likeness,
    Line,
    Meaning,
    State,
    Subject,
    System,
    canonical,
    choose,
    species_spellings,
    suggest,
    system_of,
)
from aquacert.surveillance.rules.events import Realm

MOST_WAITING = 500


class Crosswalk:
    """What names mean, read by one statement and kept for the length of one import."""

    def __init__(self, look: Look) -> None:
        found = look.session.execute(
            select(
                CrosswalkRow.subject,
                CrosswalkRow.plain,
                CrosswalkRow.system,
                CrosswalkRow.realm,
                CrosswalkRow.disease_code,
                CrosswalkRow.species_code,
            ).where(CrosswalkRow.state == State.APPROVED.value)
        )
        self._later: dict[tuple[str, str], list[Line]] = {}
        for subject, plain, system, realm, disease, species in found:
            meaning = Meaning(Realm(realm), disease or species)
            row = Line(System(system), meaning, is_later=True)
            self._later.setdefault((subject, plain), []).append(row)
        self._said: dict[tuple[Subject, str, System], Meaning] = {}

    def meaning(self, written: str, system: str = "") -> Mapped:
        """Return what a disease name of a source means; unknown names are unmapped, not lost."""
        found = self._meaning(Subject.DISEASE, canonical(written), system_of(system))
        return Mapped(found.realm, found.code)

    def species(self, written: str, system: str = "") -> str | None:
        """Return the species that a source's name means, or None."""
        for spelling in species_spellings(written):
            found = self._meaning(Subject.SPECIES, canonical(spelling), system_of(system))
            if found.code is not None:
                return found.code
        return None

    def _meaning(self, subject: Subject, plain: str, system: System) -> Meaning:
        key = (subject, plain, system)
        if key not in self._said:
            base = base_lines(subject).get(plain, ())
            self._said[key] = choose([*self._later.get(key[:2], ()), *base], system)
        return self._said[key]


@dataclass(frozen=True)
class Waiting:
    """A name that maps to nothing yet: how much hangs on it, and what it may be."""

    written: str
    source: str
    events: int
    newest_on: date | None
    proposal: CrosswalkRow | None
    suggestions: tuple[Likeness, ...]


@dataclass(frozen=True)
class Row:
    """One row of the whole crosswalk, base or later, as pages and files show it."""

    subject: Subject
    system: System
    written: str
    realm: Realm
    code: str | None
    sureness: str
    note: str
    version: int
    """0 = the base table; later rows count from 1."""
    state: State
    since: date | None
    row: CrosswalkRow | None


def waiting_names(look: Look) -> list[Waiting]:
    """Return the disease names that map to nothing, those with most events first."""
    rows = look.session.execute(
        select(Event.source, Event.disease_written, func.count(), func.max(Event.reported_on))
        .where(Event.realm == Realm.UNMAPPED.value)
        .group_by(Event.source, Event.disease_written)
        .order_by(func.count().desc(), Event.disease_written)
        .limit(MOST_WAITING)
    ).all()
    asked = {
        (one.plain, one.system): one
        for one in look.scalars(_later(State.PROPOSED))
        if one.subject == Subject.DISEASE.value
    }
    names = _known_names(look)
    return [
        Waiting(
            written,
            source,
            int(count),
            newest,
            _proposal(asked, written, source),
            suggest(written, names),
        )
        for source, written, count, newest in rows
    ]


def waiting_count(look: Look) -> int:
    """Return how many written names map to nothing."""
    names = select(Event.source, Event.disease_written).where(Event.realm == Realm.UNMAPPED.value)
    return look.session.scalar(select(func.count()).select_from(names.distinct().subquery())) or 0


def suggestions(look: Look, written: str) -> tuple[Likeness, ...]:
    """Return which diseases a name may be, for a person to choose from."""
    return suggest(written, _known_names(look), limit=5)


def row_of(look: Look, row_id: UUID) -> CrosswalkRow:
    """Return a later row, or raise `NotFound`."""
    return look.get(CrosswalkRow, row_id)


def later_rows(look: Look, state: State | None = None) -> Select[CrosswalkRow]:
    """Return the statement that lists later rows, the newest first; none is ever dropped."""
    del look
    return _later(state)


def versions_of(look: Look, row: CrosswalkRow) -> list[CrosswalkRow]:
    """Return every version of one name, oldest first."""
    return look.scalars(
        select(CrosswalkRow)
        .where(
            CrosswalkRow.subject == row.subject,
            CrosswalkRow.system == row.system,
            CrosswalkRow.plain == row.plain,
        )
        .order_by(CrosswalkRow.version)
    )


def whole(look: Look, words: str = "", *, subject: Subject | None = None) -> list[Row]:
    """Return base and later rows together, found by any written word or code."""
    wanted = canonical(words)
    rows = [_base(one) for one in base_rows()] + [
        _later_row(one) for one in look.scalars(_later(None))
    ]
    return [
        one
        for one in rows
        if (subject is None or one.subject is subject)
        and (not wanted or wanted in canonical(one.written) or wanted == (one.code or "").lower())
    ]


def code_names(look: Look) -> Mapping[str, str]:
    """Return the Chinese names of the catalogue's diseases by code."""
    found = look.session.execute(select(Disease.code, Disease.name_zh).order_by(Disease.name_zh))
    return {row[0]: row[1] for row in found}


def same_name(look: Look, plain: str, system: System) -> tuple[UUID, ...]:
    """Return the events whose written name has this spelling and whose source it counts for."""
    written = look.session.execute(
        select(Event.source, Event.disease_written).group_by(Event.source, Event.disease_written)
    ).all()
    meant = [
        (source, name)
        for source, name in written
        if canonical(name) == plain and system in {System.ANY, system_of(source)}
    ]
    ids: list[UUID] = []
    for source, name in meant:
        ids += look.scalars(
            select(Event.id).where(Event.source == source, Event.disease_written == name)
        )
    return tuple(sorted(ids))


def _later(state: State | None) -> Select[CrosswalkRow]:
    statement = select(CrosswalkRow).order_by(
        CrosswalkRow.proposed_at.desc(), CrosswalkRow.id.desc()
    )
    return statement if state is None else statement.where(CrosswalkRow.state == state.value)


def _proposal(
    asked: Mapping[tuple[str, str], CrosswalkRow], written: str, source: str
) -> CrosswalkRow | None:
    plain = canonical(written)
    return asked.get((plain, system_of(source).value)) or asked.get((plain, System.ANY.value))


def _known_names(look: Look) -> Sequence[tuple[str, str]]:
    """Return (code, name) of everything that names a disease of the catalogue."""
    base = [
        (one.code, one.written)
        for one in base_rows()
        if one.subject is Subject.DISEASE and one.code
    ]
    found = look.session.execute(
        select(Disease.code, Disease.name_zh, Disease.name_en, Disease.agent)
    )
    own = [(code, name) for code, *names in found for name in names if name]
    return [*base, *own]


def _base(one: BaseRow) -> Row:
    return Row(
        one.subject,
        one.system,
        one.written,
        one.realm,
        one.code,
        one.sureness,
        one.note,
        0,
        State.APPROVED,
        None,
        None,
    )


def _later_row(one: CrosswalkRow) -> Row:
    return Row(
        Subject(one.subject),
        System(one.system),
        one.written,
        Realm(one.realm),
        one.code,
        "decided",
        one.grounds,
        one.version,
        State(one.state),
        one.decided_at.date() if one.decided_at else None,
        one,
    )
