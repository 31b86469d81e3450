"""Making accounts, appointing people to roles and ending that, freezing, forgetting."""

from datetime import date
from uuid import UUID

from sqlalchemy import delete, func, select

from aquacert.accounts.commands.facts import (
    AppointmentEnded,
    PersonAdded,
    PersonAppointed,
    PersonForgotten,
    PersonFrozen,
    PreferencesKept,
)
from aquacert.accounts.commands.lending import end_lending_of
from aquacert.accounts.commands.passwords import hash_password
from aquacert.accounts.commands.phones import TAKEN, claim_phone
from aquacert.accounts.commands.second_factor import enrol
from aquacert.accounts.commands.step_up import drop_grants
from aquacert.accounts.models import Membership, Organisation, Passkey, Person
from aquacert.accounts.queries.actors import lent_to
from aquacert.accounts.queries.organisations import organisation
from aquacert.accounts.queries.passwords import policy_of
from aquacert.accounts.queries.recovery import answers_for
from aquacert.accounts.rules import names, roles
from aquacert.accounts.rules.passwords import weakness
from aquacert.accounts.rules.roles import Kind, Role
from aquacert.accounts.rules.states import PersonState
from aquacert.kernel.db import blind
from aquacert.kernel.errors import Invalid, NotAllowed, NotAllowedNow
from aquacert.kernel.work import Work
from aquacert.reference.queries import descendants
from aquacert.reference.rules.identity import parse_identity
from aquacert.reference.rules.phone import parse_phone


def add_person(
    w: Work,
    *,
    username: str,
    password: str,
    name: str,
    phone: str,
    organisation_id: UUID,
    role: str,
    division_code: str | None = None,
    totp: bool = False,
    totp_secret: str | None = None,
    identity: str | None = None,
    appointment_number: str | None = None,
    must_change_password: bool = False,
    is_phone_free: bool = False,
) -> UUID:
    """Make an account with its first role; raise `Invalid` with every wrong field at once.

    With `totp` the person has a one-time code generator from the start (seed `totp_secret`, or a
    random one); otherwise whoever needs one makes it at the first sign-in. The phone number
    becomes a user name too unless another active person signs in by it: `is_phone_free` asks that
    nobody does. A stranger who registers is not told whose number it is.
    """
    person = _checked_person(w, username, password, name, phone, identity, role)
    person.must_change_password = must_change_password
    person.wants_second_factor = totp
    w.add(person)
    if not claim_phone(w, person) and is_phone_free:
        raise Invalid(f"{TAKEN}。", phone=TAKEN)
    w.record(PersonAdded(person.username), on=person)
    appoint(
        w,
        person_id=person.id,
        organisation_id=organisation_id,
        role=role,
        division_code=division_code,
        appointment_number=appointment_number,
    )
    if totp:
        enrol(w, person.id, secret=totp_secret, confirmed=True)
    return person.id


def _checked_person(
    w: Work, username: str, password: str, name: str, phone: str, identity: str | None, role: str
) -> Person:
    """Return the row of a new person, not yet added; raise `Invalid` naming every wrong field."""
    wrong: dict[str, str] = {}
    user = names.as_username(username)
    number = _parsed(wrong, "phone", phone)
    papers = _parsed(wrong, "identity", identity) if identity else None
    policy = policy_of(w, {Role(role)} if role in set(Role) else ())
    faults = {
        "username": names.username_fault(user) or _like_phone(user) or _taken(w, user),
        "name": names.personal_name_fault(name),
        "password": weakness(password, policy, known=[user, number]) or "",
        "role": "" if role in set(Role) else "请选择角色",
        "identity": _known_identity(w, papers),
    }
    wrong |= {field: fault for field, fault in faults.items() if fault}
    if wrong:
        raise Invalid(next(iter(wrong.values())).rstrip("。") + "。", **wrong)
    return Person(
        id=w.new_id(),
        username=user,
        password_hash=hash_password(w.settings.password_cost, password),
        password_changed_at=w.now,
        must_change_password=False,
        password_stopped_at=None,
        name=name.strip(),
        name_index=blind("name", name.strip()),
        phone=number,
        phone_index=blind("phone", number),
        phone_login=None,
        identity=papers,
        identity_index=blind("identity", papers) if papers else None,
        wants_second_factor=False,
        state=PersonState.ACTIVE,
        elder=False,
        locale="",
        created_at=w.now,
    )


def _parsed(wrong: dict[str, str], field: str, text: str) -> str:
    parse = parse_phone if field == "phone" else parse_identity
    try:
        return parse(text)
    except Invalid as error:
        wrong[field] = error.sentence
        return ""


def _like_phone(username: str) -> str:
    """No name looks like a number: who takes another's number as a name shuts him out."""
    try:
        parse_phone(username)
    except Invalid:
        return ""
    return "手机号不用填在这里，本来就能用它登录；登录名请另起一个"


def _taken(w: Work, username: str) -> str:
    taken = w.one(select(Person.id).where(Person.username == username)) is not None
    return "这个登录名已经有人用了，请换一个" if taken else ""


def _known_identity(w: Work, identity: str | None) -> str:
    if not identity:
        return ""
    mark = blind("identity", identity)
    known = w.one(select(Person.id).where(Person.identity_index == mark)) is not None
    return "这个身份证号已经有账号，一人一号，请用原来的账号" if known else ""


def appoint(
    w: Work,
    *,
    person_id: UUID,
    organisation_id: UUID,
    role: str,
    division_code: str | None = None,
    from_on: date | None = None,
    until_on: date | None = None,
    appointment_number: str | None = None,
) -> UUID:
    """Give a person a role in a body, for the body's place or one below it.

    Raises `NotAllowed` for the own person (nobody promotes himself), `Invalid` for a role that
    this kind of body does not give or that never meets one already held (declarant ≠ vet ≠ lab).
    """
    if w.actor.person_id == person_id:
        raise NotAllowed("不能给自己任命角色，请由另一位管理员办理。")
    person = w.session.get_one(Person, person_id, with_for_update=True)
    body = (
        w.get_for_change(Organisation, organisation_id)
        if w.actor.is_known
        else organisation(w, organisation_id)
    )
    place = division_code or body.division_code
    start = from_on or w.today
    check_appointment(w, person, body, role, place)
    if until_on is not None and until_on <= start:
        raise Invalid("结束日期要晚于开始日期。", until_on="结束日期要晚于开始日期")
    number = _number(w, role, place, appointment_number)
    row = w.add(
        Membership(
            id=w.new_id(),
            person_id=person_id,
            organisation_id=organisation_id,
            role=role,
            division_code=place,
            from_on=start,
            until_on=until_on,
            appointment_number=number,
        )
    )
    fact = PersonAppointed(role, organisation_id, place, start, number or "")
    w.record(fact, on=person, county=place)
    return row.id


def check_appointment(w: Work, person: Person, body: Organisation, role: str, place: str) -> None:
    """Raise `Invalid` unless a body gives this role, here, and nothing the person holds forbids it."""
    if role not in set(Role) or not roles.gives(Kind(body.kind), Role(role)):
        sentence = f"{roles.KIND_NAMES[Kind(body.kind)]}不设这个角色"
        raise Invalid(f"{sentence}。", role=sentence)
    if place != body.division_code and place not in descendants(w, body.division_code):
        sentence = "任命的辖区要在本单位的辖区之内"
        raise Invalid(f"{sentence}。", division_code=sentence)
    if role == Role.PROVINCE_SUPERVISOR and place != f"{w.settings.province}0000":
        sentence = "省级监管员只能由省级机构任命，辖区是全省"
        raise Invalid(f"{sentence}。", role=sentence)
    held = _held(w, person.id)
    names = {Role(m.role) for m in [*held, *lent_to(w, person.id)]}
    if against := roles.clashes(names, Role(role)):
        listed = "、".join(roles.ROLE_NAMES[other] for other in against)
        sentence = f"此人现任{listed}，按回避要求不能兼任{roles.ROLE_NAMES[Role(role)]}"
        raise Invalid(f"{sentence}。", role=sentence)
    if any(m.role == role and m.organisation_id == body.id for m in held):
        raise Invalid("此人已经担任这个角色。", role="此人已经担任这个角色")


def _held(w: Work, person_id: UUID) -> list[Membership]:
    """Return appointments in force or still to come."""
    return w.scalars(
        select(Membership).where(
            Membership.person_id == person_id,
            func.coalesce(Membership.until_on, date.max) > w.today,
        )
    )


def _number(w: Work, role: str, place: str, given: str | None) -> str | None:
    """Return an official vet's 统一编号: the province's, or our next one until it is known."""
    if role != Role.OFFICIAL_VET:
        return None
    if number := (given or "").strip():
        taken = select(Membership.id).where(
            Membership.appointment_number == number, Membership.until_on.is_(None)
        )
        if w.one(taken) is not None:
            sentence = "这个统一编号已经任命给别人"
            raise Invalid(f"{sentence}。", appointment_number=sentence)
        return number
    prefix = f"YS{place}"
    used = w.one(
        select(func.max(Membership.appointment_number)).where(
            Membership.appointment_number.like(f"{prefix}____")
        )
    )
    return f"{prefix}{(int(used[-4:]) if used else 0) + 1:04d}"


def end_appointment(w: Work, membership_id: UUID, *, reason: str) -> None:
    """End a role from today; it works at the person's next request."""
    row = w.get_for_change(Membership, membership_id)
    if w.actor.person_id == row.person_id:
        raise NotAllowed("不能终止自己的任命，请由另一位管理员办理。")
    if row.until_on is not None and row.until_on <= w.today:
        raise NotAllowedNow("这项任命已经结束。")
    row.until_on = max(w.today, row.from_on)
    drop_grants(w, row.person_id)
    end_lending_of(w, row.id)
    fact = AppointmentEnded(row.role, row.organisation_id)
    w.record(fact, on=("people", str(row.person_id)), county=row.division_code, reason=reason)


def freeze_person(w: Work, person_id: UUID, *, frozen: bool, reason: str) -> None:
    """Stop somebody from signing in, or let him again; open sign-ins stop at once.

    Whoever serves elsewhere as well, or went there, is not this county's to shut out.
    """
    if w.actor.person_id == person_id:
        raise NotAllowed("不能冻结自己的账号。")
    if not (w.actor.scope.everything or answers_for(w, person_id)):
        raise NotAllowed("此人还在别处任职，要由管得到他全部任命的管理员办理。")
    person = w.session.get_one(Person, person_id, with_for_update=True)
    person.state = PersonState.FROZEN if frozen else PersonState.ACTIVE
    if frozen:
        person.phone_login = None
        drop_grants(w, person_id)
    else:
        claim_phone(w, person)
    w.record(PersonFrozen(frozen), on=person, reason=reason)


def forget_person(w: Work, person_id: UUID, *, reason: str) -> None:
    """Erase name, phone and identity number of somebody who left (PIPL art. 47); roles stay."""
    if _held(w, person_id):
        raise NotAllowedNow("先终止此人的全部任命，再删除个人信息。")
    person = w.session.get_one(Person, person_id, with_for_update=True)
    person.name = person.phone = person.identity = None
    person.name_index = person.phone_index = person.identity_index = person.phone_login = None
    person.username = f"forgotten-{person.id.hex}"
    person.state = PersonState.FROZEN
    # A key bears a name of the person's own choosing.
    w.session.execute(delete(Passkey).where(Passkey.person_id == person_id))
    w.record(PersonForgotten(), on=person, reason=reason)


def keep_preferences(w: Work, *, elder: bool | None = None, locale: str | None = None) -> None:
    """Keep a person's own choice of the elder edition and of the language."""
    if w.actor.person_id is None:
        return
    person = w.get_for_change(Person, w.actor.person_id)
    person.elder = person.elder if elder is None else elder
    person.locale = person.locale if locale is None else locale
    w.record(PreferencesKept(person.elder, person.locale), on=person)
