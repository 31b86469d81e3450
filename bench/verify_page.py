"""Measure `verify_page`: requests per second of the page behind the QR code (goal ratio ≥ 0.75).

Asked are, in random order, 9 times of 10 one of 1,000 live certificates and once one of 20,000
others (5,000 in the short form); 5 % of them are void. Ours is the product: its cache (at most
64 MB a process), the watch for changes, scan counting on, and no page without a signature that this
very process verified. The floor is a bare Flask view that returns the bytes of one such page from memory, in the same
application: same granian, workers, threads, client, connections, paths and request hooks.

Before anything is timed, both workers must say 有效 and 无效 where they are due, and a certificate
that is made void meanwhile must be 无效 on each of them within 2 seconds. Both sides are warmed up
alike; what is not yet kept then is made while the clock runs, as it would be in the field. As
`aquacert serve` does, each worker has made the pages of the live certificates after its start.
"""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from random import Random
from statistics import quantiles

from bench.client import Client, Point, request
from bench.register import Register, make_register
from bench.serving import FLOOR, KEPT, PAGE, WHO, WORKERS

NAME = "verify_page"
GOAL = 0.75
BETTER = "higher"
PAIRS = 9
CONNECTIONS = 16
SIZES = {"seconds": 1.5, "warm": 8_000, "others": 5_000}
"""Length of one point; requests of each side beforehand; certificates asked for once in ten."""
REVOKED_WITHIN = 2.0
WARM_WITHIN = 90.0
ROOT = Path(__file__).resolve().parents[1]
RUNS: dict[str, list[Point]] = {"ours": [], "floor": []}
CPU: dict[str, float] = {"ours": 0.0, "floor": 0.0}
"""Seconds of processor time that the workers spent."""
SAID: list[str] = []
ADDRESS = [""]
"""Of the database; empty = SQLite in the scratch folder."""


class Server:
    """The product's application on granian, on a free port of loopback."""

    def __init__(self, register: Register) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.page = register.folder / "page.html"
        env = {
            **os.environ,
            "AQUACERT_DATA_DIR": str(register.folder),
            "AQUACERT_CLOCK_AT": register.opens_at.isoformat(),
            "AQUACERT_DEMO": "0",
            "AQUACERT_PAGE_CACHE_MB": "64",
            "AQUACERT_WARM_PAGES": "20000",
            PAGE: str(self.page),
        }
        env["AQUACERT_DATABASE_URL"] = register.house.settings.db_url
        command = [sys.executable, "-m", "bench.serving", str(self.port)]
        self.process = subprocess.Popen(command, env=env, cwd=ROOT)
        try:
            self.wait()
        except Exception:
            self.stop()
            raise

    def wait(self, seconds: float = 60.0) -> None:
        """Return when the server accepts; raise when it died or stays silent."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended with {self.process.returncode}")
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.1)
        raise TimeoutError("the server does not listen")

    def stop(self) -> None:
        """End the server and its workers."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Prepared:
    """Installation, server and client, checked to be right before they are timed."""

    def __init__(self, database_url: str = "") -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="aquacert-bench-"))
        atexit.register(self.close)
        self.register = make_register(self.folder, SIZES["others"], database_url)
        self.server = Server(self.register)
        self.client = Client(self.server.port, CONNECTIONS, WORKERS, WHO)
        self.random = Random(20260518)
        self.check()
        self.wait_until_warm()

    def paths(self, before: str) -> Iterator[bytes]:
        """Yield requests: 9 of 10 for a live certificate, 1 of 10 for one of the others."""
        live, others, random = self.register.live, self.register.others, self.random
        while True:
            chosen = live if random.randrange(10) else others
            yield request(before + chosen[int(random.random() * len(chosen))])

    def check(self) -> None:
        """Raise unless every worker tells the truth, also about what has just become void."""
        each = {one.worker: one for one in self.client.connections}
        register = self.register
        for one in each.values():
            said = [
                _word(one.ask(f"/c/{page}")) for page in (register.valid_one, register.void_one)
            ]
            if said != ["有效", "无效"] or _word(one.ask(f"/c/{register.issued_one}")) != "有效":
                raise AssertionError(f"a worker says {said}")
        register.void_issued()
        begins = time.monotonic()
        for one in each.values():
            while _word(one.ask(f"/c/{register.issued_one}")) != "无效":
                if time.monotonic() - begins > REVOKED_WITHIN:
                    raise AssertionError("a void certificate is still shown as valid")
                time.sleep(0.02)
        _, page = next(iter(each.values())).ask(f"/c/{register.valid_one}")
        self.server.page.write_bytes(page)
        SAID.append(f"page {len(page)} bytes, as its floor")
        SAID.append(f"void shown by {len(each)} workers after {time.monotonic() - begins:.2f} s")

    def wait_until_warm(self) -> None:
        """Return when every worker has made the pages it makes after its start, as it would."""
        each = {one.worker: one for one in self.client.connections}
        begins, before = time.monotonic(), dict.fromkeys(each, -1)
        while time.monotonic() - begins < WARM_WITHIN:
            time.sleep(2.0)
            now = {worker: int(one.ask(KEPT)[1]) for worker, one in each.items()}
            if now == before:
                break
            before = now
        SAID.append(f"pages kept {sorted(before.values())} bytes")
        # The server closes connections on which nothing was asked for so long.
        self.client.close()
        self.client = Client(self.server.port, CONNECTIONS, WORKERS, WHO)

    def close(self) -> None:
        """End everything and remove what was made; also called when the measure fails."""
        if "client" in vars(self):
            self.client.close()
        if "server" in vars(self):
            self.server.stop()
        if "register" in vars(self):
            self.register.house.database.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def _word(answer: tuple[int, bytes]) -> str:
    """Return the verdict in words of an answer."""
    status, body = answer
    if status != 200:
        raise AssertionError(f"status {status}")
    return body.partition(b'<h1 id="v"')[2].partition(b">")[2].partition(b"<")[0].decode()


def _cpu(pids: list[int]) -> float:
    """Return the processor time, in seconds, that these processes have had."""
    ticks = 0
    for pid in pids:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(words[11]) + int(words[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _run(side: str, before: str) -> float:
    """Load one side for some seconds and return its answers per second."""
    ready = prepared()
    spent = _cpu(ready.client.workers)
    point = ready.client.run(ready.paths(before), SIZES["seconds"])
    CPU[side] += _cpu(ready.client.workers) - spent
    if set(point.said) - {b"200 valid", b"200 void"}:
        raise AssertionError(f"{side}: {dict(point.said)}")
    RUNS[side].append(point)
    return point.rate


@lru_cache(maxsize=1)
def prepared() -> Prepared:
    """Return the preparation, made once."""
    return Prepared(ADDRESS[-1])


def begin(database_url: str) -> None:
    """Start over on another database: `verify_page_postgres` measures with the same hands."""
    prepared.cache_clear()
    SAID.clear()
    for side, points in RUNS.items():
        points.clear()
        CPU[side] = 0.0
    ADDRESS.append(database_url)


def prepare(full: bool = False) -> None:
    """Make everything ready and warm both sides alike; `full` runs each point for 6 seconds."""
    SIZES.update({"seconds": 6.0, "warm": 60_000, "others": 20_000} if full else {})
    ready = prepared()
    for before in (FLOOR, "/c/"):
        served = 0
        while served < SIZES["warm"]:
            served += len(ready.client.run(ready.paths(before), 0.5).latencies)


def ours() -> float:
    """Return pages per second of the product."""
    return _run("ours", "/c/")


def floor() -> float:
    """Return answers per second of the bare view."""
    return _run("floor", FLOOR)


def notes() -> list[str]:
    """Say rates, p99 and processor time of both sides: none of them is judged."""
    lines = list(SAID)
    for side, points in RUNS.items():
        every = [seconds for point in points for seconds in point.latencies]
        rate = len(every) / sum(point.seconds for point in points)
        p99 = quantiles(every, n=100)[98] * 1000
        each = CPU[side] / len(every) * 1e6
        lines.append(f"{side} {rate:.0f}/s, p99 {p99:.1f} ms, workers {each:.0f} us a request")
    return lines


def close() -> None:
    """End the server and remove what was prepared."""
    prepared().close()
