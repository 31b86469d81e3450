"""Measure `qr`: one certificate's code as SVG and as PNG (goal ratio ≤ 1.3).

Ours makes the matrix and both pictures. The floor is the matrix alone, by bare qrcode, of the same
two segments at the same level.
"""

from __future__ import annotations

from functools import lru_cache

NAME = "qr"
GOAL = 1.3
BETTER = "lower"
PAIRS = 11
ROUNDS = 3
BASE = "https://aquacert.example"


@lru_cache(maxsize=1)
def address() -> str:
    """Return the address of a code as long as a real one: 148 bytes of COSE."""
    from aquacert.trust.qr import qr_url

    return qr_url(BASE, "7KQ2M9XAH4", bytes(range(7, 155)))


def ours() -> None:
    """Make matrix, SVG and PNG as the document and the page do."""
    from aquacert.trust.qr import qr_matrix, qr_png, qr_svg

    for _ in range(ROUNDS):
        matrix = qr_matrix(address())
        qr_svg(matrix)
        qr_png(matrix)


def floor() -> None:
    """Make the matrix alone with the bare library."""
    from qrcode import QRCode
    from qrcode.constants import ERROR_CORRECT_M
    from qrcode.util import MODE_8BIT_BYTE, MODE_NUMBER, QRData

    page, sign, digits = address().partition("#")
    for _ in range(ROUNDS):
        code = QRCode(error_correction=ERROR_CORRECT_M, border=4)
        code.add_data(QRData((page + sign).encode(), MODE_8BIT_BYTE))
        code.add_data(QRData(digits.encode(), MODE_NUMBER))
        code.make(fit=True)
        code.get_matrix()
