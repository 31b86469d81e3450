"""The farm's record on the phone and at the county's desk."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta

from openpyxl import load_workbook

from aquacert.hatcheries.queries import diary, hatchery, licences, people_of, ponds, sign_of
from aquacert.kernel.papers import facts_of
from aquacert.kernel.scope import SYSTEM
from tests.make.accounts import make_person
from tests.make.badfiles import jpeg
from tests.make.hatcheries import make_hatchery, register
from tests.rooms.hatcheries.test_views import browser, text

RING = "118.800, 32.060\n118.801, 32.060\n118.801, 32.061"


def shown(client, path: str, *said: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    found = text(answer)
    for one in said:
        assert one in found, (path, one)
    return found


def sent(client, path: str, **typed):
    return client.post(path, data={"once": path + str(typed)} | typed)


def test_the_diary_is_written_in_few_taps_and_taken_along(db, app):
    farm = make_hatchery(db)
    owner = browser(app, farm.owner_secret)
    shown(owner, "/hatcheries/own", "投喂", "水质", "用药")
    form = shown(owner, "/hatcheries/own/diary/feed", "2 号塘", "哪一天")
    assert 'name="photos"' in form
    wrong = sent(owner, "/hatcheries/own/diary/feed", what="料", amount="一些", on="2026-02-30")
    assert wrong.status_code == 422
    assert "没有 2026-02-30 这一天" in text(wrong)
    today = db.clock.now().date().isoformat()
    typed = {"what": "=HYPERLINK(1)", "amount": "12.5", "on": today, "ponds": str(farm.pond_id)}
    first = sent(owner, "/hatcheries/own/diary/feed", **typed)
    assert first.status_code == 302
    assert sent(owner, "/hatcheries/own/diary/feed", **typed).status_code == 302  # sent twice
    page = shown(owner, "/hatcheries/own/diary", "和上次一样", "12.5 kg")
    shown(owner, "/hatcheries/own/diary/feed", 'value="12.5"', "checked")
    again = page[page.index("/hatcheries/records/") :].split('"')[0]
    assert again.endswith("/again")
    assert sent(owner, again).status_code == 302
    with db.look(SYSTEM) as look:
        newest, oldest = diary(look, farm.hatchery_id).items
    assert sent(owner, f"/hatcheries/records/{newest.record_id}/strike").status_code == 422
    assert (
        sent(owner, f"/hatcheries/records/{newest.record_id}/strike", because="记重了").status_code
        == 302
    )
    clerk = browser(app, farm.clerk_secret)
    shown(clerk, f"/hatcheries/{farm.hatchery_id}/diary", "已划去：", "记重了", "12.5 kg")
    word = clerk.get(f"/hatcheries/{farm.hatchery_id}/diary/docx")
    assert facts_of(word.data)["期间发病"] == "没有记录"
    book = load_workbook(io.BytesIO(clerk.get(f"/hatcheries/{farm.hatchery_id}/diary/xlsx").data))
    cells = [cell.value for row in book["生产记录"].rows for cell in row]
    assert any("HYPERLINK" in str(one) for one in cells)
    assert not [one for one in cells if str(one).startswith("=")]
    assert book["存塘台账"]["E2"].value == "孵化"
    assert oldest.photos == ()


def test_an_illness_is_written_shown_and_ended(db, app):
    farm = make_hatchery(db)
    owner = browser(app, farm.owner_secret)
    day = db.clock.now().date().isoformat()
    path = "/hatcheries/own/diary/disease"
    picture = (io.BytesIO(jpeg()), "../../塘.jpg")
    kept = sent(owner, path, signs="空胃", on=day, photos=picture)
    assert kept.status_code == 302
    clerk = browser(app, farm.clerk_secret)
    shown(clerk, f"/hatcheries/{farm.hatchery_id}", "12 个月里发病 1 次", "空胃")
    with db.look(SYSTEM) as look:
        [line] = diary(look, farm.hatchery_id).items
    photo = f"/hatcheries/records/{line.record_id}/photos/{line.photos[0].id}"
    assert clerk.get(photo).mimetype == "image/jpeg"
    stranger = browser(app, make_hatchery(db).owner_secret)
    assert stranger.get(photo).status_code == 404
    assert sent(stranger, f"/hatcheries/records/{line.record_id}/again").status_code == 404
    over = f"/hatcheries/records/{line.record_id}/recover"
    shown(owner, over, "空胃")
    assert sent(owner, over, outcome="已恢复", on=day).status_code == 302
    shown(owner, "/hatcheries/own/diary?kind=disease", "已恢复")


def test_licences_have_scans_and_are_renewed_and_the_county_looks_or_sends_back(db, app):
    farm = make_hatchery(db)
    owner, clerk = browser(app, farm.owner_secret), browser(app, farm.clerk_secret)
    with db.look(SYSTEM) as look:
        [old] = licences(look, farm.hatchery_id)
    scans = f"/hatcheries/own/licences/{old.licence_id}/scans"
    assert "先选一张照片" in text(sent(owner, scans))
    assert "不是照片" in text(sent(owner, scans, scan=(io.BytesIO(b"MZ..."), "x.jpg")))
    assert sent(owner, scans, scan=(io.BytesIO(jpeg()), "x.jpg")).status_code == 302
    renew = f"/hatcheries/own/licences/{old.licence_id}/renew"
    shown(owner, renew, old.number, "草鱼")
    until = (old.until_on + timedelta(days=999)).isoformat()
    typed = {"number": old.number, "from_on": old.until_on.isoformat(), "species": ""}
    assert "要在那以后" in text(sent(owner, renew, **typed, until_on=old.until_on.isoformat()))
    pdf = (io.BytesIO(b"%PDF-1.7\n%%EOF"), "新证.pdf")
    assert sent(owner, renew, **typed, until_on=until, scan=pdf).status_code == 302
    shown(owner, "/hatcheries/own/licences", "续期等县里核实", until, "扫描件 2")
    shown(clerk, f"/hatcheries/{farm.hatchery_id}", "核实续期")
    back = f"/hatcheries/licences/{old.licence_id}/return"
    shown(clerk, back, "企业会看到")
    assert sent(clerk, back, because="看不清").status_code == 422
    assert sent(clerk, back, because="照片看不清编号").status_code == 302
    shown(owner, "/hatcheries/own/licences", "照片看不清编号")
    assert sent(owner, renew, **typed, until_on=until).status_code == 302
    assert sent(clerk, f"/hatcheries/licences/{old.licence_id}/extend").status_code == 302
    with db.look(SYSTEM) as look:
        [line] = licences(look, farm.hatchery_id)
        assert line.until_on.isoformat() == until
        in_order = sorted(line.scans, key=lambda one: one.media_type, reverse=True)
        files = [f"/hatcheries/licences/{old.licence_id}/scans/{one.id}" for one in in_order]
    assert [clerk.get(one).status_code for one in files] == [200, 200]
    far = browser(app, make_person(db, "office_clerk", division="320102").secret)
    assert far.get(back).status_code == 404
    assert clerk.get(files[1]).headers["Content-Disposition"].startswith("attachment")
    stranger = browser(app, make_hatchery(db).owner_secret)
    assert [stranger.get(one).status_code for one in files] == [404, 404]
    assert stranger.get(renew).status_code == 404


def test_ponds_and_persons_are_kept_on_the_phone_and_seen_masked_at_the_desk(db, app):
    farm = make_hatchery(db)
    owner, clerk = browser(app, farm.owner_secret), browser(app, farm.clerk_secret)
    pond = f"/hatcheries/own/ponds/{farm.pond_id}"
    shown(owner, pond, "四角坐标")
    typed = {
        "name": "x",
        "sort": "earth",
        "outline": RING,
        "depth": "150",
        "area": "",
        "volume": "",
    }
    assert "现在是 1 个" in text(sent(owner, pond, **(typed | {"outline": "118.8, 32.06"})))
    assert sent(owner, pond, **typed).status_code == 302
    fresh = typed | {"name": "育苗 1 池", "outline": "", "area": "667", "sort": "industrial"}
    assert sent(owner, "/hatcheries/own/ponds/new", **fresh).status_code == 302
    shown(owner, pond, "118.801, 32.061", 'value="150"', "停用这个塘口")
    shown(owner, "/hatcheries/own/ponds", "<polygon", "育苗 1 池", "工厂化育苗池")
    collection = owner.get("/hatcheries/own/ponds.geojson").get_json()
    assert len(collection["features"][0]["geometry"]["coordinates"][0]) == 4
    with db.look(SYSTEM) as look:
        spare = next(one for one in ponds(look, farm.hatchery_id) if one.area_m2 == 667)
    assert sent(owner, f"/hatcheries/own/ponds/{spare.id}/leave").status_code == 302
    person = {"post": "technician", "name": "欧阳某某", "phone": "139 1234 5678"}
    assert sent(owner, "/hatcheries/own/people", **(person | {"phone": "12"})).status_code == 422
    assert sent(owner, "/hatcheries/own/people", **person).status_code == 302
    shown(owner, "/hatcheries/own/people", "欧阳某某", "13912345678", "能登录的账号", "张三")
    desk = shown(clerk, f"/hatcheries/{farm.hatchery_id}", "技术负责人", "<polygon", "停用")
    assert "欧阳某某" not in desk
    assert "13912345678" not in desk
    with db.look(SYSTEM) as look:
        [one] = people_of(look, farm.hatchery_id)
    reveal = f"/accounts/personal/farm_person/{one.farm_person_id}/name"
    here = f"/hatcheries/{farm.hatchery_id}"
    assert sent(clerk, reveal, because="check", back=here).status_code == 302
    shown(clerk, here, "欧阳某某")
    stranger = browser(app, make_hatchery(db).owner_secret)
    assert stranger.get(pond).status_code == 404
    end = f"/hatcheries/own/people/{one.farm_person_id}/end"
    assert sent(stranger, end).status_code == 404
    assert sent(owner, end).status_code == 302


def test_the_sign_leads_its_owner_to_a_declaration_and_tells_nobody_else_anything(db, app, client):
    farm = make_hatchery(db, name="秘密苗种场")
    owner, clerk = browser(app, farm.owner_secret), browser(app, farm.clerk_secret)
    shown(owner, "/hatcheries/own/sign", "还没有申报码")
    assert owner.get("/hatcheries/own/sign.pdf").status_code == 404
    assert sent(owner, "/hatcheries/own/sign").status_code == 302
    with db.look(SYSTEM) as look:
        path = f"/f/{sign_of(look, farm.hatchery_id).token}"
    shown(owner, "/hatcheries/own/sign", "<svg", "打印 A4 牌子")
    assert owner.get("/hatcheries/own/sign.pdf").data.startswith(b"%PDF-")
    assert clerk.get(f"/hatcheries/{farm.hatchery_id}/sign.pdf").mimetype == "application/pdf"
    known = shown(client, path, "这是一家苗种场的申报码，请登录", f"next={path}")
    assert known.replace(path, "") == shown(client, "/f/x", "请登录").replace("/f/x", "")
    assert owner.get(path).location == "/declarations/new"
    assert clerk.get(path).location == f"/hatcheries/{farm.hatchery_id}"
    stranger = browser(app, make_hatchery(db).owner_secret)
    for one in (path, "/f/x"):
        assert "秘密苗种场" not in shown(stranger, one, "不是您账号的场")
    assert sent(owner, "/hatcheries/own/sign", again="1").status_code == 302
    shown(owner, path, "已经作废")
    shown(clerk, path, "或者已经作废")


def test_a_farm_is_closed_and_opened_again_through_its_pages(db, app):
    farm = make_hatchery(db, stock=10)
    owner, clerk = browser(app, farm.owner_secret), browser(app, farm.clerk_secret)
    assert "<textarea" not in shown(owner, "/hatcheries/own/close", "还有没办完的事", "有存塘的批")
    close = f"/hatcheries/{farm.hatchery_id}/close"
    shown(clerk, close, "还有没办完的事")
    assert sent(clerk, close, because="拆迁退养").status_code == 409
    death = {"kind": "death", "quantity": "10", "reason": "清塘"}
    assert sent(owner, f"/hatcheries/lots/{farm.lot_id}/book", **death).status_code == 302
    assert sent(owner, "/hatcheries/own/close", because="拆").status_code == 422
    assert sent(owner, "/hatcheries/own/close", because="拆迁退养").status_code == 302
    shown(owner, "/hatcheries/own", "已经关闭", "拆迁退养", "申请重新开放")
    assert sent(owner, "/hatcheries/own/reopen", because="又养了一塘").status_code == 302
    shown(clerk, "/hatcheries/?state=closed", "已关闭")
    shown(clerk, f"/hatcheries/{farm.hatchery_id}", "企业申请重新开放", "又养了一塘")
    assert sent(clerk, f"/hatcheries/{farm.hatchery_id}/reopen").status_code == 302
    with db.look(SYSTEM) as look:
        assert hatchery(look, farm.hatchery_id).state == "approved"
    waiting = register(db)
    assert sent(clerk, f"/hatcheries/{waiting}/reopen").status_code in {404, 409}


def test_the_export_is_a_whole_archive_even_when_there_is_nothing_to_export(db, app):
    farm = make_hatchery(db, stock=0)
    clerk = browser(app, farm.clerk_secret)
    for kind in ("docx", "xlsx"):
        data = clerk.get(f"/hatcheries/{farm.hatchery_id}/diary/{kind}").data
        assert zipfile.ZipFile(io.BytesIO(data)).testzip() is None
