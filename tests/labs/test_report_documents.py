"""A report's documents: what is printed, what the code says, what every judge of signatures says."""

import io
import subprocess
from dataclasses import replace
from datetime import timedelta

import pypdfium2
import pytest
import zxingcpp
from docx import Document

from aquacert.kernel.scope import SYSTEM
from aquacert.trust.cose import verify_own
from aquacert.trust.errors import Refused
from aquacert.trust.keys import Use, open_ring
from aquacert.trust.pdf import LAB_FIELD, Level, verify_pdf
from aquacert.trust.qr import REPORT, read_url
from aquacert.trust.reportrecord import CODE_TYPE, ReportClaims, decode_record
from aquacert.trust.trustlist import TrustList, read_claims
from aquacert.verification.parsers.codes import code_on_paper
from aquacert.verification.queries.outside import Answer, Believed
from aquacert.verification.queries.outside import Report as Judgement
from aquacert.verification.queries.reports import is_report, judge_report
from labs.reports.commands import sign_report, withdraw_report
from labs.reports.documents import pdf_of
from labs.reports.models import Report
from labs.reports.queries import (
    DOCX,
    PDF,
    draft_pdf,
    draft_report,
    facts_of_report,
    report_file,
    signature_of,
)
from tests.make.labs import make_items, make_lab, make_report


def text_of(pdf):
    document = pypdfium2.PdfDocument(pdf)
    return "".join("".join(p.get_textpage().get_text_range() for p in document).split())


def codes_on(pdf):
    page = pypdfium2.PdfDocument(pdf)[0].render(scale=150 / 72).to_pil()
    return [code.text for code in zxingcpp.read_barcodes(page)]


@pytest.fixture
def keys(db):
    return open_ring(db.settings)


@pytest.fixture
def signed(db, keys):
    """A laboratory, its report's id, and that it is signed."""
    lab = make_lab(db)
    [code] = make_items(db, lab)
    report_id = make_report(db, lab, code)
    assert sign_report(db, keys, report_id)
    return lab, code, report_id


def test_a_report_is_signed_once_and_every_judge_believes_it(db, keys, signed, tmp_path):
    _lab, code, report_id = signed
    assert not sign_report(db, keys, report_id)
    with db.look(SYSTEM) as look:
        row, held = look.get(Report, report_id), signature_of(look, report_id)
        name, pdf = report_file(look, report_id, PDF)
    assert name == f"{row.number}.pdf"
    [address] = codes_on(pdf)
    found = read_url(address, page=REPORT)
    assert (found.public_id, found.cose) == (row.public_id, held.cose)
    trust = TrustList(keys.public_keys())
    verified = verify_own(found.cose, trust.keys_of(Use.REPORT), content_type=CODE_TYPE)
    claims = ReportClaims.decode(verified.payload)
    assert claims.are_of(row.record)
    assert (claims.number, claims.blind_code, claims.outcome) == (row.number, code, "negative")
    with pytest.raises(Refused):
        read_claims(found.cose, trust)  # a report's code is no certificate
    report = verify_pdf(pdf, keys.roots(), db.clock.now(), fields=(LAB_FIELD,))
    assert report.level is Level.B_B
    assert report.attachments["report.cbor"] == row.record
    assert report.attachments["report.cose"] == held.cose
    with pytest.raises(Refused):
        verify_pdf(pdf, keys.roots(), db.clock.now())  # nor is its PDF
    with pytest.raises(Refused):
        verify_pdf(pdf + b"x", keys.roots(), db.clock.now(), fields=(LAB_FIELD,))
    with pytest.raises(Refused):  # a key signs only while it may
        verify_pdf(pdf, keys.roots(), db.clock.now() + timedelta(days=400), fields=(LAB_FIELD,))
    path = tmp_path / "report.pdf"
    path.write_bytes(pdf)
    said = subprocess.run(["pdfsig", "-nocert", path], check=False, capture_output=True, text=True)
    assert said.stdout.count("Signature is Valid") == 1
    assert "Total document signed" in said.stdout


def test_aquacert_verify_knows_a_report_and_never_calls_it_still_valid(db, keys, signed):
    _lab, code, report_id = signed
    with db.look(SYSTEM) as look:
        held = signature_of(look, report_id)
        pdf = report_file(look, report_id, PDF)[1]
    believed = Believed(TrustList(keys.public_keys()), None)
    found = Judgement()
    assert is_report(code_on_paper(pdf).cose)
    judge_report(found, pdf, held.cose, believed)
    assert [(one.what, one.answer) for one in found.findings] == [
        ("签名", Answer.GOOD),
        ("文件", Answer.GOOD),
        ("是否仍有效", Answer.UNSURE),
    ]
    assert code in found.findings[0].text
    for trust, data, wrong in (
        (TrustList(()), pdf, "签名"),
        (believed.trust, pdf[:-300] + b" " * 300, "文件"),
    ):
        refused = Judgement()
        judge_report(refused, data, held.cose, Believed(trust, None))
        assert wrong in {one.what for one in refused.findings if one.answer is not Answer.GOOD}
    listed = [key for key in keys.public_keys() if key.use is Use.REPORT]
    assert listed[0].owner.label == f"lab:{signed[0].lab_id}"


def test_metadata_and_record_name_the_laboratory_and_no_person(db, signed):
    _lab, code, report_id = signed
    with db.look(SYSTEM) as look:
        row = look.get(Report, report_id)
        facts = facts_of_report(look, row)
        pdf, docx = report_file(look, report_id, PDF)[1], report_file(look, report_id, DOCX)[1]
    said = pypdfium2.PdfDocument(pdf).get_metadata_dict()
    held = Document(io.BytesIO(docx)).core_properties
    assert said["Author"] == held.author == row.content["lab_name"]
    assert row.number in said["Title"]
    everything = " ".join([*said.values(), held.author, held.last_modified_by, held.title])
    kept = decode_record(row.record)
    assert (kept["number"], kept["blind_code"]) == (row.number, code)
    assert kept["public_id"] == row.public_id
    for names in facts.signers.values():
        name = names.split("（", maxsplit=1)[0]
        assert name not in everything
        assert name.encode() not in row.record


def test_both_languages_stand_on_the_page_with_all_that_is_asked(db, signed):
    _lab, code, report_id = signed
    with db.look(SYSTEM) as look:
        row = look.get(Report, report_id)
        pdf = report_file(look, report_id, PDF)[1]
        docx = Document(io.BytesIO(report_file(look, report_id, DOCX)[1]))
    printed = text_of(pdf)
    cells = [cell.text for table in docx.tables for line in table.rows for cell in line.cells]
    word = "".join("".join([*cells, *(p.text for p in docx.paragraphs)]).split())
    for words in (
        *("委托方", "Customer", "盲样号", code, "抽样环境", "水温28.5℃", "Conditionsofsampling"),
        *("SC/T7237-2020", "阴性", "Negative", "判定规则v1", "仅对收到的样品负责", "报告结束"),
        *("外部结果", "Externalproviders", "批准", "Authorisedby", row.content["number"]),
    ):
        assert words in printed, words
        assert words in word, words
    assert row.digest in printed
    assert "检验检测专用章" in printed
    assert "第1页，共1页" in printed


def test_ten_tests_long_names_positive_pooled_and_external_still_read(db, keys, signed):
    _lab, _code, report_id = signed
    with db.look(SYSTEM) as look:
        facts = facts_of_report(look, look.get(Report, report_id))
        held = signature_of(look, report_id)
    line = facts.content.lines[0]
    long = "传染性皮下和造血组织坏死病及其他经农业农村部公告调整的疫病"
    lines = tuple(
        replace(
            line,
            disease_name=f"{long}{place}",
            disease_name_en="Infection with infectious hypodermal and haematopoietic necrosis",
            outcome=("negative", "positive", "inconclusive")[place % 3],
            instrument="QPCR-02（校准有效至 2026-12-31）",
            kit_lot="示例水生动物病毒核酸检测试剂盒（荧光 PCR 法） K2604-17",
            pool="P-7K2M-0001" if place == 0 else "",
            external="示例省级水生动物疫控中心" if place == 1 else "",
            lod="10 拷贝/反应",
            uncertainty="U = 0.3 (k = 2)",
        )
        for place in range(10)
    )
    content = replace(
        facts.content, lines=lines, lab_name="示例省渔业技术推广与水生动物疫病预防控制中心"
    )
    pdf = pdf_of(replace(facts, content=content, is_demo=True, cose=held.cose))
    printed = text_of(pdf)
    assert printed.count(long) >= 10
    for words in (
        "阳性Positive",
        "不能判定",
        "NegativebypoolP-7K2M-0001",
        "检出限LoD：10拷贝/反应",
    ):
        assert words in printed, words
    assert "1）由混样" in printed
    assert "2）外部提供方的结果" in printed
    assert "演示样张·无效" in printed
    pages = len(pypdfium2.PdfDocument(pdf))
    assert 1 < pages < 4
    assert f"第{pages}页，共{pages}页" in printed
    assert codes_on(pdf)


def test_an_ended_report_is_given_marked_and_its_signed_file_stays(db, keys, signed):
    lab, _code, report_id = signed
    with db.work(lab.authoriser.actor) as w:
        withdraw_report(w, report_id, "资质到期")
    with db.look(SYSTEM) as look:
        _name, marked = report_file(look, report_id, PDF)
        _name, original = report_file(look, report_id, PDF, as_signed=True)
        docx = Document(io.BytesIO(report_file(look, report_id, DOCX)[1]))
    printed = text_of(marked)
    assert printed.count("本报告已撤回Thisreportiswithdrawn") == 2  # header and page
    assert "资质到期" in printed
    assert "本件不含电子签章" in printed
    assert "已撤回 WITHDRAWN" in docx.sections[0].header.paragraphs[0].text
    assert verify_pdf(original, keys.roots(), db.clock.now(), fields=(LAB_FIELD,)).attachments
    with pytest.raises(Refused):
        verify_pdf(marked, keys.roots(), db.clock.now(), fields=(LAB_FIELD,))


def test_a_draft_says_on_every_page_that_it_is_one(db):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    with db.look(lab.authoriser.actor) as look:
        draft = draft_report(look, code)
        printed = text_of(draft_pdf(look, draft.content, draft.digest))
    assert "草稿·未签发" in printed
    assert "DRAFT,notauthorised" in printed
