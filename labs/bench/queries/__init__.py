"""What the bench owes, what waits for a second person, and whether a run may release its wells."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import aliased

from aquacert.accounts.queries.people import person_label
from aquacert.kernel.errors import NotFound
from aquacert.kernel.work import Look
from labs.bench.models import BenchRun, InstrumentFile, Result, WellRow
from labs.bench.queries.places import sheets_holding
from labs.bench.queries.validity import run_validity
from labs.bench.queries.wells import wells_of, wells_of_results
from labs.bench.rules import LIVE, Outcome, ResultState, Unverifiable, Validity, may_verify
from labs.intake.models import AssayOrder, Item
from labs.intake.queries import item_by_code
from labs.intake.rules import ItemKind, ItemState
from labs.register.models import LabScope
from labs.turnaround.models import OrderClock
from labs.turnaround.queries import DueLine, due_of

__all__ = [
    "OwedTest",
    "ResultLine",
    "dues_of",
    "enterers_of",
    "inconclusive_tests",
    "lines",
    "live_results",
    "needed",
    "owed_orders",
    "owed_tests",
    "results",
    "results_of",
    "results_of_run",
    "run_validity",
    "runs",
    "runs_of_file",
    "staged_files",
    "versions_of",
    "wells_of",
    "wells_of_results",
]

M = TypeVar("M")


@dataclass(frozen=True, slots=True)
class ResultLine:
    """A result as a reviewer reads it. `locked` tells why this person may not pass it; None = may."""

    result: Result
    blind_code: str
    disease_name: str
    method_standard: str
    decision_rule: str
    run_number: str
    wells: tuple[WellRow, ...]
    validity: Validity
    enterer: str
    locked: Unverifiable | None


@dataclass(frozen=True, slots=True)
class OwedTest:
    """A test that no live result answers yet; `returned` is why an earlier one came back, "" when none did.

    `is_retest` when the earlier one was grey or void and the rule asks for more wells; `sheet` is the worksheet that
    holds the test now.
    """

    item: Item
    order: AssayOrder
    returned: str
    is_retest: bool = False
    sheet: str = ""


def runs(look: Look, words: str = "") -> Select[BenchRun]:
    """Select the runs of this actor's laboratory, newest first."""
    wanted = select(BenchRun).where(look.visible(BenchRun))
    if words.strip():
        wanted = wanted.where(look.matching(BenchRun, words))
    return wanted.order_by(BenchRun.opened_at.desc(), BenchRun.id.desc())


def runs_of_file(look: Look, file_id: UUID) -> Sequence[BenchRun]:
    """Return the runs that a file's import made."""
    return look.scalars(
        select(BenchRun).where(BenchRun.file_id == file_id).order_by(BenchRun.number)
    )


def staged_files(look: Look) -> Sequence[InstrumentFile]:
    """Return the files that wait for somebody to take or leave them."""
    return look.scalars(
        select(InstrumentFile)
        .where(look.visible(InstrumentFile), InstrumentFile.state == "staged")
        .order_by(InstrumentFile.staged_at.desc())
    )


def enterers_of(run: BenchRun, result: Result, wells: Iterable[WellRow]) -> frozenset[UUID | None]:
    """Return everybody who had a hand in a result: who opened the run, entered wells, or the result."""
    hands = {run.opened_by_id, result.entered_by_id, *(w.entered_by_id for w in wells)}
    # Who submitted a run decided that its wells are right, and who named instrument and lot that they may be used;
    # None is the system, and is nobody.
    later = {run.submitted_by_id, run.equipped_by_id}
    return frozenset(hands | {person for person in later if person is not None})


def owed_orders(look: Look, words: str = "") -> Select[AssayOrder]:
    """Select the ordered tests of received items that no live result answers, the first due first.

    A pool is due when the first of its members is. A clock that stands still has no due time: such tests come last,
    oldest first.
    """
    inside, clock = aliased(AssayOrder), aliased(OrderClock)
    first_member = (
        select(func.min(clock.due_at))
        .join(inside, inside.id == clock.order_id)
        .where(inside.held_by_id == Item.id)
        .correlate(Item)
        .scalar_subquery()
    )
    due_at = case((Item.kind == ItemKind.POOL, first_member), else_=OrderClock.due_at)
    answered = select(Result.order_id).where(Result.state.in_(LIVE))
    wanted = (
        select(AssayOrder)
        .join(Item, Item.id == AssayOrder.item_id)
        .outerjoin(OrderClock, OrderClock.order_id == AssayOrder.id)
        .where(
            look.visible(Item),
            Item.state == ItemState.RECEIVED,
            AssayOrder.id.not_in(answered),
            AssayOrder.held_by_id.is_(None),
        )
    )
    if words.strip():
        wanted = wanted.where(look.matching(Item, words))
    return wanted.order_by(
        due_at.is_(None),
        due_at,
        Item.received_at,
        Item.blind_code,
        AssayOrder.disease_code,
    )


def dues_of(look: Look, orders: Sequence[AssayOrder]) -> dict[UUID, DueLine]:
    """Return when each owed test is due; a pool when the first of its members is."""
    found = due_of(look, [order.id for order in orders])
    pools = {order.item_id: order.id for order in orders if order.id not in found}
    held = look.scalars(select(AssayOrder).where(AssayOrder.held_by_id.in_(pools)))
    inside = due_of(look, [order.id for order in held])
    for order in held:
        line, pool = inside.get(order.id), pools[order.held_by_id] if order.held_by_id else None
        if line is None or line.at is None or pool is None:
            continue
        known = found.get(pool)
        if known is None or known.at is None or line.at < known.at:
            found[pool] = line
    return found


def owed_tests(look: Look, orders: Sequence[AssayOrder]) -> list[OwedTest]:
    """Return owed orders with their items, and why an earlier result of each came back."""
    ids = [order.id for order in orders]
    last, held = _returned(look, ids), sheets_holding(look, ids)
    return [
        OwedTest(
            item=needed(look, Item, order.item_id),
            order=order,
            returned=last[order.id].because or "已退回" if order.id in last else "",
            is_retest=order.id in last and last[order.id].state == ResultState.RETEST,
            sheet=held.get(order.id, ""),
        )
        for order in orders
    ]


def _returned(look: Look, order_ids: Sequence[UUID]) -> dict[UUID, Result]:
    """Return the last result of each order that came back, or asked for a retest."""
    rows = look.scalars(
        select(Result)
        .where(
            Result.order_id.in_(order_ids),
            Result.state.in_((ResultState.RETURNED, ResultState.RETEST)),
        )
        .order_by(Result.version)
    )
    return {row.order_id: row for row in rows}


def inconclusive_tests(look: Look, code: str) -> frozenset[str]:
    """Return the diseases for which an item stays without conclusion, passed by a second person: it needs a new sample.

    The blind code is the sender's own secret link to the sample, so no row scope applies.
    """
    wanted = (
        select(AssayOrder.disease_code)
        .join(Item, Item.id == AssayOrder.item_id)
        .join(Result, Result.order_id == AssayOrder.id)
        .where(
            Item.blind_code == code,
            Result.outcome == Outcome.INCONCLUSIVE,
            Result.state.in_((ResultState.VERIFIED, ResultState.REPORTED)),
        )
    )
    return frozenset(look.session.scalars(wanted))


def results(look: Look, *states: ResultState) -> Select[Result]:
    """Select the results of this actor's laboratory in some states, oldest first."""
    return (
        select(Result)
        .join(Item, Item.id == Result.item_id)
        .where(look.visible(Result), Result.state.in_(states))
        .order_by(Result.entered_at, Item.blind_code, Result.id)
    )


def results_of(look: Look, code: str) -> Sequence[Result]:
    """Return every version of every result of an item, by its blind code."""
    item = item_by_code(look, code)
    return look.scalars(
        select(Result).where(Result.item_id == item.id).order_by(Result.order_id, Result.version)
    )


def results_of_run(look: Look, run_id: UUID) -> Sequence[Result]:
    """Return the results that a run made."""
    return look.scalars(
        select(Result).where(Result.run_id == run_id, look.visible(Result)).order_by(Result.id)
    )


def versions_of(look: Look, row: Result) -> Sequence[Result]:
    """Return every version of the same test's result, oldest first."""
    return look.scalars(
        select(Result).where(Result.order_id == row.order_id).order_by(Result.version)
    )


def live_results(look: Look, item_id: UUID) -> Sequence[Result]:
    """Return the result that counts for each test of an item."""
    return look.scalars(
        select(Result)
        .where(Result.item_id == item_id, Result.state.in_(LIVE))
        .order_by(Result.order_id)
    )


def lines(look: Look, rows: Sequence[Result]) -> list[ResultLine]:
    """Return results as a reviewer reads them; each run's controls and each person are asked for once."""
    wells = wells_of_results(look, [row.id for row in rows])
    judged: dict[tuple[UUID, UUID], Validity] = {}
    labels: dict[UUID | None, str] = {None: "系统"}
    found: list[ResultLine] = []
    for row in rows:
        run = needed(look, BenchRun, row.run_id)
        scope = needed(look, LabScope, row.scope_id)
        key = (run.id, scope.id)
        if key not in judged:
            judged[key] = run_validity(look, run, scope)
        if row.entered_by_id not in labels and row.entered_by_id is not None:
            labels[row.entered_by_id] = person_label(look, row.entered_by_id)
        hands = enterers_of(run, row, wells[row.id])
        found.append(
            ResultLine(
                result=row,
                blind_code=needed(look, Item, row.item_id).blind_code,
                disease_name=scope.disease_name_zh,
                method_standard=scope.method_standard,
                decision_rule=scope.decision_rule,
                run_number=run.number,
                wells=tuple(wells[row.id]),
                validity=judged[key],
                enterer=labels[row.entered_by_id],
                locked=may_verify(look.actor.person_id, hands, Outcome(row.outcome)),
            )
        )
    return found


def needed(look: Look, model: type[M], key: UUID) -> M:
    """Return a row that another row of the laboratory points to."""
    row = look.session.get(model, key)
    if row is None:
        raise NotFound
    return row
