"""A report's files: the signed PDF and the .docx as kept, and marked copies of reports that no longer stand."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select

from aquacert.accounts.queries.people import person_label, person_name
from aquacert.kernel.files import StoredFile
from aquacert.kernel.work import Look
from labs.bench.models import Result
from labs.bench.queries import needed
from labs.register.models import Laboratory
from labs.reports.documents import Facts, Mark, docx_of, pdf_of
from labs.reports.models import Report, ReportSignature
from labs.reports.rules import ENGLISH, MOVES, Content, ReportState, read

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PDF = "application/pdf"
SUFFIX: Mapping[str, str] = {PDF: "pdf", DOCX: "docx"}


def signature_of(look: Look, report_id: UUID) -> ReportSignature | None:
    """Return the laboratory's signature over a report; None while it is being made."""
    return look.one(select(ReportSignature).where(ReportSignature.report_id == report_id))


def made_files(look: Look, row: Report) -> dict[str, StoredFile]:
    """Return the newest kept file of each media type."""
    return {file.media_type: file for file in look.files_of(row)}


def signers_of(look: Look, row: Report) -> dict[str, str]:
    """Return who tested, verified and authorised, with the names that the printed report carries.

    Names lie encrypted with their person and are read when a report is printed; its content holds none.
    """
    ids = [UUID(line["result_id"]) for line in row.content["lines"]]
    results = look.scalars(select(Result).where(Result.id.in_(ids)).order_by(Result.id))
    hands: dict[str, list[UUID | None]] = {
        "enterer": [r.entered_by_id for r in results],
        "verifier": [r.verified_by_id for r in results],
        "authoriser": [row.authorised_by_id],
    }
    return {
        hand: "、".join(
            f"{person_name(look, person)}（{person_label(look, person)}）"
            for person in dict.fromkeys(people)
            if person is not None
        )
        for hand, people in hands.items()
    }


def facts_of_report(look: Look, row: Report, cose: bytes | None = None) -> Facts:
    """Return what a report's documents print; with its signature the QR code carries it."""
    ended = row.standing != ReportState.AUTHORISED
    mark = None
    if ended:
        newer = look.one(
            select(Report.number).where(Report.supersedes_id == row.id).order_by(Report.id.desc())
        )
        state = ReportState(row.standing)
        mark = Mark(MOVES.words[state], ENGLISH[state], row.withdrawn_because, newer or "")
    return Facts(
        content=read(row.content),
        digest=row.digest,
        authorised_at=row.authorised_at,
        signers=signers_of(look, row),
        is_demo=look.settings.is_demo,
        public_id=row.public_id or "",
        base_url=look.settings.public_url,
        record=row.record or b"",
        cose=cose or b"",
        mark=mark,
    )


def draft_pdf(look: Look, content: Content, digest: str) -> bytes:
    """Return what the report would look like, marked as a draft, unsigned, without a code."""
    facts = Facts(
        content=content,
        digest=digest,
        authorised_at=look.now,
        signers={},
        is_demo=look.settings.is_demo,
        public_id="",
        base_url=look.settings.public_url,
        is_draft=True,
    )
    return pdf_of(facts)


def report_file(
    look: Look, report_id: UUID, media_type: str = DOCX, *, as_signed: bool = False
) -> tuple[str, bytes]:
    """Return a report's file name and bytes; raise `NotFound` for an unknown id.

    For rooms that hold a report's id by their own right (the sampling side); the laboratory's doors ask `report` first.
    A report that no longer stands is given as a marked copy, unless the file `as_signed` is asked for. A report not
    yet signed (or from before reports were signed) is set from its content, without code.
    """
    row = needed(look, Report, report_id)
    name = f"{row.number}.{SUFFIX[media_type]}"
    stands = row.standing == ReportState.AUTHORISED
    kept = made_files(look, row).get(media_type)
    if kept is not None and (stands or as_signed):
        return name, look.read_file(kept)
    held = signature_of(look, row.id)
    facts = facts_of_report(look, row, held.cose if held else None)
    return name, docx_of(facts) if media_type == DOCX else pdf_of(facts)


def laboratory_of(look: Look, row: Report) -> Laboratory:
    """Return the laboratory whose report it is."""
    return needed(look, Laboratory, row.lab_id)
