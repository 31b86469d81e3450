"""From a kit lot to every certificate it touched."""

import pytest
from sqlalchemy import select, update

from aquacert.certificates.recalls import queries as recalls
from aquacert.certificates.rules.recalls import Question
from aquacert.kernel.errors import Invalid
from aquacert.kernel.scope import SYSTEM
from labs.bench.models import BenchRun, Result
from labs.intake.models import Item
from labs.register.models import KitLot
from labs.reports.queries.lots import codes_of_lot, is_known_lot
from tests.make.labs import make_items, make_lab, make_report


def codes(db, lot):
    with db.look(SYSTEM) as look:
        return set(look.scalars(codes_of_lot(lot)))


def test_a_lot_names_the_reports_of_its_runs_and_no_others(db):
    lab = make_lab(db)
    touched, other, unverified = make_items(db, lab, 3)
    for code in (touched, other):
        make_report(db, lab, code)
    with db.engine.begin() as line:
        line.execute(update(BenchRun).values(reagent_lot="", lot_id=None))
    with db.look(SYSTEM) as look:
        run = look.one(look_for_run(touched))
        lot = look.session.get(KitLot, lab.lot_id)
    assert not codes(db, lot.lot)
    with db.engine.begin() as line:
        line.execute(update(BenchRun).where(BenchRun.id == run).values(lot_id=lab.lot_id))
    assert codes(db, f" {lot.lot.lower()} ") == {touched}
    assert unverified not in codes(db, lot.lot)
    with db.engine.begin() as line:
        line.execute(update(BenchRun).values(reagent_lot="OLD-1", lot_id=None))
    assert codes(db, "OLD-1") == {touched, other}


def look_for_run(code):
    return (
        select(Result.run_id).join(Item, Item.id == Result.item_id).where(Item.blind_code == code)
    )


def test_a_lot_reaches_through_pools_and_pools_of_pools(db):
    lab = make_lab(db)
    outer, inner, member, alone = make_items(db, lab, 4)
    for code in (outer, inner, member, alone):
        make_report(db, lab, code)
    with db.look(SYSTEM) as look:
        ids = {item.blind_code: item.id for item in look.scalars(select(Item))}
        run = look.one(look_for_run(outer))
    with db.engine.begin() as line:
        line.execute(update(BenchRun).values(reagent_lot="", lot_id=None))
        line.execute(update(BenchRun).where(BenchRun.id == run).values(lot_id=lab.lot_id))
        for below, above in ((inner, outer), (member, inner)):
            rows = update(Result).where(Result.item_id == ids[below])
            line.execute(rows.values(by_pool_id=ids[above]))
    assert codes(db, "K2604-17") == {outer, inner, member}


def test_an_unknown_lot_is_said_and_hits_nothing(db):
    with db.look(SYSTEM) as look:
        assert not is_known_lot(look, "NIE")
        with pytest.raises(Invalid, match="没有实验室登记过"):
            recalls.live_hits(look, Question(kit_lot="NIE"))
