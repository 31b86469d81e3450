"""The visit: each batch alone, what a device made, menus that unfold, isolation, the vet's road."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest
from sqlalchemy import select

from aquacert.accounts.models import InboxMessage
from aquacert.certificates.issuing.queries import readiness
from aquacert.certificates.rules.reasons import Reason
from aquacert.declarations.commands import accept_declaration, assign_vet
from aquacert.declarations.rules.answers import BatchAnswer
from aquacert.demo.findings import healthy
from aquacert.hatcheries.commands import add_pond, open_lot, split_lot
from aquacert.hatcheries.models import Lot, Pond
from aquacert.inspections.commands import (
    give_verdict,
    keep_findings,
    lift_isolation,
    start_inspection,
    suspect,
)
from aquacert.inspections.commands.express import report_suspicion
from aquacert.inspections.models import BatchCheck, Finding
from aquacert.inspections.queries import checks_of, sheet
from aquacert.inspections.queries.route import route
from aquacert.inspections.rules import Act, Answer, Course
from aquacert.inspections.rules.route import Part
from aquacert.kernel.errors import Conflict, Invalid, NotAllowed, NotAllowedNow
from aquacert.kernel.scope import SYSTEM
from aquacert.surveillance.commands.express import close_express
from aquacert.surveillance.models import ExpressReport
from aquacert.surveillance.rules.express import Outcome
from tests.make.accounts import make_person, signed_in
from tests.make.declarations import answers, make_declaration
from tests.make.hatcheries import make_hatchery
from tests.make.inspections import fill, start, tapped

PASSED = ("pass", "fail", "isolate")


@pytest.fixture
def paper(db):
    return make_declaration(db, state="assigned")


def rows_of(db, check_id):
    """Return everything that is kept of a check: its row and its findings."""
    checks, found = BatchCheck.__table__, Finding.__table__
    with db.look(SYSTEM) as look:
        check = look.session.execute(select(checks).where(checks.c.id == check_id)).one()
        every = select(found).where(found.c.check_id == check_id).order_by(found.c.item)
        return check, tuple(look.session.execute(every))


def of_batches(db, count):
    """Return a declaration of so many batches of shrimp, its vet sent."""
    farm = make_hatchery(db)
    lots = []
    for number in range(count):
        with db.work(farm.owner) as w:
            pond_id = add_pond(w, farm.hatchery_id, f"虾塘{number}")
            lots.append(
                open_lot(
                    w, pond_id, species_code=farm.species_code, life_stage="P5", quantity=500_000
                )
            )
    batches = tuple(BatchAnswer(lot=str(one), quantity="10万") for one in lots)
    filled = replace(answers(db, farm), batches=batches)
    return make_declaration(db, farm, filled=filled, state="assigned")


def test_what_is_decided_of_one_batch_never_touches_another(db):
    paper = of_batches(db, 3)
    checks = start(db, paper)
    for check_id, act in zip(checks, PASSED, strict=True):
        others = [one for one in checks if one != check_id]
        before = [rows_of(db, one) for one in others]
        fill(db, paper, check_id)
        with db.work(paper.vet.actor) as w:
            if act == "isolate":
                suspect(w, check_id, ["WSD"], course=Course.ISOLATE)
            else:
                give_verdict(w, check_id, Act(act), 100_000, "看过")
        assert [rows_of(db, one) for one in others] == before
    with db.look(SYSTEM) as look:
        states = [line.state for line in checks_of(look, paper.declaration_id)]
    assert states == ["passed", "failed", "open"]


def test_a_device_names_its_checks_and_a_used_name_is_refused(db, paper):
    [batch] = paper.batch_ids
    mine = uuid4()
    with db.work(paper.vet.actor) as w:
        assert start_inspection(w, paper.declaration_id, {batch: mine, uuid4(): uuid4()}) == [mine]
    with db.work(paper.vet.actor) as w:
        assert start_inspection(w, paper.declaration_id, {batch: uuid4()}) == [mine]
    other = make_declaration(db, paper.farm, state="assigned", vet=paper.vet)
    with pytest.raises(Conflict), db.work(paper.vet.actor) as w:
        start_inspection(w, other.declaration_id, {other.batch_ids[0]: mine})


def test_findings_count_versions_leave_folded_menus_out_and_overwrite_nothing_unseen(db, paper):
    [check_id] = start(db, paper)
    gut = {"group-gut": Answer.ABNORMAL, "group-gut_signs": ("empty",), "water_temperature": 245}
    with db.work(paper.vet.actor) as w:
        assert keep_findings(w, check_id, gut, at=w.now - timedelta(hours=3)) == 2
    with db.work(paper.vet.actor) as w:
        assert keep_findings(w, check_id, gut) == 2
        assert [one.disease_code for one in sheet(w, check_id).suspects] == ["AHPND", "WSD"]
    with pytest.raises(Invalid, match="别处") as refused, db.work(paper.vet.actor) as w:
        keep_findings(w, check_id, {"group-gut": Answer.NORMAL}, seen=1)
    assert "“异常”" in refused.value.fields["group-gut"]
    healed = {"group-gut": Answer.NORMAL, "group-gut_signs": ("empty_gut",)}
    with db.work(paper.vet.actor) as w:
        assert keep_findings(w, check_id, healed, seen=2) == 3
        assert sheet(w, check_id).suspects == []
    rows = {row.item: row for row in rows_of(db, check_id)[1]}
    assert (rows["water_temperature"].amount, rows["group-gut_signs"].picks) == (245, ["empty"])
    assert rows["water_temperature"].by_device_at < rows["water_temperature"].at
    for wrong in ({"water_temperature": 999}, {"nothing": "normal"}, {"group-gut": 3}):
        with pytest.raises(Invalid), db.work(paper.vet.actor) as w:
            keep_findings(w, check_id, wrong)


def test_an_isolated_batch_cannot_pass_nor_be_certified_and_its_owner_is_told(db, paper):
    [check_id] = start(db, paper)
    fill(db, paper, check_id)
    with pytest.raises(Invalid, match="隔离"), db.work(paper.vet.actor) as w:
        suspect(w, check_id, [], course=Course.ISOLATE)
    for _again in range(2):
        with db.work(paper.vet.actor) as w:
            suspect(w, check_id, [], course=Course.ISOLATE, because="不明原因大量死亡")
    with pytest.raises(Invalid) as refused, db.work(paper.vet.actor) as w:
        give_verdict(w, check_id, Act.PASS, 500_000)
    assert set(refused.value.fields) == {"isolated"}
    with db.look(paper.vet.actor) as look:
        why = {one.reason for one in readiness(look, paper.load_ids[0]).reasons}
        assert Reason.BATCH_ISOLATED in why
    told = select(InboxMessage.subject).where(
        InboxMessage.to_organisation_id == paper.farm.organisation_id,
        InboxMessage.kind == "inspection",
    )
    with db.look(SYSTEM) as look:
        [subject] = look.scalars(told)
        assert "不要移动" in subject
    # What swims with it is as suspect: nothing of the lot moves, nor is it certified.
    with pytest.raises(NotAllowedNow, match="正在检疫处理"), db.work(paper.farm.owner) as w:
        pond = add_pond(w, paper.farm.hatchery_id, "9 号塘")
        split_lot(w, paper.farm.lot_id, to_pond_id=pond, quantity=5, reason="分")
    with db.look(paper.vet.actor) as look:
        why = {one.reason for one in readiness(look, paper.load_ids[0]).reasons}
        assert Reason.LOT_HELD in why
    # Once it was reported, the county says that it is none, before it is let go.
    with db.work(paper.vet.actor) as w:
        keep_findings(w, check_id, {"group-deaths_today": 30_0})
    with db.work(SYSTEM) as w:
        report = report_suspicion(w, check_id)
        assert w.get(ExpressReport, report).deaths == 30  # the vet counted them
    with pytest.raises(NotAllowedNow, match="排除疫情"), db.work(paper.vet.actor) as w:
        lift_isolation(w, check_id, "看着没事了")
    with db.work(SYSTEM) as w:
        close_express(w, report, Outcome.DENIED, "检测报告均为阴性")
    with pytest.raises(Invalid), db.work(paper.vet.actor) as w:
        lift_isolation(w, check_id, " ")
    with db.work(paper.vet.actor) as w:
        lift_isolation(w, check_id, "检测报告均为阴性")
        assert w.get(Lot, paper.farm.lot_id).held_for is None
    with pytest.raises(NotAllowedNow), db.work(paper.vet.actor) as w:
        lift_isolation(w, check_id, "再来一次")
    with db.work(paper.vet.actor) as w:
        give_verdict(w, check_id, Act.PASS, 500_000)


def test_a_vet_who_was_replaced_acts_no_more_even_before_the_other_has_begun(db, paper):
    [check_id] = start(db, paper)
    fill(db, paper, check_id)
    other = make_person(db, "official_vet", organisation_id=paper.farm.office_id)
    with db.work(paper.farm.clerk) as w:
        assign_vet(w, paper.declaration_id, other.person_id, "原来的人病了")
    with pytest.raises(NotAllowed, match="已改派"), db.work(paper.vet.actor) as w:
        give_verdict(w, check_id, Act.PASS, 500_000)


def test_the_road_is_in_order_of_time_and_says_straight_distances(db):
    farm, neighbour = make_hatchery(db), make_hatchery(db)
    vet = make_person(db, "official_vet", organisation_id=farm.office_id)
    days = {"late": 26, "noon": 3, "first": 2}
    papers = {}
    for name, hours in days.items():
        home = neighbour if name == "noon" else farm
        papers[name] = make_declaration(db, home)
        with db.work(home.clerk) as w:
            at = w.now + timedelta(hours=hours)
            accept_declaration(w, papers[name].declaration_id, visit_at=at)
        with db.work(home.clerk) as w:
            assign_vet(w, papers[name].declaration_id, vet.person_id)
    with db.engine.begin() as connection:
        for home, lat in ((farm, 32.0), (neighbour, 32.1)):
            ring = [[120.0, lat], [120.001, lat], [120.001, lat + 0.001]]
            table = Pond.__table__
            connection.execute(
                table.update().where(table.c.hatchery_id == home.hatchery_id).values(outline=ring)
            )
    with db.look(vet.actor) as look:
        road = route(look)
    assert [one.number for one in road[Part.TODAY]] == [
        papers["first"].number,
        papers["noon"].number,
    ]
    assert [one.number for one in road[Part.TOMORROW]] == [papers["late"].number]
    near, far = road[Part.TODAY]
    assert near.geo.startswith("geo:32.000")
    assert (near.away_m, round(far.away_m / 1000)) == (None, 11)
    assert far.phone
    assert [one[1:] for one in far.goods] == [(1, 500_000, "尾")]


def test_a_stale_page_decides_nothing_and_the_healthy_road_asks_for_no_words(db, client, paper):
    [check_id] = start(db, paper)
    vet, here = signed_in(client, paper.vet), f"/inspections/checks/{check_id}"
    page = vet.get(here).text
    form = page[page.index('id="docs"') : page.index('id="sample"')]
    assert "textarea" not in form
    assert "checked" not in form
    with db.look(SYSTEM) as look:
        items = sheet(look, check_id).items
    gut = tapped(healthy(items, abnormal="group-gut"))
    assert vet.post(f"{here}/findings", data=gut | {"version": "1"}).status_code == 302
    shown = unescape(vet.get(here).text)
    assert "白斑综合征" in shown
    assert "还差：全景照片、群体照片" in shown
    late = vet.post(f"{here}/findings", data=tapped(healthy(items)) | {"version": "1"})
    assert late.status_code == 422
    assert "别处刚改成“异常”" in unescape(late.text)
    said = {"quantity": "50万", "note": "个别空胃", "version": "1"}
    stale = vet.post(f"{here}/verdict/fail", data=said)
    assert stale.status_code == 409
    assert "在别处又记了新的内容" in unescape(stale.text)
    assert 'name="item_group-gut_signs" value="empty" checked' in stale.text
    assert rows_of(db, check_id)[0].state == "open"
    told = {"course": "isolate", "suspected": ["WSD"]}
    assert vet.post(f"{here}/suspicion", data=told).status_code == 302
    assert "已隔离并报告" in vet.get(f"/inspections/{paper.declaration_id}").text
    assert "能不能签" in vet.get(f"/inspections/{paper.declaration_id}").text
