"""The pages: the owner's journey on the phone and the office's desk."""

from __future__ import annotations

import io
import re
from uuid import UUID

import pytest
from PIL import Image
from sqlalchemy import select

from aquacert.declarations.commands import ask_supplement
from aquacert.declarations.models import Declaration
from aquacert.declarations.queries import batches_of, declaration
from aquacert.declarations.rules.answers import from_json
from aquacert.kernel.scope import SYSTEM
from tests.make.accounts import make_person
from tests.make.declarations import answers, draft, make_declaration
from tests.make.hatcheries import Farm, make_hatchery
from tests.rooms.declarations.test_office import picture


@pytest.fixture
def farm(db) -> Farm:
    return make_hatchery(db)


def browser(app, secret: str):
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = secret
        cookie["_fresh"] = True
    return client


@pytest.fixture
def owner(app, farm):
    return browser(app, farm.owner_secret)


@pytest.fixture
def clerk(app, farm):
    return browser(app, farm.clerk_secret)


def filled(farm, **other):
    return {
        "batches-0-lot": str(farm.lot_id),
        "batches-0-quantity": "50万",
        "batches-0-source": "farmed",
        "loads-0-destination": "山东青岛崂山区",
        "loads-0-place": "样例养殖场",
        "loads-0-departs_at": "2026-05-14T16:00",
        "loads-0-travel_days": "2",
        "loads-0-plate": "示A6P208",
        "loads-0-mode": "road",
        "loads-0-carrier": "王五",
        "loads-0-carrier_phone": "13900001111",
        "loads-0-consignee": "李四",
        "loads-0-consignee_phone": "13700001111",
        "loads-0-disinfectant": "聚维酮碘",
        "loads-0-purpose": "farming",
        "once": "key-1",
    } | other


def text(response) -> str:
    return response.get_data(as_text=True)


def test_the_owner_declares_in_three_pages(db, farm, owner):
    assert "填第一份申报" in text(owner.get("/declarations/home"))
    assert "还可申报 120 万尾" in text(owner.get("/declarations/new"))
    saved = owner.post("/declarations/new", data=filled(farm))
    assert saved.status_code == 302
    checked = text(owner.get(saved.location))
    for said in (
        "伍拾万尾，合 500,000 尾",
        "之后还可申报 70 万尾",
        "山东省青岛市崂山区",
        "提交检疫申报",
    ):
        assert said in checked
    sent = owner.post(saved.location, data={"statement": "y", "once": "key-2"})
    assert sent.status_code == 302
    done = text(owner.get(sent.location))
    assert "320114-20260509-001" in done
    home = text(owner.get("/declarations/home"))
    assert "再报一次" in home
    assert "等申报点答复" in home
    assert "已占用 50 万尾" in home


def test_an_unticked_statement_sends_nothing_and_says_so(db, farm, owner):
    declaration_id = draft(db, farm)
    answer = owner.post(f"/declarations/{declaration_id}/check", data={"once": "k"})
    assert answer.status_code == 422
    assert "请先勾选" in text(answer)
    assert "<title>错误：" in text(answer)


def test_what_is_wrong_stands_at_its_row_and_is_kept_in_the_form(db, farm, owner):
    saved = owner.post(
        "/declarations/new",
        data=filled(
            farm, **{"batches-0-quantity": "1.5", "loads-0-departs_at": "2026-02-30 16:00"}
        ),
    )
    checked = text(owner.get(saved.location))
    assert "有 2 处要改" in checked
    assert "数量必须是整数" in checked
    assert "没有 2026-02-30 这一天" in checked
    answer = owner.post(saved.location, data={"statement": "y", "once": "k"})
    assert answer.status_code == 422
    form = text(owner.get(saved.location.replace("check", "edit") + "?faults=1"))
    assert 'value="1.5"' in form
    assert 'value="2026-02-30T16:00"' in form or 'value="2026-02-30 16:00"' in form


def test_a_double_click_makes_one_declaration(db, farm, owner):
    first = owner.post("/declarations/new", data=filled(farm))
    second = owner.post("/declarations/new", data=filled(farm))
    assert first.location == second.location
    for _ in range(2):
        sent = owner.post(first.location, data={"statement": "y", "once": "key-2"})
        assert sent.status_code == 302
    with db.look(farm.owner) as look:
        assert len(look.scalars(select(Declaration))) == 1


def test_rows_are_added_and_taken_without_script_and_nothing_is_lost(db, farm, owner):
    more = owner.post("/declarations/new", data=filled(farm, row="+load"))
    shown = text(more)
    assert more.status_code == 200
    assert "第 2 车" in shown
    assert shown.count("样例养殖场") == 2
    batch = text(owner.post("/declarations/new", data=filled(farm, row="+batch", once="k2")))
    assert "第 2 批" in batch


def test_again_asks_only_what_is_new(db, farm, owner):
    made = make_declaration(db, farm, filled=answers(db, farm, "10万"))
    copied = owner.post(f"/declarations/{made.declaration_id}/again", data={"once": "k"})
    assert copied.location.endswith("/part/again")
    form = text(owner.get(copied.location))
    assert "示A6P208" in form
    with db.look(farm.owner) as look:
        [fresh] = [row for row in look.scalars(select(Declaration)) if row.state == "draft"]
        assert from_json(fresh.answers).loads[0].departs_at == ""


def test_the_owner_supplements_with_a_photograph(db, farm, owner):
    made = make_declaration(db, farm)
    with db.work(farm.clerk) as w:
        ask_supplement(w, made.declaration_id, items=["production_record"])
    assert "还差 1 项" in text(owner.get("/declarations/home"))
    out = io.BytesIO()
    Image.new("RGB", (30, 30)).save(out, "PNG")
    url = f"/declarations/{made.declaration_id}/supplement"
    kept = owner.post(
        url,
        data={
            "material": "production_record",
            "files": (io.BytesIO(out.getvalue()), "记录.png"),
            "keep": "1",
            "once": "a",
        },
    )
    assert kept.status_code == 302
    wrong = owner.post(
        url,
        data={
            "material": "production_record",
            "files": (io.BytesIO(b"no picture"), "x.jpg"),
            "once": "b",
        },
    )
    assert wrong.status_code == 422
    assert "不是照片" in text(wrong)
    assert "1 个文件" in text(owner.get(url))
    done = owner.post(
        url, data={"material": "production_record", "statement": "y", "send": "1", "once": "c"}
    )
    assert done.status_code == 302
    again = owner.post(url, data={"statement": "y", "send": "1", "once": "d"})
    assert again.location == done.location
    with db.look(SYSTEM) as look:
        assert declaration(look, made.declaration_id).state == "submitted"


def test_the_desk_shows_clock_letter_and_checks(db, farm, clerk):
    made = make_declaration(db, farm)
    shown = text(clerk.get("/declarations/"))
    for said in (
        "0509-001",
        "剩 3 日",
        "机核全过",
        'title="动物A"',
        "受理，出具受理单",
        "伍拾万尾",
    ):
        assert said in shown, said
    for answer in ("supplement", "refuse"):
        assert (
            clerk.get(f"/declarations/?pick={made.declaration_id}&answer={answer}").status_code
            == 200
        )
    refuse = text(clerk.get(f"/declarations/?pick={made.declaration_id}&answer=refuse"))
    assert "尚未告知补正，不能选" in refuse


def test_the_clerk_accepts_with_visit_and_vet(db, farm, clerk):
    made = make_declaration(db, farm)
    vet = make_person(db, "official_vet", organisation_id=farm.office_id)
    answer = clerk.post(
        f"/declarations/{made.declaration_id}/accept",
        data={
            "visit_at": "2026-05-12T13:30",
            "visit_place": "2 号塘",
            "vet_id": str(vet.person_id),
            "once": "k",
        },
    )
    assert answer.status_code == 302
    shown = text(clerk.get(answer.location))
    assert "已受理" in shown
    assert "待检疫" in shown
    paper = clerk.get(f"/declarations/{made.declaration_id}/papers/acceptance.docx")
    assert paper.status_code == 200
    assert paper.data[:2] == b"PK"


def test_a_wrong_answer_of_the_office_keeps_what_was_typed(db, farm, clerk):
    made = make_declaration(db, farm)
    base = f"/declarations/{made.declaration_id}"
    for path, data, said in (
        (
            "accept",
            {"visit_at": "2026-02-30T10:00", "visit_place": "塘边"},
            "没有 2026-02-30 这一天",
        ),
        ("supplement-request", {"note": "少了"}, "至少勾一项"),
        ("refuse", {"ground": "out_of_area", "reason": "短"}, "不少于 10 字"),
        ("refuse", {"reason": "启运地在邻县，请到邻县申报点。"}, "请在法定理由里选一项"),
    ):
        answer = clerk.post(f"{base}/{path}", data={**data, "once": path + said})
        assert answer.status_code == 422
        assert said in text(answer)
    assert "短" in text(
        clerk.post(f"{base}/refuse", data={"ground": "out_of_area", "reason": "短", "once": "z"})
    )


def test_a_stale_page_gets_words_and_no_second_answer(db, farm, clerk):
    made = make_declaration(db, farm)
    base = f"/declarations/{made.declaration_id}"
    assert (
        clerk.post(f"{base}/accept", data={"once": "1", "vet_id": "", "untimed": "y"}).status_code
        == 302
    )
    late = clerk.post(
        f"{base}/refuse",
        data={"ground": "out_of_area", "reason": "启运地在邻县，请到邻县申报点。", "once": "2"},
    )
    assert late.status_code == 409
    assert "已受理" in text(late)


def test_strangers_and_other_farms_are_kept_out(db, app, farm, client):
    made = make_declaration(db, farm)
    assert client.get("/declarations/home").status_code == 302
    other = make_hatchery(db)
    stranger = browser(app, other.owner_secret)
    for path in ("", "/check", "/edit", "/supplement", "/papers/application.docx"):
        assert stranger.get(f"/declarations/{made.declaration_id}{path}").status_code == 404
    assert stranger.post(f"/declarations/{made.declaration_id}/accept").status_code == 403


def test_the_office_fills_in_by_proxy(db, farm, clerk):
    assert farm.uscc in text(clerk.get("/declarations/proxy"))
    saved = clerk.post(f"/declarations/new?hatchery={farm.hatchery_id}", data=filled(farm))
    assert saved.status_code == 302
    assert "取得货主的同意" in text(clerk.get(saved.location))
    with_paper = {"mandate": (io.BytesIO(picture()), "委托.png"), "once": "m"}
    consent = saved.location.replace("/check", "/proxy-consent/paper")
    assert clerk.post(consent, data=with_paper).status_code == 302
    sent = clerk.post(saved.location, data={"statement": "y", "once": "s"})
    assert sent.status_code == 302
    declaration_id = re.findall(r"declarations/([0-9a-f-]{36})", sent.location)[0]
    with db.look(SYSTEM) as look:
        assert declaration(look, UUID(declaration_id)).is_proxy
        assert batches_of(look, UUID(declaration_id))[0].quantity == 500_000


@pytest.mark.parametrize("path", ["/declarations/home", "/declarations/mine", "/declarations/new"])
def test_pages_read_in_english_and_large(db, farm, owner, path):
    assert owner.get(path + "?lang=en", follow_redirects=True).status_code == 200


def test_photographs_go_with_a_draft(db, farm, owner):
    declaration_id = draft(db, farm)
    url = f"/declarations/{declaration_id}/materials"
    assert "还没有传" in text(owner.get(url))
    empty = owner.post(url, data={"material": "seed_photo", "once": "a"})
    assert empty.status_code == 422
    assert "请先选照片" in text(empty)
    out = io.BytesIO()
    Image.new("RGB", (30, 30)).save(out, "JPEG")
    good = {"material": "seed_photo", "once": "b", "files": (io.BytesIO(out.getvalue()), "a.jpg")}
    assert owner.post(url, data=good).status_code == 302
    assert "1 个文件" in text(owner.get(f"/declarations/{declaration_id}/check"))


def test_a_lorry_used_twice_on_a_day_is_a_warning_and_no_fault(db, farm, owner):
    make_declaration(db, farm, filled=answers(db, farm, "1000"))
    declaration_id = draft(db, farm, answers(db, farm, "2000"))
    shown = text(owner.get(f"/declarations/{declaration_id}/check"))
    assert "当天已有一份申报" in shown
    sent = owner.post(f"/declarations/{declaration_id}/check", data={"statement": "y", "once": "k"})
    assert sent.status_code == 302
