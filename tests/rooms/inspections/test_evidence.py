"""Evidence: what is flagged, what is refused, and that a flag stops and accuses nobody."""

from __future__ import annotations

import io
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from PIL import Image, ImageOps
from sqlalchemy import select

from aquacert.declarations.models import Declaration
from aquacert.inspections.commands import add_photo, challenge_codes, judging
from aquacert.inspections.commands.judging import judge_flag
from aquacert.inspections.models import BatchCheck, Photo, SecondLook
from aquacert.inspections.queries.evidence import agreement_of, flags_of
from aquacert.inspections.rules import Slot
from aquacert.inspections.rules.evidence import (
    FlagKind,
    FlagState,
    Place,
    SecondVerdict,
    Taken,
    ticket_of,
)
from aquacert.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from aquacert.kernel.files import StoredFile
from aquacert.kernel.scope import SYSTEM
from tests.make.accounts import lend, make_person, signed_in
from tests.make.badfiles import with_place
from tests.make.declarations import make_declaration
from tests.make.inspections import inspect, start
from tests.make.photographs import jpeg, off_a_screen, photograph


@pytest.fixture
def paper(db):
    return make_declaration(db, state="assigned")


def take(db, paper, check_id, slot, data, taken=None):
    """Add a photograph and return the kinds of its flags."""
    with db.work(paper.vet.actor) as w:
        photo_id = add_photo(w, check_id, slot, data, "a.jpg", taken=taken)
    with db.look(SYSTEM) as look:
        flags = flags_of(look, [check_id]).get(check_id, [])
    return {FlagKind(one.kind) for one in flags if one.photo_id == photo_id}


def test_one_shot_used_again_is_flagged_beside_the_first_whatever_was_done_to_it(db, paper):
    [check] = start(db, paper)
    shot = photograph(1)
    assert take(db, paper, check, Slot.GROUP, jpeg(shot)) == set()
    with pytest.raises(Invalid, match="用过"), db.work(paper.vet.actor) as w:
        add_photo(w, check, Slot.SITE, jpeg(shot), "again.jpg")
    assert take(db, paper, check, Slot.GROUP, jpeg(shot, 61)) == set(), "a second try at one slot"
    assert take(db, paper, check, Slot.INDIVIDUAL, jpeg(shot, 60)) == {FlagKind.SLOTS}
    next_one = make_declaration(db, paper.farm, state="assigned", vet=paper.vet)
    [other] = start(db, next_one)
    small = jpeg(shot.resize((300, 300)), 70)
    assert take(db, next_one, other, Slot.GROUP, small) == {FlagKind.NEAR}
    assert take(db, next_one, other, Slot.GROUP, jpeg(ImageOps.mirror(shot))) == {FlagKind.MIRRORED}
    part = jpeg(shot.crop((40, 70, 450, 480)).resize((640, 640)))
    assert take(db, next_one, other, Slot.GROUP, part) == {FlagKind.CROPPED}
    assert take(db, next_one, other, Slot.GROUP, jpeg(photograph(8))) == set(), "another pond"
    assert take(db, next_one, other, Slot.SITE, jpeg(off_a_screen(5))) >= {FlagKind.SCREEN}
    with db.look(SYSTEM) as look:
        first = look.one(select(Photo.file_id).where(Photo.check_id == check).order_by(Photo.id))
        near = [one for one in flags_of(look, [other])[other] if one.kind == FlagKind.NEAR]
        assert first in {one.other_file_id for one in near}
        assert all(one.state == "open" for one in near)


def test_what_the_device_and_the_camera_say_is_compared_and_kept(db, paper):
    [check] = start(db, paper)
    now = db.clock.now()
    with db.work(paper.vet.actor) as w:
        codes = challenge_codes(w, paper.declaration_id)
        [stale, *_] = challenge_codes(w, paper.declaration_id, w.today - timedelta(days=1))
    honest = Taken(codes[1].lower(), now, Place(32.0, 118.9, 8), 1000, "d")
    assert take(db, paper, check, Slot.SITE, jpeg(photograph(2)), honest) == set()
    odd = Taken("", now - timedelta(days=1), Place(0.0, 0.0), 0, "d")
    assert take(db, paper, check, Slot.GROUP, jpeg(photograph(3)), odd) == {
        FlagKind.CODE_MISSING,
        FlagKind.PLACE_ZERO,
        FlagKind.BEFORE_VISIT,
    }
    late = Taken(stale, now + timedelta(hours=5))
    assert take(db, paper, check, Slot.GROUP, jpeg(photograph(4)), late) == {
        FlagKind.CODE_LATE,
        FlagKind.DEVICE_CLOCK,
    }
    unknown = Taken("ZZZZ", now)
    assert FlagKind.CODE_UNKNOWN in take(db, paper, check, Slot.GROUP, jpeg(photograph(5)), unknown)
    old = take(db, paper, check, Slot.RECORDS, with_place())
    assert old >= {FlagKind.PLACE_ZERO, FlagKind.CAMERA_CLOCK}
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x0131] = "Android Screenshot"
    photograph(6).save(out, "JPEG", exif=exif)
    assert take(db, paper, check, Slot.RECORDS, out.getvalue()) == {FlagKind.SOFTWARE}
    with db.look(SYSTEM) as look:
        rows = look.scalars(select(Photo).where(Photo.check_id == check).order_by(Photo.id))
        assert rows[0].code == codes[1]
        assert rows[0].place == {"lat": 32.0, "lon": 118.9, "accuracy_m": 8}


def test_a_supervisor_sees_both_pictures_and_says_what_the_flag_is_without_any_effect(
    db, client, paper
):
    [check] = start(db, paper)
    shot = photograph(9)
    take(db, paper, check, Slot.GROUP, jpeg(shot))
    take(db, paper, check, Slot.INDIVIDUAL, jpeg(shot, 60))
    with db.look(SYSTEM) as look:
        [flag] = flags_of(look, [check])[check]
    vet = signed_in(client, paper.vet)
    assert "照片提示 1 条，1 条待看" in vet.get(f"/inspections/checks/{check}").text
    mine = vet.get(f"/inspections/checks/{check}/evidence").text
    assert "没有拍照码" in mine  # chosen at a desk: said quietly, no flag
    assert "和这一批另一格的照片几乎一样" in mine
    assert f"/inspections/flags/{flag.id}/other" in mine
    assert vet.get(f"/inspections/flags/{flag.id}").status_code == 403
    digest = "ab" * 32
    sent = {"kind": "recorder", "sha256": digest, "size": "9000000000", "kept_at": "采集站 3 号"}
    assert vet.post(f"/inspections/checks/{check}/clips", data=sent).status_code == 302
    again = vet.post(f"/inspections/checks/{check}/clips", data=sent | {"once": "2"})
    assert "已经登记过" in again.text
    film = {
        "kind": "video",
        "video": (io.BytesIO(b"\0\0\0\x18ftypmp42" + b"x" * 99), "v.mp4", "video/mp4"),
    }
    ten = {"kind": "video", "video": (io.BytesIO(b"ten bytes."), "c.mp4", "video/mp4")}
    assert "不是录像" in vet.post(f"/inspections/checks/{check}/clips", data=ten).text
    assert vet.post(f"/inspections/checks/{check}/clips", data=film).status_code == 302
    shown = vet.get(f"/inspections/checks/{check}/evidence").text
    assert digest in shown
    assert "采集站 3 号" in shown
    [clip_id] = re.findall(r"/inspections/clips/([0-9a-f-]{36})", shown)
    with vet.get(f"/inspections/clips/{clip_id}") as sent_back:
        assert sent_back.data.startswith(b"\0\0\0\x18ftyp")
    chief = make_person(db, "county_supervisor")
    desk = signed_in(client, chief)
    listed = desk.get("/inspections/flags").text
    assert "和这一批另一格的照片几乎一样" in listed
    assert paper.number in listed  # whose visit it is, before one opens it
    assert "同一批的照片 · 群体" in listed
    assert desk.get(f"/inspections/flags/{flag.id}/other").mimetype == "image/jpeg"
    here = f"/inspections/flags/{flag.id}"
    assert desk.post(here, data={"state": "cleared"}).status_code == 422, "a reason is needed"
    told = {"state": "confirmed", "because": "同一张照片裁了一下"}
    assert desk.post(here, data=told).status_code == 302
    assert "同一张照片裁了一下" in desk.get(f"/inspections/checks/{check}/evidence").text
    with pytest.raises(Conflict), db.work(chief.actor) as w:
        judge_flag(w, flag.id, FlagState.CLEARED, "再看一次")
    away = make_person(db, "county_supervisor", division="320205")
    with pytest.raises(NotFound), db.work(away.actor) as w:
        judge_flag(w, flag.id, FlagState.CLEARED, "外县的")


def test_one_finished_visit_in_ten_is_looked_at_again_by_chance_that_nobody_can_bend(
    db, client, paper, monkeypatch
):
    monkeypatch.setattr(
        judging, "standard", lambda rule_id, _on: {"evidence.second_look": 100}.get(rule_id, 7)
    )
    [check] = inspect(db, paper)
    with db.look(SYSTEM) as look:
        [row] = look.scalars(select(SecondLook))
    assert (row.is_chosen, row.percent, row.verdict) == (True, 100, "waiting")
    assert row.ticket == ticket_of(db.settings.secret, paper.declaration_id)
    # Whose role the vet acts by is no second pair of eyes.
    boss = make_person(db, "county_supervisor", organisation_id=paper.farm.office_id)
    lend(db, boss, paper.vet)
    with pytest.raises(NotAllowed, match="代行"), db.work(boss.actor) as w:
        judging.give_second_verdict(w, row.id, SecondVerdict.AGREE, "")
    chief = make_person(db, "county_supervisor")
    desk = signed_in(client, chief)
    assert paper.number in desk.get("/inspections/second-look").text
    db.clock.at += timedelta(days=8)
    desk = signed_in(client, make_person(db, "county_supervisor"))
    assert "超期" in desk.get("/inspections/second-look").text
    here = f"/inspections/second-look/{row.id}"
    assert row.ticket in desk.get(here).text
    assert desk.post(here, data={"verdict": "disagree"}).status_code == 422
    assert desk.post(here, data={"verdict": "disagree", "because": "看不到鱼"}).status_code == 302
    assert paper.number in desk.get("/inspections/second-look?done=1").text
    with db.look(SYSTEM) as look:
        assert agreement_of(look, paper.vet.person_id) == (0, 1)
        assert look.one(select(BatchCheck.state).where(BatchCheck.id == check)) == "passed"


def test_the_same_bytes_sent_twice_in_one_moment_serve_once_and_the_other_is_told(db, paper):
    [check] = start(db, paper)
    data, met = jpeg(photograph(21)), Barrier(2)

    def send(slot):
        met.wait()
        try:
            with db.work(paper.vet.actor) as w:
                add_photo(w, check, slot, data, "a.jpg")
        except Invalid as refused:
            return refused.fields["photo"]
        return "kept"

    with ThreadPoolExecutor(2) as pool:
        told = sorted(pool.map(send, (Slot.GROUP, Slot.INDIVIDUAL)))
    assert told[0] == "kept"
    assert "已经用过" in told[1]


def test_a_paper_of_another_countys_declaration_is_not_shown_by_a_flag(db, client, paper):
    [check] = start(db, paper)
    shot = photograph(33)
    take(db, paper, check, Slot.GROUP, jpeg(shot))
    take(db, paper, check, Slot.INDIVIDUAL, jpeg(shot, 60))
    away = make_declaration(db)
    with db.work(SYSTEM) as w:
        [flag] = flags_of(w, [check])[check]
        owner = w.get_for_change(Declaration, away.declaration_id)
        owner.origin_code = "320205"
        file = w.session.get(StoredFile, flag.other_file_id)
        file.owner_kind, file.owner_id = Declaration.__tablename__, owner.id
        w.record(judging.FlagJudged(flag.kind, "open"), on=flag)
    desk = signed_in(client, make_person(db, "county_supervisor"))
    assert desk.get(f"/inspections/flags/{flag.id}/other").status_code == 404
    assert "这里不显示" in desk.get(f"/inspections/flags/{flag.id}").text
