"""What belongs to a case: every file of a declaration's road, and what the trail says of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from uuid import UUID

from sqlalchemy import Select, or_, select

from aquacert.accounts.queries.organisations import organisation
from aquacert.certificates import queries as certificates
from aquacert.declarations.models import Declaration, FiledForm, PhoneCall, ProxyConsent
from aquacert.declarations.queries import facts as papers
from aquacert.declarations.queries.filed import docx_of_form, forms_of, pdf_of_form, signed_file
from aquacert.declarations.queries.papers import KINDS, opening_sheet, papers_of
from aquacert.declarations.rules.consent import WAY_WORDS, Way
from aquacert.declarations.rules.filing import SHORT_WORDS, FormKind
from aquacert.declarations.rules.grounds import MATERIAL_WORDS
from aquacert.declarations.rules.states import STATE_WORDS, State
from aquacert.inspections import queries as inspections
from aquacert.inspections.models import Disposal, TreatmentOrder
from aquacert.inspections.rules import SLOT_WORDS, Slot
from aquacert.kernel.audit import COLUMNS, AuditEntry, plain
from aquacert.kernel.files import StoredFile
from aquacert.kernel.sheetdocx import docx_of
from aquacert.kernel.sheetpdf import pdf_of
from aquacert.kernel.work import Look
from aquacert.sampling import queries as sampling
from aquacert.sampling.models import Sample
from aquacert.sampling.queries.annexes import annexes_of
from aquacert.supervision.documents import CaseFacts, Entry
from aquacert.supervision.models import CaseFile
from labs.reports.queries import DOCX, PDF, report_file

FORMS, SIGNED, MATERIALS, PHOTOS, SAMPLES, REPORTS, CERTIFICATES, TRAIL = (
    *("1-文书", "2-签字纸件", "3-申报材料", "4-现场照片"),
    *("5-抽样照片", "6-检测报告", "7-检疫证明", "8-审计摘录"),
)
OWN = "case_files"
"""Asking for an archive is in the trail too, but not in the archive: else no two were alike."""


def case_files(look: Look, declaration_id: UUID) -> list[CaseFile]:
    """Return the archives of a case that this person asked for, newest first."""
    return look.scalars(
        select(CaseFile)
        .where(
            CaseFile.declaration_id == declaration_id,
            CaseFile.asked_by_id == look.actor.person_id,
            look.visible(CaseFile),
        )
        .order_by(CaseFile.asked_at.desc(), CaseFile.id.desc())
    )


def case_file(look: Look, case_id: UUID) -> CaseFile:
    """Return an archive, or raise `NotFound` (also out of scope)."""
    return look.get(CaseFile, case_id)


def case_facts(look: Look, declaration_id: UUID) -> tuple[CaseFacts, list[Entry]]:
    """Return what the archive says and every file of it, in one order."""
    paper = papers.declaration(look, declaration_id)
    trail = look.scalars(trail_of(look, declaration_id))
    places: dict[str, list[int]] = {}
    for one in trail:
        places.setdefault(one.chain, []).append(one.position)
    facts = CaseFacts(
        number=paper.number or "",
        office=organisation(look, paper.office_id).name_zh,
        farm=paper.hatchery_name,
        state=STATE_WORDS[State(paper.state)],
        is_demo=look.settings.is_demo,
        audit_entries=len(trail),
        chains=tuple((chain, min(at), max(at)) for chain, at in sorted(places.items())),
    )
    return facts, [*entries_of(look, paper), _trail_entry(trail)]


def entries_of(look: Look, paper: Declaration) -> list[Entry]:
    """Return every file of the case but the trail."""
    return [
        *_forms(look, paper),
        *_materials(look, paper),
        *_consents(look, paper),
        *_photos(look, paper),
        *_samples(look, paper),
        *_certificates(look, paper),
    ]


def weight_of(look: Look, declaration_id: UUID) -> int:
    """Return how many bytes of pictures the case holds: what makes an archive large."""
    owners = [key for _, key in subjects_of(look, declaration_id)]
    rows = look.scalars(select(StoredFile.size).where(StoredFile.owner_id.in_(map(UUID, owners))))
    return sum(rows)


def subjects_of(look: Look, declaration_id: UUID) -> list[tuple[str, str]]:
    """Return (table, id) of everything that the trail says something of in this case."""
    paper = papers.declaration(look, declaration_id)
    batches = [one.batch_id for one in papers.batches_of(look, declaration_id)]
    found: list[tuple[str, UUID]] = [("declarations", paper.id)]
    found += [("loads", one.load_id) for one in papers.all_load_facts(look, declaration_id)]
    found += [
        ("batch_checks", one.check.id)
        for one in inspections.checks_of(look, declaration_id)
        if one.check
    ]
    found += [("filed_forms", one.form.id) for one in forms_of(look, declaration_id)]
    found += [("samples", one.id) for one in sampling.samples_of(look, declaration_id)]
    found += [("sample_annexes", one.id) for one in annexes_of(look, declaration_id)]
    found += [
        ("certificates", one.certificate_id)
        for one in certificates.certificates_of_batches(look, batches)
    ]
    for model in (TreatmentOrder, Disposal, ProxyConsent, PhoneCall):
        rows = look.scalars(select(model.id).where(model.declaration_id == declaration_id))
        found += [(model.__tablename__, row) for row in rows]
    return [(kind, str(key)) for kind, key in found]


def trail_of(look: Look, declaration_id: UUID) -> Select[AuditEntry]:
    """Select what the trail says of the case, chain by chain in its order."""
    by_kind: dict[str, list[str]] = {}
    for kind, key in subjects_of(look, declaration_id):
        by_kind.setdefault(kind, []).append(key)
    same = [
        (AuditEntry.subject_kind == kind) & AuditEntry.subject_id.in_(keys)
        for kind, keys in sorted(by_kind.items())
        if kind != OWN
    ]
    return select(AuditEntry).where(or_(*same)).order_by(AuditEntry.chain, AuditEntry.position)


def _forms(look: Look, paper: Declaration) -> Iterator[Entry]:
    lines = forms_of(look, paper.id)
    for line in lines:
        row = line.form
        name = f"{line.short}-{row.number}" + (f"-第{row.version}版" if row.version > 1 else "")
        title = f"{line.title} {row.number}" + ("" if line.is_latest else "（已更正的旧版）")
        yield Entry(f"{FORMS}/{name}.pdf", title, partial(_pdf, row))
        yield Entry(f"{FORMS}/{name}.docx", f"{title}（Word）", partial(_docx, row))
        for at, one in enumerate(line.signed if line.is_latest else (), 1):
            file = signed_file(look, paper.id, one.id)
            yield _stored(look, f"{SIGNED}/{name}-{at}.jpg", f"{title} 签字纸件 {at}", file)
    filed = {line.form.kind for line in lines}
    for kind in papers_of(paper):
        if kind not in filed:
            sheet, name = opening_sheet(look, paper, kind), KINDS[kind][0]
            title = f"{SHORT_WORDS[FormKind(kind)]}（未编号）"
            yield Entry(f"{FORMS}/{name}.pdf", title, partial(pdf_of, sheet))
            yield Entry(f"{FORMS}/{name}.docx", f"{title}（Word）", partial(docx_of, sheet))


def _materials(look: Look, paper: Declaration) -> Iterator[Entry]:
    names = {one.value: word for one, word in MATERIAL_WORDS.items()}
    counted: dict[str, int] = {}
    for file in look.files_of(paper):
        kind = file.name.split("/")[0]
        word = names.get(kind, "其他材料").partition("：")[0]
        counted[word] = counted.get(word, 0) + 1
        path = f"{MATERIALS}/{word}-{counted[word]}{_ending(file)}"
        yield _stored(look, path, f"{word} {counted[word]}", file)


def _consents(look: Look, paper: Declaration) -> Iterator[Entry]:
    """Yield what shows that the owner consented to a proxy: the signed paper, the recorded call."""
    rows = look.scalars(
        select(ProxyConsent)
        .where(ProxyConsent.declaration_id == paper.id)
        .order_by(ProxyConsent.asked_at, ProxyConsent.id)
    )
    for at, row in enumerate(rows, 1):
        for file in look.files_of(row):
            name = f"代办同意-{at}"
            said = f"{WAY_WORDS[Way(row.way)]} {at}"
            yield _stored(look, f"{MATERIALS}/{name}{_ending(file)}", said, file)


def _photos(look: Look, paper: Declaration) -> Iterator[Entry]:
    for line in inspections.checks_of(look, paper.id):
        if line.check is None:
            continue
        counted: dict[str, int] = {}
        for photo in inspections.sheet(look, line.check.id).photos:
            word = SLOT_WORDS[Slot(photo.slot)]
            counted[word] = counted.get(word, 0) + 1
            name = f"第{line.batch.number}批-{word}-{counted[word]}"
            file = inspections.photo_file(look, photo.id)
            yield _stored(look, f"{PHOTOS}/{name}.jpg", name, file)


def _samples(look: Look, paper: Declaration) -> Iterator[Entry]:
    for row in sampling.samples_of(look, paper.id):
        for at, file in enumerate(look.files_of(row), 1):
            path = f"{SAMPLES}/{row.sheet_number}-{at}{_ending(file)}"
            yield _stored(look, path, f"{row.sheet_number} 照片 {at}", file)
        yield from _reports(look, row)
    for annex in annexes_of(look, paper.id):
        name = f"{annex.report_no}-附页"
        for file in look.files_of(annex):
            yield _stored(look, f"{REPORTS}/{name}{_ending(file)}", f"{name}（Word）", file)
        yield Entry(f"{REPORTS}/{name}.cose", f"{name}（签名）", partial(bytes, annex.cose))


def _reports(look: Look, row: Sample) -> Iterator[Entry]:
    found = sampling.report_of(look, row.id)
    if found is None:
        return
    for media, ending, word in ((PDF, ".pdf", ""), (DOCX, ".docx", "（Word）")):
        title = f"检测报告 {found.number}{word}"
        yield Entry(
            f"{REPORTS}/{found.number}{ending}",
            title,
            partial(_report, look, found.report_id, media),
        )


def _certificates(look: Look, paper: Declaration) -> Iterator[Entry]:
    batches = [one.batch_id for one in papers.batches_of(look, paper.id)]
    for line in certificates.certificates_of_batches(look, batches):
        for file in certificates.documents_of(look, line.certificate_id).values():
            ending = _ending(file)
            title = f"动物检疫证明 {line.number}（{line.status_name}）{ending[1:]}"
            yield _stored(look, f"{CERTIFICATES}/{line.number}{ending}", title, file)


def _trail_entry(trail: list[AuditEntry]) -> Entry:
    rows = ({name: plain(getattr(one, name)) for name in COLUMNS} for one in trail)
    text = "".join(json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n" for row in rows)
    return Entry(f"{TRAIL}/audit.jsonl", "审计摘录（每行一条）", text.encode)


def _stored(look: Look, path: str, title: str, file: StoredFile) -> Entry:
    return Entry(path, title, partial(look.read_file, file))


def _ending(file: StoredFile) -> str:
    at = file.name.rfind(".")
    return file.name[at:].lower() if at > 0 and file.name[at + 1 :].isalnum() else ".bin"


def _pdf(row: FiledForm) -> bytes:
    return pdf_of_form(row)[1]


def _docx(row: FiledForm) -> bytes:
    return docx_of_form(row)[1]


def _report(look: Look, report_id: UUID, media: str) -> bytes:
    return report_file(look, report_id, media)[1]
