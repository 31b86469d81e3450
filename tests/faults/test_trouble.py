"""A disk that reports an error or is full: nothing is acknowledged that is not there, the refusal
is one of ours in plain words, and the same process goes on when the trouble is over.
"""

from __future__ import annotations

import os
import subprocess
import time
from contextlib import contextmanager

import pytest

from aquacert.app import open_house
from aquacert.certificates.issuing.commands.issue import BUSY
from aquacert.certificates.log.commands import publish
from aquacert.kernel.settings import Settings
from tests.faults.issuing import issue_again, issue_through_trouble
from tests.faults.killing import LONGEST, Child, syncs_of, traced
from tests.faults.ready import make_loads
from tests.faults.trial import Trial, kind, place_of

ERRORS_AT = range(1, 14)
"""Syncs of one issuance with the void before and the publication of the log after it."""
NO_SPACE_AT = range(1, 260, 20)
NO_SPACE_FOR = 25
"""Writes to the database that find no space, from the one that is meant on."""
MORE = 3
"""Certificates that must follow after the trouble, from the same process."""
DISK = "12m"
LEFT_BYTES = (0, 4096, 20_000, 40_000, 60_000, 100_000, 150_000, 250_000)
"""What the filler leaves free when the disk fills up: another place gives out first each time."""
LEFT_ON_POSTGRES = (0, 4096)
"""Only marks, keys and the log are on that disk, and they need little."""


@pytest.fixture
def trial(house, clock, tmp_path, figures):
    return Trial(house, clock, make_loads(house.database, 1, 10_000), tmp_path / "said", figures)


def troubled(trial, told):
    def prepare():
        house = open_house(trial.settings, trial.clock)
        issue_again(house, trial.ready, trial.ready.paper.load_ids[0])
        publish(house.database, house.keys)
        return lambda: issue_through_trouble(house, trial.ready, trial.said, told)

    return Child(prepare)


def wait_until(what) -> bool:
    until = time.monotonic() + LONGEST
    while not what() and time.monotonic() < until:
        time.sleep(0.01)
    return what()


def refusals(told) -> list[str]:
    return told.read_text().splitlines() if told.exists() else []


def in_words(said: list[str]) -> bool:
    """Say whether every refusal says that the system is away, or that an issuance is still open."""
    return all(line.startswith(("Unavailable ", f"Conflict {BUSY}")) for line in said)


def goes_on(trial) -> None:
    """Wait until the same process, never restarted, has acknowledged some more."""
    there = len(trial.said.numbers())
    assert wait_until(lambda: len(trial.said.numbers()) >= there + MORE), "it did not go on"


@pytest.mark.faults
@pytest.mark.long
def test_a_sync_that_fails_acknowledges_nothing_and_the_process_goes_on(trial, tmp_path):
    """EIO at a sync: the disk did not take it. Only what was really issued is acknowledged."""
    order = trial.syncs(tmp_path / "order", max(ERRORS_AT))
    for number in ERRORS_AT:
        told, trace = tmp_path / f"told-{number}", tmp_path / f"trace-{number}"
        call, place = order[number - 1].call, place_of(order, number)
        child = troubled(trial, told)
        with traced(child, trace, call, place, "error=EIO"):
            child.go()
            assert wait_until(lambda trace=trace: "INJECTED" in trace.read_text())
            goes_on(trial)
            child.kill()
        said = refusals(told)
        trial.figures.add("errors injected")
        trial.figures.add("refused", len(said))
        met = next(
            sync
            for sync, line in zip(syncs_of(trace), trace.read_text().splitlines(), strict=False)
            if "INJECTED" in line
        )
        trial.files[kind(met.file)] += 1
        assert said, f"EIO at {met} was passed over"
        assert in_words(said), said
        trial.judge()
    trial.end()


@pytest.mark.faults
@pytest.mark.long
def test_a_write_that_finds_no_space_acknowledges_nothing(trial, request, tmp_path):
    """ENOSPC for some writes to the database file, at one place of an issuance after the other."""
    if request.config.getoption("--database") == "postgres":
        pytest.skip("PostgreSQL's own writes are not ours")
    for number in NO_SPACE_AT:
        told, trace = tmp_path / f"told-{number}", tmp_path / f"trace-{number}"
        child = troubled(trial, told)
        some = f"{number}..{number + NO_SPACE_FOR}"
        with traced(child, trace, "pwrite64", some, "error=ENOSPC"):
            child.go()
            assert wait_until(lambda told=told: refusals(told)), "nothing was refused"
            goes_on(trial)
            child.kill()
        said = refusals(told)
        trial.figures.add("writes without space", trace.read_text().count("INJECTED"))
        trial.figures.add("refused", len(said))
        assert in_words(said), said
        trial.judge()
    trial.end()


@contextmanager
def small_disk(folder):
    """A file system of 12 MB of its own, in memory."""
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(folder)],
        capture_output=True,
        check=False,
    )
    if done.returncode:
        pytest.skip("no file system can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder, left: int):
    """Take all space but `left` bytes; return the file that holds it."""
    filler = folder / "filler"
    free = os.statvfs(folder)
    size = max(free.f_bavail * free.f_frsize - left, 0)
    with filler.open("wb") as file:
        try:
            os.posix_fallocate(file.fileno(), 0, size)
        except OSError:
            for _ in range(size // 4096):
                file.write(bytes(4096))
    return filler


@pytest.mark.faults
@pytest.mark.long
def test_a_full_disk_refuses_in_words_and_goes_on_when_there_is_space(
    house, settings, clock, tmp_path, figures
):
    """The whole data directory (on SQLite the database too) is on a disk that fills up."""
    ready = make_loads(house.database, 1, 10_000)
    house.database.close()
    with small_disk(tmp_path / "disk") as disk:
        subprocess.run(["cp", "-a", *map(str, kept(settings.data_dir)), str(disk)], check=True)
        moved = on_disk(settings, disk)
        trial = Trial(open_house(moved, clock), clock, ready, tmp_path / "said", figures)
        for left in LEFT_BYTES if moved.db_url.startswith("sqlite") else LEFT_ON_POSTGRES:
            told = tmp_path / f"told-{left}"
            child = troubled(trial, told)
            child.go()
            goes_on(trial)
            filler = fill(disk, left)
            assert wait_until(lambda told=told: len(refusals(told)) >= MORE), "nothing was refused"
            filler.unlink()
            goes_on(trial)
            child.kill()
            said = refusals(told)
            trial.figures.add("refused", len(said))
            assert in_words(said), said
            trial.judge()
        trial.end()


def kept(folder):
    """What belongs to the installation in a test's folder."""
    names = ("aquacert.db", "aquacert.db-wal", "files", "keys", "log")
    return [*(folder / name for name in names if (folder / name).exists()), *folder.glob("*.mark")]


def on_disk(settings: Settings, disk) -> Settings:
    """The same installation with its data directory on the small disk."""
    from dataclasses import replace

    url = settings.database_url
    moved = f"sqlite:///{disk / 'aquacert.db'}" if url.startswith("sqlite") else url
    return replace(settings, data_dir=disk, database_url=moved)
