"""The picture of a round seal, drawn from vectors: star, the body's name, 动物检疫专用章, a foot.

One template serves the PDF's seal, the SVG and the PNG inside an electronic seal, so that they
cannot differ. Fonts are the installation's own; nothing is fetched.
"""

from __future__ import annotations

import io
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, Literal

from aquacert.kernel.errors import Misconfigured

PROJECT = Path(__file__).resolve().parents[2]
TEMPLATES = PROJECT / "templates" / "documents"
FONTS = PROJECT / "aquacert" / "http" / "static" / "vendor" / "fonts"
TEMPLATE = "seal.typ"
SIDE_MM = 41
"""Width and height; the seals in use are 38 to 42 mm."""
PRINT_DPI = 300
RED_INK = b"\xc8\x16\x1d"
"""As `red_ink` of templates/documents/parts.typ."""
STEPS = 16
LONGEST_NAME = 24
"""Characters along the arc that can still be read at this size."""
_LOCK = Lock()


def round_seal_svg(body_name: str, *, foot: str, fonts: Path = FONTS) -> str:
    """Return the seal of `body_name` as an SVG of outlines; `foot` is set along the lower arc.

    Raises `Misconfigured` when the fonts are absent, `ValueError` for a name too long to read.
    """
    return _draw(body_name, foot, "svg", fonts).decode()


def round_seal_png(body_name: str, *, foot: str, fonts: Path = FONTS) -> bytes:
    """Return the same picture as a PNG of 300 dpi on transparent ground.

    The picture has one ink, so 16 steps of its opacity say everything: 15 kB instead of 44, in
    every certificate.
    """
    from PIL import Image

    drawn = Image.open(io.BytesIO(_draw(body_name, foot, "png", fonts))).convert("RGBA")
    steps = drawn.getchannel("A").point([round(a / 255 * (STEPS - 1)) for a in range(256)])
    flat = Image.frombytes("P", drawn.size, steps.tobytes())
    flat.putpalette(RED_INK * STEPS)
    kept = io.BytesIO()
    opacity = bytes(round(i * 255 / (STEPS - 1)) for i in range(STEPS))
    flat.save(kept, "PNG", bits=4, optimize=True, transparency=opacity, dpi=(PRINT_DPI, PRINT_DPI))
    return kept.getvalue()


def _draw(body_name: str, foot: str, kind: Literal["svg", "png"], fonts: Path) -> bytes:
    if not 0 < len(body_name) <= LONGEST_NAME:
        raise ValueError(f"a name of {len(body_name)} characters does not fit the seal")
    with _LOCK:
        made: Any = _compiler(fonts).compile(
            input=str(TEMPLATES / TEMPLATE),
            format=kind,
            ppi=float(PRINT_DPI),
            sys_inputs={"body": body_name, "foot": foot},
        )
    return bytes(made)


@lru_cache(maxsize=2)
def _compiler(fonts: Path) -> Any:  # noqa: ANN401 -- typst is loaded only when a seal is drawn
    import typst

    if not any(fonts.glob("NotoSerifSC-*.ttf")):
        raise Misconfigured("缺少字体：NotoSerifSC。请先运行 make setup。")
    return typst.Compiler(root=str(TEMPLATES), font_paths=[str(fonts)], ignore_system_fonts=True)
