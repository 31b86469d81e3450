"""What the bench owes, what waits for a second person, and whether a run may release its wells."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Select, select

from aquacert.accounts.queries.people import person_label
from aquacert.kernel.errors import NotFound
from aquacert.kernel.work import Look
from labs.bench.models import BenchRun, InstrumentFile, Result, WellRow
from labs.bench.rules import (
    LIVE,
    Limits,
    Outcome,
    ResultState,
    Unverifiable,
    Validity,
    may_verify,
    validity,
)
from labs.instruments.rules import Role
from labs.intake.models import AssayOrder, Item
from labs.intake.queries import item_by_code
from labs.intake.rules import ItemState
from labs.register.models import LabScope
from labs.register.rules import MethodKind

M = TypeVar("M")
NTC_ROLES = (Role.NTC, Role.NAC, Role.NO_TARGET)
POSITIVE_ROLES = (Role.POSITIVE, Role.STANDARD)


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
    """A test that no live result answers yet; `returned` is why an earlier one came back, "" when none did."""

    item: Item
    order: AssayOrder
    returned: str


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


def wells_of(look: Look, run_id: UUID) -> Sequence[WellRow]:
    """Return the wells of a run by their place on the plate."""
    rows = look.scalars(select(WellRow).where(WellRow.run_id == run_id).order_by(WellRow.id))
    return sorted(rows, key=lambda row: (row.well[:1], len(row.well), row.well, row.target))


def wells_of_results(look: Look, result_ids: Iterable[UUID]) -> dict[UUID, list[WellRow]]:
    """Return the wells behind each result, in one question."""
    ids = list(result_ids)
    wells: dict[UUID, list[WellRow]] = {result_id: [] for result_id in ids}
    for row in look.scalars(select(WellRow).where(WellRow.result_id.in_(ids)).order_by(WellRow.id)):
        if row.result_id is not None:
            wells[row.result_id].append(row)
    return wells


def run_validity(look: Look, run: BenchRun, scope: LabScope) -> Validity:
    """Judge a run by the controls of one assay; a finding in words has no control wells to judge."""
    if scope.kind == MethodKind.FINDING:
        return Validity(())
    controls = look.scalars(
        select(WellRow).where(
            WellRow.run_id == run.id, WellRow.scope_id == scope.id, WellRow.result_id.is_(None)
        )
    )
    limits: Limits = scope.rule
    expired = run.reagent_until_on is not None and run.reagent_until_on < run.opened_on
    return validity(
        [w for w in controls if w.role in NTC_ROLES],
        [w for w in controls if w.role in POSITIVE_ROLES],
        limits,
        is_reagent_expired=expired,
    )


def enterers_of(run: BenchRun, result: Result, wells: Iterable[WellRow]) -> frozenset[UUID | None]:
    """Return everybody who had a hand in a result: who opened the run, entered wells, or the result."""
    hands = {run.opened_by_id, result.entered_by_id, *(w.entered_by_id for w in wells)}
    return frozenset(hands)


def owed_orders(look: Look, words: str = "") -> Select[AssayOrder]:
    """Select the ordered tests of received items that no live result answers, oldest item first."""
    answered = select(Result.order_id).where(Result.state.in_(LIVE))
    wanted = (
        select(AssayOrder)
        .join(Item, Item.id == AssayOrder.item_id)
        .where(
            look.visible(Item),
            Item.state == ItemState.RECEIVED,
            AssayOrder.id.not_in(answered),
            AssayOrder.held_by_id.is_(None),
        )
    )
    if words.strip():
        wanted = wanted.where(look.matching(Item, words))
    return wanted.order_by(Item.received_at, Item.blind_code, AssayOrder.disease_code)


def owed_tests(look: Look, orders: Sequence[AssayOrder]) -> list[OwedTest]:
    """Return owed orders with their items, and why an earlier result of each came back."""
    reasons = _returned(look, [order.id for order in orders])
    return [
        OwedTest(needed(look, Item, order.item_id), order, reasons.get(order.id, ""))
        for order in orders
    ]


def _returned(look: Look, order_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return why the last result of each order came back."""
    rows = look.scalars(
        select(Result)
        .where(Result.order_id.in_(order_ids), Result.state == ResultState.RETURNED)
        .order_by(Result.version)
    )
    return {row.order_id: row.because or "已退回" for row in rows}


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
