"""A batch that fails: checked offline at the pond, reported, treated, cleared, archived.

What the vet did without a network comes in as a device's records, through the same command as the
app's; sent once more, nothing happens. One shot is used for two things, and somebody is asked to look.
"""

from __future__ import annotations

import hashlib
import io
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from PIL import Image

from aquacert.declarations.commands import close_declaration, save_draft
from aquacert.declarations.queries import batches_of
from aquacert.declarations.queries.filed import latest
from aquacert.declarations.rules.answers import Answers
from aquacert.declarations.rules.filing import FormKind
from aquacert.demo.findings import healthy
from aquacert.demo.pictures import pond
from aquacert.inspections.commands import Done, order_treatment, record_disposal
from aquacert.inspections.commands.aftercare import (
    Receipt,
    Step,
    end_case,
    notice_digest,
    take_notice,
    write_step,
)
from aquacert.inspections.commands.sync import begin_upload, take_bytes, take_records
from aquacert.inspections.parsers import checklist
from aquacert.inspections.parsers.standards import standard
from aquacert.inspections.queries.evidence import challenge_codes, flags_of, second_looks
from aquacert.inspections.rules import Slot
from aquacert.inspections.rules.evidence import SENTENCES, FlagKind, is_chosen, ticket_of
from aquacert.inspections.rules.sync import Outcome, read_batch
from aquacert.inspections.rules.treatment import CaseAct, ReceiptWay, Remedy, StepKind
from aquacert.inspections.rules.uploads import read_announced
from aquacert.kernel.audit import plain
from aquacert.kernel.clock import rfc3339
from aquacert.kernel.scope import Actor
from aquacert.kernel.work import Database, Work
from aquacert.reference import queries as reference
from aquacert.supervision.commands import ask_case
from aquacert.surveillance.commands.express import close_express, receive_express
from aquacert.surveillance.queries.express import express_of
from aquacert.surveillance.rules.express import Outcome as Ruling

if TYPE_CHECKING:
    from aquacert.demo.story import Story

LAW = "《中华人民共和国动物防疫法》第五十七条第一款"
MEASURES = ("停止起运，就地隔离。", "对死亡个体进行无害化处理。", "对塘口和工具消毒。")
FOUND = "大面积空胃、沉底，停止起运"
SUSPECTED = "WSD"
TRIES = 500


class Unlucky(Exception):
    """A draft that chance would not choose for a second look; it was not saved."""


def chosen_draft(database: Database, owner: Actor, answers: Answers) -> UUID:
    """Save a draft whose visit will be chosen for a second look: a demo shows one in every run.

    Only a demo may wait for its luck: whoever declares does not know the secret of the tickets.
    """
    for _ in range(TRIES):
        with suppress(Unlucky), database.work(owner) as w:
            return _if_chosen(w, save_draft(w, answers))
    raise LookupError("second look")


def _if_chosen(w: Work, draft_id: UUID) -> UUID:
    percent = standard("evidence.second_look", w.today)
    if not is_chosen(ticket_of(w.settings.secret, draft_id), percent):
        raise Unlucky
    return draft_id


@dataclass
class FailedBatch:
    """One batch from the pond to its end."""

    story: Story
    declaration_id: UUID
    quantity: int

    def play(self) -> None:
        """Check it offline, report, treat, rule the epidemic out, close and archive."""
        story = self.story
        story.at(days=4, hours=7)
        check_id = self.send_what_was_done_offline()
        self.tell_of_evidence(check_id)
        order_id = self.order(check_id)
        self.treat(order_id)
        self.rule_out(check_id)
        with story.database.work(story.actor("official_vet")) as w:
            end_case(w, order_id, CaseAct.RECOVER, "已排除疫情，复查合格")
        with story.database.work(story.actor("office_clerk")) as w:
            close_declaration(w, self.declaration_id, "现场检疫不合格")
        with story.database.work(story.actor("county_supervisor")) as w:
            ask_case(w, self.declaration_id, because="演示：不合格批次归档")
        story.said("不合格批次办结：处理、复查、无害化处理记录齐全，可以重新申报，整案归档")

    def send_what_was_done_offline(self) -> UUID:
        """Send the records of a visit without a network, twice; return the batch's check."""
        story, check_id = self.story, uuid4()
        vet = story.actor("official_vet")
        request = self.request(vet, check_id)
        first = take_records(story.database, vet, read_batch(request))["results"]
        again = take_records(story.database, vet, read_batch(request))["results"]
        if {one["outcome"] for one in first} != {Outcome.ACCEPTED.value}:
            raise LookupError(str(first))
        same = sum(one["outcome"] == Outcome.SAME.value for one in again)
        story.said(
            f"现场应用离线查验，联网后同步 {len(first)} 条记录，结论不合格；"
            f"整批重发，{same} 条认出是重复，没有第二次生效"
        )
        return check_id

    def request(self, vet: Actor, check_id: UUID) -> dict[str, Any]:
        """Return what the device sends: arrival, start, findings, photographs, suspicion, verdict."""
        story = self.story
        with story.database.look(vet) as look:
            [batch] = batches_of(look, self.declaration_id)
            code = challenge_codes(look, self.declaration_id)[0]
            items = checklist(reference.species(look, batch.species_code).group)
        of = {"batch_id": batch.batch_id}
        told = [
            ("arrived", {"declaration_id": self.declaration_id}),
            (
                "visit.start",
                {"declaration_id": self.declaration_id, "checks": {str(batch.batch_id): check_id}},
            ),
            ("findings", of | {"answers": healthy(items, abnormal="group-gut")}),
            *(
                ("photo", of | {"slot": slot.value, "sha256": self.upload(vet, data), "code": code})
                for slot, data in shots()
            ),
            ("suspicion", of | {"diseases": [SUSPECTED]}),
            ("verdict", of | {"outcome": "fail", "note": FOUND}),
        ]
        at = rfc3339(story.clock.now())
        records = [
            {
                "id": str(uuid4()),
                "kind": kind,
                "base_version": None if number < 2 else 1,
                "at": at,
                "elapsed_ms": 60_000 * number,
                "person": str(vet.person_id),
                "body": plain(body),
            }
            for number, (kind, body) in enumerate(told)
        ]
        person = str(vet.person_id)
        return {"device": str(uuid4()), "person": person, "sent_at": at, "records": records}

    def upload(self, vet: Actor, data: bytes) -> str:
        """Send a photograph as the app does; return its digest."""
        digest = hashlib.sha256(data).hexdigest()
        said = {"sha256": digest, "size": len(data), "media_type": "image/jpeg"}
        with self.story.database.work(vet) as w:
            key = begin_upload(w, read_announced(said)).id
        take_bytes(self.story.database, vet, key, 0, io.BytesIO(data))
        return digest

    def tell_of_evidence(self, check_id: UUID) -> None:
        """Say what is flagged and what chance chose: both wait for a supervisor."""
        story = self.story
        with story.database.look(story.actor("county_supervisor")) as look:
            flags = flags_of(look, [check_id]).get(check_id, [])
            chosen = look.pages(second_looks(look, waiting=True)).total
        said = "；".join(dict.fromkeys(SENTENCES[FlagKind(one.kind)] for one in flags)) or "没有"
        story.said(f"照片提示（只请人看，不认定）：{said} 见 /inspections/flags")
        story.said(f"查验抽看：抽中 {chosen} 次，等县级监督员看 /inspections/second-look")

    def order(self, check_id: UUID) -> UUID:
        """Order it isolated and reported; the county takes the report up."""
        story = self.story
        with story.database.work(story.actor("official_vet")) as w:
            order_id = order_treatment(
                w,
                self.declaration_id,
                check_id,
                law=LAW,
                measures=MEASURES,
                method="深埋",
                remedy=Remedy.ISOLATE,
            )
        with story.database.work(story.actor("county_supervisor")) as w:
            report = express_of(w, check_id)
            if report is None:
                raise LookupError("express report")
            receive_express(w, report.id)
        story.said("检疫处理通知单：隔离并报告；疫情快报随即上报，县里签收")
        return order_id

    def treat(self, order_id: UUID) -> None:
        """The owner takes the notice and treats; the vet sees the dead buried and looks again."""
        story, vet = self.story, self.story.actor("official_vet")
        owner = story.actor("hatchery_owner")
        with story.database.work(owner) as w:
            notice = latest(w, FormKind.TREATMENT, order_id)
            shown = notice_digest(notice.facts) if notice else ""
            take_notice(w, order_id, Receipt(ReceiptWay.ACCOUNT, shown))
        story.at(days=4, hours=3)
        with story.database.work(vet) as w:
            photos, place = (pond("disposal"),), "场内无害化处理点"
            done = Done(self.quantity // 10, "深埋", place, w.now, "示例技术员", "撒生石灰", photos)
            record_disposal(w, order_id, done)
        with story.database.work(owner) as w:
            note = "聚维酮碘 0.3 mL/m³ 泼洒，休药期 7 天"
            write_step(w, order_id, Step(StepKind.TREATED, note, w.now))
        story.at(days=4, hours=1)
        with story.database.work(vet) as w:
            again = Step(StepKind.RECHECKED, "活力、肠胃正常", w.now, picture=pond("recheck"))
            write_step(w, order_id, again)

    def rule_out(self, check_id: UUID) -> None:
        """The officer closes the express report: no epidemic."""
        story = self.story
        with story.database.work(story.actor("surveillance_officer")) as w:
            report = express_of(w, check_id)
            if report is not None:
                close_express(w, report.id, Ruling.DENIED, "复检阴性 示检 2026-0001")


def shots() -> list[tuple[Slot, bytes]]:
    """Return a photograph for each slot; the individual's is the group's once more, smaller."""
    every = {slot: pond(slot.value) for slot in Slot}
    out = io.BytesIO()
    whole = Image.open(io.BytesIO(every[Slot.GROUP]))
    whole.resize((720, 540)).save(out, "JPEG", quality=82)
    every[Slot.INDIVIDUAL] = out.getvalue()
    return list(every.items())
