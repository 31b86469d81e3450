"""Photographs for the demo: drawn, so that nobody's pond is shown; no two have the same bytes."""

from __future__ import annotations

import io
import secrets

from PIL import Image, ImageDraw

SIZE = (960, 720)


def pond(words: str) -> bytes:
    """Return a JPEG of water, shore and seed under a caption, unlike any other picture."""
    image = Image.new("RGB", SIZE, (214, 232, 236))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 260, *SIZE), fill=(64, 130, 138))
    draw.polygon([(0, 240), (960, 210), (960, 270), (0, 300)], fill=(150, 140, 96))
    for _ in range(240):
        x, y = secrets.randbelow(940), 300 + secrets.randbelow(400)
        draw.arc((x, y, x + 18, y + 8), 200, 340, fill=(236, 224, 196), width=2)
    draw.rectangle((0, 680, *SIZE), fill=(16, 49, 61))
    draw.text((16, 690), f"{words} {secrets.token_hex(4)} DEMO", fill=(255, 255, 255))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=82)
    return out.getvalue()
