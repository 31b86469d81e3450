"""The curve of SM2 (GB/T 32918.5-2017) in plain integers, to verify signatures with.

Only public numbers pass through here, so nothing need hide its timing; private keys stay in the C
library (trust.sm2). Points are affine pairs, or Jacobian triples where Z = 0 is infinity.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TypeAlias

P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A = P - 3
B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
"""Order of the generator; the cofactor is 1, so every point but infinity has this order."""
G = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
Affine: TypeAlias = tuple[int, int]
Jacobian: TypeAlias = tuple[int, int, int]
INFINITY: Jacobian = (1, 1, 0)
WINDOW = 4
"""Bits of a scalar taken at once: a key's table is 64 rows of 15 points."""
ROWS = 256 // WINDOW


def is_on_curve(point: Affine) -> bool:
    """Tell whether `point` is a point of the curve with both coordinates below P."""
    x, y = point
    return 0 <= x < P and 0 <= y < P and (y * y - (x * x * x + A * x + B)) % P == 0


def lift(x: int, *, odd: bool) -> Affine | None:
    """Return the point with this x whose y is odd or even (SEC 1 §2.3.4), None when there is none.

    P ≡ 3 (mod 4), so a square root is a power.
    """
    if not 0 <= x < P:
        return None
    y = pow(x * x * x + A * x + B, (P + 1) // 4, P)
    if bool(y & 1) != odd:
        y = P - y
    return (x, y) if is_on_curve((x, y)) else None


def double_multiply(s: int, t: int, point: Affine) -> Affine | None:
    """Return s·G + t·`point`, None for infinity; 0 ≤ s, t < N.

    A key is used many times: the multiples of G and of recent keys are kept in tables.
    """
    total = INFINITY
    for scalar, table in ((s, _table_of_generator()), (t, _table(point) if t else ())):
        for place, row in enumerate(table):
            digit = scalar >> WINDOW * place & 15
            if digit:
                total = _add(total, row[digit - 1])
    return _affine(total)


@lru_cache(maxsize=1)
def _table_of_generator() -> tuple[tuple[Affine, ...], ...]:
    return _table(G)


@lru_cache(maxsize=32)  # 200 kB each
def _table(point: Affine) -> tuple[tuple[Affine, ...], ...]:
    """Return digit·16^row·`point` for every digit 1 … 15 and row, affine."""
    rows: list[Jacobian] = []
    base: Jacobian = (*point, 1)
    for _ in range(ROWS):
        here = _affine_of_finite(base)
        multiple: Jacobian = (*here, 1)
        for digit in range(1, 16):
            rows.append(multiple)
            if digit < 15:
                multiple = _add(multiple, here)
        base = _add(multiple, here)
    flat = _all_affine(rows)
    return tuple(tuple(flat[at : at + 15]) for at in range(0, len(flat), 15))


def _double(point: Jacobian) -> Jacobian:
    """Return 2·`point` (dbl-2001-b, for a = −3)."""
    x, y, z = point
    if not z or not y:
        return INFINITY
    delta, gamma = z * z % P, y * y % P
    beta = x * gamma % P
    alpha = 3 * (x - delta) * (x + delta) % P
    x3 = (alpha * alpha - 8 * beta) % P
    return x3, (alpha * (4 * beta - x3) - 8 * gamma * gamma) % P, 2 * y * z % P


def _add(left: Jacobian, right: Affine) -> Jacobian:
    """Return `left` + `right` (madd), whatever they are: equal, opposite or infinity."""
    x1, y1, z1 = left
    x2, y2 = right
    if not z1:
        return x2, y2, 1
    z1z1 = z1 * z1 % P
    h = (x2 * z1z1 - x1) % P
    r = (y2 * z1 * z1z1 - y1) % P
    if not h:
        return INFINITY if r else _double(left)
    hh = h * h % P
    hhh = h * hh % P
    v = x1 * hh % P
    x3 = (r * r - hhh - 2 * v) % P
    return x3, (r * (v - x3) - y1 * hhh) % P, z1 * h % P


def _affine(point: Jacobian) -> Affine | None:
    return _affine_of_finite(point) if point[2] else None


def _affine_of_finite(point: Jacobian) -> Affine:
    x, y, z = point
    inverse = pow(z, -1, P)
    square = inverse * inverse % P
    return x * square % P, y * square * inverse % P


def _all_affine(points: list[Jacobian]) -> list[Affine]:
    """Return finite points as pairs with one inversion for all (Montgomery's trick)."""
    products = [1]
    for _, _, z in points:
        products.append(products[-1] * z % P)
    inverse = pow(products[-1], -1, P)
    found: list[Affine] = []
    for (x, y, z), before in zip(reversed(points), reversed(products[:-1]), strict=True):
        own = inverse * before % P
        inverse = inverse * z % P
        square = own * own % P
        found.append((x * square % P, y * square * own % P))
    found.reverse()
    return found
