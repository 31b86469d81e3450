"""The server that `verify_page` asks: the product's own application on granian, and two more doors.

Floor and ours are doors of one application: same workers, same threads, same hooks of the house
(gates, request id, headers, counters), same connections. The floor returns the bytes of one page,
as the product sent them, from memory.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from functools import lru_cache
from pathlib import Path

WORKERS = 2
THREADS = 4
"""As `aquacert serve` has them."""
WHO, FLOOR = "/bench/worker", "/bench/floor/"
KEPT = "/bench/kept"
PAGE = "AQUACERT_BENCH_PAGE"


def add_doors(app):
    """Add the floor, and the door at which a worker says who it is."""
    from flask import Response

    from aquacert.http.gates import open_to_all
    from aquacert.verification.views import EXTRA, HEADERS

    @lru_cache(maxsize=1)
    def page() -> bytes:
        return Path(os.environ[PAGE]).read_bytes()

    @app.get(FLOOR + "<public_id>")
    @open_to_all("the floor of a measure")
    def floor(public_id: str) -> Response:
        del public_id
        return Response(page(), 200, HEADERS)

    @app.get(WHO)
    @open_to_all("the floor of a measure")
    def who() -> Response:
        return Response(str(os.getpid()), mimetype="text/plain")

    @app.get(KEPT)
    @open_to_all("the floor of a measure")
    def kept() -> Response:
        return Response(str(app.extensions["aquacert"].extras[EXTRA].pages.held), 200)

    return app


def make_app():
    """Return the application with the bench's doors."""
    from wsgi import app

    return add_doors(app)


def watch(parent: int) -> None:
    """End this server once the measure that started it is gone, however it went."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)


def main(port: int) -> None:
    """Serve on loopback until told to stop, or until the parent is gone."""
    from granian import Granian
    from granian.constants import Interfaces

    threading.Thread(target=watch, args=(os.getppid(),), daemon=True).start()
    Granian(
        "bench.serving:make_app",
        factory=True,
        address="127.0.0.1",
        port=port,
        interface=Interfaces.WSGI,
        workers=WORKERS,
        blocking_threads=THREADS,
        working_dir=Path(__file__).resolve().parents[1],
        log_access=False,
        log_enabled=False,
    ).serve()


if __name__ == "__main__":
    main(int(sys.argv[1]))
