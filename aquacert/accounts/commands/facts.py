"""What the trail says of accounts. No fact holds a name, a phone number or a secret."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from aquacert.kernel.audit import Fact


@dataclass(frozen=True)
class OrganisationOpened(Fact):
    """A body was registered."""

    tag: ClassVar[str] = "accounts:organisation:open"
    title: ClassVar[str] = "登记单位"
    kind: str
    name: str
    division: str


@dataclass(frozen=True)
class OrganisationRenamed(Fact):
    """A body has another name from a day on."""

    tag: ClassVar[str] = "accounts:organisation:rename"
    title: ClassVar[str] = "单位更名"
    before: str
    after: str


@dataclass(frozen=True)
class OrganisationMoved(Fact):
    """A body sits in another division."""

    tag: ClassVar[str] = "accounts:organisation:move"
    title: ClassVar[str] = "单位所在区划更正"
    before: str
    after: str


@dataclass(frozen=True)
class OrganisationClosed(Fact):
    """A body no longer works."""

    tag: ClassVar[str] = "accounts:organisation:close"
    title: ClassVar[str] = "注销单位"
    name: str


@dataclass(frozen=True)
class StandingSet(Fact):
    """The credit of a body changed."""

    tag: ClassVar[str] = "accounts:standing:set"
    title: ClassVar[str] = "调整信用等级"
    before: str
    after: str


@dataclass(frozen=True)
class CapabilitySwitched(Fact):
    """A capability was switched on or off for a division."""

    tag: ClassVar[str] = "accounts:capability:switch"
    title: ClassVar[str] = "启停一项功能"
    name: str
    division: str
    is_on: bool


@dataclass(frozen=True)
class PersonAdded(Fact):
    """An account was made."""

    tag: ClassVar[str] = "accounts:person:add"
    title: ClassVar[str] = "新建账号"
    username: str


@dataclass(frozen=True)
class PersonAppointed(Fact):
    """Somebody got a role in a body."""

    tag: ClassVar[str] = "accounts:person:appoint"
    title: ClassVar[str] = "任命角色"
    role: str
    organisation_id: UUID
    division: str
    from_on: date
    number: str


@dataclass(frozen=True)
class AppointmentEnded(Fact):
    """Somebody's role ended."""

    tag: ClassVar[str] = "accounts:person:dismiss"
    title: ClassVar[str] = "终止任命"
    role: str
    organisation_id: UUID


@dataclass(frozen=True)
class PersonFrozen(Fact):
    """An account may no longer sign in, or may again."""

    tag: ClassVar[str] = "accounts:person:freeze"
    title: ClassVar[str] = "冻结或恢复账号"
    frozen: bool


@dataclass(frozen=True)
class PersonForgotten(Fact):
    """Name, phone and identity number of somebody were erased (PIPL art. 47)."""

    tag: ClassVar[str] = "accounts:person:forget"
    title: ClassVar[str] = "删除个人信息"


@dataclass(frozen=True)
class PasswordChanged(Fact):
    """A person changed the password, or got a first one to change."""

    tag: ClassVar[str] = "accounts:password:change"
    title: ClassVar[str] = "更换口令"
    by_administrator: bool


@dataclass(frozen=True)
class PreferencesKept(Fact):
    """A person chose a language or the elder edition."""

    tag: ClassVar[str] = "accounts:preferences:keep"
    title: ClassVar[str] = "保存个人设置"
    elder: bool
    locale: str


@dataclass(frozen=True)
class SignedIn(Fact):
    """A person signed in (MLPS 8.1.4.3: time, user, outcome)."""

    tag: ClassVar[str] = "accounts:session:open"
    title: ClassVar[str] = "登录"
    device: str
    second_factor: bool
    unusual: bool


@dataclass(frozen=True)
class PasswordTaken(Fact):
    """The password was right, the second step is still owed: nobody is in yet."""

    tag: ClassVar[str] = "accounts:session:password"
    title: ClassVar[str] = "口令正确，等第二步验证"
    device: str


@dataclass(frozen=True)
class SignedOut(Fact):
    """A sign-in was ended."""

    tag: ClassVar[str] = "accounts:session:end"
    title: ClassVar[str] = "结束登录"
    because: str
    count: int


@dataclass(frozen=True)
class GuessingLocked(Fact):
    """Too many wrong guesses: the gate is shut for a while."""

    tag: ClassVar[str] = "accounts:throttle:lock"
    title: ClassVar[str] = "多次输错，暂时锁定"
    gate: str


@dataclass(frozen=True)
class SecondFactorSet(Fact):
    """A person's one-time code generator was made, confirmed, used or taken away."""

    tag: ClassVar[str] = "accounts:factor:set"
    title: ClassVar[str] = "动态口令"
    what: str


@dataclass(frozen=True)
class PasskeyAdded(Fact):
    """A person may confirm with one more key."""

    tag: ClassVar[str] = "accounts:passkey:add"
    title: ClassVar[str] = "登记通行密钥"


@dataclass(frozen=True)
class PasskeyRemoved(Fact):
    """A key confirms nothing any more."""

    tag: ClassVar[str] = "accounts:passkey:remove"
    title: ClassVar[str] = "移除通行密钥"
    because: str


@dataclass(frozen=True)
class PasskeyUsed(Fact):
    """A person confirmed with a key: at sign-in, or once for what was previewed."""

    tag: ClassVar[str] = "accounts:passkey:use"
    title: ClassVar[str] = "用通行密钥核验"
    purpose: str


@dataclass(frozen=True)
class TokenMade(Fact):
    """A program may act for a person until a day."""

    tag: ClassVar[str] = "accounts:token:make"
    title: ClassVar[str] = "新建接口令牌"
    name: str


@dataclass(frozen=True)
class TokenEnded(Fact):
    """A token no longer works."""

    tag: ClassVar[str] = "accounts:token:end"
    title: ClassVar[str] = "停用接口令牌"
    name: str


@dataclass(frozen=True)
class LinkMade(Fact):
    """A one-time link for a consignee was made or used."""

    tag: ClassVar[str] = "accounts:link:make"
    title: ClassVar[str] = "收货人一次性链接"
    what: str


@dataclass(frozen=True)
class QuestionAsked(Fact):
    """A body asked another."""

    tag: ClassVar[str] = "accounts:question:ask"
    title: ClassVar[str] = "提问"


@dataclass(frozen=True)
class QuestionAnswered(Fact):
    """A question was answered."""

    tag: ClassVar[str] = "accounts:question:answer"
    title: ClassVar[str] = "答复"
