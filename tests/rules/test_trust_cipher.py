"""The field cipher: nothing readable without the secret, a person can be forgotten."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aquacert.kernel.errors import Unavailable
from aquacert.trust.cipher import Cipher

CIPHER = Cipher("installation secret")


@given(st.text())
def test_text_comes_back(text):
    assert CIPHER.decrypt(CIPHER.encrypt(text)) == text


def test_the_same_text_looks_different_each_time_and_is_found_by_its_index():
    assert CIPHER.encrypt("13800008000") != CIPHER.encrypt("13800008000")
    assert CIPHER.blind("phone", "13800008000") == CIPHER.blind("phone", "13800008000")
    assert CIPHER.blind("phone", "13800008000") != CIPHER.blind("identity", "13800008000")
    assert CIPHER.blind("phone", "1") != Cipher("other").blind("phone", "1")
    assert "138" not in CIPHER.blind("phone", "13800008000")


def test_a_changed_byte_or_another_secret_opens_nothing():
    data = CIPHER.encrypt("张某某")
    for place in range(len(data)):
        broken = bytearray(data)
        broken[place] ^= 1
        with pytest.raises(Unavailable):
            CIPHER.decrypt(bytes(broken))
    with pytest.raises(Unavailable):
        Cipher("other").decrypt(data)
    with pytest.raises(Unavailable):
        CIPHER.decrypt(b"")


def test_destroying_a_person_s_key_forgets_the_person():
    wrapped = CIPHER.new_person_key("p1")
    data = CIPHER.encrypt_for("p1", wrapped, "张某某", "audit:name")
    assert CIPHER.decrypt_for("p1", wrapped, data, "audit:name") == "张某某"
    with pytest.raises(Unavailable):
        CIPHER.decrypt_for("p1", CIPHER.new_person_key("p1"), data, "audit:name")


def test_a_ciphertext_is_bound_to_person_and_place():
    wrapped = CIPHER.new_person_key("p1")
    data = CIPHER.encrypt_for("p1", wrapped, "张某某", "audit:name")
    with pytest.raises(Unavailable):
        CIPHER.decrypt_for("p1", wrapped, data, "audit:phone")
    with pytest.raises(Unavailable):
        CIPHER.decrypt_for("p2", wrapped, data, "audit:name")
    with pytest.raises(Unavailable):
        CIPHER.decrypt(data)
