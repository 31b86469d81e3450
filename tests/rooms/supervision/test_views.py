"""The pages of supervision: figures, statistics with chart data and workbook, the trail."""

import io
from html import unescape

import pandas as pd
import pytest

from tests.make.accounts import make_person, signed_in, token
from tests.make.movements import make_road


@pytest.fixture
def road(house):
    return make_road(house)


@pytest.fixture
def supervisor(db, road):
    return make_person(db, "county_supervisor")


def text_of(answer):
    return unescape(answer.get_data(as_text=True))


def test_the_figures_are_links_to_their_lists(client, supervisor):
    browser = signed_in(client, supervisor)
    page = text_of(browser.get("/supervision/"))
    for words in ("今日出证", "逾期未到达", "证号结存", "疫情数据截至", "还没核对"):
        assert words in page
    for address in ("/certificates/", "/movements/?tab=overdue", "/supervision/audit"):
        assert f'href="{address}"' in page
        assert browser.get(address).status_code == 200


def test_the_table_the_chart_and_the_workbook_say_the_same(client, supervisor):
    browser = signed_in(client, supervisor)
    page = text_of(browser.get("/supervision/statistics"))
    assert "江苏省南京市雨花台区" in page
    assert "500 000" in page.replace("\u2009", " ")
    data = browser.get("/supervision/statistics.json").get_json()
    assert data["months"][-1] == "2026-05"
    assert [one["data"][-1] for one in data["series"]] == [1, 0]
    answer = browser.get("/supervision/statistics.xlsx")
    frame = pd.read_excel(io.BytesIO(answer.data), dtype={"区划代码": str})
    assert list(frame["张数"]) == [1]
    assert list(frame["数量"]) == [500_000]
    assert list(frame["区划代码"]) == ["320114"]


def test_filters_reach_the_chart_and_the_workbook(client, supervisor):
    browser = signed_in(client, supervisor)
    words = "?from=2026-01&until=2026-04"
    assert "这些条件下没有出证" in text_of(browser.get(f"/supervision/statistics{words}"))
    data = browser.get(f"/supervision/statistics.json{words}").get_json()
    assert data["months"] == ["2026-01", "2026-02", "2026-03", "2026-04"]
    frame = pd.read_excel(io.BytesIO(browser.get(f"/supervision/statistics.xlsx{words}").data))
    assert len(frame) == 0


@pytest.mark.parametrize(
    "words", ["from=2026-13", "from=abc", "from=2026-05&until=2026-01", "from=2001-01"]
)
def test_months_that_do_not_exist_are_said_and_never_break(client, supervisor, words):
    browser = signed_in(client, supervisor)
    answer = browser.get(f"/supervision/statistics?{words}")
    assert answer.status_code == 422
    assert "最近 12 个月" in text_of(answer)
    assert browser.get(f"/supervision/statistics.json?{words}").status_code == 422
    assert browser.get(f"/supervision/statistics.xlsx?{words}").status_code == 422


def test_the_trail_is_read_searched_and_checked(client, db, road, supervisor):
    browser = signed_in(client, supervisor)
    page = text_of(browser.get("/supervision/audit?room=movements"))
    assert "登记启运" in page
    assert f"编号：{road.number}" in page
    assert "没有符合的记录" in text_of(browser.get("/supervision/audit?q=没有这样的事"))
    done = browser.post("/supervision/audit/check", data={"once": "a"}, follow_redirects=True)
    assert "审计链完好" in text_of(done)
    assert browser.get("/supervision/audit?page=999").status_code == 200


def test_who_may_not_is_kept_out(client, db, road):
    owner = make_person(db, "dealer")
    browser = signed_in(client, owner)
    for door in ("", "statistics", "statistics.json", "statistics.xlsx", "audit"):
        assert browser.get(f"/supervision/{door}").status_code == 403


def test_a_vet_sees_figures_but_not_the_trail(client, db, road):
    browser = signed_in(client, road.ready.vet)
    page = text_of(browser.get("/supervision/"))
    assert "审计记录" not in page
    assert browser.get("/supervision/audit").status_code == 403


def test_programs_read_the_counts(client, db, supervisor):
    bearer = {"Authorization": f"Bearer {token(db, supervisor)}"}
    found = client.get("/api/v1/supervision/counts?from=2026-05&until=2026-05", headers=bearer)
    [item] = found.get_json()["items"]
    assert (item["county"], item["certificates"], item["quantity"]) == ("320114", 1, 500_000)
    assert client.get("/api/v1/supervision/counts?from=x", headers=bearer).status_code == 422
