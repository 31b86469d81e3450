"""Bulk checks on disk: what waits, what was found. No table knows them; a day later they are gone.

A job is a folder with an unguessable name. Each step judges what it can within a moment and appends
its rows, so that a lost connection, a restart or another tab goes on where it stopped. A file is
deleted as soon as it is judged.
"""

from __future__ import annotations

import fcntl
import json
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from aquacert.kernel.errors import Invalid, NotFound
from aquacert.trust.errors import Refused
from aquacert.verification.parsers import lists
from aquacert.verification.rules.bulk import KEPT_HOURS, Row

NAME_BYTES = 16
LONGEST_NAME = 120
Judge = Callable[[str, bytes, str], Row]
"""(name, file or nothing, line or nothing) → what was found."""


@dataclass(frozen=True)
class Item:
    """One thing to judge: a file (kept beside) or a line of text."""

    name: str
    line: str = ""
    file: str = ""


@dataclass(frozen=True)
class Job:
    """A job as its page sees it."""

    name: str
    owner: str
    items: tuple[Item, ...]
    rows: tuple[Row, ...]
    dropped: int
    """items beyond the limit, not looked at"""

    @property
    def is_done(self) -> bool:
        """Tell whether every item was judged."""
        return len(self.rows) >= len(self.items)


class Jobs:
    """The folder of all jobs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def create(
        self, owner: str, brought: list[tuple[str, bytes]], text: str, most: int, now: datetime
    ) -> str:
        """Keep what was brought as a new job and return its name; raise `Invalid` when nothing was."""
        self.sweep(now)
        name = secrets.token_hex(NAME_BYTES)
        folder = self._folder / name
        folder.mkdir(parents=True, mode=0o700)
        items: list[Item] = []
        dropped = 0
        for item, data in _spread(brought, text, most + 1):
            if len(items) >= most:
                dropped += 1
                continue
            file = ""
            if data:
                file = f"{len(items):04}.bin"
                (folder / file).write_bytes(data)
            items.append(Item(item.name[:LONGEST_NAME], item.line, file))
        if not items:
            shutil.rmtree(folder, ignore_errors=True)
            sentence = "没有可查的内容：请选文件，或粘贴网址、编号。"
            raise Invalid(sentence, files=sentence)
        plan = {"owner": owner, "dropped": dropped, "items": [asdict(one) for one in items]}
        (folder / "job.json").write_text(json.dumps(plan, ensure_ascii=False), "utf-8")
        return name

    def find(self, name: str, owner: str) -> Job:
        """Return a job of `owner`; raise `NotFound` for another's and for one that is gone."""
        folder = self._place(name)
        try:
            plan = json.loads((folder / "job.json").read_text("utf-8"))
        except (OSError, ValueError):
            raise NotFound("这次批量查验已经清除，请重新上传。") from None
        if plan["owner"] != owner:
            raise NotFound("这次批量查验已经清除，请重新上传。")
        items = tuple(Item(**one) for one in plan["items"])
        return Job(name, owner, items, self._rows(folder), plan["dropped"])

    def step(self, job: Job, judge: Judge, go_on: Callable[[], bool]) -> Job:
        """Judge items while `go_on` says so; at least one, unless another tab is at it."""
        folder = self._place(job.name)
        with _alone(folder) as is_mine:
            if not is_mine:
                return job
            rows = list(self._rows(folder))
            for item in job.items[len(rows) :]:
                row = judge(item.name, self._data(folder, item), item.line)
                with (folder / "rows.jsonl").open("a", encoding="utf-8") as file:
                    file.write(json.dumps(asdict(row), ensure_ascii=False) + "\n")
                if item.file:
                    (folder / item.file).unlink(missing_ok=True)
                rows.append(row)
                if not go_on():
                    break
        return Job(job.name, job.owner, job.items, tuple(rows), job.dropped)

    def drop(self, job: Job) -> None:
        """Delete a job with everything in it."""
        shutil.rmtree(self._place(job.name), ignore_errors=True)

    def sweep(self, now: datetime) -> int:
        """Delete what is older than a day; return how many jobs that were."""
        gone = 0
        oldest = (now - timedelta(hours=KEPT_HOURS)).timestamp()
        for folder in self._folder.glob("*"):
            try:
                is_old = folder.stat().st_mtime < oldest
            except OSError:
                continue
            if is_old:
                shutil.rmtree(folder, ignore_errors=True)
                gone += 1
        return gone

    def _place(self, name: str) -> Path:
        if len(name) != NAME_BYTES * 2 or not all(one in "0123456789abcdef" for one in name):
            raise NotFound("这次批量查验已经清除，请重新上传。")
        return self._folder / name

    @staticmethod
    def _rows(folder: Path) -> tuple[Row, ...]:
        try:
            lines = (folder / "rows.jsonl").read_text("utf-8").split("\n")
        except OSError:
            return ()
        rows = []
        for line in lines[:-1]:
            try:
                rows.append(Row(**json.loads(line)))
            except (ValueError, TypeError):  # a line torn by a crash: its item is judged again
                break
        return tuple(rows)

    @staticmethod
    def _data(folder: Path, item: Item) -> bytes:
        try:
            return (folder / item.file).read_bytes() if item.file else b""
        except OSError:
            return b""


def _spread(brought: list[tuple[str, bytes]], text: str, most: int) -> Iterator[tuple[Item, bytes]]:
    """Yield items of what was brought: archives and lists opened, one step deep, a little over `most`."""
    for line in lists.lines_of(text.encode()) if text.strip() else ():
        yield Item(line, line), b""
    for name, data in brought:
        yield from _of_file(name, data, most)


def _of_file(
    name: str, data: bytes, most: int, *, inside: bool = False
) -> Iterator[tuple[Item, bytes]]:
    try:
        if data.startswith(lists.ZIP) and lists.is_workbook(data):
            cells = lists.cells_of(data)
            yield from ((Item(f"{name}: {cell}", cell), b"") for cell in cells)
        elif data.startswith(lists.ZIP) and not inside:
            for member, content in lists.members_of(data, most):
                yield from _of_file(f"{name}/{member}", content, most, inside=True)
        elif name.lower().endswith((".txt", ".csv")):
            yield from ((Item(f"{name}: {one}", one), b"") for one in lists.lines_of(data))
        else:
            yield Item(name), data or b"\0"
    except Refused as refused:
        yield Item(name, f"!{refused.reason}"), b""


@contextmanager
def _alone(folder: Path) -> Iterator[bool]:
    """Hold the job's lock; False when somebody else does."""
    with (folder / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True
