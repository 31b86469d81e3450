"""Builders of a laboratory, its people, its items and a report; all go through commands."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from aquacert.kernel.clock import legal_day
from aquacert.kernel.scope import SYSTEM, Actor
from aquacert.kernel.work import Database
from labs.bench.commands import (
    Imported,
    enter_control,
    enter_result,
    equip_run,
    import_run,
    open_run,
)
from labs.instruments.documents import write_rdml
from labs.instruments.rules import Role, WellReading, Why
from labs.intake.commands import Announced, announce, receive_item
from labs.intake.models import AssayOrder, Item
from labs.pools.commands import make_pool
from labs.register.commands import add_instrument, add_lot, add_scope, calibrate, designate_lab
from labs.register.rules import MethodKind
from labs.reports.commands import authorise_report
from labs.review.commands import review_result
from tests.make.accounts import COUNTY, Made, make_organisation, make_person
from tests.make.kept import kept

DISEASE = "DIV1"
METHOD = "sct7237-2020"
COUNT = itertools.count(1)


@dataclass(frozen=True)
class Lab:
    """A designated laboratory in scope for DIV1, equipped, with one person for each act."""

    lab_id: UUID
    receiver: Made
    technician: Made
    reviewer: Made
    authoriser: Made
    instrument_id: UUID
    lot_id: UUID


@kept
def make_lab(db: Database, *, code: str | None = None, division: str = COUNTY) -> Lab:
    """Designate a laboratory that may test DIV1 by SC/T 7237-2020 this year and next."""
    lab_id = make_organisation(db, "lab", division=division)
    today = legal_day(db.clock.now())
    span = {"from_on": today - timedelta(days=100), "until_on": today + timedelta(days=400)}
    with db.work(SYSTEM) as w:
        designate_lab(
            w,
            lab_id,
            code=code or f"LAB-{next(COUNT):02d}",
            address="示例市甲区示例路 1 号",
            accredited_from_on=span["from_on"],
            accredited_until_on=span["until_on"],
            cma_number="示例-CMA-0001",
        )
        add_scope(
            w, lab_id, disease_code=DISEASE, method_code=METHOD, targets=["DIV1-ATPase"], **span
        )
    people = [
        make_person(db, role, organisation_id=lab_id)
        for role in ("lab_receiver", "lab_technician", "lab_reviewer", "lab_authoriser")
    ]
    return Lab(lab_id, *people, *equip_lab(db, lab_id))


def equip_lab(
    db: Database, lab_id: UUID, *, disease: str = DISEASE, lot: str = "K2604-17"
) -> tuple[UUID, UUID]:
    """Give a laboratory a calibrated instrument and an open lot for a disease; return both ids."""
    today = legal_day(db.clock.now())
    first, last = today - timedelta(days=100), today + timedelta(days=400)
    with db.work(SYSTEM) as w:
        code = f"QPCR-{next(COUNT):02d}"
        instrument_id = add_instrument(w, lab_id, code=code, name="荧光定量 PCR 仪")
        calibrate(w, instrument_id, calibrated_on=first, until_on=last)
        lot_id = add_lot(
            w,
            lab_id,
            kit=f"{disease} 核酸检测试剂盒",
            lot=lot,
            disease_code=disease,
            expires_on=last,
            opened_on=first,
            days_after_opening=500,
        )
    return instrument_id, lot_id


def let_also_test(
    db: Database,
    lab_id: UUID,
    disease_code: str,
    method_code: str,
    kind: MethodKind = MethodKind.QPCR,
) -> UUID:
    """Give a laboratory one more test."""
    today = legal_day(db.clock.now())
    with db.work(SYSTEM) as w:
        return add_scope(
            w,
            lab_id,
            disease_code=disease_code,
            method_code=method_code,
            from_on=today,
            until_on=today + timedelta(days=365),
            kind=kind,
        )


def blind(prefix: str = "M7K2") -> str:
    """Return a blind code that no item has."""
    return f"{prefix}-{next(COUNT):04d}"


def announced(
    code: str,
    db: Database,
    disease_code: str = DISEASE,
    method_code: str = METHOD,
    *,
    keep_apart: str = "",
) -> Announced:
    """Return one test of one item as a sender announces it."""
    day = legal_day(db.clock.now())
    test = Announced(code, disease_code, method_code, "仔虾", 150, day, Decimal("28.5"))
    return replace(test, keep_apart=keep_apart)


def make_items(
    db: Database, lab: Lab, count: int = 1, *, actor: Actor = SYSTEM, keep_apart: str = ""
) -> list[str]:
    """Announce and receive so many items for DIV1; return their blind codes."""
    codes = [blind() for _ in range(count)]
    with db.work(actor) as w:
        announce(
            w,
            lab_id=lab.lab_id,
            items=[announced(code, db, keep_apart=keep_apart) for code in codes],
        )
    with db.work(lab.receiver.actor) as w:
        for code in codes:
            receive_item(w, code, "good")
    return codes


def make_result(
    db: Database, lab: Lab, code: str, *cqs: str | None, disease: str = DISEASE
) -> UUID:
    """Enter controls and the item's wells by hand in a valid run; return the result."""
    with db.work(lab.technician.actor) as w:
        run_id = open_run(w, lab.lab_id, instrument_id=lab.instrument_id, lot_id=lab.lot_id)
        enter_control(w, run_id, Role.NTC, disease, None)
        enter_control(w, run_id, Role.POSITIVE, disease, "24.8")
        for cq in cqs or (None, None):
            result_id = enter_result(w, code, disease, disease, cq, run_id=run_id)
    return result_id


def make_import(
    db: Database, lab: Lab, data: bytes, name: str = "run.rdml", *, keep_good: bool = False
) -> Imported:
    """Take an instrument's file and say what its runs were done with."""
    with db.work(lab.technician.actor) as w:
        done = import_run(w, lab.lab_id, data, name, keep_good=keep_good)
        for run_id in done.run_ids:
            equip_run(w, run_id, instrument_id=lab.instrument_id, lot_id=lab.lot_id)
    return done


def make_pool_of(db: Database, lab: Lab, codes: Sequence[str]) -> UUID:
    """Pool these items for DIV1 and return the pool's id."""
    with db.look(lab.technician.actor) as look:
        found = look.scalars(
            select(AssayOrder.id)
            .join(Item, Item.id == AssayOrder.item_id)
            .where(Item.blind_code.in_(codes))
        )
    with db.work(lab.technician.actor) as w:
        return make_pool(w, found)


def make_waiting(db: Database, lab: Lab) -> None:
    """Let two identical negatives wait for review, and two items wait in a pool."""
    make_import(db, lab, rdml_file(db, dict.fromkeys(make_items(db, lab, 2))))
    make_pool_of(db, lab, make_items(db, lab, 2, keep_apart="g"))


def make_report(db: Database, lab: Lab, code: str, *cqs: str | None) -> UUID:
    """Take an item all the way to an authorised report and return the report's id."""
    result_id = make_result(db, lab, code, *cqs)
    with db.work(lab.reviewer.actor) as w:
        review_result(w, result_id)
    with db.work(lab.authoriser.actor) as w:
        return authorise_report(w, code)


def plate(
    codes: dict[str, str | None], *, ntc: str | None = None, positive: str | None = "24.8"
) -> list[WellReading]:
    """Return a run's wells for DIV1: two replicates for each code, NTC and positive control."""
    wells: list[tuple[str, Role, str | None]] = []
    for code, cq in codes.items():
        wells += [(code, Role.UNKNOWN, cq)] * 2
    wells += [("NTC", Role.NTC, ntc), ("PC", Role.POSITIVE, positive)]
    return [
        WellReading(
            "R1",
            f"{'ABCDEFGH'[n // 12]}{n % 12 + 1}",
            sample,
            role,
            "DIV1-ATPase",
            None if cq is None else Decimal(cq),
            Why.NO_CQ if cq is None else Why.DETECTED,
        )
        for n, (sample, role, cq) in enumerate(wells)
    ]


def rdml_file(db: Database, codes: dict[str, str | None], **controls: str | None) -> bytes:
    """Return a real RDML file of such a run."""
    return write_rdml(plate(codes, **controls), made_at=db.clock.now())
