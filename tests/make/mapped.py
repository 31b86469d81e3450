"""Builders of a table that somebody mapped: laid out, saved, received, some rows set aside."""

from __future__ import annotations

from uuid import UUID

from aquacert.kernel.scope import SYSTEM
from aquacert.kernel.work import Database
from aquacert.surveillance.commands.mappings import bring_in, keep_draft, lay_out, save_mapping
from aquacert.surveillance.queries.mappings import draft_of, draft_peek
from aquacert.surveillance.rules.mapping.spec import spec_of

HEAD = "编号,省,县,病名,诊断状态,发现日期,报告日期,发病数,塘口"
ROWS = [
    "a1,江苏省,六合区,白斑综合征,确诊,03/04/2026,30/04/2026,300,",
    "a2,江苏省,六合区,白斑综合征,待核,04/04/2026,30/04/2026,5,",
    "a3,江苏省,六合区,白斑综合征,待核,05/04/2026,30/04/2026,5,",
    "a4,江苏省,六合区,白斑综合征,疑似,06/04/2026,31/04/2026,5,",
    "a5,江苏省,六合区,某种怪病,疑似,07/04/2026,30/04/2026,many,=1+1",
]
TABLE = "\r\n".join([HEAD, *ROWS]).encode("gb18030")


def saved(db: Database, data: bytes = TABLE, name: str = "六合月报") -> tuple[UUID, UUID, UUID]:
    """Lay the table out, settle what the guess leaves open, save; return draft, version and file."""
    with db.work(SYSTEM) as w:
        draft_id = lay_out(w, data, "五月.csv")
    with db.work(SYSTEM) as w:
        row = draft_of(w, draft_id)
        spec = spec_of(row.spec)
        raw = spec.as_dict()
        for column in raw["columns"]:
            if column["field"] == "observed_on":
                assert column["order"] == ""  # both ways say something: nothing is assumed
                column["order"] = "dmy"
        spec = spec_of({**raw, "constants": {"country": "中国"}})
        keep_draft(w, draft_id, spec)
        seen = draft_peek(w, row, spec)[1]
        version_id = save_mapping(w, draft_id, spec, seen.heads, name=name)
        file_id = bring_in(w, draft_id)
    return draft_id, version_id, file_id
