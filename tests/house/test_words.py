"""Words: one per thing, in two languages; and a sentence for every reason."""

import importlib
import re
from collections.abc import Mapping
from enum import Enum

import pytest
from babel.messages.pofile import read_po

from tests.house.source import ROOT, members, name_of

GLOSSARY = ROOT / "docs" / "glossary.md"
MUST_BE_THERE = {
    "申报": "declaration",
    "申报点": "office",
    "批": "batch",
    "车次": "load",
    "受理": "accept",
    "补正": "supplement",
    "不予受理": "refuse",
    "官方兽医": "official vet",
    "现场检疫": "inspection",
    "抽样": "sampling",
    "送样": "dispatch",
    "盲样号": "blind code",
    "实验室": "lab",
    "检测报告": "report",
    "检疫证明": "certificate",
    "号段": "segment",
    "作废": "void",
    "换证": "replace",
    "暂停": "suspend",
    "召回": "recall",
    "启运": "departure",
    "到达": "arrival",
    "苗种场": "hatchery",
    "塘口": "pond",
    "存塘": "stock",
    "监测": "surveillance",
    "管控区": "zone",
    "监管": "supervision",
}


def rows():
    found = re.findall(
        r"^\| *([^|]+?) *\| *([^|]+?) *\|", GLOSSARY.read_text("utf-8"), re.MULTILINE
    )
    return [row for row in found if row[0] != "中文" and not set(row[0]) <= {"-", ":"}]


def test_the_glossary_holds_every_term():
    listed = {word.strip(): english for chinese, english in rows() for word in chinese.split("·")}
    assert {zh: listed.get(zh) for zh in MUST_BE_THERE} == {
        zh: listed.get(zh)
        for zh in MUST_BE_THERE
        if listed.get(zh, "").startswith(MUST_BE_THERE[zh])
    }


def test_the_glossary_has_one_word_per_thing():
    chinese = [word.strip() for zh, _english in rows() for word in zh.split("·")]
    assert sorted({word for word in chinese if chinese.count(word) > 1}) == []


def modules_with_rules():
    return sorted(name_of(path) for path in members("rules"))


@pytest.mark.parametrize("name", modules_with_rules())
def test_every_reason_has_its_sentence(name):
    """A mapping called SENTENCES, or ending so, covers every member of the enum it is keyed by."""
    module = importlib.import_module(name)
    for attribute, mapping in vars(module).items():
        if not (attribute.endswith("SENTENCES") and isinstance(mapping, Mapping) and mapping):
            continue
        kinds = {type(key) for key in mapping}
        assert all(issubclass(kind, Enum) for kind in kinds), f"{name}.{attribute}"
        whole = {member for kind in kinds for member in kind}
        assert whole - set(mapping) == set(), f"{name}.{attribute}"
        assert all(str(sentence).strip() for sentence in mapping.values()), f"{name}.{attribute}"


@pytest.mark.parametrize("name", modules_with_rules())
def test_every_enum_of_reasons_has_sentences(name):
    module = importlib.import_module(name)
    keyed = {
        type(key)
        for attribute, mapping in vars(module).items()
        if attribute.endswith("SENTENCES") and isinstance(mapping, Mapping)
        for key in mapping
    }
    own = {
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, Enum)
        and value.__module__ == name
        and value.__name__.endswith("Reason")
    }
    assert own - keyed == set()


def test_nearly_every_sentence_has_its_english():
    """`make words` gathers them; a few are numerals, units or patterns and stay as they are."""
    with (ROOT / "aquacert/http/translations/en/LC_MESSAGES/messages.po").open("rb") as file:
        messages = [message for message in read_po(file, locale="en") if message.id]
    assert sum(bool(message.string) for message in messages) / len(messages) > 0.9


def test_translations_keep_their_places_to_fill_in():
    def places(text):
        return sorted(re.findall(r"%\(\w+\)\w|\{\w*\}", text))

    with (ROOT / "aquacert/http/translations/en/LC_MESSAGES/messages.po").open("rb") as file:
        messages = [message for message in read_po(file, locale="en") if message.string]
    assert [m.id for m in messages if places(m.id) != places(m.string)] == []
