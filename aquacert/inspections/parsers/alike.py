"""Whether two pictures show the same shot: laid one over the other and compared piece by piece.

Prints only find who might be alike; what is flagged was compared as pictures. Two photographs of
one pond taken minutes apart agree in their edges, not in water and fish: most pieces must agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from PIL import Image, ImageOps

from aquacert.inspections.parsers.likeness import SIDE, Likeness, Point, bands, probed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Plane = NDArray[np.float64]
    Mask = NDArray[np.bool_]
else:
    Plane = Mask = Any

FRAME: Final = 128
PIECES: Final = 4
ALIKE: Final = 0.85
"""Correlation that three quarters of the pieces must reach."""
WHOLE: Final = 0.94
"""Share of each picture that the other covers, from which neither is a cut-out."""
LEAST_SHARE: Final = 0.2
LEAST_PAIRS: Final = 3
QUIET: Final = 1.5
"""Grey levels of detail below which a piece says nothing."""
SHIFT: Final = 3
MOST_PAIRS: Final = 400
NEAR: Final = SIDE / 24
SAME_SIZE: Final = 0.3
"""Natural logarithm: a third larger or smaller."""
LEAST_SCALE: Final = 1 / 3
HALF: Final = 0.5


@dataclass(frozen=True)
class Laid:
    """How one picture lies on another: other = scale · this + (right, down), in small pixels."""

    scale: float
    right: float
    down: float
    is_mirrored: bool = False


@dataclass(frozen=True)
class Resemblance:
    """How alike two pictures are (0 … 1), whether mirrored, whether one is a part of the other."""

    score: float
    is_mirrored: bool
    is_part: bool


def small(image: Image.Image) -> Image.Image:
    """Return a picture as it is compared: grey, its longest side as the prints have it."""
    image.draft("L", (SIDE, SIDE))
    grey = image.convert("L")
    grey.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS, reducing_gap=3.0)
    return grey


def resemblance(
    this: Image.Image, prints: Likeness, other: Image.Image, stored: Likeness
) -> Resemblance | None:
    """Compare two small pictures in every way their prints suggest; None when they are not alike."""
    best = max(
        (_compared(this, other, laid) for laid in _ways(prints, stored)),
        key=lambda found: found.score,
        default=None,
    )
    return best if best is not None and best.score >= ALIKE else None


def _ways(prints: Likeness, stored: Likeness) -> Iterator[Laid]:
    """Yield how the one may lie on the other: whole on whole, and as the points say."""
    scale = stored.width / prints.width
    if abs(scale * prints.height - stored.height) <= stored.height / 16:
        yield Laid(scale, 0.0, 0.0)
        yield Laid(scale, 0.0, 0.0, is_mirrored=True)
    mirrored = [one.mirrored(prints.width) for one in prints.points]
    for points, is_mirrored in ((prints.points, False), (mirrored, True)):
        if laid := _agreed(_pairs(points, stored.points), is_mirrored=is_mirrored):
            yield laid


def _pairs(points: Iterable[Point], stored: Iterable[Point]) -> list[tuple[Point, Point]]:
    """Return the points that share a key, at most `MOST_PAIRS`."""
    held: dict[int, list[Point]] = {}
    for one in stored:
        for key in bands(one.signs):
            held.setdefault(key, []).append(one)
    found = {(one, two) for one in points for key in probed(one) for two in held.get(key, ())}
    return sorted(found, key=lambda pair: (pair[0].size, pair[0].x, pair[1].x))[:MOST_PAIRS]


def _agreed(pairs: list[tuple[Point, Point]], *, is_mirrored: bool) -> Laid | None:
    """Return the way of laying that most pairs agree on; each pair proposes one by its sizes."""
    import numpy as np

    if len(pairs) < LEAST_PAIRS:
        return None
    one = np.array([(a.x, a.y, a.size) for a, _ in pairs])
    two = np.array([(b.x, b.y, b.size) for _, b in pairs])
    scales = two[:, 2] / one[:, 2]
    moves = two[:, :2] - scales[:, None] * one[:, :2]
    landed = scales[:, None, None] * one[None, :, :2] + moves[:, None, :]
    near = np.abs(landed - two[None, :, :2]).max(axis=2) < NEAR
    sized = np.abs(np.log(scales[None, :] / scales[:, None])) < SAME_SIZE
    agreeing = near & sized
    best = agreeing[int(agreeing.sum(axis=1).argmax())]
    if best.sum() < LEAST_PAIRS:
        return None
    return _least_squares(one[best, :2], two[best, :2], is_mirrored=is_mirrored)


def _least_squares(one: Plane, two: Plane, *, is_mirrored: bool) -> Laid | None:
    """Return the laying that misses the pairs least."""
    here, there = one.mean(axis=0), two.mean(axis=0)
    spread = float(((one - here) ** 2).sum())
    if spread < SIDE:
        return None
    scale = float(((one - here) * (two - there)).sum()) / spread
    if not LEAST_SCALE < scale < 1 / LEAST_SCALE:
        return None
    right, down = (float(value) for value in there - scale * here)
    return Laid(scale, right, down, is_mirrored)


def _compared(this: Image.Image, other: Image.Image, laid: Laid) -> Resemblance:
    """Lay `other` on `this` and compare what both show."""
    import numpy as np

    if laid.is_mirrored:
        this = ImageOps.mirror(this)
    ratio = max(this.size) / FRAME
    size = (round(this.width / ratio), round(this.height / ratio))
    matrix = (laid.scale * ratio, 0, laid.right, 0, laid.scale * ratio, laid.down)
    seen = _affine(other, size, matrix)
    there = _affine(Image.new("L", other.size, 255), size, matrix)
    valid = np.asarray(there) > 250
    share = float(valid.mean())
    back = share * size[0] * size[1] * (laid.scale * ratio) ** 2 / (other.width * other.height)
    if share < LEAST_SHARE:
        return Resemblance(0.0, laid.is_mirrored, is_part=True)
    mine = this.resize(size, Image.Resampling.BOX)
    score = _score(_detail(mine), _detail(seen), valid)
    return Resemblance(score, laid.is_mirrored, is_part=min(share, back) < WHOLE)


def _affine(image: Image.Image, size: tuple[int, int], matrix: tuple[float, ...]) -> Image.Image:
    return image.transform(size, Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR)


def _detail(image: Image.Image) -> Plane:
    """Return a picture without its broad shades and without its finest grain."""
    import numpy as np

    plane = np.asarray(image, np.float64)
    pad = 8
    wide = np.pad(plane, pad, mode="reflect")
    spectrum = np.fft.rfft2(wide)
    away = (
        np.fft.fftfreq(wide.shape[0])[:, None] ** 2 + np.fft.rfftfreq(wide.shape[1])[None, :] ** 2
    )
    band = np.exp(-2 * np.pi**2 * away) - np.exp(-2 * (6 * np.pi) ** 2 * away)
    kept: Plane = np.fft.irfft2(spectrum * band, wide.shape)[pad:-pad, pad:-pad]
    return kept


def _score(one: Plane, other: Plane, valid: Mask) -> float:
    """Return the correlation that three quarters of the pieces reach, at the best small shift."""
    import numpy as np

    around = range(-SHIFT, SHIFT + 1)
    moved = [np.roll(other, (down, right), (0, 1)) for down in around for right in around]
    best = max(moved, key=lambda plane: float((one * plane * valid).sum()))
    edge = SHIFT + 1
    inner = (slice(edge, -edge), slice(edge, -edge))
    pieces = list(_pieces(one[inner], best[inner], valid[inner]))
    return float(np.percentile(pieces, 25)) if len(pieces) >= PIECES else 0.0


def _pieces(one: Plane, other: Plane, valid: Mask) -> Iterator[float]:
    """Yield the correlation of each piece in which either picture shows something."""
    height, width = one.shape[0] // PIECES, one.shape[1] // PIECES
    for number in range(PIECES * PIECES):
        row, column = divmod(number, PIECES)
        piece = (
            slice(row * height, (row + 1) * height),
            slice(column * width, (column + 1) * width),
        )
        inside = valid[piece]
        if inside.mean() < HALF:
            continue
        mine, its = one[piece][inside], other[piece][inside]
        if max(mine.std(), its.std()) >= QUIET:
            both = float((mine * mine).sum() * (its * its).sum()) ** 0.5
            yield float((mine * its).sum()) / (both + 1e-9)
