"""Two devices, two verdicts: nothing is certified until the vet says which one stands."""

from __future__ import annotations

from html import unescape

import pytest
from sqlalchemy import select

from aquacert.certificates.issuing.queries.readiness import readiness
from aquacert.certificates.rules.reasons import Reason
from aquacert.declarations.models import Load
from aquacert.inspections.commands import order_treatment
from aquacert.inspections.commands.doubts import raise_doubt, settle_doubt
from aquacert.inspections.rules import Act
from aquacert.kernel.errors import Invalid, NotAllowed, NotAllowedNow
from tests.make.accounts import make_person, signed_in
from tests.make.declarations import make_declaration
from tests.make.inspections import inspect


def doubted(db, paper):
    with db.look(paper.vet.actor) as look:
        load = look.one(select(Load.id).where(Load.declaration_id == paper.declaration_id))
        found = {one.reason for one in readiness(look, load).reasons}
        return Reason.VERDICT_DOUBTED in found


def test_a_later_failed_bars_the_load_until_the_vet_lets_one_verdict_stand(db, client):
    paper = make_declaration(db, state="assigned")
    [check_id] = inspect(db, paper)
    assert not doubted(db, paper)
    with db.work(paper.vet.actor) as w:
        record_id = w.new_id()
        for _twice in range(2):
            raise_doubt(w, check_id, record_id)
    assert doubted(db, paper)
    other = make_person(db, "official_vet", organisation_id=paper.farm.office_id)
    with pytest.raises(NotAllowed), db.work(other.actor) as w:
        settle_doubt(w, check_id, Act.PASS, "重新看过")
    with pytest.raises(Invalid), db.work(paper.vet.actor) as w:
        settle_doubt(w, check_id, Act.PASS, " ")
    vet, here = signed_in(client, paper.vet), f"/inspections/checks/{check_id}"
    assert "收到两个相反的结论" in unescape(vet.get(here).text)
    bare = vet.post(f"{here}/doubt", data={"stands": "pass"})
    assert (bare.status_code, "请写明依据" in bare.text) == (422, True)
    said = {"stands": "pass", "because": "重新看过，死亡是另一塘的"}
    assert vet.post(f"{here}/doubt", data=said).status_code == 302
    assert not doubted(db, paper)
    with pytest.raises(NotAllowedNow), db.work(paper.vet.actor) as w:
        settle_doubt(w, check_id, Act.PASS, "再说一次")


def test_a_batch_that_failed_after_all_stays_barred_and_may_be_treated(db):
    paper = make_declaration(db, state="assigned")
    [check_id] = inspect(db, paper)
    with db.work(paper.vet.actor) as w:
        raise_doubt(w, check_id, w.new_id())
    with db.work(paper.vet.actor) as w:
        settle_doubt(w, check_id, Act.FAIL, "第二遍看，大面积空胃")
    assert doubted(db, paper)
    with db.work(paper.vet.actor) as w:
        law, measures = "《示例法》第一条第二款", ("停止起运，就地隔离。",)
        order_treatment(w, paper.declaration_id, check_id, law=law, measures=measures)
