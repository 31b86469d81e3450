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
NUMBER = rb"[0-9.eE+-]++"
ADP = rb"<adp>\s*+<cyc>%(n)s</cyc>\s*+<fluor>%(n)s</fluor>\s*+</adp>" % {b"n": NUMBER}
WARM = rb"<adp>\s*+<cyc>%(n)s</cyc>\s*+<tmp>%(n)s</tmp>\s*+<fluor>%(n)s</fluor>\s*+</adp>" % {
    b"n": NUMBER
}
MDP = rb"<mdp>\s*+<tmp>%(n)s</tmp>\s*+<fluor>%(n)s</fluor>\s*+</mdp>" % {b"n": NUMBER}
WIDTH = {ADP: 2, WARM: 3, MDP: 2}
"""Numbers of one point; the first and the last are kept."""
BARE = bytes.maketrans(b"<>/acdflmoprtuy", b" " * 15)
"""What the tags are written with, and no number is: blanked out, a row of points is a row of numbers."""


def _row(point: bytes) -> re.Pattern[bytes]:
    """Return the pattern of one point and all that follow it; nothing in it is tried twice."""
    return re.compile(point + rb"(?:\s*+" + point + rb")*+")


ROWS = {point: _row(point) for point in WIDTH}
OTHER_CODING = re.compile(rb"""\s*<\?xml[^>]*encoding\s*=\s*["'](?!utf-8["'])""", re.IGNORECASE)
UTF16 = frozenset({b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<"})


def lifted(xml: bytes) -> tuple[bytes, list[Curve]]:
    """Return the document without its plain curves, and the curves in order.

    A document with comments, CDATA, further instructions or another encoding comes back as it is: there the same bytes
    may mean something else. Points that are no numbers are left to the parser with their whole row.
    """
    if OTHER_CODING.match(xml) or xml[:2] in UTF16:
        return xml, []
    curves: list[Curve] = []
    rest, begins = xml, xml.find(b"<adp>")
    if begins >= 0:
        is_warm = ROWS[WARM].match(xml, begins) is not None
        rest = _lift(rest, WARM if is_warm else ADP, b"adp", curves)
    if b"<mdp>" in rest:
        rest = _lift(rest, MDP, b"mdp", curves)
    # Rows of points hold none of these signs: what is left is a tenth, and tells the same.
    is_plain = b"<!" not in rest and rest.count(b"<?") <= 1
    return (rest, curves) if is_plain and rest.count(BYTES_MARK) == len(curves) else (xml, [])


def _lift(xml: bytes, point: bytes, tag: bytes, curves: list[Curve]) -> bytes:
    """Take the rows of one kind of point out of the document and add them to `curves`."""
    width = WIDTH[point]

    def take(found: re.Match[bytes]) -> bytes:
        curve = _points(found[0].translate(BARE).split(), width)
        if curve is None:
            return found[0]
        curves.append(curve)
        return b'<%s %s="%d"/>' % (tag, BYTES_MARK, len(curves) - 1)

    return ROWS[point].sub(take, xml)


def _points(texts: Sequence[bytes], width: int) -> Curve | None:
    """Return the points as numbers; None when one of them is none, or not finite."""
    try:
        numbers = list(map(float, texts))
    except ValueError:
        return None
    if not math.isfinite(sum(numbers)):
        return None
    return tuple(zip(numbers[::width], numbers[width - 1 :: width], strict=True))
