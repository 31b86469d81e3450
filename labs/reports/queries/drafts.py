"""What a report would say now: the preview that an authoriser signs for, and all that stands in its way."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from aquacert.accounts.queries.people import person_label
from aquacert.kernel.typesetting import missing_glyphs
from aquacert.kernel.work import Look
from labs.bench.models import Result
from labs.bench.queries import live_results, needed
from labs.bench.rules import (
    RESULT_MOVES,
    SENTENCES,
    ResultState,
    Unverifiable,
    may_authorise,
)
from labs.intake.models import Item
from labs.intake.queries import item_by_code, orders_of
from labs.intake.rules import ItemState
from labs.register.models import LabScope
from labs.register.queries import laboratory, staff_fault
from labs.reports import rules
from labs.reports.documents import texts_of
from labs.reports.models import Report
from labs.reports.queries.gathering import content_of
from labs.reports.rules import Content, Stands
from labs.review.queries import hands_of


@dataclass(frozen=True, slots=True)
class Draft:
    """What a report would say now, the SHA-256 of it, and everything that stands in its way."""

    content: Content
    digest: str
    reasons: tuple[str, ...]


def digest_of(content: Content) -> str:
    """Return the SHA-256 (hex) of a report's content as canonical JSON."""
    text = json.dumps(content.plain(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def draft_report(look: Look, code: str) -> Draft:
    """Return what a report on this item would say now, and every reason why it cannot be authorised."""
    item = item_by_code(look, code)
    lab = laboratory(look, item.lab_id)
    results = [r for r in live_results(look, item.id) if r.state == ResultState.VERIFIED]
    number = rules.number_of(lab.code, look.today.year, next_place(look, lab.id))
    content = content_of(look, item, lab, results, number, last_ended(look, item.id))
    reasons = [
        *_open_tests(look, item, results),
        *(rules.SENTENCES[clause] for clause in rules.missing(content)),
        *_same_hands(look, results),
        *not_entitled(look, item.lab_id, results),
        *unprintable(content),
    ]
    return Draft(content, digest_of(content), tuple(dict.fromkeys(reasons)))


def _open_tests(look: Look, item: Item, results: Sequence[Result]) -> list[str]:
    """Name each ordered test without a verified result."""
    if item.kind != "sample":
        return ["混样不单独出报告，结果写进各成员样品的报告"]
    if item.state != ItemState.RECEIVED:
        return ["这个盲样不在检测中（未收样、不能检测或已出报告）"]
    verified = {r.order_id for r in results}
    live = {r.order_id: ResultState(r.state) for r in live_results(look, item.id)}
    return [
        f"{order.disease_code} 还没有复核通过的结果"
        + (f"（{RESULT_MOVES.words[live[order.id]]}）" if order.id in live else "（待检）")
        for order in orders_of(look, [item.id])[item.id]
        if order.id not in verified
    ]


def _same_hands(look: Look, results: Sequence[Result]) -> list[str]:
    """Say why this actor may not be the third person."""
    if look.actor.person_id is None:
        return ["报告须由实名的授权签字人签发"]
    against = not_third(look, results)
    return [] if against is None else [SENTENCES[against]]


def not_third(look: Look, results: Sequence[Result]) -> Unverifiable | None:
    """Return why this actor is not a third person to these results: pools, retests, all hands count."""
    hands = hands_of(look, results).values()
    testers = {person for each in hands for person in each.testers}
    verifiers = {person for each in hands for person in each.verifiers}
    return may_authorise(look.actor.person_id, testers, verifiers)


def not_entitled(look: Look, lab_id: UUID, results: Sequence[Result]) -> list[str]:
    """Say where this actor holds no authorisation to sign (ISO/IEC 17025 6.2.6)."""
    person_id = look.actor.person_id
    if person_id is None:
        return []
    scopes = [needed(look, LabScope, row.scope_id) for row in results]
    found = [
        staff_fault(look, person_id, "sign", one.disease_code, one.method_code, lab_id, look.today)
        for one in scopes
    ]
    return [fault for fault in found if fault]


def unprintable(content: Content) -> list[str]:
    """Name the characters that the report's fonts cannot draw: found now, not when it is signed."""
    missing = missing_glyphs("".join(texts_of(content).values()))
    return [f"“{'、'.join(missing)}”字库里没有，印不出来"] if missing else []


def next_place(look: Look, lab_id: UUID) -> int:
    """Return the count that the laboratory's next report of this year would have."""
    last = look.one(
        select(Report.place)
        .where(Report.lab_id == lab_id, Report.year == look.today.year)
        .order_by(Report.place.desc())
    )
    return max(last or 0, 0) + 1


def next_place_of_version(look: Look, lab_id: UUID) -> int:
    """Return the place of a later version: below zero, it takes none of the year's numbers."""
    last = look.one(
        select(Report.place)
        .where(Report.lab_id == lab_id, Report.year == look.today.year)
        .order_by(Report.place)
    )
    return min(last or 0, 0) - 1


def last_ended(look: Look, item_id: UUID) -> Report | None:
    """Return the report that a new one on this item would replace."""
    return look.one(
        select(Report)
        .where(Report.item_id == item_id, Report.state == Stands.WITHDRAWN)
        .order_by(Report.withdrawn_at.desc(), Report.version.desc(), Report.id.desc())
    )


def signers_label(look: Look) -> str:
    """Return what the acting authoriser is, as the content names it."""
    return person_label(look, look.actor.person_id) if look.actor.person_id else ""
