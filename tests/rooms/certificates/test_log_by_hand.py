"""The commands of docs/log.md do what they say, on a real certificate, with nothing of ours."""

import re
import subprocess
import sys

import pytest

from aquacert.certificates.log.commands import publish
from aquacert.trust.qr import qr_url
from tests.house.source import ROOT
from tests.make.certificates import issue_one
from tests.rooms.certificates.test_log_publishing import fill, row_of


def block(language):
    text = (ROOT / "docs" / "log.md").read_text("utf-8")
    return re.search(rf"```{language}\n(.*?)```", text, re.DOTALL).group(1)


@pytest.fixture
def files(house, db, client, tmp_path):
    certificate_id = issue_one(house)
    fill(db, certificate_id, 300)
    publish(db, house.keys)
    row = row_of(db, certificate_id)
    (tmp_path / "PROOF").write_bytes(client.get(f"/c/{row.public_id}.tlog-proof").data)
    (tmp_path / "KEY").write_bytes(client.get("/trust/log/key").data)
    (tmp_path / "check.py").write_text(block("python"), "utf-8")
    return tmp_path, row, qr_url("https://cert.example", row.public_id, row.cose)


def run_script(folder, url):
    return subprocess.run(
        [sys.executable, "-I", "check.py", url, "PROOF"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONUTF8": "1"},
    )


def test_the_script_of_the_manual_proves_a_certificate(files):
    folder, row, url = files
    done = run_script(folder, url)
    assert done.returncode == 0, done.stderr
    assert f"{row.number} is in the log cert.example/trust/log of 301 leaves" in done.stdout


def test_the_script_of_the_manual_refuses_another_certificate_and_a_changed_proof(files):
    folder, _row, url = files
    head, digits = url.split("#")
    first = str(int(digits[68:85]) ^ 1).zfill(17)
    assert run_script(folder, f"{head}#{digits[:68]}{first}{digits[85:]}").returncode == 1
    proof = (folder / "PROOF").read_text("utf-8")
    (folder / "PROOF").write_text(proof.replace("index 0", "index 1"), "utf-8")
    assert run_script(folder, url).returncode == 1


def test_openssl_agrees_with_the_checkpoints_signature(files):
    folder, _row, _url = files
    asked = ["bash", "-e", "-c", block("sh")]
    done = subprocess.run(asked, cwd=folder, capture_output=True, text=True, check=False)
    assert "Signature Verified Successfully" in done.stdout, done.stderr
    text = (folder / "PROOF").read_text("utf-8").replace("\n301\n", "\n302\n")
    (folder / "PROOF").write_text(text, "utf-8")
    assert subprocess.run(asked, cwd=folder, capture_output=True, check=False).returncode != 0
