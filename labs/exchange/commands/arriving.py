"""Take a signed message: prove it, keep it, then apply everything that is due in its order."""

from aquacert.kernel.errors import Conflict, Invalid, NotAllowed, TooMany
from aquacert.kernel.scope import Actor
from aquacert.kernel.work import Database, Work
from aquacert.trust.errors import TrustError
from aquacert.trust.spki import loaded
from aquacert.trust.webtoken import open_jws
from labs.exchange.commands.applying import settle_next
from labs.exchange.commands.facts import MessageArrived
from labs.exchange.models import LabMessage, LabSystem
from labs.exchange.queries import (
    MessageLine,
    is_full,
    line_of,
    message_at,
    message_named,
    system_of,
)
from labs.exchange.rules import (
    KIND,
    SENTENCES,
    BadEnvelope,
    Envelope,
    MessageState,
    SystemState,
    digest_of,
    read_envelope,
    token_name,
)
from labs.register.queries import laboratory


def take_message(database: Database, actor: Actor, token: bytes) -> MessageLine:
    """Keep a signed message and apply all that may be applied; return what became of this one.

    The same message again changes nothing and gets the same answer. Each message is applied in a transaction of its
    own, so that one that is refused takes nothing with it. Raises `NotAllowed` for a signature or a person that is not
    the system's, `Invalid` for an envelope that cannot be read, `Conflict` for another message under a used number.
    """
    with database.work(actor) as w:
        row = _keep(w, token)
        system_id, message_id = row.system_id, row.id
    while settle_next(database, actor, system_id):
        pass
    with database.look(actor) as look:
        return line_of(look, look.get(LabMessage, message_id))


def _keep(w: Work, token: bytes) -> LabMessage:
    """Prove a message and store it, or return the one that is stored already."""
    system, claims = _proved(w, token)
    envelope, digest = _read(w, system, claims), digest_of(token)
    known = message_at(w, system.id, envelope.sequence)
    if known is not None:
        if known.digest != digest:
            raise Conflict(f"第 {envelope.sequence} 号报文已经收过，内容不同。新内容请用新的序号。")
        return known
    if message_named(w, system.id, envelope.message_id) is not None:
        raise Conflict("这个 message_id 已经用在别的序号上。")
    # What the others wait for is always taken: it is what lets them go.
    is_next = envelope.sequence == system.done_through + 1
    if not is_next and is_full(w, system.id):
        raise TooMany("等着的报文太多，请先补发缺的序号。")
    row = w.add(
        LabMessage(
            id=w.new_id(),
            lab_id=system.lab_id,
            system_id=system.id,
            sequence=envelope.sequence,
            message_id=envelope.message_id,
            kind=envelope.kind,
            digest=digest,
            token=token.strip().decode("ascii"),
            body=dict(envelope.body),
            sent_at=envelope.sent_at,
            arrived_at=w.now,
            state=MessageState.HELD,
            reasons=[],
            settled_at=None,
        )
    )
    fact = MessageArrived(system.name, envelope.sequence, envelope.kind, digest)
    w.record(fact, on=row, county=laboratory(w, system.lab_id).division_code)
    return row


def _proved(w: Work, token: bytes) -> tuple[LabSystem, dict[str, object]]:
    """Return the system whose key signed the token, locked, and the claims."""
    mine = system_of(w, w.actor.person_id)
    found = [row for row in mine if token_name(row.id) == w.actor.token_name]
    if not found:
        raise NotAllowed("报文要用这个系统自己的令牌送，不能用别的令牌。")
    keys = {bytes.fromhex(row.kid): loaded(row.public_key.encode()) for row in found}
    try:
        claims, kid = open_jws(token, keys, {KIND})
    except TrustError as error:
        raise NotAllowed("报文的签名不对，或者不是这个系统的密钥签的。") from error
    row = next(row for row in found if row.kid == kid.hex())
    system = w.get_for_change(LabSystem, row.id)
    if system.state != SystemState.ACTIVE or system.kid != kid.hex():
        raise NotAllowed("这个系统已经停用，或已换过密钥。")
    return system, claims


def _read(w: Work, system: LabSystem, claims: dict[str, object]) -> Envelope:
    """Return the envelope or raise `Invalid` with everything that is wrong with it."""
    try:
        return read_envelope(claims, laboratory(w, system.lab_id).code)
    except BadEnvelope as bad:
        told = {fault.value: SENTENCES[fault] for fault in bad.faults}
        raise Invalid("报文的信封不对。", **told) from bad
