"""The feed core's pure parts: fold and rank, spools, mended files."""

from __future__ import annotations

import io
import json
import os
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aquacert.kernel.errors import Invalid
from aquacert.surveillance.parsers import spool as spools
from aquacert.surveillance.parsers.cells import csv_rows
from aquacert.surveillance.parsers.mending import mended
from aquacert.surveillance.parsers.shape import Asked, BadRow, Code, Kind, Opened, Row, report
from aquacert.surveillance.parsers.spool import Spool, stretches
from aquacert.surveillance.rules.events import (
    canonical,
    count_of,
    difference,
    folded,
    search_words,
)
from tests.make.feeds import lines, read, said

TODAY = date(2026, 5, 9)
plain = st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from(["", "x", "确认"])
reports = st.lists(
    st.builds(
        lambda values, version: report(Kind.EVENT, "k", values, version),
        st.dictionaries(st.sampled_from(["a", "b", "status", "species:shrimp"]), plain, max_size=4),
        st.none() | st.integers(0, 2),
    ),
    max_size=6,
)


@settings(max_examples=150, deadline=None)
@given(reports, st.randoms(use_true_random=False))
def test_a_fold_is_the_same_whatever_came_first(found, chance):
    other = list(found)
    chance.shuffle(other)
    one = folded((each.rank, each.values) for each in found)
    two = folded((each.rank, each.values) for each in [*other, *found[:2]])
    assert canonical(one) == canonical(two)


def test_a_version_outranks_every_day_and_counts_of_species_are_summed():
    late = report(Kind.EVENT, "k", {"reported_on": "2026-05-08"})
    first = report(Kind.EVENT, "k", {"reported_on": "2026-01-01"}, 9)
    second = report(Kind.EVENT, "k", {"reported_on": "2025-01-01"}, 10)
    assert late.rank < first.rank < second.rank
    values = {"species:shrimp": {"cases": 3, "deaths": None}, "species:crab": {"cases": 4}}
    assert (count_of(values, "cases"), count_of(values, "deaths")) == (7, None)
    assert count_of(values | {"cases": 1}, "cases") == 1
    assert count_of({"cases": True}, "cases") is None


def test_true_is_not_one_and_a_blank_is_not_absent_to_the_content():
    assert difference({"a": True}, {"a": 1}) == {"a": [True, 1]}
    assert difference({"a": {"n": 1}}, {"a": {"n": 1}}) == {}
    assert difference({}, {"a": None}) == {}
    assert search_words({"disease": "White  Spot", "locality": "六合 区"}) == "whitespot 六合区"


@pytest.mark.parametrize("most", [2, 1000])
def test_a_spool_gives_the_same_from_memory_and_from_disk(monkeypatch, tmp_path, most):
    monkeypatch.setattr(spools, "MOST_IN_MEMORY", most)
    monkeypatch.setattr(spools, "FLUSH", 2)
    data = lines(
        said("b", cases=1), said("a", "figure", period="2026-04"), said("b", cases=2),
        said("é"), said("Z"), said("a", cases="many"), said("a", reported_on="2026-05-01"),
    )  # fmt: skip
    with Spool(read(io.BytesIO(data), Asked(TODAY)), tmp_path) as spool:
        places = [(one.place, [each.line for each in one.entries]) for one in spool.groups()]
        assert places == [
            (("event", "Z"), [5]),
            (("event", "a"), [7]),
            (("event", "b"), [1, 3]),
            (("event", "é"), [4]),
            (("figure", "a"), [2]),
        ]
        assert [one.key for one in spool.groups(("event", "b"))] == ["é", "a"]
        assert [(one.line, one.bad is None) for one in spool.raws(5)] == [(6, False), (7, True)]
        assert (spool.rows, spool.said, spool.bad, spool.newest) == (7, 6, 1, "2026-05-01")
        assert spool.holds(Kind.EVENT, "Z")
        assert not spool.holds(Kind.FIGURE, "Z")
        assert [len(one) for one in stretches(spool.groups(), 3, weigh=1)] == [3, 2]
    assert list(tmp_path.iterdir()) == []


def test_a_table_is_mended_row_by_row_and_every_other_row_stays_on_its_line():
    table = 'a;b\n\n"1\n1";x\n2;y\n3;z\n'.encode("gb18030")
    rows = {3: json.dumps(["9", 'neu "zwei"']), 6: json.dumps([3, None])}
    with mended(io.BytesIO(table), rows) as file:
        found = file.read().decode()
    assert found == 'a;b\n\n9;"neu ""zwei"""\n\n2;y\n3;\n'
    with pytest.raises(Invalid, match="来源"):
        mended(io.BytesIO(b'{"list": []}'), {1: "[1]"})
    for now in ("no json", '{"a": 1}'):
        with pytest.raises(Invalid) as refused:
            mended(io.BytesIO(table), {3: now})
        assert refused.value.fields["mended"]


def test_a_spool_of_few_heavy_rows_lies_on_disk_and_old_ones_are_thrown_away(monkeypatch, tmp_path):
    left, fresh = tmp_path / "feed-left", tmp_path / "feed-fresh"
    for one in (left, fresh):
        one.mkdir()
        (one / "rows").write_bytes(b"x")
    os.utime(left, (1, 1))
    monkeypatch.setattr(spools, "HEAVY", 100)
    rows = (Row(line, "x" * 60, BadRow(Code.TEXT, "", "")) for line in range(1, 4))
    with Spool(Opened("", rows), tmp_path) as spool:
        assert [one.line for one in spool.raws()] == [1, 2, 3]
        assert len(list(tmp_path.glob("feed-*"))) == 2  # its own and the fresh one
    assert list(tmp_path.iterdir()) == [fresh]


def test_a_head_as_wide_as_no_table_is_refused():
    with pytest.raises(Invalid, match="6001 列"):
        list(csv_rows(io.BytesIO(b"a" + b",b" * 6_000 + b"\n")))
