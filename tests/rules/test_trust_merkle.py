"""The Merkle tree against RFC 9162's own recursive definitions and the public reference vectors.

The 8-leaf tree, its roots and proofs, and the ways of spoiling a proof are those of
transparency-dev/merkle (Apache-2.0): proof/verify_test.go and testdata/{inclusion,consistency}.
"""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aquacert.trust import merkle
from aquacert.trust.errors import Refused, TrustError, Why

EMPTY = hashlib.sha256(b"").digest()
SOME = bytes.fromhex("abacaba000000000000000000000000000000000000000000060061e00123456")
ENTRIES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    bytes.fromhex(text)
    for text in (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    )
]
A = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
B = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
C = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
D = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
E = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
F = "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"
G = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
H = "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f"
FIRST = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
SECOND = "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
INCLUSION = [
    (0, 1, []),
    (0, 8, [A, B, C]),
    (5, 8, [D, E, F]),
    (2, 3, [SECOND]),
    (1, 5, [FIRST, B, D]),
]
CONSISTENCY = [
    (1, 1, []),
    (1, 8, [A, B, C]),
    (6, 8, [G, E, F]),
    (2, 5, [B, D]),
    (6, 7, [G, H, F]),
]
DO_NOT_CARE_1, DO_NOT_CARE_2 = b"don't care 1", b"don't care 2"
ADDITIONAL = [
    (0, 0, [], DO_NOT_CARE_1, DO_NOT_CARE_2, False),
    (1, 1, [], DO_NOT_CARE_1, DO_NOT_CARE_2, False),
    (0, 0, [], DO_NOT_CARE_1, DO_NOT_CARE_1, True),
    (0, 1, [], DO_NOT_CARE_1, DO_NOT_CARE_2, False),
    (1, 1, [], DO_NOT_CARE_2, DO_NOT_CARE_2, True),
    (1, 0, [], DO_NOT_CARE_1, DO_NOT_CARE_2, False),
    (2, 1, [], DO_NOT_CARE_1, DO_NOT_CARE_2, False),
    (1, 2, [], DO_NOT_CARE_1, DO_NOT_CARE_2, False),
    (0, 0, [], EMPTY, DO_NOT_CARE_2, False),
    (1, 1, [], EMPTY, DO_NOT_CARE_2, False),
    (0, 0, [EMPTY], EMPTY, EMPTY, False),
    (0, 1, [EMPTY], EMPTY, EMPTY, False),
    (1, 1, [EMPTY], EMPTY, EMPTY, False),
]


def unhex(proof):
    return [bytes.fromhex(step) for step in proof]


def naive_root(hashes):
    """RFC 9162 §2.1.1, word for word."""
    if not hashes:
        return EMPTY
    if len(hashes) == 1:
        return hashes[0]
    k = half(len(hashes))
    left, right = naive_root(hashes[:k]), naive_root(hashes[k:])
    return hashlib.sha256(b"\x01" + left + right).digest()


def naive_path(m, hashes):
    """RFC 9162 §2.1.3.1, word for word."""
    if len(hashes) == 1:
        return []
    k = half(len(hashes))
    if m < k:
        return [*naive_path(m, hashes[:k]), naive_root(hashes[k:])]
    return [*naive_path(m - k, hashes[k:]), naive_root(hashes[:k])]


def naive_subproof(m, hashes, *, whole):
    """RFC 9162 §2.1.4.1, word for word."""
    if m == len(hashes):
        return [] if whole else [naive_root(hashes)]
    k = half(len(hashes))
    if m <= k:
        return [*naive_subproof(m, hashes[:k], whole=whole), naive_root(hashes[k:])]
    return [*naive_subproof(m - k, hashes[k:], whole=False), naive_root(hashes[:k])]


def half(n):
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def leaves(n):
    return [merkle.leaf_hash(b"leaf %d" % place) for place in range(n)]


def refuses(check, *asked):
    with pytest.raises(TrustError) as caught:
        check(*asked)
    assert caught.value.why is Why.BAD_PROOF
    assert caught.value.reason == "bad-proof"


def test_the_reference_tree_of_eight_has_its_published_roots():
    hashes = [merkle.leaf_hash(entry) for entry in ENTRIES]
    assert merkle.root_of([]) == EMPTY
    assert [merkle.root_of(hashes[:size]) for size in range(1, 9)] == ROOTS


@pytest.mark.parametrize(("index", "size", "proof"), INCLUSION)
def test_published_inclusion_proofs_hold_and_spoilt_ones_do_not(index, size, proof):
    hashes = [merkle.leaf_hash(entry) for entry in ENTRIES]
    path, leaf, root = unhex(proof), hashes[index], ROOTS[size - 1]
    assert merkle.inclusion_proof(hashes[:size], index) == path
    merkle.verify_inclusion(leaf, index, size, path, root)
    spoilt = [
        (leaf, index - 1, size, path, root),
        (leaf, (index - 1) % (1 << 64), size, path, root),
        (leaf, index + 1, size, path, root),
        (leaf, index ^ 2, size, path, root),
        (leaf, index, size * 2, path, root),
        (leaf, index, size // 2, path, root),
        (b"WrongLeaf", index, size, path, root),
        (leaf, index, size, path, EMPTY),
        (leaf, index, size, path, SOME),
        (leaf, index, size, path, b""),
        (leaf, index, size, [*path, b""], root),
        (leaf, index, size, [*path, root], root),
        (leaf, index, size, [b"", *path], root),
        (leaf, index, size, [root, *path], root),
        *((leaf, index, size, flip(path, place, 8), root) for place in range(len(path))),
    ]
    if path:
        spoilt.append((leaf, index, size, path[:-1], root))
        spoilt.append((leaf, index, size, [path[0], SOME, *path[1:]], root))
    for one in spoilt:
        refuses(merkle.verify_inclusion, *one)


@pytest.mark.parametrize(("size1", "size2", "proof"), CONSISTENCY)
def test_published_consistency_proofs_hold_and_spoilt_ones_do_not(size1, size2, proof):
    hashes = [merkle.leaf_hash(entry) for entry in ENTRIES]
    path, root1, root2 = unhex(proof), ROOTS[size1 - 1], ROOTS[size2 - 1]
    assert merkle.consistency_proof(hashes[:size2], size1) == path
    merkle.verify_consistency(size1, size2, path, root1, root2)
    if not path:
        return
    spoilt = [
        (size1 - 1, size2, path, root1, root2),
        (size1 + 1, size2, path, root1, root2),
        (size1 ^ 2, size2, path, root1, root2),
        (size1, size2 * 2, path, root1, root2),
        (size1, size2 // 2, path, root1, root2),
        (size1, size2, path, b"WrongRoot", root2),
        (size1, size2, path, root1, b"WrongRoot"),
        (size1, size2, path, root2, root1),
        (size1, size2, [], root1, root2),
        (size1, size2, path[:-1], root1, root2),
        *((size1, size2, [*path, more], root1, root2) for more in (b"", root1, root2)),
        *((size1, size2, [more, *path], root1, root2) for more in (b"", root1, root2, path[0])),
        *((size1, size2, flip(path, place, 16), root1, root2) for place in range(len(path))),
    ]
    for one in spoilt:
        refuses(merkle.verify_consistency, *one)


@pytest.mark.parametrize(("size1", "size2", "proof", "root1", "root2", "holds"), ADDITIONAL)
def test_the_published_edge_cases_are_judged_as_published(size1, size2, proof, root1, root2, holds):
    if holds:
        merkle.verify_consistency(size1, size2, proof, root1, root2)
    else:
        refuses(merkle.verify_consistency, size1, size2, proof, root1, root2)


@pytest.mark.parametrize("size2", [1, 2, 7, 8, 1 << 40])
def test_a_consistency_proof_from_size_nought_is_refused(size2):
    refuses(merkle.verify_consistency, 0, size2, [], EMPTY, SOME)
    refuses(merkle.verify_consistency, 0, size2, [SOME], EMPTY, SOME)
    refuses(merkle.consistency_proof, leaves(4), 0)


@pytest.mark.parametrize("bad", [-1, 1 << 63, 1 << 80, True, 1.0, "1", None])
def test_what_is_no_number_of_leaves_is_refused(bad):
    refuses(merkle.verify_inclusion, SOME, bad, 4, [SOME, SOME], SOME)
    refuses(merkle.verify_inclusion, SOME, 0, bad, [], SOME)
    refuses(merkle.verify_consistency, bad, 4, [SOME], SOME, SOME)
    refuses(merkle.verify_consistency, 1, bad, [SOME], SOME, SOME)


def test_a_single_leaf_is_its_own_root():
    leaf = merkle.leaf_hash(b"data")
    merkle.verify_inclusion(leaf, 0, 1, [], leaf)
    for one, root in ((leaf, b""), (b"", leaf), (b"", b"")):
        refuses(merkle.verify_inclusion, one, 0, 1, [], root)
    for index, size in ((0, 0), (1, 0), (1, 1), (2, 1)):
        refuses(merkle.verify_inclusion, leaf, index, size, [], leaf)


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_every_size_agrees_with_the_recursive_definition(data):
    size = data.draw(st.integers(1, 300))
    index = data.draw(st.integers(0, size - 1))
    first = data.draw(st.integers(1, size))
    hashes = leaves(size)
    root = merkle.root_of(hashes)
    assert root == naive_root(hashes)
    path = merkle.inclusion_proof(hashes, index)
    assert path == naive_path(index, hashes)
    merkle.verify_inclusion(hashes[index], index, size, path, root)
    proof = merkle.consistency_proof(hashes, first)
    assert proof == naive_subproof(first, hashes, whole=True)
    merkle.verify_consistency(first, size, proof, naive_root(hashes[:first]), root)


def test_every_pair_of_sizes_to_seventy_is_provable_and_no_other_pair_fits():
    hashes = leaves(70)
    roots = [merkle.root_of(hashes[:size]) for size in range(71)]
    for size2 in range(1, 71):
        for size1 in range(1, size2 + 1):
            proof = merkle.consistency_proof(hashes[:size2], size1)
            merkle.verify_consistency(size1, size2, proof, roots[size1], roots[size2])
            if size1 < size2:
                refuses(
                    merkle.verify_consistency, size1, size2, proof, roots[size1 - 1], roots[size2]
                )


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 200), st.data())
def test_no_changed_proof_is_believed(size, data):
    hashes = leaves(size)
    index = data.draw(st.integers(0, size - 1))
    path, root = merkle.inclusion_proof(hashes, index), merkle.root_of(hashes)
    other = data.draw(st.integers(0, size - 1).filter(lambda place: place != index or size == 1))
    if size > 1:
        refuses(merkle.verify_inclusion, hashes[other], index, size, path, root)
        place = data.draw(st.integers(0, len(path) - 1))
        bit = 1 << data.draw(st.integers(0, 7))
        refuses(merkle.verify_inclusion, hashes[index], index, size, flip(path, place, bit), root)


def flip(path, place, bit):
    changed = bytes([path[place][0] ^ bit]) + path[place][1:]
    return [*path[:place], changed, *path[place + 1 :]]


def test_a_refusal_is_a_trust_error():
    assert issubclass(Refused, TrustError)
