"""Who is who in a farm. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from aquacert.kernel.errors import Invalid


class Post(StrEnum):
    """What a person is to the farm."""

    LEGAL = "legal"
    MANAGER = "manager"
    TECHNICIAN = "technician"
    QUALITY = "quality"
    RECORDS = "records"
    WORKER = "worker"


POST_WORDS: Mapping[Post, str] = {
    Post.LEGAL: "法定代表人（经营者）",
    Post.MANAGER: "场长",
    Post.TECHNICIAN: "技术负责人",
    Post.QUALITY: "质量负责人",
    Post.RECORDS: "记录员",
    Post.WORKER: "饲养员",
}
ONE_EACH = frozenset({Post.LEGAL})
"""A farm has one of these at a time: a new one ends the old one's time."""


def post_of(code: str) -> Post:
    """Return the post a code names; raise `Invalid` for any other text."""
    try:
        return Post(code)
    except ValueError:
        raise Invalid("请选职务。", post="请从列表里选一个职务。") from None
