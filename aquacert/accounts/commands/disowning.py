"""这不是我: ending a sign-in that its person did not make, and stopping the password it knew."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from aquacert.accounts.commands.challenges import who
from aquacert.accounts.commands.field import end_row
from aquacert.accounts.commands.inbox import tell_administrators
from aquacert.accounts.commands.sign_in import end_sessions
from aquacert.accounts.commands.tokens import end_tokens
from aquacert.accounts.commands.warnings import KIND, warn
from aquacert.accounts.models import Person, SignInSession
from aquacert.accounts.queries.sessions import own_session
from aquacert.accounts.rules.sessions import DISOWNED, SessionState
from aquacert.kernel.audit import Fact
from aquacert.kernel.errors import NotAllowedNow
from aquacert.kernel.work import Work


@dataclass(frozen=True)
class SessionDisowned(Fact):
    """A person says that somebody else signed in as him."""

    tag: ClassVar[str] = "accounts:session:disown"
    title: ClassVar[str] = "本人说这次登录不是他"
    device: str
    was_open: bool


def disown_session(w: Work, session_id: UUID) -> None:
    """End one of the actor's sign-ins and every other but this; stop the password it was opened
    with.

    Until a new one is chosen here, in this session, nobody signs in with the old one: whoever
    stole it cannot be the first to change it. Tokens end too: a thief makes one to stay. Raises `NotFound` for another person's session.
    """
    person_id, here = who(w)
    row = own_session(w, session_id)
    if row.id == here:
        raise NotAllowedNow("这就是您现在的登录。要退出请点“退出登录”。")
    was_open = row.state != SessionState.ENDED
    _end(w, row)
    end_sessions(w, person_id, because="本人说有一次登录不是他", but=here)
    end_tokens(w, person_id)
    person = w.get_for_change(Person, person_id)
    person.must_change_password, person.password_stopped_at = True, w.now
    warn(
        w,
        person_id,
        "原来的口令已经停用，请马上换一个新口令",
        body="没有换好就退出的话，原来的口令登不进来，要到县里的申报点找回。",
        link="/accounts/password",
    )
    tell_administrators(w, kind=KIND, subject="有人报告账号被别人登录过，已停用口令")
    w.record(SessionDisowned(row.device, was_open), on=row)


def _end(w: Work, row: SignInSession) -> None:
    if row.state == SessionState.ENDED:
        row.because = DISOWNED
        return
    end_row(w, row, DISOWNED)
