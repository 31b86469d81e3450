"""A process that issues and voids for ever, and says each number aloud only after it has it."""

from __future__ import annotations

import os
import signal
import time
import traceback
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from threading import Thread
from uuid import UUID

from aquacert.certificates import commands, queries
from aquacert.certificates.issuing.queries import live_certificate
from aquacert.certificates.log.commands import publish
from aquacert.http.house import House
from aquacert.kernel.errors import AquaCertError
from aquacert.kernel.scope import SYSTEM
from tests.faults.ready import confirm_directly
from tests.make.certificates import Ready

Reached = Callable[[str], None]
ACKNOWLEDGED = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_DSYNC
"""Each acknowledgement is on the disk when its write returns, without a sync to be counted."""


class Said:
    """The file of acknowledged numbers, written durably and only after `issue` returned."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def numbers(self) -> list[str]:
        """Return every number acknowledged so far."""
        return self.path.read_text().split() if self.path.exists() else []

    def writer(self) -> Callable[[str], None]:
        """Open the file in this process and return what appends a number to it."""
        handle = os.open(self.path, ACKNOWLEDGED)
        return lambda number: (os.write(handle, f"{number}\n".encode()), None)[1]


def nobody(_point: str) -> None:
    """Nobody watches."""


def void_live(house: House, ready: Ready, load_id: UUID) -> None:
    """Void the certificate of a load, if it has one."""
    db, actor = house.database, ready.vet.actor
    with db.look(actor) as look:
        live = live_certificate(look, load_id)
    if live is not None:
        with db.work(actor) as w:
            commands.void(w, live, "重新签发")


def issue_again(house: House, ready: Ready, load_id: UUID, reached: Reached = nobody) -> str:
    """Void what is live for a load, issue anew, and return the new certificate's number."""
    db, actor = house.database, ready.vet.actor
    void_live(house, ready, load_id)
    digest = confirm_directly(db, ready, [load_id])[0]
    issued = commands.issue(db, actor, load_id, house.keys, digest, reached=reached)
    with db.look(SYSTEM) as look:
        return queries.certificate(look, issued).number


def issue_for_ever(house: House, ready: Ready, said: Said, die_at: str = "") -> None:
    """Issue for every load of the paper, a thread each, until somebody kills this process.

    With `die_at` the process kills itself at that point of its second issuance.
    """
    first, *others = ready.paper.load_ids
    for load_id in others:
        Thread(target=_issue, args=(house, ready, load_id, said, ""), daemon=True).start()
    _issue(house, ready, first, said, die_at)


def issue_alone(house: House, ready: Ready, said: Said) -> None:
    """Issue for ever for the first load, in one thread: syncs come in one order."""
    _issue(house, ready, ready.paper.load_ids[0], said, "")


def _issue(house: House, ready: Ready, load_id: UUID, said: Said, die_at: str) -> None:
    say, count = said.writer(), 0

    def reached(point: str) -> None:
        if count and point == die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    while True:
        say(issue_again(house, ready, load_id, reached))
        publish(house.database, house.keys)
        count += 1


def issue_through_trouble(house: House, ready: Ready, said: Said, told: Path) -> None:
    """Issue for ever whatever happens, and write a line to `told` for everything that was refused.

    The line has the class and the sentence of a refusal, or `BUG` for what is not one of ours.
    What was left open is settled after each refusal, as a worker does every minute.
    """
    say, load_id = said.writer(), ready.paper.load_ids[0]

    def issue_and_publish() -> None:
        say(issue_again(house, ready, load_id))
        publish(house.database, house.keys)

    def settle() -> None:
        commands.resume(house.database, quiet=timedelta(0))

    with told.open("a") as out:
        while True:
            for act in (issue_and_publish, settle):
                try:
                    act()
                except AquaCertError as error:
                    line = f"{type(error).__name__} {error.sentence} {error.detail}"
                except Exception:
                    line = f"BUG {traceback.format_exc()}"
                else:
                    continue
                print(line.replace("\n", " | "), file=out, flush=True)
                time.sleep(0.02)
