"""A county's table never seen before is mapped in the browser, imported, and two bad rows are mended."""

import pytest
from sqlalchemy import select

from aquacert.kernel.scope import SYSTEM
from aquacert.surveillance.models import Event
from tests.make.surveillance import make_officer

pytestmark = pytest.mark.browser

HEAD = "编号;省;县;病名;诊断状态;发现日期;报告日期;发病数;品种;北纬;东经;备忘"
ROWS = [
    "a1;江苏省;六合区;白斑综合征;确诊;03/04/2026;30/04/2026;300;凡纳滨对虾、克氏原螯虾;32,34;118,84;x",
    "a2;江苏省;六合区;白斑综合征;待核;04/04/2026;30/04/2026;0;凡纳滨对虾;32,34;118,84;",
    "a3;江苏省;六合区;白斑综合征;疑似;06/04/2026;31/04/2026;5;鲤;32,34;118,84;",
]


def test_a_table_never_seen_before_is_mapped_and_its_rows_mended(db, walk, seat, axe, tmp_path):
    walk.axe = axe
    table = tmp_path / "五月.csv"
    table.write_bytes("\r\n".join([HEAD, *ROWS]).encode("gb18030"))
    officer = seat(make_officer(db))
    page = officer.open("/surveillance/feeds").page
    page.set_input_files("[name=file]", str(table))
    officer.press("上传，先看结果")
    assert "两种读法都说得通" in officer.look("mapping_draft")
    officer.put("c5-order", "dmy")  # the page shows at once what comes of it
    page.wait_for_selector("text=为什么隔离")
    assert "不是存在的日期" in officer.text()
    officer.fill(name="六合月报")
    officer.tick("#seen")
    officer.press("保存，看导入结果")
    assert "预检：还没有导入" in officer.look("feed")
    officer.press("按这个结果导入")
    officer.open("/surveillance/quarantine")
    officer.follow("不在这一列的代码表里")
    officer.look("aside")
    officer.put("code-code", "suspected").press("记住，重读 1 行")
    officer.follow("不是存在的日期")
    officer.fill(value="30/04/2026").press("改好，重读")
    assert "没有等着处理的行" in officer.look("quarantine")
    officer.open("/surveillance/mappings")
    officer.follow("六合月报")
    assert "没有列入 → 疑似" in officer.look("mapping")
    with db.look(SYSTEM) as look:
        found = look.scalars(select(Event).order_by(Event.source_key))
    assert [(one.source_key, one.status) for one in found] == [
        ("a1", "confirmed"),
        ("a2", "suspected"),
        ("a3", "suspected"),
    ]
    assert walk.faults == []
