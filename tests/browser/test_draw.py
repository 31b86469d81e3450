"""The draw at its pages: two persons give the beacon, the hall reads the board, a supervisor looks again."""

import pytest

from aquacert.inspections.commands import drawdays
from aquacert.inspections.commands.draws import draw_on_acceptance
from aquacert.inspections.parsers.drawbook import draw_book
from aquacert.kernel.scope import SYSTEM
from tests.make.accounts import make_person
from tests.make.declarations import make_declaration
from tests.make.draws import ISSUE, NUMBERS, open_today
from tests.make.hatcheries import make_hatchery
from tests.make.labs import make_lab

pytestmark = pytest.mark.browser


def test_a_day_of_the_draw(db, walk, seat, axe, monkeypatch):
    def whole(edition, beacon):
        book = draw_book(edition, beacon)
        return book | {"shares": dict.fromkeys(book["shares"], 1_000_000)}

    monkeypatch.setattr(drawdays, "draw_book", whole)
    walk.axe = axe
    day = open_today(db)
    farm = make_hatchery(db)
    make_person(db, "official_vet", organisation_id=farm.office_id)
    make_lab(db)
    paper = make_declaration(db, farm, state="accepted")
    with db.work(SYSTEM) as w:
        draw_on_acceptance(w, paper.declaration_id)
    one, two = (seat(make_person(db, "province_supervisor", division="320000")) for _ in range(2))
    hall = walk.hand({"width": 1280, "height": 800}, java_script_enabled=False)
    hall.open("/draws/?still=1")
    assert "等信标" in hall.text()
    one.open("/draws/desk")
    assert "今天还没有信标" in one.look("draw_waits")
    one.fill(issue=ISSUE, numbers=NUMBERS[:-3]).press("录入号码")
    assert "每期 20 个不同的号码" in one.text()
    one.fill(numbers=NUMBERS).press("录入号码")
    assert "等另一个人" in one.text()
    assert NUMBERS not in two.open("/draws/desk").text()
    two.fill(issue=ISSUE, numbers=NUMBERS).press("录入号码")
    two.look("draw_desk")
    board = walk.hand({"width": 1280, "height": 800}).open("/draws/?still=1")
    assert "监督人员复核" in board.look("draw_board")
    assert paper.number in hall.open("/draws/?still=1").text()
    two.follow(paper.number)
    two.page.locator("summary").get_by_text("申请重抽").click()
    two.fill(note="名单里有一位已经退休").press("申请重抽")
    two.look("draw_asked")
    one.open(two.path).press("同意重抽")
    assert "不再算" in one.text()
    one.put("recheck-agrees", "no").press("记录复看复核")
    assert "写明哪里不一致" in one.look("draw_refused")
    one.put("recheck-agrees", "yes").press("记录复看复核")
    assert "一致" in one.look("draw_done")
    assert "第 2 次" in board.open(f"/draws/{day}").look("draw_board_again")
    assert walk.faults == []
