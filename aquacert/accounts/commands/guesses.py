"""Wrong codes and wrong answers of keys: counted alike, at one gate a person."""

from uuid import UUID

from sqlalchemy import event

from aquacert.accounts.commands.facts import GuessingLocked
from aquacert.accounts.commands.inbox import tell, tell_administrators
from aquacert.accounts.commands.throttles import count_try, tries_left, wait
from aquacert.accounts.rules.throttling import Gate, in_words
from aquacert.kernel.errors import TooMany
from aquacert.kernel.work import Work


def refuse_locked(w: Work, person_id: UUID) -> None:
    """Raise `TooMany` while this person's second factor is locked."""
    if seconds := wait(w, Gate.CODE, str(person_id)):
        raise TooMany(f"口令输错太多次，已锁定，请 {in_words(seconds)}后再试。")


def with_tries_left(w: Work, person_id: UUID, sentence: str) -> str:
    """Return the sentence with how many tries are left, once the present one is counted."""
    left = tries_left(w, Gate.CODE, str(person_id)) - 1
    return f"{sentence}，还能试 {left} 次" if left > 0 else sentence


def count_when_undone(w: Work, person_id: UUID, *, alarm: str = "") -> None:
    """Count a wrong guess in a unit of work of its own, once this one is over.

    The error that a wrong guess raises undoes this transaction, and the count with it; guessing
    would be free. Another connection cannot write before this one lets go (SQLite has one writer).
    `alarm` is told to the person and the administrators at the same time.
    """
    home, actor = w.home, w.actor
    done = False

    def count(*_arguments: object) -> None:
        nonlocal done
        if done:
            return
        done = True
        with home.work(actor) as unit:
            if alarm:
                _say(unit, person_id, alarm)
            if count_try(unit, Gate.CODE, str(person_id)):
                _say(unit, person_id, "第二道核验多次不对，账号已暂时锁定 15 分钟")
                unit.record(GuessingLocked(Gate.CODE), on=("people", str(person_id)))

    event.listen(w.session, "after_rollback", count)
    event.listen(w.session, "after_commit", count)


def _say(w: Work, person_id: UUID, subject: str) -> None:
    body = "如果不是本人操作，请马上更换口令，并告诉管理员。"
    tell(w, to_person=person_id, kind="security", subject=subject, body=body)
    tell_administrators(w, kind="security", subject=subject)
