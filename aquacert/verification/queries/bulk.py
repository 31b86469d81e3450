"""One item of a bulk check: a file or a line, judged as the public page would judge it."""

from __future__ import annotations

from collections.abc import Sequence

from aquacert.certificates import queries as certificates
from aquacert.certificates.peers.queries import Answer, judge
from aquacert.kernel.errors import NotFound
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.trust.claims import QrClaims
from aquacert.trust.errors import SENTENCES, Refused, Why
from aquacert.trust.keys import KeyRing
from aquacert.trust.pdf import verify_pdf
from aquacert.trust.trustlist import TrustList
from aquacert.verification.documents.english import speaker
from aquacert.verification.documents.page import WORDS
from aquacert.verification.documents.sheet import facts_of
from aquacert.verification.documents.spoken import LINES
from aquacert.verification.parsers.codes import (
    COSE,
    PDF,
    PICTURE,
    Code,
    code_in_picture,
    code_in_text,
    code_on_paper,
    kind_of,
)
from aquacert.verification.queries.judgement import Judgement, judgement
from aquacert.verification.rules.bulk import BAD, GOOD, UNSURE, Row
from aquacert.verification.rules.verdict import TONES, Tone, Verdict

UNSURE_WHY = frozenset({Why.UNKNOWN_KEY, Why.UNKNOWN_ALGORITHM, Why.UNKNOWN_VERSION, Why.STALE})
PEER_STATUS = {
    "valid": (GOOD, "签名有效，外省状态清单里没有撤销"),
    "suspended": (UNSURE, "外省状态清单：已暂停"),
    "replaced": (BAD, "外省状态清单：已换新证"),
    "invalid": (BAD, "外省状态清单：已作废或召回"),
}


class Bench:
    """Judges items for one person within one read of the database."""

    def __init__(self, look: Look, keys: KeyRing, trust: TrustList, *, bare: bool) -> None:
        self._look = look
        self._keys = keys
        self._trust = trust
        self._bare = bare
        """whether a number alone is answered: only for those who may read certificates"""

    def judge(self, name: str, data: bytes, line: str) -> Row:
        """Return what was found of a file or a line; never raises for what was brought."""
        try:
            if line.startswith("!"):
                return _refused(name, Refused(Why(line[1:])))
            return self._of_code(name, code_in_text(line)) if line else self._of_file(name, data)
        except Refused as refused:
            return _refused(name, refused)

    def _of_file(self, name: str, data: bytes) -> Row:
        kind = kind_of(data)
        if kind == PDF:
            return self._of_pdf(name, data)
        if kind == COSE:
            return self._of_code(name, Code(cose=data))
        if kind == PICTURE:
            return self._of_code(name, code_in_picture(data))
        return self._of_code(name, code_in_text(data.decode("utf-8", "replace")[:4000]))

    def _of_pdf(self, name: str, data: bytes) -> Row:
        printed = _printed(data)
        try:
            attached = verify_pdf(data, self._keys.roots()).code
        except Refused as refused:
            if refused.why is Why.UNKNOWN_KEY and printed.cose:
                row = self._of_code(name, printed)
                worse = UNSURE if row.result == GOOD else row.result
                return _with(row, worse, f"{row.reason}；文件的签名人不在本省名单，只核对了二维码")
            return _refused(name, refused)
        if attached and printed.cose and attached != printed.cose:
            return Row(name=name, result=BAD, reason="页面上的二维码与文件里的编码不同")
        return self._of_code(name, Code(cose=attached or printed.cose))

    def _of_code(self, name: str, code: Code) -> Row:
        if not code.is_signed:
            return self._of_page(name, code)
        found = judge(self._look, self._keys, code.cose)
        if found.claims is None or found.answer is not Answer.GOOD:
            unsure = found.answer is Answer.UNKNOWN_ISSUER or found.why in UNSURE_WHY
            why = SENTENCES[found.why] if found.why else "签名不符"
            return Row(name=name, result=UNSURE if unsure else BAD, reason=why)
        if found.is_own:
            return self._of_own(name, found.claims)
        result, reason = PEER_STATUS.get(
            found.status, (UNSURE, "签名有效，外省状态清单取不到或已过期")
        )
        if result == GOOD and not found.is_in_time:
            is_over = self._look.now > found.claims.ends
            result, reason = (BAD, "已过期") if is_over else (UNSURE, "签发时间在将来，请核对时间")
        return self._facts(Row(name=name, result=result, reason=reason), found.claims)

    def _of_page(self, name: str, code: Code) -> Row:
        """Judge by page or number: the page's id is a secret that the paper carries."""
        public_id = code.public_id
        if not public_id and self._bare:
            public_id = certificates.public_id_of_number(self._look, code.number) or ""
        elif not public_id:
            why = "只有编号不能查，请用二维码里的网址，或登录后再查"
            return Row(name=name, result=UNSURE, reason=why, number=code.number)
        found = judgement(self._look, certificates, self._trust, public_id) if public_id else None
        if found is None:
            return Row(name=name, result=BAD, reason="查无此证", number=code.number)
        return self._told(name, found)

    def _of_own(self, name: str, claims: QrClaims) -> Row:
        public_id = certificates.public_id_of_number(self._look, claims.number)
        found = judgement(self._look, certificates, self._trust, public_id) if public_id else None
        if found is None:
            row = Row(name=name, result=UNSURE, reason="签名有效，但系统里查不到这张证")
            return self._facts(row, claims)
        if found.record is not None and found.digest != claims.digest.hex():
            return Row(name=name, result=BAD, reason="二维码与系统记录不同", number=claims.number)
        return self._told(name, found)

    def _told(self, name: str, found: Judgement) -> Row:
        tone = TONES[found.verdict]
        result = {Tone.GREEN: GOOD, Tone.AMBER: UNSURE}.get(tone, BAD)
        reason = LINES.get(found.verdict) or REASONS.get(found.verdict) or WORDS[found.verdict]
        if found.record is None:
            return Row(name=name, result=result, reason=reason)
        facts = facts_of(found.record, found.digest, "zh_CN", speaker("zh_CN"))
        if facts.is_demo:
            reason = f"{reason}；演示样张，不能作为凭证"
        return Row(
            name=name,
            result=result,
            reason=reason,
            number=facts.number,
            species=facts.species,
            quantity=facts.quantity_short,
            origin=facts.origin,
            destination=facts.destination,
            until=facts.until,
            body=facts.body,
        )

    def _facts(self, row: Row, claims: QrClaims) -> Row:
        """Add what the code itself says, in words where the codes are known here."""
        return Row(
            name=row.name,
            result=row.result,
            reason=row.reason,
            number=claims.number,
            species=self._named(claims.species_code, species=True),
            quantity=f"{claims.quantity} {claims.unit}",
            origin=self._named(claims.origin_code),
            destination=self._named(claims.destination_code),
            until=f"{claims.ends:%Y-%m-%d %H:%M}Z",
            body=self._named(claims.authority_code),
        )

    def _named(self, code: str, *, species: bool = False) -> str:
        try:
            if species:
                return reference.species(self._look, code).name_zh
            return reference.full_name(self._look, code)
        except NotFound:
            return code


REASONS = {
    Verdict.VALID: "检疫合格，在有效期内",
    Verdict.EXPIRED: "已过期",
    Verdict.ARRIVED: "这批苗种已到达，不能再用于运输",
    Verdict.SUSPENDED: "暂停，正在复查",
    Verdict.UNSURE: "签发机构的密钥或时间现在不能确认",
}


def counted(rows: Sequence[Row]) -> dict[str, int]:
    """Return how many rows there are of each result."""
    return {result: sum(row.result == result for row in rows) for result in (GOOD, BAD, UNSURE)}


def _refused(name: str, refused: Refused) -> Row:
    result = UNSURE if refused.why in UNSURE_WHY else BAD
    return Row(name=name, result=result, reason=SENTENCES[refused.why])


def _with(row: Row, result: str, reason: str) -> Row:
    return Row(**{**row.__dict__, "result": result, "reason": reason})


def _printed(data: bytes) -> Code:
    try:
        return code_on_paper(data)
    except Refused:
        return Code()
