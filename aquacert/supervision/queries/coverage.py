"""Coverage of a month: must-check categories, key farms, who was silent, how vets stood up."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import Select, case, exists, func, or_, select

from aquacert.accounts import queries as accounts
from aquacert.declarations.models import Batch, Declaration, Load, LoadLine
from aquacert.declarations.rules.states import LoadState
from aquacert.declarations.rules.states import State as PaperState
from aquacert.hatcheries.models import Hatchery, Lot, StockMovement
from aquacert.hatcheries.rules import FarmKind, Kind, Level, State
from aquacert.inspections.models import BatchCheck, SecondLook
from aquacert.inspections.queries.mustcheck import positive_since, prefecture
from aquacert.inspections.rules import State as CheckState
from aquacert.inspections.rules.evidence import SecondVerdict
from aquacert.inspections.rules.mustcheck import Category, trip_categories
from aquacert.kernel.clock import SHANGHAI, legal_day
from aquacert.kernel.paging import Pages
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.sampling.models import Sample
from aquacert.supervision.parsers import key_farms
from aquacert.supervision.rules.coverage import Agreement, BatchSeen, Coverage, coverage
from aquacert.surveillance.models import OwnResult

GONE = frozenset({PaperState.DRAFT.value, PaperState.WITHDRAWN.value, PaperState.REFUSED.value})
CERTIFIED = frozenset({LoadState.CERTIFIED.value, LoadState.ARRIVED.value})


@dataclass(frozen=True)
class KeyLine:
    """One grade and kind of farm: how many there are, how many declared in the period."""

    level: Level
    kind: FarmKind
    farms: int
    declared: int
    is_key: bool


@dataclass(frozen=True)
class SilentLine:
    """A farm that should have declared and did not: what speaks for it."""

    hatchery_id: UUID
    name: str
    place: str
    level: Level
    kind: FarmKind
    is_key: bool
    holds: int
    left: int
    """What left its ledger by correction, with no certificate, in the period."""
    was_positive: bool
    declared_at: datetime | None


def month_coverage(look: Look, first: date, last: date) -> Mapping[Category, Coverage]:
    """Return the coverage of every category over what was declared on these days."""
    return coverage(batches_seen(look, first, last))


def batches_seen(look: Look, first: date, last: date) -> Iterator[BatchSeen]:
    """Yield every batch declared on these days, with what became of it."""
    begin, end = days_of(first, last)
    rows = look.session.execute(
        select(
            Batch.id,
            Batch.species_code,
            Declaration.hatchery_id,
            Declaration.organisation_id,
            Declaration.origin_code,
            Declaration.submitted_at,
            BatchCheck.state,
        )
        .join(Declaration, Declaration.id == Batch.declaration_id)
        .outerjoin(BatchCheck, BatchCheck.batch_id == Batch.id)
        .where(
            look.visible(Declaration),
            Declaration.submitted_at >= begin,
            Declaration.submitted_at < end,
            Declaration.state.not_in(GONE),
        )
    ).all()
    ids = (
        select(Batch.id)
        .join(Declaration, Declaration.id == Batch.declaration_id)
        .where(Declaration.submitted_at >= begin, Declaration.submitted_at < end)
    )
    loads = _loads(look, ids)
    sampled = set(look.scalars(select(Sample.batch_id).where(Sample.batch_id.in_(ids))))
    positive = positives(look, first, last)
    for row in rows:
        trips = loads.get(row.id, ())
        home = prefecture(look, row.origin_code)
        yield BatchSeen(
            batch_id=row.id,
            hatchery_id=row.hatchery_id,
            in_procedures=bool(
                reference.duties(look, row.species_code, legal_day(row.submitted_at))
            ),
            trips=trip_categories(
                ((purpose, prefecture(look, to)) for purpose, to, _state in trips), home
            ),
            farm_positive=row.organisation_id in positive,
            is_checked=row.state in {CheckState.PASSED.value, CheckState.FAILED.value},
            is_sampled=row.id in sampled,
            is_certified=any(state in CERTIFIED for _purpose, _to, state in trips),
        )


def _loads(look: Look, ids: Select[UUID]) -> dict[UUID, list[tuple[str, str, str]]]:
    """Return per batch the purpose, destination and state of each of its loads."""
    found: dict[UUID, list[tuple[str, str, str]]] = {}
    rows = look.session.execute(
        select(LoadLine.batch_id, Load.purpose, Load.destination_code, Load.state)
        .join(Load, Load.id == LoadLine.load_id)
        .where(LoadLine.batch_id.in_(ids))
    )
    for batch_id, purpose, to, state in rows:
        found.setdefault(batch_id, []).append((purpose, to, state))
    return found


def positives(look: Look, on: date, last: date | None = None) -> frozenset[UUID]:
    """Return the farms (organisations) with a positive that stands, within the dated rule's months.

    The months are counted back from `on`; what was sampled after `last` was not known then.
    """
    since = positive_since(look, on)
    if since is None:
        return frozenset()
    found = select(OwnResult.organisation_id).where(
        OwnResult.outcome == "positive",
        OwnResult.is_withdrawn.is_(False),
        OwnResult.sampled_on.between(since, last or on),
    )
    return frozenset(look.scalars(found.distinct()))


def key_coverage(look: Look, first: date, last: date) -> list[KeyLine]:
    """Return every grade and kind that has a farm here, the highest grade first."""
    begin, end = days_of(first, last)
    sent = exists().where(
        Declaration.hatchery_id == Hatchery.id,
        Declaration.submitted_at >= begin,
        Declaration.submitted_at < end,
        Declaration.state.not_in(GONE),
    )
    rows = look.session.execute(
        select(Hatchery.level, Hatchery.kind, func.count(), func.sum(case((sent, 1), else_=0)))
        .where(look.visible(Hatchery), Hatchery.state == State.APPROVED.value)
        .group_by(Hatchery.level, Hatchery.kind)
    )
    keys = key_farms(last)
    lines = [
        KeyLine(Level(level), FarmKind(kind), farms, int(sent or 0), (level, kind) in keys)
        for level, kind, farms, sent in rows
    ]
    levels, kinds = list(Level), list(FarmKind)
    return sorted(lines, key=lambda one: (levels.index(one.level), kinds.index(one.kind)))


def silent(look: Look, days: int) -> Select[Hatchery]:
    """Return the farms that should have declared within these days and did not.

    One should whose stock left its ledger by correction without a certificate, or who holds seed
    and has had it longer than these days.
    """
    since = look.now - timedelta(days=days)
    sent = exists().where(
        Declaration.hatchery_id == Hatchery.id,
        Declaration.submitted_at >= since,
        Declaration.state.not_in(GONE),  # sent and taken back is not declared
    )
    holds = exists().where(Lot.hatchery_id == Hatchery.id, Lot.balance > 0, Lot.opened_at < since)
    left = exists().where(
        Lot.hatchery_id == Hatchery.id,
        StockMovement.lot_id == Lot.id,
        StockMovement.kind == Kind.CORRECTION.value,
        StockMovement.quantity < 0,
        StockMovement.at >= since,
    )
    return (
        select(Hatchery)
        .where(
            look.visible(Hatchery),
            Hatchery.state == State.APPROVED.value,
            ~sent,
            or_(holds, left),
        )
        .order_by(Hatchery.division_code, Hatchery.name, Hatchery.id)
    )


def silent_pages(look: Look, days: int, number: int = 1) -> Pages[SilentLine]:
    """Return one page of the farms that should have declared."""
    found = look.pages(silent(look, days), number)
    return Pages(silent_lines(look, found.items, days), found.number, found.size, found.total)


def silent_lines(look: Look, farms: Collection[Hatchery], days: int) -> list[SilentLine]:
    """Return what speaks for each of these farms."""
    ids = [row.id for row in farms]
    since = look.now - timedelta(days=days)
    holds = _sums(
        look, select(Lot.hatchery_id, func.sum(Lot.balance)).where(Lot.hatchery_id.in_(ids))
    )
    left = _sums(
        look,
        select(Lot.hatchery_id, func.sum(-StockMovement.quantity))
        .join(StockMovement, StockMovement.lot_id == Lot.id)
        .where(
            Lot.hatchery_id.in_(ids),
            StockMovement.kind == Kind.CORRECTION.value,
            StockMovement.quantity < 0,
            StockMovement.at >= since,
        ),
    )
    sent = look.session.execute(
        select(Declaration.hatchery_id, func.max(Declaration.submitted_at))
        .where(Declaration.hatchery_id.in_(ids), Declaration.state.not_in(GONE))
        .group_by(Declaration.hatchery_id)
    )
    last = {farm: at for farm, at in sent if at is not None}
    keys, positive = key_farms(look.today), positives(look, look.today)
    return [
        SilentLine(
            hatchery_id=row.id,
            name=row.name,
            place=reference.full_name(look, row.division_code),
            level=Level(row.level),
            kind=FarmKind(row.kind),
            is_key=(row.level, row.kind) in keys,
            holds=holds.get(row.id, 0),
            left=left.get(row.id, 0),
            was_positive=row.organisation_id in positive,
            declared_at=last.get(row.id),
        )
        for row in farms
    ]


def _sums(look: Look, chosen: Select[UUID, int]) -> dict[UUID, int]:
    rows = look.session.execute(chosen.group_by(Lot.hatchery_id))
    return {farm: int(total or 0) for farm, total in rows}


def days_of(first: date, last: date) -> tuple[datetime, datetime]:
    """Return the instants at which these legal days begin and are over."""
    begin = datetime.combine(first, time(), SHANGHAI)
    return begin, datetime.combine(last + timedelta(days=1), time(), SHANGHAI)


def agreements(look: Look, first: date, last: date) -> list[tuple[str, Agreement]]:
    """Return per vet how his finished visits of these days stood up to second looks, by name."""
    begin, end = days_of(first, last)
    counts: dict[UUID, dict[str, int]] = {}
    rows = look.session.execute(
        select(SecondLook.vet_id, SecondLook.verdict, func.count())
        .where(
            look.visible(SecondLook),
            SecondLook.is_chosen.is_(True),
            SecondLook.chosen_at >= begin,
            SecondLook.chosen_at < end,
        )
        .group_by(SecondLook.vet_id, SecondLook.verdict)
    )
    for vet_id, verdict, count in rows:
        counts.setdefault(vet_id, {})[verdict] = count
    found = [
        (accounts.person_name(look, vet_id), Agreement(vet_id, *(_of(by, one) for one in ORDER)))
        for vet_id, by in counts.items()
    ]
    return sorted(found, key=lambda pair: (pair[1].percent if pair[1].looked else 101, pair[0]))


ORDER = (
    *(SecondVerdict.AGREE, SecondVerdict.DISAGREE, SecondVerdict.UNCLEAR, SecondVerdict.WAITING),
)


def _of(by: Mapping[str, int], verdict: SecondVerdict) -> int:
    return by.get(verdict.value, 0)
