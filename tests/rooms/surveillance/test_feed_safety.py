"""What a file of a feed may not do: speak under another's name, keep persons, lose what it holds."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from aquacert.kernel.errors import Invalid
from aquacert.kernel.scope import SYSTEM
from aquacert.surveillance.commands.feeds import ImportAsked, import_in
from aquacert.surveillance.models import Event
from aquacert.surveillance.queries.feednames import check_feed
from tests.make.mapped import saved
from tests.make.surveillance import feed, luhe


@pytest.mark.parametrize(
    "name",
    [
        *("own", "express", "mapped"),  # our own events
        *("wahis", "geojson"),  # other formats
        "六合月报",  # somebody's mapping
        "values",  # a feed that brought files of another format
        *("sample:empresi", "a/b", " a", "a\x00", "x" * 41),
    ],
)
def test_no_file_speaks_under_the_name_of_another_way_of_reading(db, name):
    saved(db)
    with db.work(SYSTEM) as w:
        import_in(
            w,
            b"dataelement,period,orgunit,value\nd,2014,o,1\n",
            ImportAsked("values", "dhis2_values"),
        )
    with db.work(SYSTEM) as w, pytest.raises(Invalid) as refused:
        import_in(w, feed([luhe()]).encode(), ImportAsked(name, "empresi", "a.csv"))
    assert "feed" in refused.value.fields
    with db.look(SYSTEM) as look:
        assert look.session.scalar(select(func.count()).select_from(Event)) == 0
        for good in ("empresi", "", "empresi-2"):
            check_feed(look, ImportAsked(good, "empresi"))
        check_feed(look, ImportAsked("values", "dhis2_values"))
