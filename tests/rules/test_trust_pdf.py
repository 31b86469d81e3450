"""Judging and keeping a certificate's PDF: nothing changed is ever believed, nothing else happens."""

import hashlib
import io
import os
import shutil
import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aquacert.certificates.documents.facts import facts_of
from aquacert.certificates.documents.signing import Signers, signed_certificate
from aquacert.kernel.errors import Misconfigured
from aquacert.trust.crl import ring_crls
from aquacert.trust.errors import Refused, Why
from aquacert.trust.keys import Use
from aquacert.trust.pdf import MOST_BYTES, Level, add_timestamp, preserve, verify_pdf
from aquacert.trust.pdf.writer import quiet_writer
from aquacert.trust.timestamps import Authority, NotStamped, read_trust
from tests.make.trust import AT, BASE, make_keys, make_record
from tests.make.tsa import LocalTsa, serving


class Bench:
    """Keys, one authority at a clock that the tests set, and a certificate of each level."""

    def __init__(self, folder):
        self.now = AT
        self.keys = make_keys(folder / "keys")
        self.roots = self.keys.ring.roots()
        self.signed = self.keys.sign(make_record())
        self.tsa = LocalTsa(folder / "tsa", lambda: self.now, days=2000)

    def pdf(self, authority=None):
        facts = facts_of(self.signed.record, self.signed.cose, self.signed.payload, BASE)
        vet, body = self.keys.key_of(Use.VET), self.keys.key_of(Use.SEAL)
        signers = Signers(vet, body, self.roots, authority)
        return signed_certificate(facts, self.signed.record, self.signed.cose, signers, at=AT)

    def preserved(self, pdf):
        crls = ring_crls(self.keys.ring, self.now)
        return preserve(pdf, self.tsa.authority(), roots=self.roots, crls=crls, at=self.now)

    def judge(self, pdf, at=None):
        return verify_pdf(pdf, self.roots, at, stamp_roots=self.tsa.authority().roots)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    bench = Bench(tmp_path_factory.mktemp("pdf"))
    with serving(bench.tsa):
        bench.b_b = bench.pdf()
        bench.b_t = bench.pdf(bench.tsa.authority())
        bench.now = AT + timedelta(hours=9)
        bench.b_lta = bench.preserved(bench.b_t)
        yield bench


@pytest.fixture(autouse=True)
def in_order(served):
    served.now, served.tsa.fault = AT, ""


def why(served, pdf, **named):
    with pytest.raises(Refused) as caught:
        verify_pdf(pdf, named.pop("roots", served.roots), named.pop("at", AT), **named)
    assert caught.value.reason == caught.value.why.value
    return caught.value.why


def test_each_level_is_found_by_validation(served):
    later = AT + timedelta(days=1500)
    assert served.judge(served.b_b).level is Level.B_B
    assert served.judge(served.b_t).level is Level.B_T
    assert served.judge(served.b_lta, later).level is Level.B_LTA
    assert served.judge(served.b_t, AT).signed_at == AT
    assert [s.modification for s in served.judge(served.b_lta).signatures] == [
        "FORM_FILLING",
        "LTA_UPDATES",
    ]


def needs(tool):
    """Leave a test out of the two-second loop where a tool is missing; CI has it, and must run it."""
    is_missing = shutil.which(tool) is None and "CI" not in os.environ
    return pytest.mark.skipif(is_missing, reason=f"{tool} is not installed")


@needs("qpdf")
@pytest.mark.parametrize("level", ["b_b", "b_t", "b_lta"])
def test_other_programs_find_nothing_wrong_at_any_level(served, level, tmp_path):
    path = tmp_path / "certificate.pdf"
    path.write_bytes(getattr(served, level))
    subprocess.run(["qpdf", "--check", path], check=True, capture_output=True)
    if shutil.which("pdfsig"):
        said = subprocess.run(
            ["pdfsig", "-nocert", path], check=False, capture_output=True, text=True
        )
        assert said.stdout.count("Signature is Valid") == 2


def test_without_the_authoritys_root_a_timestamp_proves_nothing(served):
    report = verify_pdf(served.b_lta, served.roots, AT + timedelta(days=1))
    assert report.level is Level.B_B
    assert [stamp.is_trusted for stamp in report.timestamps] == [False] * 3


def test_a_later_timestamp_completes_a_document_without_touching_it(served):
    served.now = AT + timedelta(hours=1)
    pdf = add_timestamp(served.b_b, served.tsa.authority(), served.now)
    assert pdf.startswith(served.b_b)
    report = served.judge(pdf)
    assert (report.level, report.signed_at) == (Level.B_T, served.now)
    served.now = AT + timedelta(hours=5)
    assert served.judge(served.preserved(pdf), AT + timedelta(days=900)).level is Level.B_LTA


def test_a_renewed_document_outlives_its_authority_and_its_signers(served):
    served.now = AT + timedelta(days=1300)
    renewed = served.preserved(served.b_lta)
    assert renewed.startswith(served.b_lta)
    assert served.judge(renewed, AT + timedelta(days=1999)).level is Level.B_LTA


def test_a_key_known_as_compromised_before_the_signature_is_not_believed(served, tmp_path):
    other = Bench(tmp_path)
    pdf = other.pdf()
    other.keys.ring.withdraw(
        other.keys.key_of(Use.SEAL).public.kid, compromised_since=AT - timedelta(minutes=1)
    )
    crls = ring_crls(other.keys.ring, AT)
    assert why(other, pdf, crls=crls) is Why.KEY_NOT_VALID


def test_every_other_byte_is_refused(served):
    _no_byte_passes(served, served.b_b, range(7, len(served.b_b), 4507))


@pytest.mark.parametrize("level", ["b_t", "b_lta"])
def test_timestamps_and_stores_are_covered_too(served, level):
    pdf = getattr(served, level)
    start = len(served.b_b) - 12_000
    _no_byte_passes(served, pdf, range(start, len(pdf), 2909))


def _no_byte_passes(served, pdf, places):
    for place in places:
        changed = pdf[:place] + bytes([pdf[place] ^ 1]) + pdf[place + 1 :]
        try:
            served.judge(changed)
        except Refused:
            continue
        raise AssertionError(f"byte {place}: {pdf[place - 20 : place + 20]!r}")


def test_the_envelope_of_the_last_signature_is_covered_byte_by_byte(served):
    gap = served.b_b.rindex(b"/Contents <") + len(b"/Contents <")
    _no_byte_passes(served, served.b_b, range(gap, gap + 260, 3))
    _no_byte_passes(served, served.b_b, [gap + 8100, gap + 8191])
    small = served.b_b[: gap + 20] + served.b_b[gap + 20 : gap + 60].lower()
    assert why(served, small + served.b_b[gap + 60 :]) is Why.CHANGED


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_bytes_made_to_break_it_are_refused_and_nothing_else_happens(served, data):
    pdf = bytearray(served.b_b)
    for _ in range(data.draw(st.integers(1, 30))):
        pdf[data.draw(st.integers(0, len(pdf) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(pdf)))
    for broken in (bytes(pdf[:cut]), bytes(pdf)):
        if broken != served.b_b:
            why(served, broken)


def test_what_is_no_certificate_is_refused_by_name(served):
    assert why(served, b"") is Why.NOT_PDF
    assert why(served, b"PK" + served.b_b) is Why.NOT_PDF
    assert why(served, b"%PDF-1.7\nnothing") is Why.NOT_PDF
    assert why(served, b"%PDF-1.7\n" + bytes(10_000_000)) is Why.TOO_LARGE
    assert MOST_BYTES < 10_000_000
    assert why(served, served.b_b + b"\n") is Why.CHANGED
    assert why(served, served.b_lta[:-1]) in {Why.CHANGED, Why.NOT_PDF}


@needs("qpdf")
def test_an_encrypted_document_is_refused(served, tmp_path):
    plain, locked = tmp_path / "a.pdf", tmp_path / "b.pdf"
    plain.write_bytes(served.b_b)
    words = ["qpdf", "--encrypt", "a", "b", "256", "--", plain, locked]
    subprocess.run(words, check=True, capture_output=True)
    assert why(served, locked.read_bytes()) is Why.ENCRYPTED


def test_an_update_that_is_no_timestamp_is_refused(served):
    from pyhanko.pdf_utils import generic

    for pdf in (served.b_b, served.b_lta):
        writer = quiet_writer(pdf)
        writer.root["/Lang"] = generic.TextStringObject("en")
        writer.update_root()
        out = io.BytesIO()
        writer.write(out)
        assert why(served, out.getvalue()) is Why.CHANGED


def test_a_third_signature_is_refused(served):
    from pyhanko.sign import fields, signers

    key = served.keys.key_of(Use.VET)
    from aquacert.trust.pdf.signing import _cms_signer

    meta = signers.PdfSignatureMetadata(field_name="Third", md_algorithm="sha256")
    hanko = signers.PdfSigner(
        meta,
        signer=_cms_signer(key, served.roots),
        new_field_spec=fields.SigFieldSpec("Third"),
    )
    third = hanko.sign_pdf(quiet_writer(served.b_b), bytes_reserved=8192).getvalue()
    assert why(served, third) is Why.CHANGED


FAULTS = (
    "hang",
    "500",
    "wrong nonce",
    "wrong hash",
    "truncated",
    "changed",
    "html",
    "huge",
    "drip",
)


@pytest.mark.parametrize("fault", FAULTS)
def test_an_answer_that_is_no_timestamp_is_none(served, fault):
    served.tsa.fault = fault
    with pytest.raises(NotStamped):
        served.tsa.authority(wait=0.8).token(hashlib.sha256(b"x").digest(), AT)


def test_a_foreign_authority_or_another_time_gives_no_timestamp(served, tmp_path):
    digest = hashlib.sha256(b"x").digest()
    foreign = LocalTsa(tmp_path / "foreign", lambda: AT)
    with serving(foreign):
        with pytest.raises(NotStamped) as caught:
            served.tsa.authority(foreign.url).token(digest, AT)
        assert "root" in caught.value.detail
        assert served.tsa.authority(foreign.url, served.tsa.url).token(digest, AT)
    served.now = AT + timedelta(hours=1)
    with pytest.raises(NotStamped):
        served.tsa.authority().token(digest, AT)
    with pytest.raises(NotStamped):
        served.tsa.authority("http://127.0.0.1:9/").token(digest, AT)


def test_a_document_without_timestamp_is_made_all_the_same(served):
    served.tsa.fault = "500"
    assert served.judge(served.pdf(served.tsa.authority())).level is Level.B_B


@needs("openssl")
def test_openssls_own_authority_stamps_and_openssl_agrees(tmp_path):
    now = datetime.now(UTC)
    local = LocalTsa(tmp_path / "openssl")
    keys = make_keys(tmp_path / "keys")
    record = make_record(issued_at=int(now.timestamp()), valid_until=_end(now))
    signed = keys.sign(record)
    facts = facts_of(signed.record, signed.cose, signed.payload, BASE)
    from tests.make.trust import OFFICE, VET

    vet = keys.ring.load(keys.ring.ensure(Use.VET, VET, now=now))
    body = keys.ring.load(keys.ring.ensure(Use.SEAL, OFFICE, now=now))
    with serving(local):
        authority = local.authority(wait=8)
        signers = Signers(vet, body, keys.ring.roots(), authority)
        pdf = signed_certificate(facts, signed.record, signed.cose, signers, at=now)
        crls = ring_crls(keys.ring, now)
        kept = preserve(pdf, authority, roots=keys.ring.roots(), crls=crls, at=now)
        token = authority.token(hashlib.sha256(b"x").digest(), now)
    for document, level in ((pdf, Level.B_T), (kept, Level.B_LTA)):
        report = verify_pdf(document, keys.ring.roots(), stamp_roots=authority.roots)
        assert report.level is level
    (tmp_path / "token").write_bytes(token.dump())
    words = ["openssl", "ts", "-verify", "-digest", hashlib.sha256(b"x").hexdigest(), "-in"]
    words += [tmp_path / "token", "-token_in", "-CAfile", tmp_path / "openssl" / "root.pem"]
    assert b"Verification: OK" in subprocess.run(words, check=True, capture_output=True).stdout


def _end(now):
    from aquacert.trust.record import valid_until

    return int(valid_until("A", now, 3).timestamp())


@needs("openssl")
def test_openssl_reads_the_rings_revocation_list(tmp_path):
    keys = make_keys(tmp_path)
    kid = keys.key_of(Use.VET).public.kid
    keys.ring.withdraw(kid, compromised_since=AT + timedelta(days=1))
    listed = ring_crls(keys.ring, AT)[0]
    assert len(listed) < 500
    words = ["openssl", "crl", "-inform", "DER", "-noout", "-text"]
    said = subprocess.run(words, input=listed, check=True, capture_output=True).stdout.decode()
    assert "Key Compromise" in said
    assert kid.hex().upper() in said.replace(":", "")


def test_a_file_of_trust_without_a_root_is_named(tmp_path):
    for data in (b"", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"):
        (tmp_path / "trust.pem").write_bytes(data)
        with pytest.raises(Misconfigured):
            read_trust(tmp_path / "trust.pem")
    with pytest.raises(Misconfigured):
        read_trust(tmp_path / "absent.pem")


def test_an_authority_is_tried_in_the_time_it_is_given():
    assert Authority(("http://127.0.0.1:9/",), ()).wait <= 10


def test_parameters_of_algorithms_in_the_last_envelope_are_held_to_their_form(served):
    envelope = served.b_b.rindex(b"/Contents <") + len(b"/Contents <")
    ends = served.b_b.index(b">", envelope)
    held = served.b_b[envelope:ends]
    places = [at for at in range(len(held) - 4) if held[at : at + 4] == b"0500" and at % 2 == 0]
    assert places
    for at in places:
        changed = served.b_b[: envelope + at] + b"1500" + served.b_b[envelope + at + 4 :]
        assert why(served, changed) is Why.CHANGED
