"""The certificate's documents: what is printed, who can read it, and what every judge says."""

import io
import json
import subprocess
from base64 import b64decode
from dataclasses import replace
from datetime import timedelta

import pypdfium2
import pytest
import zxingcpp
from docx import Document

from aquacert.certificates.documents.docx import certificate_docx, rows_of
from aquacert.certificates.documents.facts import facts_of
from aquacert.certificates.documents.numerals import date_in_words, day_count
from aquacert.certificates.documents.signing import Signers, signed_certificate
from aquacert.certificates.documents.typesetting import Reprint, render_certificate
from aquacert.kernel.errors import Invalid
from aquacert.trust.errors import Refused, Why
from aquacert.trust.keys import Use
from aquacert.trust.pdf import Level, verify_pdf
from aquacert.trust.qr import read_url
from aquacert.trust.record import RecordReport
from aquacert.trust.trustlist import read_claims
from tests.make.trust import AT, BASE, make_keys, make_record


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    return make_keys(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def signers(keys):
    return Signers(keys.key_of(Use.VET), keys.key_of(Use.SEAL), keys.ring.roots())


def prepared(keys, kind="A", **changes):
    signed = keys.sign(make_record(kind, **changes))
    facts = facts_of(signed.record, signed.cose, signed.payload, BASE)
    return facts, signed


@pytest.fixture(scope="module")
def form_a(keys, signers):
    facts, signed = prepared(keys)
    return facts, signed_certificate(facts, signed.record, signed.cose, signers, at=AT)


@pytest.fixture(scope="module")
def form_b(keys, signers):
    facts, signed = prepared(keys, "B")
    return facts, signed_certificate(facts, signed.record, signed.cose, signers, at=AT)


def text_of(pdf):
    document = pypdfium2.PdfDocument(pdf)
    words = "".join(page.get_textpage().get_text_range() for page in document)
    return "".join(words.split())


def squeezed(text):
    return "".join(text.split())


def test_form_a_prints_every_statutory_field(form_a):
    facts, pdf = form_a
    printed = text_of(pdf)
    for words in (
        "动物检疫证明（动物A）",
        "3200512818",
        facts.owner,
        "13800008000",
        facts.species,
        "伍拾万尾",
        facts.origin + facts.origin_place,
        facts.destination + facts.destination_place,
        facts.carrier,
        "公路铁路水路航空",
        facts.plate,
        f"装运前经{facts.disinfectant}消毒",
        "本批动物经检疫合格，应于叁日内到达有效。",
        "二〇二六年五月十一日",
        "牲畜耳标号/",
        "检测报告JY2605-0417",
        "有效至2026-05-1423:59",
        "校验码M9XAH4",
        "24小时内向输入地动物卫生监督机构报告",
        "演示样张·无效",
        "不具有法律效力",
    ):
        assert squeezed(words) in printed, words


def test_form_b_ends_that_day_and_stays_in_the_province(form_b):
    printed = text_of(form_b[1])
    assert "应于当日内到达有效" in printed
    assert "本证书限省境内使用" in printed
    assert "有效至2026-05-1123:59" in printed
    assert "运载工具牌号" not in printed
    assert "承运孙某某，13900006000，公路，皖A·12345。" in printed


@pytest.mark.parametrize("form", ["form_a", "form_b"])
def test_the_code_on_the_page_reads_at_150_dpi_and_is_believed(form, request, keys):
    facts, pdf = request.getfixturevalue(form)
    page = pypdfium2.PdfDocument(pdf)[0].render(scale=150 / 72).to_pil()
    read = zxingcpp.read_barcodes(page)
    assert [code.text for code in read] == [facts.qr_url]
    believed = read_claims(read_url(read[0].text).cose, keys.trust)
    assert believed.claims.number == facts.number


@pytest.mark.parametrize("form", ["form_a", "form_b"])
def test_both_signatures_stand_before_every_judge(form, request, keys, tmp_path):
    _, pdf = request.getfixturevalue(form)
    report = verify_pdf(pdf, keys.ring.roots(), AT)
    assert report.level is Level.B_B
    assert report.signed_at == AT
    assert [one.modification for one in report.signatures] == ["FORM_FILLING", "NONE"]
    assert [(one.name, one.signer) for one in report.signatures] == [
        ("Vet", "张某某"),
        ("Body", "示例县水生动物卫生监督所"),
    ]
    path = tmp_path / "certificate.pdf"
    path.write_bytes(pdf)
    said = subprocess.run(["pdfsig", "-nocert", path], check=False, capture_output=True, text=True)
    assert said.stdout.count("Signature is Valid") == 2
    assert "ETSI.CAdES.detached" in said.stdout
    assert "May 11 2026" in said.stdout
    judged = subprocess.run(["qpdf", "--check", path], check=False, capture_output=True)
    assert judged.returncode == 0


def refusal(pdf, roots, **named):
    with pytest.raises(Refused) as caught:
        verify_pdf(pdf, roots, named.pop("at", AT), **named)
    return caught.value.why


def test_a_changed_byte_or_an_addition_is_seen(form_a, keys, signers):
    _, pdf = form_a
    place = pdf.index(b"/MediaBox") + 14
    changed = pdf[:place] + bytes([pdf[place] ^ 1]) + pdf[place + 1 :]
    assert refusal(changed, keys.ring.roots()) in {Why.CHANGED, Why.NOT_PDF}
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    writer.root["/Lang"] = generic.TextStringObject("en")
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    assert refusal(out.getvalue(), keys.ring.roots()) is Why.CHANGED
    assert refusal(pdf + b"\n", keys.ring.roots()) is Why.CHANGED


def test_another_root_or_a_plain_document_is_refused(form_a, keys, tmp_path):
    other = make_keys(tmp_path)
    assert refusal(form_a[1], other.ring.roots()) is Why.UNKNOWN_KEY
    late = AT + timedelta(days=400)
    assert refusal(form_a[1], keys.ring.roots(), at=late) is Why.KEY_NOT_VALID
    facts, signed = prepared(keys)
    plain = render_certificate(facts, signed.record, signed.cose)
    assert refusal(plain, keys.ring.roots()) is Why.UNSIGNED


def test_the_file_alone_carries_the_signed_record(form_a, keys):
    report = verify_pdf(form_a[1], keys.ring.roots())
    held = json.loads(report.attachments["certificate.json"])
    assert b64decode(held["cose_sign1"]) == report.code
    believed = read_claims(report.code, keys.trust)
    assert believed.claims.are_of(b64decode(held["record_cbor"]))
    assert held["certificate"]["number"] == form_a[0].number


def test_the_same_facts_give_the_same_page_and_documents_do_not_mix(keys, signers):
    facts, signed = prepared(keys)
    one = render_certificate(facts, signed.record, signed.cose)
    other, other_signed = prepared(keys, number="3200512819", vet="李某某")
    pdf = signed_certificate(other, other_signed.record, other_signed.cose, signers, at=AT)
    assert render_certificate(facts, signed.record, signed.cose) == one
    assert verify_pdf(pdf, keys.ring.roots(), AT + timedelta(days=1)).code == other_signed.cose
    assert "3200512818" not in text_of(pdf)


def test_facts_of_a_record_under_another_signature_are_refused(keys):
    ours, theirs = keys.sign(make_record()), keys.sign(make_record(plate="皖B·1"))
    with pytest.raises(Refused):
        facts_of(ours.record, theirs.cose, theirs.payload, BASE)


def test_rare_characters_are_drawn_or_named(keys):
    facts, signed = prepared(keys, owner="㐂䶮苗种场")
    assert "㐂䶮苗种场" in text_of(render_certificate(facts, signed.record, signed.cose))
    facts, signed = prepared(keys, owner="𠮷田苗种场", plate="皖A\ue001")
    with pytest.raises(Invalid) as caught:
        render_certificate(facts, signed.record, signed.cose)
    assert set(caught.value.fields) == {"owner", "plate"}
    assert "𠮷" in caught.value.fields["owner"]


def test_long_texts_shrink_and_long_remarks_go_to_an_annex(keys, signers):
    long = "示例市示例县很长很长的水产原种繁育推广中心第一分场" * 3
    facts, signed = prepared(keys, owner=long, origin_place=long, disinfectant="过硫酸氢钾" * 3)
    pdf = render_certificate(facts, signed.record, signed.cose)
    assert len(pypdfium2.PdfDocument(pdf)) == 1
    assert text_of(pdf).count(long) == 2
    reports = tuple(
        RecordReport(
            number=f"JY2605-{place:04}",
            laboratory="示例实验室",
            batch="1",
            disease="传染性皮下和造血组织坏死病",
            method="m",
            outcome="negative",
            sampled_on="2026-05-08",
        )
        for place in range(60)
    )
    facts, signed = prepared(keys, reports=reports)
    pdf = signed_certificate(facts, signed.record, signed.cose, signers, at=AT)
    assert len(pypdfium2.PdfDocument(pdf)) == 2
    assert "见附页" in text_of(pdf)
    assert "JY2605-0059" in text_of(pdf)
    assert verify_pdf(pdf, keys.ring.roots(), AT).code == signed.cose


def test_markup_in_a_fact_is_printed_as_it_stands(keys):
    facts, signed = prepared(keys, owner='#image("x") *甲* $a$ \\ `乙`')
    pdf = render_certificate(facts, signed.record, signed.cose)
    assert '#image("x")*甲*$a$\\`乙`' in text_of(pdf)


def test_a_preview_says_that_it_is_none_and_no_demo_mark_is_on_a_real_one(keys):
    facts, signed = prepared(keys, is_demo=False)
    draft = text_of(render_certificate(facts, signed.record, signed.cose, is_draft=True))
    assert "未签发·预览" in draft
    assert "不得随货使用" in draft
    real = text_of(render_certificate(facts, signed.record, signed.cose))
    assert "演示样张" not in real
    assert "预览" not in real
    assert "不具有法律效力" in real


def test_the_copy_that_stays_says_so(keys):
    facts, signed = prepared(keys)
    kept = render_certificate(replace(facts, copy=1), signed.record, signed.cose)
    assert "第一联" in text_of(kept)
    assert "随货同行" in text_of(render_certificate(facts, signed.record, signed.cose))


@pytest.mark.parametrize("kind", ["A", "B"])
def test_the_word_document_read_again_holds_the_same_facts(keys, kind):
    facts, _ = prepared(keys, kind)
    document = Document(io.BytesIO(certificate_docx(facts)))
    rows = [tuple(cell.text for cell in row.cells) for row in document.tables[0].rows]
    assert rows == rows_of(facts)
    assert ("数量及单位", "伍拾万尾") in rows
    words = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert facts.number in words
    assert facts.check_code in words
    assert facts.digest in words
    assert "演示样张·无效" in document.sections[0].header.paragraphs[0].text
    picture = next(part for part in document.part.package.iter_parts() if "image" in part.partname)
    from PIL import Image

    read = zxingcpp.read_barcode(Image.open(io.BytesIO(picture.blob)).convert("L"))
    assert read.text == facts.qr_url


def test_numerals_are_written_as_the_form_wants():
    from datetime import date

    assert [day_count(n) for n in (1, 3, 5, 10, 15, 20)] == [
        "壹",
        "叁",
        "伍",
        "壹拾",
        "壹拾伍",
        "贰拾",
    ]
    assert date_in_words(date(2012, 4, 16)) == "二〇一二年四月十六日"
    assert date_in_words(date(2026, 10, 20)) == "二〇二六年十月二十日"
    assert date_in_words(date(2030, 12, 31)) == "二〇三〇年十二月三十一日"


def said_by(command, path):
    return subprocess.run([command, path], check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize("kind", ["A", "B"])
def test_every_fact_is_on_the_pdf_and_in_the_word_document(keys, signers, kind):
    facts, signed = prepared(keys, kind, consignee="合肥某某渔业合作社", remarks="与货主当面清点")
    printed = text_of(signed_certificate(facts, signed.record, signed.cose, signers, at=AT))
    document = Document(io.BytesIO(certificate_docx(facts)))
    words = [paragraph.text for paragraph in document.paragraphs]
    words += [cell.text for row in document.tables[0].rows for cell in row.cells]
    written = squeezed("".join(words))
    hidden = {"kind", "public_id", "qr_url", "valid_words"}
    stamped = {"vet", "body"}  # their words are pictures of the two signatures
    for name, value in facts.texts().items():
        if name in hidden or (kind == "B" and name == "disinfectant"):
            continue
        assert name in stamped or squeezed(value) in printed, name
        assert squeezed(value) in written, name
    for both in (printed, written):
        assert "收货方合肥某某渔业合作社" in both
        assert "与货主当面清点" in both
        assert ("应于叁日内到达" in both) == (kind == "A")


@pytest.mark.parametrize("kind", ["A", "B"])
def test_the_attached_record_says_no_more_of_persons_than_the_page(keys, signers, kind):
    facts, signed = prepared(keys, kind, consignee="李某某")
    pdf = signed_certificate(facts, signed.record, signed.cose, signers, at=AT)
    printed = text_of(pdf)
    held = json.loads(verify_pdf(pdf, keys.ring.roots()).attachments["certificate.json"])
    said = held["certificate"]
    for name in (
        *("owner", "owner_phone", "carrier", "carrier_phone", "consignee", "plate", "vet_number"),
        *("origin_place", "destination_place", "body_phone"),
    ):
        assert squeezed(said[name]) in printed, name


@pytest.mark.parametrize("form", ["form_a", "form_b"])
def test_fonts_tags_attachments_and_declaration_are_in_the_file(form, request, tmp_path):
    _facts, pdf = request.getfixturevalue(form)
    path = tmp_path / "certificate.pdf"
    path.write_bytes(pdf)
    fonts = said_by("pdffonts", path).splitlines()[2:]
    assert len(fonts) >= 4
    assert all(row.split()[-5:-2] == ["yes", "yes", "yes"] for row in fonts)
    listed = subprocess.run(
        ["pdfdetach", "-list", path], check=True, capture_output=True, text=True
    ).stdout
    assert "certificate.json" in listed
    assert "certificate.cose" in listed
    info = said_by("pdfinfo", path)
    assert "Tagged:          yes" in info
    assert "PDF version:     1.7" in info


@pytest.mark.parametrize("form", ["form_a", "form_b"])
def test_the_metadata_declares_pdfa_and_agrees_with_itself(form, request):
    from pyhanko.pdf_utils.reader import PdfFileReader

    facts, pdf = request.getfixturevalue(form)
    reader = PdfFileReader(io.BytesIO(pdf))
    info, root = reader.trailer["/Info"], reader.root
    xmp = root["/Metadata"].data.decode()
    assert "<pdfaid:part>3</pdfaid:part>" in xmp
    assert "<pdfaid:conformance>B</pdfaid:conformance>" in xmp
    assert root["/Lang"] == "zh-CN"
    assert root["/OutputIntents"][0]["/S"] == "/GTS_PDFA1"
    assert info["/Title"] == f"动物检疫证明（动物{facts.kind}）{facts.number}"
    assert info["/Title"] in xmp
    assert info["/Author"] == facts.body
    assert info["/Author"] in xmp
    assert info["/CreationDate"] == info["/ModDate"] == "D:20260511090600Z"
    assert xmp.count("2026-05-11T09:06:00Z") >= 2
    for person in (facts.owner, facts.owner_phone, facts.carrier, facts.vet, facts.plate):
        assert person not in xmp
        assert person not in str(dict(info))


def test_pictures_have_words_for_who_does_not_see_them(form_a):
    from pyhanko.pdf_utils.reader import PdfFileReader

    facts, pdf = form_a
    reader = PdfFileReader(io.BytesIO(pdf))
    seals = {str(one.field_name): one.sig_field["/TU"] for one in reader.embedded_signatures}
    assert seals["Vet"] == f"官方兽医签字：{facts.vet}"
    assert facts.body in seals["Body"]
    assert "无法律效力" in seals["Body"]
    alternatives = []

    def walk(node):
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            for kid in node:
                walk(kid)
        elif isinstance(node, dict):
            if "/Alt" in node:
                alternatives.append(str(node["/Alt"]))
            walk(node.get("/K", []))

    walk(reader.root["/StructTreeRoot"]["/K"])
    assert alternatives == [f"查验二维码，内容是 {facts.qr_url.partition('#')[0]}"]


@pytest.mark.parametrize("form", ["form_a", "form_b"])
def test_the_code_is_large_enough_and_the_seal_keeps_off_it_and_the_number(form, request):
    facts, pdf = request.getfixturevalue(form)
    page = pypdfium2.PdfDocument(pdf)[0]
    (code,) = zxingcpp.read_barcodes(page.render(scale=300 / 72).to_pil())
    corners = code.position
    side = (corners.top_right.x - corners.top_left.x) / 300 * 25.4
    assert side >= 26
    lowest = max(corners.bottom_left.y, corners.bottom_right.y) / 300 * 25.4
    from aquacert.certificates.documents.signing import SEAL, box_of

    _left, _bottom, _right, top = box_of(SEAL, facts.kind)
    seal_top = 297 - top / 72 * 25.4
    assert seal_top > lowest
    search = page.get_textpage().search(facts.number)
    place = search.get_next()
    assert place is not None
    text = page.get_textpage()
    _, bottom, _, _ = text.get_charbox(place[0])
    assert seal_top > 297 - bottom / 72 * 25.4


def test_what_is_long_or_rare_stays_in_its_place_and_is_read_back(keys, signers):
    from aquacert.trust.record import RecordBatch

    farm = "示例市示例县鼍龙湾鱻鮰鳜水产原种繁育推广中心第一试验示范分场"[:30]
    batches = tuple(
        RecordBatch(
            number=f"PL-2605-{n:02}", pond=f"{n} 号池", variety="", life_stage="P5", quantity=50_000
        )
        for n in range(1, 11)
    )
    facts, signed = prepared(
        keys,
        owner=farm,
        origin_place=f"东滩镇{farm}",
        destination_place=f"样例镇{farm}",
        carrier="示例市远途鲜活水产冷链运输有限公司",
        quantity_words="壹仟贰佰叁拾肆万伍仟陆佰柒拾捌尾",
        batches=batches,
    )
    pdf = signed_certificate(facts, signed.record, signed.cose, signers, at=AT)
    printed = text_of(pdf)
    assert printed.count(farm) == 3
    for words in ("壹仟贰佰叁拾肆万伍仟陆佰柒拾捌尾", "示例市远途鲜活水产冷链运输有限公司"):
        assert words in printed
    for batch in batches:
        assert batch.number in printed
    (read,) = zxingcpp.read_barcodes(pypdfium2.PdfDocument(pdf)[0].render(scale=2).to_pil())
    assert read.text == facts.qr_url


def test_a_copy_says_so_and_carries_no_signature(keys):
    facts, signed = prepared(keys)
    copy = render_certificate(facts, signed.record, signed.cose, reprint=Reprint(3, AT))
    printed = text_of(copy)
    assert "副本第3次" in printed
    assert "原件是电子文件，以扫码查验为准" in printed
    assert "副本打印2026-05-1117:06" in printed
    assert b"certificate.json" not in copy
    with pytest.raises(Refused) as caught:
        verify_pdf(copy, keys.ring.roots())
    assert caught.value.why is Why.UNSIGNED
    (read,) = zxingcpp.read_barcodes(pypdfium2.PdfDocument(copy)[0].render(scale=2).to_pil())
    assert read.text == facts.qr_url


def test_proofs_that_there_are_travel_with_the_document(keys, signers):
    facts, signed = prepared(keys)
    proofs = {"proof.tlog-proof": b"c2sp.org/tlog-proof@v1\n", "seal.ses": b"\x30\x03\x02\x01\x04"}
    pdf = signed_certificate(facts, signed.record, signed.cose, signers, at=AT, proofs=proofs)
    report = verify_pdf(pdf, keys.ring.roots())
    assert report.proof == "c2sp.org/tlog-proof@v1\n"
    assert report.seal == b"\x30\x03\x02\x01\x04"
    assert report.code == signed.cose
