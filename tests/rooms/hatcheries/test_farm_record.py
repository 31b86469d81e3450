"""The farm's record on the real database: licences, ponds, diary, persons, closing, sign."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from aquacert.accounts.models import InboxMessage
from aquacert.hatcheries.commands import (
    add_licence,
    ask_reopening,
    attach_scan,
    book_stock,
    close_hatchery,
    confirm_record,
    end_illness,
    end_person,
    extend_licence,
    keep_person,
    leave_pond,
    make_sign,
    renew_licence,
    reopen_hatchery,
    return_licence,
    shape_pond,
    strike_note,
    verify_licence,
    write_again,
    write_note,
)
from aquacert.hatcheries.commands.reminding import remind_renewals
from aquacert.hatcheries.models import FarmRecord, Hatchery, Licence, Pond
from aquacert.hatcheries.queries import (
    diary,
    diary_since,
    fit_to_declare,
    hatchery,
    illnesses,
    latest,
    licence_standing,
    licences,
    looks_back_to,
    movements_since,
    people_of,
    ponds,
    sign_of,
    withdrawals,
)
from aquacert.hatcheries.rules.diary import Note
from aquacert.hatcheries.rules.fitness import FitReason
from aquacert.hatcheries.rules.outline import read_outline
from aquacert.kernel.audit import AuditEntry
from aquacert.kernel.errors import Invalid, NotAllowedNow, NotFound, NotReady
from aquacert.kernel.scope import SYSTEM
from tests.make.badfiles import jpeg
from tests.make.hatcheries import make_hatchery

RING = "118.800, 32.060\n118.801, 32.060\n118.801, 32.061"
FEED = {"what": "对虾 1 号料", "amount": "12.5"}
DRUG = {"what": "某药", "dose": "每亩 1 kg", "withdrawal": "7"}


def seed(look, farm):
    return next(one for one in licences(look, farm.hatchery_id) if one.kind == "seed")


def test_a_licence_is_renewed_under_its_number_and_holds_on_once_the_county_has_looked(db):
    farm = make_hatchery(db)
    with db.look(farm.owner) as look:
        old, today = seed(look, farm), look.today
    later = old.until_on + timedelta(days=1000)
    ask = {"number": old.number, "from_on": today, "until_on": later}
    with pytest.raises(Invalid), db.work(farm.owner) as w:
        renew_licence(w, old.licence_id, **(ask | {"until_on": old.until_on}))
    with db.work(farm.owner) as w:
        assert renew_licence(w, old.licence_id, **ask) == old.licence_id
        attach_scan(w, old.licence_id, jpeg(), "../许可证.png")
    with pytest.raises(NotAllowedNow), db.work(farm.owner) as w:
        renew_licence(w, old.licence_id, **ask)
    with db.look(farm.owner) as look:
        line = seed(look, farm)
        assert (line.until_on, line.renewal_until) == (old.until_on, later)
        assert [one.name for one in line.scans] == ["许可证.jpg"]
    with db.work(farm.clerk) as w:
        extend_licence(w, old.licence_id)
    with db.look(farm.owner) as look:
        assert licence_standing(look, farm.hatchery_id, None, later).ok


def test_a_renewal_with_a_new_number_names_the_old_one_and_may_be_returned_with_a_reason(db):
    farm = make_hatchery(db)
    with db.look(farm.owner) as look:
        old = seed(look, farm)
    dates = {"from_on": old.until_on, "until_on": old.until_on + timedelta(days=900)}
    with db.work(farm.owner) as w:
        fresh = renew_licence(w, old.licence_id, number="新-9", **dates)
        assert w.session.get(Licence, fresh).renews_id == old.licence_id
    with pytest.raises(Invalid), db.work(farm.clerk) as w:
        return_licence(w, fresh, "不")
    with db.work(farm.clerk) as w:
        return_licence(w, fresh, "照片看不清编号")
    with db.look(farm.owner) as look:
        line = next(one for one in licences(look, farm.hatchery_id) if one.number == "新-9")
        assert (line.returned_because, line.is_verified) == ("照片看不清编号", False)
        assert set(line.species_names) == set(old.species_names)
    with db.work(farm.clerk) as w:
        verify_licence(w, fresh)
    with pytest.raises(NotAllowedNow), db.work(farm.clerk) as w:
        return_licence(w, fresh, "再退一次看看")


def test_a_pond_has_an_outline_whose_area_is_computed_and_stays_while_it_holds_stock(db):
    farm = make_hatchery(db, stock=100)
    with db.work(farm.owner) as w:
        shape_pond(w, farm.pond_id, sort="earth", corners=read_outline(RING), area=1, depth_cm=150)
        row = w.session.get(Pond, farm.pond_id)
        assert 5000 < row.area_m2 < 5400
        assert row.volume_m3 == round(row.area_m2 * 1.5)
        assert row.outline[0] == [118.8, 32.06]
    for wrong in ({"area": 0}, {"depth_cm": 99_999}, {"volume": -1}):
        with pytest.raises(Invalid), db.work(farm.owner) as w:
            shape_pond(w, farm.pond_id, **wrong)
    with pytest.raises(NotAllowedNow, match="还有存塘"), db.work(farm.owner) as w:
        leave_pond(w, farm.pond_id, is_used=False)
    with db.work(farm.owner) as w:
        book_stock(w, farm.lot_id, "death", 100)
        leave_pond(w, farm.pond_id, is_used=False)
    with pytest.raises(NotAllowedNow), db.work(farm.owner) as w:
        leave_pond(w, farm.pond_id, is_used=False)
    with db.work(farm.owner) as w:
        leave_pond(w, farm.pond_id, is_used=True)
        assert ponds(w, farm.hatchery_id)[0].left_on is None


def test_the_diary_is_added_to_struck_and_never_rewritten(db, clock):
    farm = make_hatchery(db)
    with db.work(farm.owner) as w:
        [fed] = write_note(
            w,
            farm.hatchery_id,
            kind="feed",
            typed=FEED,
            pond_ids=[farm.pond_id],
            photos=[(jpeg(), "料.jpg")],
        )
    clock.forward(minutes=5)
    with db.work(farm.owner) as w:
        write_note(w, farm.hatchery_id, kind="treatment", typed=DRUG, pond_ids=[farm.pond_id])
        assert [one.what for one in withdrawals(w, farm.hatchery_id)] == ["某药"]
    clock.forward(days=1)
    with db.work(farm.owner) as w:
        again = write_again(w, fed)
        strike_note(w, again, "记重了")
    with pytest.raises(NotAllowedNow), db.work(farm.owner) as w:
        strike_note(w, again, "再划一次")
    with db.look(farm.owner) as look:
        lines = diary(look, farm.hatchery_id).items
        assert [(one.kind, one.struck_because) for one in lines] == [
            (Note.FEED, "记重了"),
            (Note.TREATMENT, ""),
            (Note.FEED, ""),
        ]
        assert latest(look, farm.hatchery_id)[Note.FEED].record_id == fed
        assert len(latest(look, farm.hatchery_id)[Note.FEED].photos) == 1
        assert diary(look, farm.hatchery_id, kind="treatment").total == 1
        assert len(diary_since(look, farm.hatchery_id, looks_back_to(look))) == 3
        assert [one.kind for one in movements_since(look, farm.hatchery_id, look.today)] == []
    clock.forward(days=7)
    with db.look(farm.owner) as look:
        assert withdrawals(look, farm.hatchery_id) == []
        assert len(movements_since(look, farm.hatchery_id, looks_back_to(look))) == 1

    def rewrite() -> None:
        with db.work(SYSTEM) as w:
            w.session.get(FarmRecord, fed).happened_on = w.today
            w.session.flush()

    with pytest.raises(DBAPIError):
        rewrite()


def test_an_illness_is_part_of_the_history_until_after_it_ended(db, clock):
    farm = make_hatchery(db)
    with db.work(farm.owner) as w:
        [ill] = write_note(
            w, farm.hatchery_id, kind="disease", typed={"signs": "空胃、软壳", "deaths": "300"}
        )
    clock.forward(days=3)
    with pytest.raises(Invalid), db.work(farm.owner) as w:
        end_illness(w, ill, outcome="好了", on=w.today - timedelta(days=9))
    with db.work(farm.owner) as w:
        end_illness(w, ill, outcome="已无害化处理并消毒")
    with pytest.raises(NotAllowedNow), db.work(farm.owner) as w:
        end_illness(w, ill, outcome="好了")
    with db.look(farm.owner) as look:
        [line] = illnesses(look, farm.hatchery_id)
        assert (line.ended_on, line.outcome) == (look.today, "已无害化处理并消毒")
        assert illnesses(look, farm.hatchery_id, look.today + timedelta(days=1)) == []


def test_an_entry_names_what_is_wrong_and_another_farms_pond_is_refused(db):
    farm, other = make_hatchery(db), make_hatchery(db)
    for wrong, field in (
        ({"kind": "struck"}, "kind"),
        ({"typed": {"what": "料"}}, "amount"),
        ({"pond_ids": [other.pond_id]}, "ponds"),
        ({"photos": [(b"MZ", "x.jpg")]}, "photos"),
    ):
        with pytest.raises(Invalid) as error, db.work(farm.owner) as w:
            write_note(w, farm.hatchery_id, **({"kind": "feed", "typed": FEED} | wrong))
        assert field in error.value.fields
    with db.work(farm.owner) as w:
        [fed] = write_note(w, farm.hatchery_id, kind="feed", typed=FEED)
    for act in (strike_note, lambda w, key, _because: write_again(w, key)):
        with pytest.raises(NotFound), db.work(other.owner) as w:
            act(w, fed, "不是我的")


def test_persons_are_kept_and_none_of_them_is_in_the_trail(db):
    farm = make_hatchery(db)
    with db.work(farm.owner) as w:
        keep_person(w, farm.hatchery_id, post="legal", name="欧阳某", phone="139 1234 5678")
        keep_person(w, farm.hatchery_id, post="legal", name="上官某")
        tech = keep_person(w, farm.hatchery_id, post="technician", name="买买提·艾合买提")
    with db.look(farm.owner) as look:
        found = people_of(look, farm.hatchery_id)
        assert [one.name for one in found] == ["上官某", "买买提·艾合买提"]
        trail = look.scalars(select(AuditEntry).where(AuditEntry.tag.contains(":person:")))
        assert "某" not in " ".join(str(one.change) for one in trail)
    with db.work(farm.owner) as w:
        end_person(w, tech)
    with pytest.raises(NotAllowedNow), db.work(farm.owner) as w:
        end_person(w, tech)
    with pytest.raises(Invalid), db.work(farm.owner) as w:
        keep_person(w, farm.hatchery_id, post="king", name="某")


def test_a_farm_closes_when_nothing_is_left_and_opens_again_only_by_its_county(db):
    farm = make_hatchery(db, stock=10)
    with pytest.raises(NotReady) as error, db.work(farm.owner) as w:
        close_hatchery(w, farm.hatchery_id, "转产不做了")
    assert "有存塘的批 1 件" in " ".join(error.value.reasons)
    with db.work(farm.owner) as w:
        make_sign(w, farm.hatchery_id)
        book_stock(w, farm.lot_id, "death", 10)
    with pytest.raises(Invalid), db.work(farm.owner) as w:
        close_hatchery(w, farm.hatchery_id, "不")
    with db.work(farm.owner) as w:
        close_hatchery(w, farm.hatchery_id, "转产不做了")
        assert sign_of(w, farm.hatchery_id) is None
        assert [one.reason for one in fit_to_declare(w, farm.hatchery_id)] == [FitReason.CLOSED]
    for act in (
        lambda w: close_hatchery(w, farm.hatchery_id, "再关一次"),
        lambda w: write_note(w, farm.hatchery_id, kind="feed", typed=FEED),
        lambda w: make_sign(w, farm.hatchery_id),
    ):
        with pytest.raises(NotAllowedNow), db.work(farm.owner) as w:
            act(w)
    with db.work(farm.owner) as w:
        ask_reopening(w, farm.hatchery_id, "今年又养了")
    with db.work(farm.clerk) as w:
        reopen_hatchery(w, farm.hatchery_id)
    with db.work(farm.owner) as w:
        row = hatchery(w, farm.hatchery_id)
        assert (row.state, row.closed_on, row.reopening_because) == ("approved", None, None)
        hard = [one.reason for one in fit_to_declare(w, farm.hatchery_id) if one.is_hard]
        assert hard == [FitReason.RECORD]
        confirm_record(w, farm.hatchery_id)
        assert [one.reason for one in fit_to_declare(w, farm.hatchery_id)] == [FitReason.WATERS]


def test_a_sign_made_anew_ends_the_one_before(db):
    farm = make_hatchery(db)
    with db.work(farm.owner) as w:
        first = make_sign(w, farm.hatchery_id).token
        second = make_sign(w, farm.hatchery_id).token
        assert len(second) == 22
        assert sign_of(w, farm.hatchery_id).token == second != first


def test_the_waters_certificate_and_the_confirmation_are_part_of_fitness(db, clock):
    farm = make_hatchery(db)
    with db.work(farm.clerk) as w:
        add_licence(
            w,
            farm.hatchery_id,
            kind="waters",
            number="滩-1",
            from_on=w.today,
            until_on=w.today + timedelta(days=40),
        )
        assert fit_to_declare(w, farm.hatchery_id) == []
    clock.forward(days=31)
    with db.look(SYSTEM) as look:
        assert [one.reason for one in fit_to_declare(look, farm.hatchery_id)] == [FitReason.RECORD]
        assert look.one(select(Hatchery.closed_on)) is None


def test_a_farm_is_told_once_a_day_that_its_licence_ends_until_it_renews(db, clock):
    farm = make_hatchery(db)
    assert remind_renewals(db) == 0
    with db.look(SYSTEM) as look:
        old = seed(look, farm)
    clock.forward(days=(old.until_on - look.today).days - 30)
    assert (remind_renewals(db), remind_renewals(db)) == (1, 0)
    with db.work(farm.owner) as w:
        later = old.until_on + timedelta(days=900)
        dates = {"from_on": old.until_on, "until_on": later}
        renew_licence(w, old.licence_id, number=old.number, **dates)
    clock.forward(days=23)
    assert remind_renewals(db) == 0
    with db.look(SYSTEM) as look:
        [told] = look.scalars(select(InboxMessage).where(InboxMessage.subject.contains("到期")))
    assert (told.to_organisation_id, "还有 30 天" in told.subject) == (farm.organisation_id, True)
    with db.work(farm.clerk) as w:
        return_licence(w, old.licence_id, "照片看不清楚")
    with db.work(farm.owner) as w:
        fresh = renew_licence(w, old.licence_id, number="新-1", **dates)
    with db.work(farm.clerk) as w:
        return_licence(w, fresh, "编号和照片不一样")
    clock.forward(days=6)
    assert remind_renewals(db) == 1, "what was returned renews nothing"
