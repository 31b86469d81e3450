"""Ending one sign-in, and the one field session that an official vet has."""

from aquacert.accounts.commands.facts import SignedOut
from aquacert.accounts.commands.warnings import warn
from aquacert.accounts.models import Person, SignInSession
from aquacert.accounts.queries.actors import roles_now
from aquacert.accounts.queries.sessions import field_session, living_field_session
from aquacert.accounts.rules.sessions import SessionState, is_field
from aquacert.kernel.errors import Invalid
from aquacert.kernel.work import Work

ASK = "您在另一台手机上登录着，要在这里登录，请先勾选“结束那边的登录”"


def end_row(w: Work, row: SignInSession, because: str) -> None:
    """End a sign-in; it is over at the next request."""
    row.state, row.ended_at, row.because = SessionState.ENDED, w.now, because
    w.session.flush()


def make_room(w: Work, row: SignInSession, *, end_other: bool) -> None:
    """End the vet's other field session before this one opens; raise `Invalid` to ask first.

    One whose time is up is ended without asking. The unique index holds the rule.
    """
    if not is_field(roles_now(w, row.person_id), row.device):
        return
    w.session.get_one(Person, row.person_id, with_for_update=True)  # two phones, one moment
    other = field_session(w, row.person_id, row.id)
    if other is not None:
        _end_other(w, row, other, is_asked=end_other)
    row.is_field = True  # also where he became a vet after his password was taken


def _end_other(w: Work, row: SignInSession, other: SignInSession, *, is_asked: bool) -> None:
    if living_field_session(w, row.person_id, row.id) is not None:
        if not is_asked:
            raise Invalid(f"{ASK}。", end_other=ASK)
        warn(w, row.person_id, f"{other.device}上的登录已结束，因为您在{row.device}上登录了")
    end_row(w, other, "在另一台手机上登录了")
    w.record(SignedOut(other.because, 1), on=other)
