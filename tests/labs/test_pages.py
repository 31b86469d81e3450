"""The laboratory's pages: the whole road by its forms, locked own work, and every refusal in a sentence."""

import io
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from aquacert.kernel.scope import SYSTEM
from labs.bench.models import BenchRun, InstrumentFile, Result
from labs.intake.commands import announce
from labs.intake.models import Consignment
from labs.reports.models import Report
from labs.reports.queries import draft_report
from labs.review.queries import record_of
from tests.make.accounts import also, code_for, make_organisation, make_person, signed_in
from tests.make.labs import (
    DISEASE,
    announced,
    blind,
    make_items,
    make_lab,
    make_report,
    make_result,
    rdml_file,
)


@pytest.fixture
def browser(app):
    """Return a signed-in browser of somebody."""
    return lambda made: signed_in(app.test_client(), made)


def words(response) -> str:
    return re.sub(r"<[^>]+>", " ", response.get_data(as_text=True))


def sign_data(response) -> dict[str, str]:
    """What the page's sign form holds."""
    text = response.get_data(as_text=True)
    tags = re.findall(
        r'<input[^>]*name="(digest|results|outcome|opened)"[^>]*value="([^"]*)"', text
    )
    return dict(tags)


def one(db, model):
    with db.look(SYSTEM) as look:
        return look.one(select(model).order_by(model.id.desc()))


def test_the_road_of_a_sample_by_the_pages_alone(db, browser):
    lab = make_lab(db, code="LAB-02")
    code = blind()
    with db.work(SYSTEM) as w:
        box = announce(w, lab_id=lab.lab_id, items=[announced(code, db)])

    receiver = browser(lab.receiver)
    assert "LAB-02-S000001" in words(receiver.get("/labs/", follow_redirects=True))
    page = f"/labs/consignments/{box}"
    assert code in words(receiver.get(page))
    assert receiver.post(page, data={"code": code, "condition": "good"}).status_code == 302
    assert "已全部清点" in words(receiver.get(page))

    technician = browser(lab.technician)
    assert code in words(technician.get("/labs/", follow_redirects=True))
    file = (io.BytesIO(rdml_file(db, {code: None})), "run.rdml")
    sent = technician.post("/labs/bench/files/new", data={"file": file})
    assert sent.status_code == 302
    preview = technician.get(sent.location)
    assert "收下 1 个项目" in words(preview)
    taken = technician.post(f"{sent.location}/take")
    used = {"instrument_id": lab.instrument_id, "lot_id": lab.lot_id}
    assert technician.post(f"{taken.location}/equip", data=used).status_code == 302
    assert "有效，可放行" in words(technician.get(taken.location))

    reviewer = browser(lab.reviewer)
    row = one(db, Result)
    assert code in words(reviewer.get("/labs/", follow_redirects=True))
    seen = reviewer.get(f"/labs/review/results/{row.id}")
    assert "运行质控有效" in words(seen)
    passed = reviewer.post(
        f"/labs/review/results/{row.id}",
        data=sign_data(seen) | {"code": code_for(db, lab.reviewer.person_id)},
    )
    assert passed.status_code == 302

    authoriser = browser(lab.authoriser)
    assert code in words(authoriser.get("/labs/", follow_redirects=True))
    draft = authoriser.get(f"/labs/reports/items/{code}")
    assert "十六项内容、抽样和判定规则齐全" in words(draft)
    digest = re.search(r'name="digest"[^>]*value="(\w{64})"', draft.get_data(as_text=True))[1]
    wrong = authoriser.post(
        f"/labs/reports/items/{code}", data={"digest": digest, "code": "000000"}
    )
    assert wrong.status_code == 422
    assert "口令不对" in words(wrong)
    db.clock.forward(seconds=90)
    data = {"digest": digest, "code": code_for(db, lab.authoriser.person_id)}
    done = authoriser.post(f"/labs/reports/items/{code}", data=data)
    assert done.status_code == 302, words(done)
    twice = authoriser.post(f"/labs/reports/items/{code}", data=data)
    assert (twice.status_code, twice.location) == (302, done.location)
    assert "LAB-02-2026-00001" in words(authoriser.get(done.location))
    word = authoriser.get(f"{done.location}.docx")
    assert word.data[:2] == b"PK"
    assert "LAB-02-2026-00001" in words(authoriser.get("/labs/reports/?q=LAB-02-2026"))


def test_a_double_click_enters_one_well(db, browser):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    technician = browser(lab.technician)
    opened = technician.post(
        "/labs/bench/runs/new", data={"instrument": "QPCR-02", "reagent_lot": "K1", "once": "k-run"}
    )
    data = {"code": code, "disease_code": DISEASE, "cq": "无", "well": "C7", "once": "k-1"}
    for _ in range(2):
        assert technician.post(f"{opened.location}/wells", data=data).status_code == 302
    shown = words(technician.get(opened.location))
    assert "共 1 孔" in shown
    assert "没有无模板对照" in shown
    control = {"role": "ntc", "disease_code": DISEASE, "cq": "无"}
    assert technician.post(f"{opened.location}/controls", data=control).status_code == 302


@pytest.mark.parametrize("cq", ["阴 性", "ND", ""])
def test_an_unknown_cq_stays_on_the_page_with_its_sentence(db, browser, cq):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    technician = browser(lab.technician)
    opened = technician.post("/labs/bench/runs/new", data={"instrument": "Q", "reagent_lot": "K1"})
    data = {"code": code, "disease_code": DISEASE, "cq": cq}
    answer = technician.post(f"{opened.location}/wells", data=data)
    assert answer.status_code == 422
    assert "请" in words(answer)
    assert code in answer.get_data(as_text=True)


def test_an_expired_reagent_and_an_unknown_code_are_sentences(db, browser):
    lab = make_lab(db)
    technician = browser(lab.technician)
    data = {"instrument": "Q", "reagent_lot": "K2604-17", "reagent_until_on": "2025-01-01"}
    answer = technician.post("/labs/bench/runs/new", data=data)
    assert (answer.status_code, "过期" in words(answer)) == (422, True)
    opened = technician.post("/labs/bench/runs/new", data={"instrument": "Q", "reagent_lot": "K1"})
    wrong = {"code": "M7K2-9999", "disease_code": DISEASE, "cq": "无"}
    answer = technician.post(f"{opened.location}/wells", data=wrong)
    assert (answer.status_code, "不在本实验室" in words(answer)) == (422, True)


def test_own_work_is_shown_locked_and_explained(db, browser):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    person = replace(lab.reviewer, actor=also(db, lab.reviewer, "lab_technician"))
    result_id = make_result(db, replace(lab, technician=person), code)
    both = browser(lab.reviewer)
    assert "您是检测员，须他人复核" in words(both.get("/labs/review/"))
    page = both.get(f"/labs/review/results/{result_id}")
    assert "您是检测员，须他人复核" in words(page)
    assert "签名，通过" not in words(page)
    with db.look(person.actor) as look:
        digest = record_of(look, [look.get(Result, result_id)]).digest
    db.clock.forward(seconds=60)
    data = {"digest": digest, "code": code_for(db, person.person_id)}
    forced = both.post(f"/labs/review/results/{result_id}", data=data)
    assert (forced.status_code, "另一个人" in words(forced)) == (422, True)


def test_a_file_with_bad_rows_is_previewed_and_taken_or_left(db, browser):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    technician = browser(lab.technician)
    data = rdml_file(db, {code: None, "M7K2-9999": "21"})
    sent = technician.post("/labs/bench/files/new", data={"file": (io.BytesIO(data), "r.rdml")})
    assert "这个盲样号不在本实验室的来样中" in words(technician.get(sent.location))
    refused = technician.post(f"{sent.location}/take", data={})
    assert (refused.status_code, "只收好行" in words(refused)) == (422, True)
    assert technician.post(f"{sent.location}/leave").status_code == 302
    assert "没有收" in words(technician.get(sent.location))
    technician.post("/labs/bench/files/new", data={"file": (io.BytesIO(data), "r.rdml")})
    assert technician.post(f"{sent.location}/take", data={"keep_good": "y"}).status_code == 302
    assert "已经导入过" in words(technician.get(sent.location))
    assert one(db, BenchRun).file_id == one(db, InstrumentFile).id


@pytest.mark.parametrize("data", [b"", b"not a table", b"PK\x03\x04broken", "品名\n鱼\n".encode()])
def test_a_bad_file_is_a_sentence_never_a_500(db, browser, data):
    technician = browser(make_lab(db).technician)
    answer = technician.post(
        "/labs/bench/files/new", data={"file": (io.BytesIO(data), "../../x.rdml")}
    )
    assert answer.status_code == 422
    assert "处要改" in words(answer)


def test_a_report_is_withdrawn_with_its_reason(db, browser):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    report_id = make_report(db, lab, code)
    authoriser = browser(lab.authoriser)
    page = f"/labs/reports/{report_id}"
    assert authoriser.post(f"{page}/withdraw", data={}).status_code == 422
    shown = authoriser.get(f"{page}/withdraw")
    assert "现在没有别的东西依据这份报告" in words(shown)
    digest = re.search(r'name="shown"[^>]* value="(\w+)"', shown.get_data(as_text=True)).group(1)
    form = {"because": "录入错误", "shown": digest, "code": code_for(db, lab.authoriser.person_id)}
    assert authoriser.post(f"{page}/withdraw", data=form).status_code == 302
    assert "这份报告不再有效：已撤回" in words(authoriser.get(page))
    assert one(db, Report).state == "withdrawn"


def test_a_report_that_is_not_ready_says_every_reason(db, browser):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    page = browser(lab.authoriser).get(f"/labs/reports/items/{code}")
    assert "还没有复核通过的结果（待检）" in words(page)
    assert "签发检测报告" not in words(page)
    with db.look(lab.authoriser.actor) as look:
        assert len(draft_report(look, code).reasons) == 2


def test_the_register_is_kept_by_the_province(db, browser):
    body = make_organisation(db, "lab", name="示例新实验室")
    keeper = browser(make_person(db, "administrator", division="320000"))
    day = db.clock.now().date()
    form = {
        "organisation_id": str(body),
        "code": "LAB-09",
        "address": "示例路 9 号",
        "accredited_from_on": day.isoformat(),
        "accredited_until_on": (day + timedelta(days=365)).isoformat(),
    }
    made = keeper.post("/labs/register/new", data=form)
    assert made.status_code == 302, words(made)
    scope = {
        "method_code": "sct7237-2020",
        "targets": "DIV1-ATPase，DIV1-MCP",
        "from_on": day.isoformat(),
        "until_on": (day + timedelta(days=100)).isoformat(),
        "kind": "qpcr",
        "positive_max": "35",
        "grey_max": "38",
        "cycle_cap": "40",
    }
    assert keeper.post(f"{made.location}/scopes", data=scope).status_code == 302
    assert "35 &lt; Cq ≤ 38" in keeper.get(f"{made.location}/scope").get_data(as_text=True)
    again = keeper.post(f"{made.location}/scopes", data=scope)
    assert (again.status_code, "重叠" in words(again)) == (422, True)
    assert (
        keeper.post(f"{made.location}/standing", data={"because": "能力验证不满意"}).status_code
        == 302
    )
    assert "已暂停承检" in words(keeper.get("/labs/register/"))


def test_strangers_and_other_laboratories_see_nothing(db, browser, client):
    lab, other = make_lab(db), make_lab(db)
    [code] = make_items(db, lab)
    report_id = make_report(db, lab, code)
    box = one(db, Consignment).id
    stranger = browser(other.technician)
    for path in (
        f"/labs/reports/{report_id}",
        f"/labs/consignments/{box}",
        f"/labs/reports/items/{code}",
    ):
        assert stranger.get(path).status_code == 404, path
        assert client.get(path).status_code in {302, 401}
    vet = browser(make_person(db, "official_vet"))
    assert vet.get("/labs/review/").status_code == 403
    assert browser(lab.receiver).post("/labs/bench/runs/new", data={}).status_code == 403


def test_every_empty_list_says_what_to_do_next(db, browser):
    person = browser(make_lab(db).technician)
    for path in (
        "/labs/consignments",
        "/labs/bench/",
        "/labs/review/",
        "/labs/reports/ready",
        "/labs/reports/",
        "/labs/bench/runs",
    ):
        answer = person.get(path)
        assert (answer.status_code, "empty-state" in answer.get_data(as_text=True)) == (
            200,
            True,
        ), path
