"""The pages of numbers: who sees what, what a stale page and a double click do, how much they ask."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from sqlalchemy import event, insert, select

from aquacert.certificates.models import CertificateNumber, NumberRequest, NumberSegment
from aquacert.certificates.numbers import commands, queries
from aquacert.kernel.ids import new_id
from aquacert.kernel.scope import SYSTEM
from tests.make.accounts import COUNTY, make_person, signed_in
from tests.make.numbers import FIRST, OTHER, PROVINCE, hand_all_down, make_levels, take

HOME = "/certificates/numbers"


@pytest.fixture
def levels(db):
    return hand_all_down(db, make_levels(db))


@pytest.fixture
def keeper(client, db, levels):
    return signed_in(client, make_person(db, "number_keeper", division=PROVINCE))


def text_of(answer):
    return answer.get_data(as_text=True)


def of(levels, name):
    return f"{HOME}?kind=A&at={getattr(levels, name)}"


def test_every_level_is_on_the_page_and_opens_by_a_link(keeper, db, levels):
    take(db, levels, 3)
    page = text_of(keeper.get(HOME))
    for words in ("示例省所", "示例市局", "示例县局", "示例申报点", "官方兽医", "号段流水"):
        assert words in page
    assert "对账：0 + 0 + 3 + 47 = 50，无不明空号" in page
    county = text_of(keeper.get(of(levels, "county")))
    assert "3 + 197 + 200 = 400" in county
    assert "style=" not in page
    assert text_of(keeper.get(f"{HOME}?kind=B")).count("还没有号段") == 1
    for odd in ("kind=C", "at=%F0%9F%90%9F", "at=x", "segment=1", "state=?", "page=-3", "q=%25"):
        assert keeper.get(f"{HOME}?{odd}").status_code == 200, odd


def test_another_countys_segment_is_not_there(client, db, levels):
    stranger = signed_in(client, make_person(db, "number_keeper", division=OTHER))
    assert "示例县局" not in text_of(stranger.get(HOME))
    for act in ("hand-down", "return", "void"):
        form = {
            "segment": str(levels.held["county"]),
            "holder": str(levels.office),
            "count": "1",
            "first": str(FIRST + 250),
            "because": "越界",
            "once": act,
        }
        assert stranger.post(f"{HOME}/{act}?kind=A", data=form).status_code == 422
    (number,) = take(db, levels)
    with db.look(SYSTEM) as look:
        orphan = queries.number(look, number).id
    assert stranger.get(f"{HOME}/orphans/{orphan}/void").status_code == 404
    posted = stranger.post(
        f"{HOME}/orphans/{orphan}/void", data={"because": "越界作废", "once": "o"}
    )
    assert posted.status_code == 404
    assert "查不到" in text_of(stranger.get(f"{HOME}/find?q={number}"))
    with db.look(SYSTEM) as look:
        assert queries.number(look, number).state == "reserved"


def test_who_may_only_read_changes_nothing(client, db, levels):
    vet = signed_in(client, levels.vet)
    assert vet.get(HOME).status_code == 200
    for path in ("receive", "hand-down", "return", "void", "import"):
        assert vet.get(f"{HOME}/{path}").status_code == 403, path
    assert vet.get(f"{HOME}/ask").status_code == 200


def test_the_same_post_twice_hands_down_once(keeper, db, levels):
    form = {
        "segment": str(levels.held["city"]),
        "holder": str(levels.other),
        "count": "20",
        "once": "same",
    }
    path = f"{HOME}/hand-down?kind=A&at={levels.city}"
    assert [keeper.post(path, data=form).status_code for _n in range(2)] == [302, 302]
    with db.look(SYSTEM) as look:
        held = look.scalars(select(NumberSegment.id).where(NumberSegment.holder_id == levels.other))
    assert len(held) == 1


def test_a_stale_page_gets_a_sentence_and_changes_nothing(keeper, db, levels):
    path = f"{HOME}/return?kind=A&at={levels.office}.{levels.vet.person_id}"
    assert "退回上级" in text_of(keeper.get(path))
    take(db, levels, 45)
    form = {"segment": str(levels.held["vet"]), "count": "20", "because": "多领", "once": "r"}
    late = keeper.post(path, data=form)
    assert late.status_code == 422
    assert "本段只剩 5 个号" in text_of(late)
    assert keeper.post(path, data=form | {"count": "5", "once": "s"}).status_code == 302
    gone = keeper.post(path, data=form | {"count": "5", "once": "t"})
    assert gone.status_code == 422


def test_void_find_and_explain_one_number(keeper, db, levels):
    path = f"{HOME}/void?kind=A&at={levels.office}"
    form = {"segment": str(levels.held["office"]), "first": str(FIRST + 60), "once": "v"}
    assert keeper.post(path, data=form | {"because": ""}).status_code == 422
    assert keeper.post(path, data=form | {"because": "误印", "once": "w"}).status_code == 302
    assert "误印" in text_of(keeper.get(of(levels, "office")))
    found = text_of(keeper.get(f"{HOME}/find?q=32 0000 0061"))
    assert "作废" in found
    assert "误印" in found
    assert "未用" in text_of(keeper.get(f"{HOME}/find?q={FIRST + 61}"))
    for odd in ("abc", "９" * 10, "1" * 40, "%00"):
        assert keeper.get(f"{HOME}/find?q={odd}").status_code in {200, 400, 422}


def test_an_orphan_shows_within_a_minute_and_can_be_voided(keeper, db, levels):
    (number,) = take(db, levels)
    assert "签发中" in text_of(keeper.get(HOME))
    db.clock.forward(seconds=61)
    page = text_of(keeper.get(HOME))
    (link,) = re.findall(rf'href="({HOME}/orphans/[^"]+)"', page)
    assert number in text_of(keeper.get(link.replace("&amp;", "&")))
    done = keeper.post(link.replace("&amp;", "&"), data={"because": "签章超时", "once": "x"})
    assert done.status_code == 302
    assert "签章超时" in text_of(keeper.get(HOME))


def test_a_vet_asks_on_the_page_and_the_keeper_answers(client, app, db, levels):
    vet = signed_in(client, levels.vet)
    assert vet.post(f"{HOME}/ask?kind=A", data={"quantity": "0", "once": "a"}).status_code == 422
    asked = vet.post(f"{HOME}/ask?kind=A", data={"quantity": "30", "because": "旺季", "once": "b"})
    assert asked.status_code == 302
    with db.look(SYSTEM) as look:
        (key,) = look.scalars(select(NumberRequest.id))
    keeper = signed_in(app.test_client(), make_person(db, "number_keeper", division=COUNTY))
    assert "旺季" in text_of(keeper.get(HOME))
    path = f"{HOME}/asks/{key}"
    assert "申领 30 个" in text_of(keeper.get(path))
    form = {"segment": str(levels.held["office"]), "count": "30", "once": "c"}
    assert keeper.post(path, data=form).status_code == 302
    assert keeper.post(path, data=form | {"once": "d"}).status_code == 409
    assert keeper.get(f"{HOME}/asks/{uuid4()}").status_code == 404


def test_the_ledger_filters_and_forgives_what_it_cannot_read(keeper, levels):
    page = f"{HOME}/movements"
    assert "共 5 条" in text_of(keeper.get(page))
    assert "共 4 条" in text_of(keeper.get(f"{page}?act=hand_down"))
    assert "共 0 条" in text_of(keeper.get(f"{page}?until=2026-05-08"))
    assert "共 5 条" in text_of(keeper.get(f"{page}?from=2026-05-09&until=2026-05-09"))
    odd = keeper.get(f"{page}?from=gestern&q=12&act=x&kind=Z&body=1&page=99999999999")
    assert odd.status_code == 200
    assert "日期请写成" in text_of(odd)


def fill(db, levels, segments=2_000, numbers=50_000):
    """Give one county 2,000 segments with 25 used numbers each, past the commands."""
    size, start = 100, FIRST + 10_000
    now = db.clock.now()
    with db.look(SYSTEM) as look:
        model = look.session.get(NumberSegment, levels.held["province"])
        base = {c.name: getattr(model, c.name) for c in NumberSegment.__table__.columns}
    used = numbers // segments
    rows, taken = [], []
    for n in range(segments):
        first = start + n * size
        key = new_id(now)
        rows.append(
            base
            | {"id": key, "holder_id": levels.other, "division_code": OTHER}
            | {"first": first, "last": first + size - 1, "next_free": first + used}
            | {"free_last": first + size - 1}
        )
        taken += [
            {"id": new_id(now), "number": str(first + i), "segment_id": key, "county": OTHER}
            | {"office_id": levels.other, "state": "used", "because": "已签发", "load_id": None}
            | {"reserved_at": now, "reserved_by_id": None, "settled_at": now}
            for i in range(used)
        ]
    with db.engine.begin() as connection:
        connection.execute(insert(NumberSegment), rows)
        connection.execute(insert(CertificateNumber), taken)


def statements(db, act):
    """Return how many statements reach the reading database while `act` runs."""
    seen = []
    note = lambda *args: seen.append(args[2])  # noqa: E731
    event.listen(db.reader, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(db.reader, "before_cursor_execute", note)
    return len(seen)


def test_two_thousand_segments_cost_as_few_questions_as_five(keeper, db, levels):
    keeper.get(HOME)
    few = statements(db, lambda: keeper.get(HOME))
    fill(db, levels)
    many = statements(db, lambda: keeper.get(HOME))
    assert many <= few
    assert many <= 36

    def ask():
        with db.look(SYSTEM) as look:
            queries.stock(look, "A")

    assert statements(db, ask) <= 9
    page = text_of(keeper.get(of(levels, "other")))
    assert re.search(r"50\s000", page)
    assert "无不明空号" in page


def test_reserving_costs_no_more_statements_than_before(db, levels):
    seen = []
    event.listen(db.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    with db.work(levels.vet.actor) as w:
        before = len(seen)
        commands.reserve_number(
            w, office_id=levels.office, kind="A", load_id=uuid4(), county=COUNTY
        )
        single = len(seen) - before
        commands.reserve_numbers(
            w,
            office_id=levels.office,
            kind="A",
            load_ids=[uuid4() for _n in range(100)],
            county=COUNTY,
        )
        batch = len(seen) - before - single
    assert single == 5
    assert batch <= 5
