"""A small load client: keep-alive connections in one thread, one request on the way in each.

The connections are opened once and shared by both sides of a measure, as many on each worker of
the server, so that neither side is luckier with its workers than the other.
"""

from __future__ import annotations

import select
import socket
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

LINE = (
    b"GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: aquacert-bench\r\nAccept: text/html\r\n\r\n"
)
LENGTH = b"content-length: "
MARK = b'data-state="'
LONGEST = 10.0
"""Seconds after which a silent server fails the run."""
STARTING = 90.0
"""Seconds that the workers may take to start, on a busy machine."""
SPARE = 0.05
"""Seconds to rest after a connection to a worker that has enough."""


@dataclass
class Point:
    """What one run saw."""

    seconds: float
    latencies: list[float] = field(default_factory=list)
    said: defaultdict[bytes, int] = field(default_factory=lambda: defaultdict(int))
    """How often each status came with each word that stands after the mark."""

    @property
    def rate(self) -> float:
        """Answers per second."""
        return len(self.latencies) / self.seconds


class Connection:
    """One socket and the answer that is on its way."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=STARTING)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.missing = 0
        self.said = b""
        self.begun = 0.0
        self.worker = 0

    def ask(self, path: str) -> tuple[int, bytes]:
        """Ask for `path` and wait; return status and body."""
        self.socket.sendall(request(path))
        data = self.socket.recv(1 << 16)
        while b"\r\n\r\n" not in data:
            data += self.socket.recv(1 << 16)
        whole = size(data)
        while len(data) < whole:
            data += self.socket.recv(1 << 16)
        return int(data[9:12]), data.partition(b"\r\n\r\n")[2]

    def take(self, data: bytes) -> bool:
        """Take what came of an answer; tell whether that was all of it."""
        if self.missing:
            self.missing -= len(data)
        else:
            self.missing = size(data) - len(data)
            self.said = data[9:13]
        at = data.find(MARK)
        if at >= 0:
            at += len(MARK)
            self.said += data[at : data.index(b'"', at)]
        return not self.missing


class Client:
    """So many connections, shared out evenly between the workers of one server."""

    def __init__(self, port: int, connections: int, workers: int, who: str) -> None:
        """Open the connections; `who` is the path at which a worker tells its process id."""
        self.connections: list[Connection] = []
        each = connections // workers
        by_worker: defaultdict[int, int] = defaultdict(int)
        spare = []
        until = time.monotonic() + STARTING
        while len(self.connections) < each * workers:
            if time.monotonic() > until:
                raise TimeoutError("not every worker answers")
            one = Connection(port)
            one.worker = int(one.ask(who)[1])
            by_worker[one.worker] += 1
            if by_worker[one.worker] <= each:
                self.connections.append(one)
                continue
            spare.append(one)
            time.sleep(SPARE)
        for one in spare:
            one.socket.close()
        self.workers = sorted(by_worker)

    def run(self, requests: Iterator[bytes], seconds: float) -> Point:
        """Keep every connection busy for so many seconds; answers still on the way are awaited."""
        poll = select.epoll()
        by_fd = {one.socket.fileno(): one for one in self.connections}
        begins = time.perf_counter()
        for fd, one in by_fd.items():
            one.socket.setblocking(False)
            poll.register(fd, select.EPOLLIN)
            one.begun = time.perf_counter()
            one.socket.sendall(next(requests))
        point = Point(seconds)
        self._drive(poll, by_fd, requests, point, begins + seconds)
        point.seconds = time.perf_counter() - begins
        poll.close()
        for one in self.connections:
            one.socket.setblocking(True)
            one.socket.settimeout(LONGEST)
        return point

    def _drive(self, poll, by_fd, requests: Iterator[bytes], point: Point, until: float) -> None:
        clock, busy = time.perf_counter, len(by_fd)
        while busy:
            events = poll.poll(LONGEST)
            if not events:
                raise TimeoutError("the server does not answer")
            for fd, _ in events:
                one = by_fd[fd]
                data = one.socket.recv(1 << 18)
                if not data:
                    raise ConnectionError("the server closed a connection")
                if not one.take(data):
                    continue
                now = clock()
                point.latencies.append(now - one.begun)
                point.said[one.said] += 1
                if now >= until:
                    busy -= 1
                    continue
                one.begun = now
                one.socket.sendall(next(requests))

    def close(self) -> None:
        """Close every connection."""
        for one in self.connections:
            one.socket.close()


def request(path: str) -> bytes:
    """Return the request for `path`."""
    return LINE % path.encode()


def size(data: bytes) -> int:
    """Return how many bytes the whole answer has whose head begins `data`."""
    at = data.index(LENGTH) + len(LENGTH)
    return data.index(b"\r\n\r\n") + 4 + int(data[at : data.index(b"\r", at)])
