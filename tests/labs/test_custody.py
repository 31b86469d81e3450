"""The chain of custody in the database: written by the acts, held by triggers, tampering found."""

from concurrent.futures import ThreadPoolExecutor, wait
from hashlib import sha256

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from aquacert.certificates.checks.commands import check
from aquacert.kernel.errors import Conflict, Invalid, NotAllowed, NotAllowedNow, NotFound
from aquacert.kernel.scope import SYSTEM
from labs.custody.commands import new_salt, note
from labs.custody.queries import broken_chains, chain, proves, verify_chain
from labs.custody.rules import Reason
from labs.intake.commands import (
    Box,
    announce,
    arrive_box,
    ask_destruction,
    close_box,
    close_fault,
    confirm_destruction,
    correct_receipt,
    keep_item,
    receive_item,
    store_item,
    take_back_receipt,
    take_in,
    take_temperatures,
)
from labs.intake.models import Consignment, Item, NonConformity, Storage, TemperatureLog
from labs.intake.queries import box_of, faults_of, item_by_code, tally_of
from labs.intake.queries.care import temperature_logs
from labs.intake.rules import Took, read_scan
from labs.register.commands import suspend_lab
from tests.make.accounts import make_person
from tests.make.labs import announced, blind, make_items, make_lab, make_report

LOG = "时间,温度\n" + "\n".join(f"2026-05-09 0{8 + n // 6}:{n % 6}0,{4 + n}" for n in range(8))


def boxed(db, lab, count=3, number="BX-0007"):
    """Announce a box of so many samples; return its consignment and codes."""
    codes = [blind() for _ in range(count)]
    with db.work(SYSTEM) as w:
        box = Box(number, "courier", preservation="ice")
        items = [announced(code, db) for code in codes]
        return announce(w, lab_id=lab.lab_id, items=items, box=box), codes


def _without_triggers(db, *tables):
    """Do what somebody with the database's own password could."""
    with db.engine.begin() as connection:
        for table in tables:
            if connection.dialect.name == "sqlite":
                for act in ("update", "delete"):
                    connection.execute(text(f"DROP TRIGGER tr_{table}_no_{act}"))
            else:
                connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))


def found(db, code):
    with db.look(SYSTEM) as look:
        assert set(verify_chain(look, code)) <= set(broken_chains(look))
        return {one.reason for one in verify_chain(look, code)}


def test_the_chain_grows_with_every_act_and_shows_no_private_fact(db):
    lab = make_lab(db)
    vet = make_person(db, "official_vet")
    code, salt = blind(), new_salt()
    with db.work(vet.actor) as w:
        note(w, code, "taken", public={"matrix": "仔虾"})
        first = note(w, code, "sealed", private={"seal": "F000123", "salt": salt})
        announce(w, lab_id=lab.lab_id, items=[announced(code, db)])
    with db.work(lab.receiver.actor) as w:
        receive_item(w, code, "leaked", "袋口渗水")
    with db.look(lab.receiver.actor) as look:
        links = chain(look, code)
        assert verify_chain(look, code) == ()
        assert proves(look, code, 2, {"seal": "F000123", "salt": salt})
        assert not proves(look, code, 2, {"seal": "F000124", "salt": salt})
    assert [(x.sequence, x.act) for x in links] == [(1, "taken"), (2, "sealed"), (3, "received")]
    assert links[2].previous == first == links[1].hash
    assert links[0].holder == "渔业官方兽医"
    assert "实验室收样员" in links[2].holder
    assert links[2].public["condition"] == "leaked"
    assert "F000123" not in repr(links)
    assert found(db, "NOBODY-01") == set()


def test_the_database_refuses_to_change_or_remove_a_link(db):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    for sql in ("UPDATE lab_custody SET holder = 'x'", "DELETE FROM lab_custody"):
        with pytest.raises(DBAPIError, match="append-only"), db.engine.begin() as connection:
            connection.execute(text(f"{sql} WHERE blind_code = :code"), {"code": code})


TAMPERINGS = {
    "another holder": ("UPDATE lab_custody SET holder = 'x' WHERE blind_code = :one", "changed"),
    "another fact": (
        'UPDATE lab_custody SET public = \'{"condition":"x"}\' WHERE blind_code = :one',
        "changed",
    ),
    "a tail cut off": (
        "DELETE FROM lab_custody WHERE blind_code = :one AND sequence = 2",
        "missing",
    ),
    "a whole chain removed": ("DELETE FROM lab_custody WHERE blind_code = :one", "missing"),
    "a row given to another sample": (
        "UPDATE lab_custody SET blind_code = :two, sequence = 9 WHERE blind_code = :one",
        "missing",
    ),
    "a head set back": (
        "UPDATE lab_custody_heads SET sequence = 1 WHERE blind_code = :one",
        "head_differs",
    ),
    "an anchor rewritten": (
        "UPDATE audit_entries SET change = replace(change, :one, :two) WHERE subject_id = :one",
        "unanchored",
    ),
}


def test_tampering_with_the_tables_is_found(db):
    lab = make_lab(db)
    codes = make_items(db, lab, len(TAMPERINGS) + 1)
    with db.work(lab.technician.actor) as w:
        for code in codes:
            note(w, code, "tested", public={"run": "R1"})
    with db.look(SYSTEM) as look:
        assert broken_chains(look) == ()
    _without_triggers(db, "lab_custody", "audit_entries")
    told = {}
    for one, (name, (sql, reason)) in zip(codes, TAMPERINGS.items(), strict=False):
        values = {"one": one} | ({"two": codes[-1]} if ":two" in sql else {})
        last = sql.replace("WHERE", "WHERE sequence = 2 AND") if "given" in name else sql
        with db.engine.begin() as connection:
            connection.execute(text(last), values)
        told[name] = Reason(reason) in found(db, one)
    assert told == dict.fromkeys(TAMPERINGS, True)
    assert Reason.FOREIGN not in found(db, codes[0])
    assert Reason.CHANGED in found(db, codes[-1])


def test_a_program_that_would_show_too_much_fails_at_once(db):
    with pytest.raises(ValueError, match="seal"), db.work(SYSTEM) as w:
        note(w, blind(), "sealed", public={"seal": "F1"})
    with pytest.raises(ValueError, match="salt"), db.work(SYSTEM) as w:
        note(w, blind(), "sealed", private={"seal": "F1"})


# ── Boxes ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "wrong", [{"number": "苏州 1 号"}, {"carrier": "某县顺丰"}, {"preservation": "warm"}]
)
def test_a_box_has_no_words_that_could_name_a_place(db, wrong):
    lab = make_lab(db)
    box = Box(**({"number": "BX-1", "carrier": "own"} | wrong))
    with pytest.raises(Invalid), db.work(SYSTEM) as w:
        announce(w, lab_id=lab.lab_id, items=[announced(blind(), db)], box=box)


def test_a_box_is_reconciled_and_its_missing_items_need_a_reason(db):
    lab = make_lab(db)
    box_id, codes = boxed(db, lab)
    elsewhere, [other] = boxed(db, lab, 1, "BX-0008")
    receiver = lab.receiver.actor
    with db.work(receiver) as w:
        assert box_of(w, "bx-0007").id == box_id
        arrive_box(w, box_id)
        arrive_box(w, box_id)
        assert take_in(w, box_id, read_scan(codes[0])).took is Took.RECEIVED
        assert take_in(w, box_id, read_scan(codes[0])).took is Took.AGAIN
        extra = take_in(w, box_id, read_scan("ZZZZ-9999"))
        assert extra == take_in(w, box_id, read_scan("ZZZZ-9999"))
        moved = take_in(w, box_id, read_scan(f"{other} D"))
        assert (moved.took, moved.condition) == (Took.ELSEWHERE, "damaged")
    with db.look(receiver) as look:
        tally = tally_of(look, box_id)
        assert (tally.expected, tally.received, tally.waiting, tally.extra) == (3, 1, 2, 2)
        assert tally.holds
        assert look.get(Consignment, elsewhere).state == "received"
        assert [x.act for x in chain(look, codes[0])] == ["handed_over", "received"]
    with pytest.raises(Invalid, match="2 份"), db.work(receiver) as w:
        close_box(w, box_id)
    with db.work(receiver) as w:
        close_box(w, box_id, "箱内没有，已电话告知")
        close_box(w, box_id)
    with db.look(receiver) as look:
        tally = tally_of(look, box_id)
        assert (tally.received, tally.missing, tally.waiting) == (1, 2, 0)
        kinds = [(fault.kind, fault.state) for fault in faults_of(look, box_id)]
        assert sorted(kinds) == [("extra", "open")] * 2 + [("missing", "open")] * 2
        assert verify_chain(look, codes[2]) == ()


def test_a_code_of_another_laboratory_and_of_nobody_are_taken_in_with_the_same_words(db):
    lab, other = make_lab(db), make_lab(db)
    [theirs] = make_items(db, other)
    box_id, _ = boxed(db, lab)
    with db.work(lab.receiver.actor) as w:
        scans = [take_in(w, box_id, read_scan(code)) for code in (theirs, "ZZZZ-9998")]
    assert {scan.took for scan in scans} == {Took.EXTRA}
    with pytest.raises(NotFound), db.work(other.receiver.actor) as w:
        take_in(w, box_id, read_scan(theirs))
    with pytest.raises(Invalid, match="不是盲样号"), db.work(lab.receiver.actor) as w:
        take_in(w, box_id, read_scan("鱼!"))


def test_a_receipt_is_corrected_or_taken_back_by_new_facts_only(db):
    lab = make_lab(db)
    box_id, codes = boxed(db, lab, 2)
    receiver = lab.receiver.actor
    with db.work(receiver) as w:
        receive_item(w, codes[0], "good")
        receive_item(w, codes[1], "missing")
    with db.work(receiver) as w:
        assert take_back_receipt(w, box_id) == codes[1]
        assert w.get(Consignment, box_id).state == "announced"
    with pytest.raises(Invalid, match="为什么"), db.work(receiver) as w:
        correct_receipt(w, codes[0], "leaked", " ")
    with pytest.raises(Conflict), db.work(receiver) as w:
        receive_item(w, codes[0], "leaked")
    came = db.clock.now()
    db.clock.forward(seconds=30)
    with db.work(receiver) as w:
        correct_receipt(w, codes[0], "rejected", "其实已化冻")
        correct_receipt(w, codes[0], "damaged", "复核后可检")
        receive_item(w, codes[1], "good")
    with db.look(receiver) as look:
        row = item_by_code(look, codes[0])
        assert (row.state, row.received_at) == ("received", came)
        told = [(x.act, x.public["condition"]) for x in chain(look, codes[0])]
        assert told == [("received", "good"), ("rejected", "rejected"), ("received", "damaged")]
        assert [x.public.get("replaces") for x in chain(look, codes[0])] == [None, "1", "2"]
        told = [x.public["condition"] for x in chain(look, codes[1])]
        assert told == ["missing", "taken_back", "good"]
        states = {fault.kind: fault.state for fault in faults_of(look, box_id)}
        assert states == {"missing": "closed", "rejected": "closed", "damaged": "open"}
        assert broken_chains(look) == ()
    db.clock.forward(seconds=61)
    with pytest.raises(NotAllowedNow, match="一分钟"), db.work(receiver) as w:
        take_back_receipt(w, box_id)
    with db.work(lab.technician.actor) as w:
        note(w, codes[0], "tested", public={"run": "R1"})
    with pytest.raises(NotAllowedNow, match="检测"), db.work(receiver) as w:
        correct_receipt(w, codes[0], "missing", "不见了")


def test_a_non_conformity_is_closed_by_saying_what_was_done(db):
    lab = make_lab(db)
    box_id, codes = boxed(db, lab)
    with db.work(lab.receiver.actor) as w:
        receive_item(w, codes[0], "rejected", "已化冻")
    with db.look(lab.receiver.actor) as look:
        [fault] = faults_of(look, box_id)
    assert "-NC00001" in fault.number
    with pytest.raises(Invalid, match="做了什么"), db.work(lab.receiver.actor) as w:
        close_fault(w, fault.id, " ")
    with db.work(lab.receiver.actor) as w:
        close_fault(w, fault.id, "已请送样方重抽")
        row = w.get(NonConformity, fault.id)
        assert (row.state, row.closed_by_id) == ("closed", lab.receiver.person_id)
    with pytest.raises(NotAllowedNow), db.work(lab.receiver.actor) as w:
        close_fault(w, fault.id, "再关一次")


def test_temperatures_outside_are_written_into_every_chain_and_refuse_nothing(db):
    lab = make_lab(db)
    box_id, codes = boxed(db, lab, 2)
    with db.work(lab.receiver.actor) as w:
        log_id = take_temperatures(w, box_id, LOG.encode("gb18030"))
        assert take_temperatures(w, box_id, LOG.encode("gb18030")) == log_id
        receive_item(w, codes[0], "good")
    with db.look(lab.receiver.actor) as look:
        row = look.get(TemperatureLog, log_id)
        assert (row.low_tenths, row.high_tenths, len(row.excursions)) == (0, 80, 1)
        [line] = temperature_logs(look, box_id)
        assert (line.count, line.highest, line.excursions[0].extreme) == (8, 110, 110)
        assert [f.kind for f in faults_of(look, box_id)] == ["temperature"]
        for code in codes:
            [link] = [x for x in chain(look, code) if x.act == "temperature"]
            assert link.public["high"] == "11.0"
            assert link.public["file"] == sha256(LOG.encode("gb18030")).hexdigest()
            assert verify_chain(look, code) == ()
    with pytest.raises(Invalid, match="没有收下"), db.work(lab.receiver.actor) as w:
        take_temperatures(w, box_id, b"nothing")


def test_a_suspended_laboratory_turns_away_what_was_on_its_way_and_takes_nothing(db):
    lab = make_lab(db)
    box_id, [code] = boxed(db, lab, 1)
    with db.work(SYSTEM) as w:
        suspend_lab(w, lab.lab_id, "整改")
    with pytest.raises(NotAllowedNow, match="登记拒收"), db.work(lab.receiver.actor) as w:
        receive_item(w, code, "good")
    with db.work(lab.receiver.actor) as w:
        receive_item(w, code, "rejected", "本实验室暂停承检")
    with db.look(lab.receiver.actor) as look:
        assert (tally_of(look, box_id).rejected, look.get(Consignment, box_id).state) == (
            1,
            "received",
        )


def test_a_log_that_ended_before_the_box_left_is_not_of_this_box(db):
    lab = make_lab(db)
    box_id, codes = boxed(db, lab, 1)
    with pytest.raises(Invalid, match="还没有送出"), db.work(lab.receiver.actor) as w:
        take_temperatures(w, box_id, LOG.replace("2026-05-09", "2026-04-02").encode())
    with db.look(lab.receiver.actor) as look:
        assert temperature_logs(look, box_id) == []
        assert chain(look, codes[0]) == ()


def test_two_people_destroy_what_is_left_when_its_days_are_over(db):
    lab = make_lab(db)
    code, open_code = make_items(db, lab, 2)
    make_report(db, lab, code)
    one, two = lab.receiver.actor, lab.technician.actor
    with pytest.raises(Invalid), db.work(one) as w:
        store_item(w, code, " ")
    with db.work(one) as w:
        storage_id = store_item(w, code, "-80 冰箱 A3")
        assert store_item(w, code, "-80 冰箱 B1") == storage_id
        open_id = store_item(w, open_code, "冰箱")
    with pytest.raises(NotAllowedNow, match="留样期"), db.work(one) as w:
        ask_destruction(w, storage_id, "高压")
    with pytest.raises(NotAllowedNow, match="还没有出报告"), db.work(one) as w:
        ask_destruction(w, open_id, "高压")
    db.clock.forward(days=91)
    with db.work(one) as w:
        ask_destruction(w, storage_id, "121 ℃ 30 分钟")
    with pytest.raises(NotAllowed, match="两个人"), db.work(one) as w:
        confirm_destruction(w, storage_id)
    with db.work(two) as w:
        keep_item(w, storage_id, "结果有争议")
    with db.work(one) as w:
        ask_destruction(w, storage_id, "121 ℃ 30 分钟")
    with db.work(two) as w:
        confirm_destruction(w, storage_id)
        assert w.get(Storage, storage_id).state == "destroyed"
    with pytest.raises(NotAllowedNow, match="已经销毁"), db.work(two) as w:
        note(w, code, "tested")
    with db.look(one) as look:
        acts = [x.act for x in chain(look, code)]
        assert (acts[-3:], verify_chain(look, code)) == (["stored", "stored", "destroyed"], ())
        assert look.get(Item, item_by_code(look, code).id).state == "reported"


def test_what_was_put_away_early_is_kept_its_days_after_the_report(db):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    with db.work(lab.receiver.actor) as w:
        storage_id = store_item(w, code, "-80 冰箱 A3")
    db.clock.forward(days=60)
    make_report(db, lab, code)
    db.clock.forward(days=31)
    with pytest.raises(NotAllowedNow, match="留样期"), db.work(lab.receiver.actor) as w:
        ask_destruction(w, storage_id, "高压")
    db.clock.forward(days=60)
    with db.work(lab.receiver.actor) as w:
        ask_destruction(w, storage_id, "高压")


def test_two_at_one_box_wait_for_each_other_and_block_nobody_for_ever(db):
    """One closes a box while another scans its last item: the second finds what the first did."""
    lab = make_lab(db)
    box_id, codes = boxed(db, lab, 2)

    def scan():
        with db.work(lab.receiver.actor) as w:
            receive_item(w, codes[0], "good")

    with ThreadPoolExecutor(1) as pool:
        with db.work(lab.technician.actor) as w:
            arrive_box(w, box_id)
            other = pool.submit(scan)
            wait([other], timeout=0.3)
            close_box(w, box_id, "箱内没有")
        with pytest.raises(Conflict, match="缺失"):
            other.result(10)
    with db.look(lab.receiver.actor) as look:
        assert [item_by_code(look, code).condition for code in codes] == ["missing", "missing"]


def test_two_who_write_at_once_follow_each_other_and_nobody_writes_after_destruction(db):
    """The second waits for the first one's link, and then sees it."""
    code = blind()
    with db.work(SYSTEM) as w:
        note(w, code, "taken")

    def tested():
        with db.work(SYSTEM) as w:
            return note(w, code, "tested")

    with ThreadPoolExecutor(1) as pool:
        with db.work(SYSTEM) as w:
            note(w, code, "stored")
            other = pool.submit(tested)
            wait([other], timeout=0.3)
        other.result(10)
        with db.work(SYSTEM) as w:
            note(w, code, "destroyed")
            other = pool.submit(tested)
            wait([other], timeout=0.3)
        with pytest.raises(NotAllowedNow, match="已经销毁"):
            other.result(10)
    with db.look(SYSTEM) as look:
        assert [x.act for x in chain(look, code)] == ["taken", "stored", "tested", "destroyed"]
        assert verify_chain(look, code) == ()


def test_the_nightly_check_of_everything_issued_takes_the_chains_up(db, house):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    assert not [one for one in check(db, house.keys, by="每夜复核").found if "custody" in str(one)]
    _without_triggers(db, "lab_custody")
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE lab_custody SET holder = 'x'"))
    found = check(db, house.keys, by="每夜复核").found
    assert {(one.lint, one.subject) for one in found.values()} == {
        ("custody.holds", f"sample {code}")
    }
