"""What each kind of record does: the same commands as the pages, after a look at both versions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from aquacert.declarations.models import Declaration
from aquacert.inspections.commands.clips import SaidOfClip, add_clip
from aquacert.inspections.commands.evidence import add_photo
from aquacert.inspections.commands.suspicion import suspect
from aquacert.inspections.commands.sync.facts import VetArrived
from aquacert.inspections.commands.visit import give_verdict, keep_findings, start_inspection
from aquacert.inspections.models import BatchCheck
from aquacert.inspections.parsers import Picture, checklist
from aquacert.inspections.queries.sync import (
    check_of_batch,
    file_of,
    own_versions,
    stands_of,
)
from aquacert.inspections.rules import Act, Course, Slot, State
from aquacert.inspections.rules.evidence import ClipKind, Place, Taken
from aquacert.inspections.rules.items import read_value
from aquacert.inspections.rules.sync import (
    Batch,
    Kind,
    Outcome,
    Record,
    degrees,
    merge,
    others_changed,
)
from aquacert.kernel.audit import plain
from aquacert.kernel.errors import Conflict, Invalid, NotAllowed, NotAllowedNow
from aquacert.kernel.work import Work
from aquacert.reference.rules.text import clean

REASSIGNED: Final = "这份申报已改派，您的记录不能用来办理，已留存在案卷里。"
DECIDED: Final = "这批已经下了结论，不能再改。您的记录已留存在案卷里。"
BOTH: Final = "有的检查项在别处改过，两边不一样，请看过再选一个。"
CHANGED: Final = "您下结论以后才看得到的改动：这一批在别处改过，请看过再下结论。"
NOT_BEGUN: Final = "这一批还没有开始查验。"
LONGEST_NOTE: Final = 1000
"""Characters of a note: what a page's field takes and what fits on the visit's record."""


@dataclass(frozen=True)
class Done:
    """What a record did. `version` is the check's version it made; None when it changed nothing."""

    declaration_id: UUID | None
    version: int | None = None
    outcome: Outcome = Outcome.ACCEPTED
    reason: str = ""
    mine: Mapping[str, Any] = field(default_factory=dict)
    theirs: Mapping[str, Any] = field(default_factory=dict)
    kept: tuple[str, ...] = ()
    checks: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Sent:
    """A record with the request that brought it. `picture` was read before the transaction."""

    batch: Batch
    record: Record
    picture: Picture | None = None

    @property
    def body(self) -> Mapping[str, Any]:
        """What the record says."""
        return self.record.body


def act_on(w: Work, sent: Sent) -> Done:
    """Do what a record says, or raise what the command raises; conflicts are an outcome."""
    kind = sent.record.kind
    if sent.record.fault or kind is None:
        raise Invalid(sent.record.fault)
    return ACTS[kind](w, sent)


def _start(w: Work, sent: Sent) -> Done:
    declaration_id = _needed(sent.record.declaration_id)
    start_inspection(w, declaration_id, _ids(sent.body.get("checks", {})))
    rows = w.scalars(select(BatchCheck).where(BatchCheck.declaration_id == declaration_id))
    return Done(
        declaration_id,
        checks={str(row.batch_id): str(row.id) for row in rows},
        versions={str(row.batch_id): row.version for row in rows},
    )


def _arrive(w: Work, sent: Sent) -> Done:
    paper = w.get(Declaration, _needed(sent.record.declaration_id))
    if paper.vet_id != w.actor.person_id:
        raise NotAllowed(REASSIGNED)
    w.record(VetArrived(sent.record.id), on=paper, county=paper.origin_code)
    return Done(paper.id)


def _find(w: Work, sent: Sent) -> Done:
    check = _check(w, sent.record)
    items = {item.key: item for item in checklist(check.checklist)}
    said = _mapping(sent.body, "answers")
    strange = [key for key in said if key not in items]
    if strange:
        raise Invalid("这个检查项不在本品种的检查表里。", item=str(strange[0]))
    values = {key: read_value(items[key], raw) for key, raw in said.items()}
    own = own_versions(w, check.batch_id, sent.batch.device)
    merged = merge(plain(values), stands_of(w, check), sent.record.base_version, own)
    notes = _notes(sent.body)
    before = check.version
    if merged.take or notes:
        taken = {key: value for key, value in values.items() if key not in merged.mine}
        keep_findings(w, check.id, taken, notes, at=sent.record.at)
    clash = bool(merged.mine)
    return Done(
        check.declaration_id,
        version=check.version if check.version > before else None,
        outcome=Outcome.CONFLICT if clash else Outcome.ACCEPTED,
        reason=BOTH if clash else "",
        mine=merged.mine,
        theirs=merged.theirs,
        kept=tuple(merged.take) if clash else (),
    )


def _photo(w: Work, sent: Sent) -> Done:
    check = _check(w, sent.record)
    slot = _one_of(Slot, sent.body.get("slot"), "slot")
    if sent.picture is None:
        raise Invalid("照片没有传到。", photo="请重新上传。")
    add_photo(w, check.id, slot, sent.picture, f"{slot.value}.jpg", taken=_taken(sent))
    return Done(check.declaration_id, version=check.version)


def _clip(w: Work, sent: Sent) -> Done:
    """Also after the verdict; `kept_at` says where an original is of which only the hash comes."""
    check = _check(w, sent.record, is_open=False)
    kind = _one_of(ClipKind, sent.body.get("kind") or ClipKind.VIDEO.value, "kind")
    digest, kept_at = str(sent.body.get("sha256") or ""), str(sent.body.get("kept_at") or "")
    size, media_type = sent.body.get("size"), "video/mp4"
    path = None
    if not kept_at:
        row, path = file_of(w, digest)
        size, media_type = row.size, row.media_type
    if isinstance(size, bool) or not isinstance(size, int):
        raise Invalid("录像登记不完整。", size="文件大小，字节数")
    clip = SaidOfClip(kind, digest, size, media_type, taken_at=sent.record.at, kept_at=kept_at)
    before = check.version
    add_clip(w, check.id, clip, path)
    return Done(check.declaration_id, version=check.version if check.version > before else None)


def _suspect(w: Work, sent: Sent) -> Done:
    check = _check(w, sent.record)
    codes = sent.body.get("diseases")
    if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
        raise Invalid("可疑病种应该是一个清单。", diseases='例如 ["WSD"]')
    course = _one_of(Course, sent.body.get("course") or Course.SAMPLING.value, "course")
    others = set(check.suspected) - set(codes)
    own = own_versions(w, check.batch_id, sent.batch.device)
    frees = check.course == Course.ISOLATE.value != course.value
    if (others or frees) and others_changed(check.version, sent.record.base_version, own):
        return Done(
            check.declaration_id,
            outcome=Outcome.CONFLICT,
            reason=BOTH,
            mine={"diseases": sorted(codes)} | ({"course": course.value} if frees else {}),
            theirs={"diseases": list(check.suspected)}
            | ({"course": check.course} if frees else {}),
        )
    suspect(w, check.id, codes, course=course, because=_text(sent.body, "because"))
    return Done(check.declaration_id, version=check.version)


def _decide(w: Work, sent: Sent) -> Done:
    check = _check(w, sent.record)
    act = _one_of(Act, sent.body.get("outcome"), "outcome")
    quantity, note = sent.body.get("quantity"), _text(sent.body, "note")
    if quantity is not None and (isinstance(quantity, bool) or not isinstance(quantity, int)):
        raise Invalid("数量应该是整数。", quantity="整数，例如 500000")
    own = own_versions(w, check.batch_id, sent.batch.device)
    if others_changed(check.version, sent.record.base_version, own):
        return Done(
            check.declaration_id,
            outcome=Outcome.CONFLICT,
            reason=CHANGED,
            mine={"outcome": act.value, "quantity": quantity, "note": note},
            theirs=standing(w, check),
        )
    give_verdict(w, check.id, act, quantity, note)
    return Done(check.declaration_id, version=check.version)


ACTS: Final[Mapping[Kind, Callable[[Work, Sent], Done]]] = {
    Kind.VISIT_START: _start,
    Kind.ARRIVED: _arrive,
    Kind.FINDINGS: _find,
    Kind.PHOTO: _photo,
    Kind.CLIP: _clip,
    Kind.SUSPICION: _suspect,
    Kind.VERDICT: _decide,
}


def standing(w: Work, check: BatchCheck) -> dict[str, Any]:
    """Return how a batch stands on the server: what the device shows beside its own version."""
    return {
        "state": check.state,
        "quantity": check.quantity,
        "note": check.note,
        "suspected": list(check.suspected),
        "findings": {item: one.value for item, one in stands_of(w, check).items()},
    }


def _check(w: Work, record: Record, *, is_open: bool = True) -> BatchCheck:
    """Return the batch's check, locked, while this vet may still act on it."""
    key = check_of_batch(w, record.batch_id)
    if key is None:
        raise NotAllowedNow(NOT_BEGUN)
    check = w.get_for_change(BatchCheck, key)
    paper = w.get(Declaration, check.declaration_id)
    if w.actor.person_id not in {paper.vet_id} & {check.vet_id}:
        raise NotAllowed(REASSIGNED)
    if is_open and check.state != State.OPEN.value:
        raise Conflict(DECIDED)
    return check


def _taken(sent: Sent) -> Taken:
    """Return what the app knows of a photograph; elapsed times count within one opening of it."""
    batch, record = sent.batch, sent.record
    is_same_run = bool(batch.run) and batch.run == record.run
    found = degrees(sent.body.get("place"))
    return Taken(
        code=str(sent.body.get("code") or ""),
        at=record.at,
        place=Place(*found) if found else None,
        elapsed_ms=record.elapsed_ms if is_same_run else None,
        device=str(batch.device),
        sent_at=batch.sent_at,
        sent_elapsed_ms=batch.elapsed_ms if is_same_run else None,
    )


def _needed(key: UUID | None) -> UUID:
    if key is None:
        raise Invalid("这条记录没有写明是哪一份申报。")
    return key


def _ids(value: object) -> dict[UUID, UUID]:
    """Return the ids that the device gave its checks, by batch."""
    try:
        pairs = dict(value).items()  # type: ignore[call-overload]
        return {UUID(str(batch)): UUID(str(check)) for batch, check in pairs}
    except (TypeError, ValueError):
        raise Invalid("查验编号不对。", checks="{批的编号: 查验编号}") from None


def _mapping(body: Mapping[str, Any], name: str, default: object = None) -> Mapping[str, Any]:
    value = body.get(name, default)
    if not isinstance(value, Mapping):
        raise Invalid("记录的内容不完整。", **{name: "{检查项: 结果}"})
    return value


def _text(body: Mapping[str, Any], name: str) -> str:
    """Return words as they are kept; raise `Invalid` for more than a page's field takes."""
    return clean(str(body.get(name) or ""), field=name, longest=LONGEST_NOTE, lines=True)


def _notes(body: Mapping[str, Any]) -> dict[str, str]:
    """Return the notes beside the answers, by item."""
    notes, answers = _mapping(body, "notes", {}), _mapping(body, "answers")
    if not notes.keys() <= answers.keys():
        raise Invalid("备注要和它的检查结果一起送。", notes="每条备注都要有检查结果")
    return {
        key: clean(str(words), field=key, longest=LONGEST_NOTE, lines=True)
        for key, words in notes.items()
    }


def _one_of(kind: Any, value: object, name: str) -> Any:  # noqa: ANN401 (one of a StrEnum)
    try:
        return kind(value)
    except ValueError:
        listed = "、".join(one.value for one in kind)
        raise Invalid("记录的内容不对。", **{name: listed}) from None
