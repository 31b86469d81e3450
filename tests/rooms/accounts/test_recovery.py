"""Getting back in: on the person's own device, by officers who see him, without his password."""

import re

import pytest
from sqlalchemy import select

from aquacert.accounts.commands import (
    appoint,
    confirm_recovery,
    count_guess,
    end_appointment,
    end_lending,
    finish_recovery,
    lend_role,
    start_recovery,
    stop_recovery,
)
from aquacert.accounts.commands.facts import PasswordChanged
from aquacert.accounts.commands.passwords import matches
from aquacert.accounts.models import Membership, Person, Recovery
from aquacert.accounts.queries import (
    credentials,
    has_factor,
    inbox_page,
    session_standing,
    token_actor,
)
from aquacert.accounts.queries.recovery import recoveries_waiting, recovery_of_secret
from aquacert.accounts.rules.recovery import LASTS, RecoveryState
from aquacert.kernel.errors import Invalid, NotAllowed, NotAllowedNow, NotSignedIn
from aquacert.kernel.scope import SYSTEM
from tests.make.accounts import (
    COUNT,
    PASSWORD,
    also,
    ask_back,
    make_organisation,
    make_person,
    signed_in,
    token,
)

FRESH = "三月的塘水最清亮啊，四月更好"


def make_officer(db, role, **more):
    """Return somebody who is visibly another person than whoever he lets in."""
    turn = next(COUNT)
    return make_person(db, role, name=f"办事员{turn}", phone=f"139{turn:08d}", **more)


def start(db, officer, number, **other):
    asked = {
        "number": f"{number[:4]} {number[4:]}",
        "name": "张三丰",
        "identity": "",
        "document": "identity-card",
        "because": "本人到场，忘了口令",
    }
    with db.work(officer.actor) as w:
        return start_recovery(w, **(asked | other))


def finish(db, secret, new=FRESH):
    with db.work(SYSTEM) as w:
        finish_recovery(w, secret, new=new)


def test_a_farmer_is_let_back_in_by_one_officer_and_every_sign_in_ends(db):
    owner, clerk = make_person(db, "hatchery_owner"), make_officer(db, "office_clerk")
    secret, number = ask_back(db, owner.username)
    with pytest.raises(NotAllowedNow):
        finish(db, secret)  # nobody has seen a document
    start(db, clerk, number)
    for place in range(5):  # locked by a guesser meanwhile
        with db.work(SYSTEM) as w:
            count_guess(w, username=owner.username, address=str(place))
    with pytest.raises(Invalid) as weak:
        finish(db, secret, "12345678")
    assert "new" in weak.value.fields
    finish(db, secret)
    with db.work(SYSTEM) as w:
        count_guess(w, username=owner.username, address="home")
    with db.look() as look:
        assert matches(1, credentials(look, owner.username).password_hash, FRESH)
        assert session_standing(look, owner.secret) is None
        told = [row.subject for row in inbox_page(look).items]
    assert told == []  # a stranger reads nothing
    with db.look(owner.actor) as look:
        told = [row.subject for row in inbox_page(look).items]
    assert any("口令已找回" in line for line in told)
    with pytest.raises(NotAllowedNow):
        finish(db, secret, "又一句很长很长的话啊啊啊啊")  # once


def test_staff_wait_for_a_second_officer_who_is_neither_the_first_nor_themselves(db):
    vet, first = make_person(db, "official_vet"), make_officer(db, "county_supervisor")
    second, clerk = make_officer(db, "county_supervisor"), make_officer(db, "office_clerk")
    secret, number = ask_back(db, vet.username)
    with pytest.raises(NotAllowed):
        start(db, clerk, number)
    recovery_id = start(db, first, number, loses_factor=True)
    with pytest.raises(NotAllowedNow):
        finish(db, secret)
    for wrong in (first, clerk):
        with pytest.raises(NotAllowed), db.work(wrong.actor) as w:
            confirm_recovery(w, recovery_id)
    with db.look(second.actor) as look:
        [line] = recoveries_waiting(look)
        assert (line.recovery_id, line.is_mine) == (recovery_id, False)
    with db.work(second.actor) as w:
        confirm_recovery(w, recovery_id)
    assert_no_secret_is_kept(db, secret)
    finish(db, secret)
    with db.look() as look:
        assert not has_factor(look, vet.person_id)  # lost, so made anew at the next sign-in
    with pytest.raises(NotAllowed):  # nobody lets himself in
        start(db, first, ask_back(db, first.username)[1])


def assert_no_secret_is_kept(db, secret):
    with db.look() as look:
        rows = look.scalars(select(Recovery))
        assert all(secret not in str(vars(row)) for row in rows)


def test_the_document_must_be_the_persons_and_the_place_the_officers(db):
    owner = make_person(db, "hatchery_owner", name="欧阳修远")
    clerk = make_officer(db, "office_clerk")
    away = make_officer(db, "office_clerk", division="320213")
    _, number = ask_back(db, owner.username)
    with pytest.raises(Invalid, match="不一致"):
        start(db, clerk, number)
    sentences = set()
    for officer, typed in ((away, number), (clerk, "00000000"), (clerk, ask_back(db, "nobody")[1])):
        with pytest.raises(Invalid) as error:
            start(db, officer, typed, name="欧阳修远")
        sentences.add(error.value.sentence)
    assert len(sentences) == 1  # elsewhere, unknown number and unknown name sound alike
    start(db, clerk, number, name="欧阳修远")


def test_the_true_owner_who_is_signed_in_stops_it_and_time_stops_it_too(db):
    owner, clerk = make_person(db, "hatchery_owner"), make_officer(db, "office_clerk")
    secret, number = ask_back(db, owner.username)
    recovery_id = start(db, clerk, number)
    with db.work(owner.actor) as w:
        stop_recovery(w, recovery_id)
    with pytest.raises(NotAllowedNow):
        finish(db, secret)
    secret, number = ask_back(db, owner.username)
    start(db, clerk, number)
    db.clock.forward(seconds=LASTS[RecoveryState.OPEN].total_seconds())
    with db.look() as look:
        assert recovery_of_secret(look, secret) is None
    with pytest.raises(NotAllowedNow):
        finish(db, secret)


def test_in_the_browser_the_officer_never_sees_what_opens_the_account(db, app):
    owner = make_person(db, "hatchery_owner")
    officer = signed_in(app.test_client(), make_officer(db, "office_clerk"))
    phone = app.test_client()
    where = phone.post("/accounts/recover", data={"username": owner.username}).headers["Location"]
    page = phone.get(where).get_data(as_text=True)
    number = re.search(r"(\d{4} \d{4})", page)[1]
    assert phone.get("/accounts/recover/password").status_code == 302
    asked = {
        "number": number,
        "name": "张三丰",
        "identity": "11010519491231002X",
        "document": "identity-card",
        "because": "本人到场",
    }
    bad = officer.post("/accounts/recoveries", data=asked | {"name": "李四"})
    assert bad.status_code == 422
    assert "不一致" in bad.get_data(as_text=True)
    done = officer.post("/accounts/recoveries", data=asked, follow_redirects=True)
    assert "已核对" in done.get_data(as_text=True)
    assert phone.get(where).headers["Location"] == "/accounts/recover/password"
    assert officer.get("/accounts/recover/password").status_code == 302  # not his device
    assert phone.post("/accounts/recover/password", data={"new": "123"}).status_code == 422
    assert phone.post("/accounts/recover/password", data={"new": FRESH}).status_code == 302
    assert phone.get(where).status_code == 200
    signed = {"username": owner.username, "password": FRESH}
    assert phone.post("/accounts/sign-in", data=signed).status_code == 302
    old = app.test_client().post("/accounts/sign-in", data=signed | {"password": PASSWORD})
    assert old.status_code == 422


def test_asking_for_an_unknown_name_looks_like_asking_for_a_known_one(db, app):
    owner = make_person(db, "hatchery_owner")

    def seen(name):
        client = app.test_client()
        first = client.post("/accounts/recover", data={"username": name})
        text = client.get(first.headers["Location"]).get_data(as_text=True)
        return first.status_code, first.headers["Location"], re.sub(r"\d{4} \d{4}", "", text)

    assert seen(owner.username) == seen("nobody-here")
    statuses = [
        app.test_client().post("/accounts/recover", data={"username": "x"}).status_code
        for _ in range(19)
    ]
    assert statuses[-2:] == [302, 429]


def test_a_first_password_that_nobody_came_for_opens_nothing_after_a_week(db):
    owner = make_person(db, "hatchery_owner")
    with db.work(SYSTEM) as w:
        w.session.get_one(Person, owner.person_id).must_change_password = True
        w.record(PasswordChanged(by_administrator=True), on=("people", str(owner.person_id)))
    with db.look() as look:
        assert credentials(look, owner.username).password_hash
    db.clock.forward(days=7)
    with db.look() as look:
        assert credentials(look, owner.username).password_hash is None


def test_what_is_taken_away_between_form_and_button_is_gone(db, app):
    """F15: the page was open with the right; the button comes without it."""
    boss = make_officer(db, "county_supervisor")
    clerk = make_officer(db, "office_clerk", organisation_id=boss.organisation_id, totp=True)
    owner = make_person(db, "hatchery_owner")
    client = signed_in(app.test_client(), clerk)
    _, number = ask_back(db, owner.username)
    assert client.get("/accounts/recoveries").status_code == 200
    with db.look(SYSTEM) as look:
        mine = look.one(select(Membership.id).where(Membership.person_id == clerk.person_id))
        his = look.one(select(Membership.id).where(Membership.person_id == boss.person_id))
    with db.work(boss.actor) as w:
        lent = lend_role(
            w,
            membership_id=his,
            borrower_id=clerk.person_id,
            from_on=w.today,
            last_on=w.today,
            because="开会",
        )
    halt = "/certificates/switches"
    before = client.get(halt).status_code
    with db.work(boss.actor) as w:
        end_lending(w, lent)
    assert (before, client.get(halt).status_code) == (200, 403)
    with db.work(SYSTEM) as w:
        end_appointment(w, mine, reason="调离")
    asked = {"number": number, "name": "张三丰", "document": "identity-card", "because": "到场"}
    asked["identity"] = "11010519491231002X"
    assert client.post("/accounts/recoveries", data=asked).status_code == 403
    admin = make_officer(db, "administrator")
    assert signed_in(app.test_client(), admin).get("/accounts/password-rules").status_code == 200
    with db.look() as look:
        state = look.one(select(Recovery.state).where(Recovery.number == number))
    assert state == RecoveryState.ASKED


def let_in(db, person, first, second):
    """Ask, start and confirm; return what the device holds."""
    secret, number = ask_back(db, person.username)
    recovery_id = start(db, first, number)
    with db.work(second.actor) as w:
        confirm_recovery(w, recovery_id)
    return secret


def test_nobody_is_let_in_from_below_or_from_a_county_he_has_left(db):
    first, second = (make_officer(db, "county_supervisor") for _ in range(2))
    admin = make_person(db, "administrator")
    with pytest.raises(NotAllowed):  # two of a county would be its administrator
        start(db, first, ask_back(db, admin.username)[1])
    above = make_officer(db, "administrator")
    recovery_id = start(db, above, ask_back(db, admin.username)[1])
    with pytest.raises(NotAllowed), db.work(first.actor) as w:
        confirm_recovery(w, recovery_id)
    vet = make_person(db, "official_vet")
    away = make_organisation(db, division="320581")
    with db.work(SYSTEM) as w:
        appoint(w, person_id=vet.person_id, organisation_id=away, role="official_vet")
    with pytest.raises(Invalid):  # he serves another county too: not theirs alone
        start(db, second, ask_back(db, vet.username)[1])


def test_one_person_with_two_accounts_is_not_two_officers(db):
    vet = make_person(db, "official_vet")
    first = make_person(db, "county_supervisor", name="李四光", phone="13900000001")
    recovery_id = start(db, first, ask_back(db, vet.username)[1])
    for other in (
        {"name": "李四光", "phone": "13900000002"},
        {"name": "王五", "phone": "13900000001"},
    ):
        twin = make_person(db, "county_supervisor", **other)
        with pytest.raises(NotAllowed, match="两个账号"), db.work(twin.actor) as w:
            confirm_recovery(w, recovery_id)
        with pytest.raises(NotAllowed, match="两个账号"):
            start(db, twin, ask_back(db, first.username)[1], name="李四光")


def test_what_was_opened_for_a_farmer_opens_no_member_of_staff(db):
    owner, clerk = make_person(db, "hatchery_owner"), make_officer(db, "office_clerk")
    secret, number = ask_back(db, owner.username)
    start(db, clerk, number)
    with db.look(SYSTEM) as look:
        his = look.one(select(Membership.id).where(Membership.person_id == owner.person_id))
    with db.work(SYSTEM) as w:
        end_appointment(w, his, reason="到机关工作")
    also(db, owner, "official_vet", organisation_id=make_organisation(db))
    with pytest.raises(NotAllowedNow):
        finish(db, secret)


def test_two_recoveries_at_once_leave_one_and_no_token_survives(db):
    owner, clerk = make_person(db, "hatchery_owner"), make_officer(db, "office_clerk")
    key = token(db, owner)
    thief, first = ask_back(db, owner.username)
    secret, second = ask_back(db, owner.username)
    start(db, clerk, first)
    start(db, clerk, second)
    with pytest.raises(NotAllowedNow):
        finish(db, thief)
    finish(db, secret)
    with db.look() as look, pytest.raises(NotSignedIn):
        token_actor(look, key)
