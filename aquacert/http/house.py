"""The house as a request sees it: what app.py composed, and the two ways into the database."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

from flask import Flask, current_app, g, request
from werkzeug.datastructures import FileStorage

from aquacert.kernel.errors import Repeated
from aquacert.kernel.idempotency import answered, once
from aquacert.kernel.scope import ANONYMOUS, Actor
from aquacert.kernel.settings import Settings
from aquacert.kernel.tally import Tally
from aquacert.kernel.work import Database, Look, Work
from aquacert.trust.keys import KeyRing

EXTENSION = "aquacert"
ActorLoader = Callable[[], Actor]
RailCounter = Callable[[Look], tuple[int, int]]


def _anonymous() -> Actor:
    return ANONYMOUS


@dataclass
class House:
    """Everything swappable, chosen once in app.py."""

    settings: Settings
    database: Database
    keys: KeyRing
    load_actor: ActorLoader = _anonymous
    rail: dict[str, RailCounter] = field(default_factory=dict)
    """Room → counter of (open, red) work for the left rail."""
    extras: dict[str, Any] = field(default_factory=dict)

    @property
    def tally(self) -> Tally:
        """Where scans are counted."""
        return self.database.tally


def install(app: Flask, house: House) -> None:
    """Give `house` to every request of `app`."""
    app.extensions[EXTENSION] = house


def house() -> House:
    """Return the house of the application that serves this request."""
    return cast("House", current_app.extensions[EXTENSION])


def register_actor_loader(app: Flask, loader: ActorLoader) -> None:
    """Let `loader` say who is signed in; asked once per request."""
    cast("House", app.extensions[EXTENSION]).load_actor = loader


def current_actor() -> Actor:
    """Return who asks: a frozen value, read once per request."""
    actor = g.get("actor")
    if actor is None:
        actor = g.actor = house().load_actor()
    return cast("Actor", actor)


def forget_actor() -> None:
    """Ask again who is signed in (after signing in or out within this request)."""
    g.pop("actor", None)


@contextmanager
def look() -> Iterator[Look]:
    """Open a read as whoever asks."""
    with house().database.look(current_actor()) as unit:
        yield unit


@contextmanager
def work(once: str | None = None, actor: Actor | None = None) -> Iterator[Work]:
    """Open a write as whoever asks.

    `once` is the request's idempotency key: a repeated one answers as the first time did.
    """
    key = request_once(once) if once else None
    with house().database.work(actor or current_actor(), once=key) as unit:
        unit.request_id = g.get("request_id", "")
        yield unit


def answer_again() -> None:
    """Raise `Repeated` when this very form was taken before.

    Asked at the door, before the form is judged: what it chose may be gone by its own first effect.
    """
    key = request.form.get("once", "").replace("\x00", "")
    if not key:
        return
    with look() as unit:
        kept = answered(unit.session, unit.actor, key, unit.now)
    if kept is not None and kept.digest == request_once(key).digest:
        raise Repeated(kept.reply or "")


def request_once(key: str) -> Any:  # noqa: ANN401 (kernel's Once)
    """Return the `Once` of this request: its key with a digest of method, path and content."""
    fields = sorted(
        f"{name}={value}"
        for name, value in request.form.items(multi=True)
        if name not in {"csrf_token", "once"}
    )
    files = [_file_mark(name, file) for name, file in request.files.items(multi=True)]
    body = b"" if request.form or request.files else request.get_data(cache=True)
    return once(key, request.method, request.path, "\n".join(fields + files), body)


def _file_mark(name: str, file: FileStorage) -> str:
    """Return a field's file by name and content, so that other bytes are another request."""
    digest = hashlib.sha256()
    while chunk := file.stream.read(1 << 20):
        digest.update(chunk)
    file.stream.seek(0)
    return f"{name}:{file.filename}:{digest.hexdigest()}"


def api_key() -> str | None:
    """Return the request's Idempotency-Key header, if it sent one."""
    return request.headers.get("Idempotency-Key") or None
