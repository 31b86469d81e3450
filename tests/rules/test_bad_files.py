"""Files made to break their reader: refused in words or cleaned; memory and paths stay ours."""

from __future__ import annotations

import io
import tracemalloc
from pathlib import Path

import pytest
from PIL import Image

from aquacert.certificates.numbers.parsers import read_segment_list
from aquacert.hatcheries.parsers.papers import read_paper
from aquacert.hatcheries.parsers.stocksheet import read_stock_sheet
from aquacert.inspections.parsers import read_picture
from aquacert.kernel.errors import Invalid
from aquacert.trust.errors import Refused
from aquacert.verification.parsers.codes import code_in_picture
from aquacert.verification.parsers.lists import cells_of
from labs.instruments.parsers.sheets import xlsx_sheets
from tests.make.badfiles import HTML, NOT_PICTURES, NOT_WORKBOOKS, flood, jpeg, with_place
from tests.make.naughty import NAUGHTY

MOST_MEMORY = 60 << 20


def photo(data):
    return read_picture(data).jpeg


def paper(data):
    return read_paper(data, "IMG.jpg").data


@pytest.mark.parametrize("trick", NOT_PICTURES)
@pytest.mark.parametrize("read", [photo, paper, code_in_picture], ids=lambda each: each.__name__)
def test_what_is_no_photograph_is_refused_in_words(read, trick):
    if read is paper and trick == "pdf in a jpg":
        assert read_paper(NOT_PICTURES[trick], "证件.jpg").name == "证件.pdf", (
            "named by its content"
        )
        return
    with pytest.raises((Invalid, Refused)) as caught:
        read(NOT_PICTURES[trick])
    assert isinstance(caught.value, Refused) or all(caught.value.fields.values())


@pytest.mark.parametrize("trick", NOT_WORKBOOKS)
@pytest.mark.parametrize(
    "read",
    [read_segment_list, read_stock_sheet, cells_of, xlsx_sheets],
    ids=lambda each: each.__name__,
)
def test_what_is_no_workbook_is_refused_and_gives_no_file_of_ours(read, trick):
    said = ""
    try:
        said = str(read(NOT_WORKBOOKS[trick]))
    except (Invalid, Refused):
        pass
    else:
        assert trick == "entity"
    assert "root:" not in said


@pytest.mark.parametrize("read", [photo, paper], ids=lambda each: each.__name__)
def test_a_photograph_is_kept_without_place_maker_or_anything_behind_it(read):
    kept = read(with_place() + HTML)
    assert HTML not in kept
    image = Image.open(io.BytesIO(kept))
    assert image.format == "JPEG"
    assert not image.getexif()
    assert read_picture(with_place()).camera_at == "2001:01:01 00:00:00", "evidence, never trusted"


def test_a_flood_of_pixels_or_an_archive_that_bursts_costs_no_memory():
    tracemalloc.start()
    for read, data in ((photo, flood()), (paper, flood()), (code_in_picture, flood())):
        with pytest.raises((Invalid, Refused)):
            read(data)
    for read in (read_segment_list, read_stock_sheet, cells_of, xlsx_sheets):
        with pytest.raises((Invalid, Refused)):
            read(NOT_WORKBOOKS["bomb"])
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < MOST_MEMORY


def test_a_name_of_a_file_leads_nowhere():
    data = jpeg()
    for text in (*NAUGHTY, "../../x.jpg", "C:\\x\\y.png", "x" * 300, "..", "", ".jpg", "a.php.jpg"):
        name = read_paper(data, text).name
        assert name.endswith(".jpg")
        assert len(name) <= 64
        assert Path(name).name == name
        assert name.isprintable()
        assert not name.startswith(".")
        name.encode()
