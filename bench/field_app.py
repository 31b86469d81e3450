"""Measure `field_app`: bytes of the first opening of the app at the pond, of 307,200 (goal ≤ 1).

Everything that comes over the line is counted, headers too, as the product serves it: the page, its
styles and modules, icons, manifest, words, the service worker, and what the worker asks for again
to keep it (answered 304 where nothing changed; the second language whole). Asked is what a browser
asks, with the encodings a browser takes. The day itself is data: a note says what the door costs
somebody who is not signed in. Later openings ask for nothing: tests/browser/test_field_day.py.

Both sides are told as openings for one byte, so that `lower` reads as bytes over the limit.
"""

from __future__ import annotations

import atexit
import logging
import re
import shutil
import socket
import tempfile
import threading
from functools import lru_cache
from pathlib import Path

NAME = "field_app"
GOAL = 1.0
BETTER = "lower"
PAIRS = 7
LIMIT = 307_200
"""Bytes: 300 KB."""
ENCODINGS = "gzip, deflate, br, zstd"
SAID: list[str] = []


class Served:
    """The product's application behind a real server, on a fresh installation."""

    def __init__(self) -> None:
        from werkzeug.serving import make_server

        logging.getLogger("werkzeug").setLevel(logging.WARNING)
        from aquacert.app import create_app, open_house
        from aquacert.kernel.schema import upgrade
        from aquacert.kernel.settings import Settings

        self.folder = Path(tempfile.mkdtemp(prefix="aquacert-bench-"))
        settings = Settings(data_dir=self.folder, password_cost=1)
        upgrade(settings.db_url)
        self.house = open_house(settings)
        app = create_app(settings, house=self.house)
        self.server = make_server("127.0.0.1", 0, app, threaded=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        atexit.register(self.close)

    def ask(self, path: str, mark: str = "") -> tuple[int, bytes, str]:
        """Return the bytes that came for a path, its body, and the mark (ETag) of what came."""
        lines = [f"GET {path} HTTP/1.1", "Host: localhost", f"Accept-Encoding: {ENCODINGS}"]
        lines += ["Connection: close", *([f"If-None-Match: {mark}"] if mark else []), "", ""]
        with socket.create_connection(("127.0.0.1", self.server.server_port)) as line:
            line.sendall("\r\n".join(lines).encode())
            came = b"".join(iter(lambda: line.recv(1 << 16), b""))
        head, _, body = came.partition(b"\r\n\r\n")
        status = int(head.split()[1])
        if status not in {200, 304, 401}:
            raise AssertionError(f"{path}: {status}")
        found = re.search(rb"^etag: (.*?)\r?$", head, re.IGNORECASE | re.MULTILINE)
        return len(came), body, found[1].decode() if found else ""

    def close(self) -> None:
        """End the server and remove the installation."""
        self.server.shutdown()
        self.house.database.close()
        shutil.rmtree(self.folder, ignore_errors=True)


@lru_cache(maxsize=1)
def served() -> Served:
    """Return the server, started once."""
    return Served()


def first_opening() -> int:
    """Return the bytes of a first opening; what the page names is asked, and what the worker keeps."""
    from aquacert.inspections.views.field import SHELL

    ours, marks = served(), {}
    words = ["/field/words/zh_CN.json", "/field/words/en.json"]
    first = ["/field/", "/field/manifest.webmanifest", words[0], "/field/worker.js"]
    first += [f"/static/{name}" for name in SHELL]
    total = modules = 0
    for path in first:
        size, body, marks[path] = ours.ask(path)
        if not body:
            raise AssertionError(f"{path} is empty")
        total += size
        modules += size if path.endswith(".js") else 0
    kept = [*(path for path in first if path != "/field/worker.js"), words[1]]
    total += sum(ours.ask(path, marks.get(path, ""))[0] for path in kept)
    stranger = ours.ask("/field/day.json")[0]
    SAID[:] = [f"{total} bytes, modules {modules}; /field/day.json for a stranger {stranger}"]
    return total + stranger


def prepare(full: bool = False) -> None:
    """Start the server."""
    del full
    first_opening()


def ours() -> float:
    """Return openings for one byte of the product."""
    return 1 / first_opening()


def floor() -> float:
    """Return openings for one byte at the limit."""
    return 1 / LIMIT


def notes() -> list[str]:
    """Say the bytes."""
    return list(SAID)


def close() -> None:
    """End the server."""
    served().close()
    atexit.unregister(served().close)
