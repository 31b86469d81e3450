"""JSON doors of the evidence: a recorder's file registered by its hash, by the program that has it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask.typing import ResponseReturnValue

from aquacert.http.api import answer, as_text, body, needed
from aquacert.http.gates import allowed, api_key, work
from aquacert.inspections.api.visits import bp
from aquacert.inspections.commands.clips import SaidOfClip, add_clip
from aquacert.inspections.rules.evidence import ClipKind
from aquacert.kernel.errors import Invalid
from aquacert.kernel.permissions import P


@bp.post("/checks/<uuid:check_id>/clips")
@allowed(P.INSPECTION_INSPECT)
def clips(check_id: UUID) -> ResponseReturnValue:
    """Register a clip by its hash.

    {"kind": "recorder"|"video", "sha256": hex, "size": bytes, "kept_at": text, "taken_at": RFC 3339}
    """
    values = body()
    kind, size = values.get("kind", ClipKind.RECORDER.value), needed(values, "size")
    if kind not in [one.value for one in ClipKind]:  # a list: what was sent may be unhashable
        raise Invalid("kind 只能是 video 或 recorder。", kind="video 或 recorder")
    if isinstance(size, bool) or not isinstance(size, int):
        raise Invalid("文件大小应该是整数。", size="字节数，例如 9000000000")
    said = SaidOfClip(
        ClipKind(kind),
        str(needed(values, "sha256")),
        size,
        taken_at=_instant(values.get("taken_at")),
        kept_at=str(values.get("kept_at", "")),
    )
    with work(once=api_key()) as w:
        clip_id = add_clip(w, check_id, said)
        w.reply = as_text({"clip": clip_id})
    return answer({"clip": clip_id}, 201)


def _instant(text: object) -> datetime | None:
    """Read RFC 3339 with its zone; None when nothing is said."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise Invalid("时间要带时区。", taken_at="例如 2026-05-11T15:00:00+08:00")
    return found
