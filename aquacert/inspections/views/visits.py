"""Doors of the visits: the vet's road, one visit with its batches, the field record."""

from __future__ import annotations

import io
from uuid import UUID

from flask import redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.declarations.queries import facts as papers
from aquacert.declarations.rules.states import LoadState
from aquacert.http.gates import allowed, current_actor, look, work
from aquacert.http.pages import page
from aquacert.http.personal import refuse_masked
from aquacert.http.sentences import said
from aquacert.inspections import commands, queries
from aquacert.inspections.forms import (
    EmptyForm,
)
from aquacert.inspections.queries.kept import kept_of
from aquacert.inspections.queries.route import route
from aquacert.inspections.rules import (
    STATE_WORDS,
)
from aquacert.inspections.rules.route import PART_WORDS
from aquacert.inspections.views.blueprint import INSPECT, bp
from aquacert.kernel.permissions import P
from aquacert.kernel.sheetdocx import docx_of


@bp.get("/")
@allowed(P.INSPECTION_READ)
def index() -> ResponseReturnValue:
    """Visits: the vet's own road of the day, or everybody's in the supervisor's place."""
    if current_actor().may(INSPECT):
        with look() as unit:
            return page("inspections/route.html", road=route(unit), parts=PART_WORDS)
    number = request.args.get("page", 1, type=int)
    with look() as unit:
        pages = unit.pages(queries.visits(unit, mine=False), number)
        return page("inspections/index.html", pages=pages, q="")


@bp.get("/<uuid:declaration_id>")
@allowed(P.INSPECTION_READ)
def visit(declaration_id: UUID) -> ResponseReturnValue:
    """One visit: every batch of the declaration and where its check stands."""
    with look() as unit:
        return page(
            "inspections/visit.html",
            paper=papers.declaration(unit, declaration_id),
            lines=queries.checks_of(unit, declaration_id),
            kept=kept_of(unit, declaration_id),
            said=said,
            words=STATE_WORDS,
            waiting=any(
                load.load_state == LoadState.PLANNED.value
                for load in papers.all_load_facts(unit, declaration_id)
            ),
            form=EmptyForm(),
        )


@bp.post("/<uuid:declaration_id>/start")
@allowed(INSPECT)
def start(declaration_id: UUID) -> ResponseReturnValue:
    """Begin the visit."""
    form = EmptyForm()
    with work(once=form.key()) as w:
        commands.start_inspection(w, declaration_id)
        w.reply = url_for(".visit", declaration_id=declaration_id)
    return redirect(w.reply)


@bp.get("/photos/<uuid:photo_id>")
@allowed(P.INSPECTION_READ)
def photo(photo_id: UUID) -> ResponseReturnValue:
    """One photograph, to whoever may see its check."""
    with look() as unit:
        file = queries.photo_file(unit, photo_id)
        return send_file(io.BytesIO(unit.read_file(file)), mimetype=file.media_type)


@bp.get("/<uuid:declaration_id>/record.docx")
@allowed(P.INSPECTION_READ)
def record(declaration_id: UUID) -> ResponseReturnValue:
    """The field record 现场记录单; before its last verdict without a number."""
    refuse_masked()
    with look() as unit:
        data = docx_of(queries.record_sheet(unit, declaration_id))
    return send_file(io.BytesIO(data), as_attachment=True, download_name=f"{_('现场记录单')}.docx")
