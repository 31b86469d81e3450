"""The real server: `aquacert init` and `aquacert serve` as their own processes, on loopback.

It is ready when it says so, ends when it is told to, tells strangers the truth with strict headers,
shows what another process changed within two seconds, counts scans, and never answers a scanned
code with an error page: when the database is gone the answer is amber.
"""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from email.message import Message
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import create_engine, make_url, text

from aquacert.app import open_house
from aquacert.certificates import commands, queries, tasks
from aquacert.http.house import House
from aquacert.kernel.clock import FixedClock
from aquacert.kernel.scope import SYSTEM
from aquacert.kernel.settings import Settings
from aquacert.verification.queries.pages import STALE_SECONDS
from tests.conftest import START
from tests.make.certificates import Ready, issue_one, make_ready

STARTING = 90.0
ENDING = 10.0
SHOWN = 2.0
WRITTEN = 1.5
WAL_FIRST_READ_LOCK, WAL_READ_LOCKS = 123, 5
"""Bytes of the -shm file that readers lock (sqlite.org/walformat.html §2.3)."""
WORKERS = 2


def environment(settings: Settings, clock_at: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AQUACERT_")}
    return {
        **kept,
        "AQUACERT_DATA_DIR": str(settings.data_dir),
        "AQUACERT_DATABASE_URL": settings.database_url,
        "AQUACERT_CLOCK_AT": clock_at,
        "AQUACERT_WORKERS": str(WORKERS),
        "AQUACERT_DEMO": "0",
        "AQUACERT_PASSWORD_COST": "1",
    }


@dataclass
class Installation:
    settings: Settings
    clock_at: str
    public_id: str
    house: House
    ready: Ready
    certificate_id: UUID

    @property
    def environment(self) -> dict[str, str]:
        return environment(self.settings, self.clock_at)


@dataclass
class Answer:
    status: int
    headers: Message
    text: str


class Running:
    """One `aquacert serve`."""

    def __init__(self, made: Installation) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.log = (made.settings.data_dir / "serve.log").open("wb")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "aquacert.cli", "serve", "--port", str(self.port)],
            env=made.environment,
            stdout=self.log,
            stderr=self.log,
        )

    def ask(self, path: str, timeout: float = 20.0) -> Answer:
        try:
            with urllib.request.urlopen(
                f"http://127.0.0.1:{self.port}{path}", timeout=timeout
            ) as got:
                return Answer(got.status, got.headers, got.read().decode())
        except urllib.error.HTTPError as refused:
            return Answer(refused.code, refused.headers, refused.read().decode())

    def until_ready(self) -> None:
        until = time.monotonic() + STARTING
        while time.monotonic() < until:
            assert self.process.poll() is None, Path(self.log.name).read_text()
            try:
                if self.ask("/readyz").status == 200:
                    return
            except OSError:
                time.sleep(0.2)
        raise AssertionError(Path(self.log.name).read_text())

    def children(self) -> list[int]:
        """Process ids of everything that this server started."""
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        found = [
            int(pid)
            for task in path.parent.parent.iterdir()
            for pid in (task / "children").read_text().split()
        ]
        return sorted(set(found))

    def end(self) -> float:
        """Tell it to end; return after how many seconds it had."""
        begins = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(ENDING)
        return time.monotonic() - begins


@contextmanager
def running(made: Installation):
    server = Running(made)
    try:
        server.until_ready()
        yield server
    finally:
        if server.process.poll() is None:
            server.process.terminate()
            try:
                server.process.wait(ENDING)
            except subprocess.TimeoutExpired:
                server.process.kill()
                server.process.wait()
        server.log.close()


def install(folder: Path, url: str) -> Installation:
    """Make a data directory by `aquacert init` and issue one certificate through the commands."""
    settings = Settings(data_dir=folder, database_url=url, password_cost=1, is_demo=False)
    done = subprocess.run(
        [sys.executable, "-m", "aquacert.cli", "init"],
        env=environment(settings, START.isoformat()),
        capture_output=True,
        timeout=STARTING,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    house = open_house(settings, FixedClock(START))
    ready = make_ready(house.database)
    certificate_id = issue_one(house, ready)
    with house.database.look(SYSTEM) as look:
        public_id = queries.certificate(look, certificate_id).public_id
    at = (house.database.clock.now() + timedelta(minutes=5)).isoformat()
    return Installation(settings, at, public_id, house, ready, certificate_id)


@contextmanager
def installed(server: str, folder: Path, name: str):
    """An installation on the database that this run of the tests is for."""
    url = server.format(name) if server else ""
    if server:
        sql(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name}")
    made = install(folder, url)
    yield made
    made.house.database.close()
    if server:
        sql(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def sql(server: str, *statements: str) -> None:
    engine = create_engine(server.format("postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


@pytest.fixture(scope="module")
def prepared(server, tmp_path_factory):
    """An installation that the tests leave as it is."""
    with installed(server, tmp_path_factory.mktemp("serving"), "serving") as made:
        yield made


@pytest.fixture
def doomed(server, tmp_path):
    """An installation that does not outlive its test."""
    with installed(server, tmp_path, "doomed") as made:
        yield made


@contextmanager
def silenced(server: str, made: Installation):
    """Make the database answer nobody: PostgreSQL refuses, SQLite stays locked."""
    made.house.database.close()
    if server:
        name = make_url(made.settings.database_url).database
        sql(
            server,
            f"ALTER DATABASE {name} ALLOW_CONNECTIONS false",
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",
        )
        yield
        return
    with (made.settings.data_dir / "aquacert.db-shm").open("r+b") as shared:
        fcntl.lockf(shared, fcntl.LOCK_EX, WAL_READ_LOCKS, WAL_FIRST_READ_LOCK)
        yield


@pytest.fixture(scope="module")
def served(prepared):
    """A server over that installation, shared by the tests that only ask."""
    with running(prepared) as server:
        yield server


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


@pytest.mark.parametrize("path", ["/readyz", "/healthz", "/metrics", "/openapi.json", "/verify"])
def test_the_doors_of_the_house_answer(served, path):
    assert served.ask(path).status == 200


def test_the_counters_name_the_doors(served):
    served.ask("/healthz")
    counted = "".join(served.ask("/metrics").text for _ in range(8))
    assert 'aquacert_requests_total{endpoint="healthz",status="200"}' in counted


def test_a_scanned_code_is_answered_with_strict_headers_and_no_cookie(served, prepared):
    answer = served.ask(f"/c/{prepared.public_id}")
    assert answer.status == 200
    assert "有效" in answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Set-Cookie"] is None
    for inside in ("style=", "<style", "onclick=", "<script>"):
        assert inside not in answer.text


def test_an_unknown_code_sets_no_cookie_either(served):
    answer = served.ask("/c/0000000000")
    assert answer.status == 404
    assert "查无此证" in answer.text
    assert answer.headers["Set-Cookie"] is None


def test_the_server_ends_when_told_with_its_children_and_keeps_the_scans(doomed):
    db = doomed.house.database
    with running(doomed) as server:
        children = server.children()
        lines = [Path(f"/proc/{pid}/cmdline").read_bytes() for pid in children]
        assert len(children) >= WORKERS + 1
        assert sum(b"work" in line and b"--with-parent" in line for line in lines) == 1
        for _ in range(5):
            server.ask(f"/c/{doomed.public_id}")
        server.ask("/c/0000000000")
        time.sleep(WRITTEN)
        assert server.end() < ENDING
        until = time.monotonic() + ENDING
        while not all(is_gone(pid) for pid in children) and time.monotonic() < until:
            time.sleep(0.1)
        assert [pid for pid in children if not is_gone(pid)] == []
    tasks.fold_scans(db)
    assert scans(doomed) == 5


def test_what_another_process_changes_shows_within_two_seconds_and_silence_is_amber(server, doomed):
    """Every worker has kept the green page; then it is made void; then the database goes away."""
    with running(doomed) as serving:
        path = f"/c/{doomed.public_id}"
        assert all("有效" in serving.ask(path).text for _ in range(12))

        with doomed.house.database.work(doomed.ready.vet.actor) as w:
            commands.void(w, doomed.certificate_id, "测试作废")
        time.sleep(SHOWN)
        pages = [serving.ask(path).text for _ in range(24)]
        assert all('data-state="void"' in page for page in pages)

        with silenced(server, doomed), ThreadPoolExecutor(9) as crowd:
            time.sleep(STALE_SECONDS + 0.5)
            ready = crowd.submit(serving.ask, "/readyz", 60)
            answers = list(crowd.map(serving.ask, [path] * 8, [60] * 8))
            assert {answer.status for answer in answers} == {200}
            assert all("暂时无法核验" in answer.text for answer in answers)
            assert ready.result().status == 503
            assert serving.ask("/healthz").status == 200


def scans(made: Installation) -> int:
    with made.house.database.look(SYSTEM) as look:
        return queries.scan_count(look, made.certificate_id)


SHORT_LIVED_SERVER = """
import os, subprocess, sys
command = [sys.executable, "-m", "aquacert.cli", "work", "--with-parent", str(os.getpid())]
worker = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(worker.pid)
"""


def test_the_worker_does_not_outlive_a_server_that_went_while_both_started(prepared):
    """The worker must know its parent by number: when it looks, that may be gone already."""
    done = subprocess.run(
        [sys.executable, "-c", SHORT_LIVED_SERVER],
        env=prepared.environment,
        stdout=subprocess.PIPE,
        timeout=STARTING,
        check=True,
    )
    worker = int(done.stdout)
    until = time.monotonic() + STARTING
    while not is_gone(worker) and time.monotonic() < until:
        time.sleep(0.1)
    if not is_gone(worker):
        os.kill(worker, signal.SIGKILL)
        pytest.fail("the worker outlived its server")
