"""Times as seals write them: UTCTime and GeneralizedTime (X.680 §46-47), and V1's open text.

A time without a zone is read as China's (UTC+8): seals are made and applied there.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

from asn1crypto.cms import ContentInfo
from asn1crypto.tsp import TSTInfo

from aquacert.trust.errors import Refused, Why
from aquacert.trust.ses.der import GENERALIZED_TIME, UTC_TIME, Node, read, write

CHINA = timezone(timedelta(hours=8))
CENTURY_TURNS = 50
"""UTCTime: years 50 to 99 are 19xx (RFC 5280 §4.1.2.5.1)."""
_REST = r"(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})?(?:[.,]\d{1,9})?(Z|[+-]\d{4})?"
UTC_TEXT = re.compile(r"(\d{2})" + _REST, re.ASCII)
GENERALIZED_TEXT = re.compile(r"(\d{4})" + _REST, re.ASCII)
PLAIN_TEXT = re.compile(
    r"(\d{4})[-/](\d{2})[-/](\d{2})[ T](\d{2}):(\d{2}):(\d{2})(?:\.\d{1,9})?(Z|[+-]\d{4})?",
    re.ASCII,
)
LONGEST_TEXT = 40


def read_time(node: Node, *tags: int) -> datetime:
    """Return the instant (aware, UTC) of a UTCTime or GeneralizedTime; `Refused` when it is none.

    `tags`: which of the two are allowed; both when none is given.
    """
    node.must_be(*(tags or (UTC_TIME, GENERALIZED_TIME)))
    text = node.content[: LONGEST_TEXT + 1].decode("latin-1")
    pattern = UTC_TEXT if node.tag == UTC_TIME else GENERALIZED_TEXT
    return _instant(pattern.fullmatch(text))


def read_open(content: bytes) -> datetime | None:
    """Return the instant that V1's timeInfo tells, or None when it is no time we can read.

    GM/T 0031 leaves the content open: in the field it is a DER time, its text alone,
    `2020-04-21 01:27:57`, or a whole timestamp token (RFC 3161).
    """
    for way in (_as_der, _as_text, _as_token):
        try:
            return way(content)
        except (Refused, ValueError, TypeError, KeyError, AttributeError, OverflowError):
            continue
    return None


def write_time(instant: datetime) -> bytes:
    """Return a GeneralizedTime in UTC, whole seconds (DER)."""
    return write(GENERALIZED_TIME, f"{instant.astimezone(UTC):%Y%m%d%H%M%SZ}".encode())


def write_utc_time(instant: datetime) -> bytes:
    """Return a UTCTime in UTC (DER), for years 1950 to 2049."""
    return write(UTC_TIME, f"{instant.astimezone(UTC):%y%m%d%H%M%SZ}".encode())


def _instant(found: re.Match[str] | None) -> datetime:
    if found is None:
        raise Refused(Why.MALFORMED, "no time")
    first, month, day, hour, minute, second, zone = found.groups()
    year = int(first)
    if len(first) < len("2026"):
        year += 1900 if year >= CENTURY_TURNS else 2000
    try:
        local = datetime(
            year, int(month), int(day), int(hour), int(minute), int(second or 0), tzinfo=_zone(zone)
        )
        return local.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Refused(Why.MALFORMED, f"{found[0]}: {error}") from None


def _zone(text: str | None) -> timezone:
    if text is None:
        return CHINA
    if text == "Z":
        return UTC
    shift = timedelta(hours=int(text[1:3]), minutes=int(text[3:5]))
    return timezone(shift if text[0] == "+" else -shift)


def _as_der(content: bytes) -> datetime:
    return read_time(read(content))


def _as_text(content: bytes) -> datetime:
    text = content[: LONGEST_TEXT + 1].decode("ascii")
    for pattern in (PLAIN_TEXT, UTC_TEXT, GENERALIZED_TEXT):
        found = pattern.fullmatch(text)
        if found is not None:
            return _instant(found)
    raise Refused(Why.MALFORMED, "no time")


def _as_token(content: bytes) -> datetime:
    """Return the time of a token; its own signature is not judged here."""
    signed = ContentInfo.load(content)["content"]
    found = TSTInfo.load(bytes(signed["encap_content_info"]["content"]))["gen_time"].native
    if not isinstance(found, datetime):
        raise Refused(Why.MALFORMED, "timestamp token")
    return found.astimezone(UTC)
