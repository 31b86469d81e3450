"""Filed forms: found through their declaration, rendered from the facts kept under their number."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from aquacert.declarations.documents import sheet_of
from aquacert.declarations.models import Declaration, FiledForm, SignedPaper
from aquacert.declarations.rules.filing import FORM_WORDS, SHORT_WORDS, FormKind
from aquacert.declarations.rules.states import State
from aquacert.kernel.errors import NotFound
from aquacert.kernel.files import StoredFile
from aquacert.kernel.permissions import P
from aquacert.kernel.sheetdocx import docx_of
from aquacert.kernel.sheetpdf import pdf_of
from aquacert.kernel.sheets import Sheet
from aquacert.kernel.work import Look
from aquacert.reference.rules.masking import mask_name, mask_phone

MASKS: Mapping[str, Callable[[str], str]] = {
    "phone": mask_phone,
    "owner_phone": mask_phone,
    "declared_by": mask_name,
    "operator": mask_name,
}
"""Facts about natural persons that are no officials, and how a screen shows them."""
ORDER = {kind.value: place for place, kind in enumerate(FormKind)}


@dataclass(frozen=True)
class FormLine:
    """A filed form for a list; `is_latest` is false for a version that a later one corrected.

    `signed` are the photographs of its paper, whichever version had been printed and signed.
    """

    form: FiledForm
    title: str
    short: str
    is_latest: bool
    signed: tuple[SignedPaper, ...]


def latest(look: Look, kind: FormKind, subject_id: UUID) -> FiledForm | None:
    """Return the form of this kind about a subject, its newest version, or None."""
    return look.one(
        select(FiledForm)
        .where(FiledForm.kind == kind.value, FiledForm.subject_id == subject_id)
        .order_by(FiledForm.version.desc())
    )


def forms_of(look: Look, declaration_id: UUID) -> list[FormLine]:
    """Return every form of a declaration that this person may see, in the order they come."""
    _paper(look, declaration_id)
    rows = look.scalars(select(FiledForm).where(FiledForm.declaration_id == declaration_id))
    rows = [row for row in rows if _is_for(look, row)]
    newest: dict[tuple[str, UUID], int] = {}
    for row in rows:
        key = (row.kind, row.subject_id)
        newest[key] = max(row.version, newest.get(key, 0))
    about = {row.id: (row.kind, row.subject_id) for row in rows}
    signed = _signed(look, list(about))
    rows.sort(key=lambda row: (ORDER[row.kind], row.serial, -row.version))
    return [
        FormLine(
            row,
            FORM_WORDS[FormKind(row.kind)],
            SHORT_WORDS[FormKind(row.kind)],
            row.version == newest[(row.kind, row.subject_id)],
            tuple(one for one in signed if about[one.form_id] == (row.kind, row.subject_id)),
        )
        for row in rows
    ]


def form_line(look: Look, declaration_id: UUID, form_id: UUID) -> FormLine:
    """Return one form of a declaration; raise `NotFound` out of scope or of another one."""
    found = [line for line in forms_of(look, declaration_id) if line.form.id == form_id]
    if not found:
        raise NotFound
    return found[0]


def sheet_of_form(row: FiledForm) -> Sheet:
    """Return what a filed form prints."""
    return sheet_of(FormKind(row.kind), json.loads(row.facts), row.number, row.layout)


def masked_sheet(row: FiledForm) -> Sheet:
    """Return what a form prints with names and phones of natural persons masked: for a screen.

    A page is looked at more often than a form is needed; whoever prints it gets it whole.
    """
    facts = json.loads(row.facts)
    hidden = {name: mask(facts[name]) for name, mask in MASKS.items() if facts.get(name)}
    return sheet_of(FormKind(row.kind), facts | hidden, row.number, row.layout)


def pdf_of_form(row: FiledForm) -> tuple[str, bytes]:
    """Return name and bytes of a form's PDF."""
    return f"{SHORT_WORDS[FormKind(row.kind)]}-{row.number}.pdf", pdf_of(sheet_of_form(row))


def docx_of_form(row: FiledForm) -> tuple[str, bytes]:
    """Return name and bytes of a form's Word file."""
    return f"{SHORT_WORDS[FormKind(row.kind)]}-{row.number}.docx", docx_of(sheet_of_form(row))


def signed_file(look: Look, declaration_id: UUID, paper_id: UUID) -> StoredFile:
    """Return the photograph of a signed paper; raise `NotFound` when its form is not to be seen."""
    row = look.session.get(SignedPaper, paper_id)
    if row is None:
        raise NotFound
    form_line(look, declaration_id, row.form_id)
    file = look.session.get(StoredFile, row.file_id)
    if file is None:
        raise NotFound
    return file


def _paper(look: Look, declaration_id: UUID) -> Declaration:
    paper = look.get(Declaration, declaration_id)
    if paper.state == State.DRAFT.value:
        raise NotFound
    return paper


def _is_for(look: Look, row: FiledForm) -> bool:
    """The sampling sheet ties blind code to farm: only who may read samples sees it."""
    return row.kind != FormKind.SAMPLING.value or look.actor.may(P.SAMPLE_READ)


def _signed(look: Look, form_ids: Sequence[UUID]) -> list[SignedPaper]:
    if not form_ids:
        return []
    return look.scalars(
        select(SignedPaper)
        .where(SignedPaper.form_id.in_(form_ids))
        .order_by(SignedPaper.filed_at, SignedPaper.id)
    )
