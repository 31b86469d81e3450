"""Review by another person: sign that results pass, or send them back; the technician may take a result back before.

A signature covers exactly the record that was shown: whoever previewed hands its digest in, and a record that changed
since is refused. Several results pass together or not at all.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select

from aquacert.kernel.errors import Conflict, Invalid, NotAllowed, NotAllowedNow, NotFound, NotReady
from aquacert.kernel.topics import Topic
from aquacert.kernel.work import Work
from labs.bench.commands.rows import county_of
from labs.bench.models import BenchRun, Result
from labs.bench.queries import needed
from labs.bench.rules import RESULT_MOVES, Outcome, ResultAct, ResultState
from labs.intake.models import Item
from labs.intake.rules import ItemKind
from labs.pools.commands import settle_pool
from labs.register.models import LabScope
from labs.register.queries import staff_fault
from labs.register.rules.holdings import StaffAct
from labs.review.commands.facts import (
    ResultReturned,
    ResultsSigned,
    ResultTakenBack,
    ResultVerified,
)
from labs.review.models import Signature, SignedResult
from labs.review.queries.hands import hands_of, level_for
from labs.review.queries.queue import batch_of
from labs.review.queries.record import Bench, Record, bench_of, charts_against, record_of, signed_by
from labs.review.rules import LEFT_WORDS, SENTENCES, Hands, Left, Locked, is_enough, may_verify
from labs.turnaround.commands import Mark, mark

CHANGED = "您打开之后有人更新过这份记录，没有提交。请先看差异，再决定。"


class Verdict(StrEnum):
    """What a reviewer says of a result."""

    PASS = "pass"  # noqa: S105  a verdict, no secret
    SEND_BACK = "return"


def review_result(
    w: Work,
    result_id: UUID,
    verdict: Verdict | str = Verdict.PASS,
    because: str = "",
    *,
    version: int | None = None,
    outcome: Outcome | str | None = None,
    digest: str | None = None,
) -> None:
    """Pass a result or send it back. `version`, `outcome` and `digest` are what the reviewer saw.

    Raises `Conflict` when the record is no longer that, `NotAllowed` for a result one had a hand in, `NotAllowedNow`
    for a grey or void one, `NotReady` with each fault of the run, `Invalid` for sending back without a reason.
    """
    [row] = _locked(w, [result_id])
    if version not in {None, row.version} or outcome not in {None, row.outcome}:
        raise Conflict(CHANGED)
    if Verdict(verdict) is Verdict.SEND_BACK:
        return_results(w, [result_id], because)
        return
    review_results(w, [result_id], digest=digest)


def review_results(
    w: Work, result_ids: Sequence[UUID], *, digest: str | None = None
) -> UUID | None:
    """Sign several results at once and return the signature: all of them or none; None for no results.

    A result is verified once as many persons signed it as its method's rule asks for. Raises as `review_result` does,
    for the first that may not pass.
    """
    rows = _locked(w, result_ids)
    if not rows:
        return None
    record = record_of(w, rows)
    if digest is not None and digest != record.digest:
        raise Conflict(CHANGED)
    bench, hands = bench_of(w, rows), hands_of(w, rows)
    for scope in bench.scopes.values():
        _authorised(w, scope)
    charts = charts_against(w, bench)
    for row in rows:
        _judge(w, row, bench, hands[row.id], charts[row.run_id])
    signature = _sign(w, rows, record)
    county = county_of(w, signature.lab_id)
    _verify(w, _passed(w, rows, bench, hands, record), bench, county)
    fact = ResultsSigned(len(rows), record.digest, record.meaning)
    w.record(fact, on=signature, county=county)
    return signature.id


def review_batch(
    w: Work, run_id: UUID, scope_id: UUID, result_ids: Sequence[UUID], *, digest: str | None = None
) -> UUID | None:
    """Sign the identical negatives of one run by one rule version, all or none, and return the signature.

    Raises `NotReady` naming each result that is not one of them, else as `review_results` does.
    """
    batch = batch_of(w, run_id, scope_id)
    alike = set() if batch is None else {entry.result.id for entry in batch.alike}
    others = {} if batch is None else {entry.result.id: entry for entry in batch.left_out}
    reasons = [
        f"{others[key].code}：{'，'.join(LEFT_WORDS[others[key].left or Left.NOT_NEGATIVE])}"
        if key in others
        else "有一份结果不在这次运行的待复核结果里"
        for key in dict.fromkeys(result_ids)
        if key not in alike
    ]
    if reasons:
        raise NotReady(reasons, "只有相同的阴性结果才能一次通过。")
    return review_results(w, result_ids, digest=digest)


def return_results(w: Work, result_ids: Sequence[UUID], because: str) -> None:
    """Send results back to the bench, all or none, for a stated reason that the technician reads."""
    if not because.strip():
        raise Invalid("退回时请写明原因", because="必须写原因，检测员会看到")
    for row in _locked(w, result_ids):
        _back(w, row, ResultAct.SEND_BACK, because, ResultReturned)


def take_back_result(w: Work, result_id: UUID, because: str) -> None:
    """Take one's own result back before review, for a stated reason; the wells stay on record."""
    [row] = _locked(w, [result_id])
    if not because.strip():
        raise Invalid("撤回时请写明原因", because="必须写原因")
    if row.entered_by_id != w.actor.person_id:
        raise NotAllowed("只有录入的人可以撤回；复核人请用“退回”。")
    _back(w, row, ResultAct.TAKE_BACK, because, ResultTakenBack)


def _locked(w: Work, result_ids: Sequence[UUID]) -> list[Result]:
    """Return these results of this laboratory, locked, in one order; raise `NotFound` when one is missing.

    Their runs are locked first, as whoever enters, submits or equips does: nobody changes what a run was done with while
    it is signed, and two who meet on one run wait for each other instead of for ever.
    """
    wanted = sorted(set(result_ids))
    used = select(Result.run_id).where(Result.id.in_(wanted), w.visible(Result))
    for run_id in sorted(set(w.scalars(used))):
        w.get_for_change(BenchRun, run_id)
    rows = list(
        w.session.scalars(
            select(Result)
            .where(Result.id.in_(wanted), w.visible(Result))
            .order_by(Result.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )
    if len(rows) != len(wanted):
        raise NotFound
    return rows


def _authorised(w: Work, scope: LabScope) -> None:
    """Refuse whom the laboratory's register does not let review this test."""
    test = (scope.disease_code, scope.method_code)
    if said := staff_fault(w, w.actor.person_id, StaffAct.REVIEW, *test, scope.lab_id, w.today):
        raise NotAllowed(said)


def _judge(w: Work, row: Result, bench: Bench, hands: Hands, charts: Sequence[str]) -> None:
    """Refuse a verification that the rules of separation, of the register or of the run forbid."""
    against = may_verify(w.actor.person_id, hands, Outcome(row.outcome))
    if against in {Locked.NOBODY, Locked.OWN_ENTRY, Locked.SIGNED_ALREADY}:
        raise NotAllowed(SENTENCES[against])
    RESULT_MOVES.after(ResultState(row.state), ResultAct.VERIFY)
    if against is not None:
        raise NotAllowedNow(SENTENCES[against])
    reasons = [*bench.judged[row.run_id, row.scope_id].sentences, *charts]
    if reasons:
        raise NotReady(reasons, "运行无效，不能复核通过。")


def _sign(w: Work, rows: Sequence[Result], record: Record) -> Signature:
    """Write the signature and what it covers."""
    person_id = w.actor.person_id
    if person_id is None:
        raise NotAllowed(SENTENCES[Locked.NOBODY])
    signature = w.add(
        Signature(
            id=w.new_id(),
            lab_id=rows[0].lab_id,
            person_id=person_id,
            meaning=record.meaning,
            record_hash=record.digest,
            record=record.plain,
            signed_at=w.now,
        )
    )
    w.session.flush()
    for row in rows:
        w.add(
            SignedResult(
                id=w.new_id(),
                lab_id=row.lab_id,
                signature_id=signature.id,
                result_id=row.id,
                person_id=person_id,
                result_hash=record.parts[row.id],
            )
        )
    w.session.flush()
    return signature


def _passed(
    w: Work,
    rows: Sequence[Result],
    bench: Bench,
    hands: Mapping[UUID, Hands],
    record: Record,
) -> list[Result]:
    """Return the results that now are signed by as many persons as their method's rule asks for."""
    signers = signed_by(w, record.parts)
    levels: dict[tuple[str, date], int] = {}
    found = []
    for row in rows:
        key = (bench.scopes[row.scope_id].method_code, row.tested_on)
        if key not in levels:
            levels[key] = level_for(w, *key)
        if is_enough(signers[row.id], hands[row.id].testers, levels[key]):
            found.append(row)
    return found


def _verify(w: Work, rows: Sequence[Result], bench: Bench, county: str) -> None:
    """Verify results; each pool among them then settles its members."""
    for row in rows:
        row.verified_by_id = w.actor.person_id
        row.verified_at = w.now
        w.move(row, RESULT_MOVES, ResultAct.VERIFY)
        code, disease = bench.items[row.item_id].blind_code, bench.scopes[row.scope_id].disease_code
        w.record(ResultVerified(code, disease, row.outcome, row.version), on=row, county=county)
    mark(w, [row.order_id for row in rows], Mark.VERIFIED)
    for row in rows:
        if bench.items[row.item_id].kind == ItemKind.POOL:
            settle_pool(w, row)


def _back(
    w: Work,
    row: Result,
    act: ResultAct,
    because: str,
    kind: type[ResultReturned] | type[ResultTakenBack],
) -> None:
    """Give a result back to the bench, with the reason on it."""
    item, scope = needed(w, Item, row.item_id), needed(w, LabScope, row.scope_id)
    w.move(row, RESULT_MOVES, act, because=because.strip())
    row.because = because.strip()
    fact = kind(item.blind_code, scope.disease_code, row.version)
    w.record(fact, on=row, county=county_of(w, row.lab_id), reason=row.because)
    w.tell(Topic.LAB_WORK_CHANGED, row.lab_id)
