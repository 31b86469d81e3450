"""The road, walked once: declaration, acceptance, the pond, the laboratory, the certificate.

The story's clock stands wherever the step needs it, and ends at the present.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pyotp
from sqlalchemy import select

from aquacert.accounts.commands import grant_step_up, open_session, pass_second_factor
from aquacert.accounts.models import TotpSecret
from aquacert.accounts.queries import actor_for, session_standing
from aquacert.certificates.commands import issue
from aquacert.certificates.issuing.queries import readiness
from aquacert.declarations.commands import (
    accept_declaration,
    save_draft,
    submit_declaration,
)
from aquacert.declarations.queries import batches_of, loads_of
from aquacert.declarations.rules.answers import Answers, BatchAnswer
from aquacert.demo.cast import PASSWORD, SCOPES, Cast, secret_of
from aquacert.demo.findings import healthy
from aquacert.demo.pictures import pond
from aquacert.demo.props import DESTINATION, destined, plate, temperatures
from aquacert.http.house import House
from aquacert.inspections.commands import (
    add_photo,
    give_verdict,
    keep_findings,
    start_inspection,
    suspect,
)
from aquacert.inspections.queries import sheet
from aquacert.inspections.rules import Act, Slot
from aquacert.kernel.clock import FixedClock
from aquacert.kernel.errors import NotReady
from aquacert.kernel.scope import SYSTEM, Actor
from aquacert.kernel.work import Database, Look
from aquacert.sampling.commands import Parcel, dispatch, order_sampling, take_sample
from aquacert.sampling.queries import sample
from aquacert.sampling.rules import Matrix
from labs.bench.commands import (
    enter_control,
    enter_result,
    equip_run,
    import_run,
    open_run,
    submit_run,
)
from labs.bench.queries import results_of
from labs.instruments.documents import write_rdml
from labs.instruments.rules import Role
from labs.intake.commands import arrive_box, receive_item, take_temperatures
from labs.intake.queries import consignments
from labs.intake.queries.care import temperature_logs
from labs.register.queries import instruments_of, lots_of
from labs.reports.commands import authorise_report
from labs.review.commands import review_result

QUANTITY = 500_000
ON_THE_WAY = timedelta(hours=4)
STEP = 30
"""Seconds of one one-time code."""


@dataclass
class Story:
    """One walk down the road. `said` is told each step as it is done."""

    house: House
    clock: FixedClock
    cast: Cast
    said: Callable[[str], None]
    present: datetime

    @property
    def database(self) -> Database:
        """The installation's database."""
        return self.house.database

    def at(self, **before: float) -> None:
        """Set the clock to so long before the present."""
        self.clock.at = self.present - timedelta(**before)

    def actor(self, role: str) -> Actor:
        """Return a role as it stands at this moment of the story."""
        return self.cast.actor(self.database, role)

    def walk(self, accepted: Callable[[UUID], None], meanwhile: Callable[[str], None]) -> UUID:
        """Walk the road; return the certificate. Acceptance and report have each something after them."""
        self.at(days=4)
        declaration_id = self.declare()
        self.at(days=3, hours=22)
        self.accept(declaration_id)
        accepted(declaration_id)
        self.at(days=3)
        checks = self.inspect(declaration_id)
        self.at(days=2, hours=20)
        code = self.take_and_send(declaration_id)
        self.at(days=2)
        self.test(code)
        self.at(days=1)
        self.report(code, "签发检测报告（盲样号放行，附页对应批次）")
        meanwhile(code)
        self.at(hours=1)
        self.conclude(checks)
        return self.sign(declaration_id)

    def declare(self) -> UUID:
        """The owner declares 500,000 fry in one lorry to another province."""
        answers = Answers(
            batches=(BatchAnswer(lot=str(self.cast.lot_id), quantity=f"{QUANTITY // 10_000}万"),),
            loads=(destined(self.present + timedelta(hours=3)),),
        )
        owner = self.actor("hatchery_owner")
        with self.database.work(owner) as w:
            declaration_id = save_draft(w, answers)
        with self.database.work(owner) as w:
            number = submit_declaration(w, declaration_id, statement=True)
        self.said(f"苗种场申报 {number}：凡纳滨对虾 50 万尾 → {DESTINATION}")
        return declaration_id

    def accept(self, declaration_id: UUID, said: str = "申报点受理，派官方兽医") -> None:
        """The office accepts and sends its vet."""
        clerk = self.actor("office_clerk")
        with self.database.work(clerk) as w:
            accept_declaration(w, declaration_id, vet_id=self.cast.people["official_vet"])
        self.said(said)

    def inspect(self, declaration_id: UUID) -> list[UUID]:
        """The vet checks every batch and suspects two diseases (empty guts)."""
        vet = self.actor("official_vet")
        with self.database.work(vet) as w:
            checks = start_inspection(w, declaration_id)
        for check_id in checks:
            with self.database.work(vet) as w:
                items = sheet(w, check_id).items
                keep_findings(w, check_id, healthy(items, abnormal="group-gut"))
                for slot in Slot:
                    add_photo(w, check_id, slot, pond(slot.value), f"{slot.value}.jpg")
                suspect(w, check_id, [disease for disease, _method in SCOPES])
        self.said(f"现场检疫 {len(checks)} 批：个别空胃，抽样排除白斑综合征和十足目虹彩病毒病")
        return checks

    def take_and_send(self, declaration_id: UUID) -> str:
        """The vet seals 150 individuals and sends them under a blind code."""
        vet = self.actor("official_vet")
        with self.database.look(vet) as look:
            [batch] = batches_of(look, declaration_id)
        with self.database.work(vet) as w:
            order_sampling(w, declaration_id, batch.batch_id)
        with self.database.work(vet) as w:
            sample_id = take_sample(
                w,
                declaration_id,
                batch.batch_id,
                matrix=Matrix.WHOLE,
                individuals=150,
                seal_number=f"示封{declaration_id.hex[-8:].upper()}",
                taken_with="协检员",
                water_temperature=Decimal("28.5"),
            )
        expected = Parcel(expected_at=self.clock.now() + ON_THE_WAY)
        with self.database.work(vet) as w:
            box_id = dispatch(w, self.cast.bodies["lab"], [sample_id], expected)
            code = sample(w, sample_id).blind_code
        self.receive(box_id, code)
        return code

    def receive(self, box_id: UUID, code: str) -> None:
        """The box comes to the laboratory; its logger is read, its tube scanned."""
        receiver, sent_at = self.actor("lab_receiver"), self.clock.now()
        self.clock.forward(seconds=ON_THE_WAY.total_seconds())
        with self.database.work(receiver) as w:
            arrive_box(w, box_id)
            box = next(row.box_number for row in w.scalars(consignments(w)) if row.id == box_id)
        with self.database.work(receiver) as w:
            take_temperatures(w, box_id, temperatures(sent_at, w.now))
        with self.database.work(receiver) as w:
            receive_item(w, code, "good")
            [log] = temperature_logs(w, box_id)
        self.said(
            f"封样装箱 {box}（附送样清单），盲样号 {code}；实验室收样，温度记录 {log.count} 个读数 "
            f"{log.lowest / 10}–{log.highest / 10} ℃，超限 {len(log.excursions)} 次"
        )

    def test(self, code: str) -> None:
        """One result is read from the instrument's RDML file, one typed in; another reviews both."""
        technician, lab_id = self.actor("lab_technician"), self.cast.bodies["lab"]
        (by_file, _), (by_hand, _) = SCOPES
        data = write_rdml(plate(code, by_file), made_at=self.clock.now())
        with self.database.work(technician) as w:
            done = import_run(w, lab_id, data, f"{code}.rdml")
            for imported in done.run_ids:
                equip_run(w, imported, **self.equipment(w, by_file))
        with self.database.work(technician) as w:
            run_id = open_run(w, lab_id)
            equip_run(w, run_id, **self.equipment(w, by_hand))
            enter_control(w, run_id, Role.NTC, by_hand, None)
            enter_control(w, run_id, Role.POSITIVE, by_hand, "24.8")
            for _ in range(2):
                enter_result(w, code, by_hand, by_hand, None, run_id=run_id)
            submit_run(w, run_id)
        with self.database.work(self.actor("lab_reviewer")) as w:
            for row in results_of(w, code):
                review_result(w, row.id)
        self.said(f"检测：RDML 导入 {len(data):,} 字节 1 项，手工录入 1 项；另一人复核，均为阴性")

    def equipment(self, look: Look, disease: str) -> dict[str, UUID]:
        """Return the laboratory's instrument, and its lot for a disease."""
        lab_id = self.cast.bodies["lab"]
        instrument, lot = instruments_of(look, lab_id)[0], lots_of(look, lab_id, disease)[0]
        return {"instrument_id": instrument.instrument.id, "lot_id": lot.lot.id}

    def report(self, code: str, said: str) -> None:
        """A third person authorises the report; the outbox brings it back to its batch."""
        with self.database.work(self.actor("lab_authoriser")) as w:
            authorise_report(w, code)
        self.said(said)

    def conclude(self, checks: list[UUID]) -> None:
        """The vet decides about every batch."""
        vet = self.actor("official_vet")
        for check_id in checks:
            with self.database.work(vet) as w:
                quantity = sheet(w, check_id).batch.quantity
                note = "个别空胃，复查恢复；送检两项均为阴性"
                give_verdict(w, check_id, Act.PASS, quantity, note)
        self.said("临床检查结论：合格")

    def sign(self, declaration_id: UUID) -> UUID:
        """The vet reads what he signs, confirms with a one-time code, and issues."""
        self.clock.at = self.present
        vet = self.signed_in("official_vet")
        with self.database.look(vet) as look:
            [load] = loads_of(look, declaration_id)
            ready = readiness(look, load.id)
        if not ready.is_ready:
            raise NotReady(ready.sentences)
        code = self.fresh_code("official_vet")
        with self.database.work(vet) as w:
            grant_step_up(w, code=code, digest=ready.digest)
        certificate_id = issue(self.database, vet, load.id, self.house.keys, ready.digest)
        self.said("核对、动态口令、签发：号段取号 → 存证 → 签名 → 验签 → 公布")
        return certificate_id

    def signed_in(self, role: str) -> Actor:
        """Sign a role in with password and one-time code, as the page does."""
        person_id = self.cast.people[role]
        with self.database.work(SYSTEM) as w:
            secret = open_session(
                w,
                person_id,
                username=role,
                password=PASSWORD,
                address="127.0.0.1",
                agent="AquaCert demo",
            )
        with self.database.look() as look:
            standing = session_standing(look, secret)
        if standing is None:
            raise LookupError(role)
        if standing.state == "half":
            code = self.fresh_code(role)
            with self.database.work(SYSTEM) as w:
                pass_second_factor(w, standing.session_id, code)
        with self.database.look() as look:
            return actor_for(look, person_id, standing.session_id)

    def fresh_code(self, role: str) -> str:
        """Return a one-time code that was not used; a code serves once, so the clock may move on."""
        with self.database.look(SYSTEM) as look:
            used = look.one(
                select(TotpSecret.last_counter).where(
                    TotpSecret.person_id == self.cast.people[role]
                )
            )
        counter = int(self.clock.now().timestamp()) // STEP
        if used is not None and used >= counter:
            self.clock.forward(seconds=STEP * (used + 1 - counter))
            counter = used + 1
        return pyotp.TOTP(secret_of(role)).generate_otp(counter)

    def catch_up(self, real_now: Callable[[], datetime]) -> None:
        """Wait until the real clock is where the story ended (a code serves once in 30 s)."""
        ahead = (self.clock.now() - real_now()).total_seconds()
        if ahead > 0:
            self.said(f"等真实时间赶上（{ahead:.0f} 秒：一个动态口令只能用一次）")
            time.sleep(ahead)
