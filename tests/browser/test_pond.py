"""A batch that fails, walked by its vet, its owner and the county; and the county's own second looks."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from aquacert.inspections.commands import add_photo, drawdays, judging, suspect
from aquacert.inspections.commands.draws import draw_on_acceptance
from aquacert.inspections.parsers.drawbook import draw_book
from aquacert.inspections.rules import Slot
from aquacert.kernel.scope import SYSTEM
from tests.browser.hand import Hand
from tests.make.accounts import make_person
from tests.make.declarations import Paper, make_declaration
from tests.make.draws import give_beacon, open_today
from tests.make.inspections import fill, inspect, picture, start
from tests.make.labs import make_lab
from tests.make.photographs import jpeg, photograph

pytestmark = pytest.mark.browser
GUIDE = Path(__file__).parents[2] / "docs" / "recompute-a-draw.md"
LAW = "《示例法》第一条第二款"
BURIED = {"quantity": "12万", "method": "深埋", "place": "场内处理点", "operator": "示例操作员"}


def camera(hand: Hand, selector: str) -> None:
    """Take a photograph for the file field of a form."""
    shot = {"name": "IMG.png", "mimeType": "image/png", "buffer": picture()}
    hand.page.set_input_files(selector, shot)


def unfold(hand: Hand, words: str) -> None:
    """Touch the row that unfolds a form."""
    hand.page.locator("summary", has_text=words).click()


@dataclass
class Pond:
    """A batch at its pond and everybody around it; each has a session of his own hour."""

    db: Any
    seat: Any
    phone: Any
    paper: Paper
    check: str
    order: str = ""

    def vet(self) -> Hand:
        """Its vet at his phone."""
        return self.seat(self.paper.vet, wide=False)

    def owner(self) -> Hand:
        """The farm's owner at his phone."""
        return self.phone(self.paper.farm).open("/declarations/home")


def orders_it_isolated(pond: Pond) -> None:
    """The vet fails the batch and orders: isolate and report."""
    hand = pond.vet().open(pond.check)
    hand.press("不合格")
    assert "请写明情况和判断依据" in hand.text()
    hand.fill(note="大面积空胃、沉底，停止起运").press("不合格")
    hand.look("pond_failed")
    hand.follow("检疫处理通知单").look("pond_order")
    hand.put("remedy", "isolate").fill(law="有关规定", measures="停止起运，就地隔离。")
    hand.press("出具检疫处理通知单")
    assert "条、款、项" in hand.look("pond_order_wrong")
    hand.fill(law=LAW, measures="停止起运，就地隔离。\n死鱼无害化处理。", method="深埋")
    hand.press("出具检疫处理通知单")
    assert "看疫情快报" in hand.look("pond_ordered")
    pond.order = hand.path
    hand.close()


def takes_it_and_treats(pond: Pond) -> None:
    """The owner reads the red card, takes the notice, writes down what he did."""
    hand = pond.owner()
    assert "有一批检疫不合格，要处理" in hand.look("pond_home_red")
    hand.go("a.note.no")
    assert "我看过了，签收" in hand.look("pond_order_owner")
    hand.press("我看过了，签收")
    assert "用自己的账号签收" in hand.look("pond_taken")
    unfold(hand, "记一步")
    hand.put("step-kind", "treated").put("step-note", "聚维酮碘泼洒，休药期 7 天")
    camera(hand, "#step-picture")
    hand.press("记下这一步")
    assert "聚维酮碘泼洒" in hand.look("pond_step")
    hand.open("/declarations/home")
    assert "有一批正在检疫处理" in hand.look("pond_home_going_on")
    assert "有一批检疫不合格" not in hand.text()
    hand.close()


def takes_the_report_up(pond: Pond) -> None:
    """The county takes the express report up; its officer finds no epidemic."""
    chief = pond.seat(make_person(pond.db, "county_supervisor"))
    chief.open("/surveillance/express")
    assert "白斑综合征" in chief.look("express_list")
    chief.go("main tbody a")
    assert "还没有人签收" in chief.look("express_raised")
    here = chief.path
    chief.press("签收，接手核查")
    assert "还没有人签收" not in chief.text()
    chief.close()
    officer = pond.seat(make_person(pond.db, "surveillance_officer")).open(here)
    officer.look("express_received")
    officer.put("outcome", "denied").fill(basis="复检阴性 示检 2026-001")
    officer.press("办结这份快报")
    assert "复检阴性 示检 2026-001" in officer.look("express_closed")
    officer.close()


def buries_and_looks_again(pond: Pond) -> None:
    """The vet sees the dead buried and looks at the rest again; the report still stands in the way."""
    hand = pond.vet().open(pond.order)
    assert "还没有官方兽医的复查记录和照片" in hand.look("pond_order_vet")
    unfold(hand, "记一次无害化处理")
    for name, words in BURIED.items():
        hand.put(f"disposal-{name}", words)
    camera(hand, "#disposal-photos")
    hand.press("记录，扣减存塘")
    assert "看记录" in hand.look("pond_disposed")
    unfold(hand, "记一步")
    hand.put("step-kind", "rechecked").put("step-note", "群体活力正常，肠胃饱满")
    camera(hand, "#step-picture")
    hand.press("记下这一步")
    assert "疫情快报还没有排除疫情" in hand.look("pond_rechecked")
    assert hand.page.locator("#end-act option[value=recover]").count() == 0
    hand.close()


def ends_it(pond: Pond) -> None:
    """The vet ends the case."""
    hand = pond.vet().open(pond.order)
    hand.put("end-act", "recover").put("end-note", "复查合格")
    hand.press("办结检疫处理")
    assert "已复查合格，可以重新申报" in hand.look("pond_ended")
    hand.close()


def declares_again(pond: Pond) -> None:
    """The owner sees that his batch is well and begins its new declaration."""
    hand = pond.owner()
    assert "有一批复查合格了" in hand.look("pond_home_well")
    hand.go("a.note.ok")
    hand.press("重新申报这一批")
    assert "/declarations/" in hand.path
    hand.look("pond_declared_again")
    hand.open("/declarations/home")
    assert "有一批复查合格了" not in hand.text()
    hand.close()


def test_a_failed_batch_from_the_pond_to_its_new_declaration(db, walk, seat, phone, axe):
    walk.axe = axe
    paper = make_declaration(db, state="assigned")
    [check_id] = start(db, paper)
    fill(db, paper, check_id)
    with db.work(paper.vet.actor) as w:
        suspect(w, check_id, ("WSD",))
    pond = Pond(db, seat, phone, paper, f"/inspections/checks/{check_id}")
    orders_it_isolated(pond)
    takes_it_and_treats(pond)
    db.clock.forward(hours=3)
    buries_and_looks_again(pond)
    takes_the_report_up(pond)
    ends_it(pond)
    declares_again(pond)
    assert walk.faults == []


@pytest.fixture
def certain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every draw fall, and every finished visit be looked at again."""

    def whole(edition: int, beacon: str) -> dict[str, object]:
        book = draw_book(edition, beacon)
        return book | {"shares": dict.fromkeys(book["shares"], 1_000_000)}

    every = {"evidence.second_look": 100}
    monkeypatch.setattr(drawdays, "draw_book", whole)
    monkeypatch.setattr(judging, "standard", lambda rule_id, _on: every.get(rule_id, 7))


def drawn_and_checked(db) -> Paper:
    """Draw a declaration, then check its batch, with one shot cut and used twice."""
    give_beacon(db, open_today(db))
    make_lab(db)
    paper = make_declaration(db, state="assigned")
    with db.work(SYSTEM) as w:
        draw_on_acceptance(w, paper.declaration_id)
    [check_id] = start(db, paper)
    shot = photograph(1)
    with db.work(paper.vet.actor) as w:
        add_photo(w, check_id, Slot.GROUP, jpeg(shot), "a.jpg")
        small = jpeg(shot.crop((40, 70, 450, 480)), 70)
        add_photo(w, check_id, Slot.INDIVIDUAL, small, "b.jpg")
    inspect(db, paper)
    return paper


def looks_again(chief: Hand, paper: Paper) -> None:
    """A flag is judged side by side; the finished visit gets its second verdict."""
    chief.open("/inspections/flags")
    assert "待看" in chief.look("flags")
    chief.go("main tbody a")
    assert chief.page.locator(".pair img").count() == 2
    chief.look("flag")
    chief.put("state", "confirmed").fill(because="同一张照片裁了一下").press("记下结论")
    assert "同一张照片裁了一下" in chief.look("flag_judged")
    chief.open("/inspections/second-look").look("second_looks")
    chief.follow(paper.number)
    chief.look("second_look")
    chief.put("verdict", "disagree").press("记下抽看结论")
    assert "写明看到了什么" in chief.text()
    chief.fill(because="个体照片不是当场拍的").press("记下抽看结论")
    chief.open("/inspections/second-look?done=1")
    assert paper.number in chief.look("second_looks_done")


def recomputed(hall: Hand, folder: Path) -> str:
    """Take the board's file and draw it again by the lines of the guide, apart from the program."""
    status, data = hall.fetch(hall.address_of("自己重算"))
    assert status == 200
    assert json.loads(data)["tickets"]
    code = re.search(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    script, file = folder / "recompute.py", folder / "day.json"
    script.write_text(code.group(1), encoding="utf-8")
    file.write_bytes(data)
    command = [sys.executable, "-I", str(script), str(file)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_a_supervisor_looks_again_and_anybody_draws_again(
    db, certain, walk, seat, axe, tmp_path, client
):
    walk.axe = axe
    paper = drawn_and_checked(db)
    chief = seat(make_person(db, "county_supervisor"))
    looks_again(chief, paper)
    chief.open("/supervision/coverage")
    assert "0%" in chief.look("coverage")
    with db.look() as look:
        on = look.today
    hall = walk.hand({"width": 1280, "height": 800})
    assert paper.number in hall.open("/draws/?still=1").look("board_today")
    db.clock.forward(seconds=timedelta(days=1).total_seconds())
    with db.work(SYSTEM) as w:
        drawdays.reveal_days(w)
    hall.open(f"/draws/{on}").look("board_next_day")
    assert recomputed(hall, tmp_path).startswith("1 tickets drawn again")
    assert walk.faults == []
