"""A county's table is mapped; its event stops a farm's papers; when it is denied they go on."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import pytest

from aquacert.hatcheries.commands.ponds import shape_pond
from tests.browser.conftest import run_outbox
from tests.browser.hand import SMALL, Hand, Walk
from tests.make.accounts import make_person
from tests.make.certificates import fresh
from tests.make.declarations import answers, make_declaration
from tests.make.movements import Road, make_road
from tests.make.surveillance import make_officer

pytestmark = pytest.mark.browser

HEAD = "编号;省;县;病名;诊断状态;发现日期;报告日期;发病数;品种;北纬;东经;备忘"
ROWS = [
    "b1;江苏省;雨花台区;白斑综合征;疑似;28/04/2026;31/04/2026;300;凡纳滨对虾、克氏原螯虾;31,902;118,70;虾池",
    "b2;江苏省;六合区;白斑综合征;待核;04/04/2026;30/04/2026;0;凡纳滨对虾;32,34;118,84;",
    "b3;江苏省;浦口区;锦鲤疱疹病毒病;疑似;06/04/2026;30/04/2026;5;鲤;32,06;118,63;",
]
"""Two rows to mend: a day that is not, and a word nobody knows. The first is beside the farm."""
RING = ((118.70, 31.90), (118.701, 31.90), (118.701, 31.901), (118.70, 31.901))
ROW = "tr:has-text('雨花台区') a"
STOPPED = "启运地江苏省南京市雨花台区"


@dataclass(frozen=True)
class Scene:
    """Who and what the event meets: a certificate on the road and a declaration at the office."""

    walk: Walk
    house: object
    road: Road
    declaration_id: UUID
    owner: Hand
    clerk: Hand

    def verdict(self, name: str) -> str:
        """Return what a stranger reads first under the code of the certificate."""
        hand = self.walk.hand(SMALL).open(f"/c/{self.road.public_id}")
        hand.look(name)
        said = hand.page.inner_text(".verdict h1")
        hand.close()
        return said

    def on_the_phone(self, name: str) -> str:
        """Return what the farm's owner reads about the open declaration."""
        return self.owner.open(f"/declarations/{self.declaration_id}").look(name)


@pytest.fixture
def scene(walk: Walk, axe, house, db, phone, seat) -> Scene:
    """A farm with its pond drawn, one certificate on the road, one declaration not yet accepted."""
    walk.axe = axe
    road = make_road(house)
    farm = road.ready.farm
    with db.work(farm.owner) as w:
        shape_pond(w, farm.pond_id, sort="earth", corners=RING)
    paper = make_declaration(db, farm, filled=answers(db, farm, "10万"))
    clerk = make_person(db, "office_clerk", organisation_id=farm.office_id, division="320114")
    run_outbox(house)
    return Scene(walk, house, road, paper.declaration_id, phone(farm), seat(clerk))


def bring_in(officer: Hand, table: str) -> None:
    """Say what the columns of a table never seen before are, and import it."""
    officer.open("/surveillance/feeds")
    officer.page.set_input_files("[name=file]", table)
    officer.press("上传，先看结果")
    officer.put("c5-order", "dmy")
    officer.page.wait_for_selector("text=为什么隔离")
    officer.fill(name="雨花台月报").tick("#seen")
    officer.press("保存，看导入结果").press("按这个结果导入")
    assert "隔离，等人处理\n2" in officer.look("imported")


def mend_both(officer: Hand) -> None:
    """Teach it one word, mend one day: just these two rows are read again."""
    officer.open("/surveillance/quarantine").follow("不在这一列的代码表里")
    officer.put("code-code", "suspected").press("记住，重读 1 行")
    officer.follow("不是存在的日期")
    officer.fill(value="30/04/2026").press("改好，重读")
    assert "没有等着处理的行" in officer.text()


def confirm(officer: Hand) -> None:
    """Find the event beside the farm and confirm it; its zone is drawn by the rule."""
    officer.open("/surveillance/").go(ROW)
    assert "疑似" in officer.look("event")
    officer.fill(reason="采样复核阳性，检测报告已到").press("确认疫情")
    assert "生效中" in officer.look("confirmed")
    officer.follow("雨花台区")
    assert "半径 5 km" in officer.look("zone")
    assert officer.page.locator(".zone-map path.area").count() == 2


def test_an_event_from_a_new_table_stops_a_farms_papers_until_it_is_denied(
    scene, seat, db, tmp_path
):
    table = tmp_path / "雨花台四月.csv"
    table.write_bytes("\r\n".join([HEAD, *ROWS]).encode("gb18030"))
    assert scene.verdict("valid") == "有效"
    officer = seat(fresh(db, make_officer(db)))
    bring_in(officer, str(table))
    mend_both(officer)
    confirm(officer)
    run_outbox(scene.house)

    assert scene.verdict("suspended") == "暂停（勿运）"
    said = scene.on_the_phone("stopped")
    assert "因疫情拦下，先不要装车" in said
    assert STOPPED in said
    assert "拦下" in scene.clerk.open("/declarations/").look("desk_stopped")

    officer.page.reload()
    assert "在途证明\t1" in officer.text()
    officer.open("/surveillance/").go(ROW)
    officer.fill(reason="第二次复检阴性，原报有误").press("排除疫情，放开管控")
    assert "已排除" in officer.look("denied")
    run_outbox(scene.house)

    assert scene.verdict("valid_again") == "有效"
    assert "因疫情拦下" not in scene.on_the_phone("freed")
    told = scene.owner.open("/accounts/inbox").look("told")
    assert "已自动恢复有效" in told
    assert "可以继续办" in told
    scene.clerk.open("/declarations/")
    assert "拦下" not in scene.clerk.text()
    assert scene.walk.faults == []
