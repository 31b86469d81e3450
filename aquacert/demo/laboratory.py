"""The laboratory's part of the demo: a second declaration whose four batches are still being tested.

Whoever opens the demo finds work on every list: a box on its way, tests owed, a result to be reviewed, a report to be
signed. It is played while the laboratory owes nothing, so a second demo on the same data does not pile work up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from aquacert.declarations.commands import save_draft, submit_declaration
from aquacert.declarations.queries import batches_of
from aquacert.declarations.rules.answers import Answers, BatchAnswer
from aquacert.demo.cast import SCOPES, SPECIES, STAGE
from aquacert.demo.props import POSITIVE_CONTROL, destined, temperatures
from aquacert.demo.story import Story
from aquacert.hatcheries.commands import add_pond, open_lot
from aquacert.hatcheries.queries import lots
from aquacert.inspections.commands import start_inspection, suspect
from aquacert.kernel.work import Look
from aquacert.reference.queries import species_named
from aquacert.sampling.commands import Parcel, dispatch, order_sampling, take_sample
from aquacert.sampling.queries import sample
from aquacert.sampling.rules import Matrix
from labs.bench.commands import Typed, enter_control, enter_wells, equip_run, open_run, submit_run
from labs.bench.queries import owed_orders, results, results_of, runs
from labs.bench.queries.plate import plate_of
from labs.bench.rules import ResultState
from labs.custody.queries import chain, verify_chain
from labs.custody.rules import ACT_WORDS, Act
from labs.instruments.rules import Role
from labs.intake.commands import arrive_box, receive_item, take_temperatures
from labs.intake.queries import consignments, item_by_code, orders_of
from labs.intake.rules import ConsignmentState
from labs.plates.commands import make_worksheet, run_worksheet
from labs.pools.commands import make_pool
from labs.pools.queries import pools
from labs.quality.queries import charts_of, method_of
from labs.quality.rules.charts import Control
from labs.register.queries import scope_for
from labs.reports.queries import ready_items
from labs.review.commands import review_result
from labs.turnaround.queries import times
from labs.turnaround.rules import Step

PONDS = ("3 号塘", "5 号塘", "6 号塘", "7 号塘")
POND_STOCK = 800_000
(FIRST, FIRST_METHOD), (SECOND, _second_method) = SCOPES
GREY, NOTHING = "37.2", "无"
CONTROLS = {"NTC": NOTHING, "PC": "24.8"}
WEEK = timedelta(days=7)


@dataclass
class Laboratory:
    """The laboratory at work, on the story's clock."""

    story: Story

    @property
    def lab_id(self) -> UUID:
        """The demo's laboratory."""
        return self.story.cast.bodies["lab"]

    def try_lot(self) -> None:
        """A new lot is tried in twenty runs within a day, once: the control chart begins with them."""
        story, technician = self.story, self.story.actor("lab_technician")
        with story.database.look(technician) as look:
            if look.scalars(runs(look).limit(1)):
                return
        for place, cq in enumerate(POSITIVE_CONTROL):
            story.at(days=4, hours=23 - place)
            for disease, _method in SCOPES:
                with story.database.work(technician) as w:
                    run_id = open_run(w, self.lab_id)
                    equip_run(w, run_id, **story.equipment(w, disease))
                    enter_control(w, run_id, Role.NTC, disease, None)
                    enter_control(w, run_id, Role.POSITIVE, disease, cq)
                    submit_run(w, run_id)

    def work(self, code: str) -> None:
        """Check the chain of the certificate's sample; fill the lists, unless work lies there already; tell them."""
        self.check_custody(code)
        with self.story.database.look(self.story.actor("lab_technician")) as look:
            is_busy = bool(look.scalars(owed_orders(look).limit(1)))
        if not is_busy:
            self.fill_lists()
        self.tell()

    def check_custody(self, code: str) -> None:
        """Follow the sample's chain from the pond to the report and say whether it holds."""
        with self.story.database.look(self.story.actor("lab_receiver")) as look:
            links, wrong = chain(look, code), verify_chain(look, code)
        if wrong:
            raise LookupError(f"{code}: {wrong[0]}")
        acts = "→".join(ACT_WORDS[Act(link.act)] for link in links)
        self.story.said(f"样品流转链 {len(links)} 环逐环验证：完整（{acts}）")

    def fill_lists(self) -> None:
        """Play the second declaration as far as the laboratory's lists."""
        self.story.at(hours=23)
        declaration_id = self.declare()
        codes = self.sample(declaration_id)
        self.receive(codes)
        pool = self.bench(codes)
        self.review(pool)
        self.story.at(hours=9)
        self.story.report(codes[1], "另一份报告签发：混样阴性，报告上写明混样号和稀释的代价")
        self.send_late(declaration_id)

    def declare(self) -> UUID:
        """The farm declares four more ponds; the office accepts; its vet suspects one disease."""
        story = self.story
        batches = tuple(BatchAnswer(lot=str(lot), quantity="10万") for lot in self.ponds())
        answers = Answers(batches=batches, loads=(destined(story.present + timedelta(days=4)),))
        owner = story.actor("hatchery_owner")
        with story.database.work(owner) as w:
            declaration_id = save_draft(w, answers)
        with story.database.work(owner) as w:
            number = submit_declaration(w, declaration_id, statement=True)
        story.accept(declaration_id, f"再申报一份 {number}：四口塘；受理，派员")
        vet = story.actor("official_vet")
        with story.database.work(vet) as w:
            checks = start_inspection(w, declaration_id)
        for check_id in checks:
            with story.database.work(vet) as w:
                suspect(w, check_id, [FIRST])
        return declaration_id

    def ponds(self) -> list[UUID]:
        """Return the lots of four more ponds, stocked now if they are not."""
        story, owner = self.story, self.story.actor("hatchery_owner")
        with story.database.look(owner) as look:
            known = {line.pond_name: line for line in lots(look, story.cast.hatchery_id)}
        found = []
        for name in PONDS:
            if name in known and known[name].balance >= POND_STOCK // 4:
                found.append(known[name].lot_id)
                continue
            with story.database.work(owner) as w:
                code = species_named(w, SPECIES).code
                pond_id = add_pond(w, story.cast.hatchery_id, name)
                found.append(
                    open_lot(w, pond_id, species_code=code, life_stage=STAGE, quantity=POND_STOCK)
                )
        return found

    def sample(self, declaration_id: UUID) -> list[str]:
        """The vet samples each batch, one of them for two diseases, and sends a box; return the blind codes."""
        story = self.story
        story.at(hours=20)
        taken = [
            self.take(declaration_id, batch_id, (SECOND,) if place == 0 else ())
            for place, batch_id in enumerate(self.batches(declaration_id))
        ]
        self.send([sample_id for sample_id, _code in taken], story.present - timedelta(hours=16))
        return [code for _id, code in taken]

    def send_late(self, declaration_id: UUID) -> None:
        """One more sample is sent, and is still on its way."""
        self.story.at(hours=3)
        sample_id, _code = self.take(declaration_id, self.batches(declaration_id)[1], (SECOND,))
        self.send([sample_id], self.story.present + timedelta(hours=4))

    def batches(self, declaration_id: UUID) -> list[UUID]:
        """Return the batches of a declaration."""
        with self.story.database.look(self.story.actor("official_vet")) as look:
            return [batch.batch_id for batch in batches_of(look, declaration_id)]

    def take(
        self, declaration_id: UUID, batch_id: UUID, more: Sequence[str] = ()
    ) -> tuple[UUID, str]:
        """The vet seals one sample; return its id and blind code."""
        vet = self.story.actor("official_vet")
        with self.story.database.work(vet) as w:
            order_sampling(w, declaration_id, batch_id, more)
        with self.story.database.work(vet) as w:
            sample_id = take_sample(
                w,
                declaration_id,
                batch_id,
                matrix=Matrix.WHOLE,
                individuals=150,
                seal_number=f"示封{w.new_id().hex[-8:].upper()}",
                taken_with="协检员",
                water_temperature=Decimal("28.0"),
            )
            return sample_id, sample(w, sample_id).blind_code

    def send(self, sample_ids: Sequence[UUID], expected_at: datetime) -> None:
        """Send samples in one box."""
        with self.story.database.work(self.story.actor("official_vet")) as w:
            dispatch(w, self.lab_id, sample_ids, Parcel(expected_at=expected_at))

    def receive(self, codes: Sequence[str]) -> None:
        """The box comes; its logger is read; every tube is scanned, one leaks."""
        self.story.at(hours=16)
        receiver = self.story.actor("lab_receiver")
        with self.story.database.work(receiver) as w:
            box_id = item_by_code(w, codes[0]).consignment_id
            arrive_box(w, box_id)
        with self.story.database.work(receiver) as w:
            take_temperatures(w, box_id, temperatures(w.now - timedelta(hours=4), w.now))
        for place, code in enumerate(codes):
            with self.story.database.work(receiver) as w:
                receive_item(w, code, "leaked" if place == len(codes) - 1 else "good")

    def bench(self, codes: Sequence[str]) -> str:
        """Three items become a pool; it and the fourth lie on one plate; the fourth is grey and tested again.

        Return the pool's code.
        """
        story = self.story
        story.at(hours=14)
        technician = story.actor("lab_technician")
        with story.database.work(technician) as w:
            pool_id = make_pool(w, [order_of(w, code) for code in codes[:3]])
            pool = next(row.code for row in w.scalars(pools(w)) if row.id == pool_id)
        story.said(f"混样 {pool}：同一来源 3 份混成一个检")
        self.plate([pool, codes[3]], {codes[3]: (GREY, "无")})
        story.at(hours=12)
        self.plate([codes[3]], {})
        with story.database.look(technician) as look:
            first, second = sorted(results_of(look, codes[3]), key=lambda row: row.version)
        story.said(
            f"盲样 {codes[3]}：一孔 Cq {GREY} 落在灰区，自动退回复检；复检 3 孔均无 Cq，"
            f"第 {second.version} 版待复核（第 {first.version} 版留底）"
        )
        return pool

    def plate(self, codes: Sequence[str], cqs: dict[str, tuple[str, ...]]) -> None:
        """Lay tests out on a plate, run it, type it by keyboard, submit it; what is not in `cqs` shows nothing."""
        story, technician = self.story, self.story.actor("lab_technician")
        with story.database.work(technician) as w:
            scope = scope_for(w, self.lab_id, FIRST, FIRST_METHOD, w.today)
            if scope is None:
                raise LookupError(FIRST)
            orders = [order_of(w, code) for code in codes]
            sheet_id = make_worksheet(w, self.lab_id, scope.id, orders)
        with story.database.work(technician) as w:
            run_id = run_worksheet(w, sheet_id, **story.equipment(w, FIRST))
        with story.database.look(technician) as look:
            drawn = plate_of(look, next(r for r in look.scalars(runs(look)) if r.id == run_id))
            cells = [] if drawn is None else list(drawn.cells.values())
        typed = []
        for cell in cells:
            read = cqs.get(cell.label, ())
            text = read[cell.replicate - 1] if len(read) >= cell.replicate else NOTHING
            typed.append(Typed(cell.well, CONTROLS.get(cell.label, text), cell.revision))
        with story.database.work(technician) as w:
            enter_wells(w, run_id, typed)
        with story.database.work(technician) as w:
            submit_run(w, run_id)

    def review(self, pool: str) -> None:
        """Another person passes the pool; its members are negative by it."""
        self.story.at(hours=11)
        with self.story.database.work(self.story.actor("lab_reviewer")) as w:
            for row in results_of(w, pool):
                review_result(w, row.id)
        self.story.said(f"另一人复核混样 {pool}：阴性，3 份成员按混样阴性")

    def tell(self) -> None:
        """Say what the control chart, the clocks and the lists show."""
        story = self.story
        with story.database.look(story.actor("lab_authoriser")) as look:
            method = method_of(look, self.lab_id, FIRST, FIRST_METHOD)
            if method is None:
                raise LookupError(FIRST)
            series = next(s for s in charts_of(look, method).series if s.control is Control.POS)
            done = times(look, self.lab_id, look.today - WEEK, look.today)
            waiting = {
                "待收样": len(look.scalars(consignments(look, state=ConsignmentState.ANNOUNCED))),
                "待检": len(look.scalars(owed_orders(look))),
                "待复核": len(look.scalars(results(look, ResultState.ENTERED))),
                "待签发": len(look.scalars(ready_items(look))),
            }
        if series.target is not None:
            story.said(
                f"质控图 {FIRST} 阳性对照：{len(series.values)} 个点，均值 {series.target.mean:.2f}，"
                f"标准差 {series.target.sd:.2f}，失控 {len(series.rejected)} 个"
            )
        for row in done:
            whole = next(one for one in row.steps if one.step is Step.WHOLE)
            if whole.tests:
                story.said(
                    f"时限 {row.disease_code}：收样到签发 {whole.tests} 项，中位 {whole.p50} 工作小时（节假日不计），"
                    f"九成在 {whole.p90} 内，超时 {row.late} 项"
                )
        story.said("实验室现有：" + "，".join(f"{name} {n}" for name, n in waiting.items()))


def order_of(look: Look, code: str) -> UUID:
    """Return the test for the first disease that is asked of an item."""
    item = item_by_code(look, code)
    return next(o.id for o in orders_of(look, [item.id])[item.id] if o.disease_code == FIRST)
