"""The crosswalk as it stands, names that wait for one, and what they may be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Select, func, select

from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look
from aquacert.reference.models import Disease
from aquacert.surveillance.models import Event, FeedFile, FeedRecord
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
    records: int
    """Figures and samples of this name."""
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
    """Return the disease names that map to nothing, those on which most hangs first."""
    counted: dict[tuple[str, str], tuple[int, int, date | None]] = {}
    for source, name, count, newest in look.session.execute(_unmapped_events()):
        counted[source, name] = (int(count), 0, newest)
    for source, name, count, newest in look.session.execute(_unmapped_records()):
        events, _none, day = counted.get((source, name), (0, 0, None))
        counted[source, name] = (events, int(count), max(filter(None, (day, newest)), default=None))
    asked = {
        (one.plain, one.system): one
        for one in look.scalars(_later(State.PROPOSED))
        if one.subject == Subject.DISEASE.value
    }
    names, formats, crosswalk = _known_names(look), formats_of(look), Crosswalk(look)
    lines = [
        Waiting(
            name,
            source,
            events,
            records,
            newest,
            _proposal(asked, name, formats.get(source, source)),
            suggest(name, names),
        )
        for (source, name), (events, records, newest) in counted.items()
        if crosswalk.meaning(name, formats.get(source, source)).realm is Realm.UNMAPPED
    ]
    return sorted(lines, key=lambda one: (-one.events, -one.records, one.written))[:MOST_WAITING]


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
    """Return base and later rows together, found by any written word or code.

    What is only proposed, or was refused, is for officials.
    """
    wanted = canonical(words)
    state = None if look.actor.may(P.OBSERVATION_READ) else State.APPROVED
    rows = [_base(one) for one in base_rows()] + [
        _later_row(one) for one in look.scalars(_later(state))
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


def same_name(look: Look, plain: str, system: System) -> tuple[list[UUID], list[UUID]]:
    """Return the (events, records) of feeds whose written name has this spelling.

    Only those whose feed the system's names count for. Events of our own (tests, express reports)
    name a disease by its code and are never read again.
    """
    formats = formats_of(look)

    def of(model: type[Event | FeedRecord]) -> list[UUID]:
        written = look.session.execute(select(model.source, model.disease_written).distinct())
        ids: list[UUID] = []
        for source, name in written.all():
            meant = source in formats and canonical(name) == plain
            if meant and system in {System.ANY, system_of(formats[source])}:
                here = (model.source == source, model.disease_written == name)
                ids.extend(look.session.scalars(select(model.id).where(*here)))
        return sorted(ids)

    return of(Event), of(FeedRecord)


def formats_of(look: Look) -> dict[str, str]:
    """Return the format of each feed: a name means what its format means by it."""
    rows = look.session.execute(select(FeedFile.source, FeedFile.format).distinct())
    return {str(source): str(name) for source, name in rows}


def _unmapped_events() -> Select[str, str, int, date | None]:
    return (
        select(Event.source, Event.disease_written, func.count(), func.max(Event.reported_on))
        .where(Event.realm == Realm.UNMAPPED.value)
        .group_by(Event.source, Event.disease_written)
    )


def _unmapped_records() -> Select[str, str, int, date | None]:
    """Records hold no realm: a name without a code may still be known as held only."""
    return (
        select(
            FeedRecord.source,
            FeedRecord.disease_written,
            func.count(),
            func.max(FeedRecord.reported_on),
        )
        .where(FeedRecord.disease_code.is_(None), FeedRecord.disease_written != "")
        .group_by(FeedRecord.source, FeedRecord.disease_written)
    )


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
