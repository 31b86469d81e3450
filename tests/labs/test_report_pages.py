"""The pages of reports: ending them by their forms, two persons, and what a stranger may read."""

import re

import pytest

from aquacert.kernel.scope import SYSTEM
from labs.reports.commands import sign_report
from labs.reports.models import Report
from labs.reports.queries import report_for
from tests.make.accounts import code_for, make_person, signed_in
from tests.make.labs import make_items, make_lab, make_report, make_result


@pytest.fixture
def browser(app):
    """Return a signed-in browser of somebody."""
    return lambda made: signed_in(app.test_client(), made)


def words(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.get_data(as_text=True)).split())


def shown(response):
    return re.search(r'name="shown"[^>]* value="(\w+)"', response.get_data(as_text=True)).group(1)


def test_a_report_is_amended_then_retracted_by_two_and_a_stranger_sees_it(
    db, app, house, browser, client
):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    first = make_report(db, lab, code)
    with db.look(SYSTEM) as look:
        row = look.get(Report, first)
    public = f"/r/{row.public_id}"
    assert "正在签章" in words(client.get(public))
    assert sign_report(db, house.keys, first)
    seen = words(client.get(public))
    for word in (
        "有效：实验室签章验证通过",
        row.number,
        code,
        "阴性",
        "CMA 示例-CMA-0001",
        row.digest[:32],
    ):
        assert word in seen, word
    assert client.get(f"/r/{row.public_id.lower()}").location == public
    assert client.get("/r/0000000000").status_code == client.get("/r/x").status_code == 404

    authoriser = browser(lab.authoriser)
    page = f"/labs/reports/{first}"
    assert "实验室已签章" in words(authoriser.get(page))
    assert authoriser.get(f"{page}.pdf").data.startswith(b"%PDF")
    form = {
        "because": "样品类型录错",
        "matrix": "后期仔虾",
        "shown": shown(authoriser.get(f"{page}/amend")),
    }
    assert authoriser.post(f"{page}/amend", data=form).status_code == 422
    form["code"] = code_for(db, lab.authoriser.person_id)
    done = authoriser.post(f"{page}/amend", data=form)
    assert done.status_code == 302, words(done)
    assert "取代" in words(authoriser.get(done.location))
    assert "这份报告不再有效：已更正" in words(authoriser.get(page))
    seen = words(client.get(public))
    assert "不再有效：已更正" in seen
    assert f"{row.number}-v2" in seen
    assert "样品类型录错" not in seen

    page = done.location
    reviewer = browser(lab.reviewer)
    assert reviewer.get(f"{page}/amend").status_code == 403
    asked = {"because": "盲样取错", "shown": shown(reviewer.get(f"{page}/retract"))}
    assert reviewer.post(f"{page}/retract", data={"because": ""}).status_code == 422
    assert reviewer.post(f"{page}/retract", data=asked).status_code == 302
    assert "须由另一个人办" in words(reviewer.get(f"{page}/retract"))
    assert "另有一件请求" in words(authoriser.get(f"{page}/invalidate"))
    second = authoriser.get(f"{page}/retract")
    assert "盲样取错" in words(second)
    unseen = {"code": code_for(db, lab.authoriser.person_id)}
    assert authoriser.post(f"{page}/retract/do", data=unseen).status_code == 422
    db.clock.forward(seconds=60)
    stale = {"shown": "0" * 64, "code": code_for(db, lab.authoriser.person_id)}
    refused = authoriser.post(f"{page}/retract/do", data=stale)
    assert (refused.status_code, "有变化" in words(refused)) == (422, True)
    good = {"shown": shown(second), "code": code_for(db, lab.authoriser.person_id)}
    assert authoriser.post(f"{page}/retract/do", data=good).status_code == 302
    with db.look(SYSTEM) as look:
        assert report_for(look, code).state == "retracted"


def test_what_is_stated_by_the_form_stands_in_the_draft(db, browser):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    make_result(db, lab, code)
    reviewer = browser(lab.reviewer)
    page = f"/labs/reports/items/{code}"
    for external, status in (
        ("DIV1 没有冒号", 422),
        ("WSD：别家", 422),
        ("div1：示例省疫控中心", 302),
    ):
        answer = reviewer.post(f"{page}/statement", data={"external": external, "deviations": "无"})
        assert answer.status_code == status, words(answer)
    assert "示例省疫控中心" in words(reviewer.get(f"{page}/statement"))
    assert reviewer.get(f"{page}/draft.pdf").data.startswith(b"%PDF")
    assert "还没有复核通过的结果" in words(reviewer.get(page))
    assert browser(lab.technician).get(f"{page}/statement").status_code == 403


def test_a_request_is_declined_and_other_laboratories_see_nothing(db, browser):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    page = f"/labs/reports/{make_report(db, lab, code)}"
    reviewer, authoriser = browser(lab.reviewer), browser(lab.authoriser)
    asked = {"because": "对照可疑", "shown": shown(reviewer.get(f"{page}/invalidate"))}
    assert reviewer.post(f"{page}/invalidate", data=asked).status_code == 302
    assert "在等第二个人" in words(authoriser.get(page))
    assert authoriser.post(f"{page}/ask/drop").status_code == 302
    assert "在等第二个人" not in words(authoriser.get(page))
    stranger = browser(make_person(db, "lab_authoriser", organisation_id=make_lab(db).lab_id))
    for end in ("", ".pdf", "/amend", "/withdraw", "/retract", "/invalidate"):
        assert stranger.get(page + end).status_code == 404
