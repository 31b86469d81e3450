"""A whole case as one ZIP: every file of it, a list of digests, and a page for people to begin at.

Equal cases are equal bytes: every entry carries one fixed time, names come in one order, and
nothing in it says when or by whom it was made. Files are written one after another, so that a large
case is never whole in memory.
"""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from html import escape
from itertools import count
from typing import IO, Any, Final

FORMAT: Final = "aquacert-case"
VERSION: Final = 1
FIXED: Final = (2000, 1, 1, 0, 0, 0)
PACKED: Final = frozenset({".json", ".jsonl", ".html", ".txt", ""})
"""Endings worth compressing; pictures, PDF and Word files are compressed already."""
UNSAFE: Final = re.compile(
    '[\x00-\x1f\x7f\\\\:*?"<>|\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]'
)
"""What some system cannot have in a file's name, or hides in one."""
MANIFEST, SUMS, INDEX = "manifest.json", "SHA256SUMS", "index.html"
STYLE: Final = (
    "body{font:16px/1.6 'Noto Sans SC','Microsoft YaHei',sans-serif;max-width:60em;margin:2em auto;"
    "padding:0 1em;color:#16262b}table{border-collapse:collapse;width:100%}td,th{border:1px solid"
    " #9db3b8;padding:.3em .6em;text-align:left}code{font-size:.75em;word-break:break-all}"
    "h2{margin-top:1.6em}.demo{color:#b3261e;font-weight:700}"
)


@dataclass(frozen=True)
class Entry:
    """One file of the case: where it lies in the archive, what it is, how to read it."""

    path: str
    title: str
    read: Callable[[], bytes]


@dataclass(frozen=True)
class CaseFacts:
    """What the archive says about itself and the case."""

    number: str
    office: str
    farm: str
    state: str
    is_demo: bool
    audit_entries: int
    chains: tuple[tuple[str, int, int], ...]
    """(chain, first and last position of the extract)"""


Sources = Sequence[Entry]


@dataclass(frozen=True)
class Listed:
    """A file that was written: its place, title, size and SHA-256 (hex)."""

    path: str
    title: str
    size: int
    sha256: str


def write_case(facts: CaseFacts, entries: Sources, out: IO[bytes]) -> list[Listed]:
    """Write the archive to `out` and return what it holds, the three lists not counted."""
    listed: list[Listed] = []
    with zipfile.ZipFile(out, "w", allowZip64=True) as archive:
        for one in sorted(entries, key=lambda entry: entry.path):
            data, path = one.read(), _place(one.path, {kept.path for kept in listed})
            _put(archive, path, data)
            digest = hashlib.sha256(data).hexdigest()
            listed.append(Listed(path, one.title, len(data), digest))
        manifest = json.dumps(_manifest(facts, listed), ensure_ascii=False, indent=1)
        _put(archive, MANIFEST, manifest.encode())
        page = _index(facts, listed).encode()
        _put(archive, INDEX, page)
        sums = [f"{one.sha256}  {one.path}\n" for one in listed]
        sums.append(f"{hashlib.sha256(page).hexdigest()}  {INDEX}\n")
        sums.append(f"{hashlib.sha256(manifest.encode()).hexdigest()}  {MANIFEST}\n")
        _put(archive, SUMS, "".join(sums).encode())
    return listed


def _place(path: str, taken: Container[str]) -> str:
    """Return where a file lies: inside the archive, and nowhere that another lies.

    Numbers come from several houses; whoever unpacks the archive is led to no other folder by one.
    """
    parts = [UNSAFE.sub("_", part) for part in path.split("/")]
    name = "/".join("_" if part.strip(". ") == "" else part for part in parts)
    stem, dot, ending = name.rpartition(".")
    places = (f"{stem or ending}-{at}{dot}{ending if stem else ''}" for at in count(2))
    return name if name not in taken else next(one for one in places if one not in taken)


def _put(archive: zipfile.ZipFile, path: str, data: bytes) -> None:
    entry = zipfile.ZipInfo(path, FIXED)
    entry.create_system, entry.external_attr = 3, 0o644 << 16
    ending = path[path.rfind(".") :] if "." in path else ""
    entry.compress_type = zipfile.ZIP_DEFLATED if ending in PACKED else zipfile.ZIP_STORED
    archive.writestr(entry, data)


def _manifest(facts: CaseFacts, listed: Sequence[Listed]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "version": VERSION,
        "declaration": facts.number,
        "office": facts.office,
        "farm": facts.farm,
        "state": facts.state,
        "is_demo": facts.is_demo,
        "audit": {
            "entries": facts.audit_entries,
            "chains": [
                {"chain": chain, "first": first, "last": last}
                for chain, first, last in facts.chains
            ],
        },
        "files": [
            {"path": one.path, "title": one.title, "size": one.size, "sha256": one.sha256}
            for one in listed
        ],
    }


def _index(facts: CaseFacts, listed: Sequence[Listed]) -> str:
    groups: dict[str, list[Listed]] = {}
    for one in listed:
        groups.setdefault(one.path.split("/")[0], []).append(one)
    parts = [
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">',
        f"<title>整案档案 {escape(facts.number)}</title><style>{STYLE}</style></head><body>",
        f"<h1>整案档案 {escape(facts.number)}</h1>",
        '<p class="demo">演示样张·无效</p>' if facts.is_demo else "",
        f"<p>{escape(facts.office)} · {escape(facts.farm)} · {escape(facts.state)}</p>",
        (
            f"<p>共 {len(listed)} 个文件。各文件的 SHA-256 摘要在 <code>{SUMS}</code>，可用"
            f" <code>sha256sum -c {SUMS}</code> 核对；机器可读的清单在 <code>{MANIFEST}</code>。"
            "申请归档这件事本身的记录不在本档案的审计摘录里。</p>"
        ),
    ]
    for group, files in groups.items():
        parts.append(f"<h2>{escape(group.partition('-')[2] or group)}</h2><table>")
        parts.append("<tr><th>文件</th><th>字节</th><th>SHA-256</th></tr>")
        parts += [
            f'<tr><td><a href="{escape(one.path, quote=True)}">{escape(one.title)}</a></td>'
            f"<td>{one.size}</td><td><code>{one.sha256}</code></td></tr>"
            for one in files
        ]
        parts.append("</table>")
    return "\n".join([*(part for part in parts if part), "</body></html>\n"])
