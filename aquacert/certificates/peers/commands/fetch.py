"""The hourly visit to other provinces: their newest trust list, then their status lists.

What comes is examined like a file that somebody brought; the network is asked outside of any
transaction. A province that cannot be reached keeps its old lists, and pages say their age.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from uuid import UUID

import structlog
from sqlalchemy import delete, select

from aquacert.certificates.models import PeerFetch, PeerProvince, PeerStatus
from aquacert.certificates.peers.commands.importing import Examination, import_list
from aquacert.certificates.peers.queries.provinces import ProvinceLine, province_line, read_status
from aquacert.certificates.rules.peers import PeerState
from aquacert.kernel.errors import AquaCertError, Invalid, Unavailable
from aquacert.kernel.outbound import Fetched, fetch
from aquacert.kernel.scope import SYSTEM, Actor
from aquacert.kernel.work import Database, Work
from aquacert.trust.errors import SENTENCES, Refused, TrustError, Why
from aquacert.trust.statuslist import peek
from aquacert.trust.trustdocument import LARGEST, TrustDocument

MOST_STATUS_LISTS = 12
"""Newest lists of a province that are held: three years of quarters, or one busy year."""
LARGEST_STATUS = 1 << 20
MOST_STEPS = 50
"""Versions walked in one visit when roots changed more than once in between."""
CWT = "application/statuslist+cwt"
log = structlog.get_logger("peers")


@dataclass(frozen=True)
class Visit:
    """How a visit to one province went."""

    division: str
    version: int
    statuses: int
    trouble: str
    examination: Examination | None = None


def refresh_peers(database: Database) -> list[Visit]:
    """Visit every pinned province that has an address; one that fails does not stop the others."""
    with database.look(SYSTEM) as look:
        asked = look.scalars(
            select(PeerProvince.id).where(
                PeerProvince.state == PeerState.PINNED.value, PeerProvince.list_url != ""
            )
        )
    return [visit(database, SYSTEM, province_id) for province_id in asked]


def visit(database: Database, actor: Actor, province_id: UUID) -> Visit:
    """Fetch a province's trust list and status lists now, and write down how it went."""
    with database.look(SYSTEM) as look:
        if not province_line(look, province_id).province.list_url:
            raise Invalid("没有登记对方的地址，请选文件导入。")
    seen, trouble, count = None, "", 0
    try:
        seen = _fetch_list(database, actor, province_id)
        if seen is not None and seen.refused is not None:
            trouble = SENTENCES[seen.refused.why]
        count = fetch_statuses(database, province_id)
    except AquaCertError as error:
        trouble = error.sentence
        log.warning("visit failed", province=str(province_id), detail=error.detail)
    with database.work(SYSTEM) as w:
        _note(w, province_id, trouble)
    with database.look(SYSTEM) as look:
        line = province_line(look, province_id)
    return Visit(line.province.division_code, line.province.version, count, trouble, seen)


def fetch_statuses(database: Database, province_id: UUID) -> int:
    """Fetch a province's newest status lists; return how many were fresh. A forged one is left."""
    with database.look(SYSTEM) as look:
        line = province_line(look, province_id)
    if line.document is None:
        return 0
    base = line.document.status_base.rstrip("/")
    listed = _index(database, base)
    etags = {row.uri: row.etag for row in line.statuses}
    fresh, wrong = 0, ""
    for uri in listed[-MOST_STATUS_LISTS:]:
        got = _get(database, uri, LARGEST_STATUS, etags.get(uri, ""), CWT)
        try:
            fresh += _keep_status(database, line, uri, got)
        except TrustError as refused:
            wrong = refused.sentence
            log.warning("status list refused", uri=uri, why=refused.reason, detail=refused.detail)
    if wrong:
        raise Unavailable(f"有状态清单核验不通过：{wrong}")
    return fresh


def _fetch_list(database: Database, actor: Actor, province_id: UUID) -> Examination | None:
    """Bring the newest list in; walk the versions between when their roots changed twice."""
    with database.look(SYSTEM) as look:
        row = province_line(look, province_id).province
    got = _get(database, row.list_url, LARGEST, "", "application/json")
    document = TrustDocument.read(got.body or b"")
    if document.version == row.version:
        return None
    with database.work(actor) as w:
        seen = import_list(w, province_id, got.body or b"", row.list_url)
    if seen.refused is None or seen.refused.why is not Why.NOT_ENOUGH_ROOTS:
        return seen
    return _walk(database, actor, row, document.version) or seen


def _walk(database: Database, actor: Actor, row: PeerProvince, newest: int) -> Examination | None:
    """Take in the versions one after the other, each signed by the roots of the one before."""
    seen = None
    stem = row.list_url.removesuffix(".json")
    for version in range(row.version + 1, min(newest, row.version + MOST_STEPS) + 1):
        url = f"{stem}/{version}.json"
        got = _get(database, url, LARGEST, "", "application/json")
        with database.work(actor) as w:
            seen = import_list(w, row.id, got.body or b"", url)
        if seen.refused is not None:
            return seen
    return seen


def _index(database: Database, base: str) -> list[str]:
    """Return the addresses a province lists (draft §9, Status List Aggregation), oldest first."""
    got = _get(database, f"{base}/index.json", LARGEST_STATUS, "", "application/json")
    try:
        listed = json.loads(got.body or b"")["status_lists"]
        found = [str(uri) for uri in listed]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Refused(Why.MALFORMED, repr(error)[:300]) from None
    return [uri for uri in found if uri.startswith(f"{base}/")]


def _get(database: Database, url: str, limit: int, etag: str, accept: str) -> Fetched:
    private = database.settings.allow_private_fetch
    return fetch(url, limit=limit, etag=etag, accept=accept, allow_private=private)


def _keep_status(database: Database, line: ProvinceLine, uri: str, got: Fetched) -> bool:
    """Keep one status list, verified and never an older one; say whether it was fresh."""
    held = next((one for one in line.statuses if one.uri == uri), None)
    if got.body is None or line.document is None:
        token, etag = (b"", "") if held is None else (held.token, held.etag)
    else:
        token, etag = got.body, got.etag
    if not token or line.document is None:
        return False
    read = read_status(token, line.document)
    if read.uri != uri:
        raise Refused(Why.BAD_PROOF, f"list of {read.uri} at {uri}")
    if held is not None and read.issued < held.issued_at:
        raise Refused(Why.OLD_VERSION, uri)
    if held is not None and read.statuses.lost_from(peek(held.token)) is not None:
        raise Refused(Why.CHANGED, f"{uri} takes back what is final")
    with database.work(SYSTEM) as w:
        w.session.execute(delete(PeerStatus).where(PeerStatus.uri == uri))
        w.add(
            PeerStatus(
                id=w.new_id(),
                province_id=line.province.id,
                uri=uri,
                token=token,
                etag=etag,
                issued_at=read.issued,
                expires_at=read.expires,
                fetched_at=w.now,
            )
        )
    return got.body is not None


def _note(w: Work, province_id: UUID, trouble: str) -> None:
    row = w.session.get(PeerFetch, province_id)
    if row is None:
        w.add(
            PeerFetch(
                id=province_id,
                tried_at=w.now,
                fetched_at=None if trouble else w.now,
                trouble=trouble,
            )
        )
        return
    row.tried_at, row.trouble = w.now, trouble
    if not trouble:
        row.fetched_at = w.now
