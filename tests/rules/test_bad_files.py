"""Files made to break their reader: refused in words or cleaned; memory and paths stay ours."""

from __future__ import annotations

import io
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from aquacert.certificates.numbers.parsers import read_segment_list
from aquacert.hatcheries.parsers.papers import read_paper
from aquacert.hatcheries.parsers.stocksheet import read_stock_sheet
from aquacert.inspections.parsers import read_picture
from aquacert.inspections.rules.evidence import (
    FlagKind,
    Place,
    camera_doubt,
    place_doubts,
    software_doubt,
)
from aquacert.kernel.errors import Invalid
from aquacert.trust.errors import Refused
from aquacert.verification.parsers.codes import code_in_picture
from aquacert.verification.parsers.lists import cells_of
from labs.instruments.parsers.sheets import xlsx_sheets
from tests.make.badfiles import GPS, HTML, NOT_PICTURES, NOT_WORKBOOKS, flood, jpeg, with_place
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
    out = io.BytesIO()
    Image.open(io.BytesIO(with_place())).save(out, "JPEG", comment=b"kept for a stranger")
    assert b"stranger" not in read_picture(out.getvalue()).jpeg
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


def test_what_a_camera_says_is_read_as_evidence_or_not_at_all():
    said = read_picture(with_place()).camera
    assert said.place == (0.0, 0.0)
    assert said.at.year == 2001
    began = datetime(2026, 5, 12, 1, tzinfo=UTC)
    assert camera_doubt(said.at, began=began, now=began).kind is FlagKind.CAMERA_CLOCK
    [zero] = place_doubts(Place(*said.place), [(32.0, 119.0)], 1_000)
    assert zero.kind is FlagKind.PLACE_ZERO
    for written in ("0000:00:00 00:00:00", "yesterday", "", "2026:13:45 99:99:99", "\x00" * 20):
        assert read_picture(with_place(written)).camera.at is None
    odd = Image.Exif()
    odd[GPS] = {1: "N", 2: (IFDRational(0, 0), 0.0, 0.0), 3: "E", 4: (999.0, 0.0, 0.0)}
    odd[0x0131] = "Screenshot\x07" * 50
    said = read_picture(jpeg(exif=odd)).camera
    assert said.place is None
    assert len(said.software) <= 80
    assert said.software.isprintable()
    assert software_doubt(said.software).kind is FlagKind.SOFTWARE
    turned = Image.Exif()
    turned[0x0112] = 6
    upright = Image.open(io.BytesIO(read_picture(jpeg(exif=turned)).jpeg))
    assert upright.size == (48, 64), "turned as the camera was held"


def test_a_picture_that_shows_nothing_or_is_odd_in_shape_costs_nothing():
    for size in ((1, 1), (1, 4_000), (4_000, 3), (2_048, 2_048)):
        out = io.BytesIO()
        Image.new("RGB", size, (7, 90, 80)).save(out, "PNG")
        found = read_picture(out.getvalue())
        assert found.prints is None
        assert found.screen == 0.0
    assert read_picture(jpeg(300, 20)).screen == 0.0


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
