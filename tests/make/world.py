"""One of everything, so that every door of the application has something behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from uuid import UUID

from sqlalchemy import text

from aquacert.accounts.commands import ask_question, make_token
from aquacert.declarations.commands import CallNote, note_call
from aquacert.hatcheries.commands import book_stock
from aquacert.hatcheries.commands.stock import read_sheet
from aquacert.http.house import House
from aquacert.inspections.commands import add_photo, suspect
from aquacert.inspections.commands.clips import SaidOfClip, add_clip
from aquacert.inspections.commands.draws import draw_on_acceptance
from aquacert.inspections.rules import Slot
from aquacert.inspections.rules.evidence import ClipKind
from aquacert.kernel.permissions import P
from aquacert.kernel.scope import SYSTEM, Actor, Scope
from aquacert.sampling.commands import issue_labels, take_self_test
from labs.bench.commands import stage_file
from tests.make.accounts import Made, ask_back, lend, make_person
from tests.make.certificates import give_numbers
from tests.make.declarations import make_bulk, make_declaration
from tests.make.draws import give_beacon, open_today
from tests.make.hatcheries import register, stock_sheet
from tests.make.inspections import start
from tests.make.kept import kept
from tests.make.labs import make_lab, make_waiting, rdml_file
from tests.make.mapped import saved
from tests.make.monitoring import make_monitoring
from tests.make.movements import make_road
from tests.make.passkeys import give_passkey
from tests.make.photographs import jpeg, photograph
from tests.make.plates import make_run, make_strict, make_strict_items
from tests.make.sampling import tested
from tests.make.seals import give_seal
from tests.make.surveillance import make_zone

TABLE_OF = {
    "aside": "feed_set_asides",
    "draft": "feed_drafts",
    "mapping": "feed_mappings",
    "annex": "sample_annexes",
    "accreditation": "lab_accreditations",
    "authorisation": "lab_authorisations",
    "batch": "batches",
    "certificate": "certificates",
    "check": "batch_checks",
    "consignment": "lab_consignments",
    "declaration": "declarations",
    "duty": "draw_duties",
    "ticket": "draw_tickets",
    "event": "events",
    "fault": "lab_nonconformities",
    "delivery": "deliveries",
    "digest": "weekly_digests",
    "feed": "feed_files",
    "source": "feeds",
    "file": "lab_files",
    "item": "lab_items",
    "finding": "check_findings",
    "halt": "issuing_halts",
    "import": "number_imports",
    "number": "certificate_numbers",
    "order": "recall_orders",
    "request": "number_requests",
    "paper": "files",
    "recipient": "recipients",
    "passkey": "passkeys",
    "hatchery": "hatcheries",
    "instrument": "lab_instruments",
    "kit_lot": "lab_kit_lots",
    "lab": "laboratories",
    "licence": "hatchery_licences",
    "load": "loads",
    "lot": "lots",
    "membership": "memberships",
    "message": "inbox_messages",
    "organisation": "organisations",
    "person": "people",
    "photo": "inspection_photos",
    "flag": "evidence_flags",
    "clip": "inspection_clips",
    "look": "second_looks",
    "pond": "ponds",
    "pool": "lab_pools",
    "province": "peer_provinces",
    "question": "inbox_questions",
    "report": "lab_reports",
    "result": "lab_results",
    "signed": "signed_papers",
    "system": "lab_systems",
    "treatment": "treatment_orders",
    "express": "express_reports",
    "upload": "uploads",
    "row": "rules",
    "run": "lab_runs",
    "sample": "samples",
    "scope": "lab_scopes",
    "label_sheet": "label_sheets",
    "delegation": "delegations",
    "recovery": "recoveries",
    "dispatch": "sample_dispatches",
    "sheet": "lab_worksheets",
    "self_test": "self_tests",
    "picture": "files",
    "seal": "seals",
    "segment": "number_segments",
    "session": "sessions",
    "storage": "lab_storages",
    "stocksheet": "stock_imports",
    "origin": "stock_origins",
    "target": "lab_control_targets",
    "token": "api_tokens",
    "zone": "zones",
    "answer": "campaign_answers",
    "bulk": "declaration_bulks",
    "call": "phone_calls",
    "campaign": "campaigns",
    "case": "case_files",
    "farm_person": "farm_people",
    "month": "monthly_reports",
    "plan": "monitoring_plans",
    "plan_sample": "plan_samples",
    "point": "monitoring_points",
    "task": "monitoring_tasks",
    "form": "filed_forms",
    "office": "offices",
    "one": "hatcheries",
    "other": "hatcheries",
    "record": "farm_records",
    "thing": "hatcheries",
    "vehicle": "vehicles",
    "version": "zone_versions",
}
"""Name of an address's part, without `_id` → table whose ids it takes."""


@kept
def make_world(house: House) -> Made:
    """Make one of everything; return an administrator who was asked a question."""
    db = house.database
    road = make_road(house)  # first: while the county has one office, its numbers are the ones used
    tested_paper = make_declaration(db, state="assigned")
    [check] = start(db, tested_paper)
    with db.work(tested_paper.vet.actor) as w:
        suspect(w, check, ["DIV1"])
        for slot, quality in ((Slot.GROUP, 85), (Slot.INDIVIDUAL, 60)):
            add_photo(w, check, slot, jpeg(photograph(9), quality), "a.jpg")
        add_clip(w, check, SaidOfClip(ClipKind.RECORDER, "ab" * 32, 9, kept_at="采集站"))
    lab = make_lab(db)
    tested(db, tested_paper, lab, None, None)
    with db.work(SYSTEM) as w:
        issue_labels(w, tested_paper.farm.office_id, 2)
    with db.work(tested_paper.farm.owner) as w:
        take_self_test(w, tested_paper.farm.lot_id, "DIV1")
        book_stock(w, tested_paper.farm.lot_id, "purchase", 100)
        read_sheet(w, tested_paper.farm.hatchery_id, stock_sheet("2026-05-01"), "变动.xlsx")
    with db.work(lab.technician.actor) as w:
        stage_file(w, lab.lab_id, rdml_file(db, {"X1234-Y5678": None}), "run.rdml")
    make_waiting(db, lab)
    equipment = make_strict(db, lab)
    make_strict_items(db, lab, 1)
    make_run(db, lab, equipment)
    give_numbers(db, road.ready.farm.office_id, "A", first=3_200_900_001)
    make_zone(db)
    make_monitoring(db, tested_paper.farm, tested_paper.vet.actor)
    register(db)
    made = make_declaration(db)
    with db.work(made.farm.clerk) as w:
        note_call(w, CallNote("问进度", "明天上午到"), declaration_id=made.declaration_id)
    make_bulk(db, made.farm)
    give_beacon(db, open_today(db))
    with db.work(SYSTEM) as w:
        draw_on_acceptance(w, tested_paper.declaration_id)
    keeper = make_person(db, "province_supervisor", division="320000")
    give_seal(house, keeper.actor, road.ready.farm.office_id)
    saved(db)
    chief = make_person(db, "administrator")
    give_passkey(db, chief)
    boss = make_person(db, "county_supervisor")
    lend(db, boss, make_person(db, "office_clerk", organisation_id=boss.organisation_id))
    ask_back(db, boss.username)
    with db.work(chief.actor) as w:
        make_token(w, chief.person_id, "测试程序")
        farm = road.ready.farm.organisation_id
        ask_question(w, to_organisation=farm, subject="请补照片", body="全景一张")
    return chief


def master(made: Made) -> Actor:
    """Return somebody who may everything and sees everything."""
    return replace(made.actor, permissions=frozenset(P), scope=Scope(everything=True))


def known_ids(house: House) -> Mapping[str, list[UUID]]:
    """Return the ids of every table that an address can name, newest last."""
    db = house.database
    with db.look(SYSTEM) as look:
        return {
            name: [
                UUID(str(row[0]))
                for row in look.session.execute(text(f"SELECT id FROM {table} ORDER BY id"))
            ]
            for name, table in TABLE_OF.items()
        }


def form_names() -> Iterator[str]:
    """Yield the name of every field of every form of the program."""
    from aquacert.http.forms import Form

    waiting = [Form]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        yield from (name for name in vars(kind) if not name.startswith("_") and name != "once")
