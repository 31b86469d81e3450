"""Files of a declaration: its opening forms by kind and what the declarant added."""

from __future__ import annotations

import io
from uuid import UUID

from flask import Response, request, send_file
from flask.typing import ResponseReturnValue

from aquacert.declarations.queries import declaration
from aquacert.declarations.queries.papers import document
from aquacert.declarations.views.blueprint import bp
from aquacert.http.gates import allowed, look
from aquacert.http.personal import refuse_masked
from aquacert.kernel.errors import NotFound
from aquacert.kernel.permissions import P
from aquacert.kernel.sheetdocx import MEDIA_TYPE


@bp.get("/<uuid:declaration_id>/papers/<kind>.docx")
@allowed(P.DECLARATION_READ)
def paper(declaration_id: UUID, kind: str) -> ResponseReturnValue:
    """An opening form of the declaration, to keep or print."""
    with look() as unit:
        name, data = document(unit, declaration_id, kind)
    return download(data, name, MEDIA_TYPE)


@bp.get("/<uuid:declaration_id>/files/<uuid:file_id>")
@allowed(P.DECLARATION_READ)
def file(declaration_id: UUID, file_id: UUID) -> ResponseReturnValue:
    """A paper that the declarant added; the declaration's own row gates it.

    One that he took away again is for who reads the trail and may see personal data plain.
    """
    refuse_masked()
    with look() as unit:
        row = declaration(unit, declaration_id)
        held = unit.files_of(row)
        if unit.actor.may(P.AUDIT_READ):
            held += unit.withdrawn_files_of(row)
        found = [one for one in held if one.id == file_id]
        if not found:
            raise NotFound
        data = unit.read_file(found[0])
    inline = found[0].media_type == "image/jpeg" and "download" not in request.args
    return download(data, found[0].name.split("/")[-1], found[0].media_type, inline=inline)


def download(data: bytes, name: str, media_type: str, *, inline: bool = False) -> Response:
    """Return bytes under a file name; `send_file` writes a Chinese one as RFC 6266 wants it.

    A paper says names and telephones plain, so it goes to whoever may ask for these.
    """
    refuse_masked()
    return send_file(
        io.BytesIO(data), mimetype=media_type, as_attachment=not inline, download_name=name
    )
