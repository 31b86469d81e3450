"""What is in the tube."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Matrix(StrEnum):
    """What is in the tube."""

    WHOLE = "whole"
    GILL = "gill"
    KIDNEY_SPLEEN = "kidney_spleen"
    HEPATOPANCREAS = "hepatopancreas"
    PLEOPOD = "pleopod"
    MANTLE = "mantle"
    EGGS = "eggs"
    WATER = "water"


MATRIX_WORDS: Mapping[Matrix, str] = {
    Matrix.WHOLE: "全苗（整尾）",
    Matrix.GILL: "鳃",
    Matrix.KIDNEY_SPLEEN: "脾肾",
    Matrix.HEPATOPANCREAS: "肝胰腺",
    Matrix.PLEOPOD: "游泳足",
    Matrix.MANTLE: "外套膜",
    Matrix.EGGS: "卵",
    Matrix.WATER: "水样",
}
