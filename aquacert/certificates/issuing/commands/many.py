"""Issue several certificates with one confirmation: 一次签发本申报的各车.

The order is that of a single one (see `issue`), each step taken for all loads in one transaction:

    ask of every load, spend one confirmation, spend the numbers      (transaction 1)
    write the numbers down outside the database
    make, lint and store every plan                                   (transaction 2)
    sign each                                                         (no transaction)
    publish all                                                       (transaction 3)

Asking is all or nothing: one load that may not be certified stops all, and costs no number. When
the common publication is refused (another vet was faster with one of them) each is published by
itself, so that one load's misfortune does not cost the others their certificates.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from aquacert.accounts import commands as accounts
from aquacert.certificates.issuing.commands.issue import (
    BUSY,
    Reached,
    nobody,
    plan_or_void,
    publish_one,
    sign_or_give_up,
    signers_for,
)
from aquacert.certificates.issuing.commands.plan import Planned, plan
from aquacert.certificates.issuing.commands.publish import hold_lots, publish
from aquacert.certificates.issuing.commands.reserve import (
    Order,
    Started,
    already,
    checked,
    reserved_for_all,
)
from aquacert.certificates.issuing.commands.sign import Signed
from aquacert.certificates.issuing.queries import Readiness, in_flight
from aquacert.certificates.numbers import commands as numbers
from aquacert.kernel.errors import (
    AquaCertError,
    Conflict,
    Invalid,
    NotAllowed,
    NotReady,
    Unavailable,
)
from aquacert.kernel.scope import Actor
from aquacert.kernel.work import Database, Work
from aquacert.trust.errors import Refused
from aquacert.trust.keys import KeyRing

MOST = 20
"""Loads of one batch: what one person can look through before one confirmation."""


def digest_of_all(digests: Sequence[str]) -> str:
    """Return the digest (hex) that one confirmation of several previews is for, in any order."""
    text = "\n".join(("aquacert batch", *sorted(digests)))
    return hashlib.sha256(text.encode()).hexdigest()


def issue_many(
    database: Database,
    actor: Actor,
    previews: Sequence[tuple[UUID, str]],
    keys: KeyRing,
    *,
    reached: Reached = nobody,
) -> list[UUID]:
    """Issue for every (load, digest of its preview); return the certificates in that order.

    Needs a live confirmation of `digest_of_all`. A repeated call returns the same certificates.
    Raises `Invalid` for none or more than 20, `NotReady` with the reasons of every load, `Conflict`
    when a content changed, numbers are used up, or some certificates came about and others not.
    """
    if actor.is_token:
        raise NotAllowed("签发要官方兽医本人登录办理，接口令牌不能签发。")
    orders = [Order(load_id, digest) for load_id, digest in previews]
    if not 0 < len(orders) <= MOST or len({order.load_id for order in orders}) != len(orders):
        raise Invalid(f"一次签发 1 到 {MOST} 车，每车一次。")
    by = signers_for(database, actor, [order.load_id for order in orders], keys)
    try:
        with database.work(actor) as w:
            started = _start(w, orders)
    except IntegrityError:  # another window reserved for one of these loads in the same moment
        raise Conflict(BUSY) from None
    reached("reserved")
    open_ones = [each for each in started if isinstance(each, Started)]
    numbers.mark_many(database, [each.reserved.number for each in open_ones])
    reached("marked")
    planned = _plan(database, actor, orders, started)
    reached("planned")
    signed = [(each, sign_or_give_up(database, actor, each, by)) for each in planned]
    reached("signed")
    issued = _publish(database, actor, signed)
    reached("published")
    return [
        each if isinstance(each, UUID) else issued[order.load_id]
        for order, each in zip(orders, started, strict=True)
    ]


def _start(w: Work, orders: Sequence[Order]) -> list[UUID | Started]:
    """Ask of every load, spend the one confirmation, spend the numbers; or nothing of it."""
    found: dict[UUID, UUID] = {}
    for order in orders:
        existing = already(w, order)
        if existing is not None:
            found[order.load_id] = existing
        elif in_flight(w, order.load_id):
            raise Conflict(BUSY)
    rest = [order for order in orders if order.load_id not in found]
    ready = _all_ready(w, rest)
    if rest:
        accounts.spend_step_up(w, digest_of_all([order.digest for order in orders]))
    started = reserved_for_all(w, ready)
    return [found.get(order.load_id) or started[order.load_id] for order in orders]


def _all_ready(w: Work, orders: Sequence[Order]) -> dict[Order, Readiness]:
    """Return the readiness of every load, or raise `NotReady` with the reasons of all."""
    ready: dict[Order, Readiness] = {}
    wrong: list[str] = []
    for order in orders:
        try:
            ready[order] = checked(w, order)
        except NotReady as error:
            wrong += error.reasons
    wrong += [] if wrong else _too_many(list(ready.values()))
    if wrong:
        raise NotReady(tuple(dict.fromkeys(wrong)), "这几车现在还不能一起签发。")
    return ready


def _too_many(ready: Sequence[Readiness]) -> list[str]:
    """Return what these loads together take too much of: each alone was within its bounds."""
    batches: defaultdict[UUID, int] = defaultdict(int)
    lots: defaultdict[UUID, int] = defaultdict(int)
    allowed: dict[UUID, int] = {}
    held: dict[UUID, int] = {}
    for one in ready:
        for line, batch in zip(one.load.lines, one.facts.batches, strict=True):
            batches[line.batch_id] += line.load_quantity
            lots[line.lot_id] += line.load_quantity
            allowed[line.batch_id] = (batch.inspected_quantity or 0) - batch.certified_quantity
            # A lot's stock is told less what earlier lines of the same load take of it.
            held[line.lot_id] = max(held.get(line.lot_id, 0), batch.stock or 0)
    wrong = [
        "几车合起来多于查验数，请减少车次或补充查验。"
        for key, sum_ in batches.items()
        if sum_ > allowed[key]
    ]
    wrong += [
        "几车合起来多于存塘数，请苗种场核对塘口台账。"
        for key, sum_ in lots.items()
        if sum_ > held[key]
    ]
    return wrong


def _plan(
    database: Database, actor: Actor, orders: Sequence[Order], started: Sequence[UUID | Started]
) -> list[Planned]:
    """Plan all in one transaction; when one fails its lints, each in its own."""
    wanted = [
        (order, each)
        for order, each in zip(orders, started, strict=True)
        if isinstance(each, Started)
    ]
    try:
        with database.work(actor) as w:
            return [_planned(w, order, each) for order, each in wanted]
    except (Conflict, Refused):
        return [plan_or_void(database, actor, order, each) for order, each in wanted]


def _planned(w: Work, order: Order, started: Started) -> Planned:
    """Return the stored plan; raise `Conflict` with the names of the lints it failed."""
    outcome = plan(w, order, started)
    if isinstance(outcome, Planned):
        return outcome
    raise Conflict("签发前核对未通过。", detail=repr(outcome))


def _publish(
    database: Database, actor: Actor, signed: Sequence[tuple[Planned, Signed]]
) -> dict[UUID, UUID]:
    """Publish all in one transaction, or one by one when that is refused."""
    if not signed:
        return {}
    try:
        with database.work(actor) as w:
            hold_lots(w, [one for one, _by in signed])
            return {one.order.load_id: publish(w, one, by) for one, by in signed}
    except Unavailable:
        raise
    except (IntegrityError, AquaCertError):
        issued: dict[UUID, UUID] = {}
        wrong: list[str] = []
        for one, by in signed:
            try:
                issued[one.order.load_id] = publish_one(database, actor, one, by)
            except AquaCertError as error:
                wrong.append(f"第 {one.started.ready.load.load_no} 车：{error.sentence}")
        if wrong:
            said = f"签发了 {len(issued)} 车，{len(wrong)} 车没有签成。" + "".join(wrong)
            raise Conflict(said) from None
        return issued
