"""The papers of a declaration as .docx: 申报单, 受理单, 补正告知, 不予受理 (domain.md §2.1, §2.2)."""

from __future__ import annotations

from aquacert.declarations.documents.letters import (
    DEMO,
    EPOCH,
    MEDIA_TYPE,
    STATEMENT,
    BatchRow,
    LoadRow,
    PaperFacts,
    acceptance,
    application,
    chinese_day,
    chinese_time,
    refusal,
    supplement,
)

__all__ = [
    "DEMO",
    "EPOCH",
    "MEDIA_TYPE",
    "STATEMENT",
    "BatchRow",
    "LoadRow",
    "PaperFacts",
    "acceptance",
    "application",
    "chinese_day",
    "chinese_time",
    "refusal",
    "supplement",
]
