"""The one way out: GET or POST of a public https address, guarded against being sent to our own inside.

The host is resolved once, every address must be public, and the connection goes to the address that
was judged (no second look-up can differ: DNS rebinding). No redirect is followed, no proxy asked,
no cookie kept; size and time are bounded.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from time import monotonic
from urllib.parse import SplitResult, urlsplit

from aquacert.kernel.errors import Invalid, Unavailable

SECONDS = 10.0
"""Of a whole visit, connecting included."""
CHUNK = 1 << 16
PORTS = {"https": 443, "http": 80}
NOT_MODIFIED, OK = 304, 200
TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
"""IPv4 behind a translator (RFC 6052)."""


@dataclass(frozen=True)
class Fetched:
    """What came back: `body` is None when nothing changed since `etag`."""

    body: bytes | None
    etag: str
    media_type: str


@dataclass(frozen=True)
class Address:
    """An address that may be asked, with where it was found."""

    parts: SplitResult
    ip: str
    port: int


def check_address(url: str, *, allow_private: bool = False) -> SplitResult:
    """Return the parts of an address that may be asked; raise `Invalid` saying why it may not.

    Only https (http too where private addresses are allowed: tests and a closed net), without
    user name, with a host. Where the host leads is judged at each visit.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        raise Invalid("地址写得不对。", list_url="地址写得不对。") from None
    schemes = {"https", "http"} if allow_private else {"https"}
    if parts.scheme not in schemes:
        raise Invalid("只能用 https 地址。", list_url="只能用 https 开头的地址。")
    if not parts.hostname or parts.username is not None or port == 0:
        raise Invalid("地址写得不对。", list_url="地址写得不对。")
    return parts


def check_reachable(url: str, *, allow_private: bool = False) -> None:
    """Raise `Invalid` for an address that may not be asked, or whose host leads inside today.

    For doors, before an address is kept: it asks the name service, so no transaction may be open. A host that is not
    found today passes; each visit judges anew.
    """
    parts = check_address(url, allow_private=allow_private)
    with suppress(Unavailable):
        _resolved(parts, allow_private)


def fetch(
    url: str,
    *,
    limit: int,
    etag: str = "",
    accept: str = "*/*",
    allow_private: bool = False,
    seconds: float = SECONDS,
) -> Fetched:
    """Return what `url` answers, at most `limit` bytes.

    Raise `Invalid` for an address that may not be asked, `Unavailable` when it does not answer
    with 200 or 304 in time, redirects, or sends more than `limit`.
    """
    headers = {"Accept": accept, "Accept-Encoding": "identity"}
    if etag:
        headers["If-None-Match"] = etag
    with asked("GET", url, headers, None, allow_private, seconds) as (answer, ends):
        if answer.status == NOT_MODIFIED:
            return Fetched(None, etag, "")
        if answer.status != OK:
            raise Unavailable("对方没有给出文件。", detail=f"{url}: {answer.status}")
        body = _body(answer, limit, ends, url)
        return Fetched(body, answer.headers.get("ETag", ""), answer.headers.get_content_type())


def send(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    allow_private: bool = False,
    seconds: float = SECONDS,
) -> None:
    """POST a body to `url`; what is answered is not read.

    Raise `Invalid` for an address that may not be asked, `Unavailable` unless the answer is 2xx.
    """
    with asked("POST", url, headers, body, allow_private, seconds) as (answer, _):
        if answer.status // 100 != 2:
            raise Unavailable("对方没有收下。", detail=f"{url}: {answer.status}")


@contextmanager
def asked(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes | None,
    allow_private: bool,  # noqa: FBT001
    seconds: float,
) -> Iterator[tuple[http.client.HTTPResponse, float]]:
    """Ask the judged address once; give the answer and the instant at which patience ends."""
    ends = monotonic() + seconds
    address = _resolved(check_address(url, allow_private=allow_private), allow_private)
    connection = _connect(address, seconds)
    query = f"?{address.parts.query}" if address.parts.query else ""
    try:
        with _until(ends, connection.sock):
            whole = {"Host": address.parts.netloc, **headers}
            connection.request(method, (address.parts.path or "/") + query, body, whole)
            yield connection.getresponse(), ends
    except (OSError, http.client.HTTPException) as error:
        raise Unavailable("对方没有回应，请过一会儿再试。", detail=f"{url}: {error!r}") from error
    finally:
        connection.close()


@contextmanager
def _until(ends: float, plain: socket.socket) -> Iterator[None]:
    """Cut the line at `ends`: a peer that sends a byte now and then must not hold us for ever."""

    def cut() -> None:
        with suppress(OSError):
            # Of the plain socket: an SSL one would be unwrapped under the reader's hands.
            socket.socket.shutdown(plain, socket.SHUT_RDWR)

    timer = threading.Timer(max(0.0, ends - monotonic()), cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _body(answer: http.client.HTTPResponse, limit: int, ends: float, url: str) -> bytes:
    found = bytearray()
    while chunk := answer.read1(CHUNK):
        found += chunk
        if len(found) > limit:
            raise Unavailable("对方的文件太大，没有收下。", detail=f"{url}: over {limit}")
        if monotonic() > ends:
            break
    if monotonic() > ends:
        raise Unavailable("对方传得太慢，没有收完。", detail=url)
    return bytes(found)


def _resolved(parts: SplitResult, allow_private: bool) -> Address:  # noqa: FBT001
    """Return where the host leads; raise `Invalid` when any of its addresses is not public."""
    port = parts.port or PORTS[parts.scheme]
    try:
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unavailable("找不到这个地址。", detail=f"{parts.hostname}: {error!r}") from error
    ips = [str(one[4][0]) for one in found]
    if not ips or not (allow_private or all(_is_public(ip) for ip in ips)):
        raise Invalid(
            "这个地址在内部网络里，不能去取。", list_url="这个地址在内部网络里，不能去取。"
        )
    return Address(parts, ips[0], port)


def _is_public(ip: str) -> bool:
    address = ipaddress.ip_address(ip.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        if address.sixtofour or address.teredo or address in TRANSLATED:
            return False  # leads to an IPv4 address that nobody judged
        address = address.ipv4_mapped or address
    return address.is_global and not address.is_multicast


def _connect(address: Address, seconds: float) -> http.client.HTTPConnection:
    """Return a connection to the judged address that still names the host."""
    host = str(address.parts.hostname)
    connection = http.client.HTTPConnection(host, address.port, timeout=seconds)
    try:
        plain = socket.create_connection((address.ip, address.port), timeout=seconds)
        if address.parts.scheme == "https":
            plain = ssl.create_default_context().wrap_socket(plain, server_hostname=host)
    except OSError as error:
        raise Unavailable("连不上对方。", detail=f"{host}: {error!r}") from error
    connection.sock = plain
    return connection
