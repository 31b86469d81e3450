"""Issuing several loads with one confirmation: all or nothing to begin with, each its own end."""

import re
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from aquacert.certificates import commands, queries
from aquacert.certificates.commands import digest_of_all, issue_many
from aquacert.certificates.issuing.queries import readiness
from aquacert.certificates.models import Certificate, CertificateNumber
from aquacert.hatcheries.queries import balance
from aquacert.kernel.audit import verify_chains
from aquacert.kernel.errors import Conflict, Invalid, NotAllowed, NotReady
from aquacert.kernel.scope import SYSTEM
from tests.make.accounts import code_for, signed_in, step_up
from tests.make.certificates import make_ready
from tests.make.declarations import answers, load_answer
from tests.make.hatcheries import make_hatchery


def lorries(db, *quantities):
    """A checked declaration of one batch, 500,000, in several lorries."""
    farm = make_hatchery(db)
    loads = tuple(
        load_answer(db, plate=f"示A{10_000 + n}", quantities=(quantity,))
        for n, quantity in enumerate(quantities)
    )
    return make_ready(db, farm=farm, filled=replace(answers(db, farm), loads=loads))


def confirm_all(db, ready):
    with db.look(ready.vet.actor) as look:
        previews = [(key, readiness(look, key).digest) for key in ready.paper.load_ids]
    step_up(db, ready.vet, digest_of_all([digest for _, digest in previews]))
    return previews


def numbers_by_state(db):
    with db.look(SYSTEM) as look:
        rows = look.session.execute(
            select(CertificateNumber.state, func.count()).group_by(CertificateNumber.state)
        )
        return dict(rows.all())


def test_one_confirmation_brings_a_certificate_for_each_load(house, db):
    ready = lorries(db, "10万", "20万", "5万")
    previews = confirm_all(db, ready)
    issued = issue_many(db, ready.vet.actor, previews, house.keys)
    with db.look(SYSTEM) as look:
        rows = [look.session.get(Certificate, key) for key in issued]
        assert [row.quantity for row in rows] == [100_000, 200_000, 50_000]
        assert [row.load_id for row in rows] == list(ready.paper.load_ids)
        assert balance(look, ready.farm.lot_id) == 850_000
        assert verify_chains(look.session) == []
        assert {queries.certificate(look, key).status for key in issued} == {"valid"}
    assert numbers_by_state(db) == {"used": 3}


def test_the_same_batch_again_brings_the_same_certificates(house, db):
    ready = lorries(db, "10万", "20万")
    previews = confirm_all(db, ready)
    first = issue_many(db, ready.vet.actor, previews, house.keys)
    assert issue_many(db, ready.vet.actor, previews, house.keys) == first


def test_one_load_that_may_not_be_certified_stops_all_and_costs_no_number(house, db):
    ready = lorries(db, "10万", "20万")
    previews = confirm_all(db, ready)
    wrong = [previews[0], (previews[1][0], "0" * 64)]
    with pytest.raises(Conflict, match="重新核对"):
        issue_many(db, ready.vet.actor, wrong, house.keys)
    assert numbers_by_state(db) == {}


def test_a_confirmation_of_one_load_is_none_of_all(house, db):
    ready = lorries(db, "10万", "20万")
    with db.look(ready.vet.actor) as look:
        previews = [(key, readiness(look, key).digest) for key in ready.paper.load_ids]
    step_up(db, ready.vet, previews[0][1])
    with pytest.raises(NotAllowed):
        issue_many(db, ready.vet.actor, previews, house.keys)
    assert numbers_by_state(db) == {}


def test_loads_that_together_outrun_the_inspected_sum_are_refused_before_a_number(
    house, db, monkeypatch
):
    from aquacert.inspections.commands import give_verdict

    monkeypatch.setattr(
        "tests.make.certificates.give_verdict",
        lambda w, check_id, act, _quantity: give_verdict(w, check_id, act, 300_000),
    )
    ready = lorries(db, "20万", "20万")
    previews = confirm_all(db, ready)
    with pytest.raises(NotReady) as refused:
        issue_many(db, ready.vet.actor, previews, house.keys)
    assert any("查验数" in reason for reason in refused.value.reasons)
    assert numbers_by_state(db) == {}


def test_when_another_was_faster_the_others_still_get_theirs(house, db):
    ready = lorries(db, "10万", "20万", "5万")
    previews = confirm_all(db, ready)
    stolen = []

    def meanwhile(point):
        if point == "signed":
            with db.look(SYSTEM) as look:
                row = look.session.scalars(
                    select(CertificateNumber).where(
                        CertificateNumber.load_id == ready.paper.load_ids[1]
                    )
                ).one()
                stolen.append(row.number)
            with db.work(SYSTEM) as w:
                from aquacert.certificates.issuing.commands.publish import abandon
                from aquacert.certificates.models import Issuance

                plan = w.session.scalars(
                    select(Issuance).where(Issuance.load_id == ready.paper.load_ids[1])
                ).one()
                abandon(w, plan.id, plan.number, plan.load_id, "清理", plan.county)

    with pytest.raises(Conflict, match="签发了 2 车，1 车没有签成"):
        issue_many(db, ready.vet.actor, previews, house.keys, reached=meanwhile)
    assert numbers_by_state(db) == {"used": 2, "void": 1}
    with db.look(SYSTEM) as look:
        assert verify_chains(look.session) == []


def test_a_batch_is_of_one_to_twenty_loads_each_once(house, db):
    ready = lorries(db, "10万")
    (preview,) = confirm_all(db, ready)
    for wrong in ([], [preview, preview], [preview] * 21):
        with pytest.raises(Invalid):
            issue_many(db, ready.vet.actor, wrong, house.keys)


def test_a_token_signs_no_batch(house, db):
    ready = lorries(db, "10万")
    actor = replace(ready.vet.actor, is_token=True)
    with pytest.raises(NotAllowed):
        issue_many(db, actor, confirm_all(db, ready), house.keys)


def test_a_crash_before_publication_leaves_every_number_explained(house, db):
    ready = lorries(db, "10万", "20万")
    previews = confirm_all(db, ready)

    class Killed(Exception):
        pass

    def die(point):
        if point == "signed":
            raise Killed

    with pytest.raises(Killed):
        issue_many(db, ready.vet.actor, previews, house.keys, reached=die)
    db.clock.forward(seconds=61)
    done = commands.resume(db)
    assert done.abandoned == 2
    assert numbers_by_state(db) == {"void": 2}


def hidden(html):
    """Return what the page's form says it is for."""
    tag = re.search(r'<input[^>]*name="loads"[^>]*>', html).group(0)
    return re.search(r'value="([^"]*)"', tag).group(1)


def test_all_loads_of_a_declaration_are_signed_on_one_page(client, house, db):
    ready = lorries(db, "10万", "10万", "10万")
    address = f"/certificates/declarations/{ready.paper.declaration_id}"
    signed_in(client, ready.vet)
    assert "本申报 3 车一起签" in client.get("/certificates/ready").text
    shown = client.get(address).text
    assert "3 车全部可以签" in shown
    filled = {"loads": hidden(shown), "once": "k1"}
    wrong = client.post(address, data={**filled, "code": "000000"})
    assert wrong.status_code == 422
    assert "错误" in wrong.text
    assert hidden(wrong.text) == filled["loads"], "what was shown is what is asked again"
    done = client.post(address, data={**filled, "code": code_for(db, ready.vet.person_id)})
    assert done.status_code == 302
    twice = client.post(address, data={**filled, "code": "000000"})
    assert twice.status_code == 302, "the second of two clicks meets the certificates of the first"
    with db.look(SYSTEM) as look:
        assert look.session.scalar(select(func.count()).select_from(Certificate)) == 3
    ended = client.get(done.location).text
    assert "已签发 3 张" in ended
    assert ended.count("看证书") == 3
    assert "已签发 3 张" in client.get(address).text, "Back leads here as well"


def test_forged_digests_sign_nothing(client, house, db):
    ready = make_ready(db)
    address = f"/certificates/declarations/{ready.paper.declaration_id}"
    signed_in(client, ready.vet)
    for loads in ("", "x=y", f"{ready.load_id}={'0' * 64}", f"{'-' * 36}={'0' * 64}"):
        code = code_for(db, ready.vet.person_id)
        answer = client.post(address, data={"once": loads, "loads": loads, "code": code})
        assert answer.status_code in {409, 422}, loads
        db.clock.forward(seconds=31)
    with db.look(SYSTEM) as look:
        assert look.session.scalar(select(func.count()).select_from(CertificateNumber)) == 0
