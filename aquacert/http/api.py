"""JSON doors' shared manners: bodies, cursor paging, answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Response, request

from aquacert.kernel.audit import plain
from aquacert.kernel.errors import Invalid
from aquacert.kernel.paging import Page

T = TypeVar("T")
DEEPEST = 32
"""Levels of brackets in a request: nothing of ours has more than six."""
TOO_DEEP = "请求内容的括号套得太深，不能处理。"


def body(*, whole: bool = True) -> dict[str, Any]:
    """Return the request's JSON object; raise `Invalid` for anything else.

    Not `whole`: its parts are judged one by one by the caller, also for what cannot be stored.
    """
    try:
        value = request.get_json(silent=True)
    except RecursionError:
        raise Invalid(TOO_DEEP) from None
    if not isinstance(value, dict):
        raise Invalid("请求内容应该是一个 JSON 对象。")
    if whole and not _storable(value):
        raise Invalid("请求内容里有存不下的控制字符，请删掉后重发。")
    return value


def _storable(value: object, depth: int = 0) -> bool:
    """Say whether JSON holds no NUL and no half of a surrogate pair: no database keeps these."""
    if depth > DEEPEST:
        raise Invalid(TOO_DEEP)
    if isinstance(value, str):
        return "\x00" not in value and not any("\ud800" <= c <= "\udfff" for c in value)
    if isinstance(value, dict):
        return all(_storable(key) and _storable(item, depth + 1) for key, item in value.items())
    return not isinstance(value, list) or all(_storable(item, depth + 1) for item in value)


def needed(values: dict[str, Any], name: str) -> Any:  # noqa: ANN401 (JSON)
    """Return a member of the body; raise `Invalid` naming it when it is missing."""
    if values.get(name) in (None, ""):
        raise Invalid("缺少必填内容。", **{name: "这一项必须填写。"})
    return values[name]


def cursor() -> str | None:
    """Return the cursor that the caller wants to go on from."""
    return request.args.get("after") or None


def size() -> int:
    """Return how many items the caller wants at most (1 to 200; default 50)."""
    return request.args.get("size", 50, type=int)


def as_text(value: object) -> str:
    """Return a value as JSON text, the form kept with an idempotency key."""
    return json.dumps(plain(value), ensure_ascii=False)


def answer(value: object, status: int = 200) -> Response:
    """Return a JSON answer."""
    return Response(as_text(value), status=status, mimetype="application/json")


def listing(found: Page[T], shape: Callable[[T], dict[str, Any]]) -> Response:
    """Return a stretch of a list with the cursor of the next one."""
    return answer({"items": [shape(item) for item in found.items], "next": found.next_cursor})
