"""Issue a certificate, in the order of the best public certification authority.

    ask, spend the confirmation, spend a number        (transaction 1)
    write the number down outside the database
    make the exact bytes, lint them, store the plan    (transaction 2)
    sign with both keys, verify both signatures        (no transaction)
    publish: certificate, stock, trail, news           (transaction 3)

A crash anywhere leaves a row that says what was planned, and `resume` settles it: nothing that was
not published is ever taken for issued, and a number once spent is never spent again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from aquacert.certificates.issuing.commands.plan import Planned, plan
from aquacert.certificates.issuing.commands.publish import abandon, publish
from aquacert.certificates.issuing.commands.reserve import Order, Started, already, start
from aquacert.certificates.issuing.commands.sign import Signed, Signers, sign, signers
from aquacert.certificates.issuing.queries import in_flight, office_of
from aquacert.certificates.numbers import commands as numbers
from aquacert.kernel.errors import AquaCertError, Conflict, NotAllowed, NotReady, Unavailable
from aquacert.kernel.scope import Actor
from aquacert.kernel.work import Database
from aquacert.trust.errors import Refused
from aquacert.trust.keys import KeyRing

PATIENCE_SECONDS = 5.0
PAUSE_SECONDS = 0.05
BUSY = "这一车正在另一个窗口签发，请过几秒刷新。"
BEATEN = "同一车的另一次签发先完成"
Reached = Callable[[str], None]


def nobody(_point: str) -> None:
    """Nobody watches: the usual case. Crash tests pass a function that kills at a point."""


def issue(
    database: Database,
    actor: Actor,
    load_id: UUID,
    keys: KeyRing,
    digest: str,
    *,
    replaces_id: UUID | None = None,
    because: str = "",
    reached: Reached = nobody,
) -> UUID:
    """Issue the certificate of a load as previewed (`digest`); return the certificate's id.

    A double click, a second tab and a retry get the same certificate. Raises `NotReady` with every
    reason, `Conflict` when the content changed since the preview or the numbers are used up,
    `NotAllowed` without a live confirmation or by token, `Unavailable` when a key does not answer.
    """
    if actor.is_token:
        raise NotAllowed("签发要官方兽医本人登录办理，接口令牌不能签发。")
    order = Order(load_id, digest, replaces_id, because)
    by = signers_for(database, actor, [load_id], keys)
    started = _start(database, actor, order)
    if isinstance(started, UUID):
        return started
    if started is None:
        return _wait(database, actor, order)
    reached("reserved")
    numbers.mark(database, started.reserved.number)
    reached("marked")
    planned = plan_or_void(database, actor, order, started)
    reached("planned")
    signed = sign_or_give_up(database, actor, planned, by)
    reached("signed")
    issued = publish_one(database, actor, planned, signed)
    reached("published")
    return issued


def signers_for(
    database: Database, actor: Actor, load_ids: Sequence[UUID], keys: KeyRing
) -> dict[UUID, Signers]:
    """Return the keys by issuing body; raise `NotFound` for a load out of scope, `Unavailable`."""
    with database.look(actor) as look:
        offices = {office.id: office for office in (office_of(look, key) for key in load_ids)}
        now = look.now
    return {
        office.id: signers(
            keys,
            office_id=office.id,
            division=office.division_code,
            body=office.name_zh,
            actor=actor,
            now=now,
        )
        for office in offices.values()
    }


def _start(database: Database, actor: Actor, order: Order) -> UUID | Started | None:
    """Ask and spend; asked once more when another tab was faster."""
    try:
        with database.work(actor) as w:
            return start(w, order)
    except (IntegrityError, NotAllowed):
        # Two tabs read "nothing yet" and both go on. One finds the confirmation spent by the
        # other, or both reserve and the partial unique index on the load lets one in. The loser
        # looks again and now finds the other's reservation, or its certificate.
        with database.work(actor) as w:
            return start(w, order)


def plan_or_void(database: Database, actor: Actor, order: Order, started: Started) -> Planned:
    """Plan, or make the number void with the names of the lints that failed."""
    try:
        with database.work(actor) as w:
            outcome = plan(w, order, started)
    except Refused as refused:
        outcome = (f"record:{refused.why}",)
    if isinstance(outcome, Planned):
        return outcome
    because = "签发前核对未通过：" + "、".join(outcome)
    with database.work(actor) as w:
        county = started.ready.load.origin_code
        numbers.void_reserved(w, started.reserved.number, because, county=county)
    raise NotReady([because], "签发前核对未通过，证号已作废，没有签发。")


def sign_or_give_up(
    database: Database, actor: Actor, planned: Planned, by: Mapping[UUID, Signers]
) -> Signed:
    """Sign with the keys of the load's body, or give the plan up and raise `Unavailable`."""
    try:
        return sign(planned, by[planned.started.ready.load.office_id])
    except Unavailable as error:
        _give_up(database, actor, planned, "签章服务没有给出可用的签名")
        raise error from None


def publish_one(database: Database, actor: Actor, planned: Planned, signed: Signed) -> UUID:
    """Publish; give the plan up with its reason when that is refused, and raise the refusal."""
    try:
        with database.work(actor) as w:
            return publish(w, planned, signed)
    except IntegrityError:
        _give_up(database, actor, planned, BEATEN)
        return _wait(database, actor, planned.order)
    except Unavailable:
        # The database is away: nothing can be written now. The plan stands and `resume` settles it.
        raise
    except AquaCertError as error:
        _give_up(database, actor, planned, f"没有签成：{error.sentence}")
        raise


def _give_up(database: Database, actor: Actor, planned: Planned, because: str) -> None:
    county = planned.started.ready.load.origin_code
    with database.work(actor) as w:
        abandon(w, planned.id, planned.record.number, planned.order.load_id, because, county)


def _wait(database: Database, actor: Actor, order: Order) -> UUID:
    """Return what the other tab makes; raise `Conflict` when it makes nothing in a while."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        with database.look(actor) as look:
            existing = already(look, order)
            busy = in_flight(look, order.load_id)
        if existing is not None:
            return existing
        if not busy or time.monotonic() >= until:
            raise Conflict(BUSY if busy else "刚才那次签发没有完成，请再签一次。")
        time.sleep(PAUSE_SECONDS)
