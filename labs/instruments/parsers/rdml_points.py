"""Lift the curves of an RDML document out before its XML is read.

Nine tenths of such a file are `adp` and `mdp` elements: a cycle or a temperature, and a fluorescence. An XML parser
calls back four times for each of them. Here whole runs of them, in exactly the form instruments write, are taken out as
bytes and stand in the document as one empty element that names its place in the list. What has any other form (a prefix,
an attribute, an entity, a comment anywhere) stays, and the parser reads it as it reads everything.
"""

import math
import re
from collections.abc import Sequence

Point = tuple[float, float]
Curve = tuple[Point, ...]

MARK = "curve-lifted"
BYTES_MARK = MARK.encode()
ADP = rb"<adp>\s*<cyc>[^<&]*</cyc>\s*<fluor>[^<&]*</fluor>\s*</adp>"
WARM = rb"<adp>\s*<cyc>[^<&]*</cyc>\s*<tmp>[^<&]*</tmp>\s*<fluor>[^<&]*</fluor>\s*</adp>"
MDP = rb"<mdp>\s*<tmp>[^<&]*</tmp>\s*<fluor>[^<&]*</fluor>\s*</mdp>"


def _row(point: bytes) -> re.Pattern[bytes]:
    """Return the pattern of one point and all that follow it."""
    return re.compile(point + rb"(?:\s*" + point + rb")*+")


ROWS = {point: _row(point) for point in (ADP, WARM, MDP)}
VALUE = re.compile(rb"<(?:cyc|tmp|fluor)>([^<]*)<")
OTHER_CODING = re.compile(rb"""\s*<\?xml[^>]*encoding\s*=\s*["'](?!utf-8["'])""", re.IGNORECASE)
UTF16 = frozenset({b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<"})


def lifted(xml: bytes) -> tuple[bytes, list[Curve]]:
    """Return the document without its plain curves, and the curves in order.

    A document with comments, CDATA, further instructions or another encoding comes back as it is: there the same bytes
    may mean something else. Points that are no numbers are left to the parser with their whole row.
    """
    if b"<!" in xml or xml.count(b"<?") > 1 or OTHER_CODING.match(xml) or xml[:2] in UTF16:
        return xml, []
    curves: list[Curve] = []
    if BYTES_MARK in xml:
        return xml, []
    begins = xml.find(b"<adp>")
    if begins >= 0:
        is_warm = ROWS[WARM].match(xml, begins) is not None
        xml = _lift(xml, WARM if is_warm else ADP, 3 if is_warm else 2, b"adp", curves)
    if b"<mdp>" in xml:
        xml = _lift(xml, MDP, 2, b"mdp", curves)
    return xml, curves


def _lift(xml: bytes, point: bytes, width: int, tag: bytes, curves: list[Curve]) -> bytes:
    """Take the rows of one kind of point out of the document and add them to `curves`."""

    def take(found: re.Match[bytes]) -> bytes:
        values = VALUE.findall(found[0])
        curve = _points(values[0::width], values[width - 1 :: width])
        if curve is None:
            return found[0]
        curves.append(curve)
        return b'<%s %s="%d"/>' % (tag, BYTES_MARK, len(curves) - 1)

    return ROWS[point].sub(take, xml)


def _points(first: Sequence[bytes], fluorescence: Sequence[bytes]) -> Curve | None:
    """Return the points as numbers; None when one of them is none, or not finite."""
    try:
        places, light = [float(x) for x in first], [float(y) for y in fluorescence]
    except ValueError:
        return None
    if not math.isfinite(sum(places) + sum(light)):
        return None
    return tuple(zip(places, light, strict=True))
