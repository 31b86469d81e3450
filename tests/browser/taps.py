"""What a thumb, a mouse or a keyboard does, counted: each touch or press is one.

The words that somebody types are counted apart: filling in is no tap.
"""

from __future__ import annotations

import time
from typing import Any

from tests.browser.hand import Hand

MOST_TABS = 150
"""A key further than that from what has the focus is not reached by keyboard."""


class Thumb:
    """Counts what a thumb (or a mouse) does: each touch of the page, and each key apart."""

    def __init__(self, hand: Hand, name: str = "") -> None:
        self.hand, self.name, self.taps, self.keys = hand, name, 0, 0
        self.steps: list[str] = []
        self._before, self._since, self._began = (0, 0), time.monotonic(), time.monotonic()

    def on(self, selector: str) -> None:
        """Touch something on the page."""
        self.taps += 1
        self._touch(self.hand.page.locator(selector).first)

    def _touch(self, target: Any) -> None:
        if self.hand.size["width"] < 600:
            target.tap()
        else:
            target.click()

    def to(self, selector: str) -> None:
        """Touch what leads to another page, and wait for it."""
        with self.hand.page.expect_navigation():
            self.on(selector)

    def through(self, words: str) -> None:
        """Touch the button with these words; the page that follows is waited for."""
        self.to(f"button:not([aria-hidden]):has-text('{words}')")

    def follow(self, words: str) -> None:
        """Touch the link with these words within the page's own content."""
        self.to(f"main a:has-text('{words}')")

    def type(self, selector: str, words: str) -> None:
        """Touch a field and type over what stands there."""
        self.on(selector)
        self.keys += len(words)
        self.hand.page.locator(selector).fill(words)

    def choose(self, selector: str, value: str) -> None:
        """Open a list and touch one of it."""
        self.taps += 2
        self.hand.page.locator(selector).select_option(value)

    def file(self, selector: str, name: str, data: bytes) -> None:
        """Open the file picker and touch a file."""
        self.taps += 2
        self.hand.page.set_input_files(
            selector, {"name": name, "mimeType": "application/octet-stream", "buffer": data}
        )

    def done(self, what: str) -> int:
        """Say that a step is done; return the taps it took."""
        taps, keys = self.taps - self._before[0], self.keys - self._before[1]
        spent = time.monotonic() - self._since
        self.steps.append(f"  {what}: {taps} taps, {keys} keys typed, {spent:.1f} s")
        self._before, self._since = (self.taps, self.keys), time.monotonic()
        return taps

    def tell(self, capsys: Any) -> None:
        """Print every step."""
        spent = time.monotonic() - self._began
        with capsys.disabled():
            print(f"\n{self.name}: {self.taps} taps, {spent:.0f} s", *self.steps, sep="\n")


class Keys(Thumb):
    """Somebody without a mouse: every key that moves or answers is one; words are counted apart."""

    def press(self, key: str, *, leads: bool = False) -> None:
        """Press a key; `leads`: another page follows."""
        self.taps += 1
        if leads:
            with self.hand.page.expect_navigation():
                self.hand.page.keyboard.press(key)
        else:
            self.hand.page.keyboard.press(key)

    def walk_to(self, selector: str) -> None:
        """Go to something by the Tab key alone."""
        for _ in range(MOST_TABS):
            if self.hand.page.evaluate("what => !!document.activeElement?.matches(what)", selector):
                return
            self.press("Tab")
        raise AssertionError(f"{selector} is not reached by keyboard on {self.hand.path}")

    def write(self, selector: str, words: str) -> None:
        """Go to a field and type."""
        self.walk_to(selector)
        self.keys += len(words)
        self.hand.page.keyboard.insert_text(words)
