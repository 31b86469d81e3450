"""Who is told that a zone stopped certificates on the road, or let them go: one notice each.

Read from the grounds that nobody was told of yet, and marked in the same act: a crash before tells
later, news that come twice tell once.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, select, update

from aquacert.accounts import queries as accounts
from aquacert.accounts.commands import tell
from aquacert.accounts.queries.addressees import people_of_phone, people_with_role
from aquacert.accounts.rules.roles import Role
from aquacert.certificates.models import Certificate, Standing, SuspensionGround
from aquacert.certificates.rules.states import Status
from aquacert.declarations.models import Load
from aquacert.kernel.audit import Fact
from aquacert.kernel.scope import SYSTEM
from aquacert.kernel.topics import Topic
from aquacert.kernel.work import Database, Work
from aquacert.reference import queries as reference
from aquacert.surveillance.models import Zone

NAMED = 20
"""Numbers written out in one notice; the link leads to all of them."""
SOME = 5_000
BEGUN = re.compile(r"(?P<disease>.+)管控区 (?P<day>[-\d]+) 起生效，自动暂停")


@dataclass(frozen=True)
class ZoneTold(Fact):
    """People were told what a zone did to certificates on the road."""

    tag: ClassVar[str] = "certificates:zone:tell"
    title: ClassVar[str] = "管控区影响在途证书已通知"
    certificates: int
    notices: int


class Row(NamedTuple):
    """One ground with what its notices need."""

    ground_id: UUID
    number: str
    certificate_id: UUID
    organisation_id: UUID
    office_id: UUID
    vet_id: UUID
    origin_code: str
    destination_code: str
    status_list: int
    phone: str | None
    because: str
    was: str
    freed: bool
    status: str


@dataclass
class Kind:
    """One sort of news: its subject for one certificate and for many, and what to do."""

    one: str
    many: str
    do: str
    topic: Topic | None
    rows: list[Row] = field(default_factory=list)


def kinds() -> Mapping[str, Kind]:
    """Return the sorts of news by name, empty."""
    return {
        "held": Kind(
            "检疫证明 {0} 已自动暂停，货不得启运",
            "检疫证明已自动暂停，货不得启运：{0} 张",
            "货还没走的不要装车；在路上的就近停下，打电话给申报点。情况解除会自动恢复并再通知。",
            Topic.CERTIFICATE_SUSPENDED,
        ),
        "more": Kind(
            "已暂停的检疫证明 {0} 又有新情况",
            "已暂停的检疫证明又有新情况：{0} 张",
            "",
            None,
        ),
        "freed": Kind(
            "检疫证明 {0} 已自动恢复有效，可以启运",
            "检疫证明已自动恢复有效，可以启运：{0} 张",
            "先看有效期到哪天；过了有效期的要重新申报。",
            Topic.CERTIFICATE_RESUMED,
        ),
        "stays": Kind(
            "检疫证明 {0} 不再受管控区影响，但仍因别的原因暂停",
            "检疫证明不再受管控区影响，但仍因别的原因暂停：{0} 张",
            "货仍不得启运，请问申报点。",
            None,
        ),
    }


def tell_of_zone(database: Database, zone_id: UUID) -> None:
    """Tell everybody concerned what a zone did since they were last told."""
    while True:
        with database.work(SYSTEM) as w:
            if not _tell_some(w, zone_id):
                return


def _tell_some(w: Work, zone_id: UUID) -> bool:
    w.get_for_change(Zone, zone_id)  # two workers with the same news: the second finds it told
    news = kinds()
    begun = _rows(w, zone_id, SuspensionGround.told_at.is_(None))
    over = _rows(
        w,
        zone_id,
        SuspensionGround.ended == "released",
        SuspensionGround.end_told_at.is_(None),
    )
    for row in begun:
        news["held" if row.was == Status.VALID.value else "more"].rows.append(row)
    for row in over:
        if row.freed or row.status == Status.SUSPENDED.value:  # else it ended otherwise
            news["freed" if row.freed else "stays"].rows.append(_over(row))
    if not begun and not over:
        return False
    told = sum(_tell_kind(w, zone_id, one, suggest=name == "held") for name, one in news.items())
    _mark(w, [row.ground_id for row in begun], "told_at")
    _mark(w, [row.ground_id for row in over], "end_told_at")
    w.record(ZoneTold(len(begun) + len(over), told), on=("zones", str(zone_id)))
    return True


def _over(row: Row) -> Row:
    """Return a row whose sentence says of its zone that it is over."""
    found = BEGUN.fullmatch(row.because)
    if found is None:
        return row
    gone = f"{found['disease']}管控区 {found['day']} 起的管控已经解除，或改划后不再涉及"
    return row._replace(because=gone)


def _tell_kind(w: Work, zone_id: UUID, kind: Kind, *, suggest: bool) -> int:
    if not kind.rows:
        return 0
    because = kind.rows[0].because
    told = _to_bodies(w, zone_id, kind, because)
    told += _to_officials(w, zone_id, kind, because) + _to_consignees(w, kind, because)
    if suggest:
        told += _suggest_recall(w, zone_id, len(kind.rows), because)
    if kind.topic is not None:
        # One certificate speaks for its whole status list: publishing it once is enough.
        for certificate_id in {row.status_list: row.certificate_id for row in kind.rows}.values():
            w.tell(kind.topic, certificate_id)
    return told


def _to_bodies(w: Work, zone_id: UUID, kind: Kind, because: str) -> int:
    holders: defaultdict[UUID, list[Row]] = defaultdict(list)
    offices: defaultdict[UUID, list[Row]] = defaultdict(list)
    places: defaultdict[str, list[Row]] = defaultdict(list)
    for row in kind.rows:
        holders[row.organisation_id].append(row)
        offices[row.office_id].append(row)
        places[row.destination_code].append(row)
    for place, rows in places.items():
        for body in accounts.organisations(w, kind="agency", division=place):
            mine = {row.ground_id for row in offices.get(body.id, ())}
            offices[body.id] += [row for row in rows if row.ground_id not in mine]
    for body_id, rows in holders.items():
        _send(w, _words(kind, rows, because), to_organisation=body_id)
    for body_id, rows in offices.items():
        link = _link(zone_id, rows)
        _send(w, _words(kind, rows, because), to_organisation=body_id, link=link)
    return len(holders) + len(offices)


def _to_officials(w: Work, zone_id: UUID, kind: Kind, because: str) -> int:
    """Tell the vets, and the checkpoints of both ends and all above them."""
    officials: defaultdict[UUID, list[Row]] = defaultdict(list)
    ends: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in kind.rows:
        officials[row.vet_id].append(row)
        ends[row.origin_code, row.destination_code].append(row)
    for codes, rows in ends.items():
        places = {step.code for code in codes for step in reference.division_path(w, code)}
        for person_id in people_with_role(w, Role.CHECKPOINT_OFFICER, places):
            officials[person_id] += rows
    for person_id, rows in officials.items():
        link = _link(zone_id, rows)
        _send(w, _words(kind, rows, because), to_person=person_id, link=link)
    return len(officials)


def _to_consignees(w: Work, kind: Kind, because: str) -> int:
    phones: defaultdict[str, list[Row]] = defaultdict(list)
    consignees: defaultdict[UUID, list[Row]] = defaultdict(list)
    for row in kind.rows:
        if row.phone:
            phones[row.phone].append(row)
    for phone, rows in phones.items():
        for person_id in people_of_phone(w, phone):
            consignees[person_id] += rows
    for person_id, rows in consignees.items():
        _send(w, _words(kind, rows, because), to_person=person_id)
    return len(consignees)


def _suggest_recall(w: Work, zone_id: UUID, count: int, because: str) -> int:
    """Lay a recall before those of the province who may order one; two persons decide, as ever."""
    province = f"{w.settings.province}0000"
    people = people_with_role(w, Role.PROVINCE_SUPERVISOR, {province})
    for person_id in people:
        tell(
            w,
            to_person=person_id,
            kind="recall",
            subject=f"建议查看是否召回：管控区涉及在途检疫证明 {count} 张",
            body=f"{because}。证书已经暂停；是否召回要两个人决定，页面上条件已填好。",
            link=f"/certificates/recalls/new?zone={zone_id}",
        )
    return len(people)


def _send(
    w: Work,
    said: tuple[str, str],
    *,
    to_organisation: UUID | None = None,
    to_person: UUID | None = None,
    link: str = "",
) -> None:
    subject, body = said
    tell(
        w,
        to_organisation=to_organisation,
        to_person=to_person,
        kind="recall",
        subject=subject,
        body=body,
        link=link,
    )


def _words(kind: Kind, rows: Sequence[Row], because: str) -> tuple[str, str]:
    """Return the subject and the body of a notice."""
    numbers = sorted({row.number for row in rows})
    if len(numbers) == 1:
        return kind.one.format(numbers[0]), f"{because}。{kind.do}"
    more = f" 等 {len(numbers)} 张" if len(numbers) > NAMED else ""
    named = "、".join(numbers[:NAMED]) + more
    return kind.many.format(len(numbers)), f"{because}。{kind.do}证号：{named}"


def _link(zone_id: UUID, rows: Sequence[Row]) -> str:
    if len({row.certificate_id for row in rows}) == 1:
        return f"/certificates/{rows[0].certificate_id}"
    return f"/certificates/?zone={zone_id}"


def _rows(w: Work, zone_id: UUID, *chosen: ColumnElement[bool]) -> list[Row]:
    asked = (
        select(
            SuspensionGround.id,
            Certificate.number,
            Certificate.id,
            Certificate.organisation_id,
            Certificate.office_id,
            Certificate.vet_id,
            Certificate.origin_code,
            Certificate.destination_code,
            Certificate.status_list,
            Load.consignee_phone_index,
            SuspensionGround.because,
            SuspensionGround.was,
            SuspensionGround.freed,
            Standing.status,
        )
        .join(Certificate, Certificate.id == SuspensionGround.certificate_id)
        .join(Standing, Standing.id == Certificate.id)
        .join(Load, Load.id == Certificate.load_id)
        .where(SuspensionGround.source_id == zone_id, *chosen)
        .order_by(Certificate.number)
    )
    return [Row._make(row) for row in w.session.execute(asked)]


def _mark(w: Work, ids: Collection[UUID], column: str) -> None:
    every = list(ids)
    for at in range(0, len(every), SOME):
        w.session.execute(
            update(SuspensionGround)
            .where(SuspensionGround.id.in_(every[at : at + SOME]))
            .values(**{column: w.now}),
            execution_options={"synchronize_session": False},
        )
