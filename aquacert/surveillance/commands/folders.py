"""Feeds by folder: DATA_DIR/feeds/in/<key>/ is emptied into done/ and failed/.

A file is taken once it has rested for some seconds; names that begin with a dot or end in .part,
.tmp or .crdownload are still being written. A link is never followed. What could not be read lies
in failed/ with a .txt beside it that says why; both folders are for people and may be emptied.
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from pathlib import Path

from aquacert.kernel.clock import SystemClock
from aquacert.kernel.errors import Unavailable
from aquacert.kernel.work import Database
from aquacert.surveillance.commands.visits import LARGEST, Job, Visited, take_file
from aquacert.surveillance.rules.visits import Outcome

RESTED = 5.0
"""Seconds without a change after which a file is whole."""
GROWING = (".part", ".tmp", ".crdownload", ".filepart")
MOST = 50
"""Files of one visit; the others are taken at the next."""
LINK = "这是一个链接，不是文件，没有去读。"
TOO_LARGE = f"文件超过 {LARGEST >> 20} MB，没有收下。"
ODD = "这不是普通文件，没有去读。"


def folder_of(data_dir: Path, key: str) -> Path:
    """Return where a feed's files are laid down; keys hold nothing that leads elsewhere."""
    return data_dir / "feeds" / "in" / key


def take_folder(database: Database, job: Job) -> list[Visited]:
    """Import every rested file of a feed's folder, oldest first, and put each away."""
    folder = folder_of(database.settings.data_dir, job.feed.key)
    folder.mkdir(parents=True, exist_ok=True)
    if folder.is_symlink():
        return [Visited(Outcome.FAILED, fault="文件夹是一个链接，没有去读。")]
    found = [one for one in sorted(folder.iterdir(), key=_age) if _is_rested(one)]
    results = [_take(database, job, one) for one in found[:MOST]]
    return results or [Visited(Outcome.SAME)]


def _age(path: Path) -> tuple[float, str]:
    try:
        return path.lstat().st_mtime, path.name
    except FileNotFoundError:
        return 0.0, path.name


def _is_rested(path: Path) -> bool:
    name = path.name.lower()
    if name.startswith(".") or name.endswith(GROWING):
        return False
    try:
        state = path.lstat()
    except FileNotFoundError:
        return False
    if stat.S_ISDIR(state.st_mode):
        return False
    # Files carry the machine's time, whatever ours is set to.
    age = SystemClock().now().timestamp() - state.st_mtime
    return stat.S_ISLNK(state.st_mode) or age >= RESTED


def _take(database: Database, job: Job, path: Path) -> Visited:
    """Import one file from a copy that nobody else can change, then put it away."""
    job.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=job.folder, prefix="feed-") as place:
        copy = Path(place) / "file"
        refused = _copied(path, copy)
        if refused == "":
            try:
                result = take_file(database, job, copy, path.name)
            except Unavailable as error:  # ours, not the file's: it stays and is tried again
                return Visited(Outcome.FAILED, path.name, fault=error.sentence)
        else:
            result = Visited(Outcome.FAILED, path.name, fault=refused)
    stamp = f"{database.clock.now():%Y%m%dT%H%M%S}-{path.name}"
    failed = result.outcome is Outcome.FAILED
    aside = path.parent.parent.parent / ("failed" if failed else "done") / job.feed.key
    aside.mkdir(parents=True, exist_ok=True)
    target = aside / stamp
    path.replace(target)  # of a link, the link itself
    if failed:
        (aside / f"{stamp}.txt").write_text(f"{result.fault}\n", encoding="utf-8")
    return result


def _copied(path: Path, copy: Path) -> str:
    """Copy a plain file without following a link; return why it cannot be, else an empty text."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return LINK if path.is_symlink() else "文件打不开，请核对它的权限。"
    with os.fdopen(handle, "rb") as read:
        state = os.fstat(read.fileno())
        if not stat.S_ISREG(state.st_mode):
            return ODD
        if state.st_size > LARGEST:
            return TOO_LARGE
        with copy.open("wb") as write:
            shutil.copyfileobj(read, write, 1 << 20)
    return ""
