"""What only the whole can show: chains, the log without a gap, numbers without a certificate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from aquacert.certificates.models import (
    Certificate,
    CertificateNumber,
    Counter,
    Issuance,
    Leaf,
)
from aquacert.certificates.rules.states import Act, NumberState, Stage
from aquacert.certificates.seals.queries import wrong_seals
from aquacert.certificates.status import queries as status
from aquacert.hatcheries.queries.stockcheck import unbalanced
from aquacert.kernel.audit import WHOLE, AuditEntry, AuditHead, broken_links
from aquacert.kernel.work import Look
from aquacert.sampling.queries.sealed import unproven
from labs.custody.queries import broken_chains

STRETCH = 1000
LEAVES = "leaves"


@dataclass(frozen=True)
class Whole:
    """Something wrong that is not one certificate's: which lint, about what, where."""

    lint: str
    subject: str
    county: str
    detail: str
    certificate_id: UUID | None = None


def whole(look: Look) -> Iterator[Whole]:
    """Yield everything wrong with what belongs to no single certificate's row."""
    yield from _chains(look)
    yield from _log(look)
    yield from _missing(look)
    yield from _taken_back(look)
    for bad in wrong_seals(look):
        yield Whole("seal.holds", bad.number, bad.county, bad.sentence, bad.certificate_id)
    for bad_link in broken_chains(look):
        yield Whole("custody.holds", f"sample {bad_link.code}", WHOLE, bad_link.sentence)
    for code, county in unproven(look):
        detail = "封样号、抽样单号或运单号不是封样、送样时写进流转链的那一个"
        yield Whole("custody.private", f"sample {code}", county, detail)
    for lot, balance, total in unbalanced(look):
        detail = f"结存 {balance}，流水合计 {total}"
        yield Whole("stock.ledger_balances", f"lot {lot}", WHOLE, detail)


def _chains(look: Look) -> Iterator[Whole]:
    """Every chain, streamed: a year's trail need not fit into memory."""
    heads = {head.chain: head for head in look.scalars(select(AuditHead))}
    chains = set(heads) | set(look.scalars(select(AuditEntry.chain).distinct()))
    for chain in sorted(chains):
        last: list[AuditEntry] = []
        rows = look.session.scalars(
            select(AuditEntry)
            .where(AuditEntry.chain == chain)
            .order_by(AuditEntry.position)
            .execution_options(yield_per=STRETCH)
        )
        for sentence in broken_links(_keeping(rows, last)):
            yield Whole("audit.chain_whole", f"chain {chain}", chain, sentence)
        head = heads.get(chain)
        ends = (last[0].position, last[0].hash) if last else (0, "")
        if head is None or (head.position and (head.position, head.hash) != ends):
            detail = f"{chain} 的链头与最后一条不符"
            yield Whole("audit.chain_whole", f"chain {chain}", chain, detail)


def _keeping(rows: Iterator[AuditEntry], last: list[AuditEntry]) -> Iterator[AuditEntry]:
    for row in rows:
        last[:] = [row]
        yield row


def _log(look: Look) -> Iterator[Whole]:
    """The log runs 0, 1, 2 …, each leaf is its entry's hash, and the counter is its size."""
    count, top = look.session.execute(select(func.count(), func.max(Leaf.position))).one()
    counter = look.one(select(Counter.value).where(Counter.name == LEAVES)) or 0
    size = 0 if top is None else int(top) + 1
    if not int(count) == size == int(counter):
        detail = f"日志有 {count} 叶，末位 {size}，计数 {counter}"
        yield Whole("log.whole", "log", WHOLE, detail)
    lost = select(Leaf.certificate_id, Leaf.position).where(
        Leaf.act == Act.ISSUE.value, Leaf.certificate_id.not_in(select(Certificate.id))
    )
    for certificate_id, position in look.session.execute(lost):
        detail = "公开日志里有这次签发，登记里没有这张证书"
        yield Whole("row.in_log", f"leaf {position}", WHOLE, detail, certificate_id)


def _missing(look: Look) -> Iterator[Whole]:
    """Numbers and plans that say a certificate was issued which is not there."""
    used = select(CertificateNumber.number, CertificateNumber.county).where(
        CertificateNumber.state == NumberState.USED.value,
        CertificateNumber.number.not_in(select(Certificate.number)),
    )
    for number, county in look.session.execute(used):
        yield Whole("number.certificate_exists", number, county, "证号已用，没有证书")
    published = select(Issuance.number, Issuance.county, Issuance.id).where(
        Issuance.stage == Stage.PUBLISHED.value, Issuance.id.not_in(select(Certificate.id))
    )
    for number, county, certificate_id in look.session.execute(published):
        detail = "拟签记录已签发，没有证书"
        yield Whole("row.planned", number, county, detail, certificate_id)


def _taken_back(look: Look) -> Iterator[Whole]:
    """Final states the table took back after a status list had published them."""
    for row in status.refusals(look):
        detail = f"状态清单 {row.number} 第 {row.slot} 位曾是 {row.was}，登记又成了 {row.wanted}"
        spoken_for = select(Certificate.id).where(
            Certificate.status_list == row.number, Certificate.status_index == row.slot
        )
        subject = f"list {row.number}/{row.slot}"
        yield Whole("standing.final", subject, WHOLE, detail, look.one(spoken_for))
