"""Measure `memory`: what one worker holds after 10,000 mixed requests (at most 250 MB).

The data are the demo's. Nine personas sign in through the real page, with their one-time code, and
each walks the pages his own pages lead to: lists, forms, reports, documents as PDF and .docx,
workbooks; strangers ask the public pages; the owner keeps beginning declarations. All of it goes to one
`aquacert serve` with one worker. The floor is the limit; the ratio is the limit over what the
worker holds (resident memory), so that above 1 there is room. The short form sends 1,500 requests;
the note says what the worker held on the way.
"""

from __future__ import annotations

import atexit
import html
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from http.cookies import SimpleCookie
from pathlib import Path
from random import Random
from urllib.parse import urlencode, urlsplit

import pyotp

NAME = "memory"
GOAL = 1.0
BETTER = "higher"
PAIRS = 7
LIMIT = 250.0
"""Megabytes of one worker."""
ROLES = (
    *("hatchery_owner", "office_clerk", "official_vet", "lab_technician", "lab_reviewer"),
    *("number_keeper", "county_supervisor", "province_supervisor", "auditor"),
)
STARTING = 90.0
PAGES_EACH = 60
SEED = 20260509
ROOT = Path(__file__).resolve().parents[1]
LINK = re.compile(r'href="(/[^"#]*)"')
INPUT = re.compile(r"<input[^>]*>")
ATTRIBUTE = re.compile(r'(name|value)="([^"]*)"')
LEFT_OUT = re.compile(r"sign-out|/static/|/lang|/elder|token|/new-key")
LATER = re.compile(r"\.pdf|\.docx|\.xlsx|/pdf|/docx|export|archive|paper")
SAID: list[str] = []
HELD = [0.0]


class Person:
    """A browser without pictures: one connection, its cookies, the pages it found."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}
        self.paths: list[str] = []
        self.line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(self, path: str, fields: dict[str, str] | None = None) -> tuple[int, str, bytes]:
        """Ask for a page, or send a form; return status, place of a redirect, and body."""
        body = None if fields is None else urlencode(fields)
        head = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if body is not None:
            head |= {
                "Content-Type": "application/x-www-form-urlencoded",
                "Referer": f"http://127.0.0.1:{self.port}{path}",
            }
        try:
            self.line.request("GET" if body is None else "POST", path, body, head)
            answer = self.line.getresponse()
            said = answer.read()
        except (http.client.HTTPException, ConnectionError):
            self.line.close()
            self.line.request("GET" if body is None else "POST", path, body, head)
            answer = self.line.getresponse()
            said = answer.read()
        for value in answer.headers.get_all("Set-Cookie") or ():
            for name, morsel in SimpleCookie(value).items():
                self.cookies[name] = morsel.value
        return answer.status, answer.headers.get("Location", ""), said

    def send(self, path: str, **typed: str) -> tuple[int, str]:
        """Fill in the first form of a page and send it; return status and where it leads."""
        _, _, page = self.ask(path)
        inputs = [dict(ATTRIBUTE.findall(one)) for one in INPUT.findall(page.decode())]
        fields = {
            one["name"]: html.unescape(one.get("value", "")) for one in inputs if "name" in one
        }
        status, place, _ = self.ask(path, fields | typed)
        return status, place

    def sign_in(self, persona: dict[str, str]) -> None:
        """Sign in as somebody of the demo; a second factor where he has one."""
        _, place = self.send(
            "/accounts/sign-in", username=persona["username"], password=persona["password"]
        )
        path = _path(place)
        if persona["totp_secret"] and "factor" in path:
            _, place = self.send(path, code=pyotp.TOTP(persona["totp_secret"]).now())
            path = _path(place)
        self.find(path or "/")

    def find(self, start: str) -> None:
        """Follow the links of his pages; what is not a page for him is not asked again."""
        waiting, seen = [start], {start}
        while waiting and len(self.paths) < PAGES_EACH:
            path = waiting.pop(0)
            status, place, page = self.ask(path)
            if status == http.client.OK:
                self.paths.append(path)
            found = [_path(place)] if place else LINK.findall(page.decode("utf-8", "replace"))
            for link in map(html.unescape, found):
                if link and link not in seen and not LEFT_OUT.search(link):
                    seen.add(link)
                    waiting.append(link)
            waiting.sort(key=lambda link: bool(LATER.search(link)) and len(self.paths) % 4 != 0)


def _path(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def prepare(full: bool) -> None:
    """Make the demo's data, serve them with one worker, and send the requests."""
    folder = Path(tempfile.mkdtemp(prefix="bench-memory-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = {
        **os.environ,
        "AQUACERT_DATA_DIR": str(folder),
        "AQUACERT_WORKERS": "1",
        "AQUACERT_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "PORT": str(port),
    }
    env.pop("AQUACERT_DATABASE_URL", None)
    console = [sys.executable, "-m", "aquacert.cli"]
    subprocess.run([*console, "demo"], env=env, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    server = subprocess.Popen(
        [*console, "serve", "--no-work"],
        env=env,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    atexit.register(_stop, server)
    _wait(port)
    count = 10_000 if full else 1_500
    try:
        _walk(port, json.loads((folder / "demo.json").read_text("utf-8")), count, server.pid)
    finally:
        _stop(server)


def _walk(port: int, demo: dict[str, list[dict[str, str]]], count: int, server: int) -> None:
    by_role = {persona["role"]: persona for persona in demo["personas"]}
    people = []
    for role in ROLES:
        person = Person(port)
        person.sign_in(by_role[role])
        people.append(person)
    stranger = Person(port)
    stranger.paths = [_path(one["url"]) for one in demo["certificates"]] + ["/verify", "/healthz"]
    pages = sum(len(person.paths) for person in people)
    at_start = _held(server)
    said: Counter[int] = Counter()
    on_the_way = []
    chance = Random(SEED)
    for number in range(count):
        said[_one(chance, people, stranger)] += 1
        if number % (count // 5) == 0:
            on_the_way.append(f"{_held(server):.0f}")
    HELD[0] = _held(server)
    broken = sum(times for status, times in said.items() if status >= 500)
    if broken or said[200] < count * 0.8:
        raise RuntimeError(f"the walk was refused: {dict(said)}")
    SAID.append(
        f"memory: {count} requests over {pages} pages of {len(people)} personas and strangers; "
        f"{at_start:.0f} MB after sign-in, on the way {', '.join(on_the_way)}, "
        f"{HELD[0]:.0f} MB at the end; answers {dict(said.most_common())}"
    )


def _one(chance: Random, people: list[Person], stranger: Person) -> int:
    """Send one request: half strangers', the rest of everybody in turn; a new draft now and then."""
    draw = chance.random()
    if draw < 0.5:
        return stranger.ask(chance.choice(stranger.paths))[0]
    if draw < 0.53:
        status, _ = people[0].send("/declarations/new", start="1")
        return 200 if status == http.client.FOUND else status
    person = chance.choice(people)
    return person.ask(chance.choice(person.paths))[0]


def _held(server: int) -> float:
    """Return the resident megabytes of the largest process under the server: its worker."""
    return max(
        (_resident(process) for process in _family(server) if process != server), default=0.0
    )


def _family(process: int) -> Iterator[int]:
    yield process
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        for child in task.read_text().split():
            yield from _family(int(child))


def _resident(process: int) -> float:
    status = Path(f"/proc/{process}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0


def _wait(port: int) -> None:
    ends = time.monotonic() + STARTING
    while time.monotonic() < ends:
        try:
            line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            line.request("GET", "/readyz")
            if line.getresponse().status == http.client.OK:
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("the server did not begin to answer")


def _stop(server: subprocess.Popen[bytes]) -> None:
    if server.poll() is None:
        os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def floor() -> float:
    """Return the limit, as it were 1."""
    return 1.0


def ours() -> float:
    """Return how many times what the worker holds goes into the limit."""
    return LIMIT / HELD[0]


def notes() -> list[str]:
    """Return what the worker held on the way."""
    return SAID
