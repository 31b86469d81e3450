"""A written name gets its meaning from two persons, and its events act at once."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DatabaseError

from aquacert.kernel.audit import AuditEntry
from aquacert.kernel.errors import Conflict, Invalid, NotAllowed, NotAllowedNow
from aquacert.kernel.scope import SYSTEM
from aquacert.surveillance.commands.crosswalk import Proposal, approve, propose, reject, withdraw
from aquacert.surveillance.models.crosswalk import CrosswalkRow
from aquacert.surveillance.queries.crosswalk import (
    Crosswalk,
    versions_of,
    waiting_names,
    whole,
)
from aquacert.surveillance.queries.events import changes_of
from aquacert.surveillance.rules.crosswalk import Subject, System
from aquacert.surveillance.rules.events import Realm
from tests.make.accounts import make_person, signed_in
from tests.make.surveillance import blocked, brought_in, event_of, luhe, make_officer

NAME = "White spot woe of prawns"


@pytest.fixture
def two(db):
    """Two officers of the whole province."""
    return make_officer(db, "320000").actor, make_person(
        db, "province_supervisor", division="320000"
    ).actor


def said(name=NAME, code="WSD", **more):
    return Proposal(name, "手册第 12 页", Realm.AQUATIC, code, **more)


def asked(db, actor, proposal=None):
    with db.work(actor) as w:
        return propose(w, proposal or said())


def test_an_approved_name_acts_at_once_and_two_persons_reverse_it(db, two):
    first, second = two
    brought_in(db, luhe(disease=NAME), luhe(Id="2", disease=NAME.upper()))
    with db.look(SYSTEM) as look:
        waiting = waiting_names(look)
    assert sum(one.events for one in waiting) == 2
    assert {one.suggestions[0].code for one in waiting} == {"WSD"}
    row_id = asked(db, first)
    with db.look(SYSTEM) as look:
        assert waiting_names(look)[0].proposal is not None
    assert blocked(db) == ()
    for reader, seen in ((first, 1), (make_person(db, "dealer").actor, 0)):
        with db.look(reader) as look:
            assert len(whole(look, NAME)) == seen
    with pytest.raises(Conflict), db.work(second) as w:
        propose(w, said())
    with pytest.raises(Invalid, match="陆生"), db.work(second) as w:
        propose(w, said("Rabbit haemorrhagic disease", "GCHD"))
    with pytest.raises(NotAllowedNow, match="自己"), db.work(first) as w:
        approve(w, row_id, "核对过了")
    with db.work(second) as w:
        assert approve(w, row_id, "核对过了") == 2
    assert len(blocked(db)) >= 1
    assert event_of(db).division_code == "320116"
    with pytest.raises(NotAllowedNow, match="已经有人"), db.work(second) as w:
        approve(w, row_id, "再点一次")
    with db.look(SYSTEM) as look:
        assert waiting_names(look) == []
        tags = look.scalars(select(AuditEntry.tag).where(AuditEntry.tag.contains("crosswalk")))
    assert set(tags) == {"surveillance:crosswalk:propose", "surveillance:crosswalk:decide"}
    with pytest.raises(NotAllowedNow, match="放开管控区"), db.work(first) as w:
        withdraw(w, row_id, "弄错了，另有其病")
    assert len(blocked(db)) >= 1
    held = asked(db, first, said(code=None))
    with db.work(second) as w:
        assert approve(w, held, "另有其病") == 2
    assert blocked(db) == ()
    with db.work(first) as w:
        assert withdraw(w, held, "等新手册") == 2
    assert event_of(db).realm == "unmapped"
    with db.look(SYSTEM) as look:
        told = changes_of(look, event_of(db).id)
    assert [one.diff.get("disease_code") for one in told] == [[None, "WSD"], ["WSD", None], None]
    assert "病名对照" in told[0].reason
    with pytest.raises(NotAllowedNow, match="不在用"), db.work(first) as w:
        withdraw(w, row_id, "再撤一次")


def test_versions_follow_each_other_and_none_can_be_rewritten(db, two):
    first, second = two
    one = asked(db, first)
    with db.work(second) as w:
        approve(w, one, "核对过了")
    two_ = asked(db, second, said(code="DIV1"))
    with db.work(first) as w:
        approve(w, two_, "按新版手册")
    three = asked(db, first, said(code="TS"))
    with pytest.raises(Invalid), db.work(second) as w:
        reject(w, three, " ")
    with db.work(second) as w:
        reject(w, three, "依据不足")
    four = asked(db, first, said(code="TS"))
    with pytest.raises(NotAllowed), db.work(second) as w:
        withdraw(w, four, "不是我提的")
    with db.work(first) as w:
        assert withdraw(w, four, "写错了") == 0
    with db.look(SYSTEM) as look:
        rows = versions_of(look, look.get(CrosswalkRow, one))
        assert [(row.version, row.state) for row in rows] == [
            (1, "replaced"),
            (2, "approved"),
            (3, "rejected"),
            (4, "withdrawn"),
        ]
        assert Crosswalk(look).meaning(NAME, "wahis").disease_code == "DIV1"
    for statement in (
        update(CrosswalkRow).where(CrosswalkRow.id == one).values(disease_code="TS"),
        update(CrosswalkRow).where(CrosswalkRow.id == two_).values(written="x"),
        delete(CrosswalkRow).where(CrosswalkRow.id == four),
    ):
        with pytest.raises(DatabaseError), db.work(SYSTEM) as w:
            w.session.execute(statement)


def test_only_the_province_approves_and_a_system_keeps_its_own_names(db, two):
    county = make_officer(db, "320116").actor
    first, second = two
    brought_in(db, luhe(disease=NAME))
    row_id = asked(db, county, said(system=System.WAHIS))
    other = make_officer(db, "320100").actor
    with pytest.raises(NotAllowed, match="省级"), db.work(other) as w:
        approve(w, row_id, "核对过了")
    with db.work(first) as w:
        assert approve(w, row_id, "核对过了") == 0
    with db.look(SYSTEM) as look:
        names = Crosswalk(look)
        assert names.meaning(NAME, "wahis").disease_code == "WSD"
        assert names.meaning(NAME, "empresi").realm is Realm.UNMAPPED
        assert names.species("whiteleg shrimp:Penaeus vannamei") == "PNV"
        assert names.species("某种虾") is None
    kind = asked(db, first, said("某种虾", "PNV", subject=Subject.SPECIES))
    with db.work(second) as w:
        assert approve(w, kind, "当地叫法") == 0
    with db.look(SYSTEM) as look:
        assert Crosswalk(look).species("某种虾") == "PNV"


def test_the_queue_leads_to_a_proposal_and_another_person_approves_it(db, client):
    brought_in(db, luhe(disease=NAME, speciesDescription="domestic, woe prawn:Penaeus woensis"))
    first = make_officer(db, "320000")
    approver = make_person(db, "province_supervisor", division="320000")
    signed_in(client, first)
    queue = client.get("/surveillance/names").text
    assert "没对上的品种名" in queue
    assert "penaeus woensis" in queue.casefold()
    assert NAME in queue
    assert "白斑综合征" in queue
    form = client.get(f"/surveillance/names/new?written={NAME}&code=WSD").text
    assert "相近的病名" in form
    said_ = {"subject": "disease", "written": NAME, "system": "", "realm": "aquatic"}
    empty = client.post("/surveillance/names/new", data=said_ | {"code": "WSD", "grounds": ""})
    assert empty.status_code == 422
    sent = client.post(
        "/surveillance/names/new", data=said_ | {"code": "WSD", "grounds": "手册第 12 页"}
    )
    assert sent.status_code == 302
    assert "请另一个人核准" in client.get(sent.location).text
    own = client.post(f"{sent.location}/approve", data={"because": "自己核"})
    assert own.status_code == 409
    signed_in(client, approver)
    assert f"名称对照等您核准：{NAME}" in client.get("/accounts/inbox").text
    assert "核准，立即起用" in client.get(sent.location).text
    done = client.post(f"{sent.location}/approve", data={"because": "核对过了"})
    assert done.status_code == 302
    assert "已核准，在用" in client.get(done.location).text
    assert len(blocked(db)) == 1
    assert "所有病名都对上了" in client.get("/surveillance/names").text
    table = client.get("/surveillance/names/table.csv?q=" + NAME).data.decode("utf-8-sig")
    assert "两人核准,1,已核准，在用" in table
    assert client.get("/surveillance/names/table.xlsx").data[:2] == b"PK"
    assert "Infection with koi herpesvirus" in client.get("/surveillance/names/table?q=KHVD").text
    [item] = client.get(f"/api/v1/surveillance/crosswalk?q={NAME}").json["items"]
    assert (item["code"], item["version"]) == ("WSD", 1)
    assert client.get("/api/v1/surveillance/crosswalk/waiting").json == {"items": []}
    assert client.get("/api/v1/surveillance/risk/320116").json["points"] >= 45
