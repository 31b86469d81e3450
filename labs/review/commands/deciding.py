"""Review by another person: pass, or send back with a reason; the technician may take a result back before."""

from collections.abc import Sequence
from enum import StrEnum
from uuid import UUID

from aquacert.kernel.errors import Conflict, Invalid, NotAllowed, NotAllowedNow, NotReady
from aquacert.kernel.work import Work
from labs.bench.commands.rows import county_of
from labs.bench.models import BenchRun, Result
from labs.bench.queries import enterers_of, needed, run_validity, wells_of_results
from labs.bench.rules import (
    RESULT_MOVES,
    SENTENCES,
    Outcome,
    ResultAct,
    ResultState,
    Unverifiable,
    may_verify,
)
from labs.intake.models import Item
from labs.register.models import LabScope
from labs.review.commands.facts import ResultReturned, ResultTakenBack, ResultVerified


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
) -> None:
    """Pass a result or send it back. `version` and `outcome` are what the reviewer saw; a change since then conflicts.

    Raises `NotAllowed` for one's own entry, `NotAllowedNow` for a grey or void result, `NotReady` with each fault of the
    run, `Invalid` for sending back without a reason.
    """
    row = w.get_for_change(Result, result_id)
    if version not in {None, row.version} or outcome not in {None, row.outcome}:
        raise Conflict("您打开之后有人更新过这份记录，没有提交。请刷新后先看差异。")
    item, scope = needed(w, Item, row.item_id), needed(w, LabScope, row.scope_id)
    if Verdict(verdict) is Verdict.SEND_BACK:
        _send_back(w, row, item, scope, because)
        return
    _judge(w, row, scope)
    row.verified_by_id = w.actor.person_id
    row.verified_at = w.now
    w.move(row, RESULT_MOVES, ResultAct.VERIFY, because=because.strip())
    fact = ResultVerified(item.blind_code, scope.disease_code, row.outcome, row.version)
    w.record(fact, on=row, county=county_of(w, row.lab_id), reason=because.strip())


def review_results(w: Work, result_ids: Sequence[UUID]) -> None:
    """Pass several results at once: all of them or none. Raises as `review_result` does for the first that may not."""
    for result_id in result_ids:
        review_result(w, result_id)


def _judge(w: Work, row: Result, scope: LabScope) -> None:
    """Refuse a verification that the rules of separation or of the run forbid."""
    if w.actor.person_id is None:
        raise NotAllowed("复核须由实名的人完成，系统不能代为复核。")
    run = needed(w, BenchRun, row.run_id)
    enterers = enterers_of(run, row, wells_of_results(w, [row.id])[row.id])
    against = may_verify(w.actor.person_id, enterers, Outcome(row.outcome))
    if against is Unverifiable.OWN_ENTRY:
        raise NotAllowed(SENTENCES[against])
    RESULT_MOVES.after(ResultState(row.state), ResultAct.VERIFY)
    if against is not None:
        raise NotAllowedNow(SENTENCES[against])
    faults = run_validity(w, run, scope).faults
    if faults:
        raise NotReady([SENTENCES[fault] for fault in faults], "运行无效，不能复核通过。")


def _send_back(w: Work, row: Result, item: Item, scope: LabScope, because: str) -> None:
    """Send a result back to the bench, for a stated reason."""
    if not because.strip():
        raise Invalid("退回时请写明原因", because="必须写原因，检测员会看到")
    w.move(row, RESULT_MOVES, ResultAct.SEND_BACK, because=because.strip())
    row.because = because.strip()
    fact = ResultReturned(item.blind_code, scope.disease_code, row.version)
    w.record(fact, on=row, county=county_of(w, row.lab_id), reason=row.because)


def take_back_result(w: Work, result_id: UUID, because: str) -> None:
    """Take one's own result back before review, for a stated reason; the wells stay on record."""
    row = w.get_for_change(Result, result_id)
    if not because.strip():
        raise Invalid("撤回时请写明原因", because="必须写原因")
    if row.entered_by_id != w.actor.person_id:
        raise NotAllowed("只有录入的人可以撤回；复核人请用“退回”。")
    item, scope = needed(w, Item, row.item_id), needed(w, LabScope, row.scope_id)
    w.move(row, RESULT_MOVES, ResultAct.TAKE_BACK, because=because.strip())
    row.because = because.strip()
    fact = ResultTakenBack(item.blind_code, scope.disease_code, row.version)
    w.record(fact, on=row, county=county_of(w, row.lab_id), reason=row.because)
