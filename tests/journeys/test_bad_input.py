"""Bad input through the real forms: a clear sentence, what was typed stays, never a broken page."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from openpyxl import load_workbook

from aquacert.supervision.documents import WorkbookLine, workbook
from tests.journeys.stories import SIGN, Story
from tests.make.accounts import PASSWORD, make_person
from tests.make.certificates import make_ready
from tests.make.declarations import draft, make_declaration
from tests.make.hatcheries import make_hatchery, registration
from tests.make.inspections import start
from tests.make.labs import make_items, make_lab

RARE = "㐂䶮𠮷水产苗种场"
ODD_NUMBERS = [
    ("0", "不能是 0"),
    ("-1", "整数"),
    ("1.5", "整数"),
    (str(2**63), "太大"),
    ("很多", "整数"),
]


def asked(db, **other):
    """Return what a new farm types, as text."""
    plain = registration(db)
    names = ("name", "uscc", "place", "contact_name", "phone")
    return {name: str(plain[name]) for name in names} | {
        "division_code": "江苏省南京市雨花台区",
        "licence_number": "示苏农（2025）第 0001 号",
        "licence_from": "2025-06-11",
        "licence_until": "2027-06-10",
        "licence_species": "南美白对虾、草鱼",
        **other,
    }


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("uscc", "91320114MA1XXXXX00", "校验位"),
        ("uscc", "91320114000000000O", "没有字母"),
        ("division_code", "130223", "撤销"),
        ("division_code", "鼓楼区", "请写上省市"),
        ("licence_until", "2026-02-30", "没有 2026-02-30 这一天"),
        ("licence_species", "大白鲨", "没有叫“大白鲨”"),
        ("phone", "110", "手机号是 11 位"),
        ("name", "　", "这一项要填"),
    ],
)
def test_a_wrong_registration_is_named_at_its_field_and_kept(db, reader, field, typed, said):
    values = asked(db, **{field: typed})
    page = reader().open("/hatcheries/register").press("下一步，核对", **values)
    assert page.status == 422
    assert page.text.count(said) >= 2, "at the field and at the top"
    form = page.form("下一步，核对")
    for name, value in values.items():
        assert form.value(name).strip() == value.strip(), name


def test_rare_characters_travel_from_the_form_to_the_desk(db, reader):
    page = reader().open("/hatcheries/register")
    page.press("下一步，核对", **asked(db, name=RARE, contact_name="䶮𠮷"))
    page.press("提交登记", password=PASSWORD)
    assert "县里正在审核" in page.text
    clerk = reader(make_person(db, "office_clerk")).open("/hatcheries/?q=䶮𠮷")
    assert RARE in clerk.text


@pytest.mark.parametrize(("typed", "said"), ODD_NUMBERS)
def test_a_wrong_number_of_fry_is_named_and_kept(db, reader, typed, said):
    farm = make_hatchery(db)
    owner = reader(secret=farm.owner_secret).open("/hatcheries/own/lots/new")
    values = {"pond": "3 号塘", "species": "草鱼", "life_stage": "夏花", "quantity": typed}
    values["kind"] = "hatch"
    owner.press("登记这一批", **values)
    assert owner.status == 422
    assert said in owner.text
    assert owner.form("登记这一批").value("quantity") == typed
    owner.press("登记这一批", quantity="3万")
    assert "30 000" in owner.text


@pytest.mark.parametrize(("typed", "said"), [*ODD_NUMBERS, ("300万", "存塘")])
def test_a_wrong_declared_quantity_leads_back_to_its_field(db, reader, typed, said):
    farm = make_hatchery(db)
    owner = reader(secret=farm.owner_secret).open(f"/declarations/{draft(db, farm)}/edit")
    owner.press("存好，去核对", batches__0__quantity=typed)
    assert said in owner.text
    owner.press("提交检疫申报", statement="y")
    assert owner.status == 422
    owner.follow("修改数量")
    assert owner.form("存好，去核对").value("batches-0-quantity") == typed
    owner.press("存好，去核对", batches__0__quantity="3万")
    assert "提交检疫申报" in owner.text
    assert "叁万尾" in owner.text


@pytest.mark.parametrize(
    ("field", "label", "typed", "said"),
    [
        ("departs_at", "启运时间", "2026-02-30T10:00", "2026-02-30"),
        ("destination", "到达地", "火星", "火星"),
        ("plate", "车牌", "😀", "车牌"),
        ("consignee_phone", "收货电话", "12", "电话"),
    ],
)
def test_a_wrong_lorry_is_named_and_kept(db, reader, field, label, typed, said):
    farm = make_hatchery(db)
    owner = reader(secret=farm.owner_secret).open(f"/declarations/{draft(db, farm)}/edit")
    owner.press("存好，去核对", **{f"loads__0__{field}": typed})
    owner.press("提交检疫申报", statement="y")
    assert owner.status == 422
    assert said in owner.text
    owner.follow(f"修改{label}")
    beside = "other-" if field == "departs_at" else ""
    name = f"{beside}loads-0-{field}"
    assert owner.form("存好，去核对").value(name).startswith(typed[:10])


def png_of(width, height):
    """Return a small file that says it is a huge picture."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 100)), (b"IEND", b""))
    data = b"\x89PNG\r\n\x1a\n"
    for kind, body in parts:
        data += struct.pack(">I", len(body)) + kind + body
        data += struct.pack(">I", zlib.crc32(kind + body))
    return data


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("IMG.jpg", b"", "空"),
        ("IMG.jpg", b"not a picture at all", "照片"),
        ("IMG.jpg", b"%PDF-1.7 dressed up", "照片"),
        ("IMG.svg", b"<svg onload='alert(1)'/>", "照片"),
        ("../../IMG.png", png_of(30_000, 30_000), "像素"),
    ],
)
def test_a_photograph_that_is_none_is_refused_in_words(db, reader, name, data, said):
    paper = make_declaration(db, state="assigned")
    [check] = start(db, paper)
    vet = reader(paper.vet).open(f"/inspections/checks/{check}")
    vet.press("存这张照片", photo=(io.BytesIO(data), name))
    assert vet.status == 422
    assert said in vet.text
    assert "0/4" in vet.said


def test_a_result_file_in_gb18030_reads_like_any_other(db, reader):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    rows = (
        f"{code},样品,DIV1-ATPase,无",
        "N1,阴性对照,DIV1-ATPase,无",
        "P1,阳性对照,DIV1-ATPase,24.8",
    )
    table = "\n".join(("样品,用途,靶标,Cq", *rows))
    page = reader(lab.technician).open("/labs/bench/files/new")
    page.press("上传并预览", file=(io.BytesIO(table.encode("gb18030")), "结果.csv"))
    assert page.status == 200, page.text
    assert code in page.text
    page.press("收下 1 个项目")
    assert "阴性" in page.text


def test_a_result_file_that_is_none_is_said_so(db, reader):
    lab = make_lab(db)
    page = reader(lab.technician).open("/labs/bench/files/new")
    for name, data in (
        ("a.rdml", b"PK\x03\x04broken"),
        ("a.xlsx", b"x"),
        ("a.csv", b"\xff\xfe\x00"),
    ):
        page.press("上传并预览", file=(io.BytesIO(data), name))
        assert page.status == 422, name
        assert "错误：" in page.text


def test_no_cell_of_the_workbook_is_a_formula():
    evil = "=cmd|'/c calc'!A0"
    line = WorkbookLine("2026-05", "320114", evil, "+1+1", "A", 1, 500_000, "@尾")
    sheet = load_workbook(io.BytesIO(workbook([line]))).active
    cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row]
    assert all(cell.data_type in {"s", "n"} for cell in cells)
    assert not any(str(cell.value)[:1] in "=+-@" for cell in cells)


@pytest.mark.parametrize(("name", "missing"), [("㐂䶮水产苗种场", ""), (RARE, "𠮷")])
def test_a_rare_name_is_printed_or_the_character_without_a_glyph_is_named(
    db, house, reader, name, missing
):
    story = Story(house, reader, make_ready(db, farm=make_hatchery(db, name=name)))
    vet = story.vet().open(SIGN.format(story.ready.load_id))
    assert name in vet.text
    if f"字库里没有“{missing}”" in vet.text:
        return
    story.sign(vet)
    story.work_off()
    assert vet.client.get(f"{vet.path}/certificate.pdf").data.startswith(b"%PDF")
