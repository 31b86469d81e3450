"""What waits for a second person: batches of identical negatives, and single results, the earliest due first."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import Select, select

from aquacert.accounts.queries.people import person_label
from aquacert.kernel.work import Look
from labs.bench.models import BenchRun, Result, WellRow
from labs.bench.queries import results
from labs.bench.queries.validity import controls_of
from labs.bench.queries.wells import is_ic
from labs.bench.rules import LIVE, Outcome, ResultState, Validity
from labs.intake.models import Item
from labs.intake.rules import ItemKind
from labs.pools.models import PoolMember
from labs.register.models import LabScope
from labs.review.queries.hands import hands_of, level_for
from labs.review.queries.record import Bench, bench_of, charts_against
from labs.review.rules import Left, Locked, Plain, left, may_verify
from labs.turnaround.queries import due_of

MOST = 1000
"""Results looked at for one queue; a laboratory that lets more wait sees the oldest."""
FEWEST = 2
LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Entry:
    """A result as a reviewer reads it.

    `locked` is why this person may not pass it, `left` why it does not pass with its run's identical negatives; None =
    nothing stands against it. `signed` of `level` persons signed before.
    """

    result: Result
    item: Item
    run: BenchRun
    scope: LabScope
    wells: tuple[WellRow, ...]
    controls: tuple[WellRow | None, ...]
    validity: Validity
    charts: tuple[str, ...]
    enterer: str
    locked: Locked | None
    left: Left | None
    due: datetime | None
    signed: int
    level: int

    @property
    def code(self) -> str:
        """The blind code."""
        return self.item.blind_code

    @property
    def faults(self) -> tuple[str, ...]:
        """What stands against the run: its controls, its equipment, and its control charts where they were asked."""
        return (*self.validity.sentences, *self.charts)

    @property
    def is_pool(self) -> bool:
        """Whether several items were tested as one."""
        return self.item.kind == ItemKind.POOL


@dataclass(frozen=True, slots=True)
class Batch:
    """The identical negatives of one run by one rule version, and what of the run was left out, and why."""

    run: BenchRun
    scope: LabScope
    alike: tuple[Entry, ...]
    left_out: tuple[Entry, ...]

    @property
    def due(self) -> datetime | None:
        """When the first of them is due."""
        return min((entry.due for entry in self.alike if entry.due), default=None)

    @property
    def prefix(self) -> str:
        """What all codes begin with but for their last four characters; "" when they differ there."""
        begun = {entry.code[:-4] for entry in (*self.alike, *self.left_out)}
        return begun.pop() if len(begun) == 1 else ""

    @property
    def codes(self) -> list[Entry]:
        """Everything of the run that waits, by code."""
        return sorted([*self.alike, *self.left_out], key=lambda entry: entry.code)


@dataclass(frozen=True, slots=True)
class Queue:
    """Everything that waits: batches first to be seen as one, then the others one by one."""

    batches: tuple[Batch, ...]
    singles: tuple[Entry, ...]

    @property
    def together(self) -> int:
        """How many pass in batches."""
        return sum(len(batch.alike) for batch in self.batches)


def queue(look: Look) -> Queue:
    """Return what waits in this laboratory, as this person may deal with it."""
    rows = look.scalars(results(look, ResultState.ENTERED).limit(MOST))
    everything = entries(look, rows)
    batches = _batches(everything)
    taken = {entry.result.id for batch in batches for entry in batch.alike}
    singles = [entry for entry in everything if entry.result.id not in taken]
    return Queue(tuple(batches), tuple(sorted(singles, key=_when)))


def batch_of(look: Look, run_id: UUID, scope_id: UUID) -> Batch | None:
    """Return the batch of one run by one rule version; None when fewer than two results are alike."""
    rows = look.scalars(
        results(look, ResultState.ENTERED)
        .where(Result.run_id == run_id, Result.scope_id == scope_id)
        .limit(MOST)
    )
    return next(iter(_batches(entries(look, rows, with_charts=True))), None)


def entries(look: Look, rows: Sequence[Result], *, with_charts: bool = False) -> list[Entry]:
    """Return results as a reviewer reads them, in few questions however many they are.

    `with_charts` also holds each run against its control charts: a year of controls per run, so not for a whole queue.
    """
    bench, hands = bench_of(look, rows), hands_of(look, rows)
    due = _due(look, rows)
    charts = charts_against(look, bench) if with_charts else {}
    meddled = {key: _has_changed_controls(look, bench, key) for key in bench.judged}
    labels: dict[UUID | None, str] = {None: "系统"}
    levels: dict[UUID, int] = {}
    found: list[Entry] = []
    for row in rows:
        scope = bench.scopes[row.scope_id]
        if row.entered_by_id not in labels and row.entered_by_id is not None:
            labels[row.entered_by_id] = person_label(look, row.entered_by_id)
        if scope.id not in levels:
            levels[scope.id] = level_for(look, scope.method_code, row.tested_on)
        locked = may_verify(look.actor.person_id, hands[row.id], Outcome(row.outcome))
        wells = sorted(zip(bench.wells[row.id], bench.controls(row), strict=True), key=_by_well)
        found.append(
            Entry(
                result=row,
                item=bench.items[row.item_id],
                run=bench.runs[row.run_id],
                scope=scope,
                wells=tuple(well for well, _control in wells),
                controls=tuple(control for _well, control in wells),
                validity=bench.judged[row.run_id, row.scope_id],
                charts=charts.get(row.run_id, ()),
                enterer=labels[row.entered_by_id],
                locked=locked,
                left=left(
                    _plain(
                        bench,
                        row,
                        is_touched=locked not in {None, Locked.NOT_FINAL},
                        is_held=bool(charts.get(row.run_id)),
                        is_meddled=meddled[row.run_id, row.scope_id],
                    )
                ),
                due=due.get(row.order_id),
                signed=len(hands[row.id].verifiers),
                level=levels[scope.id],
            )
        )
    return found


def _has_changed_controls(look: Look, bench: Bench, key: tuple[UUID, UUID]) -> bool:
    """Tell whether a control of a run's assay was typed over: then every result of it rests on a changed value."""
    run = bench.runs[key[0]]
    wells = controls_of(look, run, bench.scopes[key[1]])
    return any(well.revision > _first_revision(run) for well in wells)


def _first_revision(run: BenchRun) -> int:
    """Return the revision of a value nobody changed: typed on a plate it is the first, in a file there is none."""
    return 1 if run.worksheet_id is not None and run.file_id is None else 0


def _is_changed(bench: Bench, row: Result) -> bool:
    """Tell whether a result's values were replaced, came from two persons, or were typed without a worksheet.

    A plate typed once by one technician is as plain as a file: what lies where, the worksheet says.
    """
    run = bench.runs[row.run_id]
    beside = [ic for ic in bench.controls(row) if ic is not None]
    written = [*bench.wells[row.id], *beside]
    is_replaced = any(well.revision > _first_revision(run) for well in written)
    is_loose = row.is_manual and run.worksheet_id is None
    return is_replaced or is_loose or len({well.entered_by_id for well in written}) > 1


def _by_well(pair: tuple[WellRow, WellRow | None]) -> tuple[int, str]:
    """Order wells as a plate is pipetted: A1, B1, …, H1, A2; those without a place last."""
    name = pair[0].well
    return (int(name[1:]), name[:1]) if name[1:].isdigit() else (99, name)


def _plain(
    bench: Bench, row: Result, *, is_touched: bool, is_held: bool, is_meddled: bool
) -> Plain:
    """Return the part of a result that decides whether it is like the others."""
    demands = bench.scopes[row.scope_id].rule.demands
    wells = [well for well in bench.wells[row.id] if not is_ic(well)]
    low = None if demands.ic_min is None else float(demands.ic_min)
    high = None if demands.ic_max is None else float(demands.ic_max)
    return Plain(
        outcome=Outcome(row.outcome),
        is_touched=is_touched,
        is_run_valid=bench.judged[row.run_id, row.scope_id].is_valid and not is_held,
        is_changed=is_meddled or _is_changed(bench, row),
        version=row.version,
        targets=tuple(None if well.cq is None else float(well.cq) for well in wells),
        excluded=sum(well.is_excluded for well in wells),
        controls=tuple(
            None if ic is None or ic.cq is None else float(ic.cq) for ic in bench.controls(row)
        ),
        window=(low, high) if demands.wants_ic else None,
    )


def _due(look: Look, rows: Sequence[Result]) -> dict[UUID, datetime]:
    """Return when each test is due; a pool when the first of its members is."""
    found = {
        order: line.at
        for order, line in due_of(look, [row.order_id for row in rows]).items()
        if line.at is not None
    }
    members: dict[UUID, list[UUID]] = defaultdict(list)
    wanted = PoolMember.pool_id.in_([row.item_id for row in rows])
    for member in look.scalars(select(PoolMember).where(wanted)):
        members[member.pool_id].append(member.order_id)
    inside = due_of(look, [order for orders in members.values() for order in orders])
    for row in rows:
        whens = [inside[o].at for o in members.get(row.item_id, ()) if o in inside]
        known = [at for at in whens if at is not None]
        if known:
            found[row.order_id] = min(known)
    return found


def _batches(everything: Sequence[Entry]) -> list[Batch]:
    """Return the batches among results, the earliest due first."""
    grouped: dict[tuple[UUID, UUID], list[Entry]] = defaultdict(list)
    for entry in everything:
        grouped[entry.run.id, entry.scope.id].append(entry)
    made = [
        Batch(
            some[0].run,
            some[0].scope,
            tuple(sorted((e for e in some if e.left is None), key=lambda e: e.code)),
            tuple(sorted((e for e in some if e.left is not None), key=lambda e: e.code)),
        )
        for some in grouped.values()
    ]
    kept = [batch for batch in made if len(batch.alike) >= FEWEST]
    return sorted(kept, key=lambda batch: (batch.due or LAST, batch.run.number))


def _when(entry: Entry) -> tuple[datetime, datetime, str]:
    """Return what the queue is sorted by."""
    return entry.due or LAST, entry.result.entered_at, entry.code


def returned(look: Look) -> Select[Result]:
    """Select the results that went back to the bench and that nothing answers yet, the newest first."""
    answered = select(Result.order_id).where(Result.state.in_(LIVE))
    return (
        select(Result)
        .where(
            look.visible(Result),
            Result.state == ResultState.RETURNED,
            Result.order_id.not_in(answered),
        )
        .order_by(Result.entered_at.desc(), Result.id)
    )


def waiting(look: Look) -> Select[Result]:
    """Select the results that wait for a second person."""
    return results(look, ResultState.ENTERED)
