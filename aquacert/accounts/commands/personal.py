"""Looking at personal data: nothing changes, but the look itself is on record."""

from dataclasses import dataclass
from typing import ClassVar

from aquacert.kernel.audit import Fact
from aquacert.kernel.db import Base
from aquacert.kernel.work import Work


@dataclass(frozen=True)
class PersonalShown(Fact):
    """Somebody had a masked value shown: of what thing, which field, and why. Never the value."""

    tag: ClassVar[str] = "accounts:personal:show"
    title: ClassVar[str] = "查看个人信息"
    field: str
    because: str


def show_personal(w: Work, on: Base | tuple[str, str], *, field: str, because: str) -> None:
    """Record that the actor looked at `field` of a row (or kind and id) and why (PIPL art. 51, 54)."""
    w.record(PersonalShown(field, because), on=on)
