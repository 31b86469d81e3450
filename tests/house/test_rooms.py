"""The rooms: each one listed, described, and cut into the same parts as the others."""

import ast
import re

import pytest

from tests.house.source import ROOT, contracts, layer_names, name_of, sources, tree

ROAD = layer_names(contracts()["Rooms follow the certificate's road"])
WITHOUT_THE_CAST = {
    "aquacert.demo": "a story, not a room",
    "aquacert.certificates": "has rooms of its own and a contract of its own",
    "aquacert.http": "glue: no models, no commands",
    "aquacert.trust": "pure: keys and proofs",
    "aquacert.kernel": "below every room",
}
DRAWERS = {"utils", "util", "helpers", "helper", "misc", "manager", "common", "base", "stuff"}


def packages(folder):
    return {f"{folder}.{path.parent.name}" for path in (ROOT / folder).glob("*/__init__.py")}


def test_every_room_is_listed_in_the_road():
    assert packages("aquacert") - set(ROAD) == set()


def test_every_listed_room_exists():
    rooms = {name for name in ROAD if name.count(".") == 1} - {"aquacert.app", "aquacert.cli"}
    assert rooms - packages("aquacert") == set()


def test_every_room_is_cut_into_the_same_parts():
    listed = set(contracts()["Inside a room"]["containers"])
    rooms = packages("aquacert") | packages("labs")
    assert rooms - listed - set(WITHOUT_THE_CAST) == set()


def test_the_map_names_the_rooms_in_the_order_of_the_road():
    text = ast.get_docstring(tree(ROOT / "aquacert/__init__.py")) or ""
    listed = re.findall(r"^ {4}\(?(\w+)\)? {2,}", text, re.MULTILINE)
    short = [name.removeprefix("aquacert.") for name in ROAD]
    assert sorted(listed) == sorted(short)
    assert [name for name in listed if name not in {"app", "cli", "demo"}] == [
        name for name in short if name not in {"app", "cli", "demo"}
    ]


@pytest.mark.parametrize("folder", ["aquacert", "labs"])
def test_every_package_says_what_it_is(folder):
    silent = [
        name_of(path)
        for path in (ROOT / folder).glob("**/__init__.py")
        if not ast.get_docstring(tree(path))
    ]
    assert silent == []


def test_there_are_no_drawers():
    assert [name_of(path) for path in sources() if path.stem in DRAWERS] == []
