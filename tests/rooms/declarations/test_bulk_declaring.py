"""Many declarations in one workbook: cells named, one effect, sent in the background."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from functools import partial

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import select

from aquacert.accounts.commands import end_appointment
from aquacert.accounts.models import InboxMessage, Membership
from aquacert.accounts.queries.inbox import inbox
from aquacert.declarations import tasks
from aquacert.declarations.commands import withdraw_declaration
from aquacert.declarations.commands.bulk import draft_bulk, read_bulk, send_bulk, upload_bulk
from aquacert.declarations.documents.workbook import bulk_template
from aquacert.declarations.models import Bulk, BulkDraft, Declaration
from aquacert.declarations.parsers import read_workbook
from aquacert.declarations.queries import batches_of, loads_of
from aquacert.declarations.queries.bulk import bulk_rows, lot_names, progress
from aquacert.declarations.rules.answers import from_json
from aquacert.declarations.rules.bulk import FIELDS, HEADS, NEEDED, letter
from aquacert.declarations.tasks import send_bulk as send_all
from aquacert.hatcheries.commands import book_stock
from aquacert.kernel.audit import AuditEntry
from aquacert.kernel.clock import SHANGHAI
from aquacert.kernel.errors import Invalid, NotAllowedNow
from aquacert.kernel.outbox import Runner
from aquacert.kernel.scope import SYSTEM
from tests.make.accounts import make_person
from tests.make.hatcheries import COUNTY, caught, lot, make_hatchery
from tests.rooms.declarations.test_views import browser
from tests.rooms.declarations.test_views import text as words

GOOD = {
    "quantity": "10万",
    "source": "人工饲养",
    "destination": "山东省青岛市崂山区",
    "place": "样例养殖场",
    "consignee": "李四",
    "consignee_phone": "13700001111",
    "travel_days": 2,
    "mode": "公路",
    "plate": "示A6P208",
    "carrier": "王五",
    "carrier_phone": "13900001111",
    "disinfectant": "聚维酮碘",
    "purpose": "养殖",
}


@pytest.fixture
def farm(db):
    return make_hatchery(db)


def names_of(db, farm):
    with db.look(farm.owner) as look:
        return list(lot_names(look, farm.hatchery_id))


def row(db, name, **other):
    leaves = (db.clock.now() + timedelta(days=5)).astimezone(SHANGHAI).replace(tzinfo=None)
    return GOOD | {"lot": name, "departs_at": leaves} | other


def workbook(*rows, change=None):
    book = load_workbook(io.BytesIO(bulk_template([], [])))
    sheet = book.worksheets[0]
    for at, one in enumerate(rows, 2):
        for name, value in one.items():
            sheet.cell(at, FIELDS.index(name) + 1, value)
    if change:
        change(book)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def upload(db, farm, data):
    with db.work(farm.owner) as w:
        return upload_bulk(w, read_bulk(w, data))


def faults(db, farm, bulk_id):
    with db.look(farm.owner) as look:
        rows = bulk_rows(look, bulk_id).items
        return [tuple(fault[:3]) for one in rows for fault in one.draft.faults]


def test_the_template_offers_the_farms_own_lots_and_species(db, farm):
    lot(db, farm)
    [first, second] = names_of(db, farm)
    book = load_workbook(io.BytesIO(bulk_template([first, second], ["凡纳滨对虾", "=1+1"])))
    assert [cell.value for cell in book.worksheets[0][1]] == list(HEADS.values())
    lists = book["下拉内容"]
    assert {lists["A2"].value, lists["A3"].value} == {first, second}
    assert lists["B3"].data_type == "s"
    assert "凡纳滨对虾" in first + second


def test_every_wrong_cell_is_named_by_row_and_column_and_stock_counts_over_all_rows(db, farm):
    [name] = names_of(db, farm)
    bulk_id = upload(
        db,
        farm,
        workbook(
            row(db, name, quantity="1.5"),
            row(db, "别的塘", plate="示A6P209"),
            row(db, name, quantity="=1+1"),
            row(db, name, quantity=1_000_000, plate="示A6P210"),
            row(db, name, quantity=300_000, plate="示A6P211"),
            row(db, name, species="草鱼", carrier_phone="12", plate="示A6P212"),
            row(db, name, purpose="送人", plate="示A6P213"),
        ),
    )
    found = faults(db, farm, bulk_id)
    assert {
        (2, "C", "数量"),
        (3, "B", "塘口和批次"),
        (4, "C", "数量"),
        (6, "C", "数量"),
        (7, "P", "承运电话"),
        (7, "D", "品种（核对用）"),
        (8, "R", "用途"),
    } == set(found)
    with pytest.raises(NotAllowedNow, match="6 份有错"), db.work(farm.owner) as w:
        draft_bulk(w, bulk_id)
    with db.work(farm.owner) as w:
        assert draft_bulk(w, bulk_id, only_good=True) == 1


def test_rows_with_one_number_are_one_declaration_and_one_file_has_one_effect(db, farm):
    lot(db, farm)
    names = names_of(db, farm)
    shrimp, carp = sorted(names, key=lambda name: "草鱼" in name)
    rows = (
        row(db, shrimp, group=1, quantity=100000),
        row(db, carp, group=1, quantity=20000),
        row(db, shrimp, group=1, quantity=50000, plate="示A6P299"),
        row(db, carp, quantity="3万", plate="示A6P300"),
    )
    first = upload(db, farm, workbook(*rows))
    again = upload(db, farm, workbook(*rows, change=lambda book: book.create_sheet("又存了一次")))
    assert again == first
    with db.work(farm.owner) as w:
        assert draft_bulk(w, first) == 2
    with db.work(farm.owner) as w:
        assert draft_bulk(w, first) == 2
        assert upload_bulk(w, read_bulk(w, workbook(*rows))) == first
    for _ in range(2):
        with db.work(farm.owner) as w:
            send_bulk(w, first, statement=True)
    mine = {"declarations.send_bulk": partial(send_all, db)}
    runner = Runner(db.engine, db.reader, db.clock, mine)
    db.subscribers = {"bulk.sent": ("declarations.send_bulk",)}
    assert runner.run_all() <= 2
    send_all(db, first)
    send_all(db, first)
    with db.look(SYSTEM) as look:
        papers = look.scalars(select(Declaration).order_by(Declaration.number))
        assert [one.state for one in papers] == ["submitted", "submitted"]
        assert [one.declared_by_id for one in papers] == [farm.owner.person_id] * 2
        assert not any(one.is_proxy for one in papers)
        assert [one.quantity for one in batches_of(look, papers[0].id)] == [150_000, 20_000]
        assert len(loads_of(look, papers[0].id)) == 3
        assert (progress(look, first).sent, progress(look, first).failed) == (2, 0)
        assert look.session.get(Bulk, first).state == "done"
    with db.look(farm.clerk) as look:
        [told] = look.scalars(inbox(look).where(InboxMessage.to_organisation_id == farm.office_id))
        assert "批量新申报 2 份" in told.subject
    vet = make_person(db, "official_vet", organisation_id=farm.office_id)
    with db.look(vet.actor) as look:
        assert look.scalars(inbox(look)) == [], "answering is not the vet's work"


def test_one_that_fails_stays_a_draft_with_its_reason_and_the_others_go(db, farm):
    [name] = names_of(db, farm)
    bulk_id = upload(
        db,
        farm,
        workbook(row(db, name, quantity=1_000_000), row(db, name, quantity=1000, plate="示A6P299")),
    )
    with db.work(farm.owner) as w:
        draft_bulk(w, bulk_id)
    with pytest.raises(Invalid) as error, db.work(farm.owner) as w:
        send_bulk(w, bulk_id, statement=False)
    assert "statement" in error.value.fields
    with db.work(farm.owner) as w:
        book_stock(w, farm.lot_id, "death", 1_000_000)
        send_bulk(w, bulk_id, statement=True)
    send_all(db, bulk_id)
    with db.look(SYSTEM) as look:
        drafts = look.scalars(select(BulkDraft).order_by(BulkDraft.number))
    assert [one.state for one in drafts] == ["failed", "sent"]
    assert "20 万尾" in drafts[0].sentence


def test_a_mended_workbook_declares_nothing_a_second_time(db, farm):
    """Rows that came through stand in the whole workbook again; one row twice is a slip as well."""
    [name] = names_of(db, farm)
    good = row(db, name, quantity=1000)
    first = upload(db, farm, workbook(good, row(db, name, quantity="几千", plate="示A6P299")))
    with db.work(farm.owner) as w:
        draft_bulk(w, first, only_good=True)
    mended = row(db, name, quantity=2000, plate="示A6P299")
    second = upload(db, farm, workbook(good, mended, mended))
    assert faults(db, farm, second) == [(2, "", "整份申报"), (4, "", "整份申报")]
    with db.work(farm.owner) as w:
        assert draft_bulk(w, second, only_good=True) == 1
        [paper] = w.scalars(
            select(BulkDraft.declaration_id).where(
                BulkDraft.bulk_id == first, BulkDraft.state == "drafted"
            )
        )
        withdraw_declaration(w, paper)
    # What was withdrawn may be declared again.
    assert faults(db, farm, upload(db, farm, workbook(good, row(db, name, plate="示A6P300")))) == []


def test_one_that_breaks_holds_nobody_else_up(db, farm, monkeypatch):
    [name] = names_of(db, farm)
    rows = (row(db, name, quantity=1000, plate=f"示A6P30{at}") for at in range(3))
    bulk_id = upload(db, farm, workbook(*rows))
    with db.work(farm.owner) as w:
        draft_bulk(w, bulk_id)
        send_bulk(w, bulk_id, statement=True)
        broken = w.scalars(select(BulkDraft.id).order_by(BulkDraft.number))[1]

    def send(w, bulk, draft, real=tasks.send_draft):
        if draft == broken:
            raise RuntimeError("a fault of ours")
        real(w, bulk, draft)

    with monkeypatch.context() as patch:
        patch.setattr(tasks, "send_draft", send)
        with pytest.raises(RuntimeError):
            send_all(db, bulk_id)
    with db.look(SYSTEM) as look:
        assert (progress(look, bulk_id).sent, progress(look, bulk_id).total) == (2, 3)
    send_all(db, bulk_id)
    with db.look(SYSTEM) as look:
        assert look.session.get(Bulk, bulk_id).state == "done"
        ended = select(AuditEntry.chain).where(AuditEntry.tag == "declarations:bulk:end")
        assert look.scalars(ended) == [COUNTY]


def _with(name, data):
    source = io.BytesIO(workbook({"lot": "x"}))
    with zipfile.ZipFile(source, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return source.getvalue()


def _bomb():
    return _with("xl/worksheets/sheet9.xml", b" " * (70 << 20))


def _linked():
    return _with("xl/externalLinks/externalLink1.xml", b"<externalLink/>")


def _entities():
    return _with("xl/worksheets/sheet9.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><x/>')


def _hidden_entities():
    """Behind a long comment, and in an encoding that bytes are not looked for in."""
    return _with("xl/worksheets/sheet9.xml", b"<!--" + b" " * 9000 + b"--><!DOCTYPE x><x/>")


def _wide_entities():
    return _with("xl/worksheets/sheet9.xml", '<!DOCTYPE x [<!ENTITY a "b">]><x/>'.encode("utf-16"))


def _merge(book):
    book.worksheets[0].merge_cells("B2:B3")


def _other():
    book = Workbook()
    book.active.append(["姓名", "电话"])
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: b"", "打不开"),
        (lambda: b"PK\x03\x04 broken", "打不开"),
        (_bomb, "太大"),
        (_linked, "链接"),
        (_entities, "打不开"),
        (_hidden_entities, "打不开"),
        (_wide_entities, "打不开"),
        (lambda: workbook({}), "没有要申报的行"),
        (lambda: workbook({"lot": "x"}, change=_merge), "合并"),
        (_other, "表头"),
        (lambda: workbook(*[{"lot": "x"}] * 1002), "1000 行"),
    ],
)
def test_what_is_no_workbook_of_ours_is_refused_whole(make, said):
    with pytest.raises(Invalid) as error:
        read_workbook(make())
    assert said in error.value.sentence + error.value.fields["file"]


def test_the_pages_of_a_workbook(db, app, farm):
    owner = browser(app, farm.owner_secret)
    assert owner.get("/declarations/bulk/template.xlsx").data[:2] == b"PK"
    missing = owner.post("/declarations/bulk", data={"once": "0"})
    assert missing.status_code == 422
    [name] = names_of(db, farm)
    wrong = workbook(row(db, name), row(db, name, quantity="五千尾半", plate="示A6P299"))
    sent = owner.post(
        "/declarations/bulk", data={"file": (io.BytesIO(wrong), "a.xlsx"), "once": "1"}
    )
    shown = words(owner.get(sent.location))
    assert "第 3 行 C 列" in shown
    assert "只收没有错的 1 份" in shown
    drafts = owner.post(f"{sent.location}/drafts", data={"only": "good", "once": "2"})
    assert drafts.status_code == 302
    assert "提交全部 1 份" in words(owner.get(sent.location))
    assert owner.post(f"{sent.location}/send", data={"once": "3"}).status_code == 422
    owner.post(f"{sent.location}/send", data={"statement": "y", "once": "4"})
    going = words(owner.get(sent.location))
    assert '<meta http-equiv="refresh"' in going
    assert "<progress" in going
    with db.look(SYSTEM) as look:
        bulk_id = look.one(select(Bulk.id))
    send_all(db, bulk_id)
    assert "全部提交了" in words(owner.get(sent.location))
    stranger = browser(app, make_hatchery(db).owner_secret)
    assert stranger.get(sent.location).status_code == 404


def test_a_role_taken_away_meanwhile_stops_the_sending(db, farm):
    [name] = names_of(db, farm)
    bulk_id = upload(db, farm, workbook(row(db, name)))
    with db.work(farm.owner) as w:
        draft_bulk(w, bulk_id)
        send_bulk(w, bulk_id, statement=True)
    with db.work(SYSTEM) as w:
        held = w.one(select(Membership.id).where(Membership.person_id == farm.owner.person_id))
        end_appointment(w, held, reason="离职")
    send_all(db, bulk_id)
    with db.look(SYSTEM) as look:
        [draft] = look.scalars(select(BulkDraft))
    assert draft.state == "failed"
    assert "没有申报的权限" in draft.sentence


def test_the_way_to_the_workbook_stands_on_the_list_and_where_a_declaration_begins(db, app, farm):
    lot(db, farm)
    phone = browser(app, farm.owner_secret)
    for page in ("/declarations/mine", "/declarations/new"):
        assert 'href="/declarations/bulk"' in words(phone.get(page)), page


def test_wild_brought_in_and_parent_fish_go_by_workbook_with_the_questions_of_the_page(db, farm):
    caught(db, farm)
    [name] = names_of(db, farm)
    wild = {
        "source": "合法捕获",
        "captured_on": "昨天",
        "capture_place": "长江口",
        "site_apart": "是",
        "site_water": "否",
        "site_other": "是",
    }
    brought = {
        "brought": "是",
        "brought_certificate": "3700123456",
        "brought_province": "山东省",
        "brought_on": "5月1日",
    }
    breeding = {"purpose": "种用", "parents": "国家级原种场", "isolation_place": "隔离池 1"}
    release = {"purpose": "增殖放流", "release_water": "长江口", "native_stock": "是"}
    good = [
        row(db, name, quantity=100, **wild),
        row(db, name, quantity=101, plate="示A6P301", **brought, **breeding),
        row(db, name, quantity=102, plate="示A6P302", **release),
    ]
    bulk_id = upload(db, farm, workbook(*good))
    assert faults(db, farm, bulk_id) == []
    with db.look(farm.owner) as look:
        kept = [from_json(one.draft.answers) for one in bulk_rows(look, bulk_id).items]
    yesterday = (db.clock.now().astimezone(SHANGHAI) - timedelta(days=1)).date().isoformat()
    first, second, third = (one.batches[0] for one in kept)
    assert (first.captured_on, first.site_water, first.brought) == (yesterday, "no", "no")
    assert (second.brought, second.brought_on[5:]) == ("yes", "05-01")
    assert kept[1].loads[0].parents == "国家级原种场"
    assert (third.source, kept[2].loads[0].native_stock) == ("farmed", "yes")
    late = row(db, name, **(wild | {"captured_on": 5.1, "site_apart": ""}))
    told = faults(db, farm, upload(db, farm, workbook(late)))
    assert {(2, "F", "捕获日期"), (2, "U", "暂养处有物理隔离")} == set(told)

    def narrow(book):  # a template of before, without the columns behind the telephone
        book.worksheets[0].delete_cols(NEEDED + 1, len(FIELDS))

    old = upload(db, farm, workbook(row(db, name, quantity=103), change=narrow))
    assert faults(db, farm, old) == []
    assert [letter("phone"), letter("brought_on"), letter("protected_permit")] == ["S", "AA", "AH"]
