"""Is a certificate to be believed, whoever issued it? From a code, a PDF or the COSE object.

The third answer is built in: a certificate whose issuer is on no list we hold is neither good nor
forged. What a stranger can check is checked: the signature under a listed key, that the key was in
force when the certificate was issued (or logged, where the file proves it), that the issuer may
issue such, and the status by the newest list held.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from aquacert.certificates.models import Certificate, Standing
from aquacert.certificates.peers.queries.judgement import Answer, Judgement, Unknown
from aquacert.certificates.peers.queries.own import own_list
from aquacert.certificates.peers.queries.provinces import Said, pinned_lists, status_in
from aquacert.certificates.rules.peers import PeerStatusAnswer
from aquacert.certificates.rules.states import LIST_VALUES, Status
from aquacert.kernel.work import Look
from aquacert.trust import qr
from aquacert.trust.claims import QrClaims
from aquacert.trust.cose import peek_kid, read
from aquacert.trust.errors import Refused, Why
from aquacert.trust.keys import KeyRing, KeyState, ListedKey
from aquacert.trust.logentry import check_issue
from aquacert.trust.notes import NoteKey
from aquacert.trust.pdf import verify_pdf
from aquacert.trust.pdfsigners import signer_certificates
from aquacert.trust.publickeys import Use
from aquacert.trust.trustdocument import TrustDocument
from aquacert.trust.trustlist import TrustList, read_claims

SKEW = timedelta(minutes=5)
"""How far a certificate may be dated ahead of this clock."""
LARGEST_CODE = 4096
"""Characters or bytes of the longest code; ours have fewer than 600."""
COSE_STARTS = (0x84, 0xD2)
"""First byte of a COSE_Sign1: an array of four, or its tag 18."""
OWN_WORDS = {
    0: PeerStatusAnswer.VALID,
    1: PeerStatusAnswer.INVALID,
    2: PeerStatusAnswer.SUSPENDED,
    3: PeerStatusAnswer.REPLACED,
}


@dataclass(frozen=True)
class Believed:
    """A list one believes: our own (`document` None) or a pinned province's."""

    trust: TrustList
    province: str
    document: TrustDocument | None = None
    log: NoteKey | None = None


def judge(look: Look, keys: KeyRing, code: str | bytes) -> Judgement:
    """Judge a certificate given as address, digits, PDF bytes, or COSE bytes. Never raises.

    Asks no network: other provinces' lists are those held, and their age is said.
    """
    try:
        if isinstance(code, bytes) and code.startswith(b"%PDF-"):
            return _judge_pdf(look, keys, code)
        return _judge_cose(look, keys, _cose_of(look, code))
    except Refused as refused:
        return Judgement(Answer.REFUSED, refused.why)


def judge_own(keys: KeyRing, code: str) -> Judgement:
    """Judge a code by this installation's own keys; says nothing of status."""
    try:
        cose = _digits_of(code)
        found = _read(cose, [Believed(own_list(keys), "")])
    except Refused as refused:
        return Judgement(Answer.REFUSED, refused.why)
    return found[0]


def _judge_cose(look: Look, keys: KeyRing, cose: bytes) -> Judgement:
    found, believed = _read(cose, list(_lists(look, keys)))
    if found.answer is not Answer.GOOD or believed is None or found.claims is None:
        return found
    said = _status(look, believed, found.claims)
    stale = Why.STALE if said.is_stale else None
    return replace(
        found,
        status=said.status,
        status_at=said.at,
        note=said.note,
        why=stale,
        is_in_time=found.claims.issued - SKEW <= look.now <= found.claims.ends,
    )


def _judge_pdf(look: Look, keys: KeyRing, data: bytes) -> Judgement:
    """Judge the code inside a PDF, and the PDF's own signatures by the same province's roots."""
    lists = list(_lists(look, keys))
    roots = [root for one in lists for root in _roots(one)]
    try:
        report = verify_pdf(data, roots)
    except Refused as refused:
        if refused.why is not Why.UNKNOWN_KEY:
            raise
        carried = signer_certificates(data)
        verify_pdf(data, carried)
        return Judgement(Answer.UNKNOWN_ISSUER, Why.UNKNOWN_KEY, unknown=Unknown.CARRIED)
    if report.code is None:
        raise Refused(Why.UNSIGNED, "no certificate.cose in the file")
    found = _judge_cose(look, keys, report.code)
    believed = next((one for one in lists if one.province == found.province), None)
    if found.answer is not Answer.GOOD or believed is None or found.claims is None:
        return found
    verify_pdf(data, _roots(believed))
    if report.proof is None or believed.log is None:
        return found
    return _with_log_time(found, believed, report.proof.encode())


def _with_log_time(found: Judgement, believed: Believed, proof: bytes) -> Judgement:
    """Hold the key's misuse against the time of the log, which nobody can date back."""
    claims, log = found.claims, believed.log
    if claims is None or log is None:
        return found
    logged = check_issue(proof, claims.number, claims.encode(), log)
    at = datetime.fromtimestamp(logged.at, UTC)
    for key in believed.trust.matching(found.kid, Use.ISSUE):
        since = key.compromised_since
        if key.state is KeyState.COMPROMISED and since is not None and at >= since:
            return Judgement(Answer.REFUSED, Why.KEY_NOT_VALID, kid=found.kid)
    return replace(found, logged_at=at)


def _read(cose: bytes, lists: Sequence[Believed]) -> tuple[Judgement, Believed | None]:
    """Return the judgement of a code's signature, and the list that names its issuer."""
    kid = peek_kid(cose)
    naming = [one for one in lists if one.trust.matching(kid, Use.ISSUE)]
    if not naming:
        unknown = Judgement(Answer.UNKNOWN_ISSUER, Why.UNKNOWN_KEY, kid=kid, unknown=Unknown.NO_KEY)
        return replace(unknown, cose=cose), None
    why = Why.BAD_SIGNATURE
    for one in naming:
        try:
            read = read_claims(cose, one.trust)
            _may_issue(one, read.key, read.claims)
        except Refused as refused:
            why = refused.why
            continue
        good = Judgement(
            Answer.GOOD,
            claims=read.claims,
            kid=kid,
            issuer=read.key.owner.name,
            division=read.key.owner.division,
            province=one.province,
            is_own=one.document is None,
            cose=cose,
        )
        return good, one
    return Judgement(Answer.REFUSED, why, kid=kid, cose=cose), None


def _may_issue(one: Believed, key: ListedKey, claims: QrClaims) -> None:
    """Raise `Refused` when the list does not let this issuer issue this kind."""
    if one.document is None:
        return
    issuer = one.document.issuer_of(key)
    if issuer is None or claims.kind not in issuer.kinds:
        raise Refused(Why.KEY_NOT_VALID, f"{key.owner.division} may not issue {claims.kind}")


def _status(look: Look, believed: Believed, claims: QrClaims) -> Said:
    if believed.document is None:
        return _own_status(look, claims)
    if look.now >= believed.document.expires:
        days = (look.now - believed.document.expires).days
        note = f"这个省的信任清单已过期 {days} 天，要先更新清单才能核验。"
        return Said(PeerStatusAnswer.UNKNOWN, believed.document.issued, note, is_stale=True)
    return status_in(look, believed.document, claims.status_list, claims.status_index)


def _own_status(look: Look, claims: QrClaims) -> Said:
    """Return what our own register says: the table, not the published list.

    A number alone proves nothing: whoever stole a key may sign other goods under a number that
    stands. So the claims must be those that were registered.
    """
    row = look.session.execute(
        select(Standing.status, Certificate.cose)
        .join(Certificate, Certificate.id == Standing.id)
        .where(Certificate.number == claims.number)
    ).first()
    if row is None:
        note = "签名有效，但登记簿里没有这张证，请立即报告。"
        return Said(PeerStatusAnswer.UNKNOWN, look.now, note)
    if read(row.cose).payload != claims.encode():
        note = "签名有效，但内容与登记簿里这个编号的证不同，请立即报告。"
        return Said(PeerStatusAnswer.UNKNOWN, look.now, note)
    return Said(OWN_WORDS[LIST_VALUES[Status(row.status)]], look.now)


def _lists(look: Look, keys: KeyRing) -> Iterator[Believed]:
    own = f"{look.settings.province}0000"
    yield Believed(own_list(keys), own, log=keys.notes.key())
    for province, document, _held in pinned_lists(look):
        log = None if document.log is None else NoteKey.read(str(document.log.get("key", "")))
        yield Believed(document.trust, province.division_code, document, log)


def _roots(one: Believed) -> list[bytes]:
    """Return the X.509 roots of a list: they judge the signatures in a PDF."""
    return [key.certificate for key in one.trust.keys if key.use is Use.ROOT]


def _cose_of(look: Look, code: str | bytes) -> bytes:
    """Return the COSE object that a code carries, or that our register holds for an address."""
    if len(code) > LARGEST_CODE:
        raise Refused(Why.TOO_LARGE, f"{len(code)} of code")
    if isinstance(code, bytes):
        if code[:1] and code[0] in COSE_STARTS:
            return code
        text = code.decode("utf-8", "replace")
    else:
        text = code
    if "/" in text and "#" not in text:
        return _registered(look, text)
    return _digits_of(text)


def _digits_of(text: str) -> bytes:
    """Return the COSE object in an address or in bare digits; a chat's `?from=…` is passed over."""
    if "/" not in text:
        return qr.from_digits("".join(text.split()))
    page, _, digits = text.strip().partition("#")
    return qr.read_url(f"{page.partition('?')[0]}#{digits}").cose


def _registered(look: Look, address: str) -> bytes:
    """Return the COSE object behind an address of ours that lost its code on the way."""
    page = address.strip().partition("?")[0]
    public_id = page.rpartition("/c/")[2]
    if not page.startswith(f"{look.settings.public_url}/c/"):
        raise Refused(Why.MALFORMED, "an address without its code")
    found = look.one(select(Certificate.cose).where(Certificate.public_id == public_id))
    if found is None:
        raise Refused(Why.MALFORMED, "no such certificate here")
    return found
