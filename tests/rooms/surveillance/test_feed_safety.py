"""What a file of a feed may not do: speak under another's name, keep persons, lose what it holds."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from zipfile import ZipFile

import pytest
from openpyxl import Workbook
from sqlalchemy import Text, cast, func, select

from aquacert.kernel.errors import Invalid
from aquacert.kernel.scope import SYSTEM
from aquacert.surveillance.commands.feeds import (
    ImportAsked,
    import_feed,
    import_in,
    import_received,
    replay,
)
from aquacert.surveillance.commands.mappings import (
    bring_in,
    forget_left_tables,
    forget_table,
    guessed,
    lay_out,
    save_mapping,
)
from aquacert.surveillance.commands.quarantine import mend_cell
from aquacert.surveillance.models import Event, FeedRawRow, FeedSetAside
from aquacert.surveillance.models.mappings import FeedDraft
from aquacert.surveillance.queries.feednames import check_feed
from aquacert.surveillance.queries.mappings import draft_of, draft_peek
from aquacert.surveillance.rules.mapping.spec import spec_of
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


NAMES = (b"\xd5\xc5\xc8\xfd", "张三".encode(), b"13912345678", "填报人".encode())
PERSONS = (
    "填报人 李四 13912345678\r\n编号,县,病名,养殖户,发现日期,诊断状态,联系电话\r\n"
    'a1,六合区,白斑综合征,"张三",2026-04-13,确诊,13912345678\r\n'
    "a2,六合区,白斑综合征,张三,张三,2026-04-13,确诊,13912345678\r\n"
    "a3,六合区,白斑综合征,张三,2026-04-31,确诊,13912345678\r\n"
)


def workbook_of(text):
    book = Workbook()
    for row in csv.reader(io.StringIO(text)):
        book.active.append(row)
    book.create_sheet("通讯录").append(["张三", "13912345678"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def kept(db):
    """Return all that the database and the store hold, packed workbooks unpacked."""
    found = b""
    for path in db.files.folder.rglob("*"):
        data = path.read_bytes() if path.is_file() else b""
        if data.startswith(b"PK"):
            with ZipFile(io.BytesIO(data)) as archive:
                data = b"".join(archive.read(name) for name in archive.namelist())
        found += data
    with db.look(SYSTEM) as look:
        rows = (FeedRawRow.raw, FeedSetAside.value, cast(Event.content, Text))
        for column in rows:
            found += "".join(map(str, look.session.scalars(select(column)))).encode()
    return found


@pytest.mark.parametrize("form", ["utf-8", "gb18030", "xlsx"])
def test_personal_data_of_a_mapped_table_is_nowhere_kept(db, tmp_path, form):
    data = workbook_of(PERSONS) if form == "xlsx" else PERSONS.encode(form)
    with db.work(SYSTEM) as w:
        draft_id = lay_out(w, data, "五月.csv")
    with db.work(SYSTEM) as w:
        row = draft_of(w, draft_id)
        guess = replace(spec_of(row.spec), header_row=2)
        seen = draft_peek(w, row, guess)[1]
        spec = replace(
            guessed(seen), key=("编号",), constants={"country": "中国", "admin1": "江苏省"}
        )
        assert spec.persons == ("养殖户", "联系电话")
        twice = replace(spec, key=("编号", "养殖户"))
        with pytest.raises(Invalid, match="不能又作编号"):
            save_mapping(w, draft_id, twice, seen.heads, name="六合户表")
    with db.work(SYSTEM) as w:
        version_id = save_mapping(w, draft_id, spec, seen.heads, name="六合户表")
        counts = import_received(w, bring_in(w, draft_id))
    forget_table(db, draft_id)
    forget_table(db, draft_id)
    assert (counts.created, counts.quarantined) == (1, 2)
    found = kept(db)
    assert not any(name in found for name in NAMES)
    with db.look(SYSTEM) as look:
        asides = look.scalars(select(FeedSetAside).order_by(FeedSetAside.line))
        assert [(one.line, one.code) for one in asides] == [(4, "columns"), (5, "date")]
    with db.work(SYSTEM) as w:
        bad = w.scalars(select(FeedSetAside).order_by(FeedSetAside.line))[1]
        counts = mend_cell(w, [bad], 4, "2026-04-30")
        assert counts.created == 1
        cells = ["a2", "六合区", "白斑综合征", "张三", "2026-04-13", "确诊", "13912345678"]
        first = w.scalars(select(FeedSetAside).order_by(FeedSetAside.line))[0]
        raw = json.dumps(cells, ensure_ascii=False)
        assert replay(w, first.file_id, [], {first.id: raw}).created == 1
        assert "张三" not in first.mended + bad.mended
        assert "139" not in first.mended + bad.mended
    path = tmp_path / "again"
    path.write_bytes(data + (b"" if form == "xlsx" else b"\r\n"))
    ask = ImportAsked("六合户表", "mapped", "六月.csv", version_id)
    again = import_feed(db, SYSTEM, path, ask)
    assert (again.unchanged, again.created, again.quarantined) == (1, 0, 2)
    assert not any(name in kept(db) for name in NAMES)


VALUES = {
    "json": b'{"dataSet":"s","period":"2014","orgUnit":"o","dataValues":[{"dataElement":"d","value":"1",'
    b'"storedBy":"zhangsan"}]}',
    "csv": b"dataelement,period,orgunit,value,storedby\nd,2014,o,1,zhangsan\n",
    "bare": b"d,2014,o,,,1,zhangsan,2015-01-01\n",
    "xml": b'<dataValueSet xmlns="http://dhis2.org/schema/dxf/2.0" period="2014" orgUnit="o">'
    b'<dataValue dataElement="d" value="1 &amp; 2" storedBy="zhangsan"/></dataValueSet>',
}


@pytest.mark.parametrize("form", VALUES)
def test_who_stored_a_value_is_nowhere_kept(db, tmp_path, form):
    path = tmp_path / "values"
    path.write_bytes(VALUES[form])
    assert import_feed(db, SYSTEM, path, ImportAsked("", "dhis2_values", "v")).created == 1
    assert import_feed(db, SYSTEM, path, ImportAsked("", "dhis2_values", "v")).unchanged == 1
    assert b"zhangsan" not in kept(db)


def test_a_table_that_nobody_finished_mapping_is_not_kept_for_long(db):
    with db.work(SYSTEM) as w:
        left = lay_out(w, "病名,电话\n白斑综合征,139\n".encode(), "半途.csv")
    draft_id, _version_id, _file_id = saved(db)
    db.clock.forward(days=29)
    assert forget_left_tables(db) == 0
    db.clock.forward(days=2)
    assert forget_left_tables(db) == 1
    assert forget_left_tables(db) == 0
    with db.look(SYSTEM) as look:
        kept = set(look.scalars(select(FeedDraft.id)))
    assert draft_id in kept
    assert left not in kept
