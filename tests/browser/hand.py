"""Somebody at a browser: opens pages, fills forms by their labels, and notices what is wrong.

Every page that `look` is called on is checked: no error in the console, nothing asked of another
host, no answer of 500 or more, no sideways scroll at 360 px, nothing serious in axe at the size
that this person's window has (test_every_page, `-m long`, looks at every page at both). Faults are collected, so that one walk shows them all; the test ends with `faults == []`.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, Request, build_opener

from tests.make.accounts import Made, code_for

SMALL, WIDE = {"width": 360, "height": 740}, {"width": 1280, "height": 800}
FOLDER = "AQUACERT_SCREENSHOTS"
EXPECTED = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")
PLAIN = build_opener(ProxyHandler({}))
SERIOUS = {"serious", "critical"}
LAW = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "resultTypes": ["violations"],
}
PARTS = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|[A-Z0-9]{5}-[A-Z0-9]{5}")


@dataclass
class Walk:
    """One walk through the pages by several people: where it runs, what it noticed."""

    browser: Any
    base: str
    folder: Path
    axe: Any = None
    faults: list[str] = field(default_factory=list)
    count: int = 0
    judged: set[tuple[str, str, int]] = field(default_factory=set)

    def shot(self, page: Any, name: str) -> None:
        """Keep a picture of the whole page when somebody wants pictures."""
        if os.environ.get(FOLDER):
            page.screenshot(path=self.folder / f"{name}.png", full_page=True)

    def hand(self, size: dict[str, int] = SMALL, **context: Any) -> Hand:
        """Give somebody a browser of his own."""
        made = self.browser.new_context(viewport=size, locale="zh-CN", **context)
        made.set_default_timeout(30_000)
        return Hand(self, made, made.new_page(), size)


class Hand:
    """One person's browser window."""

    def __init__(self, walk: Walk, context: Any, page: Any, size: dict[str, int]) -> None:
        self.walk, self.context, self.page, self.size = walk, context, page, size
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self._wrong(f"script error: {error}"))
        page.on("request", self._asked)
        page.on("response", self._answered)

    def _wrong(self, what: str) -> None:
        path = urlsplit(self.page.url).path
        self.walk.faults.append(f"{path}: {what}")

    def _heard(self, message: Any) -> None:
        if message.type == "error" and not EXPECTED.match(message.text):
            self._wrong(f"console: {message.text}")

    def _asked(self, request: Any) -> None:
        if not request.url.startswith((self.walk.base, "data:", "blob:", "about:")):
            self._wrong(f"asked another host: {request.url}")

    def _answered(self, response: Any) -> None:
        is_page = response.request.resource_type == "document"
        if response.status >= 500 or (response.status >= 400 and not is_page):
            self._wrong(f"{response.status} {response.url}")

    def open(self, path: str) -> Hand:
        """Go to an address of the site."""
        self.page.goto(self.walk.base + path)
        return self

    def look(self, name: str) -> str:
        """Check the present page, keep its picture, and return what it says."""
        walk, page = self.walk, self.page
        walk.count += 1
        name = f"{walk.count:02d}_{name}"
        for size in (SMALL, WIDE):
            if page.viewport_size != size:
                page.set_viewport_size(size)
            if size is SMALL:
                self._check_width()
            if walk.axe is not None and size == self.size:
                self._check_axe(size["width"])
            if size == self.size or size is SMALL:
                walk.shot(page, f"{name}_{size['width']}")
        page.set_viewport_size(self.size)
        return self.text()

    def _check_width(self) -> None:
        wide = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if wide > 0:
            self._wrong(f"{wide} px too wide at 360 px")

    def _check_axe(self, width: int) -> None:
        seen = (PARTS.sub("*", self.path), self.title, width)
        if seen in self.walk.judged:
            return
        self.walk.judged.add(seen)
        # At the end of the page nothing lies under a bar that sticks to the lower edge.
        self.page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
        if self.page.evaluate("typeof axe") == "undefined":  # half a megabyte, once for each page
            self.page.evaluate(self.walk.axe.axe_script)
        for rule in self.page.evaluate("law => axe.run(law)", LAW)["violations"]:
            if rule["impact"] in SERIOUS:
                where = "; ".join(node["html"][:160] for node in rule["nodes"][:3])
                self._wrong(f"axe {rule['id']} at {width} px: {where}")

    def text(self) -> str:
        """Return what the page says."""
        return self.page.inner_text("body")

    def fill(self, **values: str) -> Hand:
        """Fill fields by their ids; `_` in a name stands for itself."""
        for name, value in values.items():
            self.put(name, value)
        return self

    def put(self, name: str, value: str) -> Hand:
        """Fill one field by its id: text, a choice by its value, or a moment."""
        box = self.page.locator(f'[id="{name}"]')
        tag = box.evaluate("e => e.tagName")
        if tag == "SELECT":
            box.select_option(value)
        elif tag == "FIELDSET":
            choice = box.locator(f'input[value="{value}"]')
            choice.evaluate("e => e.scrollIntoView({block: 'center'})")  # from under the bar below
            choice.check(force=True)
        else:
            box.fill(value)
        return self

    def press(self, words: str, *, nth: int = 0) -> Hand:
        """Press the button with these words and wait for the next page."""
        button = self.page.get_by_role("button", name=words, exact=True).nth(nth)
        with self.page.expect_navigation():
            button.click()
        return self

    def follow(self, words: str, *, nth: int = 0) -> Hand:
        """Follow the link with these words."""
        link = self.page.get_by_role("link", name=words).nth(nth)
        with self.page.expect_navigation():
            link.click()
        return self

    def go(self, selector: str) -> Hand:
        """Follow the first link that a selector finds."""
        with self.page.expect_navigation():
            self.page.locator(selector).first.click()
        return self

    def tick(self, selector: str) -> Hand:
        """Choose a radio button or tick a box, as a thumb on its label does."""
        self.page.locator(selector).check(force=True)
        return self

    def fetch(self, path: str) -> tuple[int, bytes]:
        """Return the status and the bytes of a file of this site, with this person's session."""
        cookies = "; ".join(f"{one['name']}={one['value']}" for one in self.context.cookies())
        asked = Request(self.walk.base + path, headers={"Cookie": cookies})
        with PLAIN.open(asked, timeout=30) as answer:
            return answer.status, answer.read()

    def address_of(self, words: str) -> str:
        """Return where the link with these words leads."""
        return self.page.get_by_role("link", name=words).first.get_attribute("href")

    @property
    def path(self) -> str:
        """The path of the present page."""
        return urlsplit(self.page.url).path

    @property
    def title(self) -> str:
        """The title of the present page."""
        return self.page.title()

    def close(self) -> None:
        """Put the browser away."""
        self.context.close()


def signed_in(hand: Hand, db, made: Made) -> Hand:
    """Fill in the sign-in page, and the code's page after it."""
    hand.open("/accounts/sign-in").fill(username=made.username, password=made.password)
    hand.press("登录")
    if hand.path == "/accounts/second-factor":
        hand.fill(code=code_for(db, made.person_id)).press("登录")
    assert hand.path not in {"/accounts/sign-in", "/accounts/second-factor"}, hand.text()
    return hand
