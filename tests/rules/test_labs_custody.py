"""A chain of custody holds only as it was written: every change, gap, swap or cut is found."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.custody.rules import (
    ACT_WORDS,
    GENESIS,
    PUBLIC_FACTS,
    SENTENCES,
    Act,
    Anchor,
    Break,
    Link,
    Reason,
    breaks,
    private_digest,
    sealed,
    unknown_facts,
)

START = datetime(2026, 5, 9, 1, 42, tzinfo=UTC)
WORDS = st.text(alphabet="鳃好A1-", min_size=0, max_size=5)
SALT = "0" * 32


def made(code, facts):
    """A chain of these (act, holder, public, seal) facts."""
    links, previous = [], GENESIS
    for n, (act, holder, word, seal) in enumerate(facts, start=1):
        private = {"seal": seal, "salt": SALT} if seal else None
        link = Link(
            code,
            n,
            START + timedelta(minutes=n),
            act,
            holder,
            {"condition": word},
            private_digest(private),
            previous,
        )
        links.append(sealed(link))
        previous = links[-1].hash
    return links


chains = st.lists(
    st.tuples(st.sampled_from([a.value for a in Act]), WORDS, WORDS, WORDS), min_size=1, max_size=6
).map(lambda facts: made("AB-01", facts))


def judged(links, kept):
    """Judge `links` by what was anchored when `kept` was written."""
    anchors = [Anchor(link.code, link.sequence, link.hash) for link in kept]
    return breaks("AB-01", links, anchors, (kept[-1].sequence, kept[-1].hash))


@given(chains)
def test_an_untouched_chain_holds(chain):
    assert judged(chain, chain) == ()


OTHER = {
    "code": "AB-02",
    "sequence": 99,
    "at": START,
    "act": "altered",
    "holder": "别人",
    "public": {"condition": "另一个"},
    "private_digest": "f" * 64,
    "previous": "e" * 64,
    "hash": "d" * 64,
}


@given(chains, st.data(), st.booleans())
def test_any_changed_field_of_any_link_is_found_even_when_all_hashes_are_made_again(
    chain, data, rehash
):
    place = data.draw(st.integers(0, len(chain) - 1))
    name = data.draw(st.sampled_from([f.name for f in fields(Link)]))
    forged = list(chain)
    forged[place] = replace(chain[place], **{name: OTHER[name]})
    if rehash and name != "hash":
        previous = forged[place].previous
        for n in range(place, len(forged)):
            forged[n] = sealed(replace(forged[n], previous=previous))
            previous = forged[n].hash
    found = judged(forged, chain)
    assert found
    assert all(one.sentence for one in found)
    if not rehash:
        assert chain[place].sequence in {b.sequence for b in found}


@given(chains, st.data(), st.booleans())
def test_a_chain_rewritten_with_its_head_and_anchored_anew_is_found_where_it_was_rewritten(
    chain, data, before
):
    """The trail can be added to, not changed: whoever rewrites a link must leave both digests."""
    place = data.draw(st.integers(0, len(chain) - 1))
    forged, previous = list(chain), chain[place].previous
    forged[place] = replace(chain[place], holder="别人")
    for n in range(place, len(forged)):
        forged[n] = sealed(replace(forged[n], previous=previous))
        previous = forged[n].hash
    true, false = (
        [Anchor(one.code, one.sequence, one.hash) for one in some] for some in (chain, forged)
    )
    anchors = false + true if before else true + false
    found = breaks("AB-01", forged, anchors, (forged[-1].sequence, forged[-1].hash))
    assert found[0] == Break("AB-01", place + 1, Reason.ANCHOR_DIFFERS)


@given(chains, st.data())
def test_a_link_taken_out_is_named_by_its_number(chain, data):
    place = data.draw(st.integers(0, len(chain) - 1))
    found = judged([*chain[:place], *chain[place + 1 :]], chain)
    assert (place + 1, Reason.MISSING) in {(b.sequence, b.reason) for b in found}


@given(chains, st.data())
def test_a_tail_cut_off_is_found_even_when_the_head_is_set_back(chain, data):
    keep = data.draw(st.integers(0, len(chain) - 1))
    cut = chain[:keep]
    head = (cut[-1].sequence, cut[-1].hash) if cut else None
    anchors = [Anchor(link.code, link.sequence, link.hash) for link in chain]
    found = breaks("AB-01", cut, anchors, head)
    assert [b.sequence for b in found if b.reason is Reason.MISSING] == list(
        range(keep + 1, len(chain) + 1)
    )


@given(chains, st.data())
def test_links_in_another_order_are_found(chain, data):
    order = data.draw(st.permutations(range(len(chain))))
    if list(order) == list(range(len(chain))):
        return
    assert judged([chain[n] for n in order], chain)


@given(chains, st.data())
def test_a_link_put_in_is_found(chain, data):
    place = data.draw(st.integers(0, len(chain)))
    previous = chain[place - 1].hash if place else GENESIS
    forged = sealed(Link("AB-01", place + 1, START, "received", "别人", {}, "", previous))
    assert judged([*chain[:place], forged, *chain[place:]], chain)
    assert judged([*chain[:place], chain[max(place - 1, 0)], *chain[place:]], chain)


@given(chains, chains)
def test_the_chains_of_two_samples_exchanged_are_found(one, other):
    two = made("AB-02", [(link.act, link.holder, link.public["condition"], "") for link in other])
    assert judged(two, one)
    renamed = []
    previous = GENESIS
    for link in two:
        renamed.append(sealed(replace(link, code="AB-01", previous=previous)))
        previous = renamed[-1].hash
    assert bool(judged(renamed, one)) is ([x.hash for x in renamed] != [x.hash for x in one])


def test_a_chain_that_nobody_anchored_and_an_anchor_without_a_chain_are_found():
    chain = made("AB-01", [("taken", "渔业官方兽医", "", "")])
    found = breaks("AB-01", chain, [], (1, chain[0].hash))
    assert [b.reason for b in found] == [Reason.UNANCHORED]
    found = breaks("AB-01", [], [Anchor("AB-01", 1, chain[0].hash)], None)
    assert [b.reason for b in found] == [Reason.MISSING]
    assert breaks("AB-01", [], [], None) == ()


def test_private_facts_need_a_salt_and_show_nothing():
    with pytest.raises(ValueError, match="salt"):
        private_digest({"seal": "F000001"})
    digest = private_digest({"seal": "F000001", "salt": SALT})
    assert "F000001" not in digest
    assert digest != private_digest({"seal": "F000001", "salt": "1" * 32})
    assert private_digest(None) == private_digest({}) == ""


def test_only_facts_that_somebody_thought_of_are_shown():
    assert unknown_facts({"condition": "good", "seal": "F1", "pond": "3"}) == ["pond", "seal"]
    names = ("farm", "hatch", "seal", "pond", "office", "county", "declar", "photo", "gps", "label")
    assert not [fact for fact in PUBLIC_FACTS if any(name in fact for name in names)]
    assert set(ACT_WORDS) == set(Act)
    assert set(SENTENCES) == set(Reason)
