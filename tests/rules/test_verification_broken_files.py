"""What strangers bring broken is refused with a reason, whatever the reader below it raises."""

from __future__ import annotations

import io
import random
import zipfile
from contextlib import suppress

import pytest
from openpyxl import Workbook
from PIL import Image

from aquacert.trust.errors import Refused
from aquacert.verification.parsers import codes, lists

ADDRESS = "https://cert.example/c/7KQ2M9XA4B#" + "1234567890" * 17


def broken(data: bytes, chance: random.Random) -> bytes:
    """Return `data` with a few octets changed, taken away or put in."""
    whole = bytearray(data)
    for _ in range(chance.choice((1, 2, 5))):
        at = chance.randrange(len(whole))
        if chance.random() < 0.7:
            whole[at] ^= 1 << chance.randrange(8)
        else:
            whole[at : at + chance.randrange(3)] = chance.randbytes(chance.randrange(3))
    return bytes(whole)


def archive(kind: int) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", kind) as file:
        file.writestr("a.txt", ADDRESS * 50)
    return made.getvalue()


def workbook(chance: random.Random | None = None) -> bytes:
    """Return a workbook; with `chance` its parts are broken and packed well."""
    book, made = Workbook(), io.BytesIO()
    book.active.append([ADDRESS, "32 0001 2345"])
    book.save(made)
    if chance is None:
        return made.getvalue()
    again = io.BytesIO()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(again, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, broken(part, chance) if chance.random() < 0.4 else part)
    return again.getvalue()


def picture(kind: str) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (60, 60), "white").save(made, kind)
    return made.getvalue()


@pytest.mark.parametrize(
    "kind", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_a_broken_archive_is_refused_or_its_member_is_empty(kind: int) -> None:
    chance, data = random.Random(1), archive(kind)
    for _ in range(400):
        with suppress(Refused):
            for _name, content in lists.members_of(broken(data, chance), 20):
                assert len(content) <= codes.MOST_BYTES


def test_a_broken_workbook_is_refused() -> None:
    chance, whole = random.Random(2), workbook()
    assert lists.cells_of(whole) == [ADDRESS, "32 0001 2345"]
    for _ in range(60):
        for data in (broken(whole, chance), workbook(chance)):
            lists.is_workbook(data)
            with suppress(Refused):
                lists.cells_of(data)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "WEBP"])
def test_a_broken_picture_is_refused(kind: str) -> None:
    chance, data = random.Random(3), picture(kind)
    for _ in range(60):
        with pytest.raises(Refused):
            codes.code_in_picture(broken(data, chance))
