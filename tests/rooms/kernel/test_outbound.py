"""The one way out does not lead inside, and what comes back is bounded."""

import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from aquacert.kernel import outbound
from aquacert.kernel.errors import Invalid, Unavailable
from aquacert.kernel.outbound import check_address, fetch


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/list.json",
        "ftp://example.org/",
        "file:///etc/passwd",
        "https://",
        "https://user@example.org/",
        "https://example.org:99999/",
        "https://[::1",
        "",
    ],
)
def test_an_address_of_another_kind_is_refused(url):
    with pytest.raises(Invalid):
        check_address(url)


@pytest.mark.parametrize(
    "ip",
    [
        "127.0.0.1",
        "10.0.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "::1",
        "fd00::1",
        "::ffff:10.0.0.1",
        "0.0.0.0",
        "100.64.0.1",
        "224.0.0.1",
        "2002:a00:1::1",
        "64:ff9b::a00:1",
    ],
)
def test_a_name_that_leads_inside_is_refused(monkeypatch, ip):
    def found(host, port, **_):
        public = (2, 1, 6, "", ("93.184.216.34", port))
        return [public, (2, 1, 6, "", (ip, port))]

    monkeypatch.setattr(outbound.socket, "getaddrinfo", found)
    monkeypatch.setattr(outbound, "_connect", lambda *_: pytest.fail("connected"))
    with pytest.raises(Invalid):
        fetch("https://province.example/list.json", limit=10)


class Answers(BaseHTTPRequestHandler):
    """Answers each path in its own bad way."""

    def do_GET(self):
        if self.path == "/away":
            self.send_response(302)
            self.send_header("Location", "/good")
            self.end_headers()
            return
        if self.headers.get("If-None-Match") == '"a"':
            self.send_response(304)
            self.end_headers()
            return
        self.send_response(404 if self.path == "/none" else 200)
        self.send_header("ETag", '"a"')
        self.end_headers()
        self.wfile.write(b"x" * (1000 if self.path == "/large" else 5))

    def log_message(self, *_):
        pass


@pytest.fixture
def place():
    server = HTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_what_comes_back_is_bounded(place):
    got = fetch(f"{place}/good", limit=5, allow_private=True)
    assert (got.body, got.etag) == (b"xxxxx", '"a"')
    assert fetch(f"{place}/good", limit=5, etag='"a"', allow_private=True).body is None
    for path in ("large", "away", "none"):
        with pytest.raises(Unavailable):
            fetch(f"{place}/{path}", limit=5, allow_private=True)
    with pytest.raises(Invalid):
        fetch(f"{place}/good", limit=5)


@pytest.mark.parametrize("line", [b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_a_peer_that_drips_is_cut_off_in_time(line):
    def drip(listener):
        peer, _ = listener.accept()
        with peer:
            peer.sendall(line)
            for _ in range(400):
                time.sleep(0.05)
                try:
                    peer.sendall(b"x")
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=drip, args=(listener,), daemon=True).start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/list.json"
        began = time.monotonic()
        with pytest.raises(Unavailable):
            fetch(url, limit=1000, allow_private=True, seconds=0.4)
        assert time.monotonic() - began < 10
