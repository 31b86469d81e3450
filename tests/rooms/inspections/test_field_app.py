"""The app at the pond as files: every sentence exists and is used, every module is kept and small."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from aquacert.inspections.views.field import MODULES
from aquacert.inspections.views.fieldwords import WORDS

FOLDER = Path(__file__).parents[3] / "aquacert" / "http" / "static" / "js" / "field"
SOURCES = {path.stem: path.read_text("utf-8") for path in sorted(FOLDER.glob("*.js"))}
ALL = "\n".join(SOURCES.values())
MADE = re.compile(r"part_\w+|batch_\w+|state_\w+|why_\w+|camera_\w+|hint(_outside)?")
"""Keys that are put together from parts, as `part_${section}`."""


def test_every_module_is_kept_by_the_worker():
    assert sorted(SOURCES) == sorted(MODULES)


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_a_module_is_small_says_what_it_does_and_writes_no_html(name):
    text = SOURCES[name]
    assert text.startswith("/* ")
    assert len(text.splitlines()) <= 300
    assert (
        re.findall(r"innerHTML\s*=[^=]|outerHTML\s*=|insertAdjacentHTML|eval\(|\.style\b", text)
        == []
    )


def test_every_sentence_that_is_asked_for_exists():
    asked = set(re.findall(r'\bt\("(\w+)"', ALL))
    assert sorted(asked - set(WORDS)) == []


def test_every_sentence_is_asked_for():
    unused = [key for key in WORDS if f'"{key}"' not in ALL and not MADE.fullmatch(key)]
    assert unused == []


def test_every_value_of_a_sentence_is_given():
    """`%(n)s` stands in a sentence only where the script gives an `n` somewhere with its key."""
    wrong = []
    for key, sentence in WORDS.items():
        for place in re.findall(r"%\((\w+)\)s", str(sentence._args[0])):  # the Chinese source
            near = re.findall(rf'"{key}"[^\n]{{0,80}}\{{[^\n]*\b{place}\b', ALL)
            if not near and not MADE.fullmatch(key):
                wrong.append(f"{key}: {place}")
    assert wrong == []
