"""Signing with a key instead of a code, at the vet's pages."""

import re

from sqlalchemy import func, select

from aquacert.certificates.models import Certificate
from tests.make.accounts import signed_in
from tests.make.certificates import look_at, make_ready
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
