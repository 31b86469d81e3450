"""Processes that are killed: at a moment, or by strace at one of their syncs to the disk."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

LONGEST = 120.0
SYNCS = "fsync,fdatasync,sync"
SEEN = re.compile(r"\d+\s+(?P<call>f?sync|fdatasync)\((?:\d+<(?:.*/)?(?P<file>[^/>]*)>)?")


LIVE: set[Child] = set()
"""Children that nobody has killed yet."""


def kill_the_rest() -> None:
    """Kill what a failed test left behind."""
    for child in list(LIVE):
        child.kill()


class Child:
    """A fork of this process that runs `act` once it is let go. No database may be open here."""

    def __init__(self, prepare: Callable[[], Callable[[], None]]) -> None:
        is_ready, say_ready = os.pipe()
        wait_for_go, say_go = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            self._live(prepare, say_ready, wait_for_go)
        os.close(say_ready)
        os.close(wait_for_go)
        self._go, self._ready = say_go, is_ready
        self.status: int | None = None
        LIVE.add(self)
        assert os.read(is_ready, 1) == b"r", "the child could not start"

    @staticmethod
    def _live(prepare: Callable[[], Callable[[], None]], ready: int, go: int) -> None:
        try:
            act = prepare()
            os.write(ready, b"r")
            os.read(go, 1)
            act()
        finally:
            os._exit(3)

    def go(self) -> None:
        """Let it run."""
        os.write(self._go, b"g")

    def kill(self) -> None:
        """Kill it, if it lives, and see that it was killed rather than ended."""
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
        self.wait()

    def wait(self, seconds: float = LONGEST) -> None:
        """Wait until it was killed; whatever else ended it is an error."""
        until = time.monotonic() + seconds
        while self.status is None:
            found, status = os.waitpid(self.pid, os.WNOHANG)
            if found:
                self.status = status
            elif time.monotonic() > until:
                os.kill(self.pid, signal.SIGKILL)
                os.waitpid(self.pid, 0)
                LIVE.discard(self)
                raise AssertionError("nothing killed the child in time")
            else:
                time.sleep(0.002)
        LIVE.discard(self)
        os.close(self._go)
        os.close(self._ready)
        assert os.WIFSIGNALED(self.status), f"the child ended by itself: {self.status}"
        assert os.WTERMSIG(self.status) == signal.SIGKILL


@dataclass(frozen=True)
class Sync:
    """A sync that strace saw: the call, and the name of the file it was for."""

    call: str
    file: str


@contextmanager
def traced(child: Child, trace: Path, call: str = "", number: int | str = 0, what: str = ""):
    """Let strace watch the syncs of a waiting child, and do `what` at the call's `number`th.

    strace counts each system call by itself and from the moment it attaches; `7..20` are several.
    """
    inject = ["-e", f"inject={call}:{what}:when={number}"] if call else []
    tracer = subprocess.Popen(
        [
            *("strace", "-f", "-y", "-qq", "-o", str(trace), "-p", str(child.pid)),
            *("-e", f"trace={SYNCS},{call or SYNCS}", *inject),
        ],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    until = time.monotonic() + LONGEST
    while "TracerPid:\t0\n" in Path(f"/proc/{child.pid}/status").read_text():
        assert tracer.poll() is None, tracer.stderr.read().decode()
        assert time.monotonic() < until
        time.sleep(0.005)
    try:
        yield
    finally:
        if child.status is None:
            child.kill()
        tracer.wait(LONGEST)
        tracer.stderr.close()


def syncs_of(trace: Path) -> list[Sync]:
    """Return every sync that strace wrote down, in order."""
    if not trace.exists():
        return []
    found = (SEEN.match(line) for line in trace.read_text().splitlines())
    return [Sync(one["call"], one["file"] or "") for one in found if one]
