"""The report as PDF/A-3b: set in type, sealed by the laboratory's key, with record and code attached."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from aquacert.kernel.typesetting import SEAL_NOTE, STANDARD, seal_pdf, typesetter
from aquacert.trust.pdf import Box, PdfSigner, Stamp, sign_once
from aquacert.trust.qr import qr_matrix, qr_svg
from aquacert.trust.timestamps import Authority
from labs.reports.documents.facts import (
    TITLE_EN,
    Facts,
    hands,
    heads,
    outcome,
    remarks,
    tails,
)
from labs.reports.rules import Content

MILLIMETRE = 72 / 25.4
PAGE_HEIGHT = 297.0
SEAL = (150.0, 226.0, 41.0, 41.0)
"""Left, top, width, height in mm on the first page: beside the hands, in the band at its foot."""
SEAL_TITLE = "检验检测专用章"
RECORD, CODE = "report.cbor", "report.cose"


def pdf_of(facts: Facts) -> bytes:
    """Return the report as PDF, not signed; a draft or a marked copy carries no attachment."""
    is_original = bool(facts.cose) and facts.mark is None and not facts.is_draft
    inputs = {
        "facts": json.dumps(_for_print(facts), ensure_ascii=False, sort_keys=True),
        "attachments": json.dumps(_attachments(facts) if is_original else []),
    }
    return typesetter().pdf("report.typ", inputs, standard=STANDARD, is_tagged=True)


def signed_pdf(
    facts: Facts,
    signer: PdfSigner,
    *,
    roots: Sequence[bytes],
    at: datetime,
    authority: Authority | None = None,
) -> bytes:
    """Return the report's PDF sealed and locked by the laboratory at the instant `at`."""
    lab = Stamp(
        signer,
        _box(),
        seal_pdf(facts.content.lab_name, is_demo=facts.is_demo, title=SEAL_TITLE),
        f"{SEAL_TITLE} {facts.content.number}（系统生成，无法律效力）",
        f"圆形红色印章：{facts.content.lab_name}，{SEAL_TITLE}（系统生成，无法律效力）",
    )
    return sign_once(pdf_of(facts), lab, roots=roots, at=at, authority=authority)


def texts_of(content: Content) -> dict[str, str]:
    """Return every text a report prints by its field, to be held against the fonts."""
    lines = "".join(str(value) for line in content.plain()["lines"] for value in line.values())
    held = {name: value for name, value in content.plain().items() if isinstance(value, str)}
    return {**held, "lines": lines}


def _box() -> Box:
    left, top, width, height = SEAL
    bottom = PAGE_HEIGHT - top - height
    return (
        round(left * MILLIMETRE),
        round(bottom * MILLIMETRE),
        round((left + width) * MILLIMETRE),
        round((bottom + height) * MILLIMETRE),
    )


def _for_print(facts: Facts) -> dict[str, Any]:
    content = facts.content
    return {
        "title": content.title,
        "title_en": TITLE_EN,
        "number": content.number,
        "lab_name": content.lab_name,
        "heads": heads(content),
        "tails": tails(content),
        "hands": hands(facts),
        "remarks": remarks(content),
        "lines": [
            {
                "test": line.disease_name,
                "test_en": line.disease_name_en or line.disease_code,
                "method": line.method_standard,
                "reading": line.cq,
                "outcome": outcome(line)[0],
                "outcome_en": outcome(line)[1],
                "kind": line.outcome,
                "tested_on": line.tested_on,
                "run": line.run_number,
                "means": "；".join(part for part in (line.instrument, line.kit_lot) if part) or "/",
                "note": "混样 pool" if line.pool else ("外部 external" if line.external else ""),
            }
            for line in content.lines
        ],
        "qr": qr_svg(qr_matrix(facts.url)) if facts.url else "",
        "page_of": f"{facts.base_url.rsplit('//', maxsplit=1)[-1]}/r/{facts.public_id}"
        if facts.public_id
        else "",
        "digest": facts.digest,
        "is_demo": facts.is_demo,
        "is_draft": facts.is_draft,
        "watermark": facts.watermark,
        "mark": facts.mark.sentence if facts.mark else "",
        "seal_note": SEAL_NOTE,
        "has_seal": bool(facts.cose) and facts.mark is None,
        "date": list(facts.authorised_at.astimezone(UTC).timetuple()[:6]),
    }


def _attachments(facts: Facts) -> list[dict[str, Any]]:
    """Return record and code as the template attaches them (ISO 19005-3 §6.8)."""
    return [
        {
            "name": RECORD,
            "data": list(facts.record),
            "mime": "application/cbor",
            "relationship": "source",
            "description": "报告的内容",
        },
        {
            "name": CODE,
            "data": list(facts.cose),
            "mime": "application/cose",
            "relationship": "data",
            "description": "二维码所载的签名",
        },
    ]
