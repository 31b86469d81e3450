"""A vet offline for a day: everything is on the device, everything arrives once, nothing is silent."""

from __future__ import annotations

from importlib import import_module
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from aquacert.accounts.commands import end_sessions
from aquacert.inspections.models import BatchCheck, DeviceRecord, Finding, Photo, Upload
from aquacert.kernel.scope import SYSTEM
from tests.browser.phone import Phone
from tests.make.accounts import signed_in
from tests.make.certificates import fresh
from tests.make.declarations import answers, make_declaration
from tests.make.hatcheries import make_hatchery
from tests.make.loopback import on_loopback
from tests.make.photographs import jpeg, photograph
from tests.make.wire import PIECE, bad_line

pytestmark = pytest.mark.browser
PAYLOAD = 1.1
"""Bytes of files sent may be so many times what the files hold, whatever was cut."""


def count(db, model) -> int:
    with db.look(SYSTEM) as look:
        return look.session.scalar(select(func.count()).select_from(model)) or 0


def check_of(db, batch_id: UUID) -> BatchCheck:
    with db.look(SYSTEM) as look:
        return look.session.scalars(select(BatchCheck).where(BatchCheck.batch_id == batch_id)).one()


def found(db, batch_id: UUID, item: str) -> str:
    with db.look(SYSTEM) as look:
        asked = select(Finding.answer).join(BatchCheck, BatchCheck.id == Finding.check_id)
        return look.session.scalar(
            asked.where(BatchCheck.batch_id == batch_id, Finding.item == item)
        )


def from_another_device(app, db, paper) -> None:
    """The same vet's second device begins the second visit too, and sees the gut otherwise."""
    client = signed_in(app.test_client(), fresh(db, paper.vet))
    batch = str(paper.batch_ids[0])
    records = [
        {
            "id": str(uuid4()),
            "kind": "visit.start",
            "body": {"declaration_id": str(paper.declaration_id), "checks": {}},
        },
        {
            "id": str(uuid4()),
            "kind": "findings",
            "base_version": 1,
            "body": {
                "batch_id": batch,
                "answers": {"group-gut": "abnormal", "group-colour": "normal"},
            },
        },
    ]
    said = client.post(
        "/field/sync", json={"device": str(uuid4()), "records": records}, headers={"X-Field": "1"}
    )
    assert [one["outcome"] for one in said.json["results"]] == ["accepted", "accepted"], said.json


@pytest.fixture
def papers(db):
    """Two visits of one vet."""
    farm = make_hatchery(db)
    first = make_declaration(db, farm, state="assigned")
    filled = answers(db, farm, "20万")
    return first, make_declaration(db, farm, state="assigned", vet=first.vet, filled=filled)


def test_a_vet_offline_for_a_day(app, db, tmp_path, papers):
    first, second = papers
    app.config.update(WTF_CSRF_ENABLED=True)
    play = import_module("playwright.sync_api").sync_playwright()
    with play as made, on_loopback(app) as port, bad_line(port) as wire:
        phone = Phone(made, tmp_path / "profile", f"http://127.0.0.1:{wire.port}")
        opens_once_with_a_network(app, db, phone, first)
        wire.down = True
        works_offline(phone, first, second)
        phone.kill()
        phone.take_up(offline=True)
        still_has_everything(phone, second)
        from_another_device(app, db, second)
        with db.work(SYSTEM) as w:
            end_sessions(w, first.vet.person_id, because="手机丢了")
        wire.down = False
        comes_back(app, db, phone, wire, first)
        settles(db, phone, second)
        leaves(phone)
        assert phone.faults == []
        phone.context.close()


def opens_once_with_a_network(app, db, phone, first) -> None:
    phone.open()
    phone.until("请先登录")
    phone.sign_in(app, db, first.vet)
    phone.open()
    phone.until("今天 2 家")
    phone.page.evaluate("navigator.serviceWorker.ready.then(() => true)")


def works_offline(phone, first, second) -> None:
    """The whole shell comes from the device; two visits are filled, one of them to its verdict."""
    asked = []
    phone.context.set_offline(True)
    phone.page.on(
        "response", lambda one: asked.append(one.url) if not one.from_service_worker else None
    )
    phone.open()
    phone.until("没有网络，请照常填")
    assert [url for url in asked if "/static/" in url or url.endswith("/field/")] == []
    phone.shot("d01_offline")
    phone.go(f"#/v/{first.declaration_id}")
    phone.until("签发要联网，记录已存好")
    phone.tap("arrive")
    batch = f"#/b/{first.batch_ids[0]}"
    phone.at(f"{batch}/papers")
    phone.fill_part()
    phone.go(f"{batch}/photos")
    phone.tap("slot:site")
    phone.tap("shutter")
    phone.page.wait_for_selector('[data-k="slot:site"] img')
    picture = jpeg(photograph(7, side=1400), 95)
    phone.picked("group", picture)
    phone.picked("individual", picture, again="和“群体”是同一张")
    phone.shot("d02_photos")
    for part in ("group", "individual"):
        phone.go(f"{batch}/{part}")
        phone.fill_part()
    phone.go(f"{batch}/verdict")
    phone.until("该查的都查了")
    phone.choose("outcome", "pass")
    phone.until("先写实查数量")
    counts(phone)
    phone.tap("give")
    phone.at(f"#/v/{first.declaration_id}")
    phone.until("合格")
    phone.go(f"#/v/{second.declaration_id}")
    phone.tap("arrive")
    batch = f"#/b/{second.batch_ids[0]}"
    phone.at(f"{batch}/papers")
    phone.go(f"{batch}/group")
    phone.fill_part(group_activity="abnormal")
    phone.shot("d03_group")
    phone.go(f"{batch}/photos")
    phone.picked("site", jpeg(photograph(8, side=1400), 95))


def counts(phone) -> None:
    """Nothing is decided while the number is wrong; 万 and wide digits are understood."""
    box, give = phone.page.locator('[data-k="n-counted"]'), phone.page.locator('[data-k="give"]')
    for typed, words in (
        ("８万", "合格，8 万尾"),
        ("99万", "错误：请填"),
        ("１２００００", "合格，12 万尾"),
    ):
        box.fill(typed)
        box.blur()
        phone.until(words)
        assert give.is_disabled() == ("错误" in words)
    phone.tap("as-declared")
    phone.page.wait_for_selector('[data-k="as-declared"]', state="detached")


def still_has_everything(phone, second) -> None:
    """The process was killed: nothing that was said to be on the device is gone."""
    phone.open(f"#/b/{second.batch_ids[0]}/group")
    phone.badge("11份待上传")
    phone.page.wait_for_selector(
        'input[name="i-group-activity"][value=abnormal]:checked', state="attached"
    )
    phone.go("#/q")
    phone.until("11 份在等上传")
    phone.shot("d04_queue")
    phone.go(f"#/b/{second.batch_ids[0]}/photos")
    phone.page.wait_for_selector('[data-k="slot:site"] img')


def comes_back(app, db, phone, wire, first) -> None:
    """Signed out first; then a line that cuts files and swallows replies: each record counts once."""
    phone.context.set_offline(False)
    phone.go("#/")
    phone.until("为了安全，请重新登录")
    phone.until("登录后会继续上传")
    phone.shot("d05_signed_out")
    assert count(db, Photo) == 0
    phone.sign_in(app, db, first.vet)
    wire.cuts, wire.lose = 3, 1
    phone.open("#/q")
    phone.badge("1份要处理")
    phone.until("没有要上传的")
    assert (wire.cut, wire.lost) == (3, 1)
    assert count(db, Photo) == 3
    assert count(db, DeviceRecord) == 13, "eleven of this phone, two of the other"
    assert check_of(db, first.batch_ids[0]).state == "passed"
    with db.look(SYSTEM) as look:
        sizes = look.session.scalars(select(Upload.size)).all()
    assert len(sizes) == 3
    assert wire.sent_up <= PAYLOAD * sum(sizes) + 3 * PIECE, "what arrived before a cut went once"
    phone.shot("d06_back")


def settles(db, phone, second) -> None:
    """Both versions stand side by side; the vet keeps his own, and that arrives too."""
    batch_id = second.batch_ids[0]
    assert found(db, batch_id, "group-gut") == "abnormal"
    assert found(db, batch_id, "group-activity") == "abnormal", "what did not clash was taken"
    phone.page.locator(".cell:has-text('两边不一样')").first.click()
    phone.at("#/x/")
    phone.until("肠胃")
    phone.shot("d07_conflict")
    phone.choose("c-group-gut", "mine")
    phone.tap("settle")
    phone.at(f"#/b/{batch_id}")
    phone.badge("全部已上传")
    assert found(db, batch_id, "group-gut") == "normal"


def leaves(phone) -> None:
    """Signing out with nothing unsent takes the farms off the device."""
    phone.go("#/q")
    phone.until("已选定")
    phone.shot("d08_queue")
    phone.tap("sign-out")
    phone.page.wait_for_url("**/accounts/**")
    phone.context.set_offline(True)
    phone.open()
    phone.until("出发前请在有网时打开一次")
    assert "示例苗种场" not in phone.text()
