"""People, bodies and roles on a real database."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from aquacert.accounts.commands import (
    add_person,
    appoint,
    change_password,
    close_organisation,
    end_appointment,
    forget_person,
    freeze_person,
    keep_preferences,
    open_organisation,
    rename_organisation,
    set_standing,
    switch_capability,
)
from aquacert.accounts.models import Membership, Person
from aquacert.accounts.queries import (
    actor_for,
    capability_is_on,
    may_sign,
    name_on,
    official_vets,
    person_label,
    person_name,
    same_owner,
    standing,
    vet_number,
)
from aquacert.kernel.audit import AuditEntry
from aquacert.kernel.errors import Invalid, NotAllowed, NotFound, NotSignedIn
from aquacert.kernel.permissions import P
from aquacert.kernel.scope import SYSTEM
from tests.make.accounts import (
    COUNTY,
    PASSWORD,
    again,
    also,
    make_organisation,
    make_person,
    make_uscc,
)


def test_one_legal_entity_is_one_organisation(db):
    code = make_uscc()
    make_organisation(db, "hatchery", uscc=code)
    with pytest.raises(Invalid) as error:
        make_organisation(db, "hatchery", uscc=code)
    assert "已经登记" in error.value.fields["uscc"]


def test_everything_wrong_with_a_body_is_said_at_once(db):
    with pytest.raises(Invalid) as error, db.work(SYSTEM) as w:
        open_organisation(w, kind="farm", name_zh=" ", uscc="123", division_code="999999")
    assert set(error.value.fields) == {"kind", "name_zh", "uscc", "division_code"}


def test_only_an_agency_may_lack_a_code(db):
    with db.work(SYSTEM) as w:
        assert open_organisation(
            w, kind="agency", name_zh="示例申报点", uscc=None, division_code=COUNTY
        )
    with pytest.raises(Invalid), db.work(SYSTEM) as w:
        open_organisation(w, kind="lab", name_zh="示例室", uscc="", division_code=COUNTY)


def test_a_renamed_body_keeps_its_old_name_for_its_old_days(db):
    body = make_organisation(db, name="示例县水产站")
    before = db.clock.now().date()
    db.clock.forward(days=10)
    with db.work(SYSTEM) as w:
        rename_organisation(w, body, name_zh="示例县农业综合执法大队")
    with db.look() as look:
        assert name_on(look, body, before) == "示例县水产站"
        assert name_on(look, body, look.today) == "示例县农业综合执法大队"


def test_everything_wrong_with_a_person_is_said_at_once(db):
    body = make_organisation(db)
    with pytest.raises(Invalid) as error, db.work(SYSTEM) as w:
        add_person(
            w,
            username="a",
            password="12345678",
            name="",
            phone="123",
            organisation_id=body,
            role="king",
            identity="110101190001010000",
        )
    assert set(error.value.fields) == {
        "username",
        "password",
        "name",
        "phone",
        "role",
        "identity",
    }


def test_a_user_name_is_taken_once_whatever_its_letters(db):
    make_person(db, username="wang-xiao")
    with pytest.raises(Invalid) as error:
        make_person(db, username="ＷANG-Xiao ")
    assert "username" in error.value.fields


def test_one_identity_number_is_one_account(db):
    body = make_organisation(db)
    same = {
        "password": PASSWORD,
        "phone": "13800008000",
        "organisation_id": body,
        "role": "office_clerk",
        "identity": "11010519491231002X",
    }
    with db.work(SYSTEM) as w:
        add_person(w, username="one", name="张三", **same)
    with pytest.raises(Invalid) as error, db.work(SYSTEM) as w:
        add_person(w, username="two", name="张三", **same)
    assert "一人一号" in error.value.fields["identity"]


@pytest.mark.parametrize("name", ["㐂䶮𠮷", "买买提·艾合买提", "Ó Súilleabháin"])
def test_a_rare_name_is_kept_as_it_is_written(db, name):
    made = make_person(db, name=name)
    with db.look() as look:
        assert person_name(look, made.person_id) == name


def test_personal_data_lies_encrypted_and_never_in_the_trail(db):
    make_person(db, name="欧阳修远", phone="13912345678")
    with db.look() as look:
        raw = look.session.execute(text("SELECT name, phone FROM people")).all()
        assert all("欧阳".encode() not in bytes(row.name) for row in raw)
        told = look.scalars(select(AuditEntry))
        assert all("欧阳" not in str(row.change) and "1391" not in str(row.change) for row in told)


def test_a_vet_is_never_a_farmer_too(db):
    vet = make_person(db, "official_vet")
    farm = make_organisation(db, "hatchery")
    with pytest.raises(Invalid) as error, db.work(SYSTEM) as w:
        appoint(w, person_id=vet.person_id, organisation_id=farm, role="hatchery_owner")
    assert "回避" in error.value.fields["role"]


def test_a_lab_does_not_appoint_a_vet(db):
    made = make_person(db, "lab_technician")
    with pytest.raises(Invalid, match="实验室不设"), db.work(SYSTEM) as w:
        appoint(
            w, person_id=made.person_id, organisation_id=made.organisation_id, role="official_vet"
        )


def test_nobody_promotes_himself(db):
    admin = make_person(db, "administrator")
    with pytest.raises(NotAllowed), db.work(admin.actor) as w:
        appoint(w, person_id=admin.person_id, organisation_id=admin.organisation_id, role="auditor")


def test_an_administrator_appoints_within_his_own_county_only(db):
    admin = make_person(db, "administrator", division=COUNTY)
    clerk = make_person(db, "office_clerk")
    elsewhere = make_organisation(db, division="320213")
    with pytest.raises(NotFound), db.work(admin.actor) as w:
        appoint(w, person_id=clerk.person_id, organisation_id=elsewhere, role="office_clerk")


def test_a_role_that_ended_stops_at_the_next_request(db):
    clerk = make_person(db, "office_clerk")
    assert clerk.actor.may(P.DECLARATION_ACCEPT)
    with db.work(SYSTEM) as w:
        row = w.one(select(Membership).where(Membership.person_id == clerk.person_id))
        end_appointment(w, row.id, reason="调离")
    assert not again(db, clerk).may(P.DECLARATION_ACCEPT)


def test_a_role_may_begin_later(db):
    clerk = make_person(db, "office_clerk")
    with db.work(SYSTEM) as w:
        appoint(
            w,
            person_id=clerk.person_id,
            organisation_id=clerk.organisation_id,
            role="station_assistant",
            from_on=w.today + timedelta(days=3),
        )
    assert "station_assistant" not in again(db, clerk).roles
    db.clock.forward(days=3)
    assert "station_assistant" in again(db, clerk).roles


def test_a_frozen_person_is_nobody(db):
    clerk = make_person(db)
    with db.work(SYSTEM) as w:
        freeze_person(w, clerk.person_id, frozen=True, reason="停职")
    with db.look() as look, pytest.raises(NotSignedIn):
        actor_for(look, clerk.person_id)


def test_forgetting_somebody_leaves_no_personal_data(db):
    clerk = make_person(db, name="张三丰")
    with db.work(SYSTEM) as w:
        row = w.one(select(Membership).where(Membership.person_id == clerk.person_id))
        end_appointment(w, row.id, reason="离任")
        forget_person(w, clerk.person_id, reason="本人要求")
    with db.look() as look:
        row = look.session.get_one(Person, clerk.person_id)
        assert (row.name, row.phone, row.name_index, row.phone_index) == (None,) * 4
        assert person_label(look, clerk.person_id) == "已离任人员"


def test_the_scope_of_a_county_clerk_is_the_county_and_his_body(db):
    clerk = make_person(db, "office_clerk")
    assert clerk.actor.scope.divisions == {COUNTY}
    assert clerk.actor.scope.organisation_ids == {clerk.organisation_id}
    assert not clerk.actor.scope.everything


def test_a_county_makes_nobody_a_supervisor_of_the_province(db):
    with pytest.raises(Invalid, match="省级"):
        make_person(db, "province_supervisor")
    with pytest.raises(Invalid, match="省级"):
        make_person(db, "province_supervisor", division="320100")


def test_the_scope_of_a_city_supervisor_holds_its_counties(db):
    city = make_person(db, "city_supervisor", division="320100")
    assert COUNTY in city.actor.scope.divisions


def test_the_province_sees_everything_but_a_county_administrator_does_not(db):
    assert make_person(db, "province_supervisor", division="320000").actor.scope.everything
    assert not make_person(db, "administrator", division=COUNTY).actor.scope.everything


def test_a_farm_sees_itself_and_a_lab_itself(db):
    farm, lab = make_person(db, "hatchery_owner"), make_person(db, "lab_receiver")
    assert farm.actor.scope.divisions == frozenset()
    assert farm.actor.scope.organisation_ids == {farm.organisation_id}
    assert lab.actor.scope.lab_ids == {lab.organisation_id}


def test_an_official_vet_is_numbered_and_signs_in_his_place_only(db):
    vet = make_person(db, "official_vet")
    with db.look() as look:
        assert may_sign(look, vet.person_id, COUNTY, look.today)
        assert not may_sign(look, vet.person_id, "320213", look.today)
        assert vet_number(look, vet.person_id) == f"YS{COUNTY}0001"
        [line] = official_vets(look, vet.organisation_id, look.today)
        assert (line.person_id, line.label) == (vet.person_id, "渔业官方兽医")


def test_two_vets_of_one_county_have_two_numbers(db):
    one, two = make_person(db, "official_vet"), make_person(db, "official_vet")
    with db.look() as look:
        assert vet_number(look, one.person_id) != vet_number(look, two.person_id)


def test_an_assistant_may_not_sign(db):
    assistant = make_person(db, "station_assistant")
    with db.look() as look:
        assert not may_sign(look, assistant.person_id, COUNTY, look.today)


def test_one_person_leading_two_farms_is_one_owner(db):
    owner, other = make_person(db, "hatchery_owner"), make_person(db, "hatchery_owner")
    second = make_organisation(db, "hatchery")
    also(db, owner, "hatchery_owner", organisation_id=second)
    with db.look() as look:
        assert same_owner(look, owner.organisation_id, second)
        assert not same_owner(look, owner.organisation_id, other.organisation_id)


def test_a_farm_and_a_laboratory_of_one_company_are_of_one_owner(db):
    company = make_organisation(db, "dealer")
    farm = make_organisation(db, "hatchery", parent_id=company)
    lab, other = make_organisation(db, "lab", parent_id=company), make_organisation(db, "lab")
    with db.look() as look:
        assert same_owner(look, farm, lab)
        assert same_owner(look, company, lab)
        assert not same_owner(look, other, lab)


def test_standing_is_normal_until_somebody_says_otherwise(db):
    farm = make_organisation(db, "hatchery")
    with db.look() as look:
        assert standing(look, farm).level == "normal"
    with db.work(SYSTEM) as w:
        set_standing(w, farm, "watched", "两次未到达")
    with db.look() as look:
        assert (standing(look, farm).level, standing(look, farm).reason) == (
            "watched",
            "两次未到达",
        )


def test_a_capability_is_on_unless_a_division_above_switched_it_off(db):
    with db.work(SYSTEM) as w:
        switch_capability(
            w, name="declare_online", division_code="320100", is_on=False, because="试点"
        )
        switch_capability(
            w, name="declare_online", division_code=COUNTY, is_on=True, because="先行"
        )
    with db.look() as look:
        assert capability_is_on(look, "declare_online", COUNTY)
        assert not capability_is_on(look, "declare_online", "320115")
        assert capability_is_on(look, "declare_online", "320213")


def test_a_closed_body_is_not_offered_any_more(db):
    body = make_organisation(db, "lab")
    with db.work(SYSTEM) as w:
        close_organisation(w, body, reason="撤并")
    from aquacert.accounts.queries import organisations

    with db.look() as look:
        assert body not in {row.id for row in organisations(look, "lab")}


def test_preferences_stay_with_the_account(db):
    owner = make_person(db, "hatchery_owner")
    with db.work(owner.actor) as w:
        keep_preferences(w, elder=True, locale="en")
    actor = again(db, owner)
    assert (actor.elder, actor.locale) == (True, "en")


def test_a_password_is_changed_by_who_knows_the_old_one(db):
    owner = make_person(db, "hatchery_owner")
    with pytest.raises(Invalid) as error, db.work(owner.actor) as w:
        change_password(w, old="wrong", new="another quiet pond")
    assert "old" in error.value.fields
    with pytest.raises(Invalid) as error, db.work(owner.actor) as w:
        change_password(w, old=PASSWORD, new="12345678")
    assert "new" in error.value.fields
    with db.work(owner.actor) as w:
        change_password(w, old=PASSWORD, new="another quiet pond")
