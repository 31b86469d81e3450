"""What the trail says about laboratories' own systems."""

from dataclasses import dataclass
from typing import ClassVar

from aquacert.kernel.audit import Fact


@dataclass(frozen=True)
class SystemRegistered(Fact):
    """A laboratory's system may send."""

    tag: ClassVar[str] = "labs:system:register"
    title: ClassVar[str] = "接入实验室自有系统"
    name: str
    kid: str


@dataclass(frozen=True)
class SystemKeyReplaced(Fact):
    """A system signs with another key from now on."""

    tag: ClassVar[str] = "labs:system:replace_key"
    title: ClassVar[str] = "更换系统密钥"
    name: str
    kid: str


@dataclass(frozen=True)
class SystemTokenRenewed(Fact):
    """A system has a new token; the old one ended."""

    tag: ClassVar[str] = "labs:system:renew_token"
    title: ClassVar[str] = "更换系统令牌"
    name: str


@dataclass(frozen=True)
class SystemRevoked(Fact):
    """A system may send no more."""

    tag: ClassVar[str] = "labs:system:revoke"
    title: ClassVar[str] = "停用实验室自有系统"
    name: str


@dataclass(frozen=True)
class WebhookSet(Fact):
    """A system is called at an address when there is work; "" = no more."""

    tag: ClassVar[str] = "labs:system:webhook"
    title: ClassVar[str] = "设置通知地址"
    name: str
    host: str


@dataclass(frozen=True)
class MessageArrived(Fact):
    """A signed message came; `digest` is the SHA-256 of what its signature covers."""

    tag: ClassVar[str] = "labs:message:arrive"
    title: ClassVar[str] = "收到系统报文"
    system: str
    sequence: int
    kind: str
    digest: str


@dataclass(frozen=True)
class MessageSettled(Fact):
    """A message was applied or refused."""

    tag: ClassVar[str] = "labs:message:settle"
    title: ClassVar[str] = "办理系统报文"
    system: str
    sequence: int
    state: str


@dataclass(frozen=True)
class SystemCalled(Fact):
    """A system was called, or could not be reached."""

    tag: ClassVar[str] = "labs:system:call"
    title: ClassVar[str] = "通知实验室自有系统"
    name: str
    error: str
