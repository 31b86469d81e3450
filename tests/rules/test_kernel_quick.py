"""Quick statements: never compiled while a table that a column points to is not loaded."""

from __future__ import annotations

import pytest
from sqlalchemy import Column, ForeignKey, MetaData, Table, Uuid, select
from sqlalchemy.dialects import sqlite

from aquacert.kernel.quick import Quick


def test_a_key_whose_table_is_not_loaded_is_refused_and_read_as_an_id_once_it_is():
    apart = MetaData()
    loads = Table("loads", apart, Column("farm_id", ForeignKey("farms.id")))
    quick = Quick(select(loads.c.farm_id))
    dialect = sqlite.dialect()
    with pytest.raises(ValueError, match="not loaded yet"):
        quick.made(dialect)
    Table("farms", apart, Column("id", Uuid(), primary_key=True))
    assert quick.made(dialect).results[0] is not None
