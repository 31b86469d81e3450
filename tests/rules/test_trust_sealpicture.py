"""The seal's picture: outlines only, one ink, nothing fetched."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image

from aquacert.trust.sealpicture import LONGEST_NAME, round_seal_png, round_seal_svg

NAME = "示例市甲县动物卫生监督所"


def test_the_svg_is_outlines_and_fetches_nothing() -> None:
    drawn = round_seal_svg(NAME, foot="演示样张·无效")
    assert "<path" in drawn
    assert "<text" not in drawn
    assert "<script" not in drawn
    assert not [a for a in re.findall(r'href="([^"]*)"', drawn) if not a.startswith("#")]


def test_the_png_is_sharp_enough_to_print_and_has_one_ink() -> None:
    png = round_seal_png(NAME, foot="演示样张·无效")
    picture = Image.open(io.BytesIO(png))
    assert picture.size == (484, 484)
    assert len(png) < 20_000
    inks = {pixel[:3] for _n, pixel in picture.convert("RGBA").getcolors(1 << 16) if pixel[3]}
    assert inks == {(200, 22, 29)}
    assert picture.convert("RGBA").getpixel((0, 0))[3] == 0


def test_two_bodies_have_two_pictures_and_one_body_always_the_same() -> None:
    once, again = (round_seal_png(NAME, foot="样") for _each in range(2))
    assert once == again
    assert once != round_seal_png("示例市乙县动物卫生监督所", foot="样")


@pytest.mark.parametrize("name", ["", "长" * (LONGEST_NAME + 1)])
def test_a_name_that_cannot_be_read_is_not_drawn(name: str) -> None:
    with pytest.raises(ValueError, match="characters"):
        round_seal_png(name, foot="样")
