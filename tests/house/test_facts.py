"""Audit facts: each with a tag of its own and a title a person can read."""

import importlib
import re
from collections import Counter

from aquacert.kernel.audit import Fact
from tests.house.source import name_of, sources, tree


def facts():
    """Every kind of fact the program can record."""
    for path in sources():
        if "Fact" in {getattr(node, "id", "") for node in walk_bases(path)}:
            importlib.import_module(name_of(path))
    found, waiting = [], [Fact]
    while waiting:
        kinds = waiting.pop().__subclasses__()
        found += [kind for kind in kinds if kind.__module__.startswith(("aquacert", "labs"))]
        waiting += kinds
    return found


def walk_bases(path):
    for node in tree(path).body:
        yield from getattr(node, "bases", [])


def test_every_fact_has_a_tag_spelt_room_thing_act():
    assert [
        f"{kind.__module__}.{kind.__name__}: {kind.tag!r}"
        for kind in facts()
        if not re.fullmatch(r"[a-z]+:[a-z_-]+:[a-z_-]+", kind.tag)
    ] == []


def test_a_fact_is_tagged_with_its_own_room():
    """`labs` counts as one room."""
    assert [
        f"{kind.__module__}.{kind.__name__}: {kind.tag}"
        for kind in facts()
        if kind.tag.split(":")[0] not in kind.__module__.split(".")
    ] == []


def test_no_two_facts_share_a_tag():
    counted = Counter(kind.tag for kind in facts())
    assert [tag for tag, times in counted.items() if times > 1] == []


def test_every_fact_has_a_title_in_chinese():
    assert [
        f"{kind.__module__}.{kind.__name__}"
        for kind in facts()
        if not re.search(r"[\u4e00-\u9fff]", kind.title)
    ] == []
