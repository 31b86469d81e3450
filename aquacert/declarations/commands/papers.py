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
from aquacert.kernel.errors import Invalid, NotAllowedNow
from aquacert.kernel.files import StoredFile
from aquacert.kernel.work import Work

MOST_FILES = 30


@dataclass(frozen=True)
class PaperAttached(Fact):
    """A paper was added to a declaration."""

    tag: ClassVar[str] = "declarations:paper:attach"
    title: ClassVar[str] = "上传申报材料"
    material: str
    sha256: str
    size: int


def attach_paper(
    w: Work, declaration_id: UUID, *, material: str, data: bytes, name: str
) -> StoredFile:
    """Keep a picture or PDF as this material; raise `Invalid` when it is neither.

    The file's name begins with the material's code, so that lists can group it.
    """
    paper = own(w, declaration_id)
    if State(paper.state) not in EDITABLE:
        raise NotAllowedNow("这份申报已经受理或办结，不能再传材料。")
    kind = Material(material) if material in MATERIAL_WORDS else Material.PRODUCTION_RECORD
    read = read_paper(data, name)
    held = w.files_of(paper)
    if len(held) >= MOST_FILES:
        raise Invalid("材料太多。", file=f"一份申报最多传 {MOST_FILES} 个文件。")
    digest = hashlib.sha256(read.data).hexdigest()
    if same := next((one for one in held if one.sha256 == digest), None):
        return _same(same, kind)
    stored = w.attach(paper, read.data, f"{kind.value}/{read.name}", read.media_type)
    fact = PaperAttached(kind.value, stored.sha256, stored.size)
    w.record(fact, on=paper, county=paper.origin_code)
    return stored


def _same(held: StoredFile, kind: Material) -> StoredFile:
    """Return the file already kept in this slot; raise `Invalid` when it lies in another.

    The same bytes are told apart from a likeness: only these are refused.
    """
    there = held.name.split("/")[0]
    if there == kind.value:
        return held
    other = MATERIAL_WORDS[Material(there)] if there in MATERIAL_WORDS else "另一项"
    sentence = f"和“{other}”是同一个文件，请换一张。"
    raise Invalid(sentence, file=sentence)
