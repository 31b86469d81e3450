"""A laboratory's test report judged anywhere: its code by the trust list, its PDF by the roots.

Whether a report still stands is in no signed list: its public page says so, and here it stays unsure.
"""

from __future__ import annotations

from aquacert.trust.cose import TYPE, read, verify_own
from aquacert.trust.errors import Refused, Why
from aquacert.trust.keys import ListedKey, Use
from aquacert.trust.pdf import LAB_FIELD, verify_pdf
from aquacert.trust.reportrecord import CODE_TYPE, ReportClaims
from aquacert.verification.queries.outside import Answer, Believed, Report

RECORD, CODE = "report.cbor", "report.cose"
OUTCOMES = {"negative": "全部阴性", "positive": "检出阳性", "inconclusive": "有项目不能判定"}
ASK = "报告现在是否仍有效，请扫二维码打开公开页查看（/r/…）；这里没有可离线核对的状态清单"


def is_report(cose: bytes) -> bool:
    """Tell whether a code says of itself that it is a test report's; nothing is verified."""
    try:
        return read(cose).header.get(TYPE) == CODE_TYPE
    except Refused:
        return False


def judge_report(report: Report, data: bytes, cose: bytes, believed: Believed) -> None:
    """Check a report's code and, where there is a PDF, that file and page are the same report."""
    try:
        claims, key = _claims(cose, believed)
    except Refused as refused:
        report.refuse("签名", refused)
        return
    facts = f"检测报告 {claims.number}，盲样号 {claims.blind_code}，{claims.tests} 项，{OUTCOMES[claims.outcome]}"
    report.add("签名", Answer.GOOD, f"{facts}；与信任名单上的密钥相符：{key.owner.name}")
    if data:
        _judge_file(report, data, cose, claims, believed)
    report.add("是否仍有效", Answer.UNSURE, ASK)


def _claims(cose: bytes, believed: Believed) -> tuple[ReportClaims, ListedKey]:
    """Return the claims and the key that was entitled to sign them; raise `Refused`."""
    verified = verify_own(cose, believed.trust.keys_of(Use.REPORT), content_type=CODE_TYPE)
    claims = ReportClaims.decode(verified.payload)
    for key in believed.trust.matching(verified.kid, Use.REPORT):
        if key.key == verified.key and key.covers(claims.signed):
            return claims, key
    raise Refused(Why.KEY_NOT_VALID, verified.kid.hex())


def _judge_file(
    report: Report, data: bytes, cose: bytes, claims: ReportClaims, believed: Believed
) -> None:
    roots = [key.certificate for key in believed.trust.keys if key.use is Use.ROOT]
    try:
        found = verify_pdf(data, roots, fields=(LAB_FIELD,))
    except Refused as refused:
        report.refuse("文件", refused)
        return
    words = f"签章之后没有改动：{found.signatures[0].signer}；级别 {found.level.value}"
    report.add("文件", Answer.GOOD, words)
    if found.attachments.get(CODE) != cose or not claims.are_of(found.attachments.get(RECORD, b"")):
        report.add("二维码", Answer.REFUSED, "页面上的二维码与附带的编码或内容不同")
