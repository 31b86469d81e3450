"""Statutory forms of a declaration: the list, each as a page, PDF or Word, and its signed paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.declarations.commands.filing import file_signed_paper
from aquacert.declarations.forms.filed import SignedPaperForm
from aquacert.declarations.queries import declaration
from aquacert.declarations.queries.filed import (
    docx_of_form,
    form_line,
    forms_of,
    masked_sheet,
    pdf_of_form,
    sheet_of_form,
    signed_file,
)
from aquacert.declarations.views.blueprint import bp, is_desk
from aquacert.declarations.views.papers import download
from aquacert.http.gates import allowed, current_actor, look, work
from aquacert.http.pages import page
from aquacert.kernel import sheetdocx, sheetpdf
from aquacert.kernel.permissions import P
from aquacert.kernel.sheets import Block, Cell, Grid, Signs

MAY_SIGN_BACK = (P.DECLARATION_ACCEPT, P.INSPECTION_INSPECT)


@dataclass(frozen=True)
class Shown:
    """A block of the form as the page draws it."""

    kind: str
    caption: str
    rows: Sequence[Sequence[Cell]]
    text: str
    heads: int
    columns: int


@bp.get("/<uuid:declaration_id>/forms")
@allowed(P.DECLARATION_READ)
def forms(declaration_id: UUID) -> ResponseReturnValue:
    """Every statutory form of the case, with its number and whether the signed paper is there."""
    with look() as unit:
        return page(
            "declarations/forms.html",
            paper=declaration(unit, declaration_id),
            lines=forms_of(unit, declaration_id),
            desk=is_desk(current_actor()),
        )


@bp.get("/<uuid:declaration_id>/forms/<uuid:form_id>")
@allowed(P.DECLARATION_READ)
def form(declaration_id: UUID, form_id: UUID) -> ResponseReturnValue:
    """One form as it prints, and beside it the photographs of its signed paper."""
    return _form_page(declaration_id, form_id, SignedPaperForm())


@bp.post("/<uuid:declaration_id>/forms/<uuid:form_id>/signed")
@allowed(*MAY_SIGN_BACK)
def file_signed(declaration_id: UUID, form_id: UUID) -> ResponseReturnValue:
    """File the photograph of the signed paper against its form."""
    filled = SignedPaperForm()
    here = url_for(".form", declaration_id=declaration_id, form_id=form_id)
    if filled.validate_on_submit():
        data, name = filled.picture()
        with filled.catching(), work(once=filled.key()) as w:
            file_signed_paper(w, declaration_id, form_id, data=data, name=name)
            w.reply = here
        if not filled.wrong:
            flash(_("签字纸件已归档"))
            return redirect(here)
    return _form_page(declaration_id, form_id, filled)


@bp.get("/<uuid:declaration_id>/forms/<uuid:form_id>.pdf")
@allowed(P.DECLARATION_READ)
def form_pdf(declaration_id: UUID, form_id: UUID) -> ResponseReturnValue:
    """The form as PDF, to print."""
    with look() as unit:
        line = form_line(unit, declaration_id, form_id)
    name, data = pdf_of_form(line.form)
    return download(data, name, sheetpdf.MEDIA_TYPE, inline=True)


@bp.get("/<uuid:declaration_id>/forms/<uuid:form_id>.docx")
@allowed(P.DECLARATION_READ)
def form_docx(declaration_id: UUID, form_id: UUID) -> ResponseReturnValue:
    """The form as a Word file."""
    with look() as unit:
        line = form_line(unit, declaration_id, form_id)
    name, data = docx_of_form(line.form)
    return download(data, name, sheetdocx.MEDIA_TYPE)


@bp.get("/<uuid:declaration_id>/signed/<uuid:signed_id>")
@allowed(P.DECLARATION_READ)
def signed_paper(declaration_id: UUID, signed_id: UUID) -> ResponseReturnValue:
    """The photograph of a signed paper, to whoever may see its form."""
    with look() as unit:
        file = signed_file(unit, declaration_id, signed_id)
        data = unit.read_file(file)
    return download(data, file.name, file.media_type, inline=True)


def _form_page(declaration_id: UUID, form_id: UUID, filled: SignedPaperForm) -> ResponseReturnValue:
    actor = current_actor()
    with look() as unit:
        line = form_line(unit, declaration_id, form_id)
        paper = declaration(unit, declaration_id)
    sheet = masked_sheet(line.form) if is_desk(actor) else sheet_of_form(line.form)
    shown = page(
        "declarations/form_filed.html",
        paper=paper,
        line=line,
        sheet=sheet,
        blocks=[_shown(block) for block in sheet.blocks],
        form=filled,
        desk=is_desk(actor),
        may_file=any(actor.may(one) for one in MAY_SIGN_BACK),
    )
    return shown, filled.status


def _shown(block: Block) -> Shown:
    if isinstance(block, Grid):
        return Shown("grid", block.caption, block.rows, "", block.heads, len(block.widths))
    if isinstance(block, Signs):
        return Shown("signs", "", (), "\n".join(block.lines()), 0, 0)
    return Shown(block.tone.value, "", (), block.text, 0, 0)
