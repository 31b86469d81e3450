"""Status lists: the draft's own bytes, final states stay final, a stale list says nothing."""

import zlib
from datetime import timedelta

import pytest

from aquacert.kernel.errors import Conflict
from aquacert.trust.errors import Refused, Why
from aquacert.trust.keys import Owner, Use
from aquacert.trust.statuslist import (
    SLOTS,
    Status,
    StatusList,
    build,
    random_index,
    read_list,
    sign_list,
)
from tests.make.trust import AT, make_keys

URI = "https://aquacert.example/trust/status/1"


def test_two_bits_are_packed_as_the_draft_packs_them():
    # draft-ietf-oauth-status-list, "Compressed byte array" example with 2 bits
    statuses = [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]
    packed = build({i: Status(s) for i, s in enumerate(statuses)}, size=12)
    assert zlib.decompress(packed.pack()).hex() == "c944f9"
    assert [StatusList.unpack(packed.pack())[i] for i in range(12)] == statuses


def test_final_states_stay_and_suspension_is_lifted():
    one = StatusList(8)
    one[3] = Status.SUSPENDED
    one[3] = Status.VALID
    one[3] = Status.SUSPENDED
    one[3] = Status.INVALID
    for later in (Status.VALID, Status.SUSPENDED, Status.REPLACED):
        with pytest.raises(Conflict):
            one[3] = later
    one[3] = Status.INVALID
    assert [one[i] for i in (2, 3, 4)] == [Status.VALID, Status.INVALID, Status.VALID]
    with pytest.raises(Refused):
        one[8]


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    keys = make_keys(tmp_path_factory.mktemp("keys"))
    keys.issue = keys.ring.ensure(Use.STATUS, Owner("status", "320000", "示例省"), now=AT)
    return keys


def test_a_signed_list_is_read_within_its_day(keys):
    signed = sign_list(build({7: Status.INVALID}), URI, keys.ring.load(keys.issue), AT)
    read = read_list(signed, keys.trust.keys_of(Use.STATUS), AT + timedelta(hours=23))
    assert (read.uri, read.statuses[7], read.statuses[8]) == (URI, Status.INVALID, Status.VALID)
    assert read.statuses.size == SLOTS
    with pytest.raises(Refused) as stale:
        read_list(signed, keys.trust.keys_of(Use.STATUS), AT + timedelta(hours=24))
    assert stale.value.why is Why.STALE
    with pytest.raises(Refused):
        read_list(signed, keys.trust.keys_of(Use.ISSUE), AT)


def test_one_percent_of_a_hundred_thousand_is_small(keys):
    changed = {i * 100: Status.INVALID for i in range(1000)}
    assert len(sign_list(build(changed), URI, keys.ring.load(keys.issue), AT)) < 2000


def test_a_bomb_or_a_torn_list_is_refused():
    for data in (zlib.compress(bytes(1 << 27), 9), zlib.compress(b"abc")[:-1], b"", b"x"):
        with pytest.raises(Refused):
            StatusList.unpack(data)


def test_an_index_is_free_and_a_full_list_says_so():
    assert random_index({0, 1, 2}, size=4, tries=500) == 3
    assert random_index(lambda index: index != 1, size=4, tries=500) == 1
    with pytest.raises(Conflict):
        random_index(lambda _: True, size=4)
