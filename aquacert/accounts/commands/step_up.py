"""The second factor once more, right before a signature: a grant for exactly what was previewed."""

from uuid import UUID

from sqlalchemy import bindparam, select, update

from aquacert.accounts.commands.assertions import spend_assertion
from aquacert.accounts.commands.challenges import who
from aquacert.accounts.commands.facts import SecondFactorSet
from aquacert.accounts.commands.recovery_codes import spend_recovery_code
from aquacert.accounts.commands.second_factor import spend_code
from aquacert.accounts.models import StepUpGrant
from aquacert.accounts.rules.passkeys import OWN, Purpose
from aquacert.accounts.rules.recovery import as_code
from aquacert.accounts.rules.sessions import STEP_UP
from aquacert.kernel.db import table_of
from aquacert.kernel.errors import NotAllowed
from aquacert.kernel.quick import Quick
from aquacert.kernel.work import Work

GRANTS = table_of(StepUpGrant)
OPEN_GRANT = (
    select(GRANTS.c.id)
    .where(
        GRANTS.c.person_id == bindparam("person"),
        GRANTS.c.session_id == bindparam("session"),
        GRANTS.c.digest == bindparam("of"),
        GRANTS.c.spent_at.is_(None),
        GRANTS.c.expires_at > bindparam("now"),
    )
    .order_by(GRANTS.c.granted_at)
    .limit(1)
)
# The condition is asked again under the row's lock: one grant is never spent twice.
SPEND = Quick(
    update(GRANTS)
    .where(GRANTS.c.id == OPEN_GRANT.scalar_subquery(), GRANTS.c.spent_at.is_(None))
    .values(spent_at=bindparam("now"))
    .returning(GRANTS.c.id)
)


def grant_step_up(w: Work, *, digest: str, code: str = "", assertion: str = "") -> None:
    """Grant one use of what was previewed (its digest), for this person and session, for 5 minutes.

    By a one-time code, or by a key's answer (JSON) to a challenge that was asked for this very
    digest; the answer goes first. A recovery code confirms changes to the own account only, never
    a signature. Raises `NotAllowed` for a token (a token alone never signs),
    `Invalid` on a wrong code or answer, `TooMany` when locked.
    """
    person_id, session_id = who(w)
    if assertion:
        spend_assertion(
            w,
            assertion,
            person_id=person_id,
            session_id=session_id,
            purpose=Purpose.STEP_UP,
            digest=digest,
        )
    elif digest.startswith(OWN) and (printed := as_code(code)):
        spend_recovery_code(w, person_id, printed)
    else:
        spend_code(w, person_id, code)
        w.record(SecondFactorSet("已核验一次"), on=("people", str(person_id)))
    w.add(
        StepUpGrant(
            id=w.new_id(),
            person_id=person_id,
            session_id=session_id,
            digest=digest,
            granted_at=w.now,
            expires_at=w.now + STEP_UP,
            spent_at=None,
        )
    )


def drop_grants(w: Work, person_id: UUID) -> None:
    """End every grant of a person that was not used: what he may do has just changed."""
    w.session.execute(
        update(GRANTS)
        .where(
            GRANTS.c.person_id == person_id,
            GRANTS.c.spent_at.is_(None),
            GRANTS.c.expires_at > w.now,
        )
        .values(expires_at=w.now)
    )


def spend_step_up(w: Work, digest: str) -> None:
    """Use up the grant for `digest`; raise `NotAllowed` if this session holds none that lives."""
    person_id, session_id = who(w)
    spent = w.row(SPEND, person=person_id, session=session_id, of=digest, now=w.now)
    if spent is None:
        raise NotAllowed("签发前要再核验一次：核验只管您刚看过的这份内容，5 分钟内有效。")
