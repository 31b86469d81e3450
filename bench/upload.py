"""Measure `upload`: 20 photographs through a line that is cut five times (goal: bytes / payload ≤ 1.1).

Ours is every byte that the client put on the wire: announcements, heads, bodies, what a cut lost
and was sent again. The server is the product on granian; the line is a small TCP proxy that resets
both ends at five places of the day's bytes. The client does what the app does: piece by piece, after
a cut it asks how far the file came and goes on there. The floor is the payload itself. At the end
each file is on the server once, with its own digest, and nothing unfinished is left.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

from bench.issue import START, _house

NAME = "upload"
GOAL = 1.1
BETTER = "lower"
PAIRS = 7
PHOTOS, CUTS = 20, 5
SIZES = {"each": 200_000}
CHUNK = 256 << 10
BUFFER = 16 << 10
STARTING = 90.0
SENT: list[float] = []
ROOT = Path(__file__).resolve().parents[1]


class Line:
    """A TCP proxy that counts what the client sends and cuts where it is told to."""

    def __init__(self, to: int) -> None:
        self.to = to
        self.sent = 0
        self.cuts: list[int] = []
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen()
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _address = self.listener.accept()
                far = socket.create_connection(("127.0.0.1", self.to))
                threading.Thread(target=self._back, args=(far, near), daemon=True).start()
                threading.Thread(target=self._there, args=(near, far), daemon=True).start()

    def _there(self, near: socket.socket, far: socket.socket) -> None:
        with suppress(OSError):
            while data := near.recv(BUFFER):
                self.sent += len(data)
                far.sendall(data)
                if self.cuts and self.sent >= self.cuts[0]:
                    self.cuts.pop(0)
                    _reset(near)
                    _reset(far)
                    return
        far.close()

    @staticmethod
    def _back(far: socket.socket, near: socket.socket) -> None:
        with suppress(OSError):
            while data := far.recv(BUFFER):
                near.sendall(data)
        with suppress(OSError):
            near.shutdown(socket.SHUT_WR)


def _reset(line: socket.socket) -> None:
    """Break a connection as a lost network does: no goodbye."""
    with suppress(OSError):
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        line.shutdown(socket.SHUT_RDWR)
    line.close()


class App:
    """What the app on the device does with files."""

    def __init__(self, port: int, cookie: str) -> None:
        self.port = port
        self.heads = {"Cookie": cookie, "X-Field": "1"}
        self.line: http.client.HTTPConnection | None = None

    def upload(self, data: bytes) -> None:
        """Send one file, however often the line breaks."""
        said = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
        body = json.dumps(said | {"media_type": "image/jpeg"}).encode()
        found: dict[str, Any] | None = None
        while found is None or not found["done"]:
            try:
                if found is None:
                    found = self._begin(body)
                    continue
                found = self._piece(found, data)
            except (OSError, http.client.HTTPException):
                self._hang_up()
                time.sleep(0.05)  # the server must see the cut before it can say how far it came
                found = None

    def _begin(self, body: bytes) -> dict[str, Any]:
        answer, text = self._ask("POST", "/field/files", body, {"Content-Type": "application/json"})
        if answer.status != 200:
            raise RuntimeError(f"not announced: {answer.status} {text!r}")
        return dict(json.loads(text))

    def _piece(self, found: dict[str, Any], data: bytes) -> dict[str, Any]:
        at = found["offset"]
        heads = {"Upload-Offset": str(at), "Content-Type": "application/octet-stream"}
        answer, text = self._ask(
            "PATCH", f"/field/files/{found['id']}", data[at : at + CHUNK], heads
        )
        if answer.status not in {204, 409}:
            raise RuntimeError(f"not taken: {answer.status} {text!r}")
        reached = int(answer.headers["Upload-Offset"])
        return found | {"offset": reached, "done": "Upload-Done" in answer.headers}

    def _ask(self, method: str, path: str, body: bytes, heads: dict[str, str]) -> Any:
        if self.line is None:
            self.line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            self.line.connect()
            self.line.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
        self.line.request(method, path, body, self.heads | heads)
        answer = self.line.getresponse()
        return answer, answer.read()

    def _hang_up(self) -> None:
        if self.line is not None:
            self.line.close()
        self.line = None


class Prepared:
    """An installation, its server, and a vet who is signed in."""

    def __init__(self) -> None:
        from tests.make.accounts import make_person

        self.folder = Path(tempfile.mkdtemp(prefix="aquacert-bench-"))
        self.house = _house(self.folder)
        self.vet = make_person(self.house.database, "official_vet")
        self.cookie = self._cookie()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        env = {
            **{name: text for name, text in os.environ.items() if not name.startswith("AQUACERT_")},
            "AQUACERT_DATA_DIR": str(self.folder),
            "AQUACERT_CLOCK_AT": START.isoformat(),
            "AQUACERT_DEMO": "0",
        }
        command = [sys.executable, "-m", "bench.serving", str(self.port)]
        self.process = subprocess.Popen(command, env=env | {"AQUACERT_BENCH_PAGE": ""}, cwd=ROOT)
        self._wait()
        self.line = Line(self.port)
        self.app = App(self.line.port, self.cookie)
        self.turn = 0

    def _cookie(self) -> str:
        """Return the cookie of the vet's session, as the server's own secret signs it."""
        from aquacert.app import create_app
        from tests.make.accounts import signed_in

        client = signed_in(
            create_app(self.house.settings, house=self.house).test_client(), self.vet
        )
        kept = client.get_cookie("session")
        return f"session={kept.value if kept else ''}"

    def _wait(self) -> None:
        until = time.monotonic() + STARTING
        while time.monotonic() < until and self.process.poll() is None:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            time.sleep(0.1)
        raise TimeoutError("the server does not listen")

    def day(self) -> float:
        """Upload the photographs of one day; return what was sent for each byte of payload."""
        self.turn += 1
        draws = Random(20260520 + self.turn)
        photos = [draws.randbytes(SIZES["each"]) for _ in range(PHOTOS)]
        payload = sum(map(len, photos))
        self.line.sent = 0
        self.line.cuts = sorted(draws.randrange(payload) for _ in range(CUTS))
        for data in photos:
            self.app.upload(data)
        if self.line.cuts:
            raise RuntimeError("the line was not cut as often as it should have been")
        self._check(photos)
        return self.line.sent / payload

    def _check(self, photos: list[bytes]) -> None:
        """Every photograph lies there once, whole; nothing is left unfinished."""
        from sqlalchemy import select

        from aquacert.inspections.models import Upload
        from aquacert.inspections.queries.sync import bytes_of
        from aquacert.kernel.scope import SYSTEM

        digests = [hashlib.sha256(data).hexdigest() for data in photos]
        with self.house.database.look(SYSTEM) as look:
            rows = look.scalars(select(Upload).where(Upload.sha256.in_(digests)))
            unfinished = look.scalars(select(Upload.id).where(Upload.state != "done"))
        if sorted(row.sha256 for row in rows) != sorted(digests) or unfinished:
            raise RuntimeError("not every photograph is stored once")
        with self.house.database.look(self.vet.actor) as look:
            if [bytes_of(look, one) for one in digests] != photos:
                raise RuntimeError("a photograph is not what was sent")

    def close(self) -> None:
        """End the server and remove what was made."""
        self.line.listener.close()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.house.database.close()
        shutil.rmtree(self.folder, ignore_errors=True)


@lru_cache(maxsize=1)
def prepared() -> Prepared:
    """Return the preparation, made once."""
    return Prepared()


def prepare(full: bool = False) -> None:
    """Make everything ready; with `full` a photograph has 3 MB instead of 200 kB."""
    SIZES["each"] = 3_000_000 if full else 200_000
    prepared()


def ours() -> float:
    """Return payload for each byte sent: a rate, of which more is better."""
    SENT.append(prepared().day())
    return 1 / SENT[-1]


def floor() -> float:
    """Return the payload's own rate: every byte once."""
    return 1.0


def notes() -> list[str]:
    """Say how much was sent in the best and the worst day."""
    each = SIZES["each"]
    return [
        f"{PHOTOS} photographs of {each:,} bytes, {CUTS} cuts a day",
        f"bytes sent / payload from {min(SENT):.3f} to {max(SENT):.3f} in {len(SENT)} days",
    ]


def close() -> None:
    """End everything."""
    prepared().close()
