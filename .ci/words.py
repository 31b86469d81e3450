"""Gather every Chinese sentence of the program into the English catalogue, and compile it.

Usage: make words (gather, report what has no English yet, compile) · .ci/words.py --compile.
Sentences come from templates (`{{ _('…') }}`) and from every Chinese string in the code: the
kernel, rules and commands hold plain sentences that the doors translate when they show them.
"""

import ast
import csv
import itertools
import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

ROOT = Path(__file__).resolve().parent.parent
ENGLISH = ROOT / "aquacert/http/translations/en/LC_MESSAGES/messages.po"
CHINESE = re.compile(r"[\u3400-\u9fff]")
PATTERN = re.compile(r"\\[dws.]|\(\?|%-?[Ym]|\][+*{]|\w\|\w|\|\[")
"""What is a regular expression or a date format and no sentence."""
LETTERS = re.compile(
    r"[-{}.\d 〇零一二三四五六七八九十百千万亿两億萬壹贰貳叁肆伍陆陸柒捌玖拾佰仟负]+|京津沪\w+|示"
)
"""What a number or a plate is written with; `http.sentences` says 50 万 in digits."""
ALWAYS_CHINESE = {"documents", "parsers", "demo", "guess"}
"""Statutory forms, instrument files, the demo's story and the headings that others give their
columns are Chinese whoever reads them."""
SPOKEN = (
    *ROOT.glob("aquacert/surveillance/parsers/*.py"),
    ROOT / "aquacert/surveillance/documents/giveback.py",
)
"""Whose sentences pages show: why a file or row is refused, what goes out."""
HEADINGS = re.compile(r"[a-z_\d]+(?: \w+)+")
"""How others head one column, in their several ways: event_id 编号 事件编号."""
OPTIONS = {"extensions": "jinja2.ext.i18n,jinja2.ext.do", "silent": "false"}


def in_code(path: Path) -> Iterator[str]:
    """Chinese strings of a Python file, docstrings apart; of an f-string its shape: 还有 {0} 孔."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    apart = {
        id(part)
        for node in ast.walk(tree)
        for part in (
            [node.value]
            if isinstance(node, ast.Expr)
            else node.values
            if isinstance(node, ast.JoinedStr)
            else []
        )
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in apart:
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield from shape(node)


def shape(node: ast.JoinedStr) -> Iterator[str]:
    """An f-string with its values numbered; `http.sentences` knows the finished sentence by it."""
    words = [part.value for part in node.values if isinstance(part, ast.Constant)]
    if not any("{" in str(word) or "}" in str(word) for word in words):
        places = itertools.count()
        yield "".join(
            str(part.value) if isinstance(part, ast.Constant) else f"{{{next(places)}}}"
            for part in node.values
        )


def in_template(path: Path) -> Iterator[str]:
    """Messages that a template marks."""
    found = babel_extract(BytesIO(path.read_bytes()), ("_", "gettext", "ngettext"), [], OPTIONS)
    for _line, _function, said, _comments in found:
        messages = said if isinstance(said, tuple) else (said,)
        yield from (message for message in messages if message)


def is_sentence(message: str) -> bool:
    """Whether it is Chinese, and neither a pattern nor what a number is written with."""
    if PATTERN.search(message) or LETTERS.fullmatch(message):
        return False
    return CHINESE.search(message) is not None


def gather() -> Catalog:
    """Everything to be translated, with the files it stands in."""
    catalogue = Catalog(project="aquacert", charset="utf-8")
    sources = [
        *(
            (path, in_code)
            for folder in ("aquacert", "labs")
            for path in ROOT.glob(f"{folder}/**/*.py")
        ),
        *((path, in_template) for path in ROOT.glob("templates/**/*.html")),
    ]
    for path, read in sorted(sources, key=lambda pair: pair[0]):
        if ALWAYS_CHINESE & {*path.relative_to(ROOT).parts, path.stem} and path not in SPOKEN:
            continue
        for message in read(path):
            if path in SPOKEN and HEADINGS.fullmatch(message):
                continue
            if is_sentence(message):
                catalogue.add(message, locations=[(path.relative_to(ROOT).as_posix(), 0)])
    return catalogue


def names() -> Iterator[tuple[str, str]]:
    """Diseases and species as the reference data call them in both languages."""
    for name in ("diseases", "species"):
        with (ROOT / f"seed_data/{name}.csv").open(encoding="utf-8", newline="") as file:
            yield from ((row["name_zh"], row["name_en"]) for row in csv.DictReader(file))


SHOWN = (
    ("checklists", ("ask", "normal", "unit")),
    ("purpose_asks", ("label_zh",)),
    ("draw_weights", ("name_zh",)),
    ("evidence", ("name_zh",)),
    ("rules", ("name_zh",)),
    ("risk_weights", ("name_zh",)),
)
"""Columns of the reference data that pages show; articles and sources are quoted as they are."""


def shown() -> Iterator[str]:
    """What the reference data have pages show: a check's points and menus, a rule's name."""
    for name, columns in SHOWN:
        for row in table(name):
            yield from (row[column] or "" for column in columns)
    for row in table("checklists"):
        yield from (option.partition(":")[2] for option in row["options"].split("|"))


def table(name: str) -> list[dict[str, str]]:
    """One table of the reference data."""
    with (ROOT / f"seed_data/{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def load() -> Catalog:
    """The English catalogue as it stands; an empty one if there is none."""
    if not ENGLISH.exists():
        return Catalog(locale="en", project="aquacert", charset="utf-8")
    with ENGLISH.open("rb") as file:
        return read_po(file, locale="en")


def compile_catalogue(catalogue: Catalog) -> None:
    """Write the compiled catalogue beside the text."""
    ENGLISH.parent.mkdir(parents=True, exist_ok=True)
    with ENGLISH.with_suffix(".mo").open("wb") as file:
        write_mo(file, catalogue)


def main(arguments: list[str]) -> None:
    """Gather unless asked to compile only; always compile."""
    catalogue = load()
    if "--compile" not in arguments:
        found = gather()
        for chinese, _english in names():
            found.add(chinese, locations=[("seed_data", 0)])
        for chinese in filter(CHINESE.search, shown()):
            found.add(chinese, locations=[("seed_data", 0)])
        catalogue.update(found, no_fuzzy_matching=True)
        for chinese, english in names():
            catalogue[chinese].string = catalogue[chinese].string or english
        catalogue.obsolete.clear()
        ENGLISH.parent.mkdir(parents=True, exist_ok=True)
        with ENGLISH.open("wb") as file:
            write_po(
                file, catalogue, width=100, sort_output=True, include_lineno=False, omit_header=True
            )
        bare = [message for message in catalogue if message.id and not message.string]
        print(f"words: {len(catalogue)} sentences, {len(bare)} without English")
    compile_catalogue(catalogue)


if __name__ == "__main__":
    main(sys.argv[1:])
