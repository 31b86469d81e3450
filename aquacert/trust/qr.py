"""The QR code: `https://host/c/<id>#<digits>`, its digits, its matrix, and two pictures of it.

Digits are the COSE bytes in groups of 7 bytes → 17 decimal digits, little-endian (the base-10
encoder of FIDO caBLE / CTAP hybrid transport), because digits survive chat apps and case folding
and QR numeric mode stores them at 98.8 %. Public ids and check codes use Crockford's alphabet.
"""

from __future__ import annotations

import secrets
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_M
from qrcode.exceptions import DataOverflowError
from qrcode.util import MODE_8BIT_BYTE, MODE_NUMBER, QRData

from aquacert.kernel.errors import Misconfigured
from aquacert.trust import given
from aquacert.trust.errors import Refused, Why

GROUP_BYTES = 7
DIGITS_OF = (0, 3, 5, 8, 10, 13, 15, 17)
"""Decimal digits that hold 0..7 bytes."""
WHOLE_DIGITS = 17
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford base 32: no I, L, O, U."""
ID_LENGTH = 10
CHECK_LENGTH = 6
QUIET_MODULES = 4
"""Quiet zone demanded by ISO/IEC 18004 on every side."""
LARGEST_VERSION = 10
"""57 modules: 31 mm on paper gives 0.48 mm a module with the quiet zone."""
_MISREAD = str.maketrans("ILOilo", "110110")
Matrix = Sequence[Sequence[bool]]


def digits(data: bytes) -> str:
    """Return the decimal digits of `data`: 7 bytes → 17 digits, 1 … 6 bytes → 3, 5, 8, 10, 13, 15.

    Each group is one little-endian number with leading zeros.
    """
    data = given.octets(data)
    return "".join(
        str(int.from_bytes(group, "little")).zfill(DIGITS_OF[len(group)])
        for group in (data[at : at + GROUP_BYTES] for at in range(0, len(data), GROUP_BYTES))
    )


def from_digits(text: str) -> bytes:
    """Return the bytes of `text`; raise `Refused` unless `digits` would give it back.

    MALFORMED for anything but the digits 0 … 9 and for a length no bytes have; NOT_CANONICAL for a
    group greater than its bytes can hold.
    """
    if not given.text(text):
        return b""
    octets = text.encode("ascii", "replace")
    if not octets.isdigit():
        raise Refused(Why.MALFORMED, "not decimal digits")
    count, rest = divmod(len(octets), WHOLE_DIGITS)
    if rest not in DIGITS_OF:
        raise Refused(Why.MALFORMED, "impossible count of digits")
    whole = len(octets) - rest
    groups = struct.unpack(f"{WHOLE_DIGITS}s" * count, octets[:whole])
    data = bytearray(struct.pack(f"<{count}Q", *map(int, groups)))
    tail = int(octets[whole:]) if rest else 0
    size = DIGITS_OF.index(rest)
    if any(data[GROUP_BYTES::8]) or tail >> 8 * size:
        raise Refused(Why.NOT_CANONICAL, "digits beyond their bytes")
    del data[GROUP_BYTES::8]
    return bytes(data) + tail.to_bytes(size, "little")


def new_public_id() -> str:
    """Return a certificate page's id: 10 Crockford characters, 50 random bits, unguessable."""
    return "".join(secrets.choice(ALPHABET) for _ in range(ID_LENGTH))


def check_code(public_id: str) -> str:
    """Return the check code printed under the number: the id's last 6 characters."""
    return public_id[-CHECK_LENGTH:]


def tidy_code(text: str) -> str:
    """Return a typed id or check code as the system writes it: upper case, I L → 1, O → 0."""
    return text.strip().translate(_MISREAD).upper().replace("-", "").replace(" ", "")


def is_public_id(text: str) -> bool:
    """Tell whether `text` has the form of a public id."""
    return len(text) == ID_LENGTH and all(character in ALPHABET for character in text)


CERTIFICATE, REPORT = "c", "r"
"""The first word of a public page's address, by what the page is about."""


def qr_url(base_url: str, public_id: str, cose: bytes, *, page: str = CERTIFICATE) -> str:
    """Return the address printed as QR; `base_url` is scheme and host, without a final slash."""
    return f"{base_url.rstrip('/')}/{page}/{public_id}#{digits(cose)}"


@dataclass(frozen=True)
class QrAddress:
    """The parts of a scanned address."""

    base_url: str
    public_id: str
    cose: bytes


def read_url(url: str, *, page: str = CERTIFICATE) -> QrAddress:
    """Return the parts of a scanned address; raise `Refused` when it is not one of ours."""
    address, _, code = url.strip().partition("#")
    base_url, found, public_id = address.rpartition(f"/{page}/")
    if not found or not base_url.startswith(("https://", "http://")):
        raise Refused(Why.MALFORMED, f"not an address of /{page}/")
    if not is_public_id(public_id):
        raise Refused(Why.MALFORMED, "not a public id")
    return QrAddress(base_url, public_id, from_digits(code))


def qr_matrix(url: str) -> list[list[bool]]:
    """Return the modules of `url` (True is dark), quiet zone of 4 included, level M, version ≤ 10.

    The text before the digits goes in byte mode, the digits in numeric mode. Raise
    `Misconfigured` when the host is so long that version 10 cannot hold it.
    """
    page, sign, code_digits = url.partition("#")
    code = QRCode(error_correction=ERROR_CORRECT_M, border=QUIET_MODULES)
    code.add_data(QRData((page + sign).encode(), MODE_8BIT_BYTE))
    if code_digits:
        code.add_data(QRData(code_digits.encode(), MODE_NUMBER))
    try:
        code.make(fit=True)
    except (DataOverflowError, ValueError) as error:
        raise Misconfigured("二维码放不下这么长的地址。", detail=repr(error)) from None
    if code.version > LARGEST_VERSION:
        raise Misconfigured(
            f"二维码超过了第 {LARGEST_VERSION} 版，请把 AQUACERT_PUBLIC_URL 换成更短的域名。",
            detail=f"version {code.version}, {len(url)} characters",
        )
    return [[bool(module) for module in row] for row in code.get_matrix()]


def qr_svg(matrix: Matrix, *, label: str = "查验二维码") -> str:
    """Return `matrix` as one small SVG: a white ground and one path of dark runs."""
    side = len(matrix)
    runs = "".join(
        f"M{start} {y}h{length}v1h-{length}z"
        for y, row in enumerate(matrix)
        for start, length in _runs(row)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" role="img" '
        f'aria-label="{label}" shape-rendering="crispEdges"><path fill="#fff" '
        f'd="M0 0h{side}v{side}H0z"/><path d="{runs}"/></svg>'
    )


def qr_png(matrix: Matrix, *, module_pixels: int = 8) -> bytes:
    """Return `matrix` as a 1-bit grey PNG (W3C PNG §11), `module_pixels` square per module."""
    side = len(matrix) * module_pixels
    white, padding = "1" * module_pixels, "1" * (-side % 8)
    dark = "0" * module_pixels
    octets = -(-side // 8)
    same = (b"\2" + bytes(octets)) * (module_pixels - 1)  # filter Up: as the line above
    lines = bytearray()
    for row in matrix:
        bits = "".join([dark if module else white for module in row]) + padding
        lines += b"\0" + int(bits, 2).to_bytes(octets, "big") + same
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(lines, 6))
        + _chunk(b"IEND", b"")
    )


def _runs(row: Sequence[bool]) -> list[tuple[int, int]]:
    """Return (start, length) of each run of dark modules."""
    runs: list[tuple[int, int]] = []
    start = None
    for x, dark in enumerate([*row, False]):
        if dark and start is None:
            start = x
        elif not dark and start is not None:
            runs.append((start, x - start))
            start = None
    return runs


def _chunk(kind: bytes, data: bytes) -> bytes:
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))
