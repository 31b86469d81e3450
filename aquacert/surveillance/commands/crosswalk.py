"""The crosswalk grows: one person proposes what a name means, another approves it.

An approved row acts at once on the events of that name: they are read again with the crosswalk as
it stands, zones open or end by the same rules as for a file. Withdrawing reverses that. Nothing is
ever deleted: a newer row replaces the older one, which stays with its days and its persons.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, func, select

from aquacert.accounts import commands as accounts
from aquacert.accounts.queries.addressees import people_with_role
from aquacert.accounts.rules.roles import Role
from aquacert.kernel.errors import Conflict, Invalid, NotAllowed, NotAllowedNow
from aquacert.kernel.work import Work
from aquacert.reference import queries as reference
from aquacert.reference.rules.text import clean
from aquacert.surveillance.commands.crosswalkfacts import (
    CrosswalkDecided,
    CrosswalkEnded,
    CrosswalkProposed,
)
from aquacert.surveillance.commands.feeds import reproject
from aquacert.surveillance.commands.feeds.reprojecting import reproject_records
from aquacert.surveillance.models import Event, EventChange, Zone
from aquacert.surveillance.models.crosswalk import CrosswalkRow
from aquacert.surveillance.parsers.crosswalk import base_lines
from aquacert.surveillance.queries.crosswalk import same_name
from aquacert.surveillance.queries.plan import chunks
from aquacert.surveillance.rules.crosswalk import (
    State,
    Subject,
    System,
    canonical,
    choose,
    lacks,
    refusal,
)
from aquacert.surveillance.rules.events import Realm, Value

GROUNDS = "病名对照"
LONGEST = 500
FREES = (
    "撤回会放开管控区，一个人不能办：请对这个名称提出新的对照"
    "（例如“不在本国名录：只留存”），由另一个人核准。"
)
LAND = "这个名称在对照底表里是陆生动物疫病，不能对应本国水生名录。"
COLUMNS = ("disease_code", "realm")


@dataclass(frozen=True)
class Proposal:
    """What a person says a name means, and on what that rests."""

    written: str
    grounds: str
    realm: Realm
    code: str | None = None
    subject: Subject = Subject.DISEASE
    system: System = System.ANY


def propose(w: Work, asked: Proposal) -> UUID:
    """Keep a proposal and return its id; it acts on nothing until another person approves it.

    Raises `Invalid` naming the field, `Conflict` while another proposal for the name is open.
    """
    _check(w, asked)
    written, plain = clean(asked.written)[:200], canonical(asked.written)
    same = (
        CrosswalkRow.subject == asked.subject.value,
        CrosswalkRow.system == asked.system.value,
        CrosswalkRow.plain == plain,
    )
    if w.one(select(CrosswalkRow.id).where(*same, CrosswalkRow.state == State.PROPOSED.value)):
        raise Conflict("这个名称已经有一条等核准的对照，请先处理那一条。")
    newest = w.session.scalar(select(func.max(CrosswalkRow.version)).where(*same)) or 0
    species = asked.subject is Subject.SPECIES
    row = w.add(
        CrosswalkRow(
            id=w.new_id(),
            subject=asked.subject.value,
            system=asked.system.value,
            written=written,
            plain=plain,
            version=newest + 1,
            realm=asked.realm.value,
            disease_code=None if species else asked.code,
            species_code=asked.code if species else None,
            grounds=asked.grounds.strip()[:LONGEST],
            state=State.PROPOSED.value,
            proposed_at=w.now,
            proposed_by=w.actor.label,
            proposed_by_id=w.actor.person_id,
            decided_by="",
            decision="",
            ended_by="",
            end_reason="",
        )
    )
    said = CrosswalkProposed(row.subject, row.system, written, row.realm, asked.code, row.version)
    w.record(said, on=row, reason=row.grounds)
    _tell_others(w, row)
    return row.id


def _check(w: Work, asked: Proposal) -> None:
    wrong = lacks(
        subject=asked.subject,
        written=asked.written,
        realm=asked.realm,
        code=asked.code,
        grounds=asked.grounds,
    )
    if wrong:
        raise Invalid("；".join(wrong.values()), **wrong)
    if w.actor.person_id is None:
        raise NotAllowed("名称对照要由人提出。")
    _check_code(w, asked)


def approve(w: Work, row_id: UUID, because: str) -> int:
    """Approve a proposal of somebody else and return how many events now read differently."""
    row = _undecided(w, row_id)
    _must_hold_province(w)
    _reason(because)
    for older in w.scalars(_live(row).with_for_update()):
        older.state = State.REPLACED.value
        older.ended_at, older.ended_by, older.ended_by_id = w.now, w.actor.label, w.actor.person_id
        older.end_reason = f"由第 {row.version} 版替换"
    w.session.flush()  # one live row of a name: the older ends before the newer begins
    row.state = State.APPROVED.value
    _decide(w, row, because)
    w.session.flush()
    count = _read_again(w, row)
    fact = CrosswalkDecided(row.written, row.code, row.state, row.proposed_by_id, count)
    w.record(fact, on=row, reason=row.decision)
    return count


def reject(w: Work, row_id: UUID, because: str) -> None:
    """Reject a proposal of somebody else, with the reason; it stays on record."""
    row = _undecided(w, row_id)
    _decide(w, row, because)
    row.state = State.REJECTED.value
    fact = CrosswalkDecided(row.written, row.code, row.state, row.proposed_by_id, 0)
    w.record(fact, on=row, reason=row.decision)


def withdraw(w: Work, row_id: UUID, because: str) -> int:
    """Take a row back and return how many events read differently.

    A proposal is taken back by its proposer alone; an approved row by whoever holds the province,
    unless a zone would end by that: freeing takes two persons, so another meaning is proposed then
    and somebody else approves it (`NotAllowedNow`).
    """
    row = w.get_for_change(CrosswalkRow, row_id)
    reason = _reason(because)
    if row.state == State.PROPOSED.value:
        if w.actor.person_id != row.proposed_by_id:
            raise NotAllowed("没有核准的对照由提出的人收回；您可以不予核准。")
        row.decided_at, row.decision, row.state = w.now, reason, State.WITHDRAWN.value
        w.record(CrosswalkEnded(row.written, row.code, 0), on=row, reason=reason)
        return 0
    if row.state != State.APPROVED.value:
        raise NotAllowedNow("这一条已经不在用，不用撤回。")
    _must_hold_province(w)
    row.state = State.WITHDRAWN.value
    row.ended_at, row.ended_by, row.ended_by_id = w.now, w.actor.label, w.actor.person_id
    row.end_reason = reason
    w.session.flush()
    held = _zones_held(w, row)
    count = _read_again(w, row)
    if held - _zones_held(w, row):
        raise NotAllowedNow(FREES)
    w.record(CrosswalkEnded(row.written, row.code, count), on=row, reason=reason)
    return count


def _read_again(w: Work, row: CrosswalkRow) -> int:
    """Read the events and records of a name again, say so in their history; return how many."""
    if row.subject != Subject.DISEASE.value:
        return 0
    events, records = same_name(w, row.plain, System(row.system))
    before = _meanings(w, events)
    count = reproject(w, events) + reproject_records(w, records)
    because = f"{GROUNDS}：{row.written}（第 {row.version} 版）"
    after = _meanings(w, events)
    for event_id, meant in after.items():
        pairs = zip(COLUMNS, before[event_id], meant, strict=True)
        diff: dict[str, list[Value]] = {name: [was, now] for name, was, now in pairs if was != now}
        if diff:
            w.session.add(_change(w, event_id, diff, because))
    return count


def _zones_held(w: Work, row: CrosswalkRow) -> set[UUID]:
    """Return the zones that stand on events of this name."""
    if row.subject != Subject.DISEASE.value:
        return set()
    events, _records = same_name(w, row.plain, System(row.system))
    w.session.flush()
    found: set[UUID] = set()
    for chunk in chunks(events):
        held = select(Zone.id).where(Zone.event_id.in_(chunk), Zone.lifted_at.is_(None))
        found.update(w.scalars(held))
    return found


def _meanings(w: Work, event_ids: Sequence[UUID]) -> dict[UUID, tuple[str | None, str]]:
    found: dict[UUID, tuple[str | None, str]] = {}
    for chunk in chunks(event_ids):
        rows = w.session.execute(
            select(Event.id, Event.disease_code, Event.realm).where(Event.id.in_(chunk))
        )
        found |= {event_id: (code, realm) for event_id, code, realm in rows}
    return found


def _change(w: Work, event_id: UUID, diff: dict[str, list[Value]], because: str) -> EventChange:
    return EventChange(
        id=w.new_id(),
        event_id=event_id,
        file_id=None,
        at=w.now,
        by=w.actor.label,
        by_id=w.actor.person_id,
        reason=because,
        diff=diff,
    )


def _tell_others(w: Work, row: CrosswalkRow) -> None:
    """Tell whoever of the province may approve it; never its proposer."""
    province = {f"{w.settings.province}0000"}
    people = {
        person_id
        for role in (Role.PROVINCE_SUPERVISOR, Role.SURVEILLANCE_OFFICER)
        for person_id in people_with_role(w, role, province)
    }
    for person_id in sorted(people - {row.proposed_by_id}):
        accounts.tell(
            w,
            to_person=person_id,
            kind="crosswalk",
            subject=f"名称对照等您核准：{row.written}"[:100],
            body=row.grounds,
            link=f"/surveillance/names/{row.id}",
        )


def _undecided(w: Work, row_id: UUID) -> CrosswalkRow:
    row = w.get_for_change(CrosswalkRow, row_id)
    why = refusal(proposer=row.proposed_by_id, decider=w.actor.person_id, state=State(row.state))
    if why:
        raise NotAllowedNow(why)
    return row


def _decide(w: Work, row: CrosswalkRow, because: str) -> None:
    row.decision = _reason(because)
    row.decided_at, row.decided_by = w.now, w.actor.label
    row.decided_by_id = w.actor.person_id


def _reason(because: str) -> str:
    reason = because.strip()[:LONGEST]
    if len(reason) < 2:
        sentence = "请写明理由，理由会记入留痕。"
        raise Invalid(sentence, because=sentence)
    return reason


def _must_hold_province(w: Work) -> None:
    """Raise unless the actor holds the whole province: a name's meaning acts in every county."""
    scope = w.actor.scope
    if not scope.everything and f"{w.settings.province}0000" not in scope.divisions:
        raise NotAllowed("名称对照对全省起作用，请由省级人员核准或撤回。")


def _check_code(w: Work, asked: Proposal) -> None:
    if asked.code is None:
        return
    if asked.subject is Subject.SPECIES:
        reference.species(w, asked.code)
        return
    reference.disease(w, asked.code)
    base = choose(base_lines(Subject.DISEASE).get(canonical(asked.written), ()), asked.system)
    if base.realm is Realm.TERRESTRIAL:
        raise Invalid(LAND, code=LAND)


def _live(row: CrosswalkRow) -> Select[CrosswalkRow]:
    return select(CrosswalkRow).where(
        CrosswalkRow.subject == row.subject,
        CrosswalkRow.system == row.system,
        CrosswalkRow.plain == row.plain,
        CrosswalkRow.state == State.APPROVED.value,
    )
