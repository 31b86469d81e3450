"""How far a certificate's PDF can be proven (ETSI EN 319 142-1 §6), and when more is due."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType


class PdfLevel(StrEnum):
    """Baseline levels of PAdES, as validation found them."""

    B_B = "B-B"
    B_T = "B-T"
    B_LTA = "B-LTA"


LEVEL_NAMES: Mapping[PdfLevel, str] = MappingProxyType(
    {
        PdfLevel.B_B: "已签名，时间戳待补",
        PdfLevel.B_T: "已签名，有时间戳",
        PdfLevel.B_LTA: "已签名，可长期验证",
    }
)
BEFORE_END = timedelta(days=90)
"""How long before the last timestamp's certificate expires it is renewed."""


def due_after(level: PdfLevel, now: datetime, stamps_end_at: datetime | None) -> datetime:
    """Return when a document has to be worked on again: at once while it is below B-LTA."""
    if level is not PdfLevel.B_LTA or stamps_end_at is None:
        return now
    return max(now + timedelta(days=1), stamps_end_at - BEFORE_END)
