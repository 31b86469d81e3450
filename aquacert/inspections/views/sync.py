"""Doors of the app at the pond: the day, the records, files in pieces. All answer in JSON.

They take the session's cookie. A queue that was filled offline cannot know the token of the next
session, so that these doors ask for a header instead that no other site can send: `X-Field` forces
a CORS preflight, which nothing here answers; browsers also say where a request comes from.
"""

from __future__ import annotations

from uuid import UUID

from flask import Response, request
from flask.typing import ResponseReturnValue
from flask_babel import force_locale

from aquacert.http.api import answer, body
from aquacert.http.gates import current_actor, house, look, signed_in, work
from aquacert.http.sentences import said
from aquacert.inspections.commands.sync import begin_upload, take_bytes, take_records
from aquacert.inspections.commands.sync.taking import OTHER
from aquacert.inspections.commands.sync.uploads import Offset
from aquacert.inspections.queries.day import day
from aquacert.inspections.queries.sync import offset_of, upload_of
from aquacert.inspections.rules.day import texts_of
from aquacert.inspections.rules.sync import MOST_BYTES, read_batch
from aquacert.inspections.rules.uploads import read_announced
from aquacert.inspections.views.blueprint import field
from aquacert.kernel.errors import Invalid, NotAllowed, OtherPerson
from aquacert.kernel.permissions import P

HEADER, PERSON = "X-Field", "X-Field-Person"
TIME = "X-Server-Time"
OFFSET, LENGTH, DONE = "Upload-Offset", "Upload-Length", "Upload-Done"
OWN_SITE = frozenset({"", "same-origin"})


@field.get("/day.json")
@signed_in
def day_json() -> ResponseReturnValue:
    """Give everything the app needs until tomorrow night; 304 when it has that already."""
    _must_be_mine()
    if not current_actor().may(P.INSPECTION_INSPECT):
        raise NotAllowed
    with look() as unit:
        found = day(unit)
    found["english"] = _in_english(texts_of(found))
    response = answer(found)
    response.set_etag(found["etag"])
    response.headers[TIME] = found["server_time"]  # a 304 has no other place for it
    return response.make_conditional(request)


def _in_english(texts: set[str]) -> dict[str, str]:
    """Return the English of each text that has one: the app changes its language offline."""
    with force_locale("en"):
        told = {text: said(text) for text in sorted(texts)}
    return {text: english for text, english in told.items() if english != text}


@field.post("/sync")
@signed_in
def sync() -> ResponseReturnValue:
    """Take records: see rules/sync.py for what is sent and answered."""
    _must_be_the_app()
    return records()


@field.post("/files")
@signed_in
def begin() -> ResponseReturnValue:
    """Announce a file: {sha256, size, media_type} → {id, offset, done}."""
    _must_be_the_app()
    return announce()


@field.patch("/files/<uuid:upload_id>")
@signed_in
def piece(upload_id: UUID) -> ResponseReturnValue:
    """Take a piece of a file: raw bytes that begin at `Upload-Offset`."""
    _must_be_the_app()
    return take_piece(upload_id)


@field.route("/files/<uuid:upload_id>", methods=["HEAD"], provide_automatic_options=False)
@signed_in
def reached(upload_id: UUID) -> ResponseReturnValue:
    """Say how many bytes of a file are here."""
    _must_be_mine()
    return where(upload_id)


def records() -> Response:
    """Take the records of a request and answer for each; also the door of tokens does this."""
    if (request.content_length or 0) > MOST_BYTES:
        raise Invalid("一次送得太多了，请分几次。", records=f"最多 {MOST_BYTES >> 10} KB")
    batch = read_batch(body(whole=False))
    reply = take_records(house().database, current_actor(), batch)
    for result in reply["results"]:
        if "reason" in result:
            result["reason"] = said(result["reason"])
    return answer(reply)


def announce() -> Response:
    """Begin, or find again, the upload of the bytes that were announced."""
    if not current_actor().may(P.INSPECTION_INSPECT):
        raise NotAllowed
    announced = read_announced(body())
    with work() as w:
        row = begin_upload(w, announced)
        offset = offset_of(w, row)
    is_done = row.state == "done"
    said_now = {"id": row.id, "offset": row.size if is_done else offset, "done": is_done}
    return answer(said_now, 200)


def take_piece(upload_id: UUID) -> Response:
    """Take a piece; 409 with the true offset when it begins elsewhere."""
    try:
        offset = int(request.headers.get(OFFSET, ""))
    except ValueError:
        raise Invalid("缺少 Upload-Offset。", offset="已传的字节数") from None
    try:
        reached, is_done = take_bytes(
            house().database, current_actor(), upload_id, offset, request.stream
        )
    except Offset as wrong:
        response = answer(
            {"code": wrong.code, "title": wrong.sentence, "offset": wrong.offset}, 409
        )
        response.headers[OFFSET] = str(wrong.offset)
        return response
    return _progress(Response(status=204), reached, is_done=is_done)


def where(upload_id: UUID) -> Response:
    """Answer with how far a file has come."""
    with look() as unit:
        row = upload_of(unit, upload_id)
        is_done = row.state == "done"
        reached = row.size if is_done else offset_of(unit, row)
    response = _progress(Response(status=200), reached, is_done=is_done)
    response.headers[LENGTH] = str(row.size)
    return response


def _progress(response: Response, reached: int, *, is_done: bool) -> Response:
    response.headers[OFFSET] = str(reached)
    if is_done:
        response.headers[DONE] = "1"
    return response


def _must_be_the_app() -> None:
    """Raise `NotAllowed` for what another site's page could have sent (see the module's head)."""
    if HEADER not in request.headers or request.headers.get("Sec-Fetch-Site", "") not in OWN_SITE:
        raise NotAllowed("这个地址只供现场应用使用。")
    _must_be_mine()


def _must_be_mine() -> None:
    """Raise `OtherPerson` when the app says that somebody else's day lies on this device."""
    person = request.headers.get(PERSON, "")
    if person and person != str(current_actor().person_id):
        raise OtherPerson(OTHER)
