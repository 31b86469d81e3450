"""Taking a request of records: each in a transaction of its own, in order, once for ever.

A record's row is written in the transaction of its effect, so that either both are there or none;
its id is the key, so that two of one id in flight at once have one effect, on both databases. What
is refused is kept in a transaction of its own, as a note of the case, where officials read it.
"""

from __future__ import annotations

from typing import Any, Final, cast
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from aquacert.accounts import commands as accounts
from aquacert.declarations.models import Batch as DeclaredBatch
from aquacert.declarations.models import Declaration
from aquacert.inspections.commands.doubts import raise_doubt
from aquacert.inspections.commands.sync.acts import Done, Sent, act_on, standing
from aquacert.inspections.commands.sync.facts import RecordKept
from aquacert.inspections.models import BatchCheck, DeviceRecord
from aquacert.inspections.parsers import Picture, read_picture
from aquacert.inspections.queries.sync import NotThere, bytes_of, first_receipt, was_sent
from aquacert.inspections.rules import Act
from aquacert.inspections.rules.sync import (
    Batch,
    Kind,
    Outcome,
    Record,
    Reply,
    Result,
    about_when,
    canonical,
)
from aquacert.kernel.clock import rfc3339
from aquacert.kernel.errors import AquaCertError, NotAllowed, OtherPerson, Unavailable
from aquacert.kernel.permissions import P
from aquacert.kernel.scope import Actor
from aquacert.kernel.work import Database, Work

log = structlog.get_logger("sync")
UUID_LENGTH: Final = 36
OPPOSITE: Final = {"passed": "fail", "failed": "pass"}
DIFFERS: Final = "现场有一批收到两个相反的结论，后到的没有采用：签发以前请核对。"
TAKEN: Final = "这个记录编号已经用过，内容不同，没有采用。"
BROKEN: Final = "系统没能处理这条记录，已留存，请告诉申报点。"
OTHER: Final = "这台设备上登录的是另一个人。请由做记录的人登录后再上传。"
BEFORE: Final = "等前面的记录传完。"
NO_RIGHT: Final = "您现在没有现场检疫的权限，记录已留存在案卷里。"


def take_records(database: Database, actor: Actor, batch: Batch, request_id: str = "") -> Reply:
    """Take every record in order and return what became of each.

    Raises `OtherPerson` when somebody else made them, `Unavailable` when not even the first could
    be taken; a later stop is told in the reply, and the rest stays on the device.
    """
    if batch.people - {actor.person_id}:
        raise OtherPerson(OTHER)
    reply: Reply = {"server_time": rfc3339(database.clock.now()), "results": []}
    waiting: set[UUID] = set()
    for record in batch.records:
        if record.batch_id is not None and record.batch_id in waiting:
            reply["results"].append(_again(record, BEFORE))
            continue
        try:
            result = _Taking(database, actor, batch, request_id).take(record)
        except Unavailable as error:
            if not reply["results"]:
                raise
            reply["stopped"] = error.sentence
            break
        if result.get("retry") and record.batch_id is not None:
            waiting.add(record.batch_id)
        reply["results"].append(result)
    return reply


class _Taking:
    """One record on its way in."""

    def __init__(self, database: Database, actor: Actor, batch: Batch, request_id: str) -> None:
        self.database = database
        self.actor = actor
        self.batch = batch
        self.request_id = request_id

    def take(self, record: Record) -> Result:
        """Do what the record says, or keep it with the reason why not."""
        try:
            if record.kind is Kind.PHOTO and not record.fault:
                return self._photo(record)
            return self._act(record)
        except NotThere as error:
            return _again(record, error.sentence)
        except Unavailable:
            raise
        except IntegrityError:  # somebody was first: with the same record, or at the same thing
            return self._known(record) or self._once_more(record)
        except AquaCertError as error:
            return self._refuse(record, _sentence(error))
        except Exception as error:
            log.exception("a record could not be taken", record=str(record.id), exc_info=error)
            return self._refuse(record, BROKEN)

    def _once_more(self, record: Record) -> Result:
        """Try again after somebody else's commit: what stands now is judged in words."""
        try:
            return self._photo(record) if record.kind is Kind.PHOTO else self._act(record)
        except IntegrityError:
            return self._refuse(record, BROKEN)

    def _photo(self, record: Record) -> Result:
        """Read a photograph before the transaction: nobody else's writing waits for it."""
        with self.database.look(self.actor) as look:
            known = first_receipt(look, record.id)
            if known is None and not self.actor.may(P.INSPECTION_INSPECT):
                raise NotAllowed(NO_RIGHT)  # his file would never be taken: do not wait for it
            data = b"" if known else bytes_of(look, str(record.body.get("sha256") or ""))
        if known is not None:
            return _same(known, self.actor, record)
        return self._act(record, read_picture(data))

    def _act(self, record: Record, picture: Picture | None = None) -> Result:
        with self.database.work(self.actor) as w:
            w.request_id = self.request_id
            known = first_receipt(w, record.id)
            if known is not None:
                return _same(known, self.actor, record)
            if not self.actor.may(P.INSPECTION_INSPECT):
                raise NotAllowed(NO_RIGHT)
            done = act_on(w, Sent(self.batch, record, picture))
            result = _result(record, done)
            if done.version is None and record.batch_id is not None:
                _add_version(w, record, result)
            self._write(w, record, done, result)
        return result

    def _refuse(self, record: Record, reason: str) -> Result:
        """Keep a record that was not used, as a note of the case when it is this person's case."""
        result: Result = {
            "id": str(record.id),
            "outcome": Outcome.REFUSED.value,
            "reason": reason,
        }
        try:
            with self.database.work(self.actor) as w:
                w.request_id = self.request_id
                known = first_receipt(w, record.id)
                if known is not None:
                    return _same(known, self.actor, record)
                paper = _case(w, record)
                if paper is None and not self.actor.may(P.INSPECTION_INSPECT):
                    return result
                if paper is not None:
                    _add_standing(w, record, result)
                done = Done(paper.id if paper else None, outcome=Outcome.REFUSED, reason=reason)
                self._write(w, record, done, result)
                if paper is not None:
                    _note(w, paper, record, Outcome.REFUSED)
                    _warn(w, paper, record, result)
        except IntegrityError:
            return self._known(record) or result
        return result

    def _write(self, w: Work, record: Record, done: Done, result: Result) -> None:
        w.put(
            DeviceRecord(
                id=record.id,
                person_id=self.actor.person_id,
                device=self.batch.device,
                kind=record.kind.value if record.kind else "",
                declaration_id=done.declaration_id,
                batch_id=record.batch_id,
                base_version=record.base_version,
                check_version=done.version,
                digest=record.digest,
                body=canonical(record.body),
                outcome=done.outcome.value,
                reason=done.reason,
                receipt=cast("dict[str, Any]", result),
                device_at=record.at,
                elapsed_ms=record.elapsed_ms,
                about_at=about_when(w.now, self.batch, record),
                received_at=w.now,
            )
        )
        if done.outcome is Outcome.CONFLICT:
            paper = w.session.get_one(Declaration, done.declaration_id)
            _note(w, paper, record, done.outcome)

    def _known(self, record: Record) -> Result | None:
        with self.database.look(self.actor) as look:
            known = first_receipt(look, record.id)
        return None if known is None else _same(known, self.actor, record)


def _same(known: Any, actor: Actor, record: Record) -> Result:  # noqa: ANN401 (a quick row)
    """Answer a repetition with the first receipt; another body or person gets none of it."""
    if known.person_id != actor.person_id or known.digest != record.digest:
        return {"id": str(record.id), "outcome": Outcome.REFUSED.value, "reason": TAKEN}
    first = cast("Result", dict(known.receipt))
    first["first"], first["outcome"] = known.outcome, Outcome.SAME.value
    return first


def _result(record: Record, done: Done) -> Result:
    result: Result = {"id": str(record.id), "outcome": done.outcome.value}
    if done.version is not None:
        result["version"] = done.version
    if done.outcome is Outcome.CONFLICT:
        result["reason"] = done.reason
        result["mine"], result["theirs"] = dict(done.mine), dict(done.theirs)
        result["kept"] = list(done.kept)
    if done.checks:
        result["checks"], result["versions"] = dict(done.checks), dict(done.versions)
    settles = record.body.get("settles")
    if (
        done.outcome is Outcome.ACCEPTED
        and isinstance(settles, str)
        and len(settles) == UUID_LENGTH
    ):
        result["settles"] = settles
    return result


def _again(record: Record, sentence: str) -> Result:
    return {
        "id": str(record.id),
        "outcome": Outcome.REFUSED.value,
        "reason": sentence,
        "retry": True,
    }


def _sentence(error: AquaCertError) -> str:
    """Return why, with what each field would take."""
    fields = [text for text in getattr(error, "fields", {}).values() if text not in error.sentence]
    return " ".join([error.sentence, *fields])


def _note(w: Work, paper: Declaration, record: Record, outcome: Outcome) -> None:
    kind = record.kind.value if record.kind else ""
    fact = RecordKept(record.id, kind, outcome.value)
    w.record(fact, on=paper, county=paper.origin_code)


def _warn(w: Work, paper: Declaration, record: Record, result: Result) -> None:
    """Tell office and vet of a verdict that came too late and says the opposite of what stands."""
    stands = OPPOSITE.get(str(result.get("theirs", {}).get("state")))
    if record.kind is not Kind.VERDICT or stands is None or record.body.get("outcome") != stands:
        return
    link = f"/inspections/{paper.id}"
    accounts.tell(w, to_organisation=paper.office_id, kind="inspection", subject=DIFFERS, link=link)
    if paper.vet_id is not None:
        accounts.tell(w, to_person=paper.vet_id, kind="inspection", subject=DIFFERS, link=link)
    if stands == Act.FAIL.value:  # the same vet's other device found it sick: he must say which
        mine = BatchCheck.batch_id == record.batch_id, BatchCheck.vet_id == w.actor.person_id
        check_id = w.one(select(BatchCheck.id).where(*mine))
        if check_id is not None:
            raise_doubt(w, check_id, record.id)


def _add_version(w: Work, record: Record, result: Result) -> None:
    version = w.one(select(BatchCheck.version).where(BatchCheck.batch_id == record.batch_id))
    if version is not None:
        result["version"] = version


def _add_standing(w: Work, record: Record, result: Result) -> None:
    """Put beside a refused record what stands on the server: both versions are shown."""
    check = w.one(select(BatchCheck).where(BatchCheck.batch_id == record.batch_id))
    may_read = w.actor.may(P.INSPECTION_READ) and check is not None and w.sees(BatchCheck, check)
    if record.batch_id is None or check is None or not may_read:
        return
    result["version"] = check.version
    result["mine"], result["theirs"] = dict(record.body), standing(w, check)


def _case(w: Work, record: Record) -> Declaration | None:
    """Return the declaration that a record speaks of, when this person has or had to do with it."""
    key = record.declaration_id
    if record.batch_id is not None:
        key = w.one(select(DeclaredBatch.declaration_id).where(DeclaredBatch.id == record.batch_id))
    paper = w.session.get(Declaration, key) if key is not None else None
    if paper is None:
        return None
    sees = w.actor.may(P.INSPECTION_INSPECT) and w.sees(Declaration, paper)
    return paper if sees or was_sent(w, paper) else None
