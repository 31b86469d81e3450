"""Two provinces: what one issues the other can judge, and nothing more than it can prove."""

import io
import json
import shutil
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from aquacert.accounts.rules.roles import Role
from aquacert.app import create_app, open_house
from aquacert.certificates import commands
from aquacert.certificates.models import Certificate, PeerProvince
from aquacert.certificates.peers import commands as peers
from aquacert.certificates.peers import queries
from aquacert.certificates.peers.cli import trust_commands
from aquacert.certificates.peers.commands import fetch as fetching
from aquacert.certificates.peers.queries import Answer, judge
from aquacert.certificates.peers.queries.judgement import Unknown
from aquacert.certificates.queries import PDF, documents_of
from aquacert.certificates.rules.peers import PeerState, PeerStatusAnswer
from aquacert.kernel.audit import verify_chains
from aquacert.kernel.errors import Conflict, Invalid, NotAllowed, NotAllowedNow, Unavailable
from aquacert.kernel.outbound import Fetched
from aquacert.kernel.scope import SYSTEM
from aquacert.kernel.settings import Settings
from aquacert.trust import qr
from aquacert.trust.claims import QrClaims
from aquacert.trust.cose import read, sign1
from aquacert.trust.errors import Refused, Why
from aquacert.trust.keys import KeyRing
from aquacert.trust.roots import Roots
from aquacert.trust.trustdocument import TrustDocument
from tests.conftest import _postgres
from tests.make.accounts import code_for, make_person, signed_in, step_up
from tests.make.certificates import issue_one

LIST = "https://cert.example/trust/list.json"


@pytest.fixture
def other(settings, template, server, tmp_path, clock):
    """The house of Anhui; `house` is that of Jiangsu."""
    folder = tmp_path / "anhui"
    folder.mkdir()
    url = f"sqlite:///{folder / 'aquacert.db'}"
    if server:
        name = f"{settings.database_url.rpartition('/')[2].partition('?')[0]}b"
        wipe = f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"
        _postgres(
            server, wipe, f"CREATE DATABASE {name} TEMPLATE template_aquacert STRATEGY FILE_COPY"
        )
        url = server.format(name)
    else:
        shutil.copyfile(template.removeprefix("sqlite:///"), folder / "aquacert.db")
    made = Settings(
        data_dir=folder,
        database_url=url,
        password_cost=1,
        public_url="https://anhui.example",
        province="34",
    )
    opened = open_house(made, clock)
    yield opened
    opened.database.close()
    if server:
        _postgres(server, wipe)


@pytest.fixture
def net(app, monkeypatch):
    """What Anhui asks of the net is answered by Jiangsu's own doors."""
    client, down = app.test_client(), []

    def fetch(url, *, limit, etag="", accept="*/*", allow_private=False):
        del allow_private
        parts = urlsplit(url)
        if down or parts.netloc != "cert.example":
            raise Unavailable("连不上对方。")
        answer = client.get(parts.path, headers={"If-None-Match": f'"{etag}"', "Accept": accept})
        if answer.status_code == 304:
            return Fetched(None, etag, "")
        assert answer.status_code == 200, (url, answer.status_code)
        assert len(answer.data) <= limit
        return Fetched(answer.data, answer.headers.get("ETag", "").strip('"'), answer.mimetype)

    monkeypatch.setattr(fetching, "fetch", fetch)
    return down


def issued(house):
    """Return a certificate of Jiangsu, with its keys on the published list."""
    certificate_id = issue_one(house)
    commands.refresh_lists(house.database, house.keys)
    peers.renew(house.database, house.keys)
    with house.database.look(SYSTEM) as look:
        row = look.session.get(Certificate, certificate_id)
    return row, f"https://cert.example/c/{row.public_id}#{qr.digits(row.cose)}"


def document_of(house):
    with house.database.look(SYSTEM) as look:
        return queries.latest(look).document


def two_people(house):
    return [
        make_person(house.database, Role.PROVINCE_SUPERVISOR, division="340000") for _ in range(2)
    ]


def pin(other, house, url=LIST):
    document = TrustDocument.read(document_of(house))
    with other.database.work(SYSTEM) as w:
        province_id = peers.propose(w, document, url)
    confirm(other, two_people(other)[1], province_id, document)
    return province_id


def confirm(other, person, province_id, document):
    step_up(other.database, person, peers.pin_digest(document.roots.fingerprint))
    with other.database.work(person.actor) as w:
        peers.confirm(w, province_id, f" {document.roots.fingerprint.upper()} ")


def take_in(other, province_id, text_, source="list.json"):
    with other.database.work(SYSTEM) as w:
        return peers.import_list(w, province_id, text_, source)


def asked(other, code):
    with other.database.look(SYSTEM) as look:
        return judge(look, other.keys, code)


def test_a_certificate_of_another_province_is_judged_by_its_list(house, db, other, net):
    row, code = issued(house)
    stranger = asked(other, code)
    assert (stranger.answer, stranger.unknown) == (Answer.UNKNOWN_ISSUER, Unknown.NO_KEY)
    assert "没有核验" in stranger.sentence
    assert stranger.claims is None
    province_id = pin(other, house)
    visit = peers.visit(other.database, SYSTEM, province_id)
    assert (visit.trouble, visit.version, visit.statuses) == ("", 1, 1)
    for given in (code, qr.digits(row.cose), row.cose, b"\xd2" + row.cose):
        good = asked(other, given)
        if given[:1] == b"\xd2":
            assert good.answer is Answer.REFUSED
            continue
        assert (good.answer, good.status, good.is_green) == (
            Answer.GOOD,
            PeerStatusAnswer.VALID,
            True,
        )
        assert (good.claims.number, good.province, good.is_own) == (row.number, "320000", False)
    with db.work(SYSTEM) as w:
        commands.void(w, row.id, "货主取消启运")
    commands.publish_list(db, house.keys, row.status_list)
    assert asked(other, code).is_green
    assert peers.visit(other.database, SYSTEM, province_id).statuses == 1
    void = asked(other, code)
    assert (void.answer, void.status, void.is_green) == (
        Answer.GOOD,
        PeerStatusAnswer.INVALID,
        False,
    )
    assert peers.visit(other.database, SYSTEM, province_id).statuses == 0
    for one in (house, other):
        with one.database.look(SYSTEM) as look:
            assert verify_chains(look.session) == []


def test_our_own_certificate_is_judged_by_our_own_table(house, db):
    row, code = issued(house)
    assert asked(house, code).is_green
    assert asked(house, f"https://cert.example/c/{row.public_id}?from=singlemessage").is_green
    assert asked(house, code.replace("#", "?from=singlemessage#")).is_green
    with db.work(SYSTEM) as w:
        commands.suspend(w, row.id, "待查")
    found = asked(house, code)
    assert (found.is_own, found.status) == (True, PeerStatusAnswer.SUSPENDED)


def test_a_stale_list_is_never_green_but_what_is_final_stays(house, db, other, net, clock):
    row, code = issued(house)
    province_id = pin(other, house)
    peers.visit(other.database, SYSTEM, province_id)
    net.append("down")
    clock.forward(hours=25)
    assert peers.visit(other.database, SYSTEM, province_id).trouble == "连不上对方。"
    stale = asked(other, code)
    assert (stale.answer, stale.status, stale.why) == (
        Answer.GOOD,
        PeerStatusAnswer.UNKNOWN,
        Why.STALE,
    )
    assert "25 小时前" in stale.note
    net.clear()
    with db.work(SYSTEM) as w:
        commands.void(w, row.id, "货主取消启运")
    commands.publish_list(db, house.keys, row.status_list)
    peers.visit(other.database, SYSTEM, province_id)
    clock.forward(days=3)
    assert asked(other, code).status is PeerStatusAnswer.INVALID
    assert not asked(other, code).is_in_time
    clock.forward(days=90)
    late = asked(other, code)
    assert (late.answer, late.status, late.why) == (
        Answer.GOOD,
        PeerStatusAnswer.UNKNOWN,
        Why.STALE,
    )
    assert "信任清单已过期" in late.note


def test_forged_and_broken_codes_are_refused(house, other, net):
    row, code = issued(house)
    province_id = pin(other, house)
    peers.visit(other.database, SYSTEM, province_id)
    changed = bytearray(row.cose)
    changed[-1] ^= 1
    assert asked(other, bytes(changed)).why is Why.BAD_SIGNATURE
    for given in ("", "x", "12x", code[:-1], code.partition("#")[0], "9" * 5000, b"", b"%PDF-1.7"):
        assert asked(other, given).answer is Answer.REFUSED


def test_other_goods_under_a_registered_number_are_not_green(house):
    row, _code = issued(house)
    assert asked(house, bytes(row.cose)).is_green
    claims = QrClaims.decode(read(row.cose).payload)
    signer = house.keys.load(house.keys.named(bytes.fromhex(row.key_id)))
    forged = sign1(replace(claims, quantity=claims.quantity * 10).encode(), signer)
    found = asked(house, forged)
    assert (found.answer, found.status) == (Answer.GOOD, PeerStatusAnswer.UNKNOWN)
    assert not found.is_green
    assert "与登记簿" in found.note


def test_new_roots_do_not_bring_back_the_list_of_the_old_ones(house, other, net, tmp_path):
    _row, code = issued(house)
    province_id = pin(other, house)
    peers.visit(other.database, SYSTEM, province_id)
    assert asked(other, code).is_green
    ring = KeyRing(tmp_path / "fresh", "x")
    roots = Roots.of(1, [(ring.root(other.database.clock.now()).key, "新根")]).to_row()
    with other.database.engine.begin() as connection:
        connection.execute(update(PeerProvince).values(roots=roots))
    assert asked(other, code).answer is Answer.UNKNOWN_ISSUER


def test_a_list_of_lists_without_end_is_refused(house, monkeypatch):
    deep = Fetched(b"[" * 500_000, "", "application/json")
    monkeypatch.setattr(fetching, "_get", lambda *_: deep)
    with pytest.raises(Refused):
        fetching._index(house.database, "https://far.example/trust/status")


def test_a_key_stolen_is_believed_only_before(house, db, other, net, clock):
    row, code = issued(house)
    province_id = pin(other, house)
    clock.forward(hours=1)
    kid = bytes.fromhex(row.key_id)
    house.keys.withdraw(kid, compromised_since=clock.now())
    assert peers.renew(db, house.keys) == 2
    peers.visit(other.database, SYSTEM, province_id)
    assert asked(other, code).is_green
    house.keys.withdraw(kid, compromised_since=clock.now() - timedelta(hours=2))
    assert peers.renew(db, house.keys) == 3
    peers.visit(other.database, SYSTEM, province_id)
    assert asked(other, code).why is Why.KEY_NOT_VALID


def test_pinning_takes_two_people_and_the_right_fingerprint(house, other):
    issued(house)
    document = TrustDocument.read(document_of(house))
    first, second = two_people(other)
    with other.database.work(first.actor) as w:
        province_id = peers.propose(w, document, "")
    with pytest.raises(NotAllowed), other.database.work(first.actor) as w:
        peers.confirm(w, province_id, document.roots.fingerprint)
    with pytest.raises(Invalid), other.database.work(second.actor) as w:
        peers.confirm(w, province_id, "0" * 32)
    with pytest.raises(NotAllowedNow):
        take_in(other, province_id, document_of(house))
    with pytest.raises(NotAllowed), other.database.work(second.actor) as w:
        peers.confirm(w, province_id, document.roots.fingerprint)
    confirm(other, second, province_id, document)
    assert take_in(other, province_id, document_of(house)).is_good
    with other.database.work(first.actor) as w:
        peers.withdraw(w, province_id, "根密钥失窃")
    with other.database.look(SYSTEM) as look:
        assert queries.pinned_lists(look) == []
        assert queries.province_line(look, province_id).province.state == PeerState.WITHDRAWN


def signed_again(house, change, roots=None):
    """Return the published list of `house` with its body changed, signed by roots 1 and 2."""
    document = json.loads(document_of(house))
    change(document["signed"])
    made = TrustDocument.read(json.dumps({"signed": document["signed"], "signatures": []}))
    for number in roots or (1, 2):
        folder = house.settings.data_dir / "keys" / "roots" / str(number)
        ring = KeyRing(folder, house.settings.key_passphrase)
        made = made.with_signature(ring.load(ring.root(house.database.clock.now())))
    return made.text()


def test_an_import_says_which_step_failed(house, other, clock):
    issued(house)
    province_id = pin(other, house)
    whole = document_of(house)
    assert [step.is_good for step in take_in(other, province_id, whole).steps] == [True] * 6

    def version(n):
        return lambda body: body.update(version=n)

    def foreign(body):
        body["version"] = 2
        body["issuers"][0]["division"] = "340123"

    def ended(body):
        body.update(version=2, expires="2020-01-01T00:00:00Z")

    def other_province(body):
        body.update(version=2, province="330000")

    for text_, title, why in (
        ("[]", "格式", Why.MALFORMED),
        ("{" * 100_000, "格式", Why.MALFORMED),
        (" " * (9 << 20), "格式", Why.TOO_LARGE),
        (whole, "版本", Why.OLD_VERSION),
        (whole.replace('"version": 1', '"version": 2'), "根签名", Why.NOT_ENOUGH_ROOTS),
        (signed_again(house, version(2), (3,)), "根签名", Why.NOT_ENOUGH_ROOTS),
        (signed_again(house, ended), "有效期", Why.STALE),
        (signed_again(house, foreign), "签发机构", Why.KEY_NOT_VALID),
        (signed_again(house, other_province), "省份", Why.KEY_NOT_VALID),
    ):
        seen = take_in_nothing(other, province_id, text_)
        assert (seen.steps[-1].title, seen.refused.why) == (title, why)
        assert not seen.steps[-1].is_good
    assert take_in(other, province_id, signed_again(house, version(7), (1, 3))).is_good
    with other.database.look(SYSTEM) as look:
        assert look.one(select(PeerProvince.version)) == 7


def take_in_nothing(other, province_id, text_):
    seen = take_in(other, province_id, text_)
    assert not seen.is_good
    return seen


def test_roots_change_by_a_list_that_old_and_new_signed(house, db, other, net, tmp_path):
    issued(house)
    province_id = pin(other, house)
    peers.visit(other.database, SYSTEM, province_id)
    now = db.clock.now()
    rings = [KeyRing(tmp_path / f"new{n}", "x") for n in range(3)]
    fresh = Roots.of(2, [(ring.root(now).key, f"新根 {n}") for n, ring in enumerate(rings)])
    old = peers.pinned_roots(house.settings)
    peers.set_roots(house.settings, fresh)
    document = peers.next_draft(db, house.keys)
    for ring in rings[:2]:
        document = document.with_signature(ring.load(ring.root(now)))
    with pytest.raises(Refused), db.work(SYSTEM) as w:
        peers.publish(w, document)
    for number in (1, 3):
        ring = KeyRing(house.settings.data_dir / "keys" / "roots" / str(number), "")
        ring = KeyRing(ring._folder, house.settings.key_passphrase)
        document = document.with_signature(ring.load(ring.root(now)))
    with db.work(SYSTEM) as w:
        assert peers.publish(w, document) == 2
    # Anhui missed version 2; version 3 is signed by the new roots alone, so it walks.
    peers.set_roots(house.settings, Roots.of(1, [(rings[0].root(now).key, "唯一的根")]))
    third = peers.next_draft(db, house.keys)
    for ring in rings[:2]:
        third = third.with_signature(ring.load(ring.root(now)))
    with db.work(SYSTEM) as w:
        assert peers.publish(w, third) == 3
    assert peers.visit(other.database, SYSTEM, province_id).version == 3
    with other.database.look(SYSTEM) as look:
        row = queries.province_line(look, province_id).province
    assert Roots.from_row(row.roots).threshold == 1
    assert not Roots.from_row(row.roots).same_as(old)


def test_without_roots_nothing_is_published(house, db):
    real = replace(house.settings, is_demo=False)
    closed = open_house(real, db.clock)
    with pytest.raises(Conflict):
        peers.next_draft(closed.database, closed.keys)
    assert peers.renew(closed.database, closed.keys) is None
    assert create_app(real, house=closed).test_client().get("/trust/list.json").status_code == 503
    closed.database.close()


def test_the_ceremony_works_on_separate_machines(house, tmp_path, monkeypatch):
    monkeypatch.setenv("AQUACERT_ROOT_PASSPHRASE", "correct horse battery")
    run, opened = (
        CliRunner(),
        open_house(replace(house.settings, is_demo=False), house.database.clock),
    )
    group = trust_commands(lambda: opened)

    def ask(*words):
        return run.invoke(group, [str(word) for word in words])

    for n in range(3):
        made = ask("root", tmp_path / f"r{n}", tmp_path / f"r{n}.json", "--name", f"根 {n}")
        assert made.exit_code == 0
    publics = [tmp_path / f"r{n}.json" for n in range(3)]
    assert "2 把签字有效" in ask("roots", 2, *publics).output
    assert ask("draft", tmp_path / "draft.json").exit_code == 0
    for n in (0, 2):
        signed = tmp_path / f"s{n}.json"
        assert (
            ask("sign", tmp_path / "draft.json", tmp_path / f"r{n}", signed, "--yes").exit_code == 0
        )
    alone = ask("publish", tmp_path / "s0.json")
    assert alone.exception.why is Why.NOT_ENOUGH_ROOTS
    assert "2 把根已签" in ask("join", tmp_path / "j.json", *tmp_path.glob("s?.json")).output
    assert "已发布第 1 版" in ask("publish", tmp_path / "j.json").output
    assert isinstance(ask("draft", tmp_path / "again.json").exception, Conflict)
    assert "2 把已签" in ask("show", tmp_path / "j.json").output


def test_what_was_published_or_accepted_is_never_changed(house, db, other):
    issued(house)
    province_id = pin(other, house)
    take_in(other, province_id, document_of(house))
    for one, statement in (
        (house, "UPDATE trust_versions SET version = 9"),
        (house, "UPDATE status_versions SET jwt = ''"),
        (house, "DELETE FROM status_versions"),
        (other, "DELETE FROM peer_lists"),
    ):
        with (
            pytest.raises(DBAPIError, match="append-only"),
            one.database.engine.begin() as connection,
        ):
            connection.execute(text(statement))


def as_person(house, person):
    made = create_app(house.settings, house=house)
    made.config.update(TESTING=True, WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
    return signed_in(made.test_client(), person)


def upload(text_):
    return (io.BytesIO(text_.encode()), "list.json")


def test_the_pages_pin_import_and_judge(house, other):
    row, code = issued(house)
    first, second = two_people(other)
    one, two = as_person(other, first), as_person(other, second)
    assert "还没有外省清单" in one.get("/certificates/provinces").text
    empty = one.post("/certificates/provinces/propose", data={})
    assert (empty.status_code, "请选对方的信任清单文件" in empty.text) == (422, True)
    wrong = one.post("/certificates/provinces/propose", data={"file": upload("{}")})
    assert (wrong.status_code, "编码残缺" in wrong.text) == (422, True)
    inside = {"file": upload(document_of(house)), "list_url": "http://127.0.0.1/list.json"}
    assert "https" in one.post("/certificates/provinces/propose", data=inside).text
    made = one.post("/certificates/provinces/propose", data={"file": upload(document_of(house))})
    assert made.status_code == 302
    place = made.headers["Location"]
    fingerprint = TrustDocument.read(document_of(house)).roots.fingerprint
    spaced = " ".join(fingerprint[at : at + 4] for at in range(0, 32, 4))
    assert spaced in one.get(place).text
    assert "等另一人确认" in one.get(place).text
    assert spaced not in two.get(place).text
    code_now = code_for(other.database, second.person_id)
    bad = two.post(f"{place}/confirm", data={"fingerprint": "00", "code": code_now})
    assert (bad.status_code, "指纹对不上" in bad.text) == (422, True)
    other.database.clock.forward(seconds=30)
    code_now = code_for(other.database, second.person_id)
    good = two.post(f"{place}/confirm", data={"fingerprint": fingerprint, "code": code_now})
    assert good.status_code == 302
    before = two.post("/certificates/judge", data={"proof": code})
    assert "签发机构不在信任清单上" in before.text
    taken = two.post(f"{place}/import", data={"file": upload(document_of(house))})
    assert (taken.status_code, taken.text.count("相符")) == (200, 6)
    again = two.post(f"{place}/import", data={"file": upload(document_of(house))})
    assert (again.status_code, "清单比已有的旧" in again.text) == (422, True)
    judged = two.post("/certificates/judge", data={"proof": code})
    assert row.number in judged.text
    assert "签名有效" in judged.text
    assert two.post("/certificates/judge", data={}).status_code in {200, 422}
    gone = two.post(f"{place}/withdraw", data={"because": "根密钥失窃"})
    assert gone.status_code == 302
    assert "不再认可" in two.get("/certificates/provinces").text


def test_whoever_may_not_keep_peers_cannot_pin(house, other):
    clerk = as_person(other, make_person(other.database, Role.OFFICE_CLERK, division="340123"))
    assert clerk.get("/certificates/provinces").status_code == 403
    auditor = as_person(other, make_person(other.database, Role.AUDITOR, division="340000"))
    assert auditor.get("/certificates/provinces").status_code == 200
    assert auditor.post("/certificates/provinces/propose", data={}).status_code == 403


def test_a_pdf_says_whether_its_signers_are_listed(house, other, net):
    row, _ = issued(house)
    commands.render(house.database, house.keys, row.id)
    peers.renew(house.database, house.keys)
    with house.database.look(SYSTEM) as look:
        file = documents_of(look, row.id)[PDF]
        data = look.read_file(file)
    own = asked(house, data)
    assert (own.answer, own.claims.number, own.is_green) == (Answer.GOOD, row.number, True)
    stranger = asked(other, data)
    assert (stranger.answer, stranger.unknown) == (Answer.UNKNOWN_ISSUER, Unknown.CARRIED)
    assert "电子签名完好" in stranger.sentence
    changed = bytearray(data)
    changed[len(data) // 3] ^= 1
    for one in (house, other):
        assert asked(one, bytes(changed)).answer is Answer.REFUSED
        assert asked(one, data + b"\n%%EOF").answer is Answer.REFUSED
        assert asked(one, b"%PDF-1.7" + bytes(10_000_000)).answer is Answer.REFUSED
    peers.visit(other.database, SYSTEM, pin(other, house))
    good = asked(other, data)
    assert (good.answer, good.is_green, good.province) == (Answer.GOOD, True, "320000")
