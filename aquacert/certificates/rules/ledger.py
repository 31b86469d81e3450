"""Does the row of a certificate agree with what was signed, planned, journaled, logged and audited?

The signed record is the certificate; everything else repeats it. Whoever changes a repetition in
the database, adds a row, or takes a trail away, leaves a disagreement here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from aquacert.certificates.rules.states import Act, Status

TITLES: Mapping[str, str] = MappingProxyType(
    {
        "number": "证号",
        "public_id": "查验页编号",
        "kind": "种类",
        "load_no": "车次",
        "declaration_no": "申报号",
        "office": "签发机构",
        "county": "县区",
        "origin_code": "启运地",
        "destination_code": "到达地",
        "species_code": "品种代码",
        "species": "品种",
        "quantity": "数量",
        "unit": "计数单位",
        "vet_number": "兽医编号",
        "key_id": "密钥",
        "issued_at": "签发时间",
        "issued_on": "签发日期",
        "valid_until": "有效期",
        "status_list": "状态清单",
        "status_index": "状态位",
        "is_demo": "演示标记",
        "load_id": "车次（内部）",
        "office_id": "机构（内部）",
        "vet_id": "签发人（内部）",
        "replaces_id": "所换旧证",
        "record": "签名记录",
    }
)
"""Columns of a certificate that repeat the record, its code or its plan."""
LAST_ACTS: Mapping[Status, frozenset[str]] = MappingProxyType(
    {
        Status.VALID: frozenset({Act.ISSUE.value, Act.RESUME.value}),
        Status.SUSPENDED: frozenset({Act.SUSPEND.value}),
        Status.VOID: frozenset({Act.VOID.value}),
        Status.REPLACED: frozenset({Act.REPLACE.value}),
        Status.RECALLED: frozenset({Act.RECALL.value}),
    }
)
"""What the newest leaf of the log says of a certificate in each status."""


@dataclass(frozen=True)
class RowFacts:
    """One certificate's row, and everything that must say the same."""

    row: Mapping[str, object]
    """Columns by name."""
    said: Mapping[str, object]
    """The same names, from the signed record and its code; only those it tells."""
    planned: Mapping[str, object] | None
    """The same names, from the plan; None when there is no published plan."""
    status: str | None
    """None when the certificate has no standing at all."""
    last_move: str | None
    """State after the newest journal entry; None when it never moved."""
    last_leaf: str | None
    """Act of the newest leaf of the log; None when the log does not know it."""
    is_audited: bool
    """The trail holds its issue."""
    is_act_audited: bool
    """The trail holds the act that made it what it is now."""
    number_state: str | None
    covered: int
    """Sum of its lines."""


def disagreements(facts: RowFacts) -> tuple[tuple[str, str], ...]:
    """Return (lint id, sentence) of everything that disagrees; empty = the row may be believed."""
    return tuple(_all(facts))


def _all(facts: RowFacts) -> Iterator[tuple[str, str]]:
    wrong = _differing(facts.row, facts.said)
    if wrong:
        yield "row.as_signed", f"登记与签名记录不符：{wrong}"
    if facts.planned is None:
        yield "row.planned", "没有拟签记录"
    elif planned := _differing(facts.row, facts.planned):
        yield "row.planned", f"登记与拟签记录不符：{planned}"
    if facts.covered != facts.row.get("quantity"):
        yield "row.covers_batches", f"批次明细之和 {facts.covered}，证书 {facts.row['quantity']}"
    if not facts.is_audited:
        yield "row.audited", "审计链里没有这次签发"
    yield from _standing(facts)
    yield from _number(facts)


def _differing(row: Mapping[str, object], other: Mapping[str, object]) -> str:
    names = [TITLES[name] for name in TITLES if name in other and other[name] != row.get(name)]
    return "、".join(names)


def _standing(facts: RowFacts) -> Iterator[tuple[str, str]]:
    if facts.last_leaf is None:
        yield "row.in_log", "公开日志里没有这张证书"
    if facts.status is None:
        yield "standing.journaled", "没有状态记录"
        return
    status = Status(facts.status)
    moved = Status.VALID.value if facts.last_move is None else facts.last_move
    if moved != status.value:
        yield "standing.journaled", f"状态是 {status.value}，流转记录是 {moved}"
    elif facts.last_leaf is not None and facts.last_leaf not in LAST_ACTS[status]:
        yield "standing.journaled", f"状态是 {status.value}，公开日志最后是 {facts.last_leaf}"
    elif facts.is_audited and not facts.is_act_audited:
        yield "row.audited", "审计链里没有使它成为现状的那次办理"


def _number(facts: RowFacts) -> Iterator[tuple[str, str]]:
    if facts.number_state is None:
        yield "number.once_and_explained", "证号没有取用记录"
    elif facts.status is not None:
        live = Status(facts.status) in {Status.VALID, Status.SUSPENDED}
        if live != (facts.number_state == "used"):
            yield "number.once_and_explained", f"证号状态是 {facts.number_state}"
