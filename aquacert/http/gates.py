"""Gates: every door names what it needs, and strangers are stopped before any door opens."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, g, request
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.routing import RequestRedirect

from aquacert.http.house import (
    House,
    answer_again,
    api_key,
    current_actor,
    forget_actor,
    house,
    install,
    look,
    register_actor_loader,
    work,
)
from aquacert.kernel.errors import Invalid, NotAllowed, NotFound, NotSignedIn
from aquacert.kernel.permissions import P

__all__ = [
    "House",
    "allowed",
    "api_key",
    "current_actor",
    "forget_actor",
    "guard",
    "house",
    "install",
    "look",
    "open_to_all",
    "register_actor_loader",
    "signed_in",
    "work",
]

F = TypeVar("F", bound=Callable[..., Any])
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def allowed(*needs: P) -> Callable[[F], F]:
    """Mark a door: whoever holds any one of `needs` may open it."""

    def mark(view: F) -> F:
        view.needs = needs  # type: ignore[attr-defined]
        return view

    return mark


def signed_in(view: F) -> F:
    """Mark a door that anybody signed in may open: their own account, their own inbox."""
    view.needs = ()  # type: ignore[attr-defined]
    return view


def open_to_all(because: str) -> Callable[[F], F]:
    """Mark a door that strangers may open, and say why."""

    def mark(view: F) -> F:
        view.open_because = because  # type: ignore[attr-defined]
        return view

    return mark


def guard(app: Flask) -> None:
    """Stop everybody who may not open the door, before it opens: default deny."""

    @app.before_request
    def stop_strangers() -> None:
        g.request_id = secrets.token_hex(4)
        view = app.view_functions.get(request.endpoint or "")
        if view is None:
            if isinstance(request.routing_exception, MethodNotAllowed | RequestRedirect):
                raise request.routing_exception
            raise NotFound("没有这一页。请检查地址，或从首页重新进入。")
        if "\x00" in request.path:
            raise NotFound("没有这一页。请检查地址，或从首页重新进入。")
        if any("\x00" in value for value in request.args.values()):
            raise Invalid("地址里有看不见的控制字符，请重新输入。")
        if request.endpoint == "static" or hasattr(view, "open_because"):
            return
        check(getattr(view, "needs", None))
        if request.method == "POST" and not request.path.startswith("/api/"):
            answer_again()


def check(needs: tuple[P, ...] | None) -> None:
    """Raise unless the present actor may open a door with these needs."""
    actor = current_actor()
    if not actor.is_known:
        raise NotSignedIn
    if needs is None:
        raise NotAllowed("这一页没有开放。")
    if needs and not any(actor.may(permission) for permission in needs):
        raise NotAllowed
    if request.path.startswith("/api/") and request.method not in SAFE and not actor.is_token:
        raise NotAllowed("接口写操作请使用接口令牌（Authorization: Bearer …）。")
