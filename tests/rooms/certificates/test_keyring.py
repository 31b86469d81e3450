"""Signing keys from the console, and a certificate by an SM2 key from issue to every judge."""

import subprocess
from dataclasses import replace
from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from aquacert.accounts.queries import organisation
from aquacert.certificates import queries, tasks
from aquacert.certificates.keyring.cli import STATES, USES, keys_commands
from aquacert.certificates.peers.queries import Answer, judge
from aquacert.certificates.status.lists import publish_list
from aquacert.kernel.errors import AquaCertError
from aquacert.kernel.scope import SYSTEM
from aquacert.trust import cose, qr
from aquacert.trust.claims import QrClaims
from aquacert.trust.der import from_raw
from aquacert.trust.errors import Why
from aquacert.trust.keys import ES256, SM2, KeyState, Owner, Use, open_ring
from tests.make.certificates import issue_one, make_ready


@pytest.fixture
def sm2_house(house):
    """The house of an installation that issues with SM2."""
    house.keys = open_ring(replace(house.settings, suite=SM2))
    return house


def facts(db, tag):
    with db.look(SYSTEM) as look:
        rows = look.session.execute(
            text("SELECT change, subject_id FROM audit_entries WHERE tag = :tag ORDER BY at"),
            {"tag": tag},
        )
        return [tuple(row) for row in rows]


def run(house, *words, ok=True, given=None):
    """Run `aquacert keys …`; return what it says."""
    result = CliRunner().invoke(keys_commands(lambda: house), list(words), input=given)
    if ok:
        assert result.exit_code == 0, result.output + repr(result.exception)
        return result.output
    assert isinstance(result.exception, AquaCertError | SystemExit), repr(result.exception)
    return result.output + getattr(result.exception, "sentence", "")


def office_of(db, ready):
    with db.look(SYSTEM) as look:
        found = organisation(look, ready.paper.farm.office_id)
        return Owner(f"office:{found.id}", found.division_code, found.name_zh)


def test_a_certificate_by_an_sm2_key_is_believed_by_every_judge(sm2_house, client, tmp_path):
    house, db = sm2_house, sm2_house.database
    certificate_id = issue_one(house)
    with db.look(SYSTEM) as look:
        line = queries.certificate(look, certificate_id)
        public = queries.by_public_id(look, line.public_id)
    listed = next(key for key in house.keys.public_keys() if key.use is Use.ISSUE)
    assert listed.algorithm == SM2
    envelope = cose.read(public.cose)
    assert envelope.header[1] == -65537
    assert QrClaims.decode(envelope.payload).are_of(public.record)
    # our own judges: the code's, the page's
    url = qr.qr_url("https://cert.example", line.public_id, public.cose)
    with db.look(SYSTEM) as look:
        assert judge(look, house.keys, url).answer is Answer.GOOD
    page = client.get(f"/c/{line.public_id}").text
    assert '<section class="verdict is-valid"' in page
    # OpenSSL, from the certificate alone
    files = {
        "key.der": listed.certificate,
        "message": cose.to_be_signed(envelope.protected, envelope.payload),
        "signature": from_raw(envelope.signature),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    for words in (
        "x509 -inform DER -in key.der -noout -pubkey -out public.pem",
        "dgst -sm3 -verify public.pem -sigopt distid:1234567812345678 -signature signature message",
    ):
        subprocess.run(["openssl", *words.split()], cwd=tmp_path, check=True, capture_output=True)
    # the documents are made and sealed with the office's ES256 keys
    assert {key.use: key.algorithm for key in house.keys.public_keys()}[Use.VET] == ES256


def test_documents_and_status_list_of_an_sm2_installation_are_made(sm2_house, db):
    certificate_id = issue_one(sm2_house)
    tasks.render(certificate_id, database=db, keys=sm2_house.keys)
    publish_list(db, sm2_house.keys, 1)
    used = {(key.use, key.algorithm) for key in sm2_house.keys.public_keys()}
    assert {(Use.STATUS, SM2), (Use.VET, ES256), (Use.SEAL, ES256)} <= used


def test_a_changed_code_by_an_sm2_key_is_refused(sm2_house, db):
    certificate_id = issue_one(sm2_house)
    with db.look(SYSTEM) as look:
        line = queries.certificate(look, certificate_id)
        whole = queries.by_public_id(look, line.public_id).cose
    forged = whole[:20] + bytes([whole[20] ^ 1]) + whole[21:]
    with db.look(SYSTEM) as look:
        judged = judge(look, sm2_house.keys, qr.digits(forged))
    assert (judged.answer, judged.why) == (Answer.REFUSED, Why.BAD_SIGNATURE)


def test_changing_the_suite_leaves_old_keys_and_certificates_good(house, db):
    ready = make_ready(db)
    owner = office_of(db, ready)
    old = house.keys.create(Use.ISSUE, owner, now=db.clock.now())
    house.keys = open_ring(replace(house.settings, suite=SM2))
    assert house.keys.find(Use.ISSUE, owner.label, db.clock.now()) == old
    fresh = house.keys.rotate(Use.ISSUE, owner, now=db.clock.now())
    assert (old.algorithm, fresh.algorithm) == (ES256, SM2)
    issue_one(house, ready)
    with db.look(SYSTEM) as look:
        used = look.session.scalar(text("SELECT key_id FROM certificates"))
    assert used == fresh.kid.hex()


def test_keys_are_made_listed_and_rotated_and_it_is_on_record(house, db):
    owner = office_of(db, make_ready(db))
    made = run(house, "create", owner.name, "--days", "30")
    kid = made.split()[0]
    assert "ES256" in made
    assert owner.name in made
    assert kid in run(house, "list")
    assert "rotate" in run(house, "create", owner.label.removeprefix("office:"), ok=False)
    fresh = run(house, "rotate", kid).split()[0]
    listed = run(house, "list", "--use", "issue")
    assert fresh in listed
    assert kid not in listed
    assert "已更换" in run(house, "list", "--all")
    assert house.keys.named(bytes.fromhex(kid)).state is KeyState.RETIRED
    ((change, subject),) = facts(db, "certificates:key:make")
    assert subject == kid
    assert owner.label in str(change)
    ((change, subject),) = facts(db, "certificates:key:rotate")
    assert subject == fresh
    assert kid in str(change)


def test_a_compromised_key_turns_what_it_signed_since_to_unproved_everywhere(house, client, db):
    certificate_id = issue_one(house)
    key = next(key for key in house.keys.public_keys() if key.use is Use.ISSUE)
    with db.look(SYSTEM) as look:
        line = queries.certificate(look, certificate_id)
        public = queries.by_public_id(look, line.public_id)
    assert "is-valid" in client.get(f"/c/{line.public_id}").text
    before = (db.clock.now() - timedelta(hours=1)).isoformat()
    said = run(
        house, "withdraw", key.kid.hex(), "--compromised-since", before, given="n\n", ok=False
    )
    assert "签过 1 份证明，其中 1 份" in said
    assert house.keys.named(key.kid).state is KeyState.ACTIVE
    assert "已泄露" in run(house, "withdraw", key.kid.hex(), "--compromised-since", before, "--yes")
    with db.look(SYSTEM) as look:
        judged = judge(look, house.keys, qr.digits(public.cose))
    assert (judged.answer, judged.why) == (Answer.REFUSED, Why.KEY_NOT_VALID)
    ((change, subject),) = facts(db, "certificates:key:withdraw")
    assert subject == key.kid.hex()
    assert key.owner.label in str(change)


def test_what_cannot_be_done_is_one_sentence(house, db):
    owner = office_of(db, make_ready(db))
    kid = run(house, "create", owner.name).split()[0]
    for words, said in (
        (("withdraw", "xyz"), "8 位"),
        (("withdraw", "00000000"), "没有这把密钥"),
        (("withdraw", kid, "--compromised-since", "yesterday"), "看不懂时间"),
        (("withdraw", kid, "--compromised-since", "2099-01-01", "--yes"), "将来"),
        (("rotate", "00000000"), "没有这把密钥"),
        (("create", "没有这个所"), "没有"),
        (("create", owner.name, "--days", "366"), "366"),
    ):
        assert said in run(house, *words, ok=False)
    run(house, "withdraw", kid, "--yes")
    assert "已经收回" in run(house, "withdraw", kid, "--yes", ok=False)
    root = next(key for key in house.keys.public_keys() if key.use is Use.ROOT)
    assert "根密钥" in run(house, "rotate", root.kid.hex(), ok=False)


def test_every_use_and_state_is_listed(house, db):
    now = db.clock.now()
    for use in Use:
        made = house.keys.create(use, Owner("office:x", "320921", "样例所"), now=now)
    for place, key in enumerate(house.keys.public_keys()[:2]):
        house.keys.withdraw(key.kid, compromised_since=now if place else None)
    said = run(house, "list", "--all")
    assert "已收回" in said
    assert "已泄露（" in said
    assert made.kid.hex() in said
    assert set(USES) == set(Use)
    assert set(STATES) == set(KeyState)


@pytest.mark.parametrize("words", [(), ("list",), ("create",), ("rotate",), ("withdraw",)])
def test_every_command_explains_itself(house, words):
    assert "Usage" in run(house, *words, "--help")
