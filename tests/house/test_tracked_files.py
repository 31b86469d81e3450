"""What is committed: nothing that belongs to one machine, nothing secret, nothing enormous."""

import re
import subprocess
from functools import cache

from tests.house.source import ROOT

BIGGEST = 3_000_000
# Written in pieces, since this file is tracked too.
HOSTS = re.compile(
    "|".join(
        re.escape(".".join(parts))
        for parts in (
            ("registry", "npmjs", "org"),
            ("registry", "npmmirror", "com"),
            ("registry", "yarnpkg", "com"),
            ("files", "pythonhosted", "org"),
            ("pypi", "org"),
            ("pypi", "tuna"),
            ("unpkg", "com"),
            ("cdn", "jsdelivr"),
            ("deb", "debian", "org"),
        )
    )
)
MACHINE = re.compile(r"(?<![\w.:-])/(?:root|tmp|opt|home|Users)/[a-z]\w*")
MAY_NAME_A_PLACE = {"tests/house/test_tracked_files.py"}
KEY = re.compile("-----BEGIN (?:EC |RSA |ENCRYPTED )?PRIVATE" + " KEY-----")


@cache
def tracked():
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


@cache
def texts():
    found = {}
    for path in tracked():
        data = path.read_bytes()
        if b"\0" not in data[:8192]:
            found[path.relative_to(ROOT).as_posix()] = data.decode("utf-8", errors="replace")
    return found


def offenders(pattern, but=frozenset()):
    return [
        f"{name}: {match[0]}"
        for name, text in texts().items()
        if name not in but
        for match in pattern.finditer(text)
    ]


def test_no_tracked_file_names_a_package_host():
    assert offenders(HOSTS) == []


def test_no_tracked_file_names_a_place_on_one_machine():
    assert offenders(MACHINE, but=MAY_NAME_A_PLACE) == []


def test_no_private_key_is_tracked():
    assert offenders(KEY) == []


def test_no_tracked_file_is_enormous():
    big = {path.relative_to(ROOT).as_posix(): path.stat().st_size for path in tracked()}
    assert {name: size for name, size in big.items() if size > BIGGEST} == {}


def test_what_setup_installs_is_not_tracked():
    places = (".venv/", "node_modules/", "var/", "aquacert/http/static/vendor/")
    assert [name for name in texts() if name.startswith(places)] == []


def test_the_lock_of_web_assets_names_no_address():
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text("utf-8")
