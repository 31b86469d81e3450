"""The owner's side: task list, parts kept as typed, two windows, where seed comes from, words."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from uuid import UUID

import pytest
from PIL import Image

from aquacert.accounts.commands import freeze_person
from aquacert.declarations.commands import (
    accept_declaration,
    amend_declaration,
    save_draft,
    save_fields,
    say,
    settle_clash,
    submit_declaration,
)
from aquacert.declarations.commands.drafts import clashes_of
from aquacert.declarations.models import Declaration
from aquacert.declarations.queries import batches_of, declaration, loads_of, machine_checks
from aquacert.declarations.queries.words import waiting_for_office, words_of
from aquacert.declarations.rules.answers import Answers, BatchAnswer, flat, from_json
from aquacert.declarations.rules.checks import Reason
from aquacert.hatcheries.commands import add_pond, open_lot, split_lot
from aquacert.hatcheries.queries import beginnings
from aquacert.hatcheries.rules import Kind
from aquacert.kernel.errors import Invalid, NotAllowed, NotAllowedNow
from aquacert.kernel.scope import SYSTEM
from tests.make.accounts import make_person
from tests.make.declarations import answers, draft, load_answer, make_declaration
from tests.make.hatcheries import Farm, caught, lot, make_hatchery

WILD = {
    "source": "wild",
    "captured_on": "2026-05-08",
    "capture_place": "长江口",
    "site_apart": "yes",
    "site_water": "no",
    "site_other": "yes",
}
BROUGHT = {
    "brought": "yes",
    "brought_certificate": "3700123456",
    "brought_province": "山东省",
    "brought_on": "2026-05-01",
}


@pytest.fixture
def farm(db) -> Farm:
    return make_hatchery(db)


@pytest.fixture
def owner(app, farm):
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = farm.owner_secret
        cookie["_fresh"] = True
    return client


def text(response) -> str:
    return response.get_data(as_text=True)


def photo(colour="red") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (30, 30), colour).save(out, "JPEG")
    return out.getvalue()


def stored(db, farm, declaration_id) -> dict[str, str]:
    with db.look(farm.owner) as look:
        paper = declaration(look, declaration_id)
        return flat(from_json(paper.pending or paper.answers))


def test_the_first_declaration_part_by_part(db, farm, owner):
    start = text(owner.get("/declarations/new"))
    for said in ("还可申报 120 万尾", "最早 5月12日 00:00 启运", "提前 3 日", "第八条"):
        assert said in start, said
    begun = owner.post(
        "/declarations/new", data={"batches-0-lot": str(farm.lot_id), "start": "1", "once": "k"}
    )
    base = begun.location.removesuffix("/part/seed-0")
    listed = text(owner.get(f"{base}/tasks"))
    assert '<div class="cell task wait"><span class="t">核对，提交' in listed
    assert listed.count("没填完</span>") == 3
    wrong = owner.post(f"{base}/part/seed-0", data={"batches-0-quantity": "1.5"})
    assert wrong.location.startswith(f"{base}/part/seed-0?faults=1")
    assert "数量必须是整数" in text(owner.get(wrong.location))
    assert "要改" in text(owner.get(f"{base}/tasks"))
    onward = owner.post(f"{base}/part/seed-0", data={"batches-0-quantity": "50万"})
    assert onward.location == f"{base}/part/place-0"
    place = {"destination": "山东青岛崂山区", "place": "样例场", "consignee": "李四"}
    place |= {"consignee_phone": "13700001111"}
    onward = owner.post(
        f"{base}/part/place-0", data={f"loads-0-{name}": said for name, said in place.items()}
    )
    trip = {"departs_at": "2026-05-12T08:00", "plate": "示A6P208", "carrier": "王五"}
    trip |= {"carrier_phone": "13900001111", "disinfectant": "聚维酮碘", "mode": "road"}
    onward = owner.post(
        onward.location, data={f"loads-0-{name}": said for name, said in trip.items()}
    )
    assert onward.location == f"{base}/part/check"
    assert "都填好了" in text(owner.get(f"{base}/tasks"))
    assert owner.get(f"{base}/part/seed-9").status_code == 404
    sent = owner.post(f"{base}/check", data={"statement": "y", "once": "s"})
    done = text(owner.get(sent.location))
    for said in ("320114-20260509-001", "最晚 5月12日 23:59", "有事找谁", "存成 PDF"):
        assert said in done, said


def test_each_field_is_kept_while_it_is_typed_and_two_windows_lose_nothing(db, farm, owner):
    declaration_id = draft(db, farm)
    base = f"/declarations/{declaration_id}"
    shown = re.search(r'name="was" value="([^"]*)"', text(owner.get(f"{base}/part/seed-0")))[1]
    was = json.loads(shown.replace("&#34;", '"'))
    assert was["batches-0-quantity"] == "50万"
    one = {"was": json.dumps(was), "batches-0-quantity": "40万"}
    kept = owner.post(f"{base}/part/seed-0/keep", data=one).get_json()
    assert kept["clash"] == {}
    assert kept["was"]["batches-0-quantity"] == "40万"
    # The other window was opened before, and says something else; then also another field.
    other = {"was": json.dumps(was), "batches-0-quantity": "30万", "batches-0-lot": "x"}
    kept = owner.post(f"{base}/part/seed-0/keep", data=other).get_json()
    assert kept["clash"] == {"batches-0-quantity": "30万"}
    assert stored(db, farm, declaration_id)["batches-0-quantity"] == "40万"
    assert stored(db, farm, declaration_id)["batches-0-lot"] == "x"
    listed = text(owner.get(f"{base}/tasks"))
    assert "用“40万”" in listed
    assert "用“30万”" in listed
    with pytest.raises(Invalid) as error, db.work(farm.owner) as w:
        submit_declaration(w, declaration_id, statement=True)
    assert "两个窗口" in error.value.fields["batches-0-quantity"]
    taken = owner.post(
        f"{base}/clash", data={"name": "batches-0-quantity", "take": "1", "once": "c"}
    )
    assert taken.status_code == 302
    assert stored(db, farm, declaration_id)["batches-0-quantity"] == "30万"
    assert "两个窗口" not in text(owner.get(f"{base}/tasks"))


def test_a_lorry_taken_away_in_one_window_does_not_come_back_from_the_other(db, farm):
    declaration_id = draft(db, farm)
    with db.work(farm.owner) as w:
        save_fields(w, declaration_id, {}, row="+load")
        save_fields(w, declaration_id, {"loads-1-plate": "示A6P209"})
    was = stored(db, farm, declaration_id)
    with db.work(farm.owner) as w:
        save_fields(w, declaration_id, {}, was, row="-load-1")
    with db.work(farm.owner) as w:
        clash = save_fields(w, declaration_id, {"loads-1-plate": "示A6P210"}, was)
    assert clash == {"loads-1-plate": "示A6P210"}
    with db.work(farm.owner) as w:
        assert len(from_json(declaration(w, declaration_id).answers).loads) == 1
        settle_clash(w, declaration_id, "loads-1-plate", take=True)
        assert clashes_of(declaration(w, declaration_id)) == {}


def test_wild_seed_brings_its_proof_and_the_office_sees_what_the_place_lacks(db, farm, owner):
    caught(db, farm)
    filled = answers(db, farm)
    filled = replace(filled, batches=(replace(filled.batches[0], **WILD),))
    declaration_id = draft(db, farm, filled)
    with pytest.raises(Invalid) as error, db.work(farm.owner) as w:
        submit_declaration(w, declaration_id, statement=True)
    assert set(error.value.fields) == {"papers-capture_permit"}
    url = f"/declarations/{declaration_id}/materials?slot=capture_permit"
    assert "要传" in text(owner.get(url))
    for slot, status in (("capture_permit", 302), ("capture_permit", 422), ("seed_photo", 422)):
        again = {"material": slot, "once": f"{slot}{status}{id(object())}"}
        answer = owner.post(url, data=again | {"files": (io.BytesIO(photo()), "证.jpg")})
        assert answer.status_code == status
    assert "是同一个文件" in text(answer)
    with db.work(farm.owner) as w:
        submit_declaration(w, declaration_id, statement=True)
    with db.look(SYSTEM) as look:
        paper = declaration(look, declaration_id)
        [batch] = batches_of(look, declaration_id)
        failed = {one.reason: one.basis for one in machine_checks(look, paper) if not one.ok}
        assert len(look.files_of(paper)) == 1
    assert (batch.capture_place, batch.sites["site_water"]) == ("长江口", False)
    assert set(failed) == {Reason.SITES}
    assert "进排水" in failed[Reason.SITES]


def test_seed_from_another_province_is_marked_unchecked_and_released_seed_says_where(db, farm):
    filled = answers(db, farm, purpose="release", release_water="长江口")
    filled = replace(filled, batches=(replace(filled.batches[0], **BROUGHT),))
    made = make_declaration(db, farm, filled=filled)
    with db.look(SYSTEM) as look:
        [batch] = batches_of(look, made.declaration_id)
        [load] = loads_of(look, made.declaration_id)
        paper = declaration(look, made.declaration_id)
        failed = {one.reason: one.basis for one in machine_checks(look, paper) if not one.ok}
    assert (batch.brought_certificate, batch.brought_province) == ("3700123456", "370000")
    assert load.purpose_answers == {"release_water": "长江口"}
    assert "未核验" in failed[Reason.ORIGIN]
    assert "放流项目" in failed[Reason.ASKS]
    assert "放到哪个水域" not in failed[Reason.ASKS]


def test_the_kth_batch_of_n_is_refused_like_the_first(db, farm):
    with db.work(farm.owner) as w:
        more = open_lot(w, farm.pond_id, species_code=farm.species_code, quantity=1000)
    lots = [str(farm.lot_id), str(lot(db, farm, "草鱼", 1000)), str(more)]
    unlicensed = str(lot(db, farm, "鳜", 1000))
    caught(db, farm, *(UUID(one) for one in lots))
    good = [BatchAnswer(lot=one, quantity="100") for one in lots]
    bad = (
        ({"quantity": "1200002"}, "quantity"),
        ({"lot": unlicensed}, "lot"),
        (WILD | {"captured_on": "2026-05-06"}, "captured_on"),
        (BROUGHT | {"brought_on": ""}, "brought_on"),
    )
    base = answers(db, farm)
    declaration_id = draft(db, farm, base)
    for k in range(len(lots)):
        for change, field in bad:
            batches = tuple(
                replace(one, **change) if at == k else one for at, one in enumerate(good)
            )
            with db.work(farm.owner) as w:
                paper = w.get_for_change(Declaration, declaration_id)
                paper.answers = replace(base, batches=batches).to_json()
                save_fields(w, declaration_id, {"phone": f"1380000{k}{len(field):03d}"})
            with pytest.raises(Invalid) as error, db.work(farm.owner) as w:
                submit_declaration(w, declaration_id, statement=True)
            named = {one for one in error.value.fields if not one.startswith("papers")}
            assert named == {f"batches-{k}-{field}"}, (k, field)


def test_owner_and_office_ask_and_answer_on_the_declaration(db, farm, owner, app):
    declaration_id = draft(db, farm)
    with pytest.raises(NotAllowedNow), db.work(farm.owner) as w:
        say(w, declaration_id, "在吗")
    made = make_declaration(db, farm, filled=answers(db, farm, "1000"))
    base = f"/declarations/{made.declaration_id}"
    asked = owner.post(f"{base}/words", data={"words": "几点来？", "once": "w"})
    assert asked.status_code == 302
    assert owner.post(f"{base}/words", data={"words": "几点来？", "once": "w"}).status_code == 302
    assert owner.post(f"{base}/words", data={"words": " ", "once": "x"}).status_code == 422
    long = owner.post(f"{base}/words", data={"words": "长" * 5000 + "完", "once": "y"})
    assert (long.status_code, "长完</textarea>" in text(long)) == (422, True)
    hidden = owner.post(f"{base}/words", data={"words": "塘边\x00见", "once": "z"})
    assert hidden.status_code == 302
    assert "塘边见" in text(owner.get(base))
    with db.look(farm.clerk) as look:
        assert waiting_for_office(look, [made.declaration_id]) == {made.declaration_id}
    db.clock.forward(minutes=5)
    with db.work(farm.clerk) as w:
        say(w, made.declaration_id, "明天上午十点")
    shown = text(owner.get(base))
    assert shown.count("几点来？") == 1
    assert "明天上午十点" in shown
    with db.look(SYSTEM) as look:
        assert [one.from_office for one in words_of(look, made.declaration_id)] == [
            False,
            False,
            True,
        ]
        assert waiting_for_office(look, [made.declaration_id]) == frozenset()
    supervisor = make_person(db, "city_supervisor", division="320100").actor
    with pytest.raises(NotAllowed), db.work(supervisor) as w:
        say(w, made.declaration_id, "路过")


def test_a_change_before_acceptance_is_told_to_the_office(db, farm, owner):
    made = make_declaration(db, farm)
    base = f"/declarations/{made.declaration_id}"
    owner.post(f"{base}/part/seed-0?back=check", data={"batches-0-quantity": "40万"})
    assert "这是对" in text(owner.get(f"{base}/check"))
    assert "有修改还没提交" in text(owner.get(base))
    assert owner.post(f"{base}/discard", data={"once": "d"}).location == base
    assert "有修改还没提交" not in text(owner.get(base))
    # What is sent and unchanged has nothing to send again.
    assert owner.get(f"{base}/check").location == f"{base}/sent"
    owner.post(f"{base}/part/seed-0?back=check", data={"batches-0-quantity": "40万"})
    with db.work(farm.owner) as w:
        amend_declaration(w, made.declaration_id, statement=True)
    with db.look(farm.clerk) as look:
        paper = declaration(look, made.declaration_id)
        assert paper.amended_fields == ["batches-0-quantity"]
        assert paper.amended_at == look.now
    with db.work(farm.clerk) as w:
        accept_declaration(w, made.declaration_id)
    for page in ("tasks", "part/seed-0", "check"):
        assert owner.get(f"{base}/{page}").location == base
    late = owner.post(f"{base}/part/seed-0", data={"batches-0-quantity": "1"})
    assert late.status_code == 409
    assert "已经受理" in text(late)


def test_who_lost_his_role_meanwhile_changes_nothing(db, farm, owner):
    declaration_id = draft(db, farm)
    url = f"/declarations/{declaration_id}/part/seed-0"
    assert owner.get(url).status_code == 200
    with db.work(SYSTEM) as w:
        freeze_person(w, farm.owner.person_id, frozen=True, reason="手机被偷了")
    answer = owner.post(url, data={"batches-0-quantity": "1"})
    assert answer.status_code in {302, 401, 403}
    with db.look(SYSTEM) as look:
        kept = from_json(look.session.get(Declaration, declaration_id).answers)
    assert kept.batches[0].quantity == "50万"


def test_a_stale_window_takes_no_other_row_away_and_what_waits_stays_with_its_lorry(db, farm):
    three = (load_answer(db), *(load_answer(db, plate=f"示A6P30{at}") for at in (1, 2)))
    declaration_id = draft(db, farm, replace(answers(db, farm), loads=three))
    with db.work(farm.owner) as w:
        save_fields(w, declaration_id, {"loads-2-plate": "示A6P400"}, {"loads-2-plate": "别的"})
        save_fields(w, declaration_id, {}, row="-load-0", shown="1-3")
    with pytest.raises(NotAllowedNow, match="加减过"), db.work(farm.owner) as w:
        save_fields(w, declaration_id, {}, row="-load-0", shown="1-3")
    with db.work(farm.owner) as w:  # what was typed beside the button is kept all the same
        save_fields(w, declaration_id, {"phone": "13800008000"}, {}, row="-load-0", shown="1-3")
    with db.look(SYSTEM) as look:
        paper = declaration(look, declaration_id)
        kept = from_json(paper.answers)
        assert clashes_of(paper) == {"loads-1-plate": "示A6P400"}
    assert [one.plate for one in kept.loads] == ["示A6P301", "示A6P302"]
    assert kept.phone == "13800008000"


def test_a_late_catch_and_a_hatched_lot_are_told_at_the_part_as_soon_as_they_are_typed(
    db, farm, owner
):
    """The rest of the form is still empty; the day is said in words and read back."""
    with db.work(farm.owner) as w:
        declaration_id = save_draft(w, Answers())
    url = f"/declarations/{declaration_id}/part/source-0"
    typed = {
        "batches-0-source": "wild",
        "batches-0-captured_on": "５月６日",
        "batches-0-site_water": "no",
    }
    kept = owner.post(url + "/keep", data=typed).json
    assert kept["was"]["batches-0-captured_on"] == "2026-05-06"
    understood, why = kept["read"]["batches-0-captured_on"]
    assert understood == "2026-05-06（周三）"
    assert "最晚 2026-05-08 23:59 前申报，已经过了。请先打电话给申报点" in why
    again = owner.post(url + "/keep", data=typed | {"was": "{}"}).json
    assert again["clash"] == {}  # the page still holds the word, the draft the day
    page = text(owner.get(url))
    assert "已经过了。请先打电话给申报点" in page
    assert "移到符合条件的暂养场所" in page
    picked = {"batches-0-captured_on": "昨天", "pick-batches-0-captured_on": "2026-05-09"}
    kept = owner.post(url + "/keep", data=picked).json
    assert kept["read"]["batches-0-captured_on"] == ["2026-05-09（周六）", ""]
    lot_typed = {"batches-0-lot": str(farm.lot_id), "batches-0-quantity": "1000"}
    owner.post(f"/declarations/{declaration_id}/part/seed-0/keep", data=lot_typed)
    page = text(owner.get(url))
    assert "台账里这一批记的是“孵化”，不是合法捕获" in page
    with db.work(farm.owner) as w:
        pond_id = add_pond(w, farm.hatchery_id, "9 号塘")
        moved = split_lot(w, farm.lot_id, to_pond_id=pond_id, quantity=5, reason="分疏")
    with db.look(SYSTEM) as look:
        begun = beginnings(look, [moved, farm.lot_id])
        assert begun == dict.fromkeys((moved, farm.lot_id), frozenset({Kind.HATCH}))
    caught(db, farm)
    assert "不是合法捕获" not in text(owner.get(url))


def test_the_check_page_says_the_day_that_was_understood(db, farm, owner):
    caught(db, farm)
    filled = answers(db, farm)
    wild = replace(filled.batches[0], **(WILD | {"captured_on": "5.8"}))
    declaration_id = draft(db, farm, replace(filled, batches=(wild,)))
    assert "2026-05-08（周五）" in text(owner.get(f"/declarations/{declaration_id}/check"))
