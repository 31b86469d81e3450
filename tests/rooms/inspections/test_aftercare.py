"""After the notice: taken, treated, looked at again, ended; and a suspected epidemic goes up."""

from __future__ import annotations

import io
from dataclasses import replace
from html import unescape

import pytest
from sqlalchemy import select

from aquacert.accounts.queries.inbox import inbox
from aquacert.certificates.issuing.queries.readiness import readiness
from aquacert.certificates.rules.reasons import Reason
from aquacert.declarations.models import Declaration, Load
from aquacert.declarations.queries.filed import latest, sheet_of_form
from aquacert.declarations.rules.filing import FormKind
from aquacert.hatcheries.commands import add_pond, split_lot
from aquacert.hatcheries.models import Lot
from aquacert.inspections.commands import order_treatment, record_disposal
from aquacert.inspections.commands.aftercare import (
    Receipt,
    Step,
    end_case,
    notice_digest,
    redeclare,
    take_notice,
    write_step,
)
from aquacert.inspections.commands.treatment import Done
from aquacert.inspections.models import NoticeReceipt, Photo, TreatmentCase
from aquacert.inspections.rules import Act
from aquacert.inspections.rules.treatment import CaseAct, ReceiptWay, Remedy, StepKind
from aquacert.kernel.errors import Conflict, Invalid, NotAllowed, NotAllowedNow, NotFound
from aquacert.kernel.files import StoredFile
from aquacert.kernel.scope import SYSTEM
from aquacert.kernel.sheets import words_of
from aquacert.surveillance.commands.express import close_express, receive_express
from aquacert.surveillance.models import Event, ExpressReport, Zone
from aquacert.surveillance.rules.express import Outcome
from tests.make.accounts import make_person, signed_in
from tests.make.declarations import make_declaration
from tests.make.inspections import inspect, picture

LAW = "《示例法》第一条第二款"


def ordered(db, paper, check_id, remedy=Remedy.TREAT):
    with db.work(paper.vet.actor) as w:
        measures = ("停止起运，就地隔离。", "用药治疗。")
        return order_treatment(
            w,
            paper.declaration_id,
            check_id,
            law=LAW,
            measures=measures,
            method="深埋",
            remedy=remedy,
        )


def shown(db, order_id):
    with db.look(SYSTEM) as look:
        return notice_digest(latest(look, FormKind.TREATMENT, order_id).facts)


def shot_before(db, check_id):
    """Return one picture that the visit kept, as anybody may save it from its page."""
    with db.look(SYSTEM) as look:
        photo = look.one(select(Photo).where(Photo.check_id == check_id).limit(1))
        return look.read_file(look.session.get(StoredFile, photo.file_id))


def held(db, paper):
    with db.look(SYSTEM) as look:
        return look.session.get(Lot, paper.farm.lot_id).held_for


def test_a_treated_batch_is_taken_followed_looked_at_again_and_declared_anew(db):
    paper = make_declaration(db, state="assigned")
    [check_id] = inspect(db, paper, outcome=Act.FAIL)
    order_id = ordered(db, paper, check_id)
    vet, owner = paper.vet.actor, paper.farm.owner
    assert held(db, paper) == order_id
    with db.look(SYSTEM) as look:  # what is disposed of leaves this very lot: no merge, no closing
        assert look.impact("hatchery", paper.farm.hatchery_id)["检疫处理"] == 1
    with pytest.raises(NotAllowedNow, match="正在检疫处理"), db.work(owner) as w:
        pond = add_pond(w, paper.farm.hatchery_id, "9 号塘")
        split_lot(w, paper.farm.lot_id, to_pond_id=pond, quantity=5, reason="分")
    with db.look(vet) as look:
        load = look.one(select(Load.id).where(Load.declaration_id == paper.declaration_id))
        assert Reason.LOT_HELD in {one.reason for one in readiness(look, load).reasons}

    # Taken: what is confirmed is what was shown, by the party, once; the notice says so.
    mine = Receipt(ReceiptWay.ACCOUNT, shown(db, order_id))
    with pytest.raises(Conflict), db.work(owner) as w:
        take_notice(w, order_id, replace(mine, facts_sha256="0" * 64))
    with pytest.raises(NotAllowed), db.work(vet) as w:
        take_notice(w, order_id, mine)
    with pytest.raises(Invalid) as bare, db.work(vet) as w:
        take_notice(w, order_id, replace(mine, way=ReceiptWay.SIGNED))
    assert set(bare.value.fields) == {"name", "picture"}
    with db.work(owner) as w:
        take_notice(w, order_id, mine)
    with db.work(owner) as w:
        again = take_notice(w, order_id, mine)
        assert w.one(select(NoticeReceipt.id)) == again  # his second tab
    with pytest.raises(Conflict), db.work(vet) as w:
        signed = replace(mine, way=ReceiptWay.SIGNED, name="签收人", picture=picture())
        take_notice(w, order_id, replace(signed, facts_sha256=shown(db, order_id)))
    with db.look(owner) as look:
        notice = latest(look, FormKind.TREATMENT, order_id)
        assert "用自己的账号签收" in "".join(words_of(sheet_of_form(notice)))

    # Ended only when all is done; everything that lacks is named at once.
    with pytest.raises(Invalid) as early, db.work(vet) as w:
        end_case(w, order_id, CaseAct.RECOVER, "复查合格")
    assert "还没有用药、隔离或消毒的记录；还没有官方兽医的复查记录和照片" in str(early.value)
    db.clock.forward(hours=3)
    now = db.clock.now()
    with db.work(owner) as w:
        write_step(w, order_id, Step(StepKind.TREATED, "聚维酮碘 0.3 mL/m³，休药期 7 天", now))
    with db.work(owner) as w:
        write_step(w, order_id, Step(StepKind.DIED, "死亡清塘", now, quantity=1_000))
    look_again = Step(StepKind.RECHECKED, "群体活力正常，肠胃饱满", now, picture=picture())
    with pytest.raises(NotAllowed), db.work(owner) as w:
        write_step(w, order_id, look_again)
    with pytest.raises(Invalid), db.work(owner) as w:
        write_step(w, order_id, Step(StepKind.DIED, "死亡", now))
    used = shot_before(db, check_id)
    with pytest.raises(Invalid) as twice, db.work(vet) as w:
        write_step(w, order_id, replace(look_again, picture=used))
    assert "已经用过" in twice.value.fields["picture"]
    with db.work(vet) as w:
        write_step(w, order_id, look_again)
    with pytest.raises(NotAllowedNow), db.work(owner) as w:
        redeclare(w, order_id)
    with db.work(vet) as w:
        end_case(w, order_id, CaseAct.RECOVER, "复查合格，可以重新申报")
    assert held(db, paper) is None
    with pytest.raises(NotAllowedNow), db.work(owner) as w:
        write_step(w, order_id, Step(StepKind.TREATED, "再用药", now))
    with db.look(owner) as look:
        assert any("可以重新申报" in one.subject for one in look.scalars(inbox(look)))
    made = []
    for _again in range(2):
        with db.work(owner) as w:
            made.append(redeclare(w, order_id))
    assert made[0] == made[1] != paper.declaration_id
    with db.look(owner) as look:
        assert look.get(Declaration, made[0]).copied_from_id == paper.declaration_id
    stranger = make_person(db, "hatchery_owner")
    with pytest.raises((NotFound, NotAllowed)), db.work(stranger.actor) as w:
        redeclare(w, order_id)


def test_an_epidemic_is_reported_held_and_ends_as_the_officer_judges(db):
    paper = make_declaration(db, state="assigned")
    [check_id] = inspect(db, paper, outcome=Act.FAIL, suspected=("WSD",))
    order_id = ordered(db, paper, check_id, Remedy.ISOLATE)
    with db.look(SYSTEM) as look:
        [report] = look.scalars(select(ExpressReport))
        [event] = look.scalars(select(Event).where(Event.source == "express"))
        assert (event.disease_code, event.status, event.is_confirmed) == ("WSD", "suspected", False)
        assert "东滩 1 号" in report.place
        assert "东滩" not in event.place + event.words + str(event.content)
    vet, keeper = paper.vet.actor, make_person(db, "surveillance_officer").actor
    with db.work(paper.farm.owner) as w:
        take_notice(w, order_id, Receipt(ReceiptWay.ACCOUNT, shown(db, order_id)))
    with pytest.raises(Invalid, match="疫情快报还没有排除疫情"), db.work(vet) as w:
        end_case(w, order_id, CaseAct.RECOVER, "看着好了")
    with db.work(vet) as w:
        end_case(w, order_id, CaseAct.HAND_OVER, "移交县里疫情处置")
    assert held(db, paper) == order_id
    with pytest.raises(Invalid, match="还没有排除疫情"), db.work(vet) as w:
        end_case(w, order_id, CaseAct.TAKE_BACK, "收回处理")
    with db.work(keeper) as w:
        receive_express(w, report.id)
    with pytest.raises(Invalid), db.work(keeper) as w:
        close_express(w, report.id, Outcome.DENIED, " ")
    with db.work(keeper) as w:
        close_express(w, report.id, Outcome.DENIED, "复检阴性 示检 2026-001")
    with db.look(SYSTEM) as look:
        assert look.session.get(Event, event.id).verdict == "denied"
    with db.work(vet) as w:
        end_case(w, order_id, CaseAct.TAKE_BACK, "已排除疫情，继续处理")
    with db.look(SYSTEM) as look:
        case = look.one(select(TreatmentCase))
        assert (case.state, case.closed_at) == ("open", None)


def test_of_several_suspected_diseases_only_the_confirmed_one_closes_the_county(db, client):
    paper = make_declaration(db, state="assigned")
    [check_id] = inspect(db, paper, outcome=Act.FAIL, suspected=("AHPND", "WSD"))
    ordered(db, paper, check_id, Remedy.ISOLATE)
    with db.look(SYSTEM) as look:
        report_id = look.one(select(ExpressReport.id))
    keeper = signed_in(client, make_person(db, "surveillance_officer"))
    here = f"/surveillance/express/{report_id}"
    assert "确认的病种" in keeper.get(here).text
    said = {"outcome": "confirmed", "basis": "检测报告 示检 2026-002"}
    assert "请选确认的是哪一种" in keeper.post(f"{here}/close", data=said).text
    told = said | {"confirmed": "WSD", "once": "2"}
    assert keeper.post(f"{here}/close", data=told).status_code == 302
    with db.look(SYSTEM) as look:
        rows = look.scalars(select(Event).where(Event.source == "express"))
        found = {row.disease_code: row.verdict for row in rows}
        assert found == {"AHPND": "denied", "WSD": "confirmed"}
        zones = look.scalars(select(Zone.disease_code))
        assert set(zones) <= {"WSD"}


def test_what_swam_with_a_disposed_batch_is_looked_at_before_the_lot_is_free(db, client):
    paper = make_declaration(db, state="assigned")
    [check_id] = inspect(db, paper, outcome=Act.FAIL)
    order_id = ordered(db, paper, check_id, Remedy.DISPOSE)
    vet = paper.vet.actor
    receipt = Receipt(ReceiptWay.REFUSED, shown(db, order_id), "见证人甲、乙", picture())
    with db.work(vet) as w:
        take_notice(w, order_id, receipt)
    db.clock.forward(hours=1)
    done = Done(500_000, "深埋", "场内处理点", db.clock.now(), "李某", "", (picture(),))
    with db.work(vet) as w:
        record_disposal(w, order_id, done)
    with pytest.raises(Invalid, match="复查记录和照片"), db.work(vet) as w:
        end_case(w, order_id, CaseAct.DISPOSE, "已全部处理")
    with db.work(vet) as w:
        now = db.clock.now()
        write_step(w, order_id, Step(StepKind.RECHECKED, "余下的没有异常", now, picture=picture()))
    with db.work(vet) as w:
        end_case(w, order_id, CaseAct.DISPOSE, "已全部处理，余下复查正常")
    assert held(db, paper) is None
    # the picture of a receipt shows a signature: an auditor reads that it was taken, and when
    with db.look(SYSTEM) as look:
        file_id = look.one(select(NoticeReceipt.file_id))
    here = f"/inspections/treatments/{order_id}"
    for role, division, status in (("auditor", "320000", 403), ("county_supervisor", None, 200)):
        person = make_person(db, role, **({"division": division} if division else {}))
        reader = signed_in(client, person)
        assert reader.get(f"{here}/files/{file_id}").status_code == status
        assert (str(file_id) in reader.get(here).text) == (status == 200)
        record = f"/inspections/{paper.declaration_id}/record.docx"
        assert reader.get(record).status_code == status


def test_owner_and_vet_walk_the_order_on_its_page(db, client):
    paper = make_declaration(db, state="assigned")
    [check_id] = inspect(db, paper, outcome=Act.FAIL)
    order_id = ordered(db, paper, check_id)
    here = f"/inspections/treatments/{order_id}"
    with client.session_transaction() as cookie:
        cookie.update(_user_id=paper.farm.owner_secret, _fresh=True)
    owner = client
    told = unescape(owner.get(f"/declarations/{paper.declaration_id}").text)
    assert "不合格，不能起运" in told
    assert "有一批不合格或已隔离" in told
    assert f'href="{here}"' in told
    page = unescape(owner.get(here).text)
    assert "我看过了，签收" in page
    assert "办结检疫处理" not in page
    digest = page.split('name="shown"')[1].split('value="')[1].split('"')[0]
    for tab in "12":  # the second tab lands where the first did
        taken = owner.post(f"{here}/taken", data={"shown": digest, "once": tab})
        assert taken.headers["Location"] == here
    wrong = owner.post(f"{here}/steps", data={"kind": "died", "note": "死亡"})
    assert (wrong.status_code, "写明死亡数量" in wrong.text) == (422, True)
    step = {"kind": "treated", "note": "聚维酮碘泼洒", "picture": (io.BytesIO(picture()), "a.png")}
    assert owner.post(f"{here}/steps", data=step).status_code == 302
    page = unescape(owner.get(here).text)
    assert "聚维酮碘泼洒" in page
    photo = page.split(f'src="{here}/files/')[1].split('"')[0]
    assert owner.get(f"{here}/files/{photo}").mimetype == "image/jpeg"
