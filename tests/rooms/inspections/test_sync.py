"""Records of devices: each once for ever, merged or both versions shown, refused ones kept."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, text

from aquacert.accounts.commands import end_appointment, freeze_person
from aquacert.accounts.models import InboxMessage
from aquacert.accounts.queries import actor_for, memberships_in_force
from aquacert.declarations.commands import assign_vet
from aquacert.declarations.queries import declaration
from aquacert.inspections.commands import give_verdict, keep_findings, start_inspection
from aquacert.inspections.commands.sync.taking import DIFFERS
from aquacert.inspections.models import Clip, DeviceRecord, Finding, Photo, VerdictDoubt
from aquacert.inspections.queries import checks_of, sheet, verdicts
from aquacert.inspections.queries.day import day
from aquacert.inspections.queries.kept import kept_of
from aquacert.inspections.rules import Act
from aquacert.kernel.audit import AuditEntry
from aquacert.kernel.errors import NotFound, NotSignedIn, OtherPerson, Unavailable
from aquacert.kernel.scope import SYSTEM
from tests.make.accounts import make_person
from tests.make.declarations import make_declaration
from tests.make.inspections import fill, picture, start
from tests.make.sync import Device, outcomes


@pytest.fixture
def paper(db):
    return make_declaration(db, state="assigned")


@pytest.fixture
def device(db, paper):
    return Device(db, paper.vet.actor)


def count(db, model, *where):
    with db.look(SYSTEM) as look:
        return look.session.scalar(select(func.count()).select_from(model).where(*where))


def found(db, paper):
    """Return item → finding of the only batch."""
    with db.look(SYSTEM) as look:
        [line] = checks_of(look, paper.declaration_id)
        return dict(sheet(look, line.check.id).findings)


def test_a_whole_visit_made_offline_comes_in_once_however_often_it_is_sent(db, paper, device):
    """F7, F14: lost replies; F9: the device has its own ids; the order is kept."""
    records = device.visit(paper)
    lost = device.send(*records)
    assert outcomes(lost) == ["accepted"] * len(records)
    entries = count(db, AuditEntry)
    again = device.send(*records)
    assert outcomes(again) == ["same"] * len(records)
    assert [one["first"] for one in again] == ["accepted"] * len(records)
    assert again[1]["checks"] == records[1]["body"]["checks"]
    assert count(db, DeviceRecord) == len(records)
    assert count(db, Photo) == 2
    assert count(db, AuditEntry) == entries
    with db.look(SYSTEM) as look:
        assert declaration(look, paper.declaration_id).state == "inspected"
        [verdict] = verdicts(look, paper.declaration_id).values()
    assert verdict.quantity == 500_000


def test_a_record_id_serves_once_for_ever(db, paper, device):
    start(db, paper)
    [batch] = paper.batch_ids
    first = device.record("findings", 1, batch_id=batch, answers={"individual-carapace": "normal"})
    other = device.record(
        "findings", 1, id=first["id"], batch_id=batch, answers={"individual-carapace": "abnormal"}
    )
    assert outcomes(device.send(first, other)) == ["accepted", "refused"]
    stranger = make_person(db, "official_vet", organisation_id=paper.farm.office_id)
    theirs = Device(db, stranger.actor).record("findings", 1, id=first["id"], **first["body"])
    assert outcomes(Device(db, stranger.actor).send(theirs)) == ["refused"]
    assert found(db, paper)["individual-carapace"].answer == "normal"
    with pytest.raises(Exception, match="append-only"), db.work(SYSTEM) as w:
        w.session.execute(text("UPDATE device_records SET outcome = 'accepted'"))


def test_one_bad_record_stops_nothing(db, paper, device):
    start(db, paper)
    [batch] = paper.batch_ids
    good = device.record("findings", 1, batch_id=batch, answers={"individual-carapace": "normal"})
    bad = [
        device.record("nonsense", 1, batch_id=batch),
        device.record("findings", 1, batch_id=uuid4(), answers={}),
        device.record("findings", 1, batch_id=batch, answers={"no-such-item": "normal"}),
        device.record("findings", 1, batch_id=batch, answers={"individual-carapace": "perhaps"}),
        device.record("findings", 1, batch_id=batch, answers="all of them"),
        device.record("verdict", 1, batch_id=batch, outcome="perhaps"),
        device.record("verdict", 2, batch_id=batch, outcome="pass", quantity="many"),
        device.record("suspicion", 1, batch_id=batch, diseases="WSD"),
        device.record("visit.start", 1, declaration_id=paper.declaration_id, checks=[1]),
        device.record("visit.start", 1, declaration_id=uuid4()),
    ]
    results = device.send(*bad, good)
    assert outcomes(results) == ["refused"] * len(bad) + ["accepted"]
    assert all(one["reason"] for one in results[:-1])
    assert outcomes(device.send(*bad)) == ["same"] * len(bad)


def test_two_devices_merge_item_by_item_and_show_both_versions_of_what_clashes(db, paper, device):
    """F9: the same vet with a telephone and a tablet; nothing of either is lost."""
    other = Device(db, paper.vet.actor)
    [batch] = paper.batch_ids
    begun = device.send(*device.visit(paper)[:2])
    again = other.send(*other.visit(paper)[:2])
    assert begun[1]["checks"] == again[1]["checks"]
    one = {"individual-carapace": "abnormal", "group-activity": "normal"}
    two = {"individual-carapace": "normal", "group-colour": "normal"}
    device.send(device.record("findings", 1, batch_id=batch, answers=one))
    [clash] = other.send(other.record("findings", 1, batch_id=batch, answers=two))
    assert clash["outcome"] == "conflict"
    assert clash["mine"] == {"individual-carapace": "normal"}
    assert clash["theirs"] == {"individual-carapace": "abnormal"}
    assert clash["kept"] == ["group-colour"]
    rows = found(db, paper)
    assert {key: row.answer for key, row in rows.items()} == {
        "individual-carapace": "abnormal",
        "group-activity": "normal",
        "group-colour": "normal",
    }
    chosen = {"individual-carapace": "normal"}
    late = other.record(
        "findings", clash["version"], batch_id=batch, answers=chosen, settles=clash["id"]
    )
    with db.look(SYSTEM) as look:
        assert kept_of(look, paper.declaration_id)[0].settled_at is None
    assert outcomes(other.send(late)) == ["accepted"]
    with db.look(SYSTEM) as look:
        assert kept_of(look, paper.declaration_id)[0].settled_at == look.now
    assert found(db, paper)["individual-carapace"].answer == "normal"


def test_a_device_is_never_in_conflict_with_itself(db, paper, device):
    """Both records were made before the first was answered: they know the same version."""
    start(db, paper)
    [batch] = paper.batch_ids
    records = [
        device.record("findings", 1, batch_id=batch, answers={"individual-carapace": value})
        for value in ("normal", "abnormal", "normal")
    ]
    assert outcomes(device.send(*records)) == ["accepted"] * 3
    assert found(db, paper)["individual-carapace"].answer == "normal"


def test_a_suspicion_or_verdict_made_without_seeing_another_change_is_a_conflict(db, paper, device):
    other = Device(db, paper.vet.actor)
    [batch] = paper.batch_ids
    device.send(*device.visit(paper)[:2])
    assert outcomes(
        device.send(device.record("suspicion", 1, batch_id=batch, diseases=["WSD"]))
    ) == ["accepted"]
    lists = other.record("suspicion", 1, batch_id=batch, diseases=["DIV1"])
    blind = other.record("verdict", 1, batch_id=batch, outcome="fail", note="大量死亡")
    listed, decided = other.send(lists, blind)
    assert (listed["outcome"], listed["theirs"]) == ("conflict", {"diseases": ["WSD"]})
    assert decided["outcome"] == "conflict"
    assert decided["mine"]["outcome"] == "fail"
    assert decided["theirs"]["state"] == "open"
    seen = other.record(
        "verdict", listed["version"], batch_id=batch, outcome="fail", note="大量死亡"
    )
    assert outcomes(other.send(seen)) == ["accepted"]


def test_a_decided_batch_is_never_overwritten_and_what_came_late_is_kept(db, paper, device):
    [check] = start(db, paper)
    fill(db, paper, check)
    with db.work(paper.vet.actor) as w:
        give_verdict(w, check, Act.PASS, 400_000)
    [batch] = paper.batch_ids
    late = [
        device.record("findings", 1, batch_id=batch, answers={"individual-carapace": "abnormal"}),
        device.record("verdict", 1, batch_id=batch, outcome="fail", note="鳃发黑"),
    ]
    results = device.send(*late)
    assert outcomes(results) == ["refused", "refused"]
    assert results[1]["theirs"]["state"] == "passed"
    assert results[1]["theirs"]["quantity"] == 400_000
    assert count(db, InboxMessage, InboxMessage.subject == DIFFERS) == 2, "the office and the vet"
    assert count(db, VerdictDoubt, VerdictDoubt.check_id == check) == 1, (
        "barred until he settles it"
    )
    assert found(db, paper)["individual-carapace"].answer == "normal"
    with db.look(paper.farm.clerk) as look:
        kept = kept_of(look, paper.declaration_id)
    lines = {one.kind: one.lines for one in kept}
    assert ("甲壳", "异常") in lines["检查结果"]
    assert lines["检疫结论"] == (("结论", "不合格"), ("情况说明", "鳃发黑"))
    far = make_person(db, "official_vet", division="320205")
    with pytest.raises(NotFound), db.look(far.actor) as look:
        kept_of(look, paper.declaration_id)


def test_what_a_replaced_vet_did_offline_is_a_note_of_the_case(db, paper, device):
    records = device.visit(paper)
    other = make_person(db, "official_vet", organisation_id=paper.farm.office_id)
    with db.work(paper.farm.clerk) as w:
        assign_vet(w, paper.declaration_id, other.person_id)
    results = device.send(*records)
    assert set(outcomes(results)) == {"refused"}
    with db.look(paper.farm.clerk) as look:
        assert len(kept_of(look, paper.declaration_id)) == len(records)
        assert not any(line.check for line in checks_of(look, paper.declaration_id))
    start(db, replace(paper, vet=other))
    [batch] = paper.batch_ids
    [late] = device.send(device.record("verdict", 1, batch_id=batch, outcome="fail", note="死"))
    assert "已改派" in late["reason"]


def test_powers_that_ended_meanwhile_do_not_act_and_the_records_stay(db, paper, device):
    """F15: judged by what the person may today, not by what he could when he made them."""
    records = device.visit(paper)[:2]
    with db.work(SYSTEM) as w:
        [held] = memberships_in_force(w, paper.vet.person_id)
        end_appointment(w, held.id, reason="调离")
    with db.look() as look:
        device.actor = actor_for(look, paper.vet.person_id)
    results = device.send(*records)
    assert outcomes(results) == ["refused", "refused"]
    assert "没有现场检疫的权限" in results[0]["reason"]
    with db.look(paper.farm.clerk) as look:
        assert len(kept_of(look, paper.declaration_id)) == 2
    with db.work(SYSTEM) as w:
        freeze_person(w, paper.vet.person_id, frozen=True, reason="调查")
    with pytest.raises(NotSignedIn), db.look() as look:
        actor_for(look, paper.vet.person_id)


def test_nobody_sends_another_persons_queue_or_writes_into_a_strangers_case(db, paper, device):
    colleague = make_person(db, "official_vet", organisation_id=paper.farm.office_id)
    records = device.visit(paper)[:2]
    device.actor = colleague.actor
    with pytest.raises(OtherPerson):
        device.send(*records)
    assert count(db, DeviceRecord) == 0
    owner = Device(db, paper.farm.owner)
    mine = owner.record("verdict", 1, batch_id=paper.batch_ids[0], outcome="pass")
    assert outcomes(owner.send(mine)) == ["refused"]
    far = make_person(db, "official_vet", division="320205")
    theirs = Device(db, far.actor)
    assert outcomes(
        theirs.send(theirs.record("verdict", 1, batch_id=paper.batch_ids[0], outcome="pass"))
    ) == ["refused"]
    with db.look(SYSTEM) as look:
        assert kept_of(look, paper.declaration_id) == []


def test_the_servers_clock_counts_and_the_devices_is_evidence(db, paper):
    """F10: a device eight hours ahead, and one in the year 1999."""
    ahead = Device(db, paper.vet.actor, timedelta(hours=8))
    made = ahead.visit(paper)
    db.clock.forward(minutes=30)
    assert set(outcomes(ahead.send(*made))) == {"accepted"}
    with db.look(SYSTEM) as look:
        [line] = checks_of(look, paper.declaration_id)
        assert line.check.decided_at == look.now
        row = look.session.get(DeviceRecord, UUID(made[-1]["id"]))
        assert row.received_at == look.now
        assert row.device_at == look.now - timedelta(minutes=30) + timedelta(hours=8)
        assert row.about_at == look.now - timedelta(minutes=30)
        any_one = next(iter(sheet(look, line.check.id).findings.values()))
        assert any_one.at == look.now
        assert any_one.by_device_at == row.device_at


def test_a_photograph_waits_for_its_file_and_what_follows_waits_with_it(db, paper, device):
    records = device.visit(paper)
    missing = picture()
    records[3]["body"]["sha256"] = "0" * 64
    results = device.send(*records)
    assert outcomes(results[:3]) == ["accepted"] * 3
    assert [one.get("retry") for one in results[3:]] == [True] * 3
    records[3]["body"]["sha256"] = device.upload(missing)
    assert outcomes(device.send(*records)) == ["same"] * 3 + ["accepted"] * 3


def test_a_clip_comes_also_after_the_verdict_and_a_recorders_file_by_its_hash(db, paper, device):
    device.send(*device.visit(paper))
    [batch] = paper.batch_ids
    video = b"\0\0\0\x18ftypmp42" + bytes(2000)
    records = [
        device.record("clip", 2, batch_id=batch, sha256="1" * 64),
        device.record("clip", 2, batch_id=batch, sha256=device.upload(video, "video/mp4")),
        device.record(
            "clip",
            2,
            batch_id=batch,
            kind="recorder",
            sha256="2" * 64,
            size=1 << 32,
            kept_at="3 号站",
        ),
    ]
    missing, *others = (device.send(one)[0] for one in records)
    assert missing["retry"]
    assert outcomes(others) == ["accepted"] * 2, others
    assert count(db, Clip) == 2


def test_the_same_record_twice_in_one_moment_has_one_effect(db, paper):
    """F14 in the database itself: both in flight at once, on both databases."""
    start(db, paper)
    [batch] = paper.batch_ids
    device = Device(db, paper.vet.actor)
    record = device.record("findings", 1, batch_id=batch, answers={"individual-carapace": "normal"})
    shot = device.record("photo", 1, batch_id=batch, slot="site", sha256=device.upload(picture()))
    gate, got = threading.Barrier(2), []

    def send():
        gate.wait(10)
        got.append(device.send(record, shot))

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(results[0]["outcome"] for results in got) == ["accepted", "same"]
    assert sorted(results[1]["outcome"] for results in got) == ["accepted", "same"]
    assert count(db, Finding) == 1
    assert count(db, Photo) == 1
    with db.look(SYSTEM) as look:
        [line] = checks_of(look, paper.declaration_id)
    assert line.check.version == 3


def test_a_database_that_goes_away_half_way_leaves_the_rest_on_the_device(
    db, paper, device, monkeypatch
):
    records = device.visit(paper)
    calls = iter(range(100))
    whole = type(db).work

    def fails(self, *given):
        if next(calls) >= 3:
            raise Unavailable("系统暂时没有回应。")
        return whole(self, *given)

    monkeypatch.setattr(type(db), "work", fails)
    reply = device.reply(*records)
    assert len(reply["results"]) == 3
    assert reply["stopped"]
    with pytest.raises(Unavailable):
        device.reply(*records[4:])
    monkeypatch.undo()
    assert outcomes(device.send(*records)) == ["same"] * 3 + ["accepted"] * (len(records) - 3)


def test_a_fault_of_ours_keeps_the_record_and_goes_on(db, paper, device, monkeypatch):
    def breaks(*_given, **_names):
        raise ZeroDivisionError

    records = device.visit(paper)[:3]
    monkeypatch.setattr("aquacert.inspections.commands.sync.acts.start_inspection", breaks)
    results = device.send(*records)
    assert outcomes(results) == ["accepted", "refused", "refused"]
    with db.look(paper.farm.clerk) as look:
        assert len(kept_of(look, paper.declaration_id)) == 2


def test_the_day_holds_the_vets_own_visits_and_what_stands(db, paper, device):
    with db.look(paper.vet.actor) as look:
        found_day = day(look)
    [visit] = found_day["visits"]
    assert visit["number"] == paper.number
    assert len(visit["codes"]) == 3
    assert visit["phone"]
    [batch] = visit["batches"]
    assert batch["check"] is None
    assert {one["code"] for one in batch["diseases"]} >= {"WSD"}
    checklist = found_day["checklists"][batch["checklist"]]
    assert {one["kind"] for one in checklist["items"]} == {"choice", "number", "pick"}
    device.send(*device.visit(paper))
    with db.look(paper.vet.actor) as look:
        after = day(look)
        assert day(look)["etag"] == after["etag"] != found_day["etag"]
    [now] = after["visits"][0]["batches"]
    assert now["check"]["state"] == "passed"
    assert now["check"]["findings"]["individual-carapace"] == "normal"
    assert [one["slot"] for one in now["check"]["photos"]] == ["site", "group"]
    assert [one["code"] for one in now["check"]["photos"]] == ["", ""]
    other = make_person(db, "official_vet", organisation_id=paper.farm.office_id)
    with db.look(other.actor) as look:
        assert day(look)["visits"] == []


def test_a_page_and_a_device_of_one_vet_do_not_overwrite_each_other(db, paper, device):
    with db.work(paper.vet.actor) as w:
        [check] = start_inspection(w, paper.declaration_id)
        keep_findings(w, check, {"individual-carapace": "abnormal"})
    [batch] = paper.batch_ids
    stale = device.record("findings", 1, batch_id=batch, answers={"individual-carapace": "normal"})
    [result] = device.send(stale)
    assert result["outcome"] == "conflict"
    assert found(db, paper)["individual-carapace"].answer == "abnormal"
