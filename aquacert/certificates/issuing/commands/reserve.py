"""First step: ask whether it may be, spend the vet's confirmation, and spend a number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from aquacert.accounts import commands as accounts
from aquacert.certificates.issuing.queries import Readiness, in_flight, live_certificate, readiness
from aquacert.certificates.models import Certificate
from aquacert.certificates.numbers.commands import Reserved, reserve_number, reserve_numbers
from aquacert.certificates.rules.confirmation import confirmed_digest
from aquacert.certificates.status.commands import SHORTEST_REASON
from aquacert.kernel.errors import Conflict, Invalid, NotReady
from aquacert.kernel.work import Look, Work

CHANGED = "内容在您核对之后有变化，请重新核对再签。"


@dataclass(frozen=True)
class Order:
    """What is asked: a certificate for a load, as previewed."""

    load_id: UUID
    digest: str
    replaces_id: UUID | None = None
    because: str = ""


@dataclass(frozen=True)
class Started:
    """A number is spent for this order."""

    ready: Readiness
    reserved: Reserved


def already(look: Look, order: Order) -> UUID | None:
    """Return the certificate that answers this order already: a double click, a second tab."""
    live = live_certificate(look, order.load_id)
    if live is None or live == order.replaces_id:
        return None
    if order.replaces_id is None:
        return live
    row = look.session.get(Certificate, live)
    return live if row is not None and row.replaces_id == order.replaces_id else None


def start(w: Work, order: Order) -> UUID | Started | None:
    """Return the existing certificate, or what was started, or None while another tab is at it.

    Raises `NotReady` with every reason, `Conflict` when the content is no longer what was
    previewed or the numbers are used up, `NotAllowed` without a live confirmation, `Invalid` for
    a replacement without a reason.
    """
    existing = already(w, order)
    if existing is not None:
        return existing
    if in_flight(w, order.load_id):
        return None
    if order.replaces_id is not None and len(order.because.strip()) < SHORTEST_REASON:
        # Asked here, too: refused only by the old certificate's own act it would cost a number.
        raise Invalid("换证要写明原因，至少两个字。", because="请写明原因，至少两个字。")
    ready = checked(w, order)
    confirmed = confirmed_digest(order.digest, order.replaces_id, order.because)
    accounts.spend_step_up(w, confirmed)
    return reserved_for(w, order, ready)


def checked(look: Look, order: Order) -> Readiness:
    """Return the readiness of a load that may be certified as previewed.

    Raises `NotReady` with every reason, `Conflict` when the content is not what was previewed.
    """
    ready = readiness(look, order.load_id, replaces_id=order.replaces_id)
    if not ready.is_ready:
        raise NotReady(ready.sentences, "现在还不能签发。")
    if ready.digest != order.digest:
        raise Conflict(CHANGED, detail=f"{order.digest} was confirmed, {ready.digest} stands")
    return ready


def reserved_for(w: Work, order: Order, ready: Readiness) -> Started:
    """Spend a number for a load; raise `Conflict` 号段用尽."""
    reserved = reserve_number(
        w,
        office_id=ready.load.office_id,
        kind=ready.content.kind.value,
        load_id=order.load_id,
        county=ready.load.origin_code,
    )
    return Started(ready, reserved)


def reserved_for_all(w: Work, ready: Mapping[Order, Readiness]) -> dict[UUID, Started]:
    """Spend a number for each load, by body, form and county; raise `Conflict` 号段用尽."""
    groups: defaultdict[tuple[UUID, str, str], list[Order]] = defaultdict(list)
    for order, one in ready.items():
        key = (one.load.office_id, one.content.kind.value, one.load.origin_code)
        groups[key].append(order)
    started: dict[UUID, Started] = {}
    for (office_id, kind, county), orders in groups.items():
        taken = reserve_numbers(
            w,
            office_id=office_id,
            kind=kind,
            load_ids=[order.load_id for order in orders],
            county=county,
        )
        for order, reserved in zip(orders, taken, strict=True):
            started[order.load_id] = Started(ready[order], reserved)
    return started
