"""The structures of an electronic seal and of a seal applied, read from DER.

Two layouts are in use. GM/T 0031-2014 (version 1): times are UTCTime, the maker signs
SEQUENCE { sealInfo, cert, algorithm }, the signer's certificate is inside what is signed.
GB/T 38540-2020 (version 4; 5 adds a timestamp to the seal): GeneralizedTime, each signature stands
beside what it signs. The number of elements tells the layouts apart; the version must fit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from aquacert.trust.errors import Refused, Why
from aquacert.trust.ses import der
from aquacert.trust.ses.der import Fields, Node
from aquacert.trust.ses.moments import read_open, read_time

LARGEST = 4 << 20
"""Bytes of a seal or signed value that are read at all."""
LARGEST_PICTURE = 1 << 20
LARGEST_SIDE_MM = 200
LONGEST_LIST = 1000
VERSION_1, VERSION_4, VERSION_5 = 1, 4, 5


class Layout(StrEnum):
    """Which standard's structure the bytes follow."""

    GMT0031 = "GM/T 0031-2014"
    GBT38540 = "GB/T 38540-2020"


VERSIONS = {
    # Producers of V1 structures exist that write the later version number into the header.
    Layout.GMT0031: frozenset({VERSION_1, VERSION_4}),
    Layout.GBT38540: frozenset({VERSION_4, VERSION_5}),
}


class ListType(StrEnum):
    """How a seal names who may sign with it (certListType)."""

    CERTIFICATES = "certificates"
    DIGESTS = "digests"


@dataclass(frozen=True)
class Picture:
    """What the seal looks like: type as written (PNG, SVG, OFD …), size in millimetres."""

    type: str
    data: bytes
    width_mm: int
    height_mm: int


@dataclass(frozen=True)
class Signed:
    """A signature with the exact bytes under it."""

    message: bytes
    certificate: bytes
    algorithm: str
    """dotted object identifier"""
    signature: bytes


@dataclass(frozen=True)
class Seal:
    """An electronic seal as its maker signed it."""

    layout: Layout
    version: int
    maker_id: str
    seal_id: str
    type: int
    name: str
    list_type: ListType
    listed: tuple[bytes, ...]
    """certificates (DER), or their digests"""
    created_at: datetime
    valid_from: datetime
    valid_to: datetime
    picture: Picture
    extensions: tuple[str, ...]
    """object identifiers of the maker's own data"""
    critical: tuple[str, ...]
    """those of them marked critical"""
    made: Signed
    timestamp: bytes | None
    whole: bytes


@dataclass(frozen=True)
class Applied:
    """A seal applied to data: SES_Signature, the SignedValue.dat of an OFD file."""

    layout: Layout
    version: int
    seal: Seal
    signed_at: datetime | None
    """None: V1's timeInfo holds no time we can read"""
    data_hash: bytes
    property_info: str
    critical: tuple[str, ...]
    signed: Signed
    timestamp: bytes | None


def parse(data: bytes) -> Seal | Applied:
    """Return what `data` is; raise `Refused` when it is neither a seal nor a signed value."""
    if len(data) > LARGEST:
        raise Refused(Why.TOO_LARGE, f"{len(data)} bytes")
    whole = der.read(data)
    fields = whole.children()
    if not len(fields):
        raise Refused(Why.MALFORMED, "empty")
    inner = fields.all()[0].children().peek()
    return _applied(fields) if inner == der.INTEGER else _seal(whole)


def _seal(whole: Node) -> Seal:
    fields = whole.children()
    if len(fields) == 2:
        info, layout = fields.take(), Layout.GMT0031
        made, timestamp = _made_v1(info, fields.take().children()), None
    else:
        info, layout = fields.take(), Layout.GBT38540
        made = _signed(info.whole, fields)
        timestamp = _timestamp(fields)
    fields.end()
    return _seal_info(info, layout, made, timestamp, whole.whole)


def _made_v1(info: Node, sign_info: Fields) -> Signed:
    """GM/T 0031 §6.1: signed is SEQUENCE { sealInfo, maker's cert, algorithm }."""
    certificate, algorithm, signature = sign_info.take(), sign_info.take(), sign_info.take()
    sign_info.end()
    message = der.write(der.SEQUENCE, info.whole, certificate.whole, algorithm.whole)
    return Signed(message, certificate.octets(), algorithm.oid(), signature.bits())


def _signed(message: bytes, fields: Fields) -> Signed:
    return Signed(message, fields.take().octets(), fields.take().oid(), fields.take().bits())


def _timestamp(fields: Fields) -> bytes | None:
    if fields.peek() != der.TAGGED_0:
        return None
    inside = fields.take().children(der.TAGGED_0)
    token = inside.take().bits_or_octets()
    inside.end()
    return token


def _seal_info(
    info: Node, layout: Layout, made: Signed, timestamp: bytes | None, whole: bytes
) -> Seal:
    fields = info.children()
    version, maker_id = _header(fields.take().children(), layout)
    if timestamp is not None and version != VERSION_5:
        raise Refused(Why.MALFORMED, "a timestamp on a seal of version 4")
    seal_id = fields.take().text(der.IA5_STRING, der.UTF8_STRING, der.PRINTABLE_STRING)
    kind, name, list_type, listed, times = _property(fields.take().children(), layout)
    picture = _picture(fields.take().children())
    extensions, critical = _extensions(fields)
    fields.end()
    return Seal(
        layout, version, maker_id, seal_id, kind, name, list_type, listed, *times, picture,
        extensions, critical, made, timestamp, whole,
    )  # fmt: skip


def _header(header: Fields, layout: Layout) -> tuple[int, str]:
    if header.take().text(der.IA5_STRING) != "ES":
        raise Refused(Why.MALFORMED, "header is not ES")
    version, maker_id = header.take().integer(), _free_text(header.take())
    header.end()
    _must_fit(version, layout)
    return version, maker_id


def _must_fit(version: int, layout: Layout) -> None:
    if version not in VERSIONS[layout]:
        raise Refused(Why.UNKNOWN_VERSION, f"version {version} in the layout of {layout}")


def _free_text(node: Node) -> str:
    """Return a maker's own IA5String; some hold other characters, which are only shown."""
    node.must_be(der.IA5_STRING, der.UTF8_STRING, der.PRINTABLE_STRING)
    return node.content.decode("utf-8", "replace")


Times = tuple[datetime, datetime, datetime]


def _property(
    fields: Fields, layout: Layout
) -> tuple[int, str, ListType, tuple[bytes, ...], Times]:
    kind, name = fields.take().integer(), fields.take().text(der.UTF8_STRING)
    list_type = ListType.CERTIFICATES
    if layout is Layout.GBT38540:
        list_type = _list_type(fields.take().integer())
    listed = _listed(fields.take().children(), list_type)
    tags = () if layout is Layout.GMT0031 else (der.GENERALIZED_TIME,)
    times = tuple(read_time(fields.take(), *tags) for _each in range(3))
    fields.end()
    created, begins, ends = times
    if ends < begins:
        raise Refused(Why.MALFORMED, "the seal ends before it begins")
    return kind, name, list_type, listed, (created, begins, ends)


def _list_type(number: int) -> ListType:
    try:
        return tuple(ListType)[number - 1] if number > 0 else ListType("")
    except (IndexError, ValueError):
        raise Refused(Why.MALFORMED, f"certListType {number}") from None


def _listed(fields: Fields, list_type: ListType) -> tuple[bytes, ...]:
    nodes = fields.all()
    if not nodes or len(nodes) > LONGEST_LIST:
        raise Refused(Why.MALFORMED, f"{len(nodes)} signers listed")
    if list_type is ListType.CERTIFICATES:
        return tuple(_certificate(node) for node in nodes)
    return tuple(_digest(node.children()) for node in nodes)


def _certificate(node: Node) -> bytes:
    """Return a certificate: in an OCTET STRING, or bare as some V1 producers write it."""
    return node.whole if node.tag == der.SEQUENCE else node.octets()


def _digest(fields: Fields) -> bytes:
    """Return the digest of CertDigestObj { type, value }; the type is the maker's own word."""
    fields.take().text()
    digest = fields.take().octets()
    fields.end()
    return digest


def _picture(fields: Fields) -> Picture:
    kind, data = fields.take().text(der.IA5_STRING), fields.take().octets()
    width, height = fields.take().integer(), fields.take().integer()
    fields.end()
    if len(data) > LARGEST_PICTURE:
        raise Refused(Why.TOO_LARGE, f"picture of {len(data)} bytes")
    if not (0 < width <= LARGEST_SIDE_MM and 0 < height <= LARGEST_SIDE_MM):
        raise Refused(Why.MALFORMED, f"picture of {width} × {height} mm")
    return Picture(kind, data, width, height)


def _extensions(fields: Fields) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return (all, critical) identifiers of ExtensionDatas, tagged [0] or plain, or none."""
    if fields.peek() == der.TAGGED_0:
        outer = fields.take().children(der.TAGGED_0)
        listed = outer.take().children()
        outer.end()
    elif fields.peek() == der.SEQUENCE:
        listed = fields.take().children()
    else:
        return (), ()
    found = [_extension(node.children()) for node in listed.all()]
    return tuple(oid for oid, _c in found), tuple(oid for oid, critical in found if critical)


def _extension(fields: Fields) -> tuple[str, bool]:
    oid, critical = fields.take().oid(), False
    if fields.peek() == der.BOOLEAN:
        critical = any(fields.take().content)
    fields.take().octets()
    fields.end()
    return oid, critical


def _applied(fields: Fields) -> Applied:
    signed = fields.take()
    layout = Layout.GMT0031 if fields.left == 1 else Layout.GBT38540
    inside = signed.children()
    version = inside.take().integer()
    _must_fit(version, layout)
    seal = _seal(inside.take())
    if seal.layout is not layout:
        raise Refused(Why.MALFORMED, f"a seal of {seal.layout} in a value of {layout}")
    if layout is Layout.GMT0031:
        return _applied_v1(signed, inside, fields, version, seal)
    if version != seal.version:
        raise Refused(Why.UNKNOWN_VERSION, f"value {version}, seal {seal.version}")
    signed_at = read_time(inside.take(), der.GENERALIZED_TIME)
    data_hash, info = inside.take().bits(), _free_text(inside.take())
    _all, critical = _extensions(inside)
    inside.end()
    signature = _signed(signed.whole, fields)
    timestamp = _timestamp(fields)
    fields.end()
    return Applied(
        layout, version, seal, signed_at, data_hash, info, critical, signature, timestamp
    )


def _applied_v1(signed: Node, inside: Fields, fields: Fields, version: int, seal: Seal) -> Applied:
    when = inside.take().bits_or_octets()
    data_hash, info = inside.take().bits_or_octets(), _free_text(inside.take())
    certificate, algorithm = inside.take().octets(), inside.take().oid()
    inside.end()
    signature = Signed(signed.whole, certificate, algorithm, fields.take().bits())
    fields.end()
    return Applied(
        Layout.GMT0031, version, seal, read_open(when), data_hash, info, (), signature, None
    )
