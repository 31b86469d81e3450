"""Records as no app of ours makes them, shared telephones, and what one person may fill."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError

from aquacert.accounts.commands import end_appointment
from aquacert.accounts.queries import actor_for, memberships_in_force
from aquacert.declarations.commands import assign_vet
from aquacert.inspections.commands.sync import begin_upload, taking
from aquacert.inspections.queries import checks_of, sheet
from aquacert.inspections.queries.day import day
from aquacert.inspections.rules import uploads as limits
from aquacert.inspections.rules.uploads import Announced
from aquacert.kernel.errors import TooMany
from aquacert.kernel.scope import SYSTEM
from tests.make.accounts import make_person, signed_in
from tests.make.declarations import answers, make_declaration
from tests.make.inspections import start
from tests.make.sync import Device, outcomes

APP = {"X-Field": "1"}


@pytest.fixture
def paper(db):
    return make_declaration(db, state="assigned")


@pytest.fixture
def device(db, paper):
    return Device(db, paper.vet.actor)


def test_no_record_makes_an_answer_that_its_device_cannot_read(db, client, paper, device):
    """NaN, brackets by the hundred, words by the page: each is refused alone, in plain JSON."""
    start(db, paper)
    [batch] = paper.batch_ids
    noted = {"individual-carapace": "甲" * 5000}
    said = {"individual-carapace": "normal"}
    strange = [
        device.record("verdict", 1, batch_id=batch, outcome="pass", quantity=float("nan")),
        device.record("verdict", 1, batch_id=batch, outcome="fail", note="死" * 5000),
        device.record("findings", 1, batch_id=batch, answers=said, notes=noted),
        device.record(
            "findings", 1, batch_id=batch, answers={}, notes={"individual-carapace": "x"}
        ),
    ]
    good = device.record("findings", 1, batch_id=batch, answers=said)
    request = json.dumps(device.request(*strange, "deep", good))
    request = request.replace(
        '"deep"', json.dumps(good | {"id": str(uuid4()), "body": {"x": "deep"}})
    )
    request = request.replace('"deep"', "[" * 900 + "]" * 900)
    vet = signed_in(client, paper.vet)
    answer = vet.post("/field/sync", data=request, headers=APP, content_type="application/json")
    assert "NaN" not in answer.text
    assert outcomes(answer.json["results"]) == ["refused"] * 5 + ["accepted"]


def test_on_a_shared_telephone_the_other_vets_changes_are_not_ones_own(db, paper, device):
    [batch] = paper.batch_ids
    device.send(*device.visit(paper)[:2])
    device.send(device.record("findings", 1, batch_id=batch, answers={"group-gut": "abnormal"}))
    next_vet = make_person(db, "official_vet", organisation_id=paper.farm.office_id)
    with db.work(paper.farm.clerk) as w:
        assign_vet(w, paper.declaration_id, next_vet.person_id)
    device.actor = next_vet.actor
    begin = device.record("visit.start", None, declaration_id=paper.declaration_id, checks={})
    blind = device.record("findings", 1, batch_id=batch, answers={"group-gut": "normal"})
    assert outcomes(device.send(begin, blind)) == ["accepted", "conflict"]
    with db.look(SYSTEM) as look:
        [line] = checks_of(look, paper.declaration_id)
        assert sheet(look, line.check.id).findings["group-gut"].answer == "abnormal"


def test_an_isolation_that_a_device_did_not_see_is_not_undone_by_it(db, paper, device):
    other = Device(db, paper.vet.actor)
    [batch] = paper.batch_ids
    device.send(*device.visit(paper)[:2])
    held = device.record("suspicion", 1, batch_id=batch, diseases=["WSD"], course="isolate")
    assert outcomes(device.send(held)) == ["accepted"]
    blind = other.record("suspicion", 1, batch_id=batch, diseases=["WSD"], course="sampling")
    [clash] = other.send(blind)
    assert (clash["outcome"], clash["theirs"]["course"]) == ("conflict", "isolate")


def test_a_photograph_of_whoever_lost_the_right_is_kept_without_waiting_for_its_file(
    db, paper, device
):
    """F15: his file is not taken any more, so that the record must not come again for ever."""
    start(db, paper)
    photo = device.record(
        "photo", 1, batch_id=paper.batch_ids[0], slot="site", sha256="0" * 64, code="AB34"
    )
    with db.work(SYSTEM) as w:
        [held] = memberships_in_force(w, paper.vet.person_id)
        end_appointment(w, held.id, reason="调离")
    with db.look() as look:
        device.actor = actor_for(look, paper.vet.person_id)
    [result] = device.send(photo)
    assert (result["outcome"], result.get("retry")) == ("refused", None)
    assert "没有现场检疫的权限" in result["reason"]


def test_whoever_comes_second_at_the_same_moment_is_judged_again(db, paper, device, monkeypatch):
    """Two devices begin one visit at once: the loser's begin is an accepted one, not a broken one."""
    act, met = taking.act_on, []

    def clash_once(w, sent):
        if not met:
            met.append(sent)
            raise IntegrityError("INSERT", {}, Exception("UNIQUE"))
        return act(w, sent)

    monkeypatch.setattr(taking, "act_on", clash_once)
    assert outcomes(device.send(*device.visit(paper)[:2])) == ["accepted", "accepted"]


def test_one_person_cannot_fill_the_disk_with_files_that_nobody_fetches(
    db, paper, device, monkeypatch
):
    monkeypatch.setattr("aquacert.inspections.commands.sync.uploads.MOST_BYTES_KEPT", 1000)
    device.upload(b"\xff" * 900)
    with db.work(paper.vet.actor) as w, pytest.raises(TooMany):
        begin_upload(w, Announced("1" * 64, 200, "video/mp4"))
    assert limits.MOST_BYTES_KEPT > limits.MOST_OPEN_BYTES


def test_a_day_of_more_visits_asks_little_more(db, paper):
    """What all visits share is asked once: each further visit costs so many statements."""

    def asked():
        seen = []
        note = lambda *given: seen.append(given[2])  # noqa: E731
        event.listen(db.reader, "before_cursor_execute", note)
        with db.look(paper.vet.actor) as look:
            day(look)
        event.remove(db.reader, "before_cursor_execute", note)
        return seen

    start(db, paper)
    few = asked()
    filled = answers(db, paper.farm, "10万")
    for _ in range(2):
        start(db, make_declaration(db, paper.farm, state="assigned", vet=paper.vet, filled=filled))
    more = asked()
    assert 0 < (len(more) - len(few)) / 2 <= 9, "\n".join(sorted(more))


@pytest.mark.parametrize("place", ["/field", "/draws", "/inspections"])
def test_an_address_typed_without_its_last_stroke_leads_on(client, place):
    answer = client.get(place)
    assert (answer.status_code, answer.headers["Location"]) == (308, f"http://localhost{place}/")
