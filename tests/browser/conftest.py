"""Browser tests: chromium without a network, the test's own app behind a real server."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from aquacert.app import runner_of
from tests.browser.hand import FOLDER, SMALL, WIDE, Hand, Walk, signed_in
from tests.make.accounts import Made
from tests.make.accounts import signed_in as signed_in_client
from tests.make.certificates import fresh
from tests.make.hatcheries import Farm, owner_of
from tests.make.loopback import on_loopback

FLAGS = (
    "--lang=zh-CN",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """Debian's chromium, once for a file of tests.

    Not once for the process: Playwright keeps an event loop on this thread, and a later test that
    signs a PDF here would find it running.
    """
    sync_api = import_module("playwright.sync_api")
    path = shutil.which("chromium") or "/usr/bin/chromium"
    with sync_api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def served(app) -> Iterator[str]:
    """The test's app on a free port of this machine, with its CSRF guard on."""
    app.config.update(WTF_CSRF_ENABLED=True)
    with on_loopback(app) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def walk(chromium, served: str, tmp_path: Path) -> Iterator[Walk]:
    """A walk through the pages; it ends with nothing noticed."""
    folder = Path(os.environ.get(FOLDER) or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    made = Walk(chromium, served, folder)
    yield made
    if made.faults:
        print("\n".join(made.faults))
    for context in chromium.contexts:
        context.close()


@pytest.fixture
def axe() -> Any:
    """Return the accessibility judge."""
    return import_module("axe_playwright_python.sync_playwright").Axe()


@pytest.fixture
def as_person(walk: Walk, db) -> Callable[..., Hand]:
    """Sign somebody in through the real page, with a one-time code where he needs one."""

    def sign_in(made: Made, *, wide: bool = True) -> Hand:
        return signed_in(walk.hand(WIDE if wide else SMALL), db, made)

    return sign_in


@pytest.fixture
def seat(walk: Walk, app, db) -> Callable[..., Hand]:
    """Sit somebody down whose sign-in is shown elsewhere: his window holds the session's cookie already."""

    def sit(made: Made, *, wide: bool = True) -> Hand:
        client = signed_in_client(app.test_client(), fresh(db, made))
        cookie = client.get_cookie(app.config["SESSION_COOKIE_NAME"])
        hand = walk.hand(WIDE if wide else SMALL)
        hand.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": walk.base}])
        return hand

    return sit


@pytest.fixture
def phone(walk: Walk, app, db) -> Callable[[Farm], Hand]:
    """Give the owner of a farm a phone that he touches, signed in as of now."""

    def give(farm: Farm) -> Hand:
        secret, _actor = owner_of(db, farm)
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie["_user_id"], cookie["_fresh"] = secret, True
        kept = client.get_cookie(app.config["SESSION_COOKIE_NAME"])
        hand = walk.hand(SMALL, has_touch=True)
        hand.context.add_cookies([{"name": kept.key, "value": kept.value, "url": walk.base}])
        return hand

    return give


def run_outbox(house) -> None:
    """Run what waits in the outbox, on a thread of its own as `serve` does.

    Playwright keeps an event loop running on the test's own thread, and pyHanko needs a free one.
    """
    worker = threading.Thread(target=runner_of(house).run_all)
    worker.start()
    worker.join()
