"""Builders of a laboratory with a strict rule, its worksheet, and a run of it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from aquacert.kernel.clock import legal_day
from aquacert.kernel.scope import SYSTEM
from aquacert.kernel.work import Database
from labs.bench.commands import Typed, enter_wells
from labs.bench.models import BenchRun
from labs.bench.queries import owed_orders
from labs.bench.queries.plate import Plate, plate_of
from labs.intake.commands import Announced, announce, receive_item
from labs.plates.commands import make_worksheet, run_worksheet
from labs.register.commands import add_scope
from labs.register.queries import scopes_of
from labs.register.rules.demands import Demands
from tests.make.labs import Lab, blind, equip_lab

STRICT_DISEASE, STRICT_METHOD = "WSD", "gbt28630.2-2012"
STRICT = Demands(
    replicates=2,
    retest_wells=3,
    retests=1,
    ntc=1,
    nec=1,
    positive=1,
    lpc=1,
    lpc_max=Decimal(36),
)
CONTROLS = {"NTC": "无", "NEC": "无", "LPC": "33.1", "PC": "24.8"}


def make_strict(db: Database, lab: Lab, demands: Demands = STRICT) -> tuple[UUID, UUID, UUID]:
    """Let a laboratory also test WSD by a strict rule; return the scope, an instrument and a lot."""
    today = legal_day(db.clock.now())
    with db.look(SYSTEM) as look:
        known = [s for s in scopes_of(look, lab.lab_id) if s.disease_code == STRICT_DISEASE]
    if known:
        scope_id = known[0].id
    else:
        with db.work(SYSTEM) as w:
            scope_id = add_scope(
                w,
                lab.lab_id,
                disease_code=STRICT_DISEASE,
                method_code=STRICT_METHOD,
                from_on=today - timedelta(days=50),
                until_on=today + timedelta(days=300),
                demands=demands,
            )
    return scope_id, *equip_lab(db, lab.lab_id, disease=STRICT_DISEASE, lot="K-WSD")


def make_strict_items(db: Database, lab: Lab, count: int) -> list[str]:
    """Announce and receive so many items for WSD; return their blind codes."""
    codes = [blind("P3W8") for _ in range(count)]
    day = legal_day(db.clock.now())
    with db.work(SYSTEM) as w:
        items = [Announced(c, STRICT_DISEASE, STRICT_METHOD, "仔虾", 150, day) for c in codes]
        announce(w, lab_id=lab.lab_id, items=items)
    with db.work(lab.receiver.actor) as w:
        for code in codes:
            receive_item(w, code, "good")
    return codes


def make_run(db: Database, lab: Lab, equipment: tuple[UUID, UUID, UUID]) -> UUID:
    """Place every owed WSD test on a plate and begin its run; return the run."""
    scope_id, instrument_id, lot_id = equipment
    with db.work(lab.technician.actor) as w:
        owed = [o.id for o in w.scalars(owed_orders(w)) if o.disease_code == STRICT_DISEASE]
        sheet_id = make_worksheet(w, lab.lab_id, scope_id, owed)
    with db.work(lab.technician.actor) as w:
        return run_worksheet(w, sheet_id, instrument_id=instrument_id, lot_id=lot_id)


def plate(db: Database, lab: Lab, run_id: UUID) -> Plate:
    """Return a run's plate as it is drawn."""
    with db.look(lab.technician.actor) as look:
        found = plate_of(look, look.one(select(BenchRun).where(BenchRun.id == run_id)))
    assert found is not None
    return found


def type_all(
    db: Database, lab: Lab, run_id: UUID, cqs: dict[str, tuple[str, ...]], **controls: str
) -> None:
    """Type every well of a run's plate: of each code its replicates, the rest 无, the controls as they should be."""
    drawn = plate(db, lab, run_id)
    typed = []
    for cell in drawn.cells.values():
        if cell.is_control:
            text = (CONTROLS | controls)[cell.label]
        else:
            said = cqs.get(cell.label, ())
            text = said[cell.replicate - 1] if len(said) >= cell.replicate else "无"
        typed.append(Typed(cell.well, text, cell.revision))
    with db.work(lab.technician.actor) as w:
        enter_wells(w, run_id, typed)
