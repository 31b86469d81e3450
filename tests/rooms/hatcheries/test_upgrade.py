"""A data directory from before the farm's record: its farms are there, and can be closed."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError

from aquacert.kernel.schema import upgrade

BEFORE, AFTER = "0034_run_day", "0035_farm_record"


def test_farms_licences_and_ponds_of_before_stay_and_a_farm_may_be_closed_but_not_anything(
    tmp_path,
):
    url = f"sqlite:///{tmp_path / 'old.db'}"
    upgrade(url, BEFORE)
    engine = create_engine(url)
    body, farm, pond = (uuid4().hex for _ in range(3))
    with engine.begin() as old:
        columns = old.execute(text("PRAGMA table_info(organisations)")).all()
        values = {
            row.name: {"id": body, "kind": "hatchery", "state": "active"}.get(row.name, "x")
            for row in columns
            if row.notnull
        }
        old.execute(text("PRAGMA ignore_check_constraints=ON"))
        names = ", ".join(values)
        marks = ", ".join(f":{name}" for name in values)
        old.execute(text(f"INSERT INTO organisations ({names}) VALUES ({marks})"), values)
        old.execute(text("PRAGMA ignore_check_constraints=OFF"))
        old.execute(
            text(
                "INSERT INTO hatcheries (id, organisation_id, name, uscc, division_code, place,"
                " level, kind, is_one_person, state, registered_at, refused_because)"
                " VALUES (:farm, :body, '老场', 'X', '320114', '塘边', 'county', 'nursery', 0,"
                " 'approved', '2026-01-01', '')"
            ),
            {"farm": farm, "body": body},
        )
        old.execute(
            text("INSERT INTO ponds (id, hatchery_id, name) VALUES (:pond, :farm, '1 号')"),
            {"pond": pond, "farm": farm},
        )
    upgrade(url, AFTER)
    with engine.begin() as new:
        row = new.execute(text("SELECT * FROM hatcheries JOIN ponds ON true")).one()
        assert (row.state, row.closed_on, row.outline, row.area_m2) == ("approved", *[None] * 3)
        new.execute(text("UPDATE hatcheries SET state = 'closed'"))
    with pytest.raises(IntegrityError), engine.begin() as new:
        new.execute(text("UPDATE hatcheries SET state = 'gone'"))
    engine.dispose()
