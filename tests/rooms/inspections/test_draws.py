"""The draw: days, tickets, what they decide, redraws, the board and its file."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from dataclasses import dataclass
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from aquacert.app import tasks_of
from aquacert.certificates.issuing.queries import readiness
from aquacert.declarations.commands import assign_vet, close_declaration
from aquacert.declarations.models import Declaration
from aquacert.declarations.queries import batches_of
from aquacert.inspections.commands import drawdays
from aquacert.inspections.commands.drawdays import (
    commit_days,
    reveal_days,
    take_drand,
    type_lottery,
)
from aquacert.inspections.commands.draws import (
    agree_redraw,
    ask_redraw,
    carry_over,
    do_duty,
    draw_on_acceptance,
)
from aquacert.inspections.models import DrawDay, DrawDuty, DrawTicket
from aquacert.inspections.parsers.drawbook import draw_book
from aquacert.inspections.queries import checks_of, drawing
from aquacert.inspections.queries.draws import (
    agreement,
    day_document,
    desk_lines,
    extra_tests,
    ticket_of,
)
from aquacert.inspections.rules.draw import FORMAT, opens_at, packed
from aquacert.inspections.rules.drawing import TicketState
from aquacert.inspections.rules.drawproof import prove
from aquacert.inspections.tasks import keep_draws
from aquacert.kernel.errors import Conflict, Invalid, NotAllowed, NotAllowedNow, NotFound
from aquacert.kernel.scope import SYSTEM
from aquacert.kernel.work import Database
from aquacert.sampling.commands import order_sampling
from aquacert.sampling.queries import required_tests
from aquacert.sampling.rules import Because
from tests.make.accounts import Made, make_person, signed_in, token
from tests.make.declarations import Paper, make_declaration
from tests.make.draws import ISSUE, NUMBERS, fixed, give_beacon, open_today
from tests.make.hatcheries import make_hatchery
from tests.make.inspections import inspect
from tests.make.labs import make_lab
from tests.rules.test_inspections_draw import drand

GUIDE = Path(__file__).parents[3] / "docs" / "recompute-a-draw.md"


def draw(db: Database, paper: Paper) -> UUID | None:
    """Draw a declaration as the worker does."""
    with db.work(SYSTEM) as w:
        return draw_on_acceptance(w, paper.declaration_id)


@dataclass(frozen=True)
class Drawn:
    """A declaration for which everything was drawn."""

    paper: Paper
    on: date
    ticket_id: UUID
    vets: tuple[Made, Made]
    supervisors: tuple[Made, Made]


@pytest.fixture
def everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every purpose be drawn."""

    def whole(edition: int, beacon: str) -> dict[str, object]:
        book = draw_book(edition, beacon)
        return book | {"shares": dict.fromkeys(book["shares"], 1_000_000)}

    monkeypatch.setattr(drawdays, "draw_book", whole)


@pytest.fixture
def drawn(db: Database, everything: None) -> Drawn:
    """An accepted declaration, two vets, a laboratory for one disease; everything drawn."""
    on = open_today(db)
    farm = make_hatchery(db)
    vets = tuple(make_person(db, "official_vet", organisation_id=farm.office_id) for _ in "12")
    make_lab(db)
    supervisors = give_beacon(db, on)
    paper = make_declaration(db, farm, state="accepted")
    ticket_id = draw(db, paper)
    assert ticket_id is not None
    return Drawn(paper, on, ticket_id, (vets[0], vets[1]), supervisors)


def test_a_day_is_committed_before_it_opens_and_its_secret_comes_out_next_morning(
    db: Database,
) -> None:
    with db.work(SYSTEM) as w:
        made = commit_days(w, fixed())
        assert w.today not in made
        assert made[0] == w.today + timedelta(days=1)
        assert len(made) == 7
        assert commit_days(w, fixed("another")) == []
    on = made[0]
    db.clock.at += timedelta(days=1)
    with db.look() as look:
        assert day_document(look, on)["secret"] is None
        raw = look.session.connection().exec_driver_sql("SELECT secret FROM draw_days").all()
        row = look.one(select(DrawDay).where(DrawDay.day_on == on))
        assert row.secret.encode() not in b"".join(bytes(one[0]) for one in raw)
    db.clock.at = opens_at(on + timedelta(days=1)) + timedelta(hours=7, minutes=59)
    with db.work(SYSTEM) as w:
        assert reveal_days(w) == []
    db.clock.at += timedelta(minutes=2)
    with db.work(SYSTEM) as w:
        assert reveal_days(w) == [on]
    with db.look() as look:
        found = day_document(look, on)
    assert found["secret"] == row.secret
    assert prove(found).is_revealed
    assert prove(found).wrong == ()


def test_a_lottery_result_counts_when_two_persons_typed_the_same(db: Database) -> None:
    on = open_today(db)
    paper = make_declaration(db, state="accepted")
    first = draw(db, paper)
    with db.look(SYSTEM) as look:
        assert ticket_of(look, paper.declaration_id).state is TicketState.WAITING
    one, two = (make_person(db, "province_supervisor", division="320000") for _ in "12")
    with db.work(one.actor) as w:
        assert type_lottery(w, on, ISSUE, NUMBERS.replace("03", "02")) is None
    with pytest.raises(Invalid, match="不一样"), db.work(two.actor) as w:
        type_lottery(w, on, ISSUE, NUMBERS)
    with db.work(one.actor) as w:
        assert type_lottery(w, on, ISSUE, NUMBERS) is None  # the same person never makes it count
    with db.look() as look:
        assert look.one(select(DrawDay).where(DrawDay.day_on == on)).beacon_value is None
    with db.work(two.actor) as w:
        assert type_lottery(w, on, ISSUE, NUMBERS) == 1
    with db.look(SYSTEM) as look:
        line = ticket_of(look, paper.declaration_id)
        assert (line.ticket_id, line.state) == (first, TicketState.DRAWN)
    with db.work(two.actor) as w:
        assert type_lottery(w, on, ISSUE, NUMBERS) == 0
    with pytest.raises(Conflict), db.work(two.actor) as w:
        type_lottery(w, on, ISSUE, NUMBERS.replace("03", "02"))
    with pytest.raises(NotAllowedNow), db.work(SYSTEM) as w:
        take_drand(w, on, drand())
    with pytest.raises(NotFound), db.work(one.actor) as w:
        type_lottery(w, on - timedelta(days=1), ISSUE, NUMBERS)


def test_one_content_has_one_ticket_however_often_it_is_drawn(
    db: Database, house, drawn: Drawn
) -> None:
    paper = drawn.paper
    tasks_of(house)["inspections.draw"](paper.declaration_id)
    assert draw(db, paper) == drawn.ticket_id
    with db.look(SYSTEM) as look:
        [row] = look.scalars(select(DrawTicket))
        before = row.ticket
    with db.work(SYSTEM) as w:  # nothing of the program does this after acceptance: a disk editor
        changed = w.get_for_change(Declaration, paper.declaration_id)
        changed.answers = changed.answers.replace("样例养殖场", "另一个养殖场")
        w.record(drawdays.BeaconTyped(drawn.on, "x"), on=changed)
    assert draw(db, paper) != drawn.ticket_id
    with db.look(SYSTEM) as look:
        old, new = look.scalars(select(DrawTicket).order_by(DrawTicket.id))
        assert (old.ticket, old.superseded_because) == (before, "content")
        assert new.ticket != before
        assert new.content_hash != old.content_hash
        assert len(day_document(look, drawn.on)["tickets"]) == 2


def test_a_ticket_that_was_entered_as_the_beacon_came_is_drawn_and_not_missed(
    db: Database,
) -> None:
    on = open_today(db)
    paper = make_declaration(db, state="accepted")
    draw(db, paper)
    with db.work(SYSTEM) as w:  # as if the other transaction had not seen our ticket yet
        day = w.get_for_change(DrawDay, w.one(select(DrawDay.id).where(DrawDay.day_on == on)))
        day.beacon_value, day.beacon_at, day.beacon_given = "1", w.now, {}
        w.record(drawdays.BeaconTaken(on, day.beacon_round, "1"), on=day)
    keep_draws(db)
    with db.look(SYSTEM) as look:
        assert ticket_of(look, paper.declaration_id).state is TicketState.DRAWN


def test_a_day_without_a_commitment_draws_nothing(db: Database) -> None:
    paper = make_declaration(db, state="accepted")
    assert draw(db, paper) is None
    with db.look(SYSTEM) as look:
        assert ticket_of(look, paper.declaration_id) is None


def test_what_waited_for_a_beacon_that_never_came_goes_to_the_next_day(db: Database) -> None:
    on = open_today(db)
    left, ended = (make_declaration(db, state="accepted") for _ in "12")
    draw(db, left)
    draw(db, ended)
    with db.work(ended.farm.clerk) as w:
        close_declaration(w, ended.declaration_id, "货主取消启运")
    db.clock.at += timedelta(days=1)
    with db.work(SYSTEM) as w:
        assert carry_over(w) == 2
        assert carry_over(w) == 0
    with db.look(SYSTEM) as look:
        line = ticket_of(look, left.declaration_id)
        assert (line.state, line.day_on) == (TicketState.WAITING, on + timedelta(days=1))
        assert ticket_of(look, ended.declaration_id) is None
        told = [(one["state"], one["because"]) for one in day_document(look, on)["tickets"]]
        assert told == [("missed", "no-beacon")] * 2


def test_the_draw_adds_a_listed_test_and_takes_nothing_away(
    db: Database, drawn: Drawn, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper = drawn.paper
    with db.look(SYSTEM) as look:
        [batch] = batches_of(look, paper.declaration_id)
        line = ticket_of(look, paper.declaration_id)
        assert line.extra_batch == 1
        assert extra_tests(look, paper.declaration_id, batch.batch_id) == {"DIV1"}
        [test] = required_tests(look, paper.declaration_id, batch.batch_id)
        assert (test.disease_code, test.because) == ("DIV1", Because.DRAW)
        row = look.get(Declaration, paper.declaration_id)
        assert drawing.tests(look, row).lines == ()  # its own drawn test is asked for by now
        published = day_document(look, drawn.on)["tickets"][0]
        assert published["tests"] == [["1 DIV1", 1]]  # only what somebody in scope can do
    sent = next(one for one in drawn.vets if one.person_id == line.vet_id)
    with db.work(paper.farm.clerk) as w:
        assign_vet(w, paper.declaration_id, sent.person_id)
    with db.work(sent.actor) as w:
        assert order_sampling(w, paper.declaration_id, batch.batch_id) == ["DIV1"]
    with db.look(SYSTEM) as look:
        assert extra_tests(look, paper.declaration_id, paper.load_ids[0]) == frozenset()


@pytest.mark.parametrize("is_drawn", [True, False])
def test_drawn_or_not_every_batch_is_checked_and_signed_by_its_vet(
    db: Database, request: pytest.FixtureRequest, is_drawn: bool
) -> None:
    paper = (
        request.getfixturevalue("drawn").paper
        if is_drawn
        else make_declaration(db, state="accepted")
    )
    vet = make_person(db, "official_vet", organisation_id=paper.farm.office_id)
    with db.work(paper.farm.clerk) as w:
        assign_vet(w, paper.declaration_id, vet.person_id, "建议的人出差")
    with db.look(vet.actor) as look:
        lines = checks_of(look, paper.declaration_id)
        assert len(lines) == len(paper.batch_ids)
        assert all(line.check is None for line in lines)
        said = "".join(readiness(look, paper.load_ids[0]).sentences)
    assert "查验" in said or "检疫" in said
    [check_id] = inspect(db, Paper(**vars(paper) | {"vet": vet}))
    with db.look(vet.actor) as look:
        [line] = checks_of(look, paper.declaration_id)
        assert (line.check.id, line.check.vet_id) == (check_id, vet.person_id)


def test_another_vet_than_proposed_goes_only_with_a_reason(db: Database, drawn: Drawn) -> None:
    paper = drawn.paper
    with db.look(SYSTEM) as look:
        proposed = ticket_of(look, paper.declaration_id).vet_id
    other = next(one for one in drawn.vets if one.person_id != proposed)
    with pytest.raises(Invalid) as caught, db.work(paper.farm.clerk) as w:
        assign_vet(w, paper.declaration_id, other.person_id, " ")
    assert "because" in caught.value.fields
    with db.work(paper.farm.clerk) as w:
        assign_vet(w, paper.declaration_id, other.person_id, "建议的人今天培训")
    with db.look(SYSTEM) as look:
        assert look.get(Declaration, paper.declaration_id).vet_because == "建议的人今天培训"
        found = agreement(desk_lines(look, drawn.on))
        assert (found.proposed, found.followed, found.with_reason, found.before) == (1, 0, 1, 0)
    with db.work(paper.farm.clerk) as w:
        assign_vet(w, paper.declaration_id, proposed)
    with db.look(SYSTEM) as look:
        assert look.get(Declaration, paper.declaration_id).vet_because == ""
        assert agreement(desk_lines(look, drawn.on)).followed == 1
    busy = make_declaration(db, paper.farm, state="accepted")
    draw(db, busy)
    with db.look(SYSTEM) as look:
        weights = sorted(
            weight for _name, weight in day_document(look, drawn.on)["tickets"][1]["vets"]
        )
        assert weights == [500, 1000]  # who has one open counts half


def test_a_redraw_takes_two_persons_and_leaves_what_was_asked(db: Database, drawn: Drawn) -> None:
    one, two = drawn.supervisors
    with pytest.raises(NotAllowedNow), db.work(two.actor) as w:
        agree_redraw(w, drawn.ticket_id)
    with pytest.raises(Invalid), db.work(one.actor) as w:
        ask_redraw(w, drawn.ticket_id, "no-beacon", "x")
    with pytest.raises(Invalid), db.work(one.actor) as w:
        ask_redraw(w, drawn.ticket_id, "fault", " ")
    with db.work(one.actor) as w:
        ask_redraw(w, drawn.ticket_id, "wrong-list", "名单里有一位已经退休")
    with pytest.raises(NotAllowed), db.work(one.actor) as w:
        agree_redraw(w, drawn.ticket_id)
    with db.work(two.actor) as w:
        fresh = agree_redraw(w, drawn.ticket_id)
    with pytest.raises(NotAllowedNow), db.work(two.actor) as w:
        agree_redraw(w, drawn.ticket_id)
    with db.look(SYSTEM) as look:
        old, new = day_document(look, drawn.on)["tickets"]
        assert (old["superseded"], old["because"], new["superseded"]) == (True, "wrong-list", False)
        assert (old["attempt"], new["attempt"]) == (1, 2)
        assert old["ticket"] != new["ticket"]
        assert ticket_of(look, drawn.paper.declaration_id).ticket_id == fresh
        assert extra_tests(look, drawn.paper.declaration_id, drawn.paper.batch_ids[0]) == {"DIV1"}
        assert len(look.scalars(select(DrawDuty))) == 2
    assert draw(db, drawn.paper) == fresh


def test_a_second_look_is_somebody_elses_and_is_taken_once(db: Database, drawn: Drawn) -> None:
    paper, (vet, second) = drawn.paper, drawn.vets
    with db.work(paper.farm.clerk) as w:
        assign_vet(w, paper.declaration_id, vet.person_id, "路近")
    with db.look(SYSTEM) as look:
        duties = {row.kind: row.id for row in look.scalars(select(DrawDuty))}
    with pytest.raises(NotAllowed), db.work(vet.actor) as w:
        do_duty(w, duties["second-vet"], agrees=True)
    with pytest.raises(NotAllowed), db.work(second.actor) as w:
        do_duty(w, duties["recheck"], agrees=True)
    with pytest.raises(Invalid), db.work(second.actor) as w:
        do_duty(w, duties["second-vet"], agrees=False)
    with db.work(second.actor) as w:
        do_duty(w, duties["second-vet"], agrees=False, note="有两尾离群")
    with pytest.raises(NotAllowedNow), db.work(second.actor) as w:
        do_duty(w, duties["second-vet"], agrees=True)
    with db.work(drawn.supervisors[0].actor) as w:
        do_duty(w, duties["recheck"], agrees=True)


def test_anybody_sees_the_board_and_draws_the_day_again_without_our_program(
    db: Database, client, drawn: Drawn, tmp_path: Path
) -> None:
    page = client.get("/draws/")
    text = unescape(page.text)
    assert page.headers["Refresh"] == "30"
    assert "Refresh" not in client.get("/draws/?still=1").headers
    assert drawn.paper.number in text
    assert 'href="/draws/procedure"' in text
    assert client.get("/draws/procedure").text == GUIDE.read_text(encoding="utf-8")
    assert "加抽实验室检测" in text
    with db.look(SYSTEM) as look:
        name = look.get(Declaration, drawn.paper.declaration_id).hatchery_name
        secret = look.one(select(DrawDay).where(DrawDay.day_on == drawn.on)).secret
    address = f"/draws/{drawn.on}.json"
    early = client.get(address)
    for public in (text, early.text):
        assert secret not in public
        for private in (name, "李四", "王五", "13900001111", "示A6P208", drawn.vets[0].username):
            assert private not in public
    db.clock.at = opens_at(drawn.on + timedelta(days=1)) + timedelta(hours=8)
    with db.work(SYSTEM) as w:
        reveal_days(w)
    served = client.get(address).text
    assert secret in served
    assert client.get(f"/draws/{drawn.on}").status_code == 200
    assert client.get("/draws/2020-01-01").status_code == 404
    assert client.get("/draws/2020-01-01.json").status_code == 404
    code = re.search(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL).group(1)
    assert "aquacert." not in code.replace("aquacert-draw", "")
    script, file = tmp_path / "recompute.py", tmp_path / "day.json"
    script.write_text(code, encoding="utf-8")

    def again(text: str) -> subprocess.CompletedProcess[str]:
        file.write_text(text, encoding="utf-8")
        command = [sys.executable, "-I", str(script), str(file)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    assert again(served).stdout.startswith("1 tickets drawn again")
    content = re.search(r'"content_hash": "(\w)', served)
    candidate = re.search(r'"vets": \[\s*\[\s*"(\w)', served)
    weight = re.search(r'"weight": (\d)', served)
    for found in (content, candidate, weight):
        other = "0" if found.group(1) != "0" else "1"
        spoilt = served[: found.start(1)] + other + served[found.end(1) :]
        assert again(spoilt).returncode, found.group()
    swapped = served.replace(f'"day": "{drawn.on}"', f'"day": "{drawn.on + timedelta(days=1)}"')
    assert again(swapped).returncode
    # the declaration's own parties can make the hash of its content again; nobody else
    owner = client.get(f"/draws/papers/{drawn.paper.declaration_id}/content.json")
    assert owner.status_code in {302, 401, 403}


def test_supervisors_see_the_day_and_the_office_its_proposal(
    db: Database, client, drawn: Drawn
) -> None:
    boss = signed_in(client, drawn.supervisors[0])
    page = unescape(boss.get("/draws/desk").text)
    assert drawn.paper.number in page
    assert "等着复看复核的 2 件" in page
    here = f"/draws/papers/{drawn.paper.declaration_id}"
    assert "申请重抽" in unescape(boss.get(here).text)
    sent = boss.post(
        f"/draws/tickets/{drawn.ticket_id}/redraw", data={"because": "fault", "note": "网络断了"}
    )
    assert sent.status_code == 302
    assert boss.post(f"/draws/tickets/{drawn.ticket_id}/agree").status_code == 403
    asked = f"/api/v1/inspections/{drawn.paper.declaration_id}/draw"
    bearer = {"Authorization": f"Bearer {token(db, drawn.supervisors[0])}"}
    assert client.get(asked, headers=bearer).json["draw"]["extra_batch"] == 1
    content = boss.get(f"{here}/content.json").json
    assert content["content_hash"] in boss.get(here).text
    auditor = signed_in(client, make_person(db, "auditor", division="320000"))
    assert auditor.get(here).status_code == 200
    assert auditor.get(f"{here}/content.json").status_code == 403  # names and telephones
    for secret, words in (
        (drawn.paper.farm.clerk_secret, "抽签建议派"),
        (drawn.paper.farm.owner_secret, "抽签结果"),
    ):
        with client.session_transaction() as cookie:
            cookie["_user_id"] = secret
        shown = unescape(client.get(f"/declarations/{drawn.paper.declaration_id}").text)
        assert words in shown
    assert "建议派" in unescape(client.get(here).text)
    assert client.get(f"{here}/content.json").json["salt"] == content["salt"]
    raw = packed(f"{FORMAT}/content", bytes.fromhex(content["salt"]), content["content"])
    assert hashlib.sha256(raw).hexdigest() == content["content_hash"]


def test_a_worker_takes_the_drand_round_of_the_day_from_its_file_and_draws(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def by_drand(edition: int, beacon: str) -> dict[str, object]:
        return draw_book(edition, beacon) | {"beacon": "drand"}

    monkeypatch.setattr(drawdays, "draw_book", by_drand)
    on = open_today(db)
    paper = make_declaration(db, state="accepted")
    draw(db, paper)
    keep_draws(db)
    with db.look(SYSTEM) as look:
        day = look.one(select(DrawDay).where(DrawDay.day_on == on))
        assert day.beacon_value is None
    file = db.settings.data_dir / "beacon" / f"{day.beacon_round}.json"
    file.parent.mkdir()
    file.write_bytes(drand(round=int(day.beacon_round)))
    keep_draws(db)
    keep_draws(db)
    with db.look(SYSTEM) as look:
        assert ticket_of(look, paper.declaration_id).state is TicketState.DRAWN
        found = day_document(look, on)
        assert found["beacon"]["given"]["signature"] == "ab" * 48
        assert prove(found).wrong == ()
    one = make_person(db, "province_supervisor", division="320000")
    with pytest.raises(NotAllowedNow), db.work(one.actor) as w:
        type_lottery(w, on, ISSUE, NUMBERS)


def test_what_was_published_cannot_be_changed_in_the_database_either(
    db: Database, drawn: Drawn
) -> None:
    for statement in (
        "UPDATE draw_days SET commitment = 'x'",
        "UPDATE draw_days SET beacon_value = NULL WHERE beacon_value IS NOT NULL",
        "UPDATE draw_tickets SET ticket = 'x'",
        "UPDATE draw_tickets SET line = '{}'",
        "DELETE FROM draw_tickets",
        "DELETE FROM draw_duties",
    ):
        with pytest.raises(DBAPIError), db.engine.begin() as connection:
            connection.exec_driver_sql(statement)
