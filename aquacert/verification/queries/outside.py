"""A certificate judged by nothing but public documents: no database, no folder of our own.

This is what `aquacert verify` runs anywhere: trust list (its roots pinned by whoever asks), the
code's own signature, a PDF's signatures, the status list, the log's proof. Each finding says how
old its source is. Nothing is green on a stale list.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

import requests

from aquacert.trust import statuslist
from aquacert.trust.claims import QrClaims
from aquacert.trust.errors import SENTENCES, Refused, Why
from aquacert.trust.logentry import check_issue
from aquacert.trust.notes import NoteKey
from aquacert.trust.pdf import verify_pdf
from aquacert.trust.publickeys import ListedKey, Use
from aquacert.trust.trustdocument import TrustDocument
from aquacert.trust.trustlist import TrustList, read_claims
from aquacert.verification.parsers.codes import Code, code_on_paper

SKEW = timedelta(minutes=5)
"""How far something may be dated ahead of this clock."""
WAIT = 10.0
MOST_FETCHED = 16 << 20
CHUNK = 1 << 16
NOT_PROVABLE = frozenset(
    {
        Why.UNKNOWN_KEY,
        Why.KEY_NOT_VALID,
        Why.UNKNOWN_ALGORITHM,
        Why.UNKNOWN_VERSION,
        Why.STALE,
        Why.NOT_ENOUGH_ROOTS,
    }
)
"""Refusals that prove nothing either way."""
SAYS = {
    statuslist.Status.VALID: "有效",
    statuslist.Status.INVALID: "已作废或召回",
    statuslist.Status.SUSPENDED: "已暂停",
    statuslist.Status.REPLACED: "已换新证",
}


class Answer(StrEnum):
    """The three answers; the process exits with 0, 1 or 2."""

    GOOD = "good"
    REFUSED = "refused"
    UNSURE = "unsure"


@dataclass(frozen=True)
class Finding:
    """One thing that was checked."""

    what: str
    answer: Answer
    text: str


@dataclass
class Report:
    """Everything found of one certificate."""

    findings: list[Finding] = field(default_factory=list)
    claims: QrClaims | None = None
    key: ListedKey | None = None
    """the key that signed the code"""

    @property
    def answer(self) -> Answer:
        """The worst of what was found: one refusal refuses, one gap leaves it unsure."""
        answers = {one.answer for one in self.findings}
        worst = (Answer.REFUSED, Answer.UNSURE)
        return next((one for one in worst if one in answers), Answer.GOOD)

    def add(self, what: str, answer: Answer, text: str) -> None:
        """Note one finding."""
        self.findings.append(Finding(what, answer, text))

    def refuse(self, what: str, refused: Refused) -> None:
        """Note a refusal: amber when it proves nothing, red otherwise."""
        unsure = refused.why in NOT_PROVABLE
        sentence = f"{SENTENCES[refused.why]} [{refused.reason}]"
        self.add(what, Answer.UNSURE if unsure else Answer.REFUSED, sentence)


@dataclass(frozen=True)
class Believed:
    """Whose signatures are believed, and where the other public documents are."""

    trust: TrustList
    document: TrustDocument
    log_key: str = ""


def fetch(url: str) -> bytes:
    """Return the bytes at `url` (https, or http for a test); raise OSError when it does not answer."""
    if not url.startswith(("https://", "http://")):
        raise OSError(url)
    until = time.monotonic() + WAIT
    with requests.get(url, timeout=WAIT, stream=True) as answer:
        answer.raise_for_status()
        data = bytearray()
        for part in answer.iter_content(CHUNK):
            data += part
            if len(data) > MOST_FETCHED or time.monotonic() > until:
                raise OSError(f"{url}: too large or too slow")
    return bytes(data)


def believe(
    report: Report, text: bytes, pinned: str, now: datetime, *, is_chosen: bool = False
) -> Believed | None:
    """Return whom a published trust list names, noting its roots and age; None when not believed.

    `pinned` is the fingerprint of the roots (32 hex digits) that the caller knows from elsewhere;
    `is_chosen` says that the caller named the list. A list that only the certificate's own address
    named proves nothing: whoever forged the one can publish the other. Then all is amber.
    """
    try:
        document = TrustDocument.read(text)
        document.check(document.roots)
        document.check_reach()
    except Refused as refused:
        report.refuse("信任名单", refused)
        return None
    found = document.roots.fingerprint
    if pinned and pinned.lower().replace(" ", "") != found:
        report.add("信任名单", Answer.REFUSED, f"根密钥指纹是 {found}，与指定的不同")
        return None
    age = ago(now - document.issued)
    words = f"{document.name_zh} 第 {document.version} 版，{age}前签发；根密钥指纹 {found}"
    if document.body.get("demo"):
        words += "；演示系统，签出的证明不能作为凭证"
    if now >= document.expires:
        report.add("信任名单", Answer.UNSURE, f"{words}；已过期")
    elif pinned or is_chosen:
        report.add("信任名单", Answer.GOOD, words)
    else:
        words += "。名单是证明自己的网址给的：请核对指纹后用 --root 固定"
        report.add("信任名单", Answer.UNSURE, words)
    key = str(document.log["key"]) if document.log else ""
    return Believed(document.trust, document, key)


def judge_code(report: Report, cose: bytes, believed: Believed, now: datetime) -> None:
    """Check the code's own signature and its days."""
    try:
        found = read_claims(cose, believed.trust)
    except Refused as refused:
        report.refuse("签名", refused)
        return
    issuer = believed.document.issuer_of(found.key)
    if issuer is None or found.claims.kind not in issuer.kinds:
        report.refuse("签名", Refused(Why.KEY_NOT_VALID, found.claims.kind))
        return
    claims, report.key = found.claims, found.key
    report.claims = claims
    words = f"{found.key.owner.name}（{claims.authority_code}），{found.key.key.algorithm}"
    report.add("签名", Answer.GOOD, f"与信任名单上的密钥相符：{words}")
    if claims.issued > now + SKEW:
        report.add(
            "有效期", Answer.UNSURE, f"签发时间 {claims.issued:%Y-%m-%d %H:%M}Z 在本机时间之后"
        )
    elif now > claims.ends:
        report.add("有效期", Answer.REFUSED, f"已过期：{claims.ends:%Y-%m-%d %H:%M:%S}Z")
    else:
        report.add("有效期", Answer.GOOD, f"到 {claims.ends:%Y-%m-%d %H:%M:%S}Z")


def judge_status(report: Report, believed: Believed, now: datetime, token: bytes = b"") -> None:
    """Check the status list, fetched unless `token` is given; it must be fresh to be green."""
    claims = report.claims
    if claims is None:
        return
    url = f"{believed.document.status_base.rstrip('/')}/{claims.status_list}"
    try:
        found = _listed(token or fetch(url), believed.trust, url)
        status = statuslist.Status(found.statuses[claims.status_index])
    except (OSError, ValueError) as error:
        report.add("状态", Answer.UNSURE, f"状态清单取不到：{type(error).__name__}")
        return
    except Refused as refused:
        report.add("状态", Answer.UNSURE, f"状态清单不可信：{SENTENCES[refused.why]}")
        return
    is_stale = found.expires is None or now >= found.expires
    words = f"{SAYS[status]}；清单 {ago(now - found.issued)}前签发"
    if status in {statuslist.Status.INVALID, statuslist.Status.REPLACED}:
        report.add("状态", Answer.REFUSED, words)
    elif found.issued > now + SKEW:
        report.add("状态", Answer.UNSURE, f"{words}，签发时间在本机时间之后")
    elif is_stale or status is statuslist.Status.SUSPENDED:
        report.add("状态", Answer.UNSURE, words + ("，已过期" if is_stale else ""))
    else:
        report.add("状态", Answer.GOOD, words)


def _listed(token: bytes, trust: TrustList, url: str) -> statuslist.SignedStatus:
    """Return a status list signed by a key that was in force then; raise `Refused` otherwise."""
    found = statuslist.decode(token, trust.keys_of(Use.STATUS), uri=url)
    if not any(key.covers(found.issued) for key in trust.matching(found.kid, Use.STATUS)):
        raise Refused(Why.KEY_NOT_VALID, "the status key did not cover the list's time")
    return found


def judge_log(report: Report, believed: Believed, now: datetime, proof: bytes) -> None:
    """Check that the certificate stands in the public log; a missing proof says so, no more."""
    if report.claims is None or not believed.log_key:
        return
    try:
        key = NoteKey.read(believed.log_key)
        found = check_issue(proof, report.claims.number, report.claims.encode(), key)
    except Refused as refused:
        report.refuse("公开日志", refused)
        return
    since = None if report.key is None else report.key.compromised_since
    if since is not None and found.at >= since.timestamp():
        report.add("公开日志", Answer.REFUSED, "登记在密钥泄露之后，签发时间是倒填的")
        return
    at = datetime.fromtimestamp(found.at, now.tzinfo)
    words = f"第 {found.index} 条，{ago(now - at)}前登记，检查点共 {found.checkpoint.size} 条"
    report.add("公开日志", Answer.GOOD, words)


def judge_pdf(report: Report, data: bytes, believed: Believed) -> tuple[bytes, bytes]:
    """Check a PDF's signatures and what is attached; return its (code, proof), either maybe empty.

    The code printed on the page must be the code attached: paper and file are one certificate.
    """
    roots = [key.certificate for key in believed.trust.keys if key.use is Use.ROOT]
    try:
        found = verify_pdf(data, roots)
    except Refused as refused:
        report.refuse("文件", refused)
        return _printed(data).cose, b""
    signers = "、".join(one.signer for one in found.signatures)
    report.add("文件", Answer.GOOD, f"签名之后没有改动：{signers}；级别 {found.level.value}")
    printed = _printed(data).cose
    if found.code is not None and printed and printed != found.code:
        report.add("二维码", Answer.REFUSED, "页面上的二维码与附带的编码不同")
    return found.code or printed, (found.proof or "").encode()


def _printed(data: bytes) -> Code:
    try:
        return code_on_paper(data)
    except Refused:
        return Code()


def ago(age: timedelta) -> str:
    """Return an age in plain words."""
    minutes = max(0, int(age.total_seconds()) // 60)
    if minutes < 60:
        return f"{minutes} 分钟"
    return f"{minutes // 60} 小时" if minutes < 2880 else f"{minutes // 1440} 天"
