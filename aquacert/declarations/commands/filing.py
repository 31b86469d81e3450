"""Filing statutory forms: a number of the county's year, the facts kept for good, the signed paper.

The serial is taken under two locks in one order, the county's trail and then the serial's row, so
that a rolled-back filing gives its number back and no number is left out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from aquacert.declarations.documents import LAYOUT, LAYOUTS, FormFacts
from aquacert.declarations.models import Declaration, FiledForm, FormSerial, SignedPaper
from aquacert.declarations.parsers import read_paper
from aquacert.declarations.queries.filed import form_line
from aquacert.declarations.queries.papers import FACTS
from aquacert.declarations.rules.filing import FormKind, form_number
from aquacert.kernel.audit import Fact
from aquacert.kernel.db import blind, table_of
from aquacert.kernel.errors import Invalid, NotFound
from aquacert.kernel.quick import Quick
from aquacert.kernel.work import Work

MOST_PAGES = 20
USED = "这张照片已经归过档，请核对后重新拍一张。"
FORMS, SERIALS = table_of(FiledForm), table_of(FormSerial)
LAST_FORM = Quick(
    select(FORMS.c.id, FORMS.c.version, FORMS.c.year, FORMS.c.serial, FORMS.c.facts)
    .where(FORMS.c.kind == bindparam("kind"), FORMS.c.subject_id == bindparam("subject"))
    .order_by(FORMS.c.version.desc())
)
READ_SERIAL = Quick(
    select(SERIALS.c.id, SERIALS.c.last)
    .where(
        SERIALS.c.county_code == bindparam("county"),
        SERIALS.c.kind == bindparam("kind"),
        SERIALS.c.year == bindparam("year"),
    )
    .with_for_update()
)
MOVE_SERIAL = Quick(
    update(SERIALS).where(SERIALS.c.id == bindparam("serial")).values(last=bindparam("to"))
)


@dataclass(frozen=True)
class FormFiled(Fact):
    """A form was filed under its number; `seal` is a keyed digest of everything it says."""

    tag: ClassVar[str] = "declarations:form:file"
    title: ClassVar[str] = "文书编号归档"
    kind: str
    number: str
    version: int
    seal: str


@dataclass(frozen=True)
class SignedPaperFiled(Fact):
    """The photograph of a signed paper was filed against its form."""

    tag: ClassVar[str] = "declarations:form:sign"
    title: ClassVar[str] = "签字文书拍照归档"
    kind: str
    number: str
    sha256: str
    original_sha256: str


def file_form(
    w: Work,
    *,
    kind: FormKind,
    declaration_id: UUID,
    subject_id: UUID,
    facts: Mapping[str, Any] | FormFacts,
) -> FiledForm:
    """File what a form says and return it with its number.

    A subject has one number for each kind of form: the same facts again return the same row,
    other facts make a next version under that number. The caller holds the subject's row.
    """
    paper = w.session.get(Declaration, declaration_id)
    if paper is None:
        raise NotFound
    plain = facts.plain() if isinstance(facts, FormFacts) else dict(facts)
    LAYOUTS[LAYOUT][kind][0](**plain)  # a form is never filed without a fact that it prints
    said = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    w.hold_trail(paper.origin_code)
    before = w.row(LAST_FORM, kind=kind.value, subject=subject_id)
    if before is not None and before.facts == said:
        return w.session.get_one(FiledForm, before.id)
    row = w.put(_row(w, paper, kind, subject_id, said, before))
    fact = FormFiled(kind.value, row.number, row.version, blind("filed_form", said))
    w.record(fact, on=paper, county=paper.origin_code)
    return row


def file_opening(w: Work, paper: Declaration, kind: FormKind) -> FiledForm:
    """File 申报单, 受理单, 补正告知书 or 不予受理通知书 from the declaration as it stands now."""
    facts = FACTS[kind](w, paper)
    return file_form(w, kind=kind, declaration_id=paper.id, subject_id=paper.id, facts=facts)


def file_signed_paper(
    w: Work, declaration_id: UUID, form_id: UUID, *, data: bytes, name: str
) -> SignedPaper:
    """Keep the photograph of a form's signed paper; the same bytes are refused a second time.

    The picture is written anew, so that nothing the camera hid in it stays. A scanned PDF is
    refused: hidden data cannot be taken out of it as surely.
    """
    line = form_line(w, declaration_id, form_id)
    paper = w.get_for_change(Declaration, declaration_id)
    if data.startswith(b"%PDF-"):
        raise Invalid("请拍照上传。", photo="请拍照上传（JPG、PNG），不收 PDF。")
    read = read_paper(data, name, field="photo")
    original = hashlib.sha256(data).hexdigest()
    if w.one(select(SignedPaper.id).where(SignedPaper.original_sha256 == original)):
        raise Invalid("这张照片用过了。", photo=USED)
    if len(line.signed) >= MOST_PAGES:
        raise Invalid("照片太多。", photo=f"一份文书最多归档 {MOST_PAGES} 张照片。")
    stored = w.attach(line.form, read.data, f"signed-{len(line.signed) + 1}.jpg", read.media_type)
    fact = SignedPaperFiled(line.form.kind, line.form.number, stored.sha256, original)
    row = SignedPaper(
        id=w.new_id(),
        form_id=form_id,
        file_id=stored.id,
        original_sha256=original,
        filed_at=w.now,
        filed_by_id=w.actor.person_id,
    )
    try:
        with w.session.begin_nested():
            w.add(row)
    except IntegrityError:
        raise Invalid("这张照片用过了。", photo=USED) from None
    w.record(fact, on=paper, county=paper.origin_code)
    return row


def _row(
    w: Work,
    paper: Declaration,
    kind: FormKind,
    subject_id: UUID,
    said: str,
    before: Any,  # noqa: ANN401 (a row of LAST_FORM, or None)
) -> FiledForm:
    year = before.year if before else w.today.year
    serial = before.serial if before else _next_serial(w, paper.origin_code, kind, year)
    return FiledForm(
        id=w.new_id(),
        declaration_id=paper.id,
        kind=kind.value,
        subject_id=subject_id,
        version=before.version + 1 if before else 1,
        county_code=paper.origin_code,
        year=year,
        serial=serial,
        number=form_number(year, serial),
        layout=LAYOUT,
        facts=said,
        filed_at=w.now,
        filed_by_id=w.actor.person_id,
    )


def _next_serial(w: Work, county: str, kind: FormKind, year: int) -> int:
    """Take the county's next serial; the row stays locked until the commit.

    The first two of a year may race: the loser's insert fails inside its savepoint and it then
    waits for the winner's row like everybody after.
    """
    row = w.row(READ_SERIAL, county=county, kind=kind.value, year=year)
    if row is None:
        first = {"id": w.new_id(), "county_code": county, "kind": kind, "year": year, "last": 0}
        with suppress(IntegrityError), w.session.begin_nested():
            w.session.execute(insert(FormSerial), first)
        row = w.row(READ_SERIAL, county=county, kind=kind.value, year=year)
    serial: int = row.last + 1
    w.rows(MOVE_SERIAL, serial=row.id, to=serial)
    return serial
