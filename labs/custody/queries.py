"""A sample's chain, and whether it holds. Whoever asks has shown that the code is theirs to see."""

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import select

from aquacert.kernel.audit import COLUMNS as ENTRY_COLUMNS
from aquacert.kernel.audit import AuditEntry, entry_hash
from aquacert.kernel.work import Look
from labs.custody.models import CustodyHead, CustodyLink
from labs.custody.rules import GENESIS, Anchor, Break, Link, breaks, private_digest

SUBJECT = "lab_custody"
"""The kind under which the audit trail files the facts of a chain; the subject is the code."""
AT_ONCE = 500


def chain(look: Look, code: str) -> tuple[Link, ...]:
    """Return every link of a sample's chain, oldest first; empty for a code that has none."""
    return _links(look, [code]).get(code, ())


def verify_chain(look: Look, code: str) -> tuple[Break, ...]:
    """Return where and why a sample's chain does not hold; empty = it holds."""
    return _judged(look, [code])


def broken_chains(look: Look) -> tuple[Break, ...]:
    """Return every break of every chain: of codes in the chain table, the heads or the trail."""
    return tuple(found for some in _some_codes(look) for found in _judged(look, some))


def last_hash(look: Look, code: str) -> str:
    """Return the hash a sample's chain stands at; zeros when it has not begun."""
    found = look.one(select(CustodyHead.hash).where(CustodyHead.blind_code == code))
    return found or GENESIS


def noted(look: Look, code: str, act: str) -> bool:
    """Say whether a sample's chain holds such an act."""
    wanted = select(CustodyLink.id).where(CustodyLink.blind_code == code, CustodyLink.act == act)
    return look.one(wanted) is not None


def proves(look: Look, code: str, sequence: int, private: dict[str, str]) -> bool:
    """Say whether these private facts, with their salt, are the ones a link was made with."""
    kept = look.one(
        select(CustodyLink.private_digest).where(
            CustodyLink.blind_code == code, CustodyLink.sequence == sequence
        )
    )
    return bool(kept) and kept == private_digest(private)


def private_digests(look: Look, codes: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return, for each code, the digest of private facts by act, of the first link of each that has one."""
    rows = look.session.execute(
        select(CustodyLink.blind_code, CustodyLink.act, CustodyLink.private_digest)
        .where(CustodyLink.blind_code.in_(codes), CustodyLink.private_digest != "")
        .order_by(CustodyLink.blind_code, CustodyLink.sequence)
    )
    found: dict[str, dict[str, str]] = {}
    for code, act, digest in rows:
        found.setdefault(code, {}).setdefault(act, digest)
    return found


def _judged(look: Look, codes: Sequence[str]) -> tuple[Break, ...]:
    links, anchors = _links(look, codes), _anchors(look, codes)
    heads = {
        row.blind_code: (row.sequence, row.hash)
        for row in look.scalars(select(CustodyHead).where(CustodyHead.blind_code.in_(codes)))
    }
    return tuple(
        found
        for code in codes
        for found in breaks(code, links.get(code, ()), anchors.get(code, ()), heads.get(code))
    )


def _links(look: Look, codes: Iterable[str]) -> dict[str, tuple[Link, ...]]:
    rows = look.scalars(
        select(CustodyLink)
        .where(CustodyLink.blind_code.in_(list(codes)))
        .order_by(CustodyLink.blind_code, CustodyLink.sequence, CustodyLink.id)
        .execution_options(populate_existing=True)
    )
    found: dict[str, list[Link]] = {}
    for row in rows:
        found.setdefault(row.blind_code, []).append(_link(row))
    return {code: tuple(some) for code, some in found.items()}


def _link(row: CustodyLink) -> Link:
    return Link(
        code=row.blind_code,
        sequence=row.sequence,
        at=row.at,
        act=row.act,
        holder=row.holder,
        public=row.public,
        private_digest=row.private_digest,
        previous=row.previous,
        hash=row.hash,
    )


def _anchors(look: Look, codes: Sequence[str]) -> dict[str, list[Anchor]]:
    """Return what the trail says of these codes; an entry that was itself changed says nothing."""
    rows = look.scalars(
        select(AuditEntry).where(
            AuditEntry.subject_kind == SUBJECT, AuditEntry.subject_id.in_(list(codes))
        )
    )
    found: dict[str, list[Anchor]] = {}
    for row in rows:
        if entry_hash({name: getattr(row, name) for name in ENTRY_COLUMNS}) == row.hash:
            anchor = Anchor(row.subject_id, row.change["sequence"], row.change["hash"])
            found.setdefault(row.subject_id, []).append(anchor)
    return found


def _some_codes(look: Look) -> Iterator[list[str]]:
    """Yield every code that stands anywhere, some at once."""
    audited = select(AuditEntry.subject_id).where(AuditEntry.subject_kind == SUBJECT)
    codes: set[str] = set(look.scalars(audited.distinct()))
    codes |= set(look.scalars(select(CustodyHead.blind_code)))
    codes |= set(look.scalars(select(CustodyLink.blind_code).distinct()))
    ordered = sorted(codes)
    for start in range(0, len(ordered), AT_ONCE):
        yield ordered[start : start + AT_ONCE]
