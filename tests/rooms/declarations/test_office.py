"""The office's answers, the clock, the vet, and how a declaration ends."""

from __future__ import annotations

import io
from datetime import date, timedelta
from uuid import uuid4

import pytest
from PIL import Image

from aquacert.declarations.commands import (
    accept_declaration,
    amend_declaration,
    answer_supplement,
    ask_supplement,
    assign_vet,
    attach_paper,
    close_declaration,
    consent_on_paper,
    mark_arrived,
    mark_certificate_void,
    mark_certified,
    mark_inspected,
    mark_testing,
    refuse_declaration,
    save_draft,
    submit_declaration,
)
from aquacert.declarations.models import Declaration
from aquacert.declarations.queries import (
    checks_of_each,
    counts,
    declaration,
    declarations,
    free,
    machine_checks,
    mine,
    waiting,
)
from aquacert.declarations.queries import places as places_module
from aquacert.declarations.queries.office import changed_at
from aquacert.hatcheries.commands import add_pond, book_stock, move_lot
from aquacert.hatcheries.commands.stock import free_lot, hold_lot
from aquacert.hatcheries.queries.treated import under_treatment
from aquacert.kernel.errors import Invalid, NotAllowed, NotAllowedNow, NotReady
from aquacert.kernel.scope import SYSTEM
from aquacert.surveillance.queries import Block
from tests.make.accounts import also, make_person
from tests.make.declarations import answers, draft, make_declaration
from tests.make.hatcheries import make_hatchery


def row_of(db, paper):
    with db.look(SYSTEM) as look:
        return declaration(look, paper.declaration_id)


def picture(width=40, height=30, kind="PNG"):
    out = io.BytesIO()
    Image.new("RGB", (width, height), (1, 2, 3)).save(out, kind)
    return out.getvalue()


def test_acceptance_stops_the_clock_and_plans_the_visit(db):
    paper = make_declaration(db)
    visit = db.clock.now() + timedelta(days=1)
    with db.work(paper.farm.clerk) as w:
        accept_declaration(w, paper.declaration_id, visit_at=visit, visit_place="2 号塘")
    row = row_of(db, paper)
    assert (row.state, row.answer_due_at, row.visit_at, row.visit_place) == (
        "accepted",
        None,
        visit,
        "2 号塘",
    )


def test_an_answer_to_a_paper_that_changed_under_the_clerks_eyes_is_not_given(db):
    """A stale page: what the owner changed since is read before it is answered."""
    paper = make_declaration(db)
    seen = changed_at(row_of(db, paper))
    db.clock.forward(minutes=1)
    with db.work(paper.farm.owner) as w:
        save_draft(w, answers(db, paper.farm, plate="示A6P299"), paper.declaration_id)
    with db.work(paper.farm.owner) as w:
        amend_declaration(w, paper.declaration_id, statement=True)
    why = "启运地在邻县，请到邻县申报点。"
    for answer, said in (
        (accept_declaration, {}),
        (ask_supplement, {"items": ["seed_photo"]}),
        (refuse_declaration, {"ground": "out_of_area", "reason": why}),
    ):
        with pytest.raises(Invalid, match="刚改过"), db.work(paper.farm.clerk) as w:
            answer(w, paper.declaration_id, seen_at=seen, **said)
    with db.work(paper.farm.clerk) as w:
        accept_declaration(w, paper.declaration_id, seen_at=changed_at(row_of(db, paper)))
    assert row_of(db, paper).state == "accepted"


def test_the_visit_lies_between_now_and_the_departure(db):
    paper = make_declaration(db)
    for wrong in (timedelta(hours=-1), timedelta(days=9)):
        with pytest.raises(Invalid) as error, db.work(paper.farm.clerk) as w:
            accept_declaration(w, paper.declaration_id, visit_at=db.clock.now() + wrong)
        assert set(error.value.fields) == {"visit_at"}


def test_a_zone_blocks_acceptance_and_says_which(db, monkeypatch):
    paper = make_declaration(db)
    block = Block(
        uuid4(),
        "WSD",
        "白斑综合征",
        paper.farm.species_code,
        "370212",
        date(2026, 5, 9),
        None,
        "崂山区 5月9日起暂停调入凡纳滨对虾",
        role="destination",
    )
    monkeypatch.setattr(places_module, "touching", lambda *_args, **_kwargs: (block,))
    with pytest.raises(NotReady) as error, db.work(paper.farm.clerk) as w:
        accept_declaration(w, paper.declaration_id)
    assert any("暂停调入凡纳滨对虾" in reason for reason in error.value.reasons)
    other = draft(db, paper.farm, answers(db, paper.farm, "1000"))
    with pytest.raises(Invalid) as error, db.work(paper.farm.owner) as w:
        submit_declaration(w, other, statement=True)
    assert "暂停调入" in error.value.fields["loads-0-destination"]


def test_a_lot_under_treatment_is_neither_declared_nor_accepted(db):
    paper, order = make_declaration(db), uuid4()
    farm = paper.farm
    with db.work(SYSTEM) as w:
        hold_lot(w, farm.lot_id, order)
    other = draft(db, farm, answers(db, farm, "1000"))
    with pytest.raises(Invalid) as error, db.work(farm.owner) as w:
        submit_declaration(w, other, statement=True)
    assert "正在检疫处理" in error.value.fields["batches-0-lot"]
    with pytest.raises(NotReady) as unready, db.work(farm.clerk) as w:
        accept_declaration(w, paper.declaration_id)
    assert any("正在检疫处理" in one for one in unready.value.reasons)
    with db.look(farm.clerk) as look:
        [found] = checks_of_each(look, [paper.declaration_id]).values()
        assert found == machine_checks(look, look.get(Declaration, paper.declaration_id))
    # A merge puts the seed into another lot: with the case both are free again.
    with db.work(SYSTEM) as w:
        pond = add_pond(w, farm.hatchery_id, "9 号塘")
        moved = move_lot(w, farm.lot_id, pond, "并场")
    with db.work(SYSTEM) as w:
        free_lot(w, farm.lot_id, order)
    with db.look(SYSTEM) as look:
        assert under_treatment(look, [farm.lot_id, moved]) == {}


def test_every_obstacle_is_named_at_once(db, clock):
    paper = make_declaration(db)
    with db.work(paper.farm.owner) as w:
        book_stock(w, paper.farm.lot_id, "death", 1_000_000)
    clock.forward(days=400)
    with pytest.raises(NotReady) as error, db.work(paper.farm.clerk) as w:
        accept_declaration(w, paper.declaration_id)
    text = "".join(error.value.reasons)
    assert "存塘量不够" in text
    assert "许可证" in text


def test_nobody_but_the_county_accepts(db):
    paper = make_declaration(db)
    outsider = make_person(db, "office_clerk", division="320115").actor
    with pytest.raises(Exception, match="没有找到"), db.work(outsider) as w:
        accept_declaration(w, paper.declaration_id)


def test_a_supplement_stops_the_clock_until_it_is_answered(db, clock):
    paper = make_declaration(db)
    due = row_of(db, paper).answer_due_at
    clock.forward(days=1)
    with db.work(paper.farm.clerk) as w:
        ask_supplement(w, paper.declaration_id, items=["production_record", "seed_photo"])
    asked = row_of(db, paper)
    assert (asked.state, asked.answer_due_at) == ("supplement_requested", None)
    assert asked.reply_due_at > clock.now()
    clock.forward(days=2)
    with db.work(paper.farm.owner) as w:
        attach_paper(
            w, paper.declaration_id, material="production_record", data=picture(), name="记录.png"
        )
        answer_supplement(w, paper.declaration_id, note="已补", statement=True)
    answered = row_of(db, paper)
    assert answered.state == "submitted"
    assert answered.answer_due_at == due + timedelta(days=2)


def test_a_second_supplement_is_unlawful(db):
    paper = make_declaration(db)
    with db.work(paper.farm.clerk) as w:
        ask_supplement(w, paper.declaration_id, items=["production_record"])
    with db.work(paper.farm.owner) as w:
        answer_supplement(w, paper.declaration_id, note="已补", statement=True)
    with pytest.raises(NotAllowedNow, match="一次性"), db.work(paper.farm.clerk) as w:
        ask_supplement(w, paper.declaration_id, items=["seed_photo"])


def test_a_supplement_may_put_the_answers_right(db):
    paper = make_declaration(db)
    with db.work(paper.farm.clerk) as w:
        ask_supplement(w, paper.declaration_id, items=["answers"], note="数量写多了一个零")
    with db.work(paper.farm.owner) as w:
        save_draft(w, answers(db, paper.farm, "5万"), paper.declaration_id)
        answer_supplement(w, paper.declaration_id, note="", statement=True)
    with db.look(SYSTEM) as look:
        assert free(look, [paper.farm.lot_id]) == {paper.farm.lot_id: 1_150_000}


def test_an_empty_answer_to_a_supplement_is_refused(db):
    paper = make_declaration(db)
    with db.work(paper.farm.clerk) as w:
        ask_supplement(w, paper.declaration_id, items=["production_record"])
    with pytest.raises(Invalid), db.work(paper.farm.owner) as w:
        answer_supplement(w, paper.declaration_id, note=" ", statement=True)


def test_a_refusal_needs_a_lawful_ground_that_applies(db, clock):
    paper = make_declaration(db)
    why = "申报点已一次性告知，期限内未补正。"
    for ground in ("because", "not_supplemented"):
        with pytest.raises(Invalid) as error, db.work(paper.farm.clerk) as w:
            refuse_declaration(w, paper.declaration_id, ground=ground, reason=why)
        assert "ground" in error.value.fields
    with db.work(paper.farm.clerk) as w:
        ask_supplement(w, paper.declaration_id, items=["production_record"])
    clock.forward(days=5)
    with db.work(paper.farm.clerk) as w:
        refuse_declaration(w, paper.declaration_id, ground="not_supplemented", reason=why)
    with db.look(SYSTEM) as look:
        assert free(look, [paper.farm.lot_id]) == {paper.farm.lot_id: 1_200_000}


def test_a_thin_reason_is_no_reason(db):
    paper = make_declaration(db)
    with pytest.raises(Invalid) as error, db.work(paper.farm.clerk) as w:
        refuse_declaration(w, paper.declaration_id, ground="out_of_area", reason="不收")
    assert "reason" in error.value.fields


def test_the_vet_is_on_record_in_the_place(db):
    paper = make_declaration(db, state="accepted")
    far = make_person(db, "official_vet", division="320115")
    with pytest.raises(NotAllowed), db.work(paper.farm.clerk) as w:
        assign_vet(w, paper.declaration_id, far.person_id)
    near = make_person(db, "official_vet", organisation_id=paper.farm.office_id)
    other = make_person(db, "official_vet", organisation_id=paper.farm.office_id)
    for one in (near, other):
        with db.work(paper.farm.clerk) as w:
            assign_vet(w, paper.declaration_id, one.person_id)
    assert row_of(db, paper).vet_id == other.person_id


def test_who_filled_it_in_by_proxy_never_checks_it(db):
    farm = make_hatchery(db)
    vet = make_person(db, "official_vet", organisation_id=farm.office_id)
    proxy = also(db, vet, "office_clerk")
    with db.work(proxy) as w:
        declaration_id = save_draft(w, answers(db, farm), hatchery_id=farm.hatchery_id)
        consent_on_paper(w, declaration_id, data=picture(), name="委托.png")
        submit_declaration(w, declaration_id, statement=True)
    with db.work(farm.clerk) as w:
        accept_declaration(w, declaration_id)
    with pytest.raises(NotAllowed), db.work(farm.clerk) as w:
        assign_vet(w, declaration_id, vet.person_id)


def test_the_queue_is_sorted_by_its_clock(db, clock):
    farm = make_hatchery(db)
    first = make_declaration(db, farm, filled=answers(db, farm, "1000"))
    clock.forward(days=1)
    second = make_declaration(db, farm, filled=answers(db, farm, "1000", plate="示A6P209"))
    with db.work(farm.clerk) as w:
        ask_supplement(w, second.declaration_id, items=["seed_photo"])
    third = make_declaration(db, farm, filled=answers(db, farm, "1000", plate="示A6P210"))
    with db.look(farm.clerk) as look:
        assert [one.id for one in waiting(look)] == [first.declaration_id, third.declaration_id]
        shown = declarations(look)
        assert counts(look)["supplement"] == 1
        checks = machine_checks(look, waiting(look)[0])
    assert [line.number for line in shown.items] == [first.number, third.number]
    assert shown.items[0].clock is not None
    assert all(one.ok for one in checks)


def test_the_owner_sees_what_waits_for_him_first(db):
    farm = make_hatchery(db)
    asked = make_declaration(db, farm, filled=answers(db, farm, "1000"))
    with db.work(farm.clerk) as w:
        ask_supplement(w, asked.declaration_id, items=["seed_photo"])
    make_declaration(db, farm, filled=answers(db, farm, "1000", plate="示A6P209"))
    with db.look(farm.owner) as look:
        shown = mine(look, farm.organisation_id)
    assert shown.items[0].declaration_id == asked.declaration_id
    assert shown.total == 2


def test_the_road_from_check_to_arrival(db):
    paper = make_declaration(db, state="assigned")
    with db.work(paper.vet.actor) as w:
        mark_inspected(w, paper.declaration_id)
        mark_testing(w, paper.declaration_id, "exempt")
        mark_certified(w, paper.load_ids[0])
    assert row_of(db, paper).state == "closed"
    with db.work(paper.vet.actor) as w:
        mark_certificate_void(w, paper.load_ids[0])
    assert row_of(db, paper).state == "inspected"
    with db.work(paper.vet.actor) as w:
        mark_certified(w, paper.load_ids[0])
    with db.work(SYSTEM) as w:
        mark_arrived(w, paper.load_ids[0])
    with db.look(paper.farm.owner) as look:
        assert mine(look, paper.farm.organisation_id).items[0].stones == 5


def test_a_declaration_that_ends_without_certificate_frees_the_stock(db):
    paper = make_declaration(db, state="assigned")
    with db.work(paper.vet.actor) as w:
        close_declaration(w, paper.declaration_id, "现场检疫不合格")
    with db.look(SYSTEM) as look:
        assert free(look, [paper.farm.lot_id]) == {paper.farm.lot_id: 1_200_000}


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "空的"),
        (b"MZ\x90\x00", "不是照片"),
        (b"<svg onload=alert(1)>", "不是照片"),
        (b"\xff\xd8\xff\xe0broken", "不是照片"),
    ],
)
def test_a_photo_that_is_no_picture_is_refused_in_words(db, data, says):
    paper = make_declaration(db)
    with pytest.raises(Invalid) as error, db.work(paper.farm.owner) as w:
        attach_paper(w, paper.declaration_id, material="seed_photo", data=data, name="x.jpg")
    assert says in error.value.fields["files"]


def test_a_picture_of_900_million_points_is_refused_by_its_head(db):
    import struct
    import zlib

    head = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 100)
    data = b"\x89PNG\r\n\x1a\n"
    for kind, part in ((b"IHDR", head), (b"IDAT", body), (b"IEND", b"")):
        data += struct.pack(">I", len(part)) + kind + part
        data += struct.pack(">I", zlib.crc32(kind + part))
    paper = make_declaration(db)
    with pytest.raises(Invalid) as error, db.work(paper.farm.owner) as w:
        attach_paper(w, paper.declaration_id, material="seed_photo", data=data, name="big.png")
    assert "像素" in error.value.fields["files"]


def test_a_paper_is_kept_without_the_cameras_hidden_words(db):
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "SECRET CAMERA"
    Image.new("RGB", (10, 10)).save(out, "JPEG", exif=exif)
    paper = make_declaration(db)
    with db.work(paper.farm.owner) as w:
        stored = attach_paper(
            w, paper.declaration_id, material="seed_photo", data=out.getvalue(), name="../../a.jpg"
        )
    with db.look(paper.farm.owner) as look:
        assert b"SECRET" not in look.read_file(stored)
    assert stored.name == "seed_photo/a.jpg"
