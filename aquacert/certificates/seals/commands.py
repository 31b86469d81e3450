"""Make, import, stop and apply electronic seals. One body has one seal in use.

A seal made here has no legal force: its maker is this installation. An official one comes as a
file from the authorised platform; its key stays there, so this system shows and verifies it and
cannot put it on anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

import structlog
from sqlalchemy import select

from aquacert.accounts import queries as accounts
from aquacert.accounts.models import Organisation
from aquacert.certificates.models import Certificate
from aquacert.certificates.models.seals import HeldSeal, SealApplication, SealOrigin, SealState
from aquacert.certificates.seals import queries
from aquacert.kernel.audit import Fact
from aquacert.kernel.clock import SHANGHAI
from aquacert.kernel.errors import Invalid, NotFound
from aquacert.kernel.scope import SYSTEM
from aquacert.kernel.states import Moves
from aquacert.kernel.typesetting import DEMO_FOOT, LOCAL_FOOT, missing_glyphs
from aquacert.kernel.work import Database, Work
from aquacert.trust import ses
from aquacert.trust.keys import KeyRing, KeySigner, KeyState, ListedKey
from aquacert.trust.publickeys import Owner, Use
from aquacert.trust.sealpicture import LONGEST_NAME, SIDE_MM, round_seal_png

MAKER_LABEL = "seal-maker"
MAKER_NAME = "AquaCert 制章（无法律效力）"
LONGEST_DAYS = 360
"""A seal made here ends before the key it is used with, which lives twelve months."""
SHORTEST_REASON = 2
log = structlog.get_logger("seals")


class SealAct(StrEnum):
    """What can be done to a seal."""

    STOP = "stop"


MOVES = Moves[SealState, SealAct]({(SealState.IN_USE, SealAct.STOP): SealState.STOPPED})


@dataclass(frozen=True)
class SealMade(Fact):
    """A seal was made here for a body."""

    tag: ClassVar[str] = "certificates:seal:make"
    title: ClassVar[str] = "制作电子印章"
    number: str
    name: str
    body: str
    ends_at: datetime


@dataclass(frozen=True)
class SealImported(Fact):
    """A seal made elsewhere was verified and taken in."""

    tag: ClassVar[str] = "certificates:seal:import"
    title: ClassVar[str] = "导入电子印章"
    number: str
    name: str
    body: str
    maker: str


@dataclass(frozen=True)
class SealStopped(Fact):
    """A seal is put on nothing any more; what it was put on stands."""

    tag: ClassVar[str] = "certificates:seal:stop"
    title: ClassVar[str] = "停用电子印章"
    number: str
    name: str
    because: str


@dataclass(frozen=True)
class SealApplied(Fact):
    """A seal was put on a certificate's signed record."""

    tag: ClassVar[str] = "certificates:seal:apply"
    title: ClassVar[str] = "加盖电子印章"
    certificate: str
    seal: str


def make_seal(w: Work, keys: KeyRing, *, body_id: UUID, ends_on: date, version: int = 4) -> UUID:
    """Make a seal for a body, valid from now to the end of `ends_on` (Shanghai); return its id.

    Raises `Invalid` for a body that has one in use, a day too far, or a name that cannot be drawn.
    """
    body = _body(w, body_id)
    ends = _end_of(w, ends_on)
    picture = ses.Picture("PNG", _drawn(w, body.name_zh), SIDE_MM, SIDE_MM)
    maker = keys.load(keys.ensure(Use.SEAL_MAKER, _maker(w), now=w.now))
    holder = keys.load(_holder_key(keys, body, w.now, ends))
    facts = ses.SealFacts(
        seal_id=f"AQ{body.division_code}{w.new_id().hex[-12:].upper()}",
        name=f"{body.name_zh}动物检疫专用章",
        owners=[holder.certificate],
        picture=picture,
        valid_from=w.now.replace(microsecond=0),
        valid_to=ends,
    )
    made = ses.make_seal(facts, maker, now=w.now, version=version)
    report = ses.verify(made, at=w.now, roots=keys.seal_roots())
    row = _keep(w, body, report, SealOrigin.MADE, key_id=holder.kid.hex())
    fact = SealMade(row.number, row.name, body.name_zh, row.ends_at)
    w.record(fact, on=row, county=body.division_code)
    return row.id


def import_seal(w: Work, *, body_id: UUID, der: bytes) -> UUID:
    """Take in a seal made elsewhere, valid now; return its id.

    Raises `ses.SealRefused` when it does not verify, `Invalid` for a signed value, a seal that is
    here already, or a body that has one in use.
    """
    body = _body(w, body_id)
    report = ses.verify(der, at=w.now)
    if report.kind is not ses.Kind.SEAL:
        raise Invalid(
            "这是盖章后的签章数据，不是印章本身。",
            file="请上传平台下发的印章文件（.esl 或 .seal），不要上传 SignedValue.dat。",
        )
    if w.one(select(HeldSeal).where(HeldSeal.number == report.seal_id)) is not None:
        raise Invalid("这枚印章已经在系统里。", file=f"印章编码 {report.seal_id} 已登记。")
    row = _keep(w, body, report, SealOrigin.IMPORTED, key_id="")
    fact = SealImported(row.number, row.name, body.name_zh, row.maker)
    w.record(fact, on=row, county=body.division_code)
    return row.id


def stop_seal(w: Work, seal_id: UUID, because: str) -> None:
    """Stop a seal for good, with the reason; raise `NotAllowedNow` when it was stopped."""
    if len(because.strip()) < SHORTEST_REASON:
        raise Invalid("请写明停用原因。", because="请写明停用原因，至少两个字。")
    row = w.get_for_change(HeldSeal, seal_id)
    row.stopped_because, row.stopped_at = because.strip(), w.now
    row.stopped_by = w.actor.label
    w.move(row, MOVES, SealAct.STOP, because.strip())
    fact = SealStopped(row.number, row.name, because.strip())
    w.record(fact, on=row, county=row.division_code, reason=because.strip())


def apply(database: Database, keys: KeyRing, certificate_id: UUID) -> bytes | None:
    """Put the issuing body's seal on a certificate's signed record, once; return SES_Signature.

    The data under the seal is the record, byte for byte. None when the body has no seal that can
    be used here now: the certificate then carries none. What was made is verified before it is
    kept.
    """
    with database.work(SYSTEM) as w:
        row = w.get_for_change(Certificate, certificate_id)
        kept = queries.application_of(w, certificate_id)
        if kept is not None:
            return kept
        seal = queries.seal_of(w, row.office_id)
        signer = None if seal is None else _signer(keys, seal, w.now)
        if seal is None or signer is None:
            return None
        value = ses.sign(seal.der, row.record, signer, at=w.now, property_info=_about(row))
        ses.verify_in_period(value, row.record)
        w.add(
            SealApplication(
                id=w.new_id(),
                certificate_id=certificate_id,
                seal_id=seal.id,
                county=row.county,
                office_id=row.office_id,
                value=value,
                applied_at=w.now,
            )
        )
        w.record(SealApplied(row.number, seal.number), on=row, county=row.county)
    return value


def _about(row: Certificate) -> str:
    """Return what the seal covers (propertyInfo, ASCII)."""
    return f"AquaCert record; certificate={row.number}; cover=all"


def _signer(keys: KeyRing, seal: HeldSeal, now: datetime) -> KeySigner | None:
    """Return the seal's key when it can be used now."""
    fit = queries.fit_of(seal, now)
    if fit is not queries.Fit.READY:
        log.warning("not_applied", seal=seal.number, why=fit.value)
        return None
    listed = keys.named(bytes.fromhex(seal.key_id))
    if listed.state is not KeyState.ACTIVE or not listed.covers(now):
        log.warning("not_applied", seal=seal.number, why="key")
        return None
    return keys.load(listed)


def _keep(
    w: Work, body: Organisation, report: ses.SealReport, origin: SealOrigin, *, key_id: str
) -> HeldSeal:
    return w.add(
        HeldSeal(
            id=w.new_id(),
            body_id=body.id,
            division_code=body.division_code,
            number=report.seal_id,
            name=report.name,
            version=report.version,
            origin=origin.value,
            state=SealState.IN_USE.value,
            maker=report.maker.shown,
            der=report.seal,
            key_id=key_id,
            begins_at=report.valid_from,
            ends_at=report.valid_to,
            received_at=w.now,
            received_by_id=w.actor.person_id,
            received_by=w.actor.label,
            stopped_at=None,
            stopped_by="",
            stopped_because="",
        )
    )


def _body(w: Work, body_id: UUID) -> Organisation:
    """Return an agency of the actor's place that has no seal in use."""
    body = accounts.organisation(w, body_id)
    scope = w.actor.scope
    if body.kind != "agency" or not (scope.everything or body.division_code in scope.divisions):
        raise NotFound("没有这个单位。")
    held = queries.seal_of(w, body_id)
    if held is not None:
        raise Invalid(
            "这个单位已有在用的印章。", body=f"先停用“{held.name}”（{held.number}），再换新章。"
        )
    return body


def _end_of(w: Work, ends_on: date) -> datetime:
    if not w.today < ends_on <= w.today + timedelta(days=LONGEST_DAYS):
        raise Invalid("印章的终止日期不对。", ends_on=f"请填明天到 {LONGEST_DAYS} 天以内的一天。")
    return datetime.combine(ends_on, time(23, 59, 59), SHANGHAI)


def _drawn(w: Work, name: str) -> bytes:
    absent = missing_glyphs(name)
    if absent:
        raise Invalid("单位名称里有刻不出的字。", body=f"字库里没有：{'、'.join(absent)}。")
    if len(name) > LONGEST_NAME:
        raise Invalid("单位名称太长。", body=f"圆章一圈最多 {LONGEST_NAME} 个字。")
    return round_seal_png(name, foot=DEMO_FOOT if w.settings.is_demo else LOCAL_FOOT)


def _maker(w: Work) -> Owner:
    return Owner(MAKER_LABEL, f"{w.settings.province}0000", MAKER_NAME)


def _holder_key(keys: KeyRing, body: Organisation, now: datetime, ends: datetime) -> ListedKey:
    """Return the body's seal key; a fresh one when the one it has ends before the seal."""
    owner = Owner(f"ses:{body.id}", body.division_code, body.name_zh)
    held = keys.find(Use.SES, owner.label, now)
    if held is not None and held.not_after >= ends:
        return held
    return keys.create(Use.SES, owner, now=now)
