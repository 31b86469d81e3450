"""`aquacert verify` on what was really published, by files alone: no database, no data folder."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from click.testing import CliRunner
from PIL import Image

from aquacert.certificates import commands
from aquacert.certificates.peers import commands as peers
from aquacert.cli import main
from aquacert.kernel.scope import SYSTEM
from aquacert.trust.claims import QrClaims
from aquacert.trust.cose import peek_kid, read
from aquacert.trust.publickeys import Use
from aquacert.trust.trustdocument import TrustDocument
from aquacert.verification.queries import outside
from tests.make.published import publish_one


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "stranger"
    made.mkdir()
    return made


@pytest.fixture
def made(house, app, folder, client):
    done = publish_one(house, folder)
    claims = QrClaims.decode(read(done.cose).payload)
    save(client, folder, claims.status_list)
    (folder / "proof.txt").write_bytes(client.get(f"/c/{done.public_id}.tlog-proof").data)
    return done


def save(client, folder, number):
    (folder / "trust.json").write_bytes(client.get("/trust/list.json").data)
    (folder / "status.cwt").write_bytes(client.get(f"/trust/status/{number}").data)


def run(house, folder, target, *more, trust=True):
    at = house.database.clock.now().isoformat()
    words = ["verify", str(target), "--at", at, "--offline", "--json", *more]
    if trust:
        words += ["--trust", str(folder / "trust.json")]
    result = CliRunner().invoke(main, words, env={"AQUACERT_DATA_DIR": "/nonexistent/at/all"})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result.exit_code, json.loads(result.output.splitlines()[-1])


def with_lists(folder):
    return ("--status", str(folder / "status.cwt"), "--proof", str(folder / "proof.txt"))


@pytest.mark.parametrize("name", ["certificate.pdf", "certificate.cose", "code.txt"])
def test_a_good_one_is_good_by_files_alone(house, folder, made, name):
    code, told = run(house, folder, folder / name, *with_lists(folder))
    assert (code, told["answer"]) == (0, "good"), told
    assert told["certificate"]["number"] == made.number
    assert {"信任名单", "签名", "状态", "公开日志"} <= {row[0] for row in told["findings"]}


def test_without_the_status_list_it_is_unsure(house, folder, made):
    code, told = run(house, folder, made.url)
    assert (code, told["answer"]) == (2, "unsure")


def test_the_pinned_roots_must_be_the_list_s(house, folder, made):
    root = TrustDocument.read((folder / "trust.json").read_text("utf-8")).roots.fingerprint
    assert run(house, folder, made.url, *with_lists(folder), "--root", root)[0] == 0
    assert run(house, folder, made.url, *with_lists(folder), "--root", "0" * 32)[0] == 1


def test_no_trust_list_is_unsure(house, folder, made):
    assert run(house, folder, folder / "certificate.cose", trust=False)[0] == 2


@pytest.mark.parametrize(
    ("break_it", "reason"),
    [
        (lambda data: data[: len(data) // 2], "not-pdf"),
        (lambda _: b"%PDF-1.7\n" + bytes(10_000_000), "too-large"),
        (lambda data: data + b"\n%", "changed"),
    ],
)
def test_a_broken_pdf_is_refused_with_its_reason_even_without_a_trust_list(
    house, folder, made, break_it, reason
):
    path = folder / "broken.pdf"
    path.write_bytes(break_it((folder / "certificate.pdf").read_bytes()))
    code, told = run(house, folder, path, trust=False)
    assert (code, told["answer"]) == (1, "refused"), told
    assert any(f"[{reason}]" in text for _, _, text in told["findings"]), told
    assert run(house, folder, folder / "certificate.pdf", trust=False)[0] == 2


def test_a_void_one_is_refused(house, folder, made, client):
    with house.database.work(SYSTEM) as w:
        commands.void(w, made.certificate_id, "目的地填错")
    number = QrClaims.decode(read(made.cose).payload).status_list
    commands.publish_list(house.database, house.keys, number)
    save(client, folder, number)
    code, told = run(house, folder, made.url, *with_lists(folder))
    assert code == 1
    assert any(row[0] == "状态" and row[1] == "refused" for row in told["findings"])


def test_an_old_status_list_and_an_old_trust_list_are_unsure(house, folder, made):
    house.database.clock.forward(hours=30)
    code, told = run(house, folder, made.url, *with_lists(folder))
    assert code == 2
    assert any(row[0] == "状态" and row[1] == "unsure" for row in told["findings"])


def test_a_status_list_by_a_stolen_key_is_not_believed(house, folder, made, client):
    [stolen] = [key for key in house.keys.public_keys() if key.use is Use.STATUS]
    since = house.database.clock.now() - timedelta(hours=1)
    house.keys.withdraw(stolen.kid, compromised_since=since)
    assert peers.renew(house.database, house.keys)
    (folder / "trust.json").write_bytes(client.get("/trust/list.json").data)
    code, told = run(house, folder, made.url, *with_lists(folder))
    assert code == 2, told
    assert any(row[0] == "状态" and "不可信" in row[2] for row in told["findings"])


@pytest.mark.parametrize("is_late", [False, True])
def test_a_stolen_key_and_the_time_of_the_log(house, folder, made, client, is_late):
    claims = QrClaims.decode(read(made.cose).payload)
    kid = peek_kid(made.cose)
    house.keys.withdraw(kid, compromised_since=claims.issued + timedelta(seconds=1))
    assert peers.renew(house.database, house.keys)
    (folder / "trust.json").write_bytes(client.get("/trust/list.json").data)
    if is_late:
        trust = json.loads((folder / "trust.json").read_bytes())
        document = TrustDocument.read(json.dumps(trust))
        [key] = document.trust.matching(kid, Use.ISSUE)
        report = outside.Report(claims=claims, key=replace(key, compromised_since=claims.issued))
        proof = (folder / "proof.txt").read_bytes()
        believed = outside.Believed(document.trust, document, str(document.log["key"]))
        outside.judge_log(report, believed, house.database.clock.now(), proof)
        assert report.answer is outside.Answer.REFUSED
        return
    assert run(house, folder, made.url, *with_lists(folder))[0] == 0


def test_a_changed_pdf_is_refused(house, folder, made):
    data = bytearray(made.pdf)
    at = data.index(b"stream") + 40
    data[at] ^= 1
    (folder / "changed.pdf").write_bytes(bytes(data))
    code, told = run(house, folder, folder / "changed.pdf", *with_lists(folder))
    assert code == 1, told


def test_bytes_added_behind_the_end_are_refused(house, folder, made):
    (folder / "longer.pdf").write_bytes(made.pdf + b"\n%extra\n")
    assert run(house, folder, folder / "longer.pdf", *with_lists(folder))[0] == 1


def test_a_changed_digit_is_refused(house, folder, made):
    page, digits = made.url.split("#")
    other = f"{page}#{digits[:99]}{(int(digits[99]) + 1) % 10}{digits[100:]}"
    assert run(house, folder, other, *with_lists(folder))[0] == 1


def test_a_proof_of_something_else_is_never_good(house, folder, made):
    text = (folder / "proof.txt").read_text("utf-8")
    assert "extra " in text
    lines = ["extra AAAA" if one.startswith("extra ") else one for one in text.splitlines()]
    for wrong in ("\n".join(lines) + "\n", text[:-30], "nonsense"):
        (folder / "proof.txt").write_text(wrong, "utf-8")
        assert run(house, folder, made.url, *with_lists(folder))[0] in {1, 2}


@pytest.mark.parametrize("text", ["hello", "https://cert.example/c/7KQ2M9XA4B", "9" * 200, "\x84"])
def test_strange_targets_have_an_answer_and_no_traceback(house, folder, made, text):
    assert run(house, folder, text, *with_lists(folder))[0] in {1, 2}


def test_two_readers_of_codes_agree_on_paper_and_picture(made):
    """zxing-cpp and OpenCV's WeChat decoder (without its models) read the same address."""
    import cv2
    import numpy as np
    import pypdfium2
    import zxingcpp

    page = pypdfium2.PdfDocument(made.pdf)[0].render(scale=150 / 72).to_pil().convert("RGB")
    wechat = cv2.wechat_qrcode.WeChatQRCode()
    chance = np.random.default_rng(1)
    side = page.width
    pictures = {"paper": page}
    for angle in (5, -8, 90):
        turned = page.rotate(angle, expand=True, fillcolor="white", resample=Image.BICUBIC)
        noise = chance.normal(0, 12, (turned.height, turned.width, 3))
        noisy = np.clip(np.asarray(turned) + noise, 0, 255).astype("uint8")
        pictures[f"turned {angle}"] = Image.fromarray(noisy)
    assert side > 1000
    for name, picture in pictures.items():
        ours = {one.text for one in zxingcpp.read_barcodes(picture)}
        bgr = np.ascontiguousarray(np.asarray(picture)[:, :, ::-1])
        theirs, _ = wechat.detectAndDecode(bgr)
        assert ours == {made.url}, name
        assert set(theirs) == {made.url}, name


def test_the_wechat_decoder_reads_the_png_too(made):
    import cv2
    import numpy as np

    from aquacert.trust.qr import qr_matrix, qr_png

    picture = Image.open(io.BytesIO(qr_png(qr_matrix(made.url), module_pixels=5))).convert("RGB")
    found, _ = cv2.wechat_qrcode.WeChatQRCode().detectAndDecode(np.asarray(picture).copy())
    assert set(found) == {made.url}
