"""Short videos and recorders' files as evidence: kept whole, or by their hash alone.

A recorder's file of some gigabytes stays where it is; its SHA-256 is registered, so that whoever is
shown it later can prove that it is the one (RFC 6234 for the digest).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy import select

from aquacert.inspections.commands.current import changed
from aquacert.inspections.commands.evidence import raise_flags
from aquacert.inspections.models import BatchCheck, Clip
from aquacert.inspections.rules import State
from aquacert.inspections.rules.evidence import ClipKind, Taken, time_doubts
from aquacert.kernel.audit import Fact
from aquacert.kernel.errors import Invalid, NotAllowed
from aquacert.kernel.files import StoredFile
from aquacert.kernel.work import Work

SHA256: Final = re.compile(r"[0-9a-f]{64}")
LARGEST: Final = 200 << 20
"""Bytes of a clip that is kept whole; a larger one is registered by its hash."""
LARGEST_ANYWHERE: Final = 1 << 44
KINDS: Final = {"video/mp4": ".mp4", "video/webm": ".webm", "video/quicktime": ".mov"}
MOST: Final = 20
BOXES: Final = frozenset({b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"})


@dataclass(frozen=True)
class ClipAdded(Fact):
    """A video or a recorder's file was added to a check."""

    tag: ClassVar[str] = "inspections:clip:add"
    title: ClassVar[str] = "加录像证据"
    kind: str
    sha256: str
    size: int
    is_whole: bool


@dataclass(frozen=True)
class SaidOfClip:
    """What is said of a clip: digest (hex), bytes, media type, when, where the original is kept."""

    kind: ClipKind
    sha256: str
    size: int
    media_type: str = "video/mp4"
    taken_at: datetime | None = None
    kept_at: str = ""


def add_clip(w: Work, check_id: UUID, said: SaidOfClip, path: Path | None = None) -> UUID:
    """Register a clip of a check, and keep it whole when its bytes are at `path`.

    Also after the verdict: recorders are emptied in the evening. Raises `Invalid` when something is
    wrong with what is said or the same bytes serve already.
    """
    check = w.get_for_change(BatchCheck, check_id)
    if check.vet_id != w.actor.person_id:
        raise NotAllowed("这批由另一位官方兽医查验，您可以看，不能改。")
    digest = said.sha256.strip().lower()
    _must_be_right(w, check, said, digest, path)
    file = _kept(w, check, said, digest, path) if path else None
    clip = w.add(
        Clip(
            id=w.new_id(),
            check_id=check.id,
            kind=said.kind.value,
            sha256=digest,
            size=said.size,
            media_type=said.media_type,
            file_id=file.id if file else None,
            kept_at=said.kept_at.strip(),
            taken_at=said.taken_at,
            added_at=w.now,
            added_by_id=w.actor.person_id,
        )
    )
    if check.state == State.OPEN.value:  # a decided check is frozen, its version too
        changed(check)
    fact = ClipAdded(said.kind.value, digest, said.size, file is not None)
    w.record(fact, on=check, county=check.origin_code)
    taken = Taken(at=said.taken_at)
    doubts = time_doubts(taken, began=check.started_at, now=w.now, decided=check.decided_at)
    raise_flags(w, check, doubts, clip_id=clip.id)
    return clip.id


def _must_be_right(
    w: Work, check: BatchCheck, said: SaidOfClip, digest: str, path: Path | None
) -> None:
    wrong = {}
    if not SHA256.fullmatch(digest):
        wrong["sha256"] = "SHA-256 是 64 位十六进制数字和字母。"
    if not 0 < said.size <= (LARGEST if path else LARGEST_ANYWHERE):
        wrong["size"] = "文件大小不对；超过 200 MB 的只登记哈希值。"
    if path is not None and said.media_type not in KINDS:
        wrong["media_type"] = "录像请用 MP4、WebM 或 MOV 格式。"
    if path is None and not said.kept_at.strip():
        wrong["kept_at"] = "写明原始文件存放在哪里，例如执法记录仪采集站编号。"
    if wrong:
        raise Invalid("录像登记不完整。", **wrong)
    if w.one(select(Clip.id).where(Clip.sha256 == digest)):
        raise Invalid("这段录像用过了。", sha256="这段录像已经登记过，同一文件只能登记一次。")
    if len(w.scalars(select(Clip.id).where(Clip.check_id == check.id))) >= MOST:
        raise Invalid("录像够多了。", sha256=f"一批最多 {MOST} 段录像。")


def _is_film(path: Path) -> bool:
    """Say whether a file begins as a film does: an ISO box (MP4, MOV) or EBML (WebM)."""
    with path.open("rb") as file:
        head = file.read(8)
    return head[4:] in BOXES or head.startswith(b"\x1a\x45\xdf\xa3")


def _kept(w: Work, check: BatchCheck, said: SaidOfClip, digest: str, path: Path) -> StoredFile:
    """Store the clip's bytes piece by piece; they must be the ones that were announced."""
    if not _is_film(path):
        sentence = "这个文件打不开，不是录像。请重新拍一段。"
        raise Invalid(sentence, sha256=sentence)
    found, size = w.home.files.put_path(path)
    if found != digest or size != said.size:
        raise Invalid(
            "录像和登记的不是同一个文件。", sha256="文件和登记的哈希值不一致，请重新上传。"
        )
    return w.add(
        StoredFile(
            id=w.new_id(),
            sha256=found,
            size=size,
            media_type=said.media_type,
            name=f"clip{KINDS[said.media_type]}",
            owner_kind=check.__tablename__,
            owner_id=check.id,
            made_at=w.now,
        )
    )
