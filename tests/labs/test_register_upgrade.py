"""An older register keeps its accreditations when it is upgraded."""

from datetime import UTC, date, datetime
from uuid import uuid4

import sqlalchemy as sa

from aquacert.kernel.schema import upgrade


def values(connection, table, **given):
    """Fill the columns that must be filled with something of their kind."""
    columns = sa.inspect(connection).get_columns(table)
    row = dict(given)
    for column in columns:
        if column["name"] not in row and not column["nullable"]:
            kind = column["type"]
            if isinstance(kind, sa.Date):
                row[column["name"]] = date(2026, 1, 1)
            elif isinstance(kind, sa.DateTime):
                row[column["name"]] = datetime(2026, 1, 1, tzinfo=UTC)
            else:
                row[column["name"]] = 0 if isinstance(kind, sa.Integer) else ""
    table = sa.Table(table, sa.MetaData(), autoload_with=connection)
    return sa.insert(table).values(**row)


def test_what_a_laboratory_was_entitled_to_becomes_dated_rows(tmp_path):
    url = f"sqlite:///{tmp_path / 'old.db'}"
    upgrade(url, "0022_issuing")
    engine, key = sa.create_engine(url), uuid4()
    with engine.begin() as line:
        line.exec_driver_sql("PRAGMA foreign_keys=OFF")
        lab = values(
            line,
            "laboratories",
            id=key.hex,
            code="OLD",
            state="active",
            cma_number="CMA-1",
            cnas_number="",
            accredited_from_on=date(2026, 1, 1),
            accredited_until_on=date(2027, 1, 1),
        )
        line.execute(lab)
    upgrade(url, "0023_lab_register")
    with engine.connect() as line:
        rows = line.exec_driver_sql(
            "SELECT kind, number, from_on, until_on, lab_id FROM lab_accreditations ORDER BY kind"
        ).all()
    engine.dispose()
    span = ("2026-01-01", "2027-01-01", key.hex)
    assert [tuple(row) for row in rows] == [("cma", "CMA-1", *span), ("designated", "", *span)]
