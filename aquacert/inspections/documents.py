"""检疫工作记录单（水产苗种产地检疫现场记录): facts in, bytes out.

Fields: the statutory minimum for aquatic seed (procedures 2011 §6.2) and the aquatic replacements
of the livestock work record (domain notes §2.3).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from aquacert.kernel.clock import SHANGHAI
from aquacert.kernel.papers import Paper, docx


@dataclass(frozen=True)
class RecordBatch:
    """One batch's line in the record."""

    species: str
    quantity: str
    outcome: str
    findings: Sequence[tuple[str, str]]
    suspected: str
    note: str


@dataclass(frozen=True)
class RecordFacts:
    """Everything the record says."""

    number: str
    office: str
    owner: str
    place: str
    declared_at: datetime
    checked_at: datetime | None
    purpose: str
    vet: str
    batches: Sequence[RecordBatch]
    is_demo: bool


def field_record(facts: RecordFacts) -> bytes:
    """Return the record as .docx."""
    rows = [
        ("动物卫生监督机构", facts.office),
        ("货主姓名", facts.owner),
        ("检疫地点", facts.place),
        ("检疫申报时间", _when(facts.declared_at)),
        ("检疫时间", _when(facts.checked_at)),
        ("用途", facts.purpose),
        ("官方兽医", facts.vet),
    ]
    for number, batch in enumerate(facts.batches, start=1):
        rows.append((f"第{number}批", f"{batch.species}，{batch.quantity}"))
        rows.append((f"第{number}批检疫结论", batch.outcome))
        if batch.suspected:
            rows.append((f"第{number}批可疑病种", batch.suspected))
        if batch.note:
            rows.append((f"第{number}批说明", batch.note))
    tables = [
        (f"第{number}批检查项", ("检查项", "结果"), batch.findings)
        for number, batch in enumerate(facts.batches, start=1)
    ]
    return docx(
        Paper(
            title="水产苗种产地检疫现场记录",
            number=facts.number,
            rows=rows,
            tables=tables,
            signatures=("检疫人员签字", "货主签字"),
            is_demo=facts.is_demo,
        )
    )


def _when(instant: datetime | None) -> str:
    return instant.astimezone(SHANGHAI).strftime("%Y年%m月%d日 %H:%M") if instant else ""
