"""Signing with a key instead of a code, at the vet's pages."""

import re
from dataclasses import replace

from sqlalchemy import func, select

from aquacert.certificates.models import Certificate, RecallOrder
from aquacert.certificates.recalls.commands import advance, give_order
from aquacert.certificates.rules.recalls import Question
from aquacert.kernel.scope import SYSTEM
from tests.make.accounts import COUNTY, make_person, signed_in
from tests.make.certificates import issue_one, look_at, make_ready
from tests.make.declarations import answers, load_answer
from tests.make.hatcheries import make_hatchery
from tests.make.passkeys import asked, give_passkey


def digest_on(text):
    return re.search(r'data-digest="([0-9a-f]{64})"', text)[1]


def issued(db):
    with db.look() as look:
        return look.one(select(func.count()).select_from(Certificate))


def test_a_certificate_is_signed_with_a_key(db, client):
    ready = make_ready(db)
    key, _ = give_passkey(db, ready.vet)
    signed_in(client, ready.vet)
    where = f"/certificates/loads/{ready.load_id}"
    digest = digest_on(client.get(where).text)
    options = client.post("/accounts/passkeys/challenge", data={"digest": digest}).json
    answer = key.confirm(options)
    data = {"digest": look_at(db, ready).digest, "assertion": answer}
    sent = client.post(where, data=data)
    assert sent.status_code == 302
    assert client.post(where, data=data).headers["Location"] == sent.headers["Location"]
    assert issued(db) == 1


def test_a_key_that_confirmed_something_else_signs_nothing(db, client):
    ready = make_ready(db)
    key, _ = give_passkey(db, ready.vet)
    signed_in(client, ready.vet)
    answer = key.confirm(asked(db, ready.vet, "ee" * 32))
    data = {"digest": look_at(db, ready).digest, "assertion": answer}
    sent = client.post(f"/certificates/loads/{ready.load_id}", data=data)
    assert sent.status_code == 422
    assert "不是这一页的内容" in sent.text
    assert issued(db) == 0


def test_neither_code_nor_key_is_said_at_the_field(db, client):
    ready = make_ready(db)
    signed_in(client, ready.vet)
    text = client.get(f"/certificates/loads/{ready.load_id}").text
    assert "data-key" not in text
    data = {"digest": look_at(db, ready).digest}
    sent = client.post(f"/certificates/loads/{ready.load_id}", data=data)
    assert sent.status_code == 422
    assert "请输入口令器上的 6 位数字" in sent.text


def test_several_loads_are_signed_with_one_answer(db, client):
    farm = make_hatchery(db)
    loads = tuple(load_answer(db, plate=f"示A{10_000 + n}", quantities=("10万",)) for n in range(2))
    ready = make_ready(db, farm=farm, filled=replace(answers(db, farm), loads=loads))
    key, _ = give_passkey(db, ready.vet)
    signed_in(client, ready.vet)
    where = f"/certificates/declarations/{ready.paper.declaration_id}"
    text = client.get(where).text
    shown = re.search(r'name="loads"[^>]* value="([^"]+)"', text)[1]
    data = {"digest": digest_on(text)}
    answer = key.confirm(client.post("/accounts/passkeys/challenge", data=data).json)
    sent = client.post(where, data={"loads": shown.split()[0], "assertion": answer})
    assert sent.status_code == 422
    assert "不是这一页的内容" in sent.text
    assert client.post(where, data={"loads": shown, "assertion": answer}).status_code == 302
    assert issued(db) == 2


def test_an_answer_for_confirming_a_recall_does_not_reject_it(house, db, client):
    issue_one(house)
    first, second = (make_person(db, "county_supervisor", division=COUNTY) for _ in range(2))
    with db.work(first.actor) as w:
        order_id = give_order(w, Question(county=COUNTY), "批号混用")
    advance(db, order_id)
    key, _ = give_passkey(db, second)
    signed_in(client, second)
    where = f"/certificates/recalls/{order_id}"
    confirming = digest_on(client.get(where).text)
    data = {"digest": confirming}
    answer = key.confirm(client.post("/accounts/passkeys/challenge", data=data).json)
    form = {"because": "情况属实", "assertion": answer}
    assert client.post(f"{where}/reject", data=form).status_code == 422
    assert client.post(f"{where}/confirm", data=form).status_code == 302
    with db.look(SYSTEM) as look:
        assert look.session.get(RecallOrder, order_id).state == "confirmed"
