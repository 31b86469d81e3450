"""Keys as a second factor: registered, used once, for one thing, by their person, on our site."""

import json
import threading
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from aquacert.accounts.commands import (
    ask_assertion,
    ask_registration,
    bind_code,
    end_appointment,
    enrol,
    forget_person,
    grant_step_up,
    pass_second_factor,
    register_passkey,
    remove_passkey,
    spend_step_up,
    take_factor_away,
)
from aquacert.accounts.models import Passkey, PasskeyChallenge, Throttle, TotpSecret
from aquacert.accounts.queries import (
    has_code,
    has_factor,
    inbox_page,
    memberships_in_force,
    passkeys_of,
)
from aquacert.accounts.rules.passkeys import OWN_FACTORS, Purpose, removal
from aquacert.kernel.audit import AuditEntry
from aquacert.kernel.errors import Invalid, NotAllowed, NotAllowedNow, NotFound, TooMany
from aquacert.kernel.scope import SYSTEM
from tests.make.accounts import code_for, make_person, sign_in, step_up
from tests.make.passkeys import SoftKey, asked, changed, give_passkey

DIGEST = "0f" * 32


@pytest.fixture
def vet(db):
    return make_person(db, "official_vet")


def grant(db, made, answer, digest=DIGEST):
    with db.work(made.actor) as w:
        grant_step_up(w, assertion=answer, digest=digest)


def spend(db, made, digest=DIGEST):
    with db.work(made.actor) as w:
        spend_step_up(w, digest)


def tries(db):
    with db.look(SYSTEM) as look:
        return sum(look.scalars(select(Throttle.tries).where(Throttle.gate == "code")))


def refused(db, made, answer, sentence, digest=DIGEST):
    """The answer is refused with this sentence, counted, and nothing was granted."""
    before = tries(db)
    with pytest.raises(Invalid, match=sentence):
        grant(db, made, answer, digest)
    assert tries(db) == before + 1
    with pytest.raises(NotAllowed):
        spend(db, made, digest)


def told(db, made, words):
    """The person's inbox says so. Messages of one instant come in any order."""
    with db.look(made.actor) as look:
        return any(words in message.subject for message in inbox_page(look).items)


# ── registering ──────────────────────────────────────────────────────────────────────────────────


def test_a_key_is_registered_under_the_name_its_person_gave_and_told_in_the_inbox(db, vet):
    give_passkey(db, vet, name="  办公室的蓝钥匙 ")
    with db.look(vet.actor) as look:
        [key] = passkeys_of(look, vet.person_id)
        assert (key.name, key.last_used_at, key.sign_count) == ("办公室的蓝钥匙", None, 0)
    assert told(db, vet, "登记了一把")


def test_a_second_factor_is_added_only_with_a_fresh_confirmation(db, vet):
    with db.work(vet.actor) as w:
        options = ask_registration(w)
    with pytest.raises(NotAllowed), db.work(vet.actor) as w:
        register_passkey(w, answer=SoftKey().register(options), name="偷来的")
    step_up(db, vet, DIGEST)
    with pytest.raises(NotAllowed), db.work(vet.actor) as w:
        register_passkey(w, answer=SoftKey().register(options), name="偷来的")


def test_the_first_factor_of_a_farm_needs_none_before_it(db):
    owner = make_person(db, "hatchery_owner")
    give_passkey(db, owner)
    with db.look() as look:
        assert has_factor(look, owner.person_id)
        assert not has_code(look, owner.person_id)


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        (SoftKey(origin="https://evil.example"), "别的网站"),
        (SoftKey(host="evil.example"), "别的网站"),
        (SoftKey(embedded=True), "别的网站"),
        (SoftKey(verifies=False), "没有核对"),
        (SoftKey(id=b""), "签名不对"),
    ],
    ids=["origin", "host", "embedded", "unverified", "no-id"],
)
def test_a_registration_made_elsewhere_is_refused(db, key, sentence):
    owner = make_person(db, "hatchery_owner")
    with pytest.raises(Invalid, match=sentence):
        give_passkey(db, owner, key)


def test_a_registration_is_good_once_and_a_key_is_registered_once(db):
    owner = make_person(db, "hatchery_owner")
    other = make_person(db, "hatchery_owner")
    key = SoftKey()
    with db.work(owner.actor) as w:
        answer = key.register(ask_registration(w))
    with pytest.raises(Invalid, match="不是这一页"), db.work(other.actor) as w:
        register_passkey(w, answer=answer, name="别人的")
    with db.work(owner.actor) as w:
        register_passkey(w, answer=answer, name="我的")
    assert_factor_confirmed(db, owner, key)
    with pytest.raises(Invalid, match="已用过"), db.work(owner.actor) as w:
        register_passkey(w, answer=answer, name="又一次")
    with pytest.raises(Invalid, match="已经登记过"):
        give_passkey(db, other, key)


def assert_factor_confirmed(db, made, key):
    """Confirm with the key that factors may be changed: a key confirms the next one."""
    grant(db, made, key.confirm(asked(db, made, OWN_FACTORS)), OWN_FACTORS)


@pytest.mark.parametrize("fmt", ["tpm", "apple", "android-safetynet", "nonsense", "packed"])
def test_no_maker_is_asked_for_and_none_is_believed(db, fmt):
    owner = make_person(db, "hatchery_owner")
    with db.work(owner.actor) as w:
        answer = SoftKey().register(ask_registration(w), fmt=fmt)
    with pytest.raises(Invalid), db.work(owner.actor) as w:
        register_passkey(w, answer=answer, name="来历不明")


@pytest.mark.parametrize("name", ["", " ", "x" * 31])
def test_a_key_has_a_name(db, name):
    owner = make_person(db, "hatchery_owner")
    with pytest.raises(Invalid, match="名字"):
        give_passkey(db, owner, name=name)


def test_a_generator_shown_but_never_confirmed_is_forgotten_with_the_first_key(db):
    owner = make_person(db, "hatchery_owner")
    with db.work(owner.actor) as w:
        enrol(w, owner.person_id)
    give_passkey(db, owner)
    with db.look() as look:
        assert look.one(select(TotpSecret)) is None


def test_a_code_beside_a_key_needs_the_key(db):
    owner = make_person(db, "hatchery_owner")
    key, _ = give_passkey(db, owner)
    with db.work(owner.actor) as w:
        enrol(w, owner.person_id)
    with pytest.raises(NotAllowed), db.work(owner.actor) as w:
        bind_code(w, code_for(db, owner.person_id))
    with pytest.raises(Invalid, match="还没有绑定"), db.work(owner.actor) as w:
        grant_step_up(w, code=code_for(db, owner.person_id), digest=OWN_FACTORS)
    assert_factor_confirmed(db, owner, key)
    with db.work(owner.actor) as w:
        bind_code(w, code_for(db, owner.person_id))
    with db.look() as look:
        assert has_code(look, owner.person_id)


def test_a_person_may_have_ten_keys(db):
    owner = make_person(db, "hatchery_owner")
    first, _ = give_passkey(db, owner)
    for _number in range(9):
        assert_factor_confirmed(db, owner, first)
        give_passkey(db, owner)
    assert_factor_confirmed(db, owner, first)
    with pytest.raises(NotAllowedNow, match="10"):
        give_passkey(db, owner)


def test_no_key_is_offered_where_no_browser_takes_one(db, vet):
    db.settings = replace(db.settings, public_url="http://127.0.0.1:8000")
    with pytest.raises(NotAllowedNow, match="域名"), db.work(vet.actor) as w:
        ask_registration(w)


# ── removing ─────────────────────────────────────────────────────────────────────────────────────


def test_a_key_is_removed_with_a_fresh_confirmation_and_confirms_nothing_more(db, vet):
    key, passkey_id = give_passkey(db, vet)
    options = asked(db, vet, DIGEST)
    with pytest.raises(NotAllowed), db.work(vet.actor) as w:
        remove_passkey(w, passkey_id)
    step_up(db, vet, removal(passkey_id))
    with db.work(vet.actor) as w:
        remove_passkey(w, passkey_id)
    assert told(db, vet, "移除了一把")
    refused(db, vet, key.confirm(options), "没有登记")


def test_nobody_removes_anothers_key_or_his_own_last_factor(db, vet):
    owner = make_person(db, "hatchery_owner")
    key, passkey_id = give_passkey(db, owner)
    step_up(db, vet, removal(passkey_id))
    with pytest.raises(NotFound), db.work(vet.actor) as w:
        remove_passkey(w, passkey_id)
    grant(db, owner, key.confirm(asked(db, owner, removal(passkey_id))), removal(passkey_id))
    with pytest.raises(NotAllowedNow, match="唯一"), db.work(owner.actor) as w:
        remove_passkey(w, passkey_id)


def test_an_administrator_takes_lost_keys_away_with_the_generator(db, vet):
    give_passkey(db, vet)
    with db.work(SYSTEM) as w:
        take_factor_away(w, vet.person_id, reason="手机丢失")
    with db.look() as look:
        assert not has_factor(look, vet.person_id)


def test_keys_go_with_the_person_who_asked_to_be_forgotten(db):
    owner = make_person(db, "hatchery_owner")
    give_passkey(db, owner, name="张三丰的手机")
    with db.work(SYSTEM) as w:
        for held in memberships_in_force(w, owner.person_id):
            end_appointment(w, held.id, reason="离职")
    with db.work(SYSTEM) as w:
        forget_person(w, owner.person_id, reason="本人申请")
    with db.look() as look:
        assert passkeys_of(look, owner.person_id) == []


# ── confirming ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("counts", [True, False])
def test_a_key_confirms_what_was_previewed_once(db, vet, counts):
    key, _ = give_passkey(db, vet, SoftKey(counts=counts))
    for _time in range(2):
        grant(db, vet, key.confirm(asked(db, vet, DIGEST)))
        spend(db, vet)
        with pytest.raises(NotAllowed):
            spend(db, vet)
    with db.look() as look:
        [row] = passkeys_of(look, vet.person_id)
        assert row.last_used_at == db.clock.now()
        assert row.sign_count == (2 if counts else 0)
        used = look.scalars(select(AuditEntry).where(AuditEntry.tag == "accounts:passkey:use"))
        assert len(used) == 2


def test_an_answer_for_one_certificate_confirms_no_other(db, vet):
    key, _ = give_passkey(db, vet)
    answer = key.confirm(asked(db, vet, DIGEST))
    refused(db, vet, answer, "不是这一页", digest="ee" * 32)
    grant(db, vet, answer)


def test_an_answer_is_good_once(db, vet):
    key, _ = give_passkey(db, vet)
    answer = key.confirm(asked(db, vet, DIGEST))
    grant(db, vet, answer)
    spend(db, vet)
    refused(db, vet, answer, "已用过")


def test_an_answer_in_another_session_is_refused(db, vet):
    key, _ = give_passkey(db, vet)
    answer = key.confirm(asked(db, vet, DIGEST))
    _, elsewhere = sign_in(db, vet.person_id, vet.username)
    refused(db, replace(vet, actor=elsewhere), answer, "不是这一页")


def test_another_persons_key_is_refused(db, vet):
    give_passkey(db, vet)
    colleague = make_person(db, "official_vet")
    theirs, _ = give_passkey(db, colleague)
    refused(db, vet, theirs.confirm(asked(db, vet, DIGEST)), "没有登记")
    refused(db, vet, theirs.confirm(asked(db, colleague, DIGEST)), "不是这一页")


def test_an_answer_naming_another_person_is_refused(db, vet):
    key, _ = give_passkey(db, vet)
    other = make_person(db, "official_vet")
    answer = key.confirm(asked(db, vet, DIGEST), handle=other.person_id.bytes)
    refused(db, vet, answer, "没有登记")
    grant(db, vet, key.confirm(asked(db, vet, DIGEST), handle=vet.person_id.bytes))


def test_an_answer_after_five_minutes_is_refused(db, vet):
    key, _ = give_passkey(db, vet)
    answer = key.confirm(asked(db, vet, DIGEST))
    db.clock.forward(minutes=5)
    refused(db, vet, answer, "5 分钟")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"origin": "https://evil.example"}, "别的网站"),
        ({"origin": "http://cert.example"}, "别的网站"),
        ({"origin": "https://cert.example:8443"}, "别的网站"),
        ({"host": "evil.example"}, "别的网站"),
        ({"embedded": True}, "别的网站"),
        ({"verifies": False}, "没有核对"),
    ],
)
def test_an_answer_made_elsewhere_or_without_its_holder_is_refused(db, vet, change, sentence):
    key, _ = give_passkey(db, vet)
    answer = replace(key, **change).confirm(asked(db, vet, DIGEST))
    refused(db, vet, answer, sentence)


def test_a_signature_by_another_key_or_over_other_bytes_is_refused(db, vet):
    key, _ = give_passkey(db, vet)
    twin = SoftKey(id=key.id)
    refused(db, vet, twin.confirm(asked(db, vet, DIGEST)), "签名不对")
    answer = key.confirm(asked(db, vet, DIGEST))
    refused(db, vet, changed(answer, "signature", flip=-1), "签名不对")
    refused(db, vet, changed(answer, "authenticatorData", flip=-1), "签名不对")


def test_an_answer_of_one_kind_is_none_of_the_other(db, vet):
    key, _ = give_passkey(db, vet)
    with db.work(vet.actor) as w:
        registering, entering = ask_registration(w), ask_assertion(w, Purpose.SIGN_IN)
    refused(db, vet, key.confirm(registering), "不是这一页")
    refused(db, vet, key.confirm(entering), "不是这一页")
    refused(db, vet, key.register(asked(db, vet, DIGEST)), "读不懂")


def test_a_counter_that_goes_back_is_refused_and_told(db, vet):
    admin = make_person(db, "administrator")
    key, _ = give_passkey(db, vet)
    copy = replace(key)
    for _time in range(2):
        grant(db, vet, key.confirm(asked(db, vet, DIGEST)))
        spend(db, vet)
    refused(db, vet, copy.confirm(asked(db, vet, DIGEST)), "计数倒退")
    assert told(db, vet, "计数倒退")
    assert told(db, admin, "计数倒退")


GARBAGE = [
    "x",
    "[]",
    "{}",
    "null",
    "[" * 5000,
    "1" * 20_000,
    '{"id": "\\ud800", "rawId": "", "type": "public-key", "response": {}}',
    json.dumps({"id": "a", "rawId": "a", "type": "public-key", "response": {}}),
    json.dumps(
        {
            "id": "\ud800",
            "rawId": "\ud800",
            "type": "public-key",
            "response": dict.fromkeys(
                ("clientDataJSON", "authenticatorData", "signature", "attestationObject"), "AA"
            ),
        }
    ),
    json.dumps(
        {
            "id": "AA",
            "rawId": "AA",
            "type": "public-key",
            "response": {"clientDataJSON": "W10", "authenticatorData": "", "signature": ""},
        }
    ),
]


@pytest.mark.parametrize("answer", GARBAGE, ids=range(len(GARBAGE)))
def test_what_is_no_answer_is_refused_in_a_sentence(db, vet, answer):
    give_passkey(db, vet)
    refused(db, vet, answer, "读不懂")
    step_up(db, vet, OWN_FACTORS)
    with pytest.raises(Invalid, match="读不懂"), db.work(vet.actor) as w:
        register_passkey(w, answer=answer, name="乱码")


def test_five_refused_answers_lock_codes_and_keys_alike(db, vet):
    key, _ = give_passkey(db, vet)
    stale = key.confirm(asked(db, vet, DIGEST))
    good = asked(db, vet, DIGEST)
    for left in (4, 3, 2, 1, 0):
        with pytest.raises(Invalid) as error:
            grant(db, vet, stale, "ee" * 32)
        assert (f"还能试 {left} 次" in error.value.sentence) == (left > 0)
    with pytest.raises(TooMany, match="15 分钟"):
        grant(db, vet, key.confirm(good))
    with pytest.raises(TooMany), db.work(vet.actor) as w:
        grant_step_up(w, code=code_for(db, vet.person_id), digest=DIGEST)
    with pytest.raises(TooMany):
        asked(db, vet, DIGEST)


def test_a_token_asks_for_nothing_and_confirms_nothing(db, vet):
    key, _ = give_passkey(db, vet)
    answer = key.confirm(asked(db, vet, DIGEST))
    program = replace(vet, actor=replace(vet.actor, is_token=True))
    with pytest.raises(NotAllowed):
        grant(db, program, answer)
    with pytest.raises(NotAllowed):
        asked(db, program, DIGEST)


def test_of_two_answers_in_the_same_moment_one_counts(db, vet):
    key, _ = give_passkey(db, vet)
    answer = key.confirm(asked(db, vet, DIGEST))
    done = []

    def press():
        try:
            grant(db, vet, answer)
            done.append("granted")
        except Invalid:
            done.append("refused")

    both = [threading.Thread(target=press) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(done) == ["granted", "refused"]


def test_old_challenges_are_forgotten(db, vet):
    give_passkey(db, vet)
    for _time in range(15):
        asked(db, vet, DIGEST)
    with db.look() as look:
        assert look.one(select(func.count()).select_from(PasskeyChallenge)) == 10
    db.clock.forward(minutes=20)
    asked(db, vet, DIGEST)
    with db.look() as look:
        assert look.one(select(func.count()).select_from(PasskeyChallenge)) == 1


# ── signing in ───────────────────────────────────────────────────────────────────────────────────


def test_a_key_never_opens_anothers_half_session(db, vet):
    """The session says whose key is wanted, whoever runs the unit of work."""
    key, _ = give_passkey(db, vet)
    with db.work(vet.actor) as w:
        options = ask_assertion(w, Purpose.SIGN_IN)
    with pytest.raises(Exception, match="登录"), db.work(SYSTEM) as w:
        pass_second_factor(w, vet.actor.session_id, "", assertion=key.confirm(options))


def test_a_key_belongs_to_one_person(db, vet):
    give_passkey(db, vet)
    colleague = make_person(db, "official_vet")
    with db.look(colleague.actor) as look:
        assert look.scalars(select(Passkey).where(look.visible(Passkey))) == []
