"""The app's screens: what acts lies under the thumb, axe finds nothing; other people, other devices."""

from __future__ import annotations

import re
from importlib import import_module
from uuid import uuid4

import pytest
from sqlalchemy import select

from aquacert.declarations.commands import assign_vet
from aquacert.inspections.models import BatchCheck, DeviceRecord
from aquacert.kernel.scope import SYSTEM
from tests.browser.phone import Phone
from tests.make.accounts import make_person, signed_in
from tests.make.certificates import fresh
from tests.make.declarations import answers, make_declaration
from tests.make.hatcheries import make_hatchery
from tests.make.loopback import on_loopback

pytestmark = pytest.mark.browser


def outcomes(db) -> list[str]:
    with db.look(SYSTEM) as look:
        return list(look.session.scalars(select(DeviceRecord.outcome)))


def another_device_says(app, db, paper, **findings: str) -> None:
    """The vet's other device records findings of the first batch."""
    client = signed_in(app.test_client(), fresh(db, paper.vet))
    body = {
        "batch_id": str(paper.batch_ids[0]),
        "answers": {k.replace("_", "-"): v for k, v in findings.items()},
    }
    record = {"id": str(uuid4()), "kind": "findings", "base_version": 1, "body": body}
    said = client.post(
        "/field/sync", json={"device": str(uuid4()), "records": [record]}, headers={"X-Field": "1"}
    )
    assert said.json["results"][0]["outcome"] == "accepted", said.json


def test_the_screens_lie_under_the_thumb_and_keep_people_apart(app, db, tmp_path, axe):
    app.config.update(WTF_CSRF_ENABLED=True)
    farm = make_hatchery(db)
    paper = make_declaration(db, farm, state="assigned")
    other = make_declaration(db, farm, state="assigned", filled=answers(db, farm, "20万"))
    with import_module("playwright.sync_api").sync_playwright() as made, on_loopback(app) as port:
        phone = Phone(made, tmp_path / "profile", f"http://127.0.0.1:{port}")
        walks_every_screen(app, db, phone, axe, paper)
        two_devices_differ(app, db, phone, axe, paper)
        other_people(app, db, phone, axe, paper, other)
        assert phone.faults == []
        phone.context.close()


def walks_every_screen(app, db, phone, axe, paper) -> None:
    phone.open()
    phone.until("请先登录")
    phone.judge(axe, "s01_stranger")
    phone.sign_in(app, db, paper.vet)
    phone.open()
    phone.until("今天 1 家")
    phone.until("手机时间快了")  # the server's clock stands in 2026-05; the browser's is today's
    phone.judge(axe, "s02_today")
    phone.go(f"#/v/{paper.declaration_id}")
    phone.judge(axe, "s03_visit")
    phone.tap("arrive")
    batch = f"#/b/{paper.batch_ids[0]}"
    phone.at(f"{batch}/papers")
    phone.badge("全部已上传")
    assert re.search("有定位，误差约 12 米|离登记位置约", phone.text())
    phone.judge(axe, "s04_papers")
    phone.go(f"{batch}/photos")
    phone.judge(axe, "s05_photos")
    phone.tap("slot:site")
    phone.page.wait_for_selector('[data-k="shutter"]')
    phone.judge(axe, "s06_camera")
    phone.tap("camera-cancel")
    short_of_room_and_camera(phone, axe)
    phone.go(f"{batch}/individual")
    phone.choose("i-individual-carapace", "abnormal")
    phone.until("规程提示：见于白斑综合征")
    phone.judge(axe, "s07_individual")
    phone.go(f"{batch}/sampling")
    phone.until("异常表现见于这些病，判断由您定")
    phone.choose("suspected", "WSD")
    phone.choose("course", "isolate")
    phone.judge(axe, "s08_sampling")
    phone.go(f"{batch}/verdict")
    phone.until("还不能判合格")
    phone.choose("outcome", "fail")
    phone.tap("give")
    phone.until("错误：请先选一条理由")
    phone.judge(axe, "s09_verdict")
    phone.badge("全部已上传")
    with db.look(SYSTEM) as look:
        check = look.session.scalars(select(BatchCheck)).one()
    assert (check.suspected, check.course, check.state) == (["WSD"], "isolate", "open")


def short_of_room_and_camera(phone, axe) -> None:
    """A refused camera says what to do and leaves the other way; a full device says how many are left."""
    phone.page.evaluate(
        """() => {
          const no = new DOMException('', 'NotAllowedError');
          navigator.mediaDevices.getUserMedia = () => Promise.reject(no);
          navigator.storage.estimate = () => Promise.resolve({quota: 9000000, usage: 1000000});
        }"""
    )
    phone.tap("slot:site")
    phone.until("没有相机权限")
    phone.judge(axe, "s06_camera_refused")
    phone.tap("camera-cancel")
    phone.until("本机空间只够再拍约 9 张")
    phone.judge(axe, "s05_room")


def two_devices_differ(app, db, phone, axe, paper) -> None:
    """The other device changed what this screen still shows: both are shown, none is lost."""
    batch = f"#/b/{paper.batch_ids[0]}"
    phone.context.set_offline(True)
    phone.go(f"{batch}/group")
    phone.choose("i-group-gut", "normal")
    phone.badge("1份待上传")
    another_device_says(app, db, paper, group_gut="abnormal")
    phone.context.set_offline(False)
    phone.badge("1份要处理")
    phone.tap("conflict")
    phone.at("#/x/")
    phone.until("这台手机")
    phone.judge(axe, "s10_conflict")
    phone.choose("c-group-gut", "theirs")
    phone.tap("settle")
    phone.badge("全部已上传")
    phone.go(f"{batch}/group")
    phone.page.wait_for_selector(
        'input[name="i-group-gut"][value=abnormal]:checked', state="attached"
    )


def a_stranger_to_inspections_sees_only_their_number(app, db, phone, paper) -> None:
    """The farm's owner signs in on the vet's phone: neither shown nor writable is what waits there."""
    phone.sign_in(app, db, paper.vet)
    phone.context.route("**/field/sync", lambda route: route.abort())
    phone.open()
    phone.badge("1份待上传")
    phone.page.goto("about:blank")
    phone.context.unroute("**/field/sync")
    phone.sign_in(app, db, make_person(db, "hatchery_owner"))
    phone.open()
    phone.until("另一位还有 1 份没有上传")
    phone.page.wait_for_function("() => !document.body.innerText.includes('示例苗种场')")
    phone.go(f"#/b/{paper.batch_ids[0]}/group")
    assert phone.page.locator("input").count() == 0


def other_people(app, db, phone, axe, paper, other) -> None:
    """Another vet signs in here: the first one's queue waits for him. Meanwhile the case was given away."""
    before = len(outcomes(db))
    phone.context.set_offline(True)
    phone.go(f"#/b/{paper.batch_ids[0]}/group")
    phone.choose("i-group-colour", "normal")
    phone.badge("1份待上传")
    phone.page.goto("about:blank")
    phone.context.set_offline(False)
    phone.sign_in(app, db, other.vet)
    phone.open()
    phone.until("另一位还有 1 份没有上传")
    assert len(outcomes(db)) == before
    a_stranger_to_inspections_sees_only_their_number(app, db, phone, paper)
    new_vet = make_person(db, "official_vet", organisation_id=paper.farm.office_id)
    with db.work(paper.farm.clerk) as w:
        assign_vet(w, paper.declaration_id, new_vet.person_id)
    phone.sign_in(app, db, paper.vet)
    phone.open()
    second = phone.context.new_page()
    second.goto(f"{phone.base}/field/#/q")
    phone.badge("1份要处理")
    assert len(outcomes(db)) == before + 1, "two tabs sent it once"
    assert outcomes(db).count("refused") == 1
    phone.go("#/q")
    phone.until("这份申报已改派")
    phone.until("检查结果：体色")
    phone.judge(axe, "s11_queue")
    phone.page.get_by_role("button", name="知道了").click()
    phone.badge("全部已上传")
    phone.until("未采用")
