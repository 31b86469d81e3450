"""Pictures that look like what a vet photographs, made from seeds; and the same shot off a screen.

No real photographs were at hand: water, fish, nets, gratings, papers and gravel are drawn, blurred,
given the noise of a camera and written as JPEG. A screen is simulated as stripes of red, green and
blue with dark gaps, seen askew, sampled anew, blurred, and written as JPEG.
"""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

SIDE = 512
KINDS = ("water", "fish", "net", "grating", "text", "gravel", "tiles")


def photograph(seed: int, kind: str | None = None, side: int = SIDE) -> Image.Image:
    """Return the scene of a seed as a camera sees it."""
    draws = np.random.default_rng(seed)
    kind = kind or KINDS[seed % len(KINDS)]
    scene = SCENES[kind](draws, side)
    return _camera(draws, scene)


def jpeg(image: Image.Image, quality: int = 85) -> bytes:
    """Return a picture as JPEG."""
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def off_a_screen(seed: int, side: int = SIDE) -> Image.Image:
    """Return the scene of a seed as a camera sees it on a screen."""
    draws = np.random.default_rng(seed + 1_000_000)
    shown = photograph(seed, side=int(side * draws.uniform(0.45, 0.9)))
    pixels = np.asarray(shown, np.float32)
    lit = pixels.repeat(3, axis=0).repeat(3, axis=1)
    for channel in range(3):
        dark = draws.uniform(0.1, 0.4)
        for place in {0, 1, 2} - {channel}:
            lit[:, place::3, channel] *= dark
    lit[::3] *= draws.uniform(0.3, 0.7)
    lit *= pixels.mean((0, 1)) / np.maximum(lit.mean((0, 1)), 1)
    grid = Image.fromarray(np.clip(lit, 0, 255).astype(np.uint8))
    return _camera(draws, _askew(draws, grid, side))


def _askew(draws: np.random.Generator, grid: Image.Image, side: int) -> Image.Image:
    """Look at a screen a little from the side, with a ratio of pixels that is no whole number."""
    wide = grid.width
    inner = draws.uniform(0.02, 0.35) * wide
    around = [
        (corner + draws.uniform(-0.03, 0.03) * wide)
        for corner in (inner, inner, inner, wide - inner, wide - inner, wide - inner, wide - inner)
    ]
    corners = (around[0], around[1], around[2], around[3], around[4], around[5], around[6], inner)
    fine = side * 2
    """The lens sees finer than the sensor: averaged by twos, as a sensor's wells do."""
    seen = grid.transform((fine, fine), Image.Transform.QUAD, corners, Image.Resampling.BILINEAR)
    return seen.filter(ImageFilter.GaussianBlur(draws.uniform(0.4, 1.2))).reduce(2)


def _camera(draws: np.random.Generator, scene: Image.Image) -> Image.Image:
    """Blur, add noise and write: what a phone does to every picture."""
    soft = scene.filter(ImageFilter.GaussianBlur(draws.uniform(0.3, 0.9)))
    values = np.asarray(soft, np.float32) + draws.normal(
        0, draws.uniform(1, 4), (*soft.size[::-1], 1)
    )
    again = Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))
    return Image.open(io.BytesIO(jpeg(again, int(draws.integers(72, 93))))).convert("RGB")


def _cloud(draws: np.random.Generator, side: int, slope: float, stretch: float = 1.0) -> np.ndarray:
    """Return noise whose spectrum falls with frequency, from 0 to 1: what nature looks like."""
    across = np.fft.rfftfreq(side)[None, :] * stretch
    down = np.fft.fftfreq(side)[:, None]
    power = np.hypot(across, down)
    power[0, 0] = 1
    noise = draws.normal(size=power.shape) + 1j * draws.normal(size=power.shape)
    field = np.fft.irfft2(noise / power**slope, (side, side))
    low, high = np.percentile(field, [1, 99])
    return np.clip((field - low) / (high - low), 0, 1)


def _tinted(field: np.ndarray, dark: tuple[int, ...], light: tuple[int, ...]) -> Image.Image:
    values = np.asarray(dark) + field[..., None] * (np.asarray(light) - np.asarray(dark))
    return Image.fromarray(values.astype(np.uint8))


def _water(draws: np.random.Generator, side: int) -> Image.Image:
    field = _cloud(draws, side, draws.uniform(1.0, 1.6), draws.uniform(0.3, 0.8))
    return _tinted(field, (28, 62, 60), (150, 190, 176))


def _fish(draws: np.random.Generator, side: int) -> Image.Image:
    image = _water(draws, side)
    pen = ImageDraw.Draw(image)
    for _ in range(int(draws.integers(15, 50))):
        x, y = draws.integers(0, side, 2)
        long, high = int(draws.integers(20, 70)), int(draws.integers(6, 20))
        shade = int(draws.integers(60, 210))
        pen.ellipse((x, y, x + long, y + high), fill=(shade, shade - 10, shade - 40))
        pen.polygon(
            [(x, y + high // 2), (x - high, y), (x - high, y + high)], fill=(shade - 20,) * 3
        )
        pen.ellipse(
            (x + long - 8, y + high // 3, x + long - 5, y + high // 3 + 3), fill=(10, 10, 10)
        )
    return image


def _net(draws: np.random.Generator, side: int) -> Image.Image:
    image = _fish(draws, side)
    pen = ImageDraw.Draw(image)
    step, lean = int(draws.integers(9, 34)), draws.uniform(0.3, 1.5)
    wave, shade = draws.uniform(1, 7), int(draws.integers(20, 235))
    for start in range(-2 * side, 3 * side, step):
        for sign in (1, -1):
            line = [
                (start + sign * lean * y + wave * np.sin(y / 37 + start / 91), y)
                for y in range(0, side + 8, 8)
            ]
            pen.line(line, fill=(shade, shade, shade - 15), width=2)
    return image


def _grating(draws: np.random.Generator, side: int) -> Image.Image:
    image = _tinted(_cloud(draws, side, 1.2), (90, 90, 86), (190, 188, 180))
    pen = ImageDraw.Draw(image)
    step = int(draws.integers(8, 40))
    for start in range(0, side, step):
        pen.rectangle((start, 0, start + step // 3, side), fill=(46, 48, 50))
    if draws.random() < 0.5:
        for start in range(0, side, step * 2):
            pen.rectangle((0, start, side, start + step // 3), fill=(70, 70, 72))
    return image.rotate(
        float(draws.uniform(-20, 20)), Image.Resampling.BICUBIC, fillcolor=(80, 80, 80)
    )


def _text(draws: np.random.Generator, side: int) -> Image.Image:
    image = _tinted(_cloud(draws, side, 1.8), (206, 204, 196), (244, 242, 236))
    pen = ImageDraw.Draw(image)
    for y in range(24, side - 24, int(draws.integers(13, 22))):
        words = "".join(chr(c) for c in draws.integers(65, 122, 70))
        pen.text((18, y), words[: int(draws.integers(30, 70))], fill=(36, 36, 44))
    return image.rotate(
        float(draws.uniform(-6, 6)), Image.Resampling.BICUBIC, fillcolor=(150, 140, 130)
    )


def _gravel(draws: np.random.Generator, side: int) -> Image.Image:
    image = Image.new("RGB", (side, side), (70, 66, 58))
    pen = ImageDraw.Draw(image)
    for _ in range(1_800):
        x, y, r = (*draws.integers(0, side, 2), draws.integers(3, 14))
        shade = int(draws.integers(60, 220))
        box = (x - r, y - r * draws.uniform(0.5, 1), x + r, y + r * draws.uniform(0.5, 1))
        pen.ellipse(box, fill=(shade, shade - 8, shade - 20), outline=(shade // 2,) * 3)
    return image


def _tiles(draws: np.random.Generator, side: int) -> Image.Image:
    image = _tinted(_cloud(draws, side, 1.3), (150, 170, 186), (214, 226, 232))
    pen = ImageDraw.Draw(image)
    step = int(draws.integers(22, 70))
    for start in range(0, side, step):
        pen.line((start, 0, start, side), fill=(110, 116, 120), width=2)
        pen.line((0, start, side, start), fill=(110, 116, 120), width=2)
    image.paste(_water(draws, side).crop((0, 0, side, side // 3)), (0, side * 2 // 3))
    return image.rotate(
        float(draws.uniform(-8, 8)), Image.Resampling.BICUBIC, fillcolor=(120, 130, 136)
    )


SCENES = {
    "water": _water,
    "fish": _fish,
    "net": _net,
    "grating": _grating,
    "text": _text,
    "gravel": _gravel,
    "tiles": _tiles,
}
