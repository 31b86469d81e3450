"""申报点: opened, changed, published, closed. Each stays on record with its days."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from sqlalchemy import delete, select

from aquacert.accounts.models import Office, OfficeDivision, Organisation
from aquacert.accounts.queries.organisations import organisation
from aquacert.accounts.rules.roles import Kind
from aquacert.accounts.rules.states import OrganisationState
from aquacert.kernel.audit import Fact
from aquacert.kernel.errors import Invalid, NotAllowed, NotAllowedNow, NotFound
from aquacert.kernel.work import Work
from aquacert.reference.queries import descendants, division
from aquacert.reference.rules.phone import parse_phone
from aquacert.reference.rules.text import clean

SHORTEST_REASON = 2


@dataclass(frozen=True)
class OfficeOpened(Fact):
    """A 申报点 takes declarations from a day on."""

    tag: ClassVar[str] = "accounts:office:open"
    title: ClassVar[str] = "设立申报点"
    name: str
    opened_on: date
    serves: tuple[str, ...]


@dataclass(frozen=True)
class OfficeChanged(Fact):
    """What the published page says of an office was changed."""

    tag: ClassVar[str] = "accounts:office:change"
    title: ClassVar[str] = "更改申报点"
    name: str
    changed: tuple[str, ...]
    published: bool
    serves: tuple[str, ...] = ()


@dataclass(frozen=True)
class OfficeClosed(Fact):
    """A 申报点 takes nothing any more from a day on."""

    tag: ClassVar[str] = "accounts:office:close"
    title: ClassVar[str] = "撤销申报点"
    name: str
    closed_on: date


TEXTS = {
    "name_zh": 60,
    "name_en": 120,
    "address": 120,
    "hours": 120,
    "takes": 200,
}
NEEDED = {"name_zh": "请填申报点名称", "address": "请填地址", "hours": "请填受理时间"}


def open_office(
    w: Work,
    *,
    organisation_id: UUID,
    division_code: str,
    serves: Iterable[str] = (),
    opened_on: date | None = None,
    published: bool = True,
    phone: str = "",
    **texts: str,
) -> UUID:
    """Open a 申报点 of an agency; raise `Invalid` with every wrong field at once.

    `texts` are name_zh, name_en, address, hours, takes. It serves its own division unless others
    are named; each must lie in the division of the body that runs it.
    """
    body = organisation(w, organisation_id)
    _mine(w, body.division_code)
    wrong: dict[str, str] = {}
    if body.kind != Kind.AGENCY or body.state != OrganisationState.OPEN:
        wrong["organisation_id"] = "申报点由在用的机构设立"
    said = _texts(texts, wrong)
    number = _phone(phone, wrong)
    codes = _served(w, body, (division_code, *serves), wrong)
    _unused(w, organisation_id, said.get("name_zh", ""), wrong)
    if wrong:
        raise Invalid(next(iter(wrong.values())).rstrip("。") + "。", **wrong)
    row = w.add(
        Office(
            id=w.new_id(),
            organisation_id=organisation_id,
            division_code=division_code,
            phone=number,
            opened_on=opened_on or w.today,
            closed_on=None,
            closed_because="",
            published=published,
            **said,
        )
    )
    _serve(w, row, codes)
    w.record(OfficeOpened(row.name_zh, row.opened_on, codes), on=row, county=division_code)
    return row.id


def change_office(
    w: Work,
    office_id: UUID,
    *,
    serves: Iterable[str],
    published: bool,
    phone: str = "",
    **texts: str,
) -> None:
    """Change what is said of an office and which places it serves."""
    row = w.get_for_change(Office, office_id)
    if row.closed_on is not None and row.closed_on <= w.today:
        raise NotAllowedNow("这个申报点已经撤销，不能再改。")
    wrong: dict[str, str] = {}
    said = _texts(texts, wrong) | {"phone": _phone(phone, wrong)}
    body = organisation(w, row.organisation_id)
    codes = _served(w, body, (row.division_code, *serves), wrong)
    if said.get("name_zh") != row.name_zh:
        _unused(w, row.organisation_id, said.get("name_zh", ""), wrong)
    if wrong:
        raise Invalid(next(iter(wrong.values())).rstrip("。") + "。", **wrong)
    changed = [name for name, value in said.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, said[name])
    row.published = published
    w.session.execute(delete(OfficeDivision).where(OfficeDivision.office_id == row.id))
    _serve(w, row, codes)
    fact = OfficeChanged(row.name_zh, tuple(changed), published, codes)
    w.record(fact, on=row, county=row.division_code)


def close_office(w: Work, office_id: UUID, *, closed_on: date | None, because: str) -> None:
    """Close an office from a day on (today unless another is named).

    What was declared there stays with its body; farms assigned to it go by their place again.
    """
    row = w.get_for_change(Office, office_id)
    said = because.strip()
    if len(said) < SHORTEST_REASON:
        raise Invalid("请写撤销的原因。", because="请写撤销的原因，会留在记录里")
    if row.closed_on is not None and row.closed_on <= w.today:
        raise NotAllowedNow("这个申报点已经撤销。")
    day = closed_on or w.today
    if day < w.today or day < row.opened_on:
        sentence = "撤销日期不能早于今天，也不能早于设立日期"
        raise Invalid(f"{sentence}。", closed_on=sentence)
    row.closed_on, row.closed_because = day, said
    w.record(OfficeClosed(row.name_zh, day), on=row, county=row.division_code, reason=said)


def _mine(w: Work, division_code: str) -> None:
    scope = w.actor.scope
    if not (scope.everything or scope.holds("divisions", division_code)):
        raise NotAllowed("这个机构不在您的辖区。")


def _texts(given: dict[str, str], wrong: dict[str, str]) -> dict[str, str]:
    said: dict[str, str] = {}
    for name, longest in TEXTS.items():
        text = (given.get(name) or "").strip()
        if not text:
            said[name] = ""
            if name in NEEDED:
                wrong[name] = NEEDED[name]
            continue
        try:
            said[name] = clean(text, field=name, longest=longest)
        except Invalid as error:
            wrong[name] = error.fields.get(name, error.sentence)
    return said


def _phone(text: str, wrong: dict[str, str]) -> str:
    try:
        return parse_phone(text)
    except Invalid as error:
        wrong["phone"] = error.fields.get("phone", error.sentence)
        return ""


def _served(
    w: Work, body: Organisation, codes: Iterable[str], wrong: dict[str, str]
) -> tuple[str, ...]:
    asked = tuple(dict.fromkeys(code.strip() for code in codes if code.strip()))
    below = descendants(w, body.division_code)
    for place, code in enumerate(asked):
        field = "serves" if place else "division_code"
        try:
            division(w, code)
        except NotFound as error:
            wrong[field] = error.sentence
            continue
        if code not in below:
            wrong[field] = f"{code} 不在设立机构的辖区之内"
    return asked


def _unused(w: Work, organisation_id: UUID, name: str, wrong: dict[str, str]) -> None:
    twice = select(Office.id).where(
        Office.organisation_id == organisation_id, Office.name_zh == name
    )
    if name and w.one(twice) is not None:
        wrong["name_zh"] = "这个机构已经有同名的申报点"


def _serve(w: Work, row: Office, codes: Iterable[str]) -> None:
    for code in codes:
        w.add(OfficeDivision(id=w.new_id(), office_id=row.id, division_code=code))
