"""A test's application behind a real server on this machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from werkzeug.serving import make_server


@contextmanager
def on_loopback(app: Any, port: int = 0) -> Iterator[int]:
    """Serve the application and give the port; at the end no thread and no socket is left."""
    server = make_server("127.0.0.1", port, whole(app), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def whole(app: Any) -> Any:
    """Answer from memory and close every body.

    A browser that leaves a page drops its connections, and werkzeug's server then may not close a
    file it was sending: the open file would fail whichever test runs when it is collected.
    """

    def answer(environ: Any, start_response: Any) -> list[bytes]:
        body = app(environ, start_response)
        try:
            return [b"".join(body)]
        finally:
            if hasattr(body, "close"):
                body.close()

    return answer
