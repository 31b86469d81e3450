"""Opening, renaming and closing bodies; their standing; what is switched on where."""

from datetime import date
from uuid import UUID

from sqlalchemy import or_, select

from aquacert.accounts.commands.facts import (
    CapabilitySwitched,
    OrganisationClosed,
    OrganisationMoved,
    OrganisationOpened,
    OrganisationRenamed,
    StandingSet,
)
from aquacert.accounts.models import (
    Capability,
    CapabilitySwitch,
    Office,
    Organisation,
    OrganisationName,
    Standing,
)
from aquacert.accounts.queries.organisations import organisation, organisation_by_uscc, standing
from aquacert.accounts.rules import capabilities
from aquacert.accounts.rules.roles import Kind
from aquacert.accounts.rules.states import Level, OrganisationState
from aquacert.kernel.errors import Invalid, NotAllowedNow, NotFound
from aquacert.kernel.work import Work
from aquacert.reference.queries import division
from aquacert.reference.rules.uscc import parse_uscc

LONGEST_NAME = 100


def open_organisation(
    w: Work,
    *,
    kind: str,
    name_zh: str,
    uscc: str | None,
    division_code: str,
    parent_id: UUID | None = None,
    name_en: str = "",
    phone: str = "",
) -> UUID:
    """Register a body; raise `Invalid` with every wrong field at once.

    One legal entity has one organisation (S2): a code that is registered already is refused.
    """
    wrong: dict[str, str] = {}
    code = _code(w, kind, uscc, wrong)
    name = name_zh.strip()
    if not name or len(name) > LONGEST_NAME:
        wrong["name_zh"] = f"请填写单位名称，最多 {LONGEST_NAME} 个字"
    if kind not in set(Kind):
        wrong["kind"] = "请选择单位类别"
    _place(w, division_code, wrong)
    if wrong:
        raise Invalid(next(iter(wrong.values())).rstrip("。") + "。", **wrong)
    if parent_id is not None:
        organisation(w, parent_id)
    row = w.add(
        Organisation(
            id=w.new_id(),
            kind=kind,
            parent_id=parent_id,
            division_code=division_code,
            name_zh=name,
            name_en=(name_en or "").strip(),
            uscc=code,
            phone=phone.strip(),
            state=OrganisationState.OPEN,
            opened_at=w.now,
            closed_at=None,
        )
    )
    _name(w, row, w.today)
    w.record(OrganisationOpened(kind, name, division_code), on=row, county=division_code)
    return row.id


def _code(w: Work, kind: str, uscc: str | None, wrong: dict[str, str]) -> str | None:
    if not (uscc or "").strip():
        if kind != Kind.AGENCY:
            wrong["uscc"] = "请填写统一社会信用代码，18 位，在营业执照上"
        return None
    try:
        code = parse_uscc(uscc or "")
    except Invalid as error:
        wrong["uscc"] = error.sentence
        return None
    if organisation_by_uscc(w, code) is not None:
        wrong["uscc"] = "这个统一社会信用代码已经登记过，一个单位只能有一个账户，请联系县里核实"
    return code


def _place(w: Work, code: str, wrong: dict[str, str]) -> None:
    try:
        division(w, code)
    except (NotFound, Invalid) as error:
        wrong["division_code"] = error.sentence


def _name(w: Work, row: Organisation, from_on: date) -> None:
    w.add(
        OrganisationName(
            id=w.new_id(),
            organisation_id=row.id,
            name_zh=row.name_zh,
            name_en=row.name_en,
            from_on=from_on,
            until_on=None,
        )
    )


def rename_organisation(
    w: Work, organisation_id: UUID, *, name_zh: str, name_en: str | None = None
) -> None:
    """Give a body another name from today on; the old one is kept with its days.

    Without `name_en` its English name stays.
    """
    row = w.get_for_change(Organisation, organisation_id)
    before, after = row.name_zh, name_zh.strip()
    english = row.name_en if name_en is None else name_en.strip()
    if not after or len(after) > LONGEST_NAME:
        raise Invalid("请填写单位名称。", name_zh=f"请填写单位名称，最多 {LONGEST_NAME} 个字")
    if (before, row.name_en) == (after, english):
        return
    current = w.one(
        select(OrganisationName).where(
            OrganisationName.organisation_id == row.id, OrganisationName.until_on.is_(None)
        )
    )
    if current is not None:
        current.until_on = w.today
        w.session.flush()
    row.name_zh, row.name_en = after, english
    _name(w, row, w.today)
    w.record(OrganisationRenamed(before, after), on=row, county=row.division_code)


def move_organisation(w: Work, organisation_id: UUID, *, division_code: str) -> None:
    """Put a body into another division, whose county answers for it from now on."""
    wrong: dict[str, str] = {}
    _place(w, division_code, wrong)
    if wrong:
        raise Invalid("请选区划。", **wrong)
    row = w.get_for_change(Organisation, organisation_id)
    before = row.division_code
    if before == division_code:
        return
    row.division_code = division_code
    w.record(OrganisationMoved(before, division_code), on=row, county=before)


def close_organisation(w: Work, organisation_id: UUID, *, reason: str) -> None:
    """Close a body that no longer works; its people keep the account and lose nothing written.

    Raises `NotAllowedNow` while an office of it is open: declarations would go where nobody is.
    """
    row = w.get_for_change(Organisation, organisation_id)
    if row.state == OrganisationState.CLOSED:
        return
    taking = select(Office.id).where(
        Office.organisation_id == row.id,
        or_(Office.closed_on.is_(None), Office.closed_on > w.today),
    )
    if w.one(taking.limit(1)) is not None:
        raise NotAllowedNow("这个机构还有没撤销的申报点，请先撤销申报点。")
    row.state, row.closed_at = OrganisationState.CLOSED, w.now
    w.record(OrganisationClosed(row.name_zh), on=row, county=row.division_code, reason=reason)


def set_standing(w: Work, organisation_id: UUID, level: str, reason: str) -> None:
    """Write how an organisation stands from now on; the newest row counts."""
    if level not in set(Level):
        raise Invalid("没有这个信用等级。", level="请选择信用等级")
    row = organisation(w, organisation_id)
    before = standing(w, organisation_id).level
    w.add(
        Standing(
            id=w.new_id(),
            organisation_id=organisation_id,
            level=level,
            reason=reason,
            from_at=w.now,
            set_by=w.actor.label,
        )
    )
    fact = StandingSet(before, level)
    w.record(fact, on=row, county=row.division_code, reason=reason)


def switch_capability(w: Work, *, name: str, division_code: str, is_on: bool, because: str) -> None:
    """Switch a capability on or off for a division and all below it; every turn is kept."""
    if name not in set(capabilities.Capability):
        raise Invalid("没有这项功能。", name="请选一项功能")
    said = because.strip()
    if not said:
        raise Invalid("请写原因。", because="请写为什么这样启停，会留在记录里")
    _own_place(w, division_code)
    found = w.one(
        select(Capability)
        .where(Capability.name == name, Capability.division_code == division_code)
        .with_for_update()
    )
    if found is not None and found.is_on == is_on:
        words = "启用" if is_on else "停用"
        raise NotAllowedNow(f"这里已经{words}了这项功能，没有改变。")
    row = found or Capability(id=w.new_id(), name=name, division_code=division_code)
    row.is_on, row.because, row.since_at = is_on, said, w.now
    w.add(row)
    w.add(
        CapabilitySwitch(
            id=w.new_id(),
            name=name,
            division_code=division_code,
            is_on=is_on,
            because=said,
            at=w.now,
            by_id=w.actor.person_id,
            by=w.actor.label,
        )
    )
    fact = CapabilitySwitched(name, division_code, is_on)
    w.record(fact, on=row, county=division_code, reason=said)


def _own_place(w: Work, division_code: str) -> None:
    """Raise `Invalid` at the field unless the place exists and is in the actor's jurisdiction."""
    wrong: dict[str, str] = {}
    _place(w, division_code, wrong)
    scope = w.actor.scope
    if not wrong and not (scope.everything or scope.holds("divisions", division_code)):
        wrong["division_code"] = "这个区划不在您的辖区"
    if wrong:
        raise Invalid(next(iter(wrong.values())).rstrip("。") + "。", **wrong)
