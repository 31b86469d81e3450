"""JSON doors of feed files: import one, see how far it is, read rows again that were set aside."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from aquacert.http.api import answer, as_text, body, cursor, listing, size
from aquacert.http.gates import allowed, api_key, look, work
from aquacert.kernel.errors import Invalid
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look
from aquacert.surveillance.api.blueprint import bp
from aquacert.surveillance.commands.feeds import (
    ImportAsked,
    import_in,
    receive_feed,
    replay,
    start_import,
)
from aquacert.surveillance.commands.feeds.keeping import MOST_AT_ONCE
from aquacert.surveillance.models import FeedFile, FeedSetAside
from aquacert.surveillance.parsers.formats import FORMATS
from aquacert.surveillance.queries.feednames import check_feed, check_signed
from aquacert.surveillance.queries.feeds import progress
from aquacert.surveillance.queries.mappings import mapping_of, version_by_name
from aquacert.surveillance.queries.plan import EMPRESI
from aquacert.surveillance.queries.reading import ONE_WORK, preview

LARGEST = 50 << 20
"""Bytes of a file that comes by this door; larger ones come by folder or console."""
MAPPED = "mapped"


@bp.post("/import")
@allowed(P.EVENT_IMPORT)
def import_file() -> ResponseReturnValue:
    """Import the body, a feed file of at most 50 MB, and return the counts.

    ?format= a format or the name of a saved mapping (empresi), ?feed= the feed it belongs to,
    ?name= the file's name, ?snapshot=1 when it is whole, ?dry_run=1 to count only. A file of more
    than some thousand rows is taken (202) and imported in the background: ask /files/<id>.
    """
    request.max_content_length = LARGEST
    data = request.get_data(cache=True)
    if not data:
        raise Invalid("请求内容是空的，应该是一个疫情数据文件。", file="文件")
    with look() as unit:
        ask = _asked(unit)
        check_feed(unit, ask)
        check_signed(unit, ask)
        if request.args.get("dry_run") == "1":
            return answer(preview(unit, data, ask).counts.as_dict())
    is_small = len(data) <= MOST_AT_ONCE and data.count(b"\n") <= ONE_WORK
    with work(once=api_key()) as w:
        if is_small:
            found: dict[str, Any] = import_in(w, data, ask).as_dict()
        else:
            file_id = receive_feed(w, data, ask)
            row = w.get(FeedFile, file_id)
            if row.imported_at is None:
                start_import(w, file_id)
            found = {"file": file_id}
        w.reply = as_text(found)
    return answer(found, 200 if is_small else 202)


@bp.get("/files")
@allowed(P.EVENT_IMPORT)
def file_list() -> ResponseReturnValue:
    """Return feed files by cursor."""
    with look() as unit:
        asked = select(FeedFile).where(unit.visible(FeedFile))
        return listing(unit.page(asked, FeedFile.id, cursor(), size()), _file)


@bp.get("/files/<uuid:file_id>")
@allowed(P.EVENT_IMPORT)
def one_file(file_id: UUID) -> ResponseReturnValue:
    """Return one file: how far its import is, its counts, why it stopped if it did."""
    with look() as unit:
        far = progress(unit, file_id)
        row = unit.get(FeedFile, file_id)
        is_running = {"done": far.done, "is_running": far.is_running, "fault": far.fault}
        return answer(_file(row) | is_running)


@bp.get("/files/<uuid:file_id>/set-aside")
@allowed(P.EVENT_IMPORT)
def rows_set_aside(file_id: UUID) -> ResponseReturnValue:
    """Return rows of a file that were set aside, by cursor: line, code, column, value, state."""
    with look() as unit:
        unit.get(FeedFile, file_id)
        asked = select(FeedSetAside).where(FeedSetAside.file_id == file_id)
        return listing(unit.page(asked, FeedSetAside.id, cursor(), size()), _aside)


@bp.post("/files/<uuid:file_id>/replay")
@allowed(P.EVENT_IMPORT)
def replay_rows(file_id: UUID) -> ResponseReturnValue:
    """Read rows again: {"ids": [id] or none for all, "mended": {id: raw row as JSON text}}."""
    values = body()
    mended = values.get("mended") or {}
    if not isinstance(mended, dict):
        raise Invalid("mended 应该是 行的编号 → 改好的行。", mended="对象")
    named = values.get("ids")
    ids = None if named is None else {_id(one) for one in named}
    rows = {_id(one): str(raw) for one, raw in mended.items()}
    with work(once=api_key()) as w:
        found = replay(w, file_id, ids if ids is not None or not rows else set(), rows).as_dict()
        w.reply = as_text(found)
    return answer(found)


def _asked(unit: Look) -> ImportAsked:
    """Return what the request asks for: a format, else a saved mapping in its newest version."""
    args = request.args
    form, source = args.get("format", EMPRESI), args.get("feed", "")
    name, is_whole = args.get("name", "api.csv"), args.get("snapshot") == "1"
    if form in FORMATS and not FORMATS[form].is_hidden:
        return ImportAsked(source, form, name, is_whole=is_whole)
    version = version_by_name(unit, form)
    if version is None:
        raise Invalid("没有这种格式，也没有叫这个名字的映射。", format="没有这种格式")
    source = source or mapping_of(unit, version.mapping_id).plain
    return ImportAsked(source, MAPPED, name, version.id, is_whole)


def _id(value: object) -> UUID:
    try:
        return UUID(str(value))
    except ValueError:
        raise Invalid("行的编号不对。", ids="不是编号") from None


def _file(row: FeedFile) -> dict[str, Any]:
    return {
        "id": row.id,
        "feed": row.source,
        "format": row.format,
        "name": row.name,
        "sha256": row.sha256,
        "state": row.state,
        "received_at": row.received_at,
        "imported_at": row.imported_at,
        "newest_on": row.newest_on,
        "rows": row.rows,
        "created": row.created,
        "updated": row.updated,
        "unchanged": row.unchanged,
        "stale": row.stale,
        "vanished": row.vanished,
        "quarantined": row.quarantined,
    }


def _aside(row: FeedSetAside) -> dict[str, Any]:
    return {
        "id": row.id,
        "line": row.line,
        "code": row.code,
        "column": row.column_name,
        "value": row.value,
        "state": row.state,
        "because": row.because,
    }
