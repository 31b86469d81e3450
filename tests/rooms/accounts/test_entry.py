"""Field sessions, strange places, phones, lending, role changes and password rules."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, IntegrityError

from aquacert.accounts.commands import (
    add_person,
    appoint,
    change_password,
    change_phone,
    count_guess,
    count_registration,
    disown_session,
    end_appointment,
    end_lending,
    freeze_person,
    grant_step_up,
    make_own_token,
    open_session,
    pass_second_factor,
    print_recovery_codes,
    set_password_rules,
    spend_step_up,
)
from aquacert.accounts.commands.passwords import matches
from aquacert.accounts.models import Membership, Person, SignInSession
from aquacert.accounts.queries import (
    credentials,
    inbox_page,
    session_standing,
    sessions_of,
    signer,
    token_actor,
)
from aquacert.accounts.rules.passkeys import OWN_CODES, OWN_FACTORS, OWN_PHONE, OWN_TOKENS
from aquacert.kernel.audit import AuditEntry
from aquacert.kernel.errors import Invalid, NotAllowed, NotSignedIn, TooMany
from aquacert.kernel.permissions import P
from aquacert.kernel.scope import SYSTEM
from tests.make.accounts import (
    COUNTY,
    PASSWORD,
    again,
    code_for,
    lend,
    make_organisation,
    make_person,
    sign_in,
    step_up,
    token,
)

PHONE, TABLET = "Android 14", "iPad"
FRESH = "三月的塘水最清亮啊，四月更好"


def half_open(db, made, agent):
    with db.work(SYSTEM) as w:
        secret = open_session(
            w,
            made.person_id,
            username=made.username,
            password=PASSWORD,
            address="127.0.0.1",
            agent=agent,
        )
    with db.look() as look:
        return session_standing(look, secret).session_id


def enter(db, made, session_id, **more):
    code = code_for(db, made.person_id)
    with db.work(SYSTEM) as w:
        return pass_second_factor(w, session_id, code, **more)


def subjects(db, made):
    with db.look(made.actor) as look:
        return [row.subject for row in inbox_page(look).items]


def membership_of(db, made):
    with db.look(SYSTEM) as look:
        return look.one(select(Membership.id).where(Membership.person_id == made.person_id))


def test_a_vet_has_one_field_session_and_is_asked_before_the_first_ends(db):
    vet = make_person(db, "official_vet")
    first = enter(db, vet, half_open(db, vet, PHONE))
    second_id = half_open(db, vet, TABLET)
    with pytest.raises(Invalid) as error:
        enter(db, vet, second_id)
    assert "end_other" in error.value.fields
    with db.look() as look:
        assert session_standing(look, first).state == "open"
    second = enter(db, vet, second_id, end_other=True)
    with db.look() as look:
        assert session_standing(look, first) is None
        assert session_standing(look, second).state == "open"
        assert session_standing(look, vet.secret).state == "open"  # his desk stays
        first_row = look.one(select(SignInSession).where(SignInSession.device == "安卓手机"))
    assert any("上的登录已结束" in line for line in subjects(db, vet))
    with pytest.raises(IntegrityError), db.work(SYSTEM) as w:  # the database holds it too
        w.session.get_one(SignInSession, first_row.id).state = "open"
        w.session.flush()
    db.clock.forward(hours=3)  # timed out: nobody is asked
    assert enter(db, vet, half_open(db, vet, PHONE))


def test_a_strange_sign_in_is_disowned_and_its_password_opens_nothing(db):
    owner, admin = make_person(db, "hatchery_owner"), make_person(db, "administrator")
    strange, thief = sign_in(
        db, owner.person_id, owner.username, address="203.0.113.9", agent="iPhone"
    )
    with db.look(owner.actor) as look:
        told = inbox_page(look).items[0]
        assert told.link == f"/accounts/sessions/{thief.session_id}/not-me"
    with db.work(owner.actor) as w:
        disown_session(w, thief.session_id)
    with db.look() as look:
        assert session_standing(look, strange) is None
        assert session_standing(look, owner.secret).must_change_password
        assert credentials(look, owner.username).password_hash is None
    assert "报告账号被别人登录" in subjects(db, admin)[0]
    with db.work(owner.actor) as w:
        change_password(w, old=PASSWORD, new=FRESH)
    with db.look() as look:
        known = credentials(look, owner.username)
        assert matches(1, known.password_hash, FRESH)
        assert not session_standing(look, owner.secret).must_change_password


def test_a_place_that_was_disowned_stays_strange(db):
    owner = make_person(db, "hatchery_owner")
    where = {"address": "203.0.113.9", "agent": "iPhone"}
    _, thief = sign_in(db, owner.person_id, owner.username, **where)
    with db.work(owner.actor) as w:
        disown_session(w, thief.session_id)
    before = len(subjects(db, owner))
    sign_in(db, owner.person_id, owner.username, **where)
    assert len(subjects(db, owner)) == before + 1


def test_a_lock_is_told_to_the_owner_once_and_every_spelling_of_a_phone_counts_alike(db):
    owner = make_person(db, "hatchery_owner", phone="13911112222")
    for typed in (
        "13911112222",
        "139 1111 2222",
        "+86 139-1111-2222",
        "１３９１１１１２２２２",
        "13911112222",
    ):
        with db.work(SYSTEM) as w:
            count_guess(w, username=typed, address=typed)
    with pytest.raises(TooMany), db.work(SYSTEM) as w:
        count_guess(w, username="0086 13911112222", address="else")
    assert sum("连续输错您的口令" in line for line in subjects(db, owner)) == 1
    db.clock.forward(seconds=61)
    for _ in range(5):
        with db.work(SYSTEM) as w:
            count_guess(w, username="13911112222", address="x")
    assert sum("连续输错您的口令" in line for line in subjects(db, owner)) == 1


def test_strangers_register_so_often_from_one_address(db):
    for _ in range(30):
        with db.work(SYSTEM) as w:
            count_registration(w, "203.0.113.7")
    with pytest.raises(TooMany), db.work(SYSTEM) as w:
        count_registration(w, "203.0.113.7")
    with db.work(SYSTEM) as w:
        count_registration(w, "198.51.100.7")


def test_a_phone_is_the_user_name_of_one_active_person(db):
    first = make_person(db, "hatchery_owner", phone="13911112222")
    second = make_person(db, "hatchery_owner", phone="13911112222")  # a stranger is not told
    with db.look() as look:
        assert credentials(look, "139 1111 2222").person_id == first.person_id
    body = make_organisation(db, "hatchery")
    with pytest.raises(Invalid) as error, db.work(SYSTEM) as w:  # an administrator is
        add_person(
            w,
            username="third",
            password=FRESH,
            name="王五",
            phone="13911112222",
            organisation_id=body,
            role="hatchery_owner",
            is_phone_free=True,
        )
    assert "phone" in error.value.fields
    with db.work(SYSTEM) as w:
        freeze_person(w, first.person_id, frozen=True, reason="查")
    with db.work(second.actor) as w:
        change_phone(w, phone="13911112222", password=PASSWORD)
    with db.work(SYSTEM) as w:
        freeze_person(w, first.person_id, frozen=False, reason="查清")
    with db.look() as look:
        assert credentials(look, "13911112222").person_id == second.person_id
        assert look.session.get_one(Person, first.person_id).phone_login is None


def test_changing_the_phone_takes_the_password_and_the_second_factor_and_is_told(db):
    make_person(db, "hatchery_owner", phone="13700000001")
    vet = make_person(db, "official_vet", phone="13700000002")
    with pytest.raises(Invalid) as wrong, db.work(vet.actor) as w:
        change_phone(w, phone="13700000003", password="not it")
    assert "password" in wrong.value.fields
    with pytest.raises(NotAllowed), db.work(vet.actor) as w:
        change_phone(w, phone="13700000003", password=PASSWORD)
    step_up(db, vet, OWN_PHONE)
    with pytest.raises(Invalid) as taken, db.work(vet.actor) as w:
        change_phone(w, phone="13700000001", password=PASSWORD)
    assert "phone" in taken.value.fields
    with db.work(vet.actor) as w:
        change_phone(w, phone="13700000003", password=PASSWORD)
    with db.look() as look:
        assert credentials(look, "13700000002") is None
        assert credentials(look, "13700000003").person_id == vet.person_id
    assert any("手机号换过了" in line for line in subjects(db, vet))


def test_printed_codes_open_one_sign_in_each_and_never_a_signature(db):
    vet = make_person(db, "official_vet")
    with pytest.raises(NotAllowed), db.work(vet.actor) as w:
        print_recovery_codes(w)
    step_up(db, vet, OWN_CODES)
    with db.work(vet.actor) as w:
        codes = print_recovery_codes(w)
    assert len(set(codes)) == 10
    once, twice = half_open(db, vet, "Linux"), half_open(db, vet, "Linux")
    with db.work(SYSTEM) as w:
        assert pass_second_factor(w, once, codes[0].upper())
    with pytest.raises(Invalid, match="用过"), db.work(SYSTEM) as w:
        pass_second_factor(w, twice, codes[0])
    with pytest.raises(Invalid), db.work(vet.actor) as w:
        grant_step_up(w, digest="0f" * 32, code=codes[1])
    with db.work(vet.actor) as w:  # but the own account may be put right with it
        grant_step_up(w, digest=OWN_FACTORS, code=codes[1])
    assert any("还剩 8 个" in line for line in subjects(db, vet))
    other = half_open(db, make_person(db, "official_vet"), "Linux")
    with pytest.raises(Invalid), db.work(SYSTEM) as w:
        pass_second_factor(w, other, codes[2])


def test_a_role_that_ends_takes_grants_and_tokens_with_it(db):
    vet = make_person(db, "official_vet")
    secret, digest = token(db, vet), "0f" * 32
    step_up(db, vet, digest)
    with db.work(SYSTEM) as w:
        end_appointment(w, membership_of(db, vet), reason="调离")
    with db.look() as look:
        assert token_actor(look, secret).permissions == frozenset()
    assert not again(db, vet).may(P.CERTIFICATE_ISSUE)
    with pytest.raises(NotAllowed), db.work(vet.actor) as w:  # a request already under way
        spend_step_up(w, digest)
    with db.work(SYSTEM) as w:
        appoint(
            w,
            person_id=vet.person_id,
            organisation_id=vet.organisation_id,
            role="official_vet",
        )
    with pytest.raises(NotAllowed), db.work(again(db, vet)) as w:  # nor does it come back
        spend_step_up(w, digest)
    with db.work(SYSTEM) as w:
        freeze_person(w, vet.person_id, frozen=True, reason="停职")
    with db.look() as look, pytest.raises(NotSignedIn):
        token_actor(look, secret)


def test_a_new_role_that_needs_two_doors_is_not_had_behind_one(db):
    clerk = make_person(db, "office_clerk")
    with db.work(SYSTEM) as w:
        appoint(
            w,
            person_id=clerk.person_id,
            organisation_id=clerk.organisation_id,
            role="county_supervisor",
        )
    with db.look() as look:
        standing = session_standing(look, clerk.secret)
    assert (standing.state, standing.must_enrol) == ("half", True)


def test_a_lent_role_works_from_day_to_day_and_is_marked(db):
    boss = make_person(db, "county_supervisor")
    body = boss.organisation_id
    clerk = make_person(db, "office_clerk", organisation_id=body, totp=True)
    delegation_id = lend(db, boss, clerk, start=1, end=2)
    assert not again(db, clerk).may(P.CERTIFICATE_SUSPEND)
    with pytest.raises(Invalid, match="已经托给"):
        lend(db, boss, clerk, start=2, end=4)
    db.clock.forward(days=1)
    _, actor = sign_in(db, clerk.person_id, clerk.username)
    assert actor.may(P.CERTIFICATE_SUSPEND)
    assert actor.lent_roles == {"county_supervisor"}
    assert actor.label.endswith("代县级监管员")
    with db.work(actor) as w:
        end_lending(w, delegation_id)
    assert not again(db, clerk).may(P.CERTIFICATE_SUSPEND)
    with db.look(SYSTEM) as look:
        entries = look.scalars(
            select(AuditEntry).where(AuditEntry.tag.like("accounts:delegation%"))
        )
    assert [entry.actor for entry in entries] == ["县级监管员", "申报点受理员、代县级监管员"]
    lend(db, boss, clerk, end=1)
    db.clock.forward(days=2)
    assert again(db, clerk).lent_roles == frozenset()


def test_what_is_lent_ends_with_the_lenders_appointment_and_account(db):
    boss = make_person(db, "county_supervisor")
    clerk = make_person(db, "office_clerk", organisation_id=boss.organisation_id)
    lend(db, boss, clerk)
    assert again(db, clerk).lent_roles
    with db.work(SYSTEM) as w:
        freeze_person(w, boss.person_id, frozen=True, reason="查")
    assert not again(db, clerk).lent_roles
    with db.work(SYSTEM) as w:
        freeze_person(w, boss.person_id, frozen=False, reason="查清")
    assert again(db, clerk).lent_roles
    with db.work(SYSTEM) as w:
        end_appointment(w, membership_of(db, boss), reason="调离")
    assert not again(db, clerk).lent_roles
    assert any("已经结束" in line for line in subjects(db, clerk))


def test_only_a_vet_borrows_from_a_vet_and_signs_only_where_he_is_appointed(db):
    vet = make_person(db, "official_vet", division="320114")
    body = vet.organisation_id
    clerk = make_person(db, "office_clerk", organisation_id=body)
    assistant = make_person(db, "station_assistant", organisation_id=body)
    stranger = make_person(db, "official_vet")
    for other, words in (
        (clerk, "另一位已任命"),
        (assistant, "另一位已任命"),
        (stranger, "本单位"),
    ):
        with pytest.raises(Invalid, match=words):
            lend(db, vet, other)
    with pytest.raises(Invalid, match="本来就"):
        lend(db, vet, make_person(db, "official_vet", organisation_id=body))
    # a lent role of the desk never makes a signer
    boss = make_person(db, "county_supervisor", organisation_id=body)
    lend(db, boss, clerk)
    with db.look() as look:
        assert not signer(look, clerk.person_id, COUNTY, look.today).is_on_record
    assert not again(db, clerk).may(P.CERTIFICATE_ISSUE)


def test_an_appointment_that_clashes_with_a_borrowed_role_is_refused(db):
    boss = make_person(db, "county_supervisor")
    clerk = make_person(db, "office_clerk", organisation_id=boss.organisation_id)
    lend(db, boss, clerk)
    with db.work(SYSTEM) as w:
        end_appointment(w, membership_of(db, clerk), reason="调离")
    assert not again(db, clerk).lent_roles  # he left the body


def test_password_rules_are_set_by_the_province_with_a_reason_and_bind_at_once(db):
    here = make_person(db, "administrator")
    with pytest.raises(NotAllowed), db.work(here.actor) as w:
        set_password_rules(w, audience="staff", shortest=10, kinds=3, days=90, because="按测评意见")
    chief = make_person(db, "administrator", division="320000")
    with pytest.raises(Invalid) as error, db.work(chief.actor) as w:
        set_password_rules(w, audience="staff", shortest=7, kinds=0, days=None, because="短")
    assert set(error.value.fields) == {"shortest", "because"}
    clerk = make_person(db, "office_clerk")
    db.clock.forward(days=100)
    with db.work(chief.actor) as w:
        set_password_rules(w, audience="staff", shortest=20, kinds=3, days=90, because="按测评意见")
    _, actor = sign_in(db, clerk.person_id, clerk.username)
    with db.look() as look:
        [row] = sessions_of(look, clerk.person_id)
        assert row.state == "open"
    with pytest.raises(Invalid, match="至少 20 个字"), db.work(actor) as w:
        change_password(w, old=PASSWORD, new="Short-pass-1x")
    with pytest.raises(DBAPIError, match="append-only"), db.work(SYSTEM) as w:
        w.session.execute(
            SignInSession.metadata.tables["password_rules"].update().values(shortest=8)
        )


def test_a_stranger_who_guesses_on_does_not_lock_somebody_out_at_home(db):
    owner = make_person(db, "hatchery_owner")  # signed in from 127.0.0.1

    def guess(address, times):
        for _ in range(times):
            with db.work(SYSTEM) as w:
                count_guess(w, username=owner.username, address=address)

    guess("203.0.113.7", 5)
    with pytest.raises(TooMany):
        guess("198.51.100.7", 1)  # another strange place is locked too
    guess("127.0.0.9", 5)  # next door at home has tries of its own, as few
    with pytest.raises(TooMany):
        guess("127.0.0.1", 1)
    db.clock.forward(days=91)
    guess("203.0.113.7", 5)
    with pytest.raises(TooMany):
        guess("127.0.0.1", 1)  # nobody was seen there for a quarter


def test_who_became_a_vet_between_password_and_code_has_a_field_session(db):
    clerk = make_person(db, "office_clerk", totp=True)
    session_id = half_open(db, clerk, PHONE)
    with db.work(SYSTEM) as w:
        appoint(
            w,
            person_id=clerk.person_id,
            organisation_id=clerk.organisation_id,
            role="official_vet",
        )
    enter(db, clerk, session_id)
    with db.look() as look:
        assert look.session.get_one(SignInSession, session_id).is_field


def test_a_role_lent_for_later_lapses_when_its_borrower_becomes_what_it_never_meets(db):
    boss = make_person(db, "station_assistant")
    other = make_person(db, "office_clerk", organisation_id=boss.organisation_id)
    lend(db, boss, other, start=3, end=9)
    with db.work(SYSTEM) as w:
        appoint(
            w,
            person_id=other.person_id,
            organisation_id=other.organisation_id,
            role="official_vet",
        )
    db.clock.forward(days=4)
    assert again(db, other).lent_roles == frozenset()


def test_a_token_takes_a_fresh_second_factor_and_is_told_and_ends_with_a_disowned_sign_in(db):
    vet = make_person(db, "official_vet")
    with pytest.raises(NotAllowed), db.work(vet.actor) as w:
        make_own_token(w, "温度计")
    step_up(db, vet, OWN_TOKENS)
    with db.work(vet.actor) as w:
        key = make_own_token(w, "温度计")
    assert any("接口令牌" in line for line in subjects(db, vet))
    _, thief = sign_in(db, vet.person_id, vet.username, address="203.0.113.9")
    with db.work(vet.actor) as w:
        disown_session(w, thief.session_id)
    with db.look() as look, pytest.raises(NotSignedIn):
        token_actor(look, key)


@pytest.mark.parametrize("taken", ["13800008000", "138-0000-8000", "0512-65221234"])
def test_nobody_takes_a_telephone_number_for_his_name(db, taken):
    with pytest.raises(Invalid) as error:
        make_person(db, "hatchery_owner", username=taken)
    assert "username" in error.value.fields


def test_a_county_freezes_only_whom_it_answers_for_alone(db):
    admin, clerk = make_person(db, "administrator"), make_person(db, "office_clerk")
    away = make_organisation(db, division="320581")
    with db.work(SYSTEM) as w:
        appoint(w, person_id=clerk.person_id, organisation_id=away, role="office_clerk")
    with pytest.raises(NotAllowed), db.work(admin.actor) as w:
        freeze_person(w, clerk.person_id, frozen=True, reason="不在本县一处")
    with db.work(SYSTEM) as w:
        end_appointment(w, _at(db, clerk, away), reason="回来了")
    with db.work(admin.actor) as w:
        freeze_person(w, clerk.person_id, frozen=True, reason="调离")


def _at(db, made, organisation_id):
    with db.look(SYSTEM) as look:
        return look.one(
            select(Membership.id).where(
                Membership.person_id == made.person_id,
                Membership.organisation_id == organisation_id,
            )
        )


def test_whoever_lends_a_role_is_told_so_himself(db):
    boss = make_person(db, "county_supervisor")
    clerk = make_person(db, "office_clerk", organisation_id=boss.organisation_id)
    lend(db, boss, clerk)
    assert any("托给了同事" in line for line in subjects(db, boss))
