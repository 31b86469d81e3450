"""What other rooms, the log and peers are told about certificates; and the read-only views."""

from sqlalchemy import text

from aquacert.certificates import commands, queries
from aquacert.certificates.log.queries import leaves
from aquacert.certificates.peers.queries import Answer, judge_own
from aquacert.kernel.scope import SYSTEM
from aquacert.trust import merkle, qr
from aquacert.trust.errors import Why
from tests.make.accounts import make_person
from tests.make.certificates import issue_one, make_ready


def public_of(db, certificate_id):
    with db.look(SYSTEM) as look:
        line = queries.certificate(look, certificate_id)
    with db.look() as look:
        return line, queries.by_public_id(look, line.public_id)


def test_a_stranger_finds_a_certificate_by_its_page_and_by_nothing_else(house, db):
    line, public = public_of(db, issue_one(house))
    assert (public.number, public.status, public.pdf_ready) == (line.number, "valid", False)
    with db.look() as look:
        assert queries.by_public_id(look, "0000000000") is None
        assert queries.public_id_of_number(look, line.number) == line.public_id
        assert queries.certificates(look).total == 0


def test_lists_are_found_by_number_and_status(house, db):
    ready = make_ready(db)
    issue_one(house, ready)
    with db.look(ready.vet.actor) as look:
        assert queries.certificates(look, "32 0000 0001").total == 1
        assert queries.certificates(look, "凡纳滨").total == 1
        assert queries.certificates(look, "9999").total == 0
        assert queries.certificates(look, "", "void").total == 0
        assert queries.counts(look) == {"valid": 1}
        page = queries.certificates_page(look)
        assert [item.number for item in page.items] == ["3200000001"]


def test_both_ends_of_the_road_see_a_certificate_and_others_do_not(house, db):
    certificate_id = issue_one(house)
    there = make_person(db, "checkpoint_officer", division="370212")
    elsewhere = make_person(db, "checkpoint_officer", division="321302")
    with db.look(there.actor) as look:
        assert queries.certificate(look, certificate_id).destination_code == "370212"
    with db.look(elsewhere.actor) as look:
        assert queries.certificates(look).total == 0


def test_counts_are_by_month_county_and_species(house, db):
    ready = make_ready(db)
    issue_one(house, ready)
    with db.look(SYSTEM) as look:
        [row] = queries.counts_by_month(look, county="320000")
        assert queries.counts_by_month(look, county="370000") == []
        assert queries.counts_by_month(look, species_code="FCG") == []
    assert (row.month, row.county, row.kind) == ("2026-05", "320114", "A")
    assert (row.certificates, row.quantity, row.unit) == (1, 500_000, "尾")


def test_a_code_is_judged_by_the_keys_we_hold(house, db):
    _, public = public_of(db, issue_one(house))
    digits = qr.digits(public.cose)
    assert judge_own(house.keys, digits).answer is Answer.GOOD
    assert judge_own(house.keys, f"https://x.example/c/0000000000#{digits}").answer is Answer.GOOD
    broken = qr.digits(public.cose[:-1] + bytes([public.cose[-1] ^ 1]))
    assert judge_own(house.keys, broken).why is Why.BAD_SIGNATURE
    assert judge_own(house.keys, "12x").answer is Answer.REFUSED


def test_a_good_signature_of_a_stranger_is_neither_good_nor_forged(house, db, tmp_path):
    from aquacert.trust.keys import KeyRing

    _, public = public_of(db, issue_one(house))
    other = KeyRing(tmp_path / "other", "x")
    assert judge_own(other, qr.digits(public.cose)).answer is Answer.UNKNOWN_ISSUER


def test_a_leaf_is_hashed_as_rfc_9162_says_and_names_nobody(house, db):
    import hashlib

    line, _ = public_of(db, issue_one(house))
    with db.look() as look:
        [leaf] = leaves(look, 0)
    assert (
        leaf.hash == merkle.leaf_hash(leaf.entry) == hashlib.sha256(b"\x00" + leaf.entry).digest()
    )
    assert line.number.encode() not in leaf.entry


def test_the_read_only_views_say_what_the_contract_says(house, db):
    ready = make_ready(db)
    certificate_id = issue_one(house, ready)
    with db.work(ready.vet.actor) as w:
        commands.void(w, certificate_id, "货主取消启运")
    with db.reader.connect() as connection:
        row = connection.execute(text("SELECT * FROM v_certificates")).mappings().one()
        assert (row["number"], row["status"], row["load"]) == ("3200000001", "void", "1")
        assert row["issued_at"] == "2026-05-14T01:42:00.000Z"
        assert row["valid_until"] == "2026-05-16T15:59:59.000Z"
        assert row["arrived_at"] is None
        number = connection.execute(text("SELECT * FROM v_numbers")).mappings().one()
        assert dict(number) == {
            "number": "3200000001",
            "segment": "3200000001-3200001000",
            "state": "void",
            "reason": "货主取消启运",
        }
        first = connection.execute(text("SELECT * FROM v_audit ORDER BY seq")).mappings().first()
        assert first["at"].endswith("Z")
        assert len(first["hash"]) == 64


def test_status_lists_are_made_once_and_again_when_old(house, db):
    certificate_id = issue_one(house)
    assert commands.refresh_lists(db, house.keys) == 1
    assert commands.refresh_lists(db, house.keys) == 0
    db.clock.forward(hours=13)
    assert commands.refresh_lists(db, house.keys) == 1
    with db.look(SYSTEM) as look:
        assert queries.listing(look, queries.status_list_of(look, certificate_id)).version == 2
