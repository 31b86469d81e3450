"""What a picture is recognised by, whatever was done to it: a whole hash, and points that stay put.

The whole: signs of the 64 lowest cosine coefficients (pHash), the same after scaling and writing
anew. The points: places where light and dark meet at a size of their own (extrema of differences of
Gaussians, Lowe 2004 §3), each with 44 signs of its surroundings: found again in a cut-out of more
than half, at another scale, and mirrored. Own work over Pillow and numpy.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

from PIL import Image, ImageOps

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Plane = NDArray[np.float64]
else:
    Plane = Any

SIDE: Final = 256
"""Longest side of what is looked at, in pixels."""
LEAST_SIDE: Final = 64
"""Pixels below which nothing was photographed: a stamp, a button."""
PLAIN: Final = 3.0
"""Grey levels of spread below which a picture shows nothing to recognise."""
KEPT_POINTS: Final = 32
ASKED_POINTS: Final = 64
SCALES: Final = 10
FINEST: Final = 1.4
STEP: Final = 2 ** (1 / 3)
EDGE: Final = 0.02
PATCH: Final = 8
SPACING: Final = 1.5
BAND_BITS: Final = 22
PROBES: Final = 3
SIZE: Final = struct.Struct("<HH")
POINT: Final = struct.Struct("<HHHQ")
FINE: Final = 64
"""Stored places are in 64ths of a pixel of the small picture."""
WHOLE_BITS: Final = 22
KEY_SHIFT: Final = 24
"""A key is its band's number above 24 bits, and its bits."""


@dataclass(frozen=True)
class Point:
    """A place and its size, in pixels of the small picture, and the signs of its surroundings.

    `unsure` are the bits of each band that another writing of the picture may turn round.
    """

    x: float
    y: float
    size: float
    signs: int
    unsure: tuple[tuple[int, ...], ...] = ()

    def mirrored(self, width: int) -> Point:
        """Return the same point in the mirror: coefficients odd across change their sign."""
        return replace(self, x=width - self.x, signs=self.signs ^ _odd_across())


@dataclass(frozen=True)
class Likeness:
    """One picture's prints: 64 bits of the whole, of its mirror image, its points strongest first."""

    whole: int
    mirror: int
    points: tuple[Point, ...]
    width: int
    height: int

    def packed(self) -> bytes:
        """Return the size and the kept points as they are stored."""
        kept = self.points[:KEPT_POINTS]
        body = (
            POINT.pack(round(p.x * FINE), round(p.y * FINE), round(p.size * FINE), p.signs)
            for p in kept
        )
        return SIZE.pack(self.width, self.height) + b"".join(body)

    def kept_keys(self) -> set[int]:
        """Return what a stored picture is looked up by."""
        points = (key for one in self.points[:KEPT_POINTS] for key in bands(one.signs))
        return {*points, *whole_bands(self.whole)}

    def asked_points(self) -> set[int]:
        """Return the keys to look points up by, also mirrored, each with its unsure bits turned."""
        every = (*self.points, *(one.mirrored(self.width) for one in self.points))
        return {key for one in every for key in probed(one)}

    def asked_wholes(self) -> set[int]:
        """Return the keys to look the whole up by, also mirrored, each with any one bit turned."""
        return {
            key ^ turned
            for whole in (self.whole, self.mirror)
            for key in whole_bands(whole)
            for turned in (0, *(1 << bit for bit in range(WHOLE_BITS)))
        }


def unpacked(whole: int, blob: bytes) -> Likeness:
    """Return stored prints; the mirror's hash is not stored."""
    width, height = SIZE.unpack_from(blob)
    points = tuple(
        Point(x / FINE, y / FINE, size / FINE, signs)
        for x, y, size, signs in POINT.iter_unpack(blob[SIZE.size :])
    )
    return Likeness(whole, 0, points, width, height)


def bands(signs: int) -> tuple[int, int]:
    """Return the two keys of a point's signs."""
    low = (1 << BAND_BITS) - 1
    return signs >> BAND_BITS, 1 << KEY_SHIFT | (signs & low)


def probed(point: Point) -> Iterator[int]:
    """Yield a point's keys, with every choice of its unsure bits turned round."""
    for key, unsure in zip(bands(point.signs), point.unsure, strict=True):
        for count in range(len(unsure) + 1):
            for bits in combinations(unsure, count):
                yield key ^ sum(1 << bit for bit in bits)


def whole_bands(whole: int) -> Iterator[int]:
    """Yield the three keys of a whole hash: 22, 21 and 21 bits."""
    for band, start in enumerate((0, 22, 43)):
        wide = WHOLE_BITS if band == 0 else WHOLE_BITS - 1
        yield (2 + band) << KEY_SHIFT | (whole >> start & ((1 << wide) - 1))


@cache
def _odd_across() -> int:
    order = [*_zigzag()[0::2], *_zigzag()[1::2]]
    return _bits(across % 2 for _, across in order)


def likeness(image: Image.Image) -> Likeness | None:
    """Return a picture's prints; None when it shows nothing to recognise it by."""
    import numpy as np

    small = image.convert("L")
    small.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS, reducing_gap=3.0)
    if min(small.size) < LEAST_SIDE:
        return None
    plane = np.asarray(small, np.float64)
    if plane.std() < PLAIN:
        return None
    mirror = _whole(ImageOps.mirror(small))
    return Likeness(_whole(small), mirror, tuple(_points(plane)), *small.size)


def _whole(small: Image.Image) -> int:
    """Return the 64 signs of the lowest cosine coefficients (not the very lowest), as one number."""
    import numpy as np

    plane = np.asarray(small.resize((32, 32), Image.Resampling.BOX), np.float64)
    waves = _cosines(32)[1:9]
    coefficients = (waves @ plane @ waves.T).ravel()
    return _bits(coefficients > np.median(coefficients))


@cache
def _cosines(side: int) -> Plane:
    import numpy as np

    place = (np.arange(side) + 0.5) * np.pi / side
    return np.cos(np.arange(side)[:, None] * place[None, :])


def _bits(signs: Iterable[Any]) -> int:
    number = 0
    for sign in signs:
        number = number << 1 | bool(sign)
    return number


def _points(plane: Plane) -> Iterator[Point]:
    """Yield the strongest places of a plane, with what is around them."""
    import numpy as np

    levels = _levels(plane)
    for scale, down, across in _extrema(levels):
        sigma = FINEST * STEP**scale
        patch = _patch(levels[round(scale)], down, across, sigma)
        values = _signature(patch)
        order = np.argsort(np.abs(values.reshape(2, BAND_BITS)), axis=1)[:, :PROBES]
        unsure = tuple(tuple(BAND_BITS - 1 - int(bit) for bit in band) for band in order)
        yield Point(
            across,
            down,
            sigma,
            _bits(values > 0),
            unsure,
        )


def _levels(plane: Plane) -> Plane:
    """Return the plane blurred by ever larger Gaussians (by way of its spectrum)."""
    import numpy as np

    height, width = plane.shape
    pad = SIDE // 8
    wide = np.pad(plane, pad, mode="reflect")
    spectrum = np.fft.rfft2(wide)
    away = (
        np.fft.fftfreq(wide.shape[0])[:, None] ** 2 + np.fft.rfftfreq(wide.shape[1])[None, :] ** 2
    )
    sigmas = [FINEST * STEP**k for k in range(SCALES + 1)]
    blurred = [
        np.fft.irfft2(spectrum * np.exp(-2 * (np.pi * sigma) ** 2 * away), wide.shape)
        for sigma in sigmas
    ]
    return np.stack(blurred)[:, pad : pad + height, pad : pad + width]


def _extrema(levels: Plane) -> list[tuple[float, float, float]]:
    """Return (level, row, column) of the strongest extrema of the differences, strongest first."""
    import numpy as np

    steps = np.abs(levels[1:] - levels[:-1])
    around = steps.copy()
    for axis in range(3):
        before, after = [slice(None)] * 3, [slice(None)] * 3
        before[axis], after[axis] = slice(None, -1), slice(1, None)
        grown = around.copy()
        np.maximum(grown[tuple(before)], around[tuple(after)], out=grown[tuple(before)])
        np.maximum(grown[tuple(after)], around[tuple(before)], out=grown[tuple(after)])
        around = grown
    tops = (steps >= around) & (steps > 1.0)
    tops[[0, -1]] = False
    margin = max(3, round(EDGE * SIDE))
    tops[:, :margin] = tops[:, -margin:] = False
    tops[:, :, :margin] = tops[:, :, -margin:] = False
    places = np.argwhere(tops)
    strength = steps[tuple(places.T)]
    chosen = places[np.argsort(-strength, kind="stable")[:ASKED_POINTS]]
    return [_refined(steps, tuple(int(one) for one in place)) for place in chosen]


def _refined(steps: Plane, place: tuple[int, ...]) -> tuple[float, float, float]:
    """Return where between the samples an extremum lies (a parabola along each axis)."""
    found = []
    for axis in range(3):
        before, after = list(place), list(place)
        before[axis] -= 1
        after[axis] += 1
        low, mid, high = steps[tuple(before)], steps[place], steps[tuple(after)]
        bend = low - 2 * mid + high
        shift = 0.5 * (low - high) / bend if bend < 0 else 0.0
        found.append(place[axis] + max(-0.5, min(0.5, float(shift))))
    return found[0], found[1], found[2]


def _patch(level: Plane, down: float, across: float, sigma: float) -> Plane:
    """Return the surroundings of a place, 8 × 8 samples of a size that goes with the place's own."""
    import numpy as np

    reach = (np.arange(PATCH) - (PATCH - 1) / 2) * SPACING * sigma
    rows = np.clip(down + reach, 0, level.shape[0] - 1.001)
    columns = np.clip(across + reach, 0, level.shape[1] - 1.001)
    top, left = rows.astype(int), columns.astype(int)
    low, right = (rows - top)[:, None], (columns - left)[None, :]
    upper = level[np.ix_(top, left)] * (1 - right) + level[np.ix_(top, left + 1)] * right
    lower = level[np.ix_(top + 1, left)] * (1 - right) + level[np.ix_(top + 1, left + 1)] * right
    patch: Plane = upper * (1 - low) + lower * low
    return patch


def _signature(patch: Plane) -> Plane:
    """Return 44 numbers whose signs tell a patch: its low cosine coefficients, zigzag, in two bands."""
    import numpy as np

    waves = _cosines(PATCH)
    coefficients = waves @ patch @ waves.T
    values = np.array([coefficients[place] for place in _zigzag()])
    spread = np.abs(values) / (np.abs(values).mean() + 1e-9)
    return np.concatenate([np.copysign(spread, values)[0::2], np.copysign(spread, values)[1::2]])


@cache
def _zigzag() -> tuple[tuple[int, int], ...]:
    """Return the 44 lowest pairs of frequencies, without the mean, lowest first."""
    every = [(u, v) for u in range(PATCH) for v in range(PATCH) if (u, v) != (0, 0)]
    return tuple(sorted(every, key=lambda pair: (sum(pair), pair))[: 2 * BAND_BITS])
