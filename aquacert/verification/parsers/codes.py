"""A file a stranger brings → the code in it. Every limit is kept before anything is unpacked."""

from __future__ import annotations

import io
import re
import warnings
from dataclasses import dataclass

import pypdfium2
import zxingcpp
from PIL import Image

from aquacert.trust import qr
from aquacert.trust.errors import Refused, Why

MOST_BYTES = 10 << 20
"""Bytes of the largest file that is looked at."""
MOST_PIXELS = 40_000_000
"""Pixels of the largest picture: a phone's 12–50 megapixel photograph is scaled down by its lens."""
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP")
DPI = 150
MOST_PAGES = 3
PDF, PICTURE, COSE, TEXT = "pdf", "picture", "cose", "text"
ADDRESS = re.compile(r"https?://[^\s<>\"']+", re.IGNORECASE)
PAGE = re.compile(r"/c/([0-9A-Za-z]{10})(?![0-9A-Za-z])", re.IGNORECASE)
DIGITS = re.compile(r"(?<![0-9])[0-9]{100,1200}(?![0-9])")
NUMBER = re.compile(r"(?<![0-9A-Za-z])[0-9]{2} ?[0-9]{4} ?[0-9]{4}(?![0-9A-Za-z])")


@dataclass(frozen=True)
class Code:
    """What was found: the signed object if there is one, the page it leads to, the bare number."""

    cose: bytes = b""
    public_id: str = ""
    number: str = ""
    address: str = ""

    @property
    def is_signed(self) -> bool:
        """Tell whether a signature can be checked."""
        return bool(self.cose)


def kind_of(data: bytes) -> str:
    """Return what a file is, by its first bytes; raise `Refused` when it is too large."""
    if len(data) > MOST_BYTES:
        raise Refused(Why.TOO_LARGE, f"{len(data)} bytes")
    if data[:1024].lstrip().startswith(b"%PDF-"):
        return PDF
    if data.startswith((b"\x84", b"\xd2\x84")):
        return COSE
    if data.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM")) or data[8:12] == b"WEBP":
        return PICTURE
    return TEXT


def code_in_text(text: str) -> Code:
    """Return the code of a scanned address, its digits, or a number; raise `Refused` for none.

    Words that chat apps add (`?from=singlemessage`), a second encoding and small letters are no
    hindrance; a foreign host is none either, for the signature decides.
    """
    text = _plain(text.strip())
    page = PAGE.search(text)
    digits = DIGITS.search(text[page.end() :] if page else text)
    if page or digits:
        public_id = qr.tidy_code(page.group(1)) if page else ""
        address = ADDRESS.search(text)
        if page and not digits and "#" in text:
            raise Refused(Why.MALFORMED, "digits cut short")
        cose = qr.from_digits(digits.group()) if digits else b""
        return Code(cose, public_id, "", address.group() if address else "")
    number = NUMBER.search(text)
    if number is None:
        raise Refused(Why.MALFORMED, "no code, no address, no number")
    return Code(number=number.group().replace(" ", ""))


def code_in_picture(data: bytes) -> Code:
    """Return the code in a picture; raise `Refused` when there is none or it is a pixel flood."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=FORMATS)
            is_flood = image.width * image.height > MOST_PIXELS
            grey = None if is_flood else image.convert("L")
    except Exception as error:  # Pillow raises anything on bytes made to break it
        raise Refused(Why.MALFORMED, repr(error)[:200]) from error
    if grey is None:
        raise Refused(Why.TOO_LARGE, f"{image.width} × {image.height} pixels")
    return _read(grey)


def code_on_paper(pdf: bytes) -> Code:
    """Return the code printed on the first pages of a PDF, as a camera would see it."""
    try:
        document = pypdfium2.PdfDocument(pdf)
        count = min(len(document), MOST_PAGES)
        for number in range(count):
            page = document[number]
            width, height = page.get_size()
            scale = min(DPI / 72, (MOST_PIXELS / max(1.0, width * height)) ** 0.5)
            try:
                return _read(page.render(scale=scale).to_pil().convert("L"))
            except Refused:
                continue
    except (pypdfium2.PdfiumError, ValueError, MemoryError) as error:
        raise Refused(Why.MALFORMED, repr(error)[:200]) from None
    raise Refused(Why.MALFORMED, "no code on the first pages")


def _read(image: Image.Image) -> Code:
    texts = [code.text for code in zxingcpp.read_barcodes(image)]
    for text in sorted(texts, key=lambda one: "/c/" not in one):
        return code_in_text(text)
    raise Refused(Why.MALFORMED, "no code in the picture")


def _plain(text: str) -> str:
    """Undo one or two encodings of the address (`%23` for the sign before the digits)."""
    for _ in range(2):
        text = text.replace("%25", "%").replace("%23", "#").replace("%2F", "/").replace("%2f", "/")
    return text
