"""Builders of own reporting, through commands: a point with a month, a plan, one of its samples."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from aquacert.kernel.scope import Actor
from aquacert.kernel.work import Database
from aquacert.sampling.commands.plansamples import PlanTaking, take_plan_sample
from aquacert.surveillance.commands.monthly import MonthSaid, send_month
from aquacert.surveillance.commands.plans import PlanSaid, make_monitoring_plan
from aquacert.surveillance.queries.plans import open_tasks
from aquacert.surveillance.rules.monthly import Row, Stock
from tests.make.hatcheries import Farm
from tests.make.surveillance import make_officer, make_point

STOCK = Stock("PNV", 1200, 500_000)
SICK = Row("PNV", "WSD", 300, 100_000, 2_500, basis=("lab",), measures=("medicine",))


def make_monitoring(db: Database, farm: Farm, vet: Actor) -> UUID:
    """Make a point with a sick April, a plan of two occasions and its first sample."""
    officer = make_officer(db).actor
    place = make_point(db, farm.organisation_id, officer)
    with db.work(farm.owner) as w:
        send_month(w, place, date(2026, 4, 1), MonthSaid((STOCK,), (SICK,)))
    said = PlanSaid("2026 年监测", "DIV1", date(2026, 5, 1), date(2026, 12, 31), 2, (place,))
    with db.work(officer) as w:
        make_monitoring_plan(w, said)
    with db.look(vet) as look:
        [task] = look.scalars(open_tasks(look))
    with db.work(vet) as w:
        return take_plan_sample(w, task.id, PlanTaking("协检员", life_stage="仔虾"))
