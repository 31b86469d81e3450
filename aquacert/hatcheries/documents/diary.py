"""The production records of 12 months as a paper (.docx) and as a workbook (.xlsx)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from aquacert.kernel.papers import Paper, docx
from aquacert.reference.documents import Table, workbook

DIARY_HEADS = ("日期", "塘口", "记录", "内容", "记录人", "记录时间", "备注")
LEDGER_HEADS = ("时间", "塘口", "批号", "品种", "变动", "数量", "单位", "检疫证明", "说明")


@dataclass(frozen=True)
class DiaryRow:
    """An entry of the diary. `struck` says why it counts no more."""

    happened_on: date
    pond: str
    kind: str
    said: str
    by: str
    written: str
    struck: str = ""
    ended: str = ""

    @property
    def remark(self) -> str:
        """What became of the entry."""
        if self.struck:
            return f"已划去：{self.struck}"
        return f"结束：{self.ended}" if self.ended else ""

    def cells(self) -> tuple[str, ...]:
        """Return the row as it is printed."""
        return (
            self.happened_on.isoformat(),
            self.pond,
            self.kind,
            self.said,
            self.by,
            self.written,
            self.remark,
        )


@dataclass(frozen=True)
class LedgerRow:
    """A movement of the stock ledger: what came in, with what, and what went out."""

    at: str
    pond: str
    lot: str
    species: str
    kind: str
    quantity: int
    unit: str
    certificate: str
    reason: str

    def cells(self) -> tuple[str | int, ...]:
        """Return the row as it is printed."""
        return (
            self.at,
            self.pond,
            self.lot,
            self.species,
            self.kind,
            self.quantity,
            self.unit,
            self.certificate,
            self.reason,
        )


@dataclass(frozen=True)
class DiaryPaper:
    """Everything of a farm's records that an inspection looks at."""

    farm: str
    uscc: str
    place: str
    since_on: date
    until_on: date
    licences: Sequence[str]
    rows: Sequence[DiaryRow]
    ledger: Sequence[LedgerRow]
    illnesses: int
    withdrawals: Sequence[str]
    is_demo: bool

    @property
    def facts(self) -> list[tuple[str, str]]:
        """The head of the paper, label and value."""
        return [
            ("苗种场", self.farm),
            ("统一社会信用代码", self.uscc),
            ("塘口地点", self.place),
            ("许可证", "\n".join(self.licences) or "没有核实过的许可证"),
            ("记录起止", f"{self.since_on} 至 {self.until_on}"),
            ("期间发病", f"{self.illnesses} 次" if self.illnesses else "没有记录"),
            ("休药期内", "\n".join(self.withdrawals) or "没有"),
        ]


def diary_docx(paper: DiaryPaper) -> bytes:
    """Return the records as .docx; struck entries stay in it and say so."""
    return docx(
        Paper(
            title="水产养殖生产记录",
            number=f"{paper.until_on:%Y%m%d}",
            rows=paper.facts,
            tables=[
                ("生产记录", DIARY_HEADS, [row.cells() for row in paper.rows]),
                (
                    "存塘台账（引种、转塘、死亡、出证）",
                    LEDGER_HEADS,
                    [tuple(str(cell) for cell in row.cells()) for row in paper.ledger],
                ),
            ],
            signatures=("场方签字", "查验人签字"),
            notes=("本记录由系统按场方逐日登记导出，只增不改；划去的记录照原样列出。",),
            is_demo=paper.is_demo,
        )
    )


def diary_xlsx(paper: DiaryPaper) -> bytes:
    """Return the records as .xlsx, one sheet each; no cell can become a formula."""
    return workbook(
        Table("基本情况", ("项目", "内容"), paper.facts),
        Table("生产记录", DIARY_HEADS, [row.cells() for row in paper.rows]),
        Table("存塘台账", LEDGER_HEADS, [row.cells() for row in paper.ledger]),
    )
