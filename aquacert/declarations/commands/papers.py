"""Papers that go with a declaration: production records, licences, photographs."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from aquacert.declarations.commands.drafts import EDITABLE, own
from aquacert.declarations.parsers import read_paper
from aquacert.declarations.rules.grounds import MATERIAL_WORDS, Material
from aquacert.declarations.rules.states import State
from aquacert.kernel.audit import Fact
from aquacert.kernel.errors import Invalid, NotAllowedNow, NotFound
from aquacert.kernel.files import StoredFile
from aquacert.kernel.work import Work

MOST_FILES, MOST_EVER = 30, 90
"""Files of a declaration, and with those taken away again: their bytes stay for the trail."""
PDF = "application/pdf"
PHOTOGRAPHS = frozenset({Material.SEED_PHOTO})
"""Slots that want a photograph of the thing itself: a PDF shows none, whatever its name says."""
PHOTOGRAPH = "这一项要照片：请对着苗种现场拍一张（JPG、PNG），不能是 PDF。"
AGAIN = "这张已经传过，不用再传。"
KEPT = "已经受理，材料是受理的依据，不能再撤。传错了请打电话告诉申报点。"


class Repeated(Invalid):
    """The same bytes lie in this slot already: nothing is lost by not keeping them again."""


@dataclass(frozen=True)
class PaperAttached(Fact):
    """A paper was added to a declaration."""

    tag: ClassVar[str] = "declarations:paper:attach"
    title: ClassVar[str] = "上传申报材料"
    material: str
    sha256: str
    size: int


@dataclass(frozen=True)
class PaperWithdrawn(Fact):
    """A paper was taken away again before the office answered."""

    tag: ClassVar[str] = "declarations:paper:withdraw"
    title: ClassVar[str] = "撤回申报材料"
    material: str
    sha256: str


def attach_paper(
    w: Work, declaration_id: UUID, *, material: str, data: bytes, name: str
) -> StoredFile:
    """Keep a picture or PDF as this material; raise `Invalid` when it is neither.

    Raises `Repeated` when the same bytes lie there already. The file's name begins with the
    material's code, so that lists can group it.
    """
    paper = own(w, declaration_id)
    if State(paper.state) not in EDITABLE:
        raise NotAllowedNow("这份申报已经受理或办结，不能再传材料。")
    kind = Material(material) if material in MATERIAL_WORDS else Material.PRODUCTION_RECORD
    read = read_paper(data, name, field="files")
    if kind in PHOTOGRAPHS and read.media_type == PDF:
        raise Invalid(PHOTOGRAPH, files=PHOTOGRAPH)
    held = w.files_of(paper)
    if len(held) >= MOST_FILES:
        raise Invalid("材料太多。", files=f"一份申报最多传 {MOST_FILES} 个文件。")
    if len(held) + len(w.withdrawn_files_of(paper)) >= MOST_EVER:
        raise Invalid("撤回重传的次数太多。", files="撤回重传的次数太多，请打电话给申报点。")
    digest = hashlib.sha256(read.data).hexdigest()
    if same := next((one for one in held if one.sha256 == digest), None):
        raise _same(same, kind)
    stored = w.attach(paper, read.data, f"{kind.value}/{read.name}", read.media_type)
    fact = PaperAttached(kind.value, stored.sha256, stored.size)
    w.record(fact, on=paper, county=paper.origin_code)
    return stored


def withdraw_paper(w: Work, declaration_id: UUID, file_id: UUID) -> None:
    """Take a paper away that was sent by mistake, as long as the office has not answered.

    Its row stays with who did it and when, its bytes for the trail; no page shows or counts it.
    A second time changes nothing; once accepted, raises `NotAllowedNow` with the reason.
    """
    paper = own(w, declaration_id)
    if any(one.id == file_id for one in w.withdrawn_files_of(paper)):
        return
    file = next((one for one in w.files_of(paper) if one.id == file_id), None)
    if file is None:
        raise NotFound
    if State(paper.state) not in EDITABLE:
        raise NotAllowedNow(KEPT)
    file.withdrawn_at, file.withdrawn_by_id = w.now, w.actor.person_id
    if paper.state == State.SUBMITTED.value:
        # The clerk who has it open is told, as after any other change of what he reads.
        # What he changed before stays told beside it.
        told = [*(paper.amended_fields or []), f"papers-{file.name.split('/')[0]}"]
        paper.amended_at, paper.amended_fields = w.now, list(dict.fromkeys(told))
    fact = PaperWithdrawn(file.name.split("/")[0], file.sha256)
    w.record(fact, on=paper, county=paper.origin_code)


def _same(held: StoredFile, kind: Material) -> Invalid:
    """Return why the same bytes are not kept twice, in this slot or in another.

    The same bytes are told apart from a likeness: only these are refused.
    """
    there = held.name.split("/")[0]
    if there == kind.value:
        return Repeated(AGAIN, files=AGAIN)
    other = MATERIAL_WORDS[Material(there)] if there in MATERIAL_WORDS else "另一项"
    sentence = f"和“{other}”是同一个文件，请换一张。"
    return Invalid(sentence, files=sentence)
