"""Files made to break whoever reads them; each small on the wire."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from openpyxl import Workbook
from PIL import Image

from tests.make.naughty import EICAR

HTML = b"<html><script>alert(1)</script></html>"
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\0" * 64
SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
PDF = (
    b"%PDF-1.7\n1 0 obj<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n%%EOF"
)
GPS, DATE_TIME = 0x8825, 0x0132


def jpeg(width: int = 64, height: int = 48, exif: Image.Exif | None = None) -> bytes:
    """Return a small photograph, with what the camera wrote if asked."""
    out = io.BytesIO()
    picture = Image.effect_noise((width, height), 60).convert("RGB")
    picture.save(out, "JPEG", **({"exif": exif} if exif else {}))
    return out.getvalue()


def with_place(day: str = "2001:01:01 00:00:00") -> bytes:
    """Return a photograph whose camera says where (0, 0) and when."""
    exif = Image.Exif()
    exif[DATE_TIME] = day
    exif[GPS] = {1: "N", 2: (0.0, 0.0, 0.0), 3: "E", 4: (0.0, 0.0, 0.0)}
    return jpeg(exif=exif)


def flood(width: int = 30_000, height: int = 30_000) -> bytes:
    """Return a PNG of a hundred bytes that says it is a huge picture."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n"
    for kind, body in ((b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 100)), (b"IEND", b"")):
        data += struct.pack(">I", len(body)) + kind + body
        data += struct.pack(">I", zlib.crc32(kind + body))
    return data


def bomb() -> bytes:
    """Return a workbook whose sheet unpacks to 300 MB of nothing."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as member:
            for _ in range(300):
                member.write(b"\0" * (1 << 20))
    return out.getvalue()


def workbook(*rows: tuple[object, ...]) -> bytes:
    """Return an honest workbook."""
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_entity(path: str = "file:///etc/passwd") -> bytes:
    """Return a workbook whose shared strings ask for a file of the machine (XXE) and name a link."""
    out = io.BytesIO()
    doctype = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "{path}">]>'
    strings = f'{doctype}<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>&e;</t></si></sst>'
    with zipfile.ZipFile(io.BytesIO(workbook(("a",)))) as source, zipfile.ZipFile(out, "w") as made:
        for name in source.namelist():
            body = strings.encode() if name == "xl/sharedStrings.xml" else source.read(name)
            made.writestr(name, body)
    return out.getvalue()


NOT_PICTURES = {
    "empty": b"",
    "eicar": EICAR.encode(),
    "svg": SVG,
    "heic": HEIC,
    "pdf in a jpg": PDF,
    "html": HTML,
    "flood": flood(),
    "truncated": jpeg()[:-300],
    "a jpeg's head": b"\xff\xd8\xff\xe0" + b"\0" * 40,
    "gif": b"GIF89a" + b"\0" * 40,
    "zip": workbook(("a",)),
}
"""Name of the trick → bytes that are no photograph."""
NOT_WORKBOOKS = {
    "empty": b"",
    "eicar": EICAR.encode(),
    "text": b"a,b\n1,2",
    "half a zip": workbook(("a",))[:200],
    "bomb": bomb(),
    "entity": with_entity(),
    "html": HTML,
}
