"""Guessing, codes that are good for one use, grants that are good for one signature, sessions."""

import pyotp
import pytest

from aquacert.accounts.commands import (
    count_guess,
    end_session,
    end_sessions,
    freeze_person,
    grant_step_up,
    make_consignee_link,
    make_token,
    pass_second_factor,
    spend_step_up,
    take_factor_away,
    touch_session,
    use_consignee_link,
)
from aquacert.accounts.commands.passwords import hash_password, matches
from aquacert.accounts.queries import (
    consignee_subject,
    inbox_page,
    session_standing,
    sessions_of,
    token_actor,
)
from aquacert.kernel.errors import (
    Invalid,
    NotAllowed,
    NotAllowedNow,
    NotFound,
    NotSignedIn,
    TooMany,
)
from aquacert.kernel.permissions import P
from aquacert.kernel.scope import SYSTEM
from tests.make.accounts import again, code_for, make_person, sign_in, step_up, token

DIGEST = "0f" * 32


def guess(db, username="nobody", address="203.0.113.7"):
    with db.work(SYSTEM) as w:
        count_guess(w, username=username, address=address)


def test_the_sixth_guess_at_one_account_waits(db):
    for place in range(5):
        guess(db, address=f"203.0.113.{place}")
    with pytest.raises(TooMany, match="60 秒"):
        guess(db, address="198.51.100.1")
    db.clock.forward(seconds=60)
    guess(db)


def test_many_guesses_from_one_address_wait_whatever_the_name(db):
    for number in range(20):
        guess(db, username=f"name{number}")
    with pytest.raises(TooMany):
        guess(db, username="another")


def test_an_unknown_name_takes_a_hash_too():
    assert not matches(1, None, "whatever")
    assert not matches(1, hash_password(1, "one"), "two")
    assert matches(1, hash_password(1, "口令 １２３"), "口令 123")
    assert not matches(1, hash_password(1, "one"), "\ud800")


def test_a_code_is_good_for_one_use(db):
    vet = make_person(db, "official_vet")
    code = code_for(db, vet.person_id)
    with db.work(vet.actor) as w:
        grant_step_up(w, code=code, digest=DIGEST)
    with pytest.raises(Invalid, match="已用过"), db.work(vet.actor) as w:
        grant_step_up(w, code=code, digest=DIGEST)


def test_a_code_typed_in_full_width_with_a_gap_is_understood(db):
    vet = make_person(db, "official_vet")
    code = code_for(db, vet.person_id)
    wide = code[:3].translate(str.maketrans("0123456789", "０１２３４５６７８９")) + " " + code[3:]
    with db.work(vet.actor) as w:
        grant_step_up(w, code=wide, digest=DIGEST)


def test_five_wrong_codes_lock_even_though_each_one_is_undone(db):
    vet, admin = make_person(db, "official_vet"), make_person(db, "administrator")
    right = pyotp.TOTP(vet.totp_secret)
    wrong = next(
        str(n)
        for n in range(100000, 999999)
        if not right.verify(str(n), for_time=db.clock.now(), valid_window=3)
    )
    for left in (4, 3, 2, 1, 0):
        with pytest.raises(Invalid) as error, db.work(vet.actor) as w:
            grant_step_up(w, code=wrong, digest=DIGEST)
        assert (f"还能试 {left} 次" in error.value.fields["code"]) == (left > 0)
    with pytest.raises(TooMany, match="15 分钟"), db.work(vet.actor) as w:
        grant_step_up(w, code=code_for(db, vet.person_id), digest=DIGEST)
    for made in (vet, admin):
        with db.look(made.actor) as look:
            assert "锁定" in inbox_page(look).items[0].subject
    db.clock.forward(minutes=15)
    step_up(db, vet, DIGEST)


def test_a_grant_is_for_one_signature_of_one_thing_in_one_session(db):
    vet = make_person(db, "official_vet")
    step_up(db, vet, DIGEST)
    with pytest.raises(NotAllowed), db.work(vet.actor) as w:
        spend_step_up(w, "ee" * 32)
    _, elsewhere = sign_in(db, vet.person_id, vet.username)
    with pytest.raises(NotAllowed), db.work(elsewhere) as w:
        spend_step_up(w, DIGEST)
    with db.work(vet.actor) as w:
        spend_step_up(w, DIGEST)
    with pytest.raises(NotAllowed), db.work(vet.actor) as w:
        spend_step_up(w, DIGEST)


def test_a_grant_lasts_five_minutes(db):
    vet = make_person(db, "official_vet")
    step_up(db, vet, DIGEST)
    db.clock.forward(minutes=5)
    with pytest.raises(NotAllowed), db.work(vet.actor) as w:
        spend_step_up(w, DIGEST)


def test_a_grant_comes_back_when_the_signature_fails(db):
    vet = make_person(db, "official_vet")
    step_up(db, vet, DIGEST)

    def fail():
        with db.work(vet.actor) as w:
            spend_step_up(w, DIGEST)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with db.work(vet.actor) as w:
        spend_step_up(w, DIGEST)


def test_a_token_alone_never_signs(db):
    vet = make_person(db, "official_vet")
    secret = token(db, vet)
    with db.look() as look:
        actor = token_actor(look, secret)
    assert actor.is_token
    assert not actor.may(P.CERTIFICATE_ISSUE)
    assert actor.may(P.CERTIFICATE_READ)
    step_up(db, vet, DIGEST)
    with pytest.raises(NotAllowed), db.work(actor) as w:
        spend_step_up(w, DIGEST)
    with pytest.raises(NotAllowed), db.work(actor) as w:
        grant_step_up(w, code=code_for(db, vet.person_id), digest=DIGEST)


def test_a_token_is_cut_down_to_its_scopes_and_grows_old(db):
    owner = make_person(db, "hatchery_owner")
    with db.work(owner.actor) as w:
        secret = make_token(
            w, owner.person_id, "塘口温度计", scopes=[P.HATCHERY_READ, P.CERTIFICATE_ISSUE], days=30
        )
    with db.look() as look:
        assert token_actor(look, secret).permissions == {P.HATCHERY_READ}
    db.clock.forward(days=30)
    with db.look() as look, pytest.raises(NotSignedIn):
        token_actor(look, secret)


def test_a_token_without_scopes_that_match_may_do_nothing(db):
    owner = make_person(db, "hatchery_owner")
    with db.work(owner.actor) as w:
        secret = make_token(w, owner.person_id, "试", scopes=[P.CERTIFICATE_ISSUE])
    with db.look() as look:
        assert token_actor(look, secret).permissions == frozenset()


def test_an_ended_sign_in_is_over_at_the_next_request(db):
    owner = make_person(db, "hatchery_owner")
    with db.work(owner.actor) as w:
        end_session(w, owner.actor.session_id)
    with db.look() as look:
        assert session_standing(look, owner.secret) is None


def test_nobody_ends_the_sign_in_of_another(db):
    one, two = make_person(db), make_person(db)
    with pytest.raises(NotFound), db.work(one.actor) as w:
        end_session(w, two.actor.session_id)


def test_a_sign_in_ends_by_itself_when_idle(db):
    clerk = make_person(db, "office_clerk")
    db.clock.forward(minutes=119)
    with db.look() as look:
        assert session_standing(look, clerk.secret).is_worth_touching
    with db.work(SYSTEM) as w:
        touch_session(w, clerk.actor.session_id)
    db.clock.forward(minutes=119)
    with db.look() as look:
        assert session_standing(look, clerk.secret) is not None
    db.clock.forward(minutes=2)
    with db.look() as look:
        assert session_standing(look, clerk.secret) is None


def test_a_frozen_account_is_signed_out_everywhere(db):
    clerk = make_person(db)
    with db.work(SYSTEM) as w:
        freeze_person(w, clerk.person_id, frozen=True, reason="查")
        assert end_sessions(w, clerk.person_id, because="查") == 1
    with db.look() as look:
        assert session_standing(look, clerk.secret) is None


def test_more_than_five_sign_ins_end_the_oldest(db):
    clerk = make_person(db)
    for _ in range(5):
        db.clock.forward(seconds=1)
        sign_in(db, clerk.person_id, clerk.username)
    with db.look() as look:
        assert len(sessions_of(look, clerk.person_id)) == 5
        assert session_standing(look, clerk.secret) is None


def test_a_sign_in_from_a_new_place_is_told(db):
    owner = make_person(db, "hatchery_owner")
    sign_in(db, owner.person_id, owner.username)
    with db.look(owner.actor) as look:
        assert inbox_page(look).total == 0
    sign_in(db, owner.person_id, owner.username, address="203.0.113.9", agent="iPhone")
    with db.look(owner.actor) as look:
        assert "苹果手机" in inbox_page(look).items[0].subject


def test_who_signs_must_make_a_code_before_anything_else(db):
    vet = make_person(db, "official_vet", totp=False)
    with db.look() as look:
        standing = session_standing(look, vet.secret)
    # The builder could not pass the second factor: there was none to pass.
    assert (standing.state, standing.must_enrol) == ("half", True)


def test_a_lost_generator_is_made_anew(db):
    vet = make_person(db, "official_vet")
    with db.work(SYSTEM) as w:
        take_factor_away(w, vet.person_id, reason="手机丢失")
    with db.look() as look:
        assert session_standing(look, vet.secret).must_enrol


def test_a_half_sign_in_cannot_be_passed_twice(db):
    vet = make_person(db, "official_vet")
    with pytest.raises(NotSignedIn), db.work(SYSTEM) as w:
        pass_second_factor(w, vet.actor.session_id, code_for(db, vet.person_id))
    assert again(db, vet).session_id == vet.actor.session_id


def test_a_consignee_link_works_once_and_not_for_ever(db):
    clerk = make_person(db)
    with db.work(clerk.actor) as w:
        one, two = (make_consignee_link(w, clerk.person_id) for _ in range(2))
    with db.look() as look:
        assert consignee_subject(look, one) == clerk.person_id
    with db.work(SYSTEM) as w:
        assert use_consignee_link(w, one) == clerk.person_id
    with pytest.raises(NotAllowedNow), db.work(SYSTEM) as w:
        use_consignee_link(w, one)
    db.clock.forward(days=31)
    for secret in (two, "no such link"):
        with pytest.raises(NotFound), db.work(SYSTEM) as w:
            use_consignee_link(w, secret)
