"""Judging a seal, or a seal applied to data, step by step (GB/T 38540-2020, GM/T 0031-2014 §6).

What holds is listed in `SealReport.checked`, what nobody looked at in `SealReport.unchecked`; the
first step that fails raises `SealRefused`. Whether the certificates come from an authority that
may give out seals is not judged here: no list of such authorities is public.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType

from aquacert.trust import sm2
from aquacert.trust.errors import Refused, TrustError, Why
from aquacert.trust.given import octets
from aquacert.trust.ses.holders import (
    SM2_SM3,
    Holder,
    is_issued_by,
    key_of,
    matches_digest,
    read_holder,
)
from aquacert.trust.ses.structures import Applied, ListType, Picture, Seal, Signed, parse

ALGORITHMS = frozenset({SM2_SM3, "1.2.156.10197.1.301.1", "1.2.156.10197.1.301"})
"""The last two name SM2 alone; GM/T 0009 allows it no digest but SM3, so they mean the same."""


class Step(StrEnum):
    """One thing to look at, in the standard's order; after DATA what may go unjudged."""

    FORMAT = "format"
    SEAL_SIGNATURE = "seal-signature"
    SEAL_PERIOD = "seal-period"
    SIGNER_LISTED = "signer-listed"
    SIGNER_PERIOD = "signer-period"
    SIGNATURE = "signature"
    DATA = "data"
    MAKER_PERIOD = "maker-period"
    CHAIN = "chain"
    REVOCATION = "revocation"
    TIMESTAMP = "timestamp"
    EXTENSIONS = "extensions"


STEPS: Mapping[Step, str] = MappingProxyType(
    {
        Step.FORMAT: "格式与版本",
        Step.SEAL_SIGNATURE: "制章人对印章的签名",
        Step.SEAL_PERIOD: "印章有效期",
        Step.SIGNER_LISTED: "签章人在印章名单中",
        Step.SIGNER_PERIOD: "签章时签章人证书在有效期内",
        Step.SIGNATURE: "签章人的签名",
        Step.DATA: "原文杂凑值",
        Step.MAKER_PERIOD: "制章时制章人证书在有效期内",
        Step.CHAIN: "证书由哪家机构签发、能否信任",
        Step.REVOCATION: "证书是否已被吊销",
        Step.TIMESTAMP: "时间戳",
        Step.EXTENSIONS: "厂商标为关键的自定义数据",
    }
)


class Kind(StrEnum):
    """What was given to judge."""

    SEAL = "seal"
    SIGNATURE = "signature"


class SealRefused(Refused):
    """A seal or signed value is refused: `step` failed after those in `passed` held."""

    def __init__(self, why: Why, detail: str, step: Step, passed: tuple[Step, ...]) -> None:
        super().__init__(why, detail)
        self.step = step
        self.passed = passed


@dataclass(frozen=True)
class SealReport:
    """What a good seal or signed value says. Instants are aware (UTC), sizes millimetres."""

    kind: Kind
    version: int
    """1 (GM/T 0031-2014), 4 or 5 (GB/T 38540)"""
    standard: str
    seal_id: str
    name: str
    type: int
    """the seal's type; 1 is a body's seal, 2 a person's, others are the maker's own"""
    maker_id: str
    """vid: the maker's product"""
    maker: Holder
    signer: Holder | None
    """None for a seal"""
    list_type: ListType
    listed: tuple[bytes, ...]
    """who may sign: certificates (DER) or their digests"""
    created_at: datetime
    valid_from: datetime
    valid_to: datetime
    signed_at: datetime | None
    """as the signer says; None for a seal"""
    picture: Picture
    data_hash: bytes | None
    """SM3 of the data; None for a seal"""
    property_info: str
    has_timestamp: bool
    checked: tuple[Step, ...]
    unchecked: tuple[Step, ...]
    """what nobody looked at, or what was looked at and did not hold without being a refusal"""
    signer_in_period: bool
    """False: the signer's certificate had ended when it signed, and SIGNER_PERIOD stands in
    `unchecked`; whoever relies on the value must not take it for good. True for a seal."""
    seal: bytes = field(repr=False)
    """the seal itself, DER"""


def verify(
    der: bytes,
    data: bytes | None = None,
    at: datetime | None = None,
    *,
    roots: Sequence[bytes] = (),
) -> SealReport:
    """Return the report of a good seal or signed value of versions 1, 4 and 5.

    `der`: SESeal (`.esl`) or SES_Signature (`SignedValue.dat`), exactly its bytes. `data`: what the
    seal was put on (for OFD the bytes of Signature.xml); without it its digest is not checked, and
    the report says so. `at`: when the seal must be valid, besides the signing time of a value; for
    a seal alone without `at` its period is told but not judged. A naive `at` is read as UTC.
    `roots`: certificates (DER) of authorities; when they issued maker's and signer's certificates
    the chain counts as checked, otherwise the report says it was not.

    A signer's certificate that had ended when it signed is told, not refused: producers do so, and
    the signature is as true as before. `signer_in_period` is then False; `verify_in_period` refuses.

    Raises `SealRefused` (a `TrustError`) with `why`: MALFORMED, NOT_CANONICAL, TOO_LARGE,
    UNKNOWN_VERSION, UNKNOWN_ALGORITHM, BAD_SIGNATURE, SEAL_EXPIRED, SIGNER_NOT_OF_SEAL,
    KEY_NOT_VALID (the signer's certificate held only later), CHANGED (not this data).
    """
    steps = _Steps()
    with steps.go(Step.FORMAT):
        instant = _moment(at)
        data = None if data is None else octets(data)
        found = parse(octets(der))
        seal = found.seal if isinstance(found, Applied) else found
        maker = read_holder(seal.made.certificate)
    with steps.go(Step.SEAL_SIGNATURE):
        _check_signature(seal.made)
    if isinstance(found, Applied):
        signer = _judge_applied(steps, found, data, instant)
    else:
        signer = None
        if instant is not None:
            with steps.go(Step.SEAL_PERIOD):
                _check_period(seal, instant)
    if maker.covers(seal.created_at):
        steps.passed.append(Step.MAKER_PERIOD)
    holders = [holder.certificate for holder in (maker, signer) if holder]
    if all(any(is_issued_by(one, root) for root in roots) for one in holders):
        steps.passed.append(Step.CHAIN)
    return _report(found, seal, maker, signer, tuple(steps.passed))


def verify_in_period(
    der: bytes, data: bytes | None = None, at: datetime | None = None
) -> SealReport:
    """Return what `verify` does; refuse a value signed with a certificate that had ended.

    Raises `SealRefused` as `verify`, KEY_NOT_VALID at SIGNER_PERIOD besides.
    """
    report = verify(der, data, at)
    if not report.signer_in_period:
        detail = "the signer's certificate had ended when it signed"
        raise SealRefused(Why.KEY_NOT_VALID, detail, Step.SIGNER_PERIOD, report.checked)
    return report


def _moment(at: datetime | None) -> datetime | None:
    """Return `at`, a naive one as UTC; raise `Refused` when it is no instant."""
    if at is None:
        return None
    if not isinstance(at, datetime):
        raise Refused(Why.MALFORMED, f"{type(at).__name__} is no instant")
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at


class _Steps:
    """The steps that held so far."""

    def __init__(self) -> None:
        self.passed: list[Step] = []

    @contextmanager
    def go(self, step: Step) -> Iterator[None]:
        """Note `step` when its block ends; say which step failed when it does not."""
        try:
            yield
        except TrustError as error:
            raise SealRefused(error.why, error.detail, step, tuple(self.passed)) from None
        self.passed.append(step)


def _judge_applied(
    steps: _Steps, value: Applied, data: bytes | None, at: datetime | None
) -> Holder:
    with steps.go(Step.SEAL_PERIOD):
        signed_at = value.signed_at or at
        if signed_at is None:
            raise Refused(Why.MALFORMED, "timeInfo holds no readable time")
        for instant in (signed_at, at or signed_at):
            _check_period(value.seal, instant)
    with steps.go(Step.SIGNER_LISTED):
        signer = read_holder(value.signed.certificate)
        if not _is_listed(value.seal, signer.certificate):
            raise Refused(Why.SIGNER_NOT_OF_SEAL, signer.shown)
    if signed_at < signer.valid_from:
        detail = f"signed {signed_at}, certificate from {signer.valid_from}"
        raise SealRefused(Why.KEY_NOT_VALID, detail, Step.SIGNER_PERIOD, tuple(steps.passed))
    if signer.covers(signed_at):  # else it had ended, which is told: see `verify`
        steps.passed.append(Step.SIGNER_PERIOD)
    with steps.go(Step.SIGNATURE):
        _check_signature(value.signed)
    if data is not None:
        with steps.go(Step.DATA):
            if sm2.sm3(data) != value.data_hash:
                raise Refused(Why.CHANGED, "dataHash is not SM3 of the data")
    return signer


def _check_signature(signed: Signed) -> None:
    if signed.algorithm not in ALGORITHMS:
        raise Refused(Why.UNKNOWN_ALGORITHM, signed.algorithm)
    sm2.verify(key_of(signed.certificate), signed.message, signed.signature)


def _check_period(seal: Seal, instant: datetime) -> None:
    if not seal.valid_from <= instant <= seal.valid_to:
        detail = f"{instant} is not in {seal.valid_from} … {seal.valid_to}"
        raise Refused(Why.SEAL_EXPIRED, detail)


def _is_listed(seal: Seal, certificate: bytes) -> bool:
    if seal.list_type is ListType.DIGESTS:
        return matches_digest(certificate, seal.listed)
    return certificate in seal.listed


def _report(
    found: Seal | Applied,
    seal: Seal,
    maker: Holder,
    signer: Holder | None,
    passed: tuple[Step, ...],
) -> SealReport:
    value = found if isinstance(found, Applied) else None
    return SealReport(
        kind=Kind.SIGNATURE if value else Kind.SEAL,
        version=seal.version,
        standard=seal.layout.value,
        seal_id=seal.seal_id,
        name=seal.name,
        type=seal.type,
        maker_id=seal.maker_id,
        maker=maker,
        signer=signer,
        list_type=seal.list_type,
        listed=seal.listed,
        created_at=seal.created_at,
        valid_from=seal.valid_from,
        valid_to=seal.valid_to,
        signed_at=value.signed_at if value else None,
        picture=seal.picture,
        data_hash=value.data_hash if value else None,
        property_info=value.property_info if value else "",
        has_timestamp=found.timestamp is not None or seal.timestamp is not None,
        checked=passed,
        unchecked=_unchecked(found, seal, passed),
        signer_in_period=value is None or Step.SIGNER_PERIOD in passed,
        seal=seal.whole,
    )


def _unchecked(found: Seal | Applied, seal: Seal, passed: tuple[Step, ...]) -> tuple[Step, ...]:
    """Return what was not looked at and a reader might think it was."""
    asked = {Step.SEAL_PERIOD, Step.MAKER_PERIOD, Step.CHAIN, Step.REVOCATION}
    if isinstance(found, Applied):
        asked |= {Step.SIGNER_PERIOD, Step.DATA}
    if found.timestamp is not None or seal.timestamp is not None:
        asked.add(Step.TIMESTAMP)
    if found.critical or seal.critical:
        asked.add(Step.EXTENSIONS)
    return tuple(step for step in Step if step in asked and step not in passed)
