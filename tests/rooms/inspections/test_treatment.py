"""A batch that failed: its notice of treatment, and what is disposed of leaves the stock."""

from __future__ import annotations

import io
from dataclasses import replace
from html import unescape

import pytest

from aquacert.accounts.queries.inbox import inbox
from aquacert.declarations.queries.filed import forms_of, sheet_of_form
from aquacert.hatcheries.models import Hatchery, Lot
from aquacert.inspections.commands import Done, order_treatment, record_disposal
from aquacert.inspections.queries.standing import standing_orders
from aquacert.inspections.rules import Act
from aquacert.kernel.errors import Conflict, Invalid, NotAllowed, NotAllowedNow
from aquacert.kernel.scope import SYSTEM
from aquacert.kernel.sheets import words_of
from tests.make.accounts import make_person, signed_in
from tests.make.declarations import make_declaration
from tests.make.inspections import inspect, picture, start

LAW = "《示例法》第一条第二款"
MEASURES = ("停止起运，就地隔离。", "对死亡个体进行无害化处理。")


def order(db, paper, check_id, actor=None, **other):
    said = {"law": LAW, "measures": MEASURES, "method": "深埋"} | other
    with db.work(actor or paper.vet.actor) as w:
        return order_treatment(w, paper.declaration_id, check_id, **said)


def printed(db, paper, kind):
    with db.look(paper.farm.clerk) as look:
        forms = forms_of(look, paper.declaration_id)
        return [words_of(sheet_of_form(one.form)) for one in forms if one.form.kind == kind]


def balance(db, paper):
    with db.look(SYSTEM) as look:
        return look.session.get(Lot, paper.farm.lot_id).balance


def test_a_failing_batch_has_one_notice_and_its_disposals_leave_the_stock(db):
    paper = make_declaration(db, state="assigned")
    [check_id] = inspect(db, paper, outcome=Act.FAIL)
    other = make_person(db, "official_vet", organisation_id=paper.farm.office_id)
    with pytest.raises(NotAllowed):
        order(db, paper, check_id, other.actor)
    with pytest.raises(Invalid) as lacking:
        order(db, paper, check_id, law="有关规定", measures=("进行无害化处理",), method="")
    assert set(lacking.value.fields) == {"law", "method"}
    order_id = order(db, paper, check_id)
    with pytest.raises(Conflict):
        order(db, paper, check_id)
    with db.look(paper.farm.owner) as look:
        told = [one.subject for one in look.scalars(inbox(look))]
        assert any("不合格，先不要起运" in one for one in told)
        assert any("检疫处理通知单 2026000001，请马上看" in one for one in told)
        farm = look.actor.organisation_id
        [shown] = standing_orders(look, farm, paper.declaration_id)
        assert (shown.order_id, shown.number, shown.is_taken) == (order_id, "2026000001", False)
    [notice] = printed(db, paper, "treatment")
    said = "".join(notice)
    with db.look(SYSTEM) as look:
        assert look.get(Hatchery, paper.farm.hatchery_id).phone in said
    for fact in (
        "编号：2026000001",
        "凡纳滨对虾伍拾万尾经检疫不合格",
        LAW,
        "二、对死亡个体",
        "深埋",
    ):
        assert fact in said, fact
    [record] = printed(db, paper, "record")
    assert "第 1 批不合格" in "".join(record)

    before = balance(db, paper)
    db.clock.forward(hours=2)
    done = Done(120_000, "深埋", "场内处理点", db.clock.now(), "李某", "坑深 2 米", (picture(),))
    with db.work(paper.vet.actor) as w:
        record_disposal(w, order_id, done)
    assert balance(db, paper) == before - 120_000
    assert "壹拾贰万尾" in "".join(printed(db, paper, "disposal")[0])
    for wrong in ({"quantity": 380_001}, {"quantity": 0}, {"operator": " "}, {"photos": ()}, {}):
        with pytest.raises(Invalid), db.work(paper.vet.actor) as w:
            record_disposal(w, order_id, replace(done, **wrong))
    with pytest.raises(Invalid), db.work(paper.vet.actor) as w:
        record_disposal(w, order_id, replace(done, at=db.clock.now().replace(year=2027)))
    assert balance(db, paper) == before - 120_000
    assert len(printed(db, paper, "disposal")) == 1


def test_a_batch_that_did_not_fail_has_no_notice(db):
    paper = make_declaration(db, state="assigned")
    [check_id] = start(db, paper)
    with pytest.raises(NotAllowedNow):
        order(db, paper, check_id)


def test_the_vet_orders_and_records_on_the_page(db, client):
    paper = make_declaration(db, state="assigned")
    [check_id] = inspect(db, paper, outcome=Act.FAIL)
    vet, here = signed_in(client, paper.vet), f"/inspections/checks/{check_id}/treatment"
    wrong = vet.post(here, data={"law": "有关规定", "measures": "停止", "remedy": "treat"})
    assert (wrong.status_code, "写明法律依据到条、款、项" in wrong.text) == (422, True)
    ticked = "停止起运，就地隔离。"
    assert ticked in unescape(vet.get(here).text)
    assert "第五十七条第一款" in vet.get(here).text
    sent = {"law": LAW, "usual": ticked, "measures": MEASURES[1]}
    assert vet.post(here, data=sent | {"method": "深埋", "remedy": "dispose"}).status_code == 302
    here = vet.get(here).location
    shown = unescape(vet.get(here).text)
    assert "2026000001" in shown
    assert shown.index(ticked) < shown.index(MEASURES[1])
    done = {
        "quantity": "12万",
        "method": "深埋",
        "place": "场内",
        "operator": "李某",
    }
    bare = vet.post(f"{here}/disposals", data=done)
    assert (bare.status_code, "至少拍一张现场照片" in bare.text) == (422, True)
    seen = done | {"photos": (io.BytesIO(picture()), "a.png")}
    assert vet.post(f"{here}/disposals", data=seen).status_code == 302
    assert "看记录 2026000001" in unescape(vet.get(here).text)
