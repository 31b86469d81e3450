"""What an annex says, and the annexes of samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from aquacert.accounts import queries as accounts
from aquacert.declarations.queries import facts as papers
from aquacert.kernel.clock import SHANGHAI
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.reference.rules.quantity import in_words
from aquacert.sampling.documents.signedannex import AnnexPaper
from aquacert.sampling.models import Sample, SampleAnnex
from aquacert.sampling.queries.required import batch_line
from aquacert.sampling.queries.samples import sample_by_blind_code, tests_of_sample
from aquacert.sampling.rules import BECAUSE_WORDS, MATRIX_WORDS, PURPOSE_WORDS
from aquacert.sampling.rules.tests import Because, Purpose
from aquacert.sampling.rules.tissue import Matrix
from labs.reports.queries import report_summary

OUTCOMES = {"negative": "阴性", "positive": "阳性", "inconclusive": "无法判定"}
SAMPLER = "官方兽医"


@dataclass(frozen=True)
class AnnexContent:
    """Everything an annex says, as text; people by their role, never by name."""

    sample_id: UUID
    office_id: UUID
    report_id: UUID
    report_no: str
    report_digest: str
    """SHA-256 (hex) of the report's content, as the laboratory keeps it."""
    lab: str
    blind_code: str
    sheet_number: str
    seal_number: str
    declaration_no: str
    office: str
    farm: str
    place: str
    pond: str
    sampled_at: str
    samplers: tuple[str, ...]
    plan: str
    """Why the sample was taken, by what rules, how many were asked for."""
    batch: str
    stage: str
    matrix: str
    individuals: int
    lines: tuple[tuple[str, str, str, str], ...]
    """(disease, why asked, method, outcome)"""

    def plain(self) -> dict[str, Any]:
        """Return the content as JSON and CBOR can hold it; this is what is signed."""
        values = asdict(self)
        for name in ("sample_id", "office_id", "report_id"):
            values[name] = str(values[name])
        values["samplers"] = list(self.samplers)
        values["lines"] = [list(line) for line in self.lines]
        return values

    def paper(self, digest: str) -> AnnexPaper:
        """Return what the paper shows, with the digest of what was signed."""
        return AnnexPaper(
            number=self.report_no,
            rows=[
                ("检测单位", self.lab),
                ("报告摘要（SHA-256）", self.report_digest),
                ("盲样号", self.blind_code),
                ("抽样单编号", self.sheet_number),
                ("封样号", self.seal_number),
                ("申报单编号", self.declaration_no),
                ("抽样机构", self.office),
                ("被抽样单位", self.farm),
                ("抽样地点", f"{self.place} {self.pond}".strip()),
                ("抽样时间", self.sampled_at),
                ("抽样人（岗位）", "、".join(self.samplers)),
                ("抽样依据", self.plan),
                ("批次", self.batch),
                ("规格", self.stage),
                ("样品", f"{self.matrix}，{self.individuals} 个体"),
            ],
            lines=self.lines,
            digest=digest,
        )


def annex_content(look: Look, report_id: UUID) -> AnnexContent | None:
    """Return what the annex of a report says; None when it does not stand or is on no sample of ours."""
    report = report_summary(look, report_id)
    row = sample_by_blind_code(look, report.blind_code) if report else None
    if report is None or row is None or str(report.state) != "authorised":
        return None
    paper = papers.declaration(look, row.declaration_id)
    batch = batch_line(look, row.declaration_id, row.batch_id)
    because = {test.disease_code: test.because for test in tests_of_sample(look, row.id)}
    number = in_words(batch.quantity, batch.unit)
    return AnnexContent(
        sample_id=row.id,
        office_id=row.office_id,
        report_id=report.report_id,
        report_no=report.number,
        report_digest=report.digest,
        lab=report.lab_name,
        blind_code=row.blind_code,
        sheet_number=row.sheet_number,
        seal_number=row.seal_number,
        declaration_no=paper.number or "",
        office=accounts.issuer(look, row.office_id).name_zh,
        farm=paper.hatchery_name,
        place=f"{reference.full_name(look, row.origin_code)} {paper.origin_place}".strip(),
        pond=batch.pond_name,
        sampled_at=row.taken_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M"),
        samplers=(SAMPLER, row.taken_with),
        plan=_plan(row),
        batch=f"第 {batch.number} 批 {batch.species_name} {number}",
        stage=row.life_stage or batch.life_stage,
        matrix=MATRIX_WORDS[Matrix(row.matrix)],
        individuals=row.individuals,
        lines=tuple(
            (
                line.disease_name,
                _why(because.get(line.disease_code, "")),
                line.method_code,
                OUTCOMES.get(str(line.outcome), str(line.outcome)),
            )
            for line in report.lines
        ),
    )


def annexes_of(look: Look, declaration_id: UUID) -> Sequence[SampleAnnex]:
    """Return the annexes of a declaration that this person may see, the newest first."""
    return look.scalars(
        select(SampleAnnex)
        .join(Sample, Sample.id == SampleAnnex.sample_id)
        .where(Sample.declaration_id == declaration_id, look.visible(SampleAnnex))
        .order_by(SampleAnnex.id.desc())
    )


def annex_of_sample(look: Look, sample_id: UUID) -> SampleAnnex | None:
    """Return the newest annex of a sample that this person may see, or None."""
    return look.one(
        select(SampleAnnex)
        .where(SampleAnnex.sample_id == sample_id, look.visible(SampleAnnex))
        .order_by(SampleAnnex.id.desc())
    )


def annex_row(look: Look, annex_id: UUID) -> SampleAnnex:
    """Return an annex, or raise `NotFound` (also out of scope)."""
    return look.get(SampleAnnex, annex_id)


def _why(because: str) -> str:
    return BECAUSE_WORDS[Because(because)] if because else ""


def _plan(row: Sample) -> str:
    parts = [PURPOSE_WORDS[Purpose(row.purpose)]]
    if row.plan_basis:
        parts.append(f"{row.plan_basis} {row.plan_version}".strip())
    if row.planned:
        parts.append(f"应抽 {row.planned}")
    if row.plan_because:
        parts.append(row.plan_because)
    return "；".join(parts)
