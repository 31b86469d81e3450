"""A vet's phone with the installed app: it goes offline, is killed, is taken up again; it is tapped."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path
from typing import Any

from tests.browser.conftest import FLAGS
from tests.browser.hand import FOLDER, LAW, SERIOUS
from tests.make.accounts import Made
from tests.make.accounts import signed_in as signed_in_client
from tests.make.certificates import fresh

SIZE = {"width": 360, "height": 780}
CAMERA = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
PATIENCE = 15_000
HIGH = """() => [...document.querySelectorAll('a[href], button, input, textarea, select')].filter(one => {
  const box = one.getBoundingClientRect();
  return box.width > 0 && !one.disabled && !one.closest('.dock') && box.top + scrollY < innerHeight * 0.4;
}).map(one => `${one.tagName} ${one.dataset.k || one.textContent.trim()} at ${one.getBoundingClientRect().top}`)"""
"""What acts and lies in the upper 40 % of the screen as it opens, outside the dock under the thumb."""

LOOSE = """() => [...document.querySelectorAll('#app > .dock')].some(one =>
  Math.abs(one.getBoundingClientRect().bottom - innerHeight) > 2)"""


class Phone:
    """A phone with its own profile on the disk."""

    def __init__(self, play: Any, profile: Path, base: str) -> None:
        self.play, self.profile, self.base = play, profile, base
        self.faults: list[str] = []
        self.take_up()

    def take_up(self, *, offline: bool = False) -> None:
        """Open the browser on this profile."""
        self.context = self.play.chromium.launch_persistent_context(
            str(self.profile),
            executable_path=shutil.which("chromium") or "/usr/bin/chromium",
            args=[*FLAGS, *CAMERA],
            viewport=SIZE,
            has_touch=True,
            permissions=["geolocation"],
            geolocation={"latitude": 31.9, "longitude": 119.0, "accuracy": 12},
            locale="zh-CN",
        )
        self.context.set_default_timeout(PATIENCE)
        self.context.set_offline(offline)
        self.page = self.context.pages[0]
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))

    def kill(self) -> None:
        """End the browser's process at once, as a phone that needs its memory does."""
        pid = int((self.profile / "SingletonLock").readlink().name.rpartition("-")[2])
        os.kill(pid, signal.SIGKILL)
        for left in self.profile.glob("Singleton*"):
            left.unlink(missing_ok=True)

    def sign_in(self, app: Any, db: Any, vet: Made) -> None:
        """Give this phone a new session of the vet."""
        client = signed_in_client(app.test_client(), fresh(db, vet))
        cookie = client.get_cookie(app.config["SESSION_COOKIE_NAME"])
        self.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": self.base}])

    def open(self, where: str = "#/") -> None:
        """Open the app anew at one of its screens."""
        self.page.goto("about:blank")
        self.page.goto(f"{self.base}/field/{where}")
        self.at(where)

    def go(self, where: str) -> None:
        """Go to another screen."""
        self.page.evaluate("where => { location.hash = where }", where)
        self.at(where)

    def at(self, where: str) -> None:
        """Wait until a screen is drawn."""
        self.page.wait_for_selector(f'#app[data-ready^="{where}"]')

    def tap(self, key: str) -> None:
        """Touch what has this key."""
        self.page.locator(f'[data-k="{key}"]').first.click()

    def until(self, words: str) -> None:
        """Wait until the screen says this."""
        self.page.wait_for_function("words => document.body.innerText.includes(words)", arg=words)

    def badge(self, words: str) -> None:
        """Wait until the badge says this."""
        self.page.wait_for_function(
            "words => (document.querySelector('.badge') || {}).innerText?.trim() === words",
            arg=words,
        )

    def choose(self, name: str, value: str) -> None:
        """Touch one of a segment or a menu, wherever it is just drawn, and wait for what it leaves."""
        picked = f'input[name="{name}"][value="{value}"]'
        self.page.wait_for_selector(picked, state="attached")
        self.page.evaluate("what => document.querySelector(what).click()", picked)
        self.page.wait_for_selector(f"{picked}:checked", state="attached")

    def fill_part(self, **other: str) -> None:
        """Answer everything of the part on the screen: 正常, but `other` item=value; numbers 10."""
        names = "[...document.querySelectorAll('.seg input[value=normal]')].map(one => one.name)"
        for name in self.page.evaluate(names):
            self.choose(name, other.get(name.removeprefix("i-").replace("-", "_"), "normal"))
        for key in self.page.evaluate(
            "[...document.querySelectorAll('.stepper input')].map(one => one.dataset.k)"
        ):
            box = self.page.locator(f'[data-k="{key}"]')
            box.fill("10")
            box.blur()
            self.page.wait_for_function(
                "key => document.querySelector(`[data-k='${key}']`)?.value === '10'", arg=key
            )

    def picked(self, slot: str, picture: bytes, *, again: str = "") -> None:
        """Take a photograph with the system's camera; `again`: the words of its refusal."""
        self.tap(f"slot:{slot}")
        file = {"name": "IMG.jpg", "mimeType": "image/jpeg", "buffer": picture}
        self.page.set_input_files("#camera-file", file)
        if again:
            self.until(again)
        else:
            self.page.wait_for_selector(f'[data-k="slot:{slot}"] img')

    def text(self) -> str:
        """What the screen says."""
        return self.page.inner_text("body")

    def shot(self, name: str) -> None:
        """Keep a picture when somebody wants pictures."""
        if os.environ.get(FOLDER):
            folder = Path(os.environ[FOLDER])
            folder.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=folder / f"{name}.png")

    def judge(self, axe: Any, name: str) -> None:
        """Note what acts too high on this screen, is too wide, or is serious to axe."""
        self.page.wait_for_timeout(50)
        self.page.evaluate("scrollTo(0, 0)")
        self.faults += [f"{name}: {one}" for one in self.page.evaluate(HIGH)]
        self.page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
        if self.page.evaluate(LOOSE):
            self.faults.append(f"{name}: the dock does not stand on the lower edge")
        if self.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            self.faults.append(f"{name}: too wide")
        if self.page.evaluate("typeof axe") == "undefined":
            self.page.evaluate(axe.axe_script)
        for rule in self.page.evaluate("law => axe.run(law)", LAW)["violations"]:
            if rule["impact"] in SERIOUS:
                self.faults.append(f"{name}: axe {rule['id']} {rule['nodes'][0]['html'][:200]}")
        self.page.evaluate("scrollTo(0, 0)")
        self.shot(name)
