"""Acts of sampling: order, take and seal, send to a laboratory, note the report."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from aquacert.accounts import queries as accounts
from aquacert.accounts.commands import tell
from aquacert.declarations import commands as paper_commands
from aquacert.declarations.models import Declaration
from aquacert.declarations.queries import facts as papers
from aquacert.kernel.audit import Fact
from aquacert.kernel.clock import legal_day
from aquacert.kernel.errors import Conflict, Invalid, NotAllowed, NotAllowedNow
from aquacert.kernel.work import Work
from aquacert.reference import queries as reference
from aquacert.sampling.models import OrderedTest, Sample, SamplingPlan
from aquacert.sampling.queries import (
    batch_tests,
    needs_sample,
    ordered,
    required_tests,
    sample_by_blind_code,
    samples_of,
    tests_of_sample,
)
from aquacert.sampling.rules import (
    MATRIX_WORDS,
    MOVES,
    Act,
    Because,
    Matrix,
    Stage,
    State,
    blind_code,
)
from labs.intake.commands import Announced, announce
from labs.register import queries as register
from labs.reports.queries import report_summary


@dataclass(frozen=True)
class PlanMade(Fact):
    """The province asks for a disease to be tested in a species."""

    tag: ClassVar[str] = "sampling:plan:make"
    title: ClassVar[str] = "省级监测计划"
    disease_code: str
    species_code: str
    from_on: date
    until_on: date


@dataclass(frozen=True)
class TestsOrdered(Fact):
    """Tests were ordered for a batch."""

    tag: ClassVar[str] = "sampling:test:order"
    title: ClassVar[str] = "要求检测"
    batch_id: UUID
    diseases: dict[str, str]


@dataclass(frozen=True)
class SampleTaken(Fact):
    """A sample was taken and sealed."""

    tag: ClassVar[str] = "sampling:sample:take"
    title: ClassVar[str] = "抽样封样"
    sheet_number: str
    seal_number: str
    individuals: int
    diseases: list[str]


@dataclass(frozen=True)
class SamplesSent(Fact):
    """Samples left for a laboratory under their blind codes."""

    tag: ClassVar[str] = "sampling:sample:send"
    title: ClassVar[str] = "送样"
    lab_id: UUID
    samples: int


@dataclass(frozen=True)
class ReportNoted(Fact):
    """The laboratory's report on a sample was released or withdrawn."""

    tag: ClassVar[str] = "sampling:report:note"
    title: ClassVar[str] = "收到检测报告"
    report_no: str
    state: str


def make_plan(
    w: Work, *, disease_code: str, species_code: str, from_on: date, until_on: date, title: str
) -> UUID:
    """Write a row of the province's plan; raise `Invalid` when it cannot be right."""
    if until_on < from_on:
        raise Invalid("结束日期不能早于开始日期。", until_on="不能早于开始日期")
    if not reference.affects(w, disease_code, species_code):
        raise Invalid("这个病种不感染这个品种。", disease_code="换一个病种")
    row = w.add(
        SamplingPlan(
            id=w.new_id(),
            disease_code=disease_code,
            species_code=species_code,
            from_on=from_on,
            until_on=until_on,
            title=title,
        )
    )
    w.record(PlanMade(disease_code, species_code, from_on, until_on), on=row)
    return row.id


def order_sampling(
    w: Work, declaration_id: UUID, batch_id: UUID, diseases: Collection[str] = ()
) -> list[str]:
    """Order every required test of a batch, and those the vet adds; return the new diseases.

    Ordering again adds only what is missing. Only the declaration's vet orders.
    """
    paper = _locked_paper(w, declaration_id)
    wanted = {test.disease_code: test.because for test in required_tests(w, paper.id, batch_id)}
    species = next(
        line.species_code for line in papers.batches_of(w, paper.id) if line.batch_id == batch_id
    )
    for code in diseases:
        if not reference.affects(w, code, species):
            raise Invalid("有病种不感染这个品种。", diseases="只能选这个品种会得的病。")
        wanted.setdefault(code, Because.VET)
    known = {row.disease_code for row in ordered(w, batch_id)}
    fresh = {code: because for code, because in wanted.items() if code not in known}
    for code, because in fresh.items():
        w.add(_order(w, paper, batch_id, code, because))
    if fresh:
        fact = TestsOrdered(batch_id, {code: str(because) for code, because in fresh.items()})
        w.record(fact, on=paper, county=paper.origin_code)
        paper_commands.mark_testing(w, paper.id, "running")
    return sorted(fresh)


def take_sample(
    w: Work,
    declaration_id: UUID,
    batch_id: UUID,
    *,
    matrix: Matrix,
    individuals: int,
    seal_number: str,
    taken_with: str,
    water_temperature: Decimal | None = None,
) -> UUID:
    """Take and seal one sample for every ordered, untaken test of the batch; return its id."""
    paper = _locked_paper(w, declaration_id)
    rows = [row for row in ordered(w, batch_id) if needs_sample(w, row)]
    if not rows:
        raise NotAllowedNow("这一批没有等着抽样的检测项目。")
    if individuals <= 0:
        raise Invalid("抽样数至少为 1。", individuals="整数，例如 150")
    if not seal_number.strip():
        raise Invalid("请写封样号。", seal_number="照封签上的号码写")
    if not taken_with.strip():
        raise Invalid("抽样要两人在场。", taken_with="写明另一位抽样人的岗位")
    number = len(samples_of(w, paper.id)) + 1
    row = w.add(
        Sample(
            id=w.new_id(),
            declaration_id=paper.id,
            batch_id=batch_id,
            origin_code=paper.origin_code,
            office_id=paper.office_id,
            organisation_id=paper.organisation_id,
            vet_id=paper.vet_id,
            number=number,
            sheet_number=f"{paper.number}-S{number}",
            seal_number=_unused_seal(w, seal_number.strip()),
            blind_code=blind_code(secrets.token_bytes(16)),
            matrix=matrix.value,
            individuals=individuals,
            water_temperature_tenths=(
                None if water_temperature is None else round(water_temperature * 10)
            ),
            taken_at=w.now,
            taken_by_id=w.actor.person_id,
            taken_with=taken_with.strip(),
            state=State.TAKEN.value,
        )
    )
    for test in rows:
        test.sample_id = row.id
    fact = SampleTaken(
        row.sheet_number, row.seal_number, individuals, [test.disease_code for test in rows]
    )
    w.record(fact, on=row, county=row.origin_code)
    return row.id


def dispatch(w: Work, lab_id: UUID, sample_ids: Sequence[UUID]) -> UUID:
    """Send samples to a designated laboratory and return the consignment's id.

    The laboratory must be in scope for every disease by a method of the rules; it must not belong
    to the farm's owner. It learns the blind codes and nothing of the farm.
    """
    rows = [w.get_for_change(Sample, sample_id) for sample_id in sample_ids]
    if not rows:
        raise Invalid("还没有选样品。", samples="至少选一份")
    items: list[Announced] = []
    for row in rows:
        if row.state != State.TAKEN.value:
            raise Conflict(f"{row.sheet_number} 已经送样。")
        if accounts.same_owner(w, lab_id, row.organisation_id):
            raise NotAllowed("这个实验室与货主属于同一业主，请送别的指定实验室。")
        items += [_announced(w, row, test, lab_id) for test in tests_of_sample(w, row.id)]
    consignment_id = announce(w, lab_id=lab_id, items=items)
    for row in rows:
        row.lab_id = lab_id
        row.consignment_id = consignment_id
        row.sent_at = w.now
        w.move(row, MOVES, Act.SEND)
        w.record(SamplesSent(lab_id, len(rows)), on=row, county=row.origin_code)
    return consignment_id


def note_inspected(w: Work, declaration_id: UUID) -> None:
    """Take up news of a finished visit: a declaration that needs no test is marked 免检."""
    everything = batch_tests(w, declaration_id)
    if not any(line.required or line.tests for line in everything):
        paper_commands.mark_testing(w, declaration_id, "exempt")


def note_report(w: Work, report_id: UUID) -> None:
    """Take up news of a report: move its sample, tell farm and vet, mark where the tests stand.

    Idempotent: late or repeated news finds the sample moved already.
    """
    report = report_summary(w, report_id)
    row = sample_by_blind_code(w, report.blind_code) if report else None
    if report is None or row is None:
        return
    row = w.get_for_change(Sample, row.id)
    live = report.state == "authorised"
    act = Act.RELEASE if live else Act.RETURN
    if not MOVES.allows(State(row.state), act):
        return
    w.move(row, MOVES, act, because=report.withdrawn_because)
    w.record(ReportNoted(report.number, str(report.state)), on=row, county=row.origin_code)
    everything = batch_tests(w, row.declaration_id)
    done = all(test.state is Stage.RELEASED for line in everything for test in line.tests)
    paper_commands.mark_testing(w, row.declaration_id, "done" if done else "running")
    subject = f"检测报告 {report.number} {'已出' if live else '已撤回'}"
    link = f"/sampling/{row.declaration_id}"
    tell(w, to_organisation=row.organisation_id, kind="report", subject=subject, link=link)
    if row.vet_id is not None:
        tell(w, to_person=row.vet_id, kind="report", subject=subject, link=link)


def _announced(w: Work, row: Sample, test: OrderedTest, lab_id: UUID) -> Announced:
    test.method_code = _method(w, lab_id, test.disease_code)
    tenths = row.water_temperature_tenths
    return Announced(
        blind_code=row.blind_code,
        disease_code=test.disease_code,
        method_code=test.method_code,
        matrix=MATRIX_WORDS[Matrix(row.matrix)],
        individuals=row.individuals,
        sampled_on=legal_day(row.taken_at),
        water_temperature=None if tenths is None else Decimal(tenths) / 10,
    )


def _method(w: Work, lab_id: UUID, disease_code: str) -> str:
    """Return the first method of the disease that the laboratory may use today."""
    for method in reference.methods(w, disease_code):
        if register.in_scope(w, lab_id, disease_code, method.code, w.today):
            return method.code
    name = reference.disease(w, disease_code).name_zh
    raise Invalid(
        f"这个实验室不能检{name}。", lab_id=f"没有{name}的有效检测能力，请选别的指定实验室"
    )


def _order(w: Work, paper: Declaration, batch_id: UUID, code: str, because: Because) -> OrderedTest:
    return OrderedTest(
        id=w.new_id(),
        declaration_id=paper.id,
        batch_id=batch_id,
        origin_code=paper.origin_code,
        office_id=paper.office_id,
        organisation_id=paper.organisation_id,
        vet_id=paper.vet_id,
        disease_code=code,
        because=because.value,
        ordered_at=w.now,
        method_code="",
    )


def _locked_paper(w: Work, declaration_id: UUID) -> Declaration:
    paper = w.get_for_change(Declaration, declaration_id)
    if paper.vet_id is None or paper.vet_id != w.actor.person_id:
        raise NotAllowed("只有派到这份申报的官方兽医可以抽样。")
    if paper.state not in {"assigned", "inspected"}:
        raise NotAllowedNow("这份申报现在不能抽样。")
    return paper


def _unused_seal(w: Work, seal_number: str) -> str:
    if w.one(select(Sample.id).where(Sample.seal_number == seal_number)) is not None:
        raise Invalid("这个封样号用过了。", seal_number="封签只能用一次，请核对号码")
    return seal_number
