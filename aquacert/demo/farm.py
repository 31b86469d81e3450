"""The farm and its office at work: what fills the pages of registers, stock, queue, forms and campaigns.

Played once for an installation: a second demo on the same data finds the data check open and leaves it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from aquacert.accounts.commands import open_office, switch_capability
from aquacert.accounts.queries import actor_for
from aquacert.accounts.rules.capabilities import Capability
from aquacert.declarations.commands import (
    CallNote,
    note_call,
    save_draft,
    submit_declaration,
)
from aquacert.declarations.commands.bulk import draft_bulk, read_bulk, upload_bulk
from aquacert.declarations.queries.bulk import lot_names
from aquacert.declarations.rules.answers import Answers, BatchAnswer
from aquacert.demo.cast import (
    COUNTY,
    PASSWORD,
    SPECIES,
    STAGE,
    demo_uscc,
    known,
)
from aquacert.demo.pond import FailedBatch, chosen_draft
from aquacert.demo.props import DIARY, bulk_sheet, destined
from aquacert.demo.story import Story
from aquacert.hatcheries.commands import (
    Provenance,
    add_pond,
    answer_campaign,
    approve_hatchery,
    book_stock,
    keep_person,
    make_sign,
    open_campaign,
    open_lot,
    register_hatchery,
    shape_pond,
    write_note,
)
from aquacert.hatcheries.queries.campaigns import campaign_pages
from aquacert.kernel.scope import ANONYMOUS, SYSTEM, Actor
from aquacert.kernel.work import Database
from aquacert.reference.queries import species_named

NEIGHBOUR, NEXT_COUNTY = "neighbour_farm", "320612"
ABROAD = "鲁动检〔2026〕示例 0007 号"
"""The number of a certificate of another province, as it stands on the paper."""
BOUGHT, SICK = 200, 200_000
Draft = Callable[[Database, Actor, Answers], UUID]


def saved_draft(database: Database, owner: Actor, answers: Answers) -> UUID:
    """Save a draft and return its id."""
    with database.work(owner) as w:
        return save_draft(w, answers)


@dataclass
class FarmAndOffice:
    """The farm's year and the office's week, on the story's clock."""

    story: Story
    is_new: bool = False
    """Whether it is played in this run."""

    def begin(self) -> None:
        """Play what was before the story's declaration, unless a demo before played it."""
        story = self.story
        with story.database.look(story.actor("province_supervisor")) as look:
            self.is_new = not campaign_pages(look).items
        if self.is_new:
            story.at(days=4, hours=23)
            self.keep_record()
            self.neighbours()
            self.province()
            self.fail_a_batch()

    def go_on(self) -> None:
        """Play what waits today: drafts at the farm, a declaration and a call at the office."""
        if self.is_new:
            self.story.at(hours=2, minutes=30)
            self.workbook()
            self.queue()

    def keep_record(self) -> None:
        """The farm's people, sign, pond, diary of the last weeks, and a purchase from another province."""
        story, farm_id = self.story, self.story.cast.hatchery_id
        with story.database.work(story.actor("hatchery_owner")) as w:
            keep_person(w, farm_id, post="technician", name="示例技术员", phone="13800000021")
            make_sign(w, farm_id)
            pond_id = add_pond(w, farm_id, "亲虾车间")
            shape_pond(w, pond_id, sort="industrial", area=600, depth_cm=120)
            code = species_named(w, SPECIES).code
            lot_id = open_lot(w, pond_id, species_code=code, life_stage="亲虾", quantity=400)
        with story.database.work(story.actor("hatchery_clerk")) as w:
            book_stock(w, lot_id, "purchase", BOUGHT, "选育亲本", provenance=Provenance(ABROAD))
            for days, kind, typed in DIARY:
                write_note(w, farm_id, kind=kind, typed=typed, on=w.today - timedelta(days=days))
        story.said(f"生产记录 {len(DIARY)} 条；购入亲虾 {BOUGHT} 尾，随苗外省证明，待县里核验")

    def neighbours(self) -> None:
        """The same farm registers once more under another name; a third one waits for its review."""
        story = self.story
        twin = self.register(
            901, "示例县东滩苗种有限公司", "示例镇东滩 1 号", NEIGHBOUR, "13800000022"
        )
        self.register(902, "示例县南港鱼苗场", "示例镇南港 6 组", "pending_farm", "13800000023")
        with story.database.work(story.actor("office_clerk")) as w:
            approve_hatchery(w, twin)
        person_id = known(story.database, NEIGHBOUR)
        if person_id is None:
            raise LookupError(NEIGHBOUR)
        with story.database.look() as look:
            owner = actor_for(look, person_id)
        with story.database.work(owner) as w:
            code = species_named(w, SPECIES).code
            pond_id = add_pond(w, twin, "1 号塘")
            open_lot(w, pond_id, species_code=code, life_stage=STAGE, quantity=300_000)
        story.said("又登记两家：一家疑似重复、有存塘不申报、等人判，一家待审核")

    def register(self, serial: int, name: str, place: str, username: str, phone: str) -> UUID:
        """Let a farm register as a stranger does."""
        with self.story.database.work(ANONYMOUS) as w:
            return register_hatchery(
                w,
                name=name,
                uscc=demo_uscc(COUNTY, serial),
                division_code=COUNTY,
                place=place,
                level="county",
                kind="nursery",
                contact_name="示例联系人",
                phone=phone,
                password=PASSWORD,
                username=username,
                licence_number=f"示苏农（2025）第 {serial} 号",
                licence_from=w.today - timedelta(days=100),
                licence_until=w.today + timedelta(days=700),
                licence_species=(species_named(w, SPECIES).code,),
            )

    def province(self) -> None:
        """The province opens a data check, which one farm has answered; it turns two switches."""
        story = self.story
        with story.database.work(story.actor("province_supervisor")) as w:
            campaign_id = open_campaign(
                w,
                title="苗种场基础信息核对（示例）",
                due_on=w.today + timedelta(days=30),
                entries=("phone", "licences", "ponds"),
                questions=("现在还有几口塘在用？",),
            )
            for name, is_on in ((Capability.SELF_TEST, True), (Capability.DECLARE_BULK, False)):
                switch_capability(
                    w,
                    name=name,
                    division_code=NEXT_COUNTY,
                    is_on=is_on,
                    because="示例〔2026〕1 号：分步启用",
                )
        with story.database.work(story.actor("hatchery_owner")) as w:
            answer_campaign(w, campaign_id, story.cast.hatchery_id, said={"q0": "6 口"})
        with story.database.work(SYSTEM) as w:
            open_office(
                w,
                organisation_id=story.cast.bodies["other_county"],
                division_code=NEXT_COUNTY,
                name_zh="示例区通海申报点",
                name_en="Tonghai declaration office (example)",
                address="示例镇通海路 2 号",
                phone="0513-80000002",
                hours="工作日 8:30–17:30",
                takes="水产苗种产地检疫申报",
            )
        story.said("全省信息核对进行中：1 家已答，1 家未答；功能启停 2 条")

    def declare(
        self, quantity: int, leaves: datetime, plate: str, draft: Draft = saved_draft
    ) -> UUID:
        """The owner declares so many of the big pond."""
        story = self.story
        load = replace(destined(leaves), plate=plate)
        batch = BatchAnswer(lot=str(story.cast.lot_id), quantity=str(quantity))
        answers = Answers(batches=(batch,), loads=(load,))
        declaration_id = draft(story.database, story.actor("hatchery_owner"), answers)
        with story.database.work(story.actor("hatchery_owner")) as w:
            submit_declaration(w, declaration_id, statement=True)
        return declaration_id

    def fail_a_batch(self) -> None:
        """One batch fails at the pond and is followed to its end."""
        story = self.story
        leaves = story.present + timedelta(hours=6)
        declaration_id = self.declare(SICK, leaves, "示A6P311", draft=chosen_draft)
        story.accept(declaration_id, "另一份申报受理，派员")
        FailedBatch(story, declaration_id, SICK).play()

    def workbook(self) -> None:
        """The farm's clerk hands in a workbook and keeps its declarations as drafts."""
        story = self.story
        with story.database.work(story.actor("hatchery_clerk")) as w:
            name = next(
                name
                for name, lot in lot_names(w, story.cast.hatchery_id).items()
                if lot.lot_id == story.cast.lot_id
            )
            rows = bulk_sheet(name, story.present + timedelta(days=5))
            bulk_id = upload_bulk(w, read_bulk(w, rows))
            count = draft_bulk(w, bulk_id)
        story.said(f"表格批量申报：{count} 份存成草稿，还没有提交")

    def queue(self) -> None:
        """A declaration waits in the office's queue; its owner rang."""
        story = self.story
        waiting = self.declare(100_000, story.present + timedelta(days=4), "示A6P312")
        story.at(hours=2)
        with story.database.work(story.actor("office_clerk")) as w:
            note_call(
                w,
                CallNote(
                    "问哪天到场",
                    caller_phone="13800000000",
                    follow_up_on=w.today + timedelta(days=1),
                ),
                declaration_id=waiting,
            )
        story.said("申报点：1 份待受理，1 个电话待回")
