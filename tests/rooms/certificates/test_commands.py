"""Issuing, voiding, replacing, suspending: on a real database."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from aquacert.accounts.models import InboxMessage
from aquacert.certificates import commands, queries
from aquacert.certificates.issuing.queries import readiness
from aquacert.certificates.models import Certificate, CertificateNumber, Issuance
from aquacert.certificates.numbers.queries import number as number_row
from aquacert.certificates.numbers.queries import segments
from aquacert.certificates.rules.confirmation import confirmed_digest
from aquacert.certificates.rules.reasons import Reason
from aquacert.hatcheries.queries import balance
from aquacert.inspections.commands import give_verdict
from aquacert.kernel.audit import AuditEntry, verify_chains
from aquacert.kernel.clock import legal_day
from aquacert.kernel.errors import Conflict, Invalid, NotAllowed, NotAllowedNow, NotReady
from aquacert.kernel.scope import SYSTEM
from aquacert.reference.commands.adopt import adopt_rule
from aquacert.sampling.commands import make_plan
from aquacert.trust.claims import QrClaims
from aquacert.trust.cose import verify1
from aquacert.trust.publickeys import Use
from aquacert.trust.record import Record
from aquacert.trust.trustlist import TrustList
from tests.make.accounts import make_person, step_up
from tests.make.certificates import confirm, issue_one, look_at, make_ready
from tests.make.declarations import NEAR, answers, load_answer
from tests.make.hatcheries import make_hatchery
from tests.make.labs import DISEASE, make_lab
from tests.make.sampling import tested


def row_of(db, certificate_id):
    with db.look(SYSTEM) as look:
        return look.session.get(Certificate, certificate_id)


def line_of(db, certificate_id):
    with db.look(SYSTEM) as look:
        return queries.certificate(look, certificate_id)


def test_a_load_in_order_is_ready(db):
    ready = look_at(db, make_ready(db))
    assert ready.sentences == ()
    assert ready.content.kind == "A"


def test_a_certificate_is_its_signed_record(house, db):
    row = row_of(db, issue_one(house))
    trust = TrustList(house.keys.public_keys())
    verified = verify1(row.cose, trust.keys_of(Use.ISSUE))
    assert QrClaims.decode(verified.payload).are_of(row.record)
    record = Record.decode(row.record)
    assert record.number == row.number == "3200000001"
    assert (record.quantity, record.quantity_words) == (500_000, "伍拾万尾")
    assert record.transport_mode == "公路"


def test_what_was_previewed_is_what_was_signed(house, db):
    ready = make_ready(db)
    shown = look_at(db, ready).content.draft
    said = Record.decode(row_of(db, issue_one(house, ready)).record)
    allotted = {"number", "public_id", "issued_at", "status_list", "status_index"}
    differs = {name for name, value in vars(shown).items() if getattr(said, name) != value}
    assert differs <= allotted


def test_issuing_debits_the_stock_and_closes_the_load(house, db):
    ready = make_ready(db)
    issue_one(house, ready)
    with db.look(SYSTEM) as look:
        assert balance(look, ready.farm.lot_id) == 700_000
    assert (
        "已经有一张有效的证书" in look_at(db, ready).sentences[0] or not look_at(db, ready).is_ready
    )


def test_the_number_its_reason_and_the_trail_are_there(house, db):
    certificate_id = issue_one(house)
    with db.look(SYSTEM) as look:
        row = number_row(look, "3200000001")
        assert (row.state, row.because) == ("used", "已签发")
        tags = set(
            look.scalars(select(AuditEntry.tag).where(AuditEntry.subject_id == str(certificate_id)))
        )
        assert verify_chains(look.session) == []
    assert tags >= {"certificates:certificate:plan", "certificates:certificate:issue"}


def test_a_double_click_gets_the_same_certificate(house, db):
    ready = make_ready(db)
    digest = confirm(db, ready)
    first = commands.issue(db, ready.vet.actor, ready.load_id, house.keys, digest)
    assert commands.issue(db, ready.vet.actor, ready.load_id, house.keys, digest) == first


def test_without_the_second_factor_nothing_is_signed_and_no_number_spent(house, db):
    ready = make_ready(db)
    with pytest.raises(NotAllowed):
        commands.issue(db, ready.vet.actor, ready.load_id, house.keys, look_at(db, ready).digest)
    with db.look(SYSTEM) as look:
        assert look.scalars(select(CertificateNumber)) == []


def test_a_confirmation_is_for_exactly_what_was_shown(house, db):
    ready = make_ready(db)
    step_up(db, ready.vet, "0" * 64)
    with pytest.raises(Conflict, match="重新核对"):
        commands.issue(db, ready.vet.actor, ready.load_id, house.keys, "0" * 64)


def test_a_token_never_signs(house, db):
    from dataclasses import replace

    ready = make_ready(db)
    digest = confirm(db, ready)
    with pytest.raises(NotAllowed):
        commands.issue(
            db, replace(ready.vet.actor, is_token=True), ready.load_id, house.keys, digest
        )


def test_a_load_that_is_not_checked_is_refused_with_every_reason(house, db):
    from tests.make.declarations import make_declaration

    paper = make_declaration(db, state="assigned")
    with db.look(paper.vet.actor) as look:
        found = readiness(look, paper.load_ids[0])
    assert {"第 1 批还没有现场检疫。请先到场查验。"} <= set(found.sentences)
    assert any("号段用尽" in sentence for sentence in found.sentences)
    with pytest.raises(NotReady) as refused:
        commands.issue(db, paper.vet.actor, paper.load_ids[0], house.keys, found.digest)
    assert set(refused.value.reasons) == set(found.sentences)


def test_a_licence_that_ended_is_said_in_words_not_in_codes(db):
    ready = make_ready(db)
    db.clock.forward(days=4000)
    [said] = [one for one in look_at(db, ready).reasons if one.reason is Reason.LICENCE_NOT_VALID]
    assert "已过期" in said.sentence
    assert "expired" not in said.sentence


def test_in_production_a_rule_nobody_adopted_neither_limits_nor_stops(house, db):
    ready = make_ready(db)
    ready = replace(ready, paper=replace(ready.paper, vet=ready.vet))
    days = {
        "from_on": legal_day(db.clock.now()) - timedelta(days=9),
        "until_on": date(2026, 12, 31),
    }
    with db.work(SYSTEM) as w:
        species = ready.farm.species_code
        make_plan(w, disease_code=DISEASE, species_code=species, title="监测计划", **days)
    tested(db, ready.paper, make_lab(db), None)
    assert [test.valid_days for test in look_at(db, ready).facts.batches[0].tests] == [30]
    for _ in range(2):
        officer = make_person(db, "province_supervisor", division="320000").actor
        with db.work(officer) as w:
            adopt_rule(w, "procedures.aquatic", date(2026, 5, 9))
    db.settings = replace(db.settings, is_production=True)
    found = look_at(db, ready)
    assert [test.valid_days for test in found.facts.batches[0].tests] == [0]
    assert found.facts.valid_days_max == 5


def test_inside_the_province_it_is_form_b_for_the_day(house, db):
    farm = make_hatchery(db)
    ready = make_ready(db, farm=farm, filled=answers(db, farm, destination=NEAR, travel_days="1"))
    line = line_of(db, issue_one(house, ready))
    assert (line.kind, line.number) == ("B", "3250000001")
    assert line.valid_until - line.issued_at < timedelta(days=1)


def test_a_void_before_departure_credits_the_stock(house, db):
    ready = make_ready(db)
    certificate_id = issue_one(house, ready)
    with db.work(ready.vet.actor) as w:
        commands.void(w, certificate_id, "货主取消启运")
    line = line_of(db, certificate_id)
    assert (line.status, line.because) == ("void", "货主取消启运")
    with db.look(SYSTEM) as look:
        assert balance(look, ready.farm.lot_id) == 1_200_000
        assert number_row(look, line.number).state == "void"


def test_a_void_after_departure_leaves_the_stock(house, db):
    ready = make_ready(db)
    certificate_id = issue_one(house, ready)
    db.clock.forward(hours=10)
    with db.work(ready.vet.actor) as w:
        commands.void(w, certificate_id, "目的地写错")
    with db.look(SYSTEM) as look:
        assert balance(look, ready.farm.lot_id) == 700_000


def test_after_a_void_the_load_gets_another_number(house, db):
    ready = make_ready(db)
    first = issue_one(house, ready)
    with db.work(ready.vet.actor) as w:
        commands.void(w, first, "目的地写错")
    assert line_of(db, issue_one(house, ready)).number == "3200000002"


def test_void_is_final_and_wants_a_reason(house, db):
    ready = make_ready(db)
    certificate_id = issue_one(house, ready)
    with pytest.raises(Invalid), db.work(ready.vet.actor) as w:
        commands.void(w, certificate_id, " ")
    with db.work(ready.vet.actor) as w:
        commands.void(w, certificate_id, "货主取消启运")
    with pytest.raises(NotAllowedNow), db.work(SYSTEM) as w:
        commands.resume_certificate(w, certificate_id, "点错了")


@pytest.mark.parametrize("act", [commands.void, commands.suspend, commands.recall])
def test_the_place_of_arrival_sees_a_certificate_and_does_not_touch_it(house, db, act):
    farm = make_hatchery(db)
    ready = make_ready(db, farm=farm, filled=answers(db, farm, destination=NEAR, travel_days="1"))
    certificate_id = issue_one(house, ready)
    there = make_person(db, "official_vet", division="320111")
    with db.look(there.actor) as look:
        assert queries.certificate(look, certificate_id).status == "valid"
    with pytest.raises(NotAllowed, match="启运地"), db.work(there.actor) as w:
        act(w, certificate_id, "不是本县签的")


def test_suspending_stops_and_resuming_frees(house, db):
    certificate_id = issue_one(house)
    with db.work(SYSTEM) as w:
        commands.suspend(w, certificate_id, "复检中")
    assert line_of(db, certificate_id).status == "suspended"
    with db.work(SYSTEM) as w:
        commands.resume_certificate(w, certificate_id, "复检阴性")
    assert line_of(db, certificate_id).status == "valid"


def test_a_recall_takes_two_persons(house, db):
    ready = make_ready(db)
    certificate_id = issue_one(house, ready)
    first = make_person(db, "county_supervisor", division="320114").actor
    with db.work(first) as w:
        commands.suspend(w, certificate_id, "试剂批号有问题")
    with pytest.raises(NotAllowed), db.work(first) as w:
        commands.recall(w, certificate_id, "试剂批号有问题")
    with db.work(ready.vet.actor) as w:
        commands.recall(w, certificate_id, "试剂批号有问题")
    assert line_of(db, certificate_id).status == "recalled"


def test_a_replacement_links_both_and_moves_the_stock_once(house, db):
    ready = make_ready(db)
    old = issue_one(house, ready)
    digest = confirm(db, ready, old)
    new = commands.issue(
        db, ready.vet.actor, ready.load_id, house.keys, digest, replaces_id=old, because="换车"
    )
    before, after = line_of(db, old), line_of(db, new)
    assert (before.status, before.successor_id, after.replaces_id) == ("replaced", new, old)
    with db.look(SYSTEM) as look:
        assert balance(look, ready.farm.lot_id) == 700_000
        assert queries.by_public_id(look, before.public_id).successor_public_id == after.public_id
    again = commands.issue(
        db, ready.vet.actor, ready.load_id, house.keys, digest, replaces_id=old, because="换车"
    )
    assert again == new


@pytest.mark.parametrize("confirmed_for", ["nothing", "another", "another reason"])
def test_a_confirmation_is_for_exactly_the_certificate_it_ends(house, db, confirmed_for):
    ready = make_ready(db)
    old = issue_one(house, ready)
    digest = look_at(db, ready, old).digest
    asked = {
        "nothing": digest,
        "another": confirmed_digest(digest, uuid4(), "换车"),
        "another reason": confirmed_digest(digest, old, "换人"),
    }
    step_up(db, ready.vet, asked[confirmed_for])
    with pytest.raises(NotAllowed, match="再核验一次"):
        commands.issue(
            db, ready.vet.actor, ready.load_id, house.keys, digest, replaces_id=old, because="换车"
        )
    assert line_of(db, old).status == "valid"


def two_lorries(db):
    """A checked declaration of one batch in two lorries, of 200,000 and 300,000."""
    farm = make_hatchery(db)
    whole = answers(db, farm)
    loads = (
        load_answer(db, quantities=("20万",)),
        load_answer(db, plate="示B12345", quantities=("30万",)),
    )
    return make_ready(db, farm=farm, filled=replace(whole, loads=loads))


def test_only_the_valid_certificate_of_the_same_load_is_replaced(house, db):
    ready = two_lorries(db)
    old = issue_one(house, ready)
    other = replace(ready, load_id=ready.paper.load_ids[1])
    digest = confirm(db, other, old)
    with pytest.raises(NotReady) as caught:
        commands.issue(
            db, ready.vet.actor, other.load_id, house.keys, digest, replaces_id=old, because="换车"
        )
    assert any("不是这一车" in reason for reason in caught.value.reasons)
    assert line_of(db, old).status == "valid"


def test_two_loads_at_once_do_not_outrun_what_was_inspected(house, db, monkeypatch):
    monkeypatch.setattr(
        "tests.make.certificates.give_verdict",
        lambda w, check_id, act, _quantity: give_verdict(w, check_id, act, 300_000),
    )
    ready = two_lorries(db)
    other = replace(ready, load_id=ready.paper.load_ids[1])
    second = confirm(db, other)
    db.clock.forward(seconds=60)
    first = confirm(db, ready)
    done = []

    def meanwhile(point):
        if point == "signed":
            done.append(commands.issue(db, ready.vet.actor, other.load_id, house.keys, second))

    with pytest.raises(Conflict, match="查验数"):
        commands.issue(db, ready.vet.actor, ready.load_id, house.keys, first, reached=meanwhile)
    assert line_of(db, done[0]).status == "valid"
    with db.look(SYSTEM) as look:
        assert balance(look, ready.farm.lot_id) == 900_000


def test_a_suspension_is_not_passed_by_with_a_replacement_or_a_void(house, db):
    ready = make_ready(db)
    old = issue_one(house, ready)
    with db.work(SYSTEM) as w:
        commands.suspend(w, old, "复检中")
    assert Reason.REPLACES_ANOTHER in {one.reason for one in look_at(db, ready, old).reasons}
    with pytest.raises(NotAllowed, match="暂停"), db.work(ready.vet.actor) as w:
        commands.void(w, old, "另签一张")
    with db.work(SYSTEM) as w:
        commands.void(w, old, "复检阳性")


def test_a_load_whose_certificate_was_recalled_gets_no_other(house, db):
    ready = two_lorries(db)
    old = issue_one(house, ready)
    with db.work(make_person(db, "county_supervisor", division="320114").actor) as w:
        commands.suspend(w, old, "试剂批号有问题")
    with db.work(replace(SYSTEM, person_id=ready.vet.person_id)) as w:
        commands.recall(w, old, "试剂批号有问题")
    assert {one.reason for one in look_at(db, ready).reasons} >= {Reason.LOAD_DONE}


def test_every_act_moves_the_news_and_the_log_on(house, db):
    certificate_id = issue_one(house)
    with db.work(SYSTEM) as w:
        commands.suspend(w, certificate_id, "复检中")
    with db.work(SYSTEM) as w:
        commands.note_arrival(w, certificate_id, w.now)
    with db.look() as look:
        news = queries.changes_since(look, 0)
        assert [seq for seq, _ in news] == [1, 2, 3]
        assert len({public_id for _, public_id in news}) == 1
        from aquacert.certificates.log.queries import leaves, size

        assert [leaf.position for leaf in leaves(look, 0)] == [0, 1]
        assert size(look) == 2
        assert queries.by_public_id(look, news[0][1]).arrived_at is not None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE certificates SET quantity = 1",
        "DELETE FROM certificates",
        "DELETE FROM certificate_numbers",
        "UPDATE issuances SET payload = record",
        "UPDATE certificate_lines SET quantity = 1",
        "DELETE FROM certificate_changes",
        "UPDATE log_leaves SET position = 9",
        "UPDATE number_segments SET next_free = first",
    ],
)
def test_what_is_sealed_stays_sealed(house, db, statement):
    issue_one(house)
    with pytest.raises(DBAPIError, match="append-only"), db.engine.begin() as connection:
        connection.execute(text(statement))


def test_the_status_list_says_what_the_table_says(house, db):
    from aquacert.trust import statuslist

    certificate_id = issue_one(house)
    row = row_of(db, certificate_id)
    with db.work(SYSTEM) as w:
        commands.void(w, certificate_id, "货主取消启运")
    commands.publish_list(db, house.keys, row.status_list)
    with db.look() as look:
        published = queries.listing(look, row.status_list)
    trust = TrustList(house.keys.public_keys())
    signed = statuslist.read_list(published.token, trust.keys_of(Use.STATUS), db.clock.now())
    assert signed.statuses[row.status_index] == statuslist.Status.INVALID


def test_a_list_read_before_a_void_and_written_after_it_is_published_anew(house, db, monkeypatch):
    from aquacert.certificates.status import lists as status
    from aquacert.trust import statuslist

    row = row_of(db, issue_one(house))
    sign, seen = statuslist.sign_list, []

    def slow(*asked):
        if not seen:
            seen.append(True)
            with db.work(SYSTEM) as w:
                commands.void(w, row.id, "货主取消启运")
            commands.publish_list(db, house.keys, row.status_list)
        return sign(*asked)

    monkeypatch.setattr(status.statuslist, "sign_list", slow)
    commands.publish_list(db, house.keys, row.status_list)
    with db.look() as look:
        published = queries.listing(look, row.status_list)
    trust = TrustList(house.keys.public_keys())
    signed = statuslist.read_list(published.token, trust.keys_of(Use.STATUS), db.clock.now())
    assert signed.statuses[row.status_index] == statuslist.Status.INVALID


def test_documents_are_made_once_from_the_signed_record(house, db):
    certificate_id = issue_one(house)
    commands.render(db, house.keys, certificate_id)
    commands.render(db, house.keys, certificate_id)
    with db.look(SYSTEM) as look:
        files = look.files_of(look.get(Certificate, certificate_id))
        assert sorted(file.name for file in files) == ["3200000001.docx", "3200000001.pdf"]
        assert queries.by_public_id(look, line_of(db, certificate_id).public_id).pdf_ready
        told = select(InboxMessage.link).where(InboxMessage.kind == "certificate")
        assert look.scalars(told) == [f"/certificates/{certificate_id}/certificate.pdf"]


def test_a_crashed_plan_is_settled_and_explained(house, db):
    class Crash(Exception):
        pass

    def crash_at(point):
        def reached(now):
            if now == point:
                raise Crash

        return reached

    ready = make_ready(db)
    for point in ("reserved", "marked", "planned", "signed"):
        digest = confirm(db, ready)
        with pytest.raises(Crash):
            commands.issue(
                db, ready.vet.actor, ready.load_id, house.keys, digest, reached=crash_at(point)
            )
        done = commands.resume(db, quiet=timedelta(0))
        assert done.abandoned + done.voided == 1
    with db.look(SYSTEM) as look:
        rows = look.scalars(select(CertificateNumber).order_by(CertificateNumber.number))
        assert {(row.state, row.because) for row in rows} == {
            ("void", "签发中断：号已取用，没有签成证书")
        }
        assert {row.stage for row in look.scalars(select(Issuance))} == {"abandoned"}
    assert line_of(db, issue_one(house, ready)).number == "3200000005"


def test_a_plan_at_work_is_left_alone(house, db):
    ready = make_ready(db)
    seen = []

    def meanwhile(point):
        if point == "planned":
            seen.append(commands.resume(db))

    digest = confirm(db, ready)
    commands.issue(db, ready.vet.actor, ready.load_id, house.keys, digest, reached=meanwhile)
    assert [done.anything for done in seen] == [False]


def test_a_plan_cleared_up_meanwhile_is_not_published(house, db):
    ready = make_ready(db)
    digest = confirm(db, ready)

    def meanwhile(point):
        if point == "signed":
            commands.resume(db, quiet=timedelta(0))

    with pytest.raises(Conflict, match="中断太久"):
        commands.issue(db, ready.vet.actor, ready.load_id, house.keys, digest, reached=meanwhile)
    with db.look(SYSTEM) as look:
        assert look.scalars(select(Certificate)) == []


def test_a_number_cleared_up_before_its_plan_was_written_stops_nothing(house, db):
    ready = make_ready(db)
    digest = confirm(db, ready)

    def meanwhile(point):
        if point == "marked":
            commands.resume(db, quiet=timedelta(0))

    with pytest.raises(Conflict):
        commands.issue(db, ready.vet.actor, ready.load_id, house.keys, digest, reached=meanwhile)
    assert not commands.resume(db, quiet=timedelta(0)).anything
    with db.look(SYSTEM) as look:
        assert {row.stage for row in look.scalars(select(Issuance))} == {"abandoned"}
    assert line_of(db, issue_one(house, ready)).number == "3200000002"


def test_a_restored_backup_does_not_give_numbers_out_again(house, db, settings):
    from aquacert.certificates.numbers.commands import MARKS

    ready = make_ready(db)
    marks = settings.data_dir / MARKS
    marks.write_text("3200000001\n3200000002\n3200000004\n")
    assert commands.resume(db).skipped == 4
    assert line_of(db, issue_one(house, ready)).number == "3200000005"
    with db.look(SYSTEM) as look:
        assert number_row(look, "3200000003").state == "void"
        assert "恢复备份" in number_row(look, "3200000003").because
        assert all(line.balances for line in segments(look, "A"))


def test_segments_do_not_overlap_and_children_come_from_their_parents(db):
    from tests.make.accounts import make_organisation

    county = make_organisation(db)
    office = make_organisation(db, parent_id=county)
    with db.work(SYSTEM) as w:
        parent = commands.receive_segment(
            w, holder_id=county, kind="A", first="3200000001", last="3200000100", because="省批次"
        )
        commands.hand_down(w, parent, holder_id=office, count=40)
    with pytest.raises(Invalid), db.work(SYSTEM) as w:
        commands.hand_down(w, parent, holder_id=office, count=61)
    with pytest.raises(Invalid), db.work(SYSTEM) as w:
        commands.receive_segment(
            w, holder_id=county, kind="B", first="3200000100", last="3200000200", because="省批次"
        )
    with db.look(SYSTEM) as look:
        lines = segments(look, "A")
    assert [(line.size, line.left, line.handed_down) for line in lines] == [
        (100, 60, 40),
        (40, 40, 0),
    ] or [(line.size, line.left, line.handed_down) for line in lines] == [
        (40, 40, 0),
        (100, 60, 40),
    ]
    assert all(line.balances for line in lines)


def test_an_unknown_load_is_not_found(house, db):
    from aquacert.kernel.errors import NotFound

    ready = make_ready(db)
    with pytest.raises(NotFound):
        commands.issue(db, ready.vet.actor, uuid4(), house.keys, "0" * 64)
