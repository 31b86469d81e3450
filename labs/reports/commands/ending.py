"""The four ways a report ends. Each first showed what it touches; each tells the higher rooms.

Amending changes words only and leaves a new version. Retracting, invalidating and withdrawing take the results out of
force and give the item back to the bench; the first two are asked by one person and carried out by another.
"""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from aquacert.kernel.audit import Fact
from aquacert.kernel.errors import Conflict, Invalid, NotAllowed
from aquacert.kernel.topics import Topic
from aquacert.kernel.work import Work
from labs.bench.queries import live_results
from labs.bench.rules import RESULT_MOVES, ResultAct, ResultState
from labs.intake.models import Item
from labs.intake.rules import ITEM_MOVES, ItemAct
from labs.register.commands import lock_lab
from labs.reports.commands.authorise import add_report, results_in, tell_released
from labs.reports.commands.facts import ReportAmended, ReportWithdrawn
from labs.reports.models import Report
from labs.reports.queries.drafts import (
    next_place_of_version,
    not_entitled,
    not_third,
    signers_label,
    unprintable,
)
from labs.reports.queries.touched import open_ask, touched
from labs.reports.rules import (
    MOVES,
    SENTENCES,
    Content,
    ReportAct,
    ReportState,
    Stands,
    changes_in_words,
    corrected,
    is_day_of_sampling,
    missing,
    number_of_version,
    read,
)
from labs.turnaround.commands import reopen


def amend_report(
    w: Work, report_id: UUID, because: str, changes: dict[str, str], *, shown: str | None = None
) -> UUID:
    """Correct words of a report that stands; return the new version's id. No result changes.

    `changes` maps amendable fields (rules.AMENDABLE) to their right text, `shown` is the digest of what the form
    showed as touched. Raises `Invalid` without reason or change, or when a point would be missing afterwards,
    `NotAllowed` for a hand in the results, `Conflict` when what is touched is no longer what was shown.
    """
    row, because = ready_to_end(w, report_id, ReportAct.AMEND, because, shown)
    item = w.get_for_change(Item, row.item_id)
    lab_row = lock_lab(w, row.lab_id)
    if not_third(w, live_results(w, item.id)) is not None:
        raise NotAllowed("检测或复核过这份样品的人不能更正它的报告，须由另一位授权签字人办理。")
    faults = not_entitled(w, row.lab_id, live_results(w, item.id))
    if faults:
        raise NotAllowed(faults[0])
    old = read(row.content)
    content = _new_version(w, row, old, because, _real(old, changes))
    counts = touched(w, row).counts
    end(w, row, ReportAct.AMEND, because)
    fresh = add_report(w, item, content, next_place_of_version(w, row.lab_id), row)
    fact = ReportAmended(row.number, row.blind_code, fresh.number, content.change, counts)
    w.record(fact, on=row, county=lab_row.division_code, reason=because)
    w.tell(Topic.REPORT_WITHDRAWN, row.id)
    tell_released(w, fresh)
    return fresh.id


def withdraw_report(w: Work, report_id: UUID, because: str, *, shown: str | None = None) -> None:
    """Withdraw a report for a stated reason: it stays readable, its item is tested anew, higher rooms are told."""
    row, because = ready_to_end(w, report_id, ReportAct.WITHDRAW, because, shown)
    counts = touched(w, row).counts
    end(w, row, ReportAct.WITHDRAW, because)
    test_anew(w, row, because)
    take_down(w, row, ReportWithdrawn(row.number, row.blind_code, counts), because)


def ready_to_end(
    w: Work, report_id: UUID, act: ReportAct, because: str, shown: str | None
) -> tuple[Report, str]:
    """Return the locked report and the tidy reason, once nothing stands against ending it so."""
    if w.actor.person_id is None:
        raise NotAllowed("这件事须由实名的授权签字人办理。")
    if not because.strip():
        raise Invalid("请写明原因", because="必须写原因，送样方会看到")
    row = w.get_for_change(Report, report_id)
    MOVES.after(ReportState(row.standing), act)
    if shown is not None and shown != touched(w, row).digest:
        raise Conflict("受影响的内容在您查看之后有变化，没有办理。请重新核对后再办。")
    waiting = open_ask(w, row.id)
    if waiting is not None and act in {ReportAct.AMEND, ReportAct.WITHDRAW}:
        raise Conflict("这份报告有一件撤销或作废的请求在等第二个人，先办完它。")
    return row, because.strip()


def end(w: Work, row: Report, act: ReportAct, because: str) -> None:
    """Move a report to its end; nothing asks the database between the fields and the move."""
    row.state = Stands.WITHDRAWN
    row.withdrawn_by_id = w.actor.person_id
    row.withdrawn_at = w.now
    row.withdrawn_because = because
    w.move(row, MOVES, act, because=because, column="standing")


def test_anew(w: Work, row: Report, because: str) -> None:
    """Take the results of a report out of force and give its item back to the bench."""
    item = w.get_for_change(Item, row.item_id)
    for result in results_in(w, item, ResultState.REPORTED):
        w.move(result, RESULT_MOVES, ResultAct.WITHDRAW, because=because)
    w.move(item, ITEM_MOVES, ItemAct.REOPEN, because=because)
    reopen(w, item.id)


def take_down(w: Work, row: Report, fact: Fact, because: str) -> None:
    """Record that a report ended, and tell the higher rooms."""
    county = lock_lab(w, row.lab_id).division_code
    w.record(fact, on=row, county=county, reason=because)
    w.tell(Topic.REPORT_WITHDRAWN, row.id)


def _real(old: Content, changes: dict[str, str]) -> dict[str, str]:
    """Return the changes that change anything, tidied."""
    tidy = {name: value.strip() for name, value in changes.items()}
    real = {name: value for name, value in tidy.items() if value != getattr(old, name, value)}
    if not real:
        raise Invalid("没有要更正的内容", because="至少改一项，改成和原来不一样的文字")
    return real


def _new_version(
    w: Work, row: Report, old: Content, because: str, changes: dict[str, str]
) -> Content:
    """Return the next version's content: corrected, renumbered, saying what changed and why (7.8.8)."""
    version = row.version + 1
    try:
        fixed = corrected(old, changes)
    except ValueError as error:
        raise Invalid("这些内容不能更正，只能作废结果后重检", because=str(error)) from None
    words = changes_in_words(old, changes)
    content = replace(
        fixed,
        number=number_of_version(row.number, version),
        version=version,
        change=f"{words}。原因：{because}",
        replaces=f"本版取代 {row.number}，检测结果没有改动。",
        issued_on=w.today.isoformat(),
        authoriser=signers_label(w),
    )
    gaps = missing(content)
    if gaps:
        raise Invalid("更正后内容不齐", because="；".join(SENTENCES[gap] for gap in gaps))
    if "sampled_on" in changes and not is_day_of_sampling(content):
        raise Invalid("抽样日期不对", sampled_on="写成 2026-05-09，不能晚于收样日期")
    if odd := unprintable(content):
        raise Invalid("更正后的内容印不出来", because=odd[0])
    return content
