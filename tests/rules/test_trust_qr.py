"""Digits, public ids, and pictures that an independent reader reads back."""

import io

import pytest
import zxingcpp
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from aquacert.kernel.errors import Misconfigured
from aquacert.trust import qr
from aquacert.trust.errors import Refused, Why
from tests.make.trust import BASE, make_keys, make_record


@given(st.binary(max_size=200))
@example(b"")
@example(b"\xff" * 7)
@example(bytes(8))
def test_digits_give_the_bytes_back(data):
    digits = qr.digits(data)
    assert qr.from_digits(digits) == data
    assert len(digits) == len(data) // 7 * 17 + (0, 3, 5, 8, 10, 13, 15)[len(data) % 7]


@given(st.text("0123456789", max_size=80))
def test_digits_are_read_only_in_their_one_form(digits):
    try:
        data = qr.from_digits(digits)
    except Refused:
        return
    assert qr.digits(data) == digits


def test_the_digits_are_those_of_cable():
    # seven bytes as one little-endian number of 17 digits, the rest as one shorter number
    assert qr.digits(bytes([1, 0, 0, 0, 0, 0, 0])) == "00000000000000001"
    assert qr.digits(b"\xff" * 7) == str(2**56 - 1)
    assert qr.digits(b"\x01\x02") == "00513"


@pytest.mark.parametrize(
    "digits",
    [
        "1",
        "256",
        "99999999999999999",
        "72057594037927936",  # 2^56, one too many
        "0" * 17 + "65536",
        "12a",
        "１２３",
        "١٢٣",
        "²²²",
        " 001",
        "001\n",
        "-01",
        "+01",
        "1_0",
        *("0" * count for count in (1, 2, 4, 6, 7, 9, 11, 12, 14, 16, 18, 19)),
    ],
)
def test_impossible_digits_are_refused(digits):
    with pytest.raises(Refused) as caught:
        qr.from_digits(digits)
    assert caught.value.why in {Why.MALFORMED, Why.NOT_CANONICAL}


def test_the_greatest_number_of_each_length_is_read():
    for size, count in enumerate((0, 3, 5, 8, 10, 13, 15, 17)):
        most = str(256**size - 1).zfill(count) if size else ""
        assert qr.from_digits(most) == b"\xff" * size
        assert qr.from_digits("0" * count) == bytes(size)


def test_public_ids_are_crockford_and_differ():
    ids = {qr.new_public_id() for _ in range(500)}
    assert len(ids) == 500
    assert all(qr.is_public_id(one) for one in ids)
    assert not any(set(one) & set("ILOU") for one in ids)


def test_a_typed_code_is_tidied():
    assert qr.tidy_code(" o1l-ab c ") == "011ABC"
    assert qr.check_code("7KQ2M9XAH4") == "M9XAH4"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    signed = make_keys(tmp_path_factory.mktemp("keys")).sign(make_record())
    return qr.qr_url(BASE, "7KQ2M9XAH4", signed.cose), signed.cose


def test_the_code_is_version_10_and_an_independent_reader_reads_it(address):
    url, cose = address
    matrix = qr.qr_matrix(url)
    assert len(matrix) == 57 + 8
    picture = Image.open(io.BytesIO(qr.qr_png(matrix, module_pixels=4)))
    assert picture.mode == "1"
    read = zxingcpp.read_barcode(picture.convert("L"))
    assert read.text == url
    assert read.ec_level == "M"
    assert qr.read_url(read.text) == qr.QrAddress(BASE, "7KQ2M9XAH4", cose)


def test_both_pictures_show_the_same_modules(address):
    matrix = qr.qr_matrix(address[0])
    svg = qr.qr_svg(matrix)
    dark = [[False] * len(matrix) for _ in matrix]
    for run in svg.split('<path d="')[1].split('"')[0].split("M")[1:]:
        place, _, rest = run.partition("h")
        x, y = map(int, place.split())
        for step in range(int(rest.split("v")[0])):
            dark[y][x + step] = True
    assert dark == matrix
    assert "style" not in svg


def test_an_address_too_long_for_version_10_names_the_setting():
    with pytest.raises(Misconfigured) as caught:
        qr.qr_matrix("https://" + "a" * 90 + "/c/7KQ2M9XAH4#" + "1" * 380)
    assert "AQUACERT_PUBLIC_URL" in caught.value.sentence


@pytest.mark.parametrize(
    "url", ["", "7KQ2M9XAH4", "ftp://h/c/7KQ2M9XAH4#", "https://h/c/short#001", "https://h/x/1"]
)
def test_a_foreign_address_is_refused(url):
    with pytest.raises(Refused):
        qr.read_url(url)


def test_an_address_whose_fragment_was_lost_still_names_its_page():
    assert qr.read_url("https://h/c/7KQ2M9XAH4") == qr.QrAddress("https://h", "7KQ2M9XAH4", b"")
