"""Filling in for an owner: his consent, bound to the content; who filled in never inspects."""

from __future__ import annotations

import io
import re

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from aquacert.accounts.models import InboxMessage
from aquacert.declarations.commands import (
    CallNote,
    accept_declaration,
    answer_consent,
    answer_supplement,
    ask_consent,
    ask_supplement,
    assign_vet,
    attach_paper,
    consent_by_call,
    consent_on_paper,
    give_code,
    save_draft,
    submit_declaration,
    withdraw_paper,
)
from aquacert.declarations.models import Declaration, PhoneCall, ProxyConsent
from aquacert.declarations.queries import declaration
from aquacert.declarations.queries.proxy import consents
from aquacert.kernel.errors import Invalid, NotAllowed, NotAllowedNow, NotFound
from aquacert.kernel.scope import SYSTEM
from tests.make.accounts import make_person
from tests.make.declarations import answers, draft, proxied
from tests.make.hatcheries import make_hatchery
from tests.rooms.declarations.test_office import picture
from tests.rooms.declarations.test_views import browser
from tests.rooms.declarations.test_views import text as words

WAV = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(40)


@pytest.fixture
def farm(db):
    return make_hatchery(db)


@pytest.fixture
def vet(db, farm):
    return make_person(db, "official_vet", organisation_id=farm.office_id)


def code_in_inbox(db, farm):
    with db.look(SYSTEM) as look:
        rows = look.scalars(
            select(InboxMessage.body)
            .where(InboxMessage.to_organisation_id == farm.organisation_id)
            .order_by(InboxMessage.id.desc())
        )
    return next(found[0] for row in rows if (found := re.findall(r"\d{6}", row)))


def test_nobody_sends_for_an_owner_without_his_consent_to_this_very_content(db, farm, vet):
    declaration_id = proxied(db, farm, vet.actor)
    with pytest.raises(Invalid) as error, db.work(vet.actor) as w:
        submit_declaration(w, declaration_id, statement=True)
    assert "货主的同意" in error.value.fields["consent"]
    with db.work(vet.actor) as w:
        ask_consent(w, declaration_id)
    with pytest.raises(NotAllowedNow, match="一分钟"), db.work(vet.actor) as w:
        ask_consent(w, declaration_id)
    code = code_in_inbox(db, farm)
    with db.work(vet.actor) as w:
        assert not give_code(w, declaration_id, "0" if code != "0" else "1")
    with db.work(vet.actor) as w:
        assert give_code(w, declaration_id, f" {code[:3]} {code[3:]} ")
    with db.work(vet.actor) as w:
        save_draft(w, answers(db, farm, "40万"), declaration_id)
    with pytest.raises(Invalid) as error, db.work(vet.actor) as w:
        submit_declaration(w, declaration_id, statement=True)
    assert "再取得一次同意" in error.value.fields["consent"]
    with db.work(vet.actor) as w:
        save_draft(w, answers(db, farm), declaration_id)
        submit_declaration(w, declaration_id, statement=True)
    with db.look(SYSTEM) as look:
        row = declaration(look, declaration_id)
    assert (row.is_proxy, row.declared_by_id) == (True, vet.person_id)


def test_a_code_dies_by_time_by_tries_and_by_a_change(db, clock, farm, vet):
    declaration_id = proxied(db, farm, vet.actor)
    with pytest.raises(NotAllowedNow, match="还没有发"), db.work(vet.actor) as w:
        give_code(w, declaration_id, "123456")
    with db.work(vet.actor) as w:
        ask_consent(w, declaration_id)
    for _ in range(5):
        with db.work(vet.actor) as w:
            assert not give_code(w, declaration_id, "x")
    with pytest.raises(NotAllowedNow, match="输错 5 次"), db.work(vet.actor) as w:
        give_code(w, declaration_id, code_in_inbox(db, farm))
    clock.forward(minutes=2)
    with db.work(vet.actor) as w:
        ask_consent(w, declaration_id)
    with db.work(vet.actor) as w:
        save_draft(w, answers(db, farm, "30万"), declaration_id)
    with pytest.raises(NotAllowedNow, match="内容改过"), db.work(vet.actor) as w:
        give_code(w, declaration_id, code_in_inbox(db, farm))
    clock.forward(minutes=31)
    with pytest.raises(NotAllowedNow, match="30 分钟"), db.work(vet.actor) as w:
        give_code(w, declaration_id, code_in_inbox(db, farm))
    with db.look(SYSTEM) as look:
        states = look.scalars(select(ProxyConsent.state).order_by(ProxyConsent.asked_at))
    assert states == ["spent", "asked"]


def test_the_owner_answers_himself_and_others_never_see_his_code(db, farm, vet):
    declaration_id = proxied(db, farm, vet.actor)
    with db.work(vet.actor) as w:
        ask_consent(w, declaration_id)
    with pytest.raises(NotFound), db.work(vet.actor) as w:
        answer_consent(w, declaration_id, agrees=True)
    with db.work(farm.owner) as w:
        answer_consent(w, declaration_id, agrees=False)
    with db.look(vet.actor) as look:
        assert [one.state for one in consents(look, declaration_id)] == ["declined"]
    with pytest.raises(Invalid), db.work(vet.actor) as w:
        submit_declaration(w, declaration_id, statement=True)
    with pytest.raises(NotAllowedNow, match="已经答复过"), db.work(farm.owner) as w:
        answer_consent(w, declaration_id, agrees=True)
    own = draft(db, farm)
    with pytest.raises(NotAllowed), db.work(farm.owner) as w:
        ask_consent(w, own)


def test_paper_and_recorded_call_are_kept_and_what_is_neither_is_refused(db, farm, vet):
    declaration_id = proxied(db, farm, vet.actor)
    with pytest.raises(Invalid) as error, db.work(vet.actor) as w:
        consent_on_paper(w, declaration_id, data=b"MZ no picture", name="a.jpg")
    assert "mandate" in error.value.fields
    note = CallNote(said="同意申报 50 万尾", answered="已录音", caller_phone="13800008000")
    with pytest.raises(Invalid) as error, db.work(vet.actor) as w:
        consent_by_call(w, declaration_id, call=note, data=b"<html>", name="a.mp3")
    assert "recording" in error.value.fields
    with db.work(vet.actor) as w:
        consent_by_call(w, declaration_id, call=note, data=WAV, name="../a.exe")
        consent_on_paper(w, declaration_id, data=picture(), name="委托.png")
        submit_declaration(w, declaration_id, statement=True)
    with db.look(SYSTEM) as look:
        by_way = {row.way: row for row in look.scalars(select(ProxyConsent))}
        kept = {way: look.files_of(row)[0] for way, row in by_way.items()}
        called = look.session.get(PhoneCall, by_way["call"].call_id)
    assert kept["call"].name.endswith(".wav")
    assert kept["paper"].media_type == "image/jpeg"
    assert called.declaration_id == declaration_id


def test_who_filled_in_or_asked_may_never_inspect(db, farm, vet):
    declaration_id = proxied(db, farm, vet.actor)
    with db.work(vet.actor) as w:
        consent_on_paper(w, declaration_id, data=picture(), name="a.png")
        submit_declaration(w, declaration_id, statement=True)
    with db.work(farm.clerk) as w:
        accept_declaration(w, declaration_id)
    with pytest.raises(NotAllowed, match="代填人"), db.work(farm.clerk) as w:
        assign_vet(w, declaration_id, vet.person_id)
    # What the command refuses, the database refuses too.
    with pytest.raises(IntegrityError), db.engine.begin() as line:
        line.execute(
            text("UPDATE declarations SET vet_id = :vet WHERE id = :id"),
            {"vet": vet.person_id.hex, "id": declaration_id.hex}
            if db.engine.dialect.name == "sqlite"
            else {"vet": vet.person_id, "id": declaration_id},
        )
    # An owner who sends himself what the vet had begun: the vet asked, so he does not inspect.
    other = proxied(db, farm, vet.actor, answers(db, farm, "10万", plate="示A6P209"))
    with db.work(vet.actor) as w:
        ask_consent(w, other)
    with db.work(farm.owner) as w:
        submit_declaration(w, other, statement=True)
    with db.work(farm.clerk) as w:
        accept_declaration(w, other)
        assert not w.session.get(Declaration, other).is_proxy
    with pytest.raises(NotAllowed), db.work(farm.clerk) as w:
        assign_vet(w, other, vet.person_id)


def test_a_station_assistant_fills_in_and_a_stranger_does_not(db, farm):
    helper = make_person(db, "station_assistant", organisation_id=farm.office_id)
    declaration_id = proxied(db, farm, helper.actor)
    other = make_person(db, "station_assistant", organisation_id=farm.office_id)
    with pytest.raises(NotAllowed), db.work(other.actor) as w:
        ask_consent(w, declaration_id)
    stranger = make_person(db, "station_assistant", division="320115")
    with pytest.raises(NotFound), db.work(stranger.actor) as w:
        ask_consent(w, declaration_id)
    with pytest.raises(NotFound), db.work(stranger.actor) as w:
        save_draft(w, answers(db, farm), hatchery_id=farm.hatchery_id)


def test_the_pages_of_consent(db, app, farm, vet):
    declaration_id = proxied(db, farm, vet.actor)
    desk, owner = browser(app, vet.secret), browser(app, farm.owner_secret)
    base = f"/declarations/{declaration_id}"
    assert farm.uscc in words(desk.get("/declarations/proxy"))
    assert "办法三" in words(desk.get(f"{base}/proxy-consent"))
    refused = desk.post(f"{base}/check", data={"statement": "y", "once": "0"})
    assert refused.status_code == 422
    assert "货主的同意" in words(refused)
    assert owner.get(f"{base}/consent").status_code == 404
    assert desk.post(f"{base}/proxy-consent/ask", data={"once": "a"}).status_code == 302
    code = code_in_inbox(db, farm)
    assert code not in words(desk.get(f"{base}/proxy-consent"))
    shown = words(owner.get(f"{base}/consent"))
    assert f"{code[:3]} {code[3:]}" in shown
    wrong = desk.post(f"{base}/proxy-consent/code", data={"code": "1", "once": "b"})
    assert wrong.status_code == 422
    assert "确认码不对" in words(wrong)
    agreed = owner.post(f"{base}/consent", data={"answer": "yes", "once": "c"})
    assert agreed.status_code == 302
    assert "货主已经同意" in words(desk.get(f"{base}/proxy-consent"))
    nothing = desk.post(f"{base}/proxy-consent/paper", data={"once": "d"})
    assert nothing.status_code == 422
    said = {"at": "", "caller_phone": "1", "said": "同意", "once": "e"}
    bad = desk.post(
        f"{base}/proxy-consent/call", data={**said, "recording": (io.BytesIO(WAV), "a.wav")}
    )
    assert "电话" in words(bad)
    assert bad.status_code == 422
    sent = desk.post(f"{base}/check", data={"statement": "y", "once": "f"})
    assert sent.status_code == 302


def test_a_supplement_of_files_alone_needs_the_owners_yes_to_these_files(db, app, farm, vet):
    declaration_id = proxied(db, farm, vet.actor)
    with db.work(vet.actor) as w:
        consent_on_paper(w, declaration_id, data=picture(), name="a.png")
        submit_declaration(w, declaration_id, statement=True)
    with db.work(farm.clerk) as w:
        ask_supplement(w, declaration_id, items=["lab_report"])

    def bring(width: int) -> None:
        db.clock.forward(minutes=1)
        data = picture(width)
        with db.work(vet.actor) as w:
            attach_paper(w, declaration_id, material="lab_report", data=data, name="a.png")

    def send() -> None:
        with db.work(vet.actor) as w:
            answer_supplement(w, declaration_id, note="", statement=True)

    bring(40)
    with pytest.raises(Invalid, match="补的材料还没有货主的同意"):
        send()
    page = words(browser(app, vet.secret).get(f"/declarations/{declaration_id}/supplement"))
    assert "材料传齐后先取得他的同意" in page
    with db.work(vet.actor) as w:
        ask_consent(w, declaration_id)
    with db.work(farm.owner) as w:
        answer_consent(w, declaration_id, agrees=True)
    bring(50)
    with pytest.raises(Invalid, match="补的材料还没有货主的同意"):
        send()
    db.clock.forward(minutes=2)
    with db.work(vet.actor) as w:
        ask_consent(w, declaration_id)
    with db.work(farm.owner) as w:
        answer_consent(w, declaration_id, agrees=True)
    db.clock.forward(minutes=2)
    with db.work(vet.actor) as w:  # what he saw is not what would be sent
        first = w.files_of(w.get(Declaration, declaration_id))[0]
        withdraw_paper(w, declaration_id, first.id)
    with pytest.raises(Invalid, match="补的材料还没有货主的同意"):
        send()
    with db.work(vet.actor) as w:
        ask_consent(w, declaration_id)
    with db.work(farm.owner) as w:
        answer_consent(w, declaration_id, agrees=True)
    send()
    with db.look(farm.clerk) as look:
        assert declaration(look, declaration_id).state == "submitted"
