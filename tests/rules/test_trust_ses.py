"""Electronic seals: what is good verifies by other people's tools, what was touched is refused."""

from __future__ import annotations

import subprocess
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import gmalg
import pytest
from asn1crypto import cms, core, tsp
from hypothesis import given, settings
from hypothesis import strategies as st

from aquacert.trust import ses
from aquacert.trust.errors import TrustError, Why
from aquacert.trust.ses import ListType, SealRefused, Step
from aquacert.trust.ses import der as elements
from aquacert.trust.ses.structures import Applied, parse
from tests.make.seals import (
    DATA,
    NOW,
    SM2_SM3,
    Someone,
    facts,
    sequence,
    someone,
    utc_time,
    v1_seal,
    v1_value,
)


@cache
def maker() -> Someone:
    return someone("示例印章制作中心")


@cache
def owner() -> Someone:
    return someone("示例市甲县动物卫生监督所", issuer=maker())


@cache
def good(version: int) -> tuple[bytes, bytes]:
    """Return (seal, the same applied to DATA) of a version."""
    if version == 1:
        seal = v1_seal(maker(), owner())
        return seal, v1_value(seal, owner())
    seal = ses.make_seal(facts(owner()), maker(), now=NOW, version=version)
    return seal, ses.sign(seal, DATA, owner(), at=NOW, property_info="/Doc_0/Signature.xml")


@pytest.mark.parametrize("version", [1, 4, 5])
def test_a_good_seal_says_who_made_it_and_what_was_not_judged(version: int) -> None:
    report = ses.verify(good(version)[0], at=NOW)
    assert (report.kind, report.version, report.signer) == (ses.Kind.SEAL, version, None)
    assert report.maker.name == "示例印章制作中心"
    assert report.valid_to == NOW + timedelta(days=100)
    assert report.checked == (
        Step.FORMAT,
        Step.SEAL_SIGNATURE,
        Step.SEAL_PERIOD,
        Step.MAKER_PERIOD,
    )
    assert report.unchecked == (Step.CHAIN, Step.REVOCATION)
    assert report.listed == (owner().certificate,)


@pytest.mark.parametrize("version", [1, 4, 5])
def test_a_good_signed_value_names_signer_time_and_data(version: int) -> None:
    report = ses.verify(good(version)[1], DATA)
    assert (report.kind, report.signed_at) == (ses.Kind.SIGNATURE, NOW)
    assert report.signer is not None
    assert report.signer.name == "示例市甲县动物卫生监督所"
    assert Step.DATA in report.checked
    assert report.seal == good(version)[0]
    assert (report.picture.type, len(report.picture.data)) == ("PNG", 48)


def test_without_the_data_the_report_says_that_its_digest_was_not_checked() -> None:
    report = ses.verify(good(4)[1])
    assert Step.DATA in report.unchecked
    assert report.data_hash == gmalg.SM3().update(DATA) or report.data_hash


@pytest.mark.parametrize("version", [1, 4, 5])
def test_other_data_is_refused_as_changed(version: int) -> None:
    refused(good(version)[1], Why.CHANGED, Step.DATA, data=DATA + b" ")


def test_a_seal_is_judged_at_the_moment_asked_and_a_value_at_its_signing_time() -> None:
    seal, value = good(4)
    late = NOW + timedelta(days=101)
    refused(seal, Why.SEAL_EXPIRED, Step.SEAL_PERIOD, at=late)
    refused(seal, Why.SEAL_EXPIRED, Step.SEAL_PERIOD, at=NOW - timedelta(days=2))
    refused(value, Why.SEAL_EXPIRED, Step.SEAL_PERIOD, at=late)
    assert Step.SEAL_PERIOD in ses.verify(seal).unchecked
    signed_late = ses.sign(seal, DATA, owner(), at=late)
    refused(signed_late, Why.SEAL_EXPIRED, Step.SEAL_PERIOD)
    refused(signed_late, Why.SEAL_EXPIRED, Step.SEAL_PERIOD, at=NOW)


def test_a_naive_moment_is_read_as_utc() -> None:
    assert ses.verify(good(4)[0], at=NOW.replace(tzinfo=None)).seal_id == "32010200000001"


@pytest.mark.parametrize("version", [1, 4])
def test_a_signer_whom_the_seal_does_not_list_is_refused(version: int) -> None:
    stranger = someone("别人", issuer=maker())
    seal = good(version)[0]
    value = v1_value(seal, stranger) if version == 1 else ses.sign(seal, DATA, stranger, at=NOW)
    refused(value, Why.SIGNER_NOT_OF_SEAL, Step.SIGNER_LISTED)


def test_a_list_of_digests_knows_its_signer_and_nobody_else() -> None:
    listed = facts(owner(), list_type=ListType.DIGESTS)
    seal = ses.make_seal(listed, maker(), now=NOW)
    report = ses.verify(ses.sign(seal, DATA, owner(), at=NOW), DATA)
    assert report.list_type is ListType.DIGESTS
    assert owner().certificate not in report.listed
    refused(ses.sign(seal, DATA, maker(), at=NOW), Why.SIGNER_NOT_OF_SEAL, Step.SIGNER_LISTED)


def test_a_signer_whose_certificate_had_ended_is_told_and_refused_where_it_matters() -> None:
    ended = someone("旧章", ends=NOW - timedelta(hours=1), issuer=maker())
    seal = ses.make_seal(facts(ended), maker(), now=NOW)
    value = ses.sign(seal, DATA, ended, at=NOW)
    report = ses.verify(value, DATA)
    assert not report.signer_in_period
    assert Step.SIGNER_PERIOD in report.unchecked
    assert {Step.SIGNATURE, Step.DATA} <= set(report.checked)
    with pytest.raises(SealRefused) as refusal:
        ses.verify_in_period(value, DATA)
    assert (refusal.value.why, refusal.value.step) == (Why.KEY_NOT_VALID, Step.SIGNER_PERIOD)
    refused(value, Why.CHANGED, Step.DATA, data=DATA + b" ")


def test_a_signer_in_its_period_is_said_to_be() -> None:
    assert ses.verify_in_period(good(4)[1], DATA).signer_in_period
    assert ses.verify(good(4)[0]).signer_in_period


@pytest.mark.parametrize("ends", [NOW + timedelta(days=9), NOW - timedelta(hours=1)])
def test_a_signer_whose_certificate_held_only_later_is_refused(ends: datetime) -> None:
    early = someone("新章", begins=NOW + timedelta(hours=1), ends=ends, issuer=maker())
    seal = ses.make_seal(facts(early), maker(), now=NOW)
    refused(ses.sign(seal, DATA, early, at=NOW), Why.KEY_NOT_VALID, Step.SIGNER_PERIOD)


@pytest.mark.parametrize("junk", ["text", 10**12, 5, [48]])
def test_what_is_no_bytes_is_refused_with_a_reason(junk: object) -> None:
    for der, data in ((junk, None), (good(4)[1], junk)):
        refused(der, Why.MALFORMED, Step.FORMAT, data=data)  # type: ignore[arg-type]
    refused(good(4)[1], Why.MALFORMED, Step.FORMAT, at=NOW.date())


def test_a_chain_counts_as_checked_only_under_roots_that_were_given() -> None:
    value = good(4)[1]
    assert Step.CHAIN in ses.verify(value, DATA, roots=[maker().certificate]).checked
    stranger = someone("别的机构")
    for roots in ([], [stranger.certificate], [b"no certificate"]):
        assert Step.CHAIN in ses.verify(value, DATA, roots=roots).unchecked


def test_a_maker_whose_certificate_had_ended_is_told_not_hidden() -> None:
    ended = someone("旧制章人", ends=NOW - timedelta(hours=1))
    report = ses.verify(ses.make_seal(facts(owner()), ended, now=NOW), at=NOW)
    assert Step.MAKER_PERIOD in report.unchecked


def test_a_seal_that_another_maker_signed_is_refused() -> None:
    seal = ses.make_seal(
        facts(owner()), Someone(someone("别人").private, maker().certificate), now=NOW
    )
    refused(seal, Why.BAD_SIGNATURE, Step.SEAL_SIGNATURE)


def test_a_value_that_another_key_signed_is_refused() -> None:
    seal = good(4)[0]
    thief = Someone(someone("别人").private, owner().certificate)
    refused(ses.sign(seal, DATA, thief, at=NOW), Why.BAD_SIGNATURE, Step.SIGNATURE)


@pytest.mark.parametrize("version", [0, 2, 3, 6, 255])
def test_a_version_nobody_knows_is_refused(version: int) -> None:
    refused(v1_seal(maker(), owner(), version=version), Why.UNKNOWN_VERSION, Step.FORMAT)
    changed = good(4)[0].replace(b"\x16\x02ES\x02\x01\x04", bytes((0x16, 2, 69, 83, 2, 1, version)))
    if version < 128:
        refused(changed, Why.UNKNOWN_VERSION, Step.FORMAT)


@pytest.mark.parametrize("oid", ["1.2.840.113549.1.1.11", "1.2.840.10045.4.3.2"])
def test_rsa_and_ecdsa_are_refused_as_unknown_algorithms(oid: str) -> None:
    refused(v1_seal(maker(), owner(), algorithm=oid), Why.UNKNOWN_ALGORITHM, Step.SEAL_SIGNATURE)


@pytest.mark.parametrize("version", [1, 4, 5])
def test_nothing_may_follow_and_nothing_may_be_missing(version: int) -> None:
    for whole in good(version):
        refused(whole + b"\0", Why.MALFORMED, Step.FORMAT)
        for cut in (0, 1, 2, 10, len(whole) // 2, len(whole) - 1):
            refused(whole[:cut], Why.MALFORMED, Step.FORMAT)


@pytest.mark.parametrize("version", [1, 4, 5])
def test_no_single_byte_can_be_changed_unseen(version: int) -> None:
    """Every byte but those that only the outer frame reads is under one of the two signatures."""
    value = good(version)[1]
    for at in range(len(value)):
        changed = bytearray(value)
        changed[at] ^= 1 << (at % 8)
        with pytest.raises(TrustError):
            ses.verify(bytes(changed), DATA)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_garbage_raises_nothing_but_a_trust_error(data: st.DataObject) -> None:
    whole = good(data.draw(st.sampled_from([1, 4, 5])))[data.draw(st.sampled_from([0, 1]))]
    changed = bytearray(whole)
    for _times in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(changed) - 1))
        how = data.draw(st.sampled_from(["set", "cut", "insert"]))
        if how == "set":
            changed[at] = data.draw(st.integers(0, 255))
        elif how == "cut" and len(changed) > 8:
            del changed[at : at + data.draw(st.integers(1, 4))]
        else:
            changed[at:at] = data.draw(st.binary(min_size=1, max_size=4))
        changed = changed or bytearray(b"0")
    try:
        report = ses.verify(bytes(changed), DATA, NOW, roots=[maker().certificate])
    except TrustError:
        return
    # Of a seal alone the maker's certificate is under nobody's signature but its own issuer's.
    assert bytes(changed) == whole or Step.CHAIN not in report.checked


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=80))
def test_noise_is_refused(noise: bytes) -> None:
    with pytest.raises(TrustError):
        ses.verify(noise)


def test_a_length_that_is_not_the_shortest_is_refused() -> None:
    seal = good(4)[0]
    assert seal[1] == 0x82
    refused(b"\x30\x83\x00" + seal[2:], Why.NOT_CANONICAL, Step.FORMAT)
    refused(b"\x30\x80" + seal[4:] + b"\0\0", Why.NOT_CANONICAL, Step.FORMAT)


def test_too_much_is_not_read() -> None:
    refused(bytes(5 << 20), Why.TOO_LARGE, Step.FORMAT)
    big = ses.Picture("PNG", bytes((1 << 20) + 1), 42, 42)
    refused(
        ses.make_seal(facts(owner(), picture=big), maker(), now=NOW), Why.TOO_LARGE, Step.FORMAT
    )
    wide = ses.Picture("PNG", b"x", 5000, 42)
    refused(
        ses.make_seal(facts(owner(), picture=wide), maker(), now=NOW), Why.MALFORMED, Step.FORMAT
    )


@pytest.mark.parametrize(
    "time_info",
    [
        b"2026-05-09 10:00:00",
        b"20260509020000Z",
        b"260509020000Z",
        b"20260509100000",
        b"20260509100000+0800",
        utc_time(NOW),
        elements.write(elements.GENERALIZED_TIME, b"20260509020000.123Z"),
    ],
)
@pytest.mark.parametrize("octets", [False, True])
def test_the_times_that_old_producers_write_are_read(time_info: bytes, octets: bool) -> None:
    value = v1_value(good(1)[0], owner(), time_info=time_info, octets=octets)
    assert ses.verify(value, DATA).signed_at == NOW


def test_the_time_of_a_timestamp_token_is_read() -> None:
    stamped = tsp.TSTInfo(
        {
            "version": "v1",
            "policy": "1.2.3",
            "message_imprint": {
                "hash_algorithm": {"algorithm": "sha256"},
                "hashed_message": bytes(32),
            },
            "serial_number": 7,
            "gen_time": NOW,
        }
    )
    inside = {"content_type": "tst_info", "content": stamped}
    signed = {
        "version": "v3",
        "digest_algorithms": [],
        "encap_content_info": inside,
        "signer_infos": [],
    }
    token = cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(signed)})
    value = v1_value(good(1)[0], owner(), time_info=token.dump())
    assert ses.verify(value, DATA).signed_at == NOW


def test_a_value_without_a_readable_time_needs_a_moment_to_be_judged_at() -> None:
    value = v1_value(good(1)[0], owner(), time_info=b"next week")
    refused(value, Why.MALFORMED, Step.SEAL_PERIOD)
    assert ses.verify(value, DATA, NOW).signed_at is None


def test_a_raw_signature_of_64_bytes_is_read_and_a_padded_one_is_not() -> None:
    seal = good(1)[0]
    assert ses.verify(v1_value(seal, owner(), raw=True), DATA).version == 1
    value = parse(good(4)[1])
    assert isinstance(value, Applied)
    padded = value.signed.signature + b"\0"
    changed = sequence(
        value.signed.message,
        core.OctetString(owner().certificate),
        core.ObjectIdentifier(SM2_SM3),
        core.OctetBitString(padded),
    )
    refused(changed.dump(), Why.MALFORMED, Step.SIGNATURE)


def test_a_timestamp_is_reported_and_not_taken_for_checked() -> None:
    value = parse(good(5)[1])
    assert isinstance(value, Applied)
    token = core.OctetBitString(b"\x0a\x0b\x0c").dump()
    stamped = sequence(
        value.signed.message,
        core.OctetString(owner().certificate),
        core.ObjectIdentifier(SM2_SM3),
        core.OctetBitString(value.signed.signature),
        bytes((0xA0, len(token))) + token,
    )
    report = ses.verify(stamped.dump(), DATA)
    assert report.has_timestamp
    assert Step.TIMESTAMP in report.unchecked


@pytest.mark.parametrize("version", [1, 4, 5])
def test_openssl_finds_both_signatures_good(version: int, tmp_path: Path) -> None:
    value = parse(good(version)[1])
    assert isinstance(value, Applied)
    for who, signed in (("maker", value.seal.made), ("signer", value.signed)):
        (tmp_path / "cert.der").write_bytes(signed.certificate)
        (tmp_path / "message").write_bytes(signed.message)
        (tmp_path / "signature").write_bytes(signed.signature)
        _openssl(
            tmp_path,
            "x509",
            "-inform",
            "DER",
            "-in",
            "cert.der",
            "-pubkey",
            "-noout",
            "-out",
            "pub",
        )
        said = _openssl(
            tmp_path, "dgst", "-sm3", "-verify", "pub", "-sigopt", "distid:1234567812345678",
            "-signature", "signature", "message",
        )  # fmt: skip
        assert "Verified OK" in said, who


def test_openssl_reads_the_structure_it_is_given(tmp_path: Path) -> None:
    (tmp_path / "seal.esl").write_bytes(good(4)[0])
    said = _openssl(tmp_path, "asn1parse", "-inform", "DER", "-in", "seal.esl")
    assert "IA5STRING         :ES" in said
    assert said.count("GENERALIZEDTIME") == 3


def test_gmalg_finds_digest_and_signature_the_same() -> None:
    value = parse(good(4)[1])
    assert isinstance(value, Applied)
    digest = gmalg.SM3()
    digest.update(DATA)
    assert value.data_hash == digest.value()
    judge = gmalg.SM2(pk=b"\x04" + owner().private.key.point, uid=b"1234567812345678")
    r, s = _numbers(value.signed.signature)
    assert judge.verify(value.signed.message, r, s)


def refused(
    der: bytes, why: Why, step: Step, *, data: bytes | None = None, at: object = None
) -> None:
    with pytest.raises(SealRefused) as caught:
        ses.verify(der, data, at)  # type: ignore[arg-type]
    assert (caught.value.why, caught.value.step) == (why, step), caught.value.detail


def _numbers(signature: bytes) -> tuple[bytes, bytes]:
    parts = [n.native for n in core.SequenceOf.load(signature, spec=core.Integer)]
    return parts[0].to_bytes(32, "big"), parts[1].to_bytes(32, "big")


def _openssl(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["openssl", *arguments],
        cwd=folder,
        capture_output=True,
        check=True,
        text=True,
    )
    return done.stdout
