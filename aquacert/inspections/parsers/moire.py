"""Whether a picture may have been taken off a screen: narrow peaks in its spectrum (moiré).

A screen's pixels, sampled by a camera's, leave one or a few needle-sharp frequencies that nothing
else in the picture explains. Nets, gratings and tiles leave such needles too, but on a lattice that
begins at low frequencies: what lies on that lattice is left out. What remains is a hint for a
person, never a finding: Patel et al., "Secure Face Unlock: Spoof Detection on Smartphones" (2016)
§III names moiré as a cue and how it fails.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PIL import Image

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Plane = NDArray[np.float64]
else:
    Plane = Any

SIDE: Final = 512
"""Samples of the middle of the picture, at its own resolution: scaling would wipe the needles out."""
LEAST: Final = 128
LOWEST: Final = 0.12
LOW_END: Final = 0.2
"""Cycles per pixel: needles are looked for above the first, lattices begin below the second."""
LATTICE_STRENGTH: Final = 2.0
HARMONICS: Final = 14
COMB_SHARE: Final = 0.55
TEETH: Final = 3
BESIDE: Final = 1.0
NEAR_BINS: Final = 2.5
THRESHOLD: Final = 2.6
"""Natural logarithm over the ring's median: a needle 13 times as high as what is around it."""


def screen_strength(image: Image.Image) -> float:
    """Return how far the sharpest unexplained needle stands out; above `THRESHOLD` is flagged.

    A large picture is looked at twice, as it is and at half its size: a screen's pixels may be fine
    or coarse in it.
    """
    whole = _strength(image)
    if min(image.size) < 2 * SIDE:
        return whole
    return max(whole, _strength(image.reduce(2)))


def _strength(image: Image.Image) -> float:
    import numpy as np

    side = min(SIDE, *image.size)
    if side < LEAST:
        return 0.0
    left, top = (image.width - side) // 2, (image.height - side) // 2
    middle = image.crop((left, top, left + side, top + side)).convert("L")
    plane = np.asarray(middle, np.float64)
    if plane.std() < 2.0:
        return 0.0
    return _sharpest(_heights(plane))


def _heights(plane: Plane) -> Plane:
    """Return the log spectrum over the median of its ring, zero frequency in the corner."""
    import numpy as np

    side = len(plane)
    window = np.hanning(side)
    power = np.abs(np.fft.rfft2((plane - plane.mean()) * window[:, None] * window))
    logs = np.log(power + side)
    rings = np.rint(_radius(side) * side / 4).astype(np.int64)
    order = np.argsort(rings, axis=None, kind="stable")
    ends = np.cumsum(np.bincount(rings.ravel()))
    background = np.array(
        [np.median(part) if part.size else 0.0 for part in np.split(logs.ravel()[order], ends[:-1])]
    )
    heights: Plane = logs - background[rings]
    return heights


def _radius(side: int) -> Plane:
    import numpy as np

    radius: Plane = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side)[None, :])
    return radius


def _sharpest(heights: Plane) -> float:
    """Return the height of the highest needle that no lattice of the scene explains."""
    import numpy as np

    side = len(heights)
    radius = _radius(side)
    low = _peaks(np.where((radius > 4 / side) & (radius < LOW_END), heights, 0.0), 6)
    lattice = [place for place, height in low if height > LATTICE_STRENGTH]
    high = np.where(radius >= LOWEST, heights, 0.0)
    high[_of_jpeg(side)] = 0.0
    for place, height in _peaks(high, 12):
        if not _on_lattice(heights, place, height, lattice) and not _in_comb(
            heights, place, height
        ):
            return float(height)
    return 0.0


def _of_jpeg(side: int) -> NDArray[np.bool_]:
    """Say which frequencies are those of JPEG's blocks of 8: both coordinates multiples of 1/8."""
    import numpy as np

    def near(values: NDArray[np.floating[Any]]) -> NDArray[np.bool_]:
        found: NDArray[np.bool_] = np.abs(values * 8 - np.rint(values * 8)) < 8 * NEAR_BINS / side
        return found

    return near(np.fft.fftfreq(side))[:, None] & near(np.fft.rfftfreq(side))[None, :]


def _peaks(heights: Plane, most: int) -> list[tuple[tuple[float, float], float]]:
    """Return the highest places as ((down, across) in bins, height), each alone in its place."""
    import numpy as np

    left, side, found = heights.copy(), len(heights), []
    for _ in range(most):
        down, across = np.unravel_index(int(np.argmax(left)), left.shape)
        height = float(left[down, across])
        if height <= 0:
            break
        signed = int(down) - side if down > side // 2 else int(down)
        found.append(((float(signed), float(across)), height))
        rows = np.arange(int(down) - 3, int(down) + 4) % side
        left[rows, max(0, int(across) - 3) : int(across) + 4] = 0.0
    return found


def _in_comb(heights: Plane, place: tuple[float, float], height: float) -> bool:
    """Say whether other needles stand on the straight line to this one: bars and tiles do that."""
    long = abs(complex(*place))
    steps = (step / long for step in range(4, int(long) - 3))
    profile = [_around(heights, (place[0] * part, place[1] * part)) for part in steps]
    least = max(1.8, COMB_SHARE * height)
    teeth = [
        here
        for before, here, after in zip(profile, profile[1:], profile[2:], strict=False)
        if here > least and here >= before and here >= after
    ]
    return len(teeth) >= TEETH


def _on_lattice(
    heights: Plane, place: tuple[float, float], height: float, lattice: list[tuple[float, float]]
) -> bool:
    """Say whether a needle is a multiple of a low one, or has equals one low needle away."""
    for one in lattice:
        if any(_near(place, one, times) for times in range(1, HARMONICS)):
            return True
        beside = [
            _around(heights, (place[0] + sign * one[0], place[1] + sign * one[1]))
            for sign in (1, -1)
        ]
        if max(beside) > height - BESIDE:
            return True
    return False


def _around(heights: Plane, place: tuple[float, float]) -> float:
    """Return the greatest height within a bin of a place; 0 beyond the spectrum's edge."""
    side = len(heights)
    down, across = (-place[0], -place[1]) if place[1] < 0 else place
    if abs(down) > side / 2 or across > side / 2:
        return 0.0
    rows = (round(down) + i for i in (-1, 0, 1))
    columns = [min(side // 2, abs(round(across) + j)) for j in (-1, 0, 1)]
    return max(float(heights[row % side, column]) for row in rows for column in columns)


def _near(place: tuple[float, float], one: tuple[float, float], times: int) -> bool:
    slack = max(NEAR_BINS, 0.5 * times)
    return any(
        abs(place[0] - sign * times * one[0]) <= slack
        and abs(place[1] - sign * times * one[1]) <= slack
        for sign in (1, -1)
    )
