"""Register a laboratory's own system, renew its token and key, revoke it, say where to call it."""

import base64
import secrets
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from aquacert.accounts.commands import end_tokens_named, make_token, tell
from aquacert.accounts.queries.actors import actor_for
from aquacert.kernel.errors import Conflict, Invalid, NotAllowed
from aquacert.kernel.outbound import check_address
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Work
from aquacert.trust.errors import TrustError
from aquacert.trust.spki import PublicKey
from labs.exchange.commands.facts import (
    SystemKeyReplaced,
    SystemRegistered,
    SystemRevoked,
    SystemTokenRenewed,
    WebhookSet,
)
from labs.exchange.models import LabSystem
from labs.exchange.rules import SECRET_PREFIX, SYSTEM_MOVES, SystemAct, SystemState, token_name
from labs.register.queries import laboratory, staff_of

LONGEST_URL = 500
SCOPES = (P.LAB_READ, P.LAB_RECEIVE, P.LAB_ENTER)
"""What a system's token may do at most; never review, never authorise."""


@dataclass(frozen=True, slots=True)
class Registered:
    """A system's id and its token, which is shown this once."""

    system_id: UUID
    token: str


def register_system(
    w: Work,
    lab_id: UUID,
    *,
    name: str,
    operator_id: UUID,
    public_key: str,
    receiver_id: UUID | None = None,
) -> Registered:
    """Let a system of this laboratory send for one of its people, who answers for the results it enters.

    `receiver_id` answers for the receipts it sends, where that is another person. Raises `Invalid` for a key that is not P-256 (PEM), a person of another house, a name already used.
    """
    key = _key(public_key)
    title = name.strip()
    if not 1 <= len(title) <= 60:
        raise Invalid("请给系统起个名字", name="1 到 60 个字，例如：检验管理系统")
    if w.one(select(LabSystem.id).where(LabSystem.lab_id == lab_id, LabSystem.name == title)):
        raise Invalid("这个名字已经用过", name="换一个名字；停用过的名字也不再用")
    _of_this_lab(w, operator_id, lab_id, P.LAB_ENTER)
    if receiver_id is not None:
        _of_this_lab(w, receiver_id, lab_id, P.LAB_RECEIVE)
    _unused(w, key)
    row = w.add(
        LabSystem(
            id=w.new_id(),
            lab_id=lab_id,
            name=title,
            operator_id=operator_id,
            receiver_id=receiver_id,
            kid=key.kid.hex(),
            public_key=public_key.strip(),
            state=SystemState.ACTIVE,
            done_through=0,
            registered_at=w.now,
            webhook_url="",
            webhook_secret=None,
            called_at=None,
            call_error="",
        )
    )
    token = make_token(w, operator_id, token_name(row.id), scopes=SCOPES)
    _tell(w, row, "已接入，它录入的结果算您录入的")
    w.record(SystemRegistered(title, row.kid), on=row, county=_county(w, row))
    return Registered(row.id, token)


def replace_key(w: Work, system_id: UUID, public_key: str) -> None:
    """Let a system sign with another key from now on; messages kept before stay as they are."""
    row, key = _active(w, system_id), _key(public_key)
    if key.kid.hex() == row.kid:
        raise Conflict("这把公钥已经在用。")
    _unused(w, key)
    row.kid, row.public_key = key.kid.hex(), public_key.strip()
    _tell(w, row, "换了公钥")
    w.record(SystemKeyReplaced(row.name, row.kid), on=row, county=_county(w, row))


def renew_token(w: Work, system_id: UUID) -> str:
    """End a system's token and return a new one, shown this once."""
    row = _active(w, system_id)
    end_tokens_named(w, row.operator_id, token_name(row.id))
    token = make_token(w, row.operator_id, token_name(row.id), scopes=SCOPES)
    _tell(w, row, "换了令牌")
    w.record(SystemTokenRenewed(row.name), on=row, county=_county(w, row))
    return token


def revoke_system(w: Work, system_id: UUID, because: str) -> None:
    """Let a system send no more, at once, and end its token; what it entered stays."""
    if not because.strip():
        raise Invalid("请写明停用的原因", because="必须写原因")
    row = _active(w, system_id)
    end_tokens_named(w, row.operator_id, token_name(row.id))
    w.move(row, SYSTEM_MOVES, SystemAct.REVOKE, because=because.strip())
    w.record(SystemRevoked(row.name), on=row, county=_county(w, row), reason=because.strip())


def set_webhook(w: Work, system_id: UUID, url: str) -> str:
    """Call a system at this address when there is work; return the secret its calls are signed with ("" for no url).

    Raises `Invalid` for an address that may not be asked (only https, never inside).
    """
    row = _active(w, system_id)
    address = url.strip()
    host = ""
    if len(address) > LONGEST_URL:
        raise Invalid("地址太长", url=f"最长 {LONGEST_URL} 个字符")
    if address:
        try:
            parts = check_address(address, allow_private=w.settings.allow_private_fetch)
        except Invalid as error:
            raise Invalid(error.sentence, url=error.sentence) from error
        host = str(parts.hostname)
    secret = SECRET_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode() if address else ""
    row.webhook_url, row.webhook_secret = address, secret or None
    row.call_error = ""
    w.record(WebhookSet(row.name, host), on=row, county=_county(w, row))
    return secret


def _key(text: str) -> PublicKey:
    """Return a P-256 public key of a PEM text."""
    try:
        key = PublicKey.load(text.strip().encode())
    except TrustError as error:
        raise Invalid(
            "公钥读不懂", public_key="请粘贴 PEM（-----BEGIN PUBLIC KEY-----），曲线 P-256"
        ) from error
    if key.algorithm != "ES256":
        raise Invalid("报文用 ES256 签名", public_key="请用 P-256 的公钥")
    return key


def _unused(w: Work, key: PublicKey) -> None:
    """Refuse a key that any system has."""
    if w.one(select(LabSystem.id).where(LabSystem.kid == key.kid.hex())) is not None:
        raise Invalid("这把公钥已登记", public_key="每个系统用自己的密钥，请换一把")


def _of_this_lab(w: Work, person_id: UUID, lab_id: UUID, need: P) -> None:
    """Refuse somebody who does not work in this laboratory, or may not do himself what the system will do."""
    here = {line.person_id for line in staff_of(w, lab_id)}
    if person_id not in here or lab_id not in w.actor.scope.lab_ids:
        raise NotAllowed("只能由本实验室的人负责本实验室的系统。")
    if not actor_for(w, person_id).may(need):
        field, word = (
            ("operator_id", "录入结果") if need is P.LAB_ENTER else ("receiver_id", "收样")
        )
        raise Invalid(f"这个人自己没有{word}的权限", **{field: f"请选能{word}的人"})


def _active(w: Work, system_id: UUID) -> LabSystem:
    """Return a system of this laboratory that still may send, locked."""
    row = w.get_for_change(LabSystem, system_id)
    if row.state != SystemState.ACTIVE:
        raise Conflict("这个系统已经停用，请重新接入。")
    return row


def _tell(w: Work, row: LabSystem, what: str) -> None:
    """Tell who answers for a system what another person did to it: whoever holds token and key enters for him."""
    if row.operator_id != w.actor.person_id:
        subject = f"由您负责的系统“{row.name}”{what}。不是您同意的，请马上找授权签字人停用。"
        tell(w, to_person=row.operator_id, kind="labs.system", subject=subject)


def _county(w: Work, row: LabSystem) -> str:
    return laboratory(w, row.lab_id).division_code
