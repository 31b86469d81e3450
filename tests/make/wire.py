"""A bad line between a browser and the test's server: cut, swallow replies, or be down, as told."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

PIECE = 4096


class Wire:
    """A TCP proxy on this machine. `down`: nobody answers. `lose`: so many replies of POST /field/sync
    are swallowed after the server did its work. `cuts`: so many uploads break off half way."""

    def __init__(self, to: int) -> None:
        self.to, self.down, self.lose, self.cuts = to, False, 0, 0
        self.lost = self.cut = 0
        self.sent_up = 0
        """Bytes of file pieces that went through to the server."""
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.open: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _address = self.listener.accept()
                threading.Thread(target=self._serve, args=(near,), daemon=True).start()

    def _serve(self, near: socket.socket) -> None:
        self.open.add(near)
        with near, suppress(OSError):
            while not self.down and (head := self._head(near)):
                if not self._carry(near, head):
                    return
        self.open.discard(near)

    def _head(self, near: socket.socket) -> bytes:
        """Return one request's first line and headers, and what of its body came along."""
        got = b""
        while b"\r\n\r\n" not in got:
            piece = near.recv(PIECE)
            if not piece:
                return b""
            got += piece
        return got

    def _carry(self, near: socket.socket, got: bytes) -> bool:
        """Carry one request there and its reply back; False: the line is cut."""
        if self.down:
            return False
        head, _, body = got.partition(b"\r\n\r\n")
        line = head.split(b"\r\n")[0]
        length = next(
            (
                int(one.split(b":")[1])
                for one in head.split(b"\r\n")
                if one.lower().startswith(b"content-length:")
            ),
            0,
        )
        while len(body) < length:
            body += near.recv(PIECE)
        is_piece = line.startswith(b"PATCH /field/files/")
        lines = [one for one in head.split(b"\r\n") if not one.lower().startswith(b"connection:")]
        with socket.create_connection(("127.0.0.1", self.to)) as far:
            far.sendall(b"\r\n".join([*lines, b"Connection: close"]) + b"\r\n\r\n")
            if is_piece and self.cuts and length > PIECE:
                self.cuts -= 1
                self.cut += 1
                self.sent_up += length // 2
                far.sendall(body[: length // 2])
                far.shutdown(socket.SHUT_WR)
                while far.recv(PIECE):
                    pass
                return False
            self.sent_up += length if is_piece else 0
            far.sendall(body)
            reply = b""
            while piece := far.recv(1 << 16):
                reply += piece
        if self.lose and line.startswith(b"POST /field/sync"):
            self.lose -= 1
            self.lost += 1
            return False
        near.sendall(reply)
        return False  # one request a connection: the server closed it too


@contextmanager
def bad_line(to: int) -> Iterator[Wire]:
    """Put a bad line before the server on port `to`."""
    wire = Wire(to)
    try:
        yield wire
    finally:
        wire.down = True
        wire.listener.close()
        for one in list(wire.open):
            with suppress(OSError):
                one.close()
