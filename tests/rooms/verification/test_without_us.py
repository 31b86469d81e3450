"""The commands of docs/verify-without-us.md do what they say, with nothing of ours."""

from __future__ import annotations

import os
import re
import subprocess

import pytest

from aquacert.certificates import commands
from aquacert.kernel.scope import SYSTEM
from tests.house.source import ROOT
from tests.make.loopback import on_loopback
from tests.make.published import publish_one

PAGE = ROOT / "docs" / "verify-without-us.md"
BLOCKS = re.findall(r"```sh\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)


@pytest.fixture
def base(app):
    with on_loopback(app) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def made(house, app, tmp_path):
    return publish_one(house, tmp_path)


def run(house, folder, base, url, blocks=BLOCKS):
    """Run blocks in one shell that stops at the first failure."""
    now = house.database.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join(blocks)],
        cwd=folder,
        env={**os.environ, "HOST": base, "CODE": url, "NOW": now, "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_command_of_the_page_agrees_that_a_good_one_is_good(house, made, base, tmp_path):
    done = run(house, tmp_path, base, made.url)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Verified OK" in done.stdout
    assert "Signature Verified Successfully" in done.stdout
    assert "status 0" in done.stdout
    assert "in the log of" in done.stdout
    assert "paper and file carry the same code" in done.stdout
    assert "the seal is over this record" in done.stdout
    assert "the code is of this record" in done.stdout


def test_the_commands_see_a_changed_digit(house, made, base, tmp_path):
    page, digits = made.url.split("#")
    first = str(int(digits[68:85]) ^ 1).zfill(17)
    assert run(house, tmp_path, base, f"{page}#{digits[:68]}{first}{digits[85:]}").returncode != 0


def test_the_commands_see_a_void_one(house, made, base, tmp_path):
    with house.database.work(SYSTEM) as w:
        commands.void(w, made.certificate_id, "目的地填错")
    with house.database.look(SYSTEM) as look:
        from aquacert.certificates import queries

        number = queries.status_list_of(look, made.certificate_id)
    commands.publish_list(house.database, house.keys, number)
    done = run(house, tmp_path, base, made.url)
    assert "status 1" in done.stdout, done.stderr
    assert done.returncode != 0


def test_the_commands_see_a_changed_pdf(house, made, base, tmp_path):
    data = bytearray(made.pdf)
    data[data.index(b"/Type") + 2] ^= 1
    (tmp_path / "certificate.pdf").write_bytes(bytes(data))
    assert run(house, tmp_path, base, made.url).returncode != 0
