"""A province's trust list: threshold of roots, canonical bytes, reach, and rubbish refused."""

import json
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aquacert.trust.errors import Refused, TrustError, Why
from aquacert.trust.keys import KeyRing
from aquacert.trust.publickeys import Use
from aquacert.trust.roots import Roots, canonical
from aquacert.trust.trustdocument import Facts, Issuer, TrustDocument, draft
from aquacert.trust.trustlist import read_claims
from tests.make.trust import AT, make_keys, make_record


@pytest.fixture(scope="module")
def rings(tmp_path_factory):
    return [KeyRing(tmp_path_factory.mktemp(f"root{n}"), "x") for n in range(4)]


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    return make_keys(tmp_path_factory.mktemp("keys"))


def roots_of(rings, threshold=2):
    return Roots.of(threshold, [(ring.root(AT).key, f"根 {n}") for n, ring in enumerate(rings)])


def made(keys, roots, division="320921", version=1, signers=()):
    facts = Facts(
        province="320000",
        name_zh="江苏省",
        name_en="Jiangsu",
        version=version,
        issued=AT,
        expires=AT + timedelta(days=90),
        is_demo=True,
        status_base="https://cert.example/trust/status/",
        log=None,
    )
    issuer = Issuer(division, "office:1", "示例县水生动物卫生监督所", "", ("A", "B"), (keys.issue,))
    document = draft(facts, roots, [issuer])
    for ring in signers:
        document = document.with_signature(ring.load(ring.root(AT)))
    return document


def test_a_threshold_of_different_roots_must_sign(rings, keys):
    roots = roots_of(rings[:3])
    for signers, is_enough in (
        ((), False),
        (rings[:1], False),
        ((rings[0], rings[0]), False),
        ((rings[0], rings[3]), False),
        (rings[:2], True),
        ((rings[2], rings[0]), True),
        (rings[:3], True),
    ):
        document = TrustDocument.read(made(keys, roots, signers=signers).text())
        if is_enough:
            document.check(roots)
        else:
            with pytest.raises(Refused) as refused:
                document.check(roots)
            assert refused.value.why is Why.NOT_ENOUGH_ROOTS


def test_one_signature_twice_counts_once(rings, keys):
    roots = roots_of(rings[:3])
    document = json.loads(made(keys, roots, signers=rings[:1]).text())
    document["signatures"] *= 3
    assert TrustDocument.read(json.dumps(document)).signed_by(roots) == 1


def test_new_roots_need_the_old_and_the_new_threshold(rings, keys):
    old, new = roots_of(rings[:2]), roots_of(rings[2:])
    for signers in (rings[:2], rings[2:], rings[:3]):
        with pytest.raises(Refused):
            made(keys, new, signers=signers).check(old)
    made(keys, new, signers=rings).check(old)


def test_its_keys_judge_a_certificate(rings, keys):
    signed = keys.sign(make_record())
    document = TrustDocument.read(made(keys, roots_of(rings), signers=rings).text())
    assert read_claims(signed.cose, document.trust).claims.number == "3200512818"
    assert document.issuer_of(document.trust.matching(keys.issue.kid, Use.ISSUE)[0]).kinds == (
        "A",
        "B",
    )


def test_nobody_lists_an_issuer_of_another_province(rings, keys):
    with pytest.raises(Refused) as refused:
        made(keys, roots_of(rings), division="340123")
    assert refused.value.why is Why.KEY_NOT_VALID


def test_every_changed_value_is_noticed(rings, keys):
    roots = roots_of(rings[:3])
    whole = json.loads(made(keys, roots, signers=rings[:2]).text())
    for name in whole["signed"]:
        changed = json.loads(json.dumps(whole))
        value = changed["signed"][name]
        changed["signed"][name] = not value if isinstance(value, bool) else f"{value}x"
        if name == "version":
            changed["signed"][name] = value + 1
        with pytest.raises(TrustError):
            TrustDocument.read(json.dumps(changed)).check(roots)


@pytest.mark.parametrize(("threshold", "count"), [(0, 2), (3, 2), (-1, 1)])
def test_a_threshold_that_means_nothing_is_refused(rings, threshold, count):
    with pytest.raises(Refused):
        roots_of(rings[:count], threshold)


def test_one_root_may_not_stand_twice(rings):
    with pytest.raises(Refused):
        roots_of([rings[0], rings[0]], 2)


def test_the_signed_bytes_are_plain_and_sorted():
    assert canonical({"b": 1, "a": ["中", None, True]}) == '{"a":["中",null,true],"b":1}'.encode()


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=8), st.lists))
@settings(max_examples=60)
def test_rubbish_is_refused(value):
    for text in (json.dumps(value), json.dumps({"signed": value, "signatures": []}), str(value)):
        with pytest.raises(TrustError):
            TrustDocument.read(text)


def test_a_name_that_stands_twice_is_refused(rings, keys):
    text = made(keys, roots_of(rings), signers=rings).text()
    with pytest.raises(Refused) as refused:
        TrustDocument.read(text.replace('"v": 2', '"v": 2, "v": 2'))
    assert refused.value.why is Why.NOT_CANONICAL


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("expires",), "0001-01-01T00:00:00+14:00"),
        (("issued",), "9999-12-31T23:59:59-14:00"),
        (("issued",), "2026-05-09T10:00:00"),
        (("issuers", 0, "keys", 0, "nbf"), "0001-01-01T00:00:00+14:00"),
        (("issuers", 0, "keys", 0, "exp"), "2027-05-09T10:00:00"),
        (("name", "zh"), "\ud800"),
        (("more",), "\ud800"),
    ],
)
def test_values_that_no_calendar_or_encoding_holds_are_refused(rings, keys, path, value):
    document = json.loads(made(keys, roots_of(rings)).text())
    place = document["signed"]
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(Refused):
        TrustDocument.read(json.dumps(document))


@pytest.mark.parametrize("depth", [200, 900, 3_000, 100_000])
def test_endless_nesting_is_refused_or_read_but_never_breaks(rings, keys, depth):
    text = made(keys, roots_of(rings)).text()
    deep = text.replace('"demo": ', f'"deep": {"[" * depth}{"]" * depth}, "demo": ', 1)
    assert deep != text
    with pytest.raises(Refused):
        TrustDocument.read(deep).check(roots_of(rings))
