"""A table nobody mapped before: laid out, mapped, read; rows set aside mended and read again."""

from __future__ import annotations

import io
import re

import pytest
from sqlalchemy import select

from aquacert.kernel.errors import Invalid, NotAllowedNow
from aquacert.kernel.scope import SYSTEM
from aquacert.surveillance.commands.feeds import import_received
from aquacert.surveillance.commands.mappings import (
    add_code,
    keep_draft,
    lay_out,
    retire_mapping,
    save_mapping,
)
from aquacert.surveillance.commands.quarantine import drop_rows, mend_cell, replay_rows
from aquacert.surveillance.models import Event, FeedFile, FeedMappingVersion, FeedSetAside
from aquacert.surveillance.queries.mappings import (
    content_of,
    draft_of,
    draft_peek,
    mapping_lines,
    version_by_name,
    versions_of,
)
from aquacert.surveillance.queries.quarantine import alike, aside_row, groups_of, waiting_count
from aquacert.surveillance.queries.recognising import fitting
from aquacert.surveillance.rules.mapping.spec import spec_of
from tests.make.accounts import signed_in
from tests.make.mapped import TABLE, saved
from tests.make.surveillance import make_officer


def states(db) -> dict[str, str]:
    """Return what each event of the table says of itself."""
    with db.look(SYSTEM) as look:
        found = look.scalars(select(Event).where(Event.source == "六合月报"))
        return {one.source_key: one.status for one in found}


def test_a_table_is_mapped_imported_and_its_rows_mended(db):
    draft_id, version_id, file_id = saved(db)
    with db.work(SYSTEM) as w:
        counts = import_received(w, file_id)
    assert (counts.created, counts.quarantined) == (1, 4)
    assert states(db) == {"a1": "confirmed"}
    with db.look(SYSTEM) as look:
        assert look.get(FeedFile, file_id).mapping_id == version_id
        groups = {(one.code, one.column, one.value): one for one in groups_of(look)}
        assert {key: one.count for key, one in groups.items()} == {
            ("choice", "诊断状态", "待核"): 2,
            ("date", "报告日期", "31/04/2026"): 1,
            ("number", "发病数", "many"): 1,
        }
        choice = groups["choice", "诊断状态", "待核"]
        assert len(alike(look, aside_row(look, choice.aside_id))) == 2
        [line] = mapping_lines(look)
    with db.work(SYSTEM) as w:  # the list of codes learns the word: another version
        add_code(w, line.mapping.id, "诊断状态", "待核", "suspected")
        found = replay_rows(w, alike(w, aside_row(w, choice.aside_id)))
    assert (found.created, found.quarantined) == (2, 0)
    assert states(db) == {"a1": "confirmed", "a2": "suspected", "a3": "suspected"}
    with db.work(SYSTEM) as w:  # a cell mended by hand
        date = aside_row(w, groups["date", "报告日期", "31/04/2026"].aside_id)
        still = mend_cell(w, [date.aside], 6, "32/04/2026")
        assert still.quarantined == 1
    with db.work(SYSTEM) as w:
        date = aside_row(w, date.aside.id)
        assert date.cells[6] == "32/04/2026"
        assert mend_cell(w, [date.aside], 6, "30/04/2026").created == 1
        with pytest.raises(Invalid):
            mend_cell(w, [aside_row(w, groups["number", "发病数", "many"].aside_id).aside], 99, "1")
    with db.work(SYSTEM) as w:
        last = aside_row(w, groups["number", "发病数", "many"].aside_id).aside
        with pytest.raises(Invalid):
            drop_rows(w, [last], " ")
        assert drop_rows(w, [last], "来源说是试填") == 1
    with db.look(SYSTEM) as look:
        assert waiting_count(look) == 0
        lines = versions_of(look, line.mapping.id)
        assert [one.version.number for one in lines] == [2, 1]
        assert any("“待核”：没有列入 → 疑似" in one for one in lines[0].said)
        assert lines[1].files == 1  # the file keeps the version it was read by
        assert look.get(FeedFile, file_id).mapping_id == version_id
        assert version_by_name(look, " 六合月报 ").number == 2
        assert content_of(look, version_id)["kind"] == "event"
        assert [one.title for one in fitting(look, TABLE, "六月.csv")] == ["六合月报"]
    with db.work(SYSTEM) as w, pytest.raises(NotAllowedNow):
        keep_draft(w, draft_id, spec_of(content_of(w, version_id)))


def test_what_is_not_settled_cannot_be_saved_and_names_are_taken_once(db):
    with db.work(SYSTEM) as w:
        draft_id = lay_out(w, TABLE, "五月.csv")
    with db.work(SYSTEM) as w:
        row = draft_of(w, draft_id)
        spec = spec_of(row.spec)
        heads = draft_peek(w, row, spec)[1].heads
        with pytest.raises(Invalid, match="日期是哪种写法"):
            save_mapping(w, draft_id, spec, heads, name="六合月报")
    with db.work(SYSTEM) as w, pytest.raises(Invalid):
        lay_out(w, b"\x00\x01", "x.bin")
    saved(db)
    for name in ("六合月报", "empresi", "wahis", "", "own"):
        with pytest.raises(Invalid):
            saved(db, name=name)
    with db.work(SYSTEM) as w:
        mapping = mapping_lines(w)[0].mapping
        retire_mapping(w, mapping.id)
    with db.look(SYSTEM) as look:
        assert mapping_lines(look) == []
        assert version_by_name(look, "六合月报") is None
        assert len(look.scalars(select(FeedMappingVersion))) == 1


@pytest.fixture
def officer(db, client):
    return signed_in(client, make_officer(db))


def test_the_pages_lead_from_an_unknown_table_to_its_mended_rows(db, officer):
    def post(url: str, **data):
        return officer.post(url, data=data)

    unknown = io.BytesIO(TABLE)
    sent = post("/surveillance/feeds", file=(unknown, "五月.csv"), way="auto")
    assert "/feeds/drafts/" in sent.location
    page = officer.get(sent.location).text
    assert "两种读法都说得通" in page
    assert "按表头猜的" in page
    asked = dict(
        re.findall(
            r'<select[^>]*name="([^"]+)"[^>]*>(?:(?!</select>).)*?<option value="([^"]*)" selected',
            page,
            re.DOTALL,
        )
    )
    asked |= {"key": "0", "fix-country": "中国", "c5-order": "dmy"}
    words = re.findall(r'name="(c\d+-word)" value="([^"]+)"', page)
    asked["c4-word"] = [word for name, word in words if name == "c4-word"]
    again = post(sent.location, **asked)
    page = officer.get(again.location).text
    assert "为什么隔离" in page
    assert "待核" in page
    assert "某种怪病" in page  # unmapped, never dropped
    wrong = post(f"{sent.location}/save", name="六合月报", **asked)
    assert wrong.status_code == 422
    assert "请先核对每一列" in wrong.text
    done = post(f"{sent.location}/save", name="六合月报", seen="y", **asked)
    preview = officer.get(done.location).text
    assert "预检：还没有导入" in preview
    assert "六合月报" in preview
    assert post(f"{done.location}/import").status_code == 302
    listed = officer.get("/surveillance/quarantine").text
    assert "不在这一列的代码表里" in listed
    file = done.location.rsplit("/", 1)[1]
    csv = officer.get(f"/surveillance/quarantine.csv?file={file}").text
    assert ",date,不是存在的日期,报告日期,31/04/2026,a4," in csv
    assert csv.rstrip().endswith("many,'=1+1")  # no spreadsheet takes it for a formula
    assert "31/04/2026" in officer.get("/surveillance/quarantine.csv").text
    with db.look(SYSTEM) as look:
        by_code = {one.code: one for one in look.scalars(select(FeedSetAside))}
    one = officer.get(f"/surveillance/quarantine/{by_code['choice'].id}").text
    assert "教它认这个写法" in one
    taught = post(f"/surveillance/quarantine/{by_code['choice'].id}/code", code="suspected")
    assert taught.status_code == 302
    number = f"/surveillance/quarantine/{by_code['number'].id}"
    assert "many" in officer.get(number).text
    assert post(f"{number}/mend", at="7", value="x").location.endswith(number)
    assert post(f"{number}/mend", at="7", value="7").status_code == 302
    assert states(db)["a5"] == "suspected"
    assert post(f"{number}/drop", because="").status_code == 422
    remapped = post(f"/surveillance/feeds/{file}/remap")
    assert "改对照“六合月报”" in officer.get(remapped.location).text
    assert "第 2 版" in officer.get(_mapping_of(officer)).text
    june = TABLE.replace(b"a1,", b"b1,")
    two_taps = post("/surveillance/feeds", file=(io.BytesIO(june), "六月.csv"), way="auto")
    assert "预检：还没有导入" in officer.get(two_taps.location).text


def _mapping_of(officer) -> str:
    return re.search(
        r'href="(/surveillance/mappings/[0-9a-f-]+)"', officer.get("/surveillance/mappings").text
    )[1]
