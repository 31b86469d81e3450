"""Questions about evidence: today's challenge codes, where the ponds are, flags of checks."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy import Select, select

from aquacert.accounts.queries.people import vet_numbers
from aquacert.declarations.models import Declaration
from aquacert.hatcheries.models import Pond
from aquacert.inspections.models import BatchCheck, Clip, EvidenceFlag, Photo, SecondLook
from aquacert.inspections.queries.checks import CheckSheet, sheet
from aquacert.inspections.rules.evidence import (
    FlagKind,
    FlagState,
    SecondVerdict,
    centre,
    codes_of,
)
from aquacert.kernel.errors import NotFound
from aquacert.kernel.files import StoredFile
from aquacert.kernel.work import Look


def challenge_codes(look: Look, declaration_id: UUID, on: date | None = None) -> tuple[str, ...]:
    """Return a visit's challenge codes of a legal day (today); the same whenever asked.

    Whoever calls has shown that the visit is the asker's: the codes are nobody else's to know.
    """
    return codes_of(look.settings.secret, declaration_id, on or look.today)


def pond_centres(look: Look, hatchery_id: UUID) -> list[tuple[float, float]]:
    """Return the middles (latitude, longitude) of a farm's ponds in use that have an outline."""
    rows = look.scalars(
        select(Pond.outline).where(
            Pond.hatchery_id == hatchery_id, Pond.outline.is_not(None), Pond.left_on.is_(None)
        )
    )
    return [centre(ring) for ring in rows if ring]


def flags_of(look: Look, check_ids: Collection[UUID]) -> Mapping[UUID, list[EvidenceFlag]]:
    """Return check → its flags, oldest first; checks without any are not in the mapping.

    The caller has shown that the checks are visible.
    """
    found: dict[UUID, list[EvidenceFlag]] = {}
    if not check_ids:
        return found
    rows = select(EvidenceFlag).where(EvidenceFlag.check_id.in_(check_ids))
    for row in look.scalars(rows.order_by(EvidenceFlag.id)):
        found.setdefault(row.check_id, []).append(row)
    return found


def open_flags(look: Look, check_ids: Collection[UUID]) -> int:
    """Return how many flags of these checks nobody has looked at."""
    every = flags_of(look, check_ids).values()
    return sum(flag.state == FlagState.OPEN.value for flags in every for flag in flags)


@dataclass(frozen=True)
class FlagLine:
    """A flag with the picture it resembles: where that one stands, if the reader may know."""

    flag: EvidenceFlag
    photo: Photo | None
    clip: Clip | None
    other_words: str
    other_number: str
    is_other_shown: bool = True
    other_slot: str = ""
    """Which slot of its check the resembling picture fills."""
    number: str = ""
    farm: str = ""
    vet: str = ""
    """Of the flagged one's own declaration; empty on the page that shows it anyway."""

    @property
    def kind(self) -> FlagKind:
        """What the flag is about."""
        return FlagKind(self.flag.kind)


@dataclass(frozen=True)
class CheckEvidence:
    """Everything one check has to show: pictures, clips, flags."""

    sheet: CheckSheet
    clips: tuple[Clip, ...]
    flags: tuple[FlagLine, ...]

    @property
    def waiting(self) -> int:
        """How many flags nobody has looked at."""
        return sum(line.flag.state == FlagState.OPEN.value for line in self.flags)


def evidence_of(look: Look, check_id: UUID) -> CheckEvidence:
    """Return the evidence of a check, or raise `NotFound` (also out of scope)."""
    page = sheet(look, check_id)
    clips = look.scalars(select(Clip).where(Clip.check_id == check_id).order_by(Clip.id))
    rows = flags_of(look, [check_id]).get(check_id, [])
    return CheckEvidence(page, tuple(clips), tuple(flag_line(look, row) for row in rows))


def flag_line(look: Look, flag: EvidenceFlag) -> FlagLine:
    """Return a flag with what it is about."""
    photo = look.session.get(Photo, flag.photo_id) if flag.photo_id else None
    clip = look.session.get(Clip, flag.clip_id) if flag.clip_id else None
    words, number = _other(look, flag)
    other = select(Photo.slot).where(Photo.file_id == flag.other_file_id)
    slot = look.one(other) if flag.other_file_id else None
    file = look.session.get(StoredFile, flag.other_file_id) if flag.other_file_id else None
    is_shown = file is not None and _is_shown(look, file)
    return FlagLine(flag, photo, clip, words, number, is_shown, slot or "")


def flag_lines(look: Look, flags: Sequence[EvidenceFlag]) -> list[FlagLine]:
    """Return flags of several checks for a list: whose visit each is of besides."""
    checks = select(BatchCheck).where(BatchCheck.id.in_({one.check_id for one in flags}))
    held = {row.id: row for row in look.scalars(checks)}
    asked = select(Declaration).where(
        look.visible(Declaration), Declaration.id.in_({one.declaration_id for one in held.values()})
    )
    papers = {row.id: row for row in look.scalars(asked)}
    vets = vet_numbers(look, {one.vet_id for one in flags})
    found = []
    for flag in flags:
        paper = papers.get(held[flag.check_id].declaration_id)
        number, farm = (paper.number or "", paper.hatchery_name) if paper else ("", "")
        line = flag_line(look, flag)
        found.append(replace(line, number=number, farm=farm, vet=vets.get(flag.vet_id, "")))
    return found


def flag_other(look: Look, flag_id: UUID) -> StoredFile:
    """Return the picture that a flagged one resembles: shown to whoever may see the flag.

    Not a paper of a declaration that the reader may not see: it may be somebody's identity card.
    """
    flag = look.get(EvidenceFlag, flag_id)
    file = look.session.get(StoredFile, flag.other_file_id) if flag.other_file_id else None
    if file is None or not _is_shown(look, file):
        raise NotFound
    return file


def _is_shown(look: Look, file: StoredFile) -> bool:
    if file.owner_kind != Declaration.__tablename__:
        return True
    paper = look.session.get(Declaration, file.owner_id)
    return paper is not None and look.sees(Declaration, paper)


def clip_file(look: Look, clip_id: UUID) -> StoredFile:
    """Return the file of a clip that was kept whole, when its check is in scope."""
    clip = look.session.get(Clip, clip_id)
    if clip is None or clip.file_id is None:
        raise NotFound
    look.get(BatchCheck, clip.check_id)
    file = look.session.get(StoredFile, clip.file_id)
    if file is None:
        raise NotFound
    return file


def waiting_flags(look: Look) -> Select[EvidenceFlag]:
    """Return the flags of the reader's scope that nobody has looked at, oldest first."""
    chosen = look.visible(EvidenceFlag), EvidenceFlag.state == FlagState.OPEN.value
    return select(EvidenceFlag).where(*chosen).order_by(EvidenceFlag.made_at, EvidenceFlag.id)


def second_looks(look: Look, *, waiting: bool) -> Select[SecondLook]:
    """Return the visits of the reader's scope that chance chose: to look at, or looked at."""
    is_waiting = SecondLook.verdict == SecondVerdict.WAITING.value
    chosen = select(SecondLook).where(
        look.visible(SecondLook),
        SecondLook.is_chosen.is_(True),
        is_waiting if waiting else ~is_waiting,
    )
    return chosen.order_by(SecondLook.due_on, SecondLook.id)


def second_look(look: Look, look_id: UUID) -> SecondLook:
    """Return a visit that chance chose, or raise `NotFound` (also for one it left out)."""
    row = look.get(SecondLook, look_id)
    if not row.is_chosen:
        raise NotFound
    return row


def agreement_of(look: Look, vet_id: UUID) -> tuple[int, int]:
    """Return (agreed, looked at) of the second looks at one vet's visits."""
    rows = look.scalars(
        select(SecondLook.verdict).where(
            look.visible(SecondLook),
            SecondLook.vet_id == vet_id,
            SecondLook.verdict.in_((SecondVerdict.AGREE.value, SecondVerdict.DISAGREE.value)),
        )
    )
    return sum(one == SecondVerdict.AGREE.value for one in rows), len(rows)


def _other(look: Look, flag: EvidenceFlag) -> tuple[str, str]:
    """Return where the resembling picture stands, and its declaration's number where visible."""
    if flag.other_file_id is None:
        return "", ""
    file = look.session.get(StoredFile, flag.other_file_id)
    if file is None:
        return "", ""
    if file.owner_kind == Declaration.__tablename__:
        return "申报材料里的照片", _number(look, file.owner_id)
    if file.owner_kind == BatchCheck.__tablename__:
        check = look.session.get(BatchCheck, file.owner_id)
        words = "同一批的照片" if file.owner_id == flag.check_id else "另一次查验的照片"
        return words, _number(look, check.declaration_id) if check else ""
    return "抽样的照片", ""


def _number(look: Look, declaration_id: UUID) -> str:
    paper = look.session.get(Declaration, declaration_id)
    return (paper.number or "") if paper and look.sees(Declaration, paper) else ""


def flag_of(look: Look, flag_id: UUID) -> EvidenceFlag:
    """Return a flag, or raise `NotFound` (also out of scope)."""
    return look.get(EvidenceFlag, flag_id)
