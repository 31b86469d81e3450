"""The states of people, organisations, questions and standing, and the words for them."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class PersonState(StrEnum):
    """Whether somebody may sign in."""

    ACTIVE = "active"
    FROZEN = "frozen"


class OrganisationState(StrEnum):
    """Whether a body still works."""

    OPEN = "open"
    CLOSED = "closed"


class QuestionState(StrEnum):
    """Whether a question waits for an answer."""

    OPEN = "open"
    ANSWERED = "answered"


class Level(StrEnum):
    """Standing (credit) of an organisation. Supervision computes it; lower rooms only read."""

    GOOD = "good"
    NORMAL = "normal"
    WATCHED = "watched"
    RESTRICTED = "restricted"


LEVEL_NAMES: Mapping[Level, str] = MappingProxyType(
    {
        Level.GOOD: "良好",
        Level.NORMAL: "正常",
        Level.WATCHED: "重点关注",
        Level.RESTRICTED: "受限",
    }
)

PERSON_STATES: Mapping[str, str] = MappingProxyType(
    {PersonState.ACTIVE: "可登录", PersonState.FROZEN: "已冻结"}
)
ORGANISATION_STATES: Mapping[str, str] = MappingProxyType(
    {OrganisationState.OPEN: "在用", OrganisationState.CLOSED: "已注销"}
)
QUESTION_STATES: Mapping[str, str] = MappingProxyType(
    {QuestionState.OPEN: "等待答复", QuestionState.ANSWERED: "已答复"}
)
