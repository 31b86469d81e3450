"""Checking many at once, over certificates that were really issued."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from openpyxl import Workbook, load_workbook
from PIL import Image

from aquacert.certificates import commands, queries
from aquacert.kernel.scope import SYSTEM
from aquacert.trust.errors import Refused
from aquacert.trust.qr import digits, qr_matrix, qr_png, qr_url
from aquacert.verification.parsers.codes import kind_of
from aquacert.verification.rules.bulk import harmless
from tests.make.certificates import issue_one, make_ready


@pytest.fixture
def ready(db):
    return make_ready(db)


@pytest.fixture
def issued(house, ready, app):
    return issue_one(house, ready)


@pytest.fixture
def address(db, issued):
    with db.look(SYSTEM) as look:
        line = queries.certificate(look, issued)
        cose = queries.by_public_id(look, line.public_id).cose
    return qr_url("https://cert.example", line.public_id, cose)


def bring(client, lines="", *files):
    """Bring files (name, bytes); return the job's address."""
    answer = client.post(
        "/verify/bulk",
        data={"lines": lines, "files": [(io.BytesIO(data), name) for name, data in files]},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 303, answer.text[-2000:]
    return answer.headers["Location"]


def finished(client, job):
    for _ in range(20):
        text = client.post(f"{job}/step").text
        done, everything = re.search(r'data-done="(\d+)" data-all="(\d+)"', text).groups()
        if done == everything:
            return rows(client, job)
    raise AssertionError("never done")


def rows(client, job):
    """The report as (source, result, reason, number, …)."""
    answer = client.get(f"{job}/report.xlsx")
    sheet = load_workbook(io.BytesIO(answer.data)).active
    return [row[1:] for row in sheet.iter_rows(min_row=3, values_only=True)]


def test_looking_is_enough_for_a_client_without_script_and_a_report_says_what_is_left(
    client, address
):
    job = bring(client, "\n".join([address, "1" * 300]))
    early = load_workbook(io.BytesIO(client.get(f"{job}/report.xlsx").data)).active
    assert "还有 2 份没有查" in early["A1"].value
    for _ in range(20):
        if "已查 2 / 2" in client.get(job).text:
            break
    assert [row[1] for row in rows(client, job)] == ["有效", "无效"]
    late = load_workbook(io.BytesIO(client.get(f"{job}/report.xlsx").data)).active
    assert "没有查" not in late["A1"].value


def test_an_address_a_picture_and_a_list_are_judged_alike(client, address, db, issued):
    png = qr_png(qr_matrix(address), module_pixels=4)
    book = Workbook()
    book.active.append(["证明", address])
    kept = io.BytesIO()
    book.save(kept)
    found = finished(
        client,
        bring(
            client,
            address,
            ("照片.png", png),
            ("表.csv", f"编号,网址\n1,{address}\n".encode()),
            ("表.xlsx", kept.getvalue()),
        ),
    )
    assert [row[1] for row in found] == ["有效"] * 4
    assert all(row[4] for row in found)


def test_a_zip_is_opened_once_and_a_void_one_is_red(client, address, db, issued):
    with db.work(SYSTEM) as w:
        commands.void(w, issued, "目的地填错")
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        archive.writestr("a.png", qr_png(qr_matrix(address), module_pixels=4))
        archive.writestr("b.txt", address)
    found = finished(client, bring(client, "", ("两份.zip", kept.getvalue())))
    assert [row[1] for row in found] == ["无效", "无效"]
    assert all("作废" in row[2] for row in found)


def bad_files():
    flood = io.BytesIO()
    Image.new("1", (12_000, 12_000)).save(flood, "PNG")
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros.pdf", b"\0" * 30_000_000)
    white = io.BytesIO()
    Image.new("L", (200, 200), 255).save(white, "PNG")
    return {
        "pixel flood.png": flood.getvalue(),
        "bomb.zip": bomb.getvalue(),
        "white.png": white.getvalue(),
        "not.pdf": b"%PDF-1.7\n" + b"x" * 5000,
        "empty.pdf": b"",
        "broken.zip": b"PK\x03\x04" + b"\xff" * 500,
        "broken.xlsx": b"PK\x03\x04junk",
        "nonsense.bin": bytes(range(256)) * 20,
        "torn.png": b"\x89PNG\r\n\x1a\n" + b"\0" * 60,
        "cose.cose": b"\x84" + b"\x00" * 90,
    }


@pytest.mark.parametrize("name", sorted(bad_files()))
def test_bad_files_are_refused_with_a_reason_and_never_a_500(client, app, name):
    found = finished(client, bring(client, "", (name, bad_files()[name])))
    assert len(found) == 1
    assert found[0][1] in {"无效", "待核"}
    assert found[0][2]


def test_a_file_over_ten_megabytes_is_not_looked_at():
    with pytest.raises(Refused) as refused:
        kind_of(b"%PDF-1.7\n" + b"0" * (10 << 20))
    assert refused.value.reason == "too-large"


def test_changed_digits_and_strange_lines_are_refused(client, address):
    page, code = address.split("#")
    twisted = f"{page}#{code[:60]}{(int(code[60]) + 1) % 10}{code[61:]}"
    found = finished(client, bring(client, f"{twisted}\n{page.replace(page[-3:], 'ZZZ')}\n"))
    assert [row[1] for row in found] == ["无效", "无效"]


def test_a_chat_app_s_words_do_not_matter(client, address):
    found = finished(
        client, bring(client, address.replace("#", "?from=singlemessage&isappinstalled=0#"))
    )
    assert found[0][1] == "有效"


def test_a_bare_number_is_answered_only_to_who_may_read(client, db, issued):
    with db.look(SYSTEM) as look:
        number = queries.certificate(look, issued).number
    found = finished(client, bring(client, number))
    assert found[0][1] == "待核"
    assert "二维码" in found[0][2]


def test_strangers_may_bring_twenty(client, address):
    job = bring(client, "\n".join([address] * 25))
    text = client.get(job).text
    assert "超出上限" in text
    assert len(finished(client, job)) == 20


def test_files_are_gone_after_and_the_job_when_dropped(client, address, house):
    job = bring(client, "", ("a.png", qr_png(qr_matrix(address), module_pixels=4)))
    folder = house.settings.data_dir / "bulk" / job.rsplit("/", 1)[1]
    assert list(folder.glob("*.bin"))
    finished(client, job)
    assert not list(folder.glob("*.bin"))
    assert client.post(f"{job}/drop").status_code == 303
    assert not folder.exists()
    assert client.get(job).status_code == 404


def test_a_torn_row_is_judged_again(client, address, house):
    job = bring(client, f"{address}\n{address}")
    folder = house.settings.data_dir / "bulk" / job.rsplit("/", 1)[1]
    finished(client, job)
    kept = (folder / "rows.jsonl").read_text("utf-8")
    (folder / "rows.jsonl").write_text(kept[: len(kept) - 30], "utf-8")
    assert len(rows(client, job)) == 1
    assert "2 / 2" in client.get(job).text


def test_an_unknown_job_is_not_found(client, app):
    for name in ("0" * 32, "..%2f..%2fetc", "x" * 32, "short"):
        assert client.get(f"/verify/bulk/{name}").status_code == 404


def test_nothing_brought_is_said_at_the_field(client, app):
    answer = client.post("/verify/bulk", data={"lines": "  "})
    assert answer.status_code == 422
    assert "没有可查的内容" in answer.text


@pytest.mark.parametrize(
    "text", ["=1+1", "+A1", "-2", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("x")']
)
def test_no_cell_of_the_report_is_a_formula(text):
    assert harmless(text)[0] not in "=+-@\t\r"


def test_a_file_named_like_a_formula_stays_text(client, app):
    found = finished(client, bring(client, "", ("=1+1.png", b"\x89PNGxxxx")))
    assert found[0][0].startswith("'=")


def test_nothing_personal_stands_in_the_report(client, address, db, issued):
    with db.look(SYSTEM) as look:
        record = queries.record_of(look, issued)
    text = " ".join(str(cell) for row in finished(client, bring(client, address)) for cell in row)
    private = {
        record.owner_phone,
        record.consignee,
        record.carrier,
        record.carrier_phone,
        record.plate,
    }
    assert not [words for words in private - {""} if words in text]


def test_a_pdf_s_code_alone_is_a_cose_file(client, address):
    from aquacert.trust.qr import read_url

    found = finished(client, bring(client, "", ("a.cose", read_url(address).cose)))
    assert found[0][1] == "有效"
    assert digits(read_url(address).cose)


def test_a_pasted_line_with_nothing_to_check_is_told():
    from aquacert.verification.parsers.lists import lines_of

    assert lines_of("编号\n3200000001\nhello\n".encode()) == ["3200000001", "hello"]
    assert lines_of(b"hello") == ["hello"]
