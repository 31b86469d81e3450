"""The chain of one sample from taking to destruction: what a link is, and how tampering is found.

A link's hash covers its whole content and the hash before it. The last hash is also kept in the
sample's head and, link by link, in the audit trail, so a table rewritten from end to end, a tail
cut off or the rows of two samples exchanged do not agree with what stands elsewhere. Facts that
could name a farm (seal, photograph, place) enter as a salted digest only: the laboratory verifies
the chain and learns nothing; whoever keeps facts and salt can prove them.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum

GENESIS = "0" * 64
SALT_LETTERS = 32


class Act(StrEnum):
    """What happened to a sample, or to whom it went."""

    TAKEN = "taken"
    SEALED = "sealed"
    HANDED_OVER = "handed_over"
    SHIPPED = "shipped"
    TEMPERATURE = "temperature"
    RECEIVED = "received"
    OPENED = "opened"
    ALIQUOTED = "aliquoted"
    POOLED = "pooled"
    TESTED = "tested"
    STORED = "stored"
    DESTROYED = "destroyed"
    REJECTED = "rejected"


ACT_WORDS: Mapping[Act, str] = {
    Act.TAKEN: "抽样",
    Act.SEALED: "封样",
    Act.HANDED_OVER: "交接",
    Act.SHIPPED: "送出",
    Act.TEMPERATURE: "途中温度",
    Act.RECEIVED: "收样",
    Act.OPENED: "开封",
    Act.ALIQUOTED: "分样",
    Act.POOLED: "混样",
    Act.TESTED: "检测",
    Act.STORED: "留样",
    Act.DESTROYED: "销毁",
    Act.REJECTED: "拒收或缺失",
}

PUBLIC_FACTS: Mapping[str, str] = {
    "box": "箱号",
    "carrier": "送样方式",
    "condition": "收样状态",
    "count": "数量",
    "disease": "疫病",
    "file": "文件 SHA-256",
    "high": "最高",
    "individuals": "个体数",
    "instrument": "仪器",
    "kept_until": "保存到",
    "lab": "实验室",
    "life_stage": "生长阶段",
    "lot": "试剂批号",
    "low": "最低",
    "matrix": "样品",
    "members": "成员数",
    "method": "方法",
    "minutes": "超限分钟",
    "nonconformity": "不符合项",
    "outcome": "结果",
    "place": "存放位置",
    "plate": "板号",
    "pool": "混样号",
    "preservation": "保存方式",
    "reason": "原因",
    "replaces": "更正第几条",
    "report": "报告号",
    "rows": "读数",
    "run": "运行",
    "species": "品种",
    "temperature": "温度",
    "volume": "体积",
    "water_temperature": "水温",
    "well": "孔位",
    "with": "第二人岗位",
}
"""The only facts a link may show. Whoever adds one has thought of the farm it must not name."""


class Reason(StrEnum):
    """Why a chain does not hold."""

    MISSING = "missing"
    EXTRA = "extra"
    ORDER = "order"
    FOREIGN = "foreign"
    UNLINKED = "unlinked"
    CHANGED = "changed"
    UNANCHORED = "unanchored"
    ANCHOR_DIFFERS = "anchor_differs"
    HEAD_DIFFERS = "head_differs"


SENTENCES: Mapping[Reason, str] = {
    Reason.MISSING: "这一条不见了：审计记录里有，链里没有",
    Reason.EXTRA: "这一条出现了两次",
    Reason.ORDER: "序号接不上",
    Reason.FOREIGN: "这一条写的是另一份样品",
    Reason.UNLINKED: "与前一条接不上",
    Reason.CHANGED: "内容被改过",
    Reason.UNANCHORED: "这一条在审计记录里没有",
    Reason.ANCHOR_DIFFERS: "与审计记录里的摘要不符",
    Reason.HEAD_DIFFERS: "链头与最后一条不符",
}


@dataclass(frozen=True, slots=True)
class Link:
    """One fact of a chain. `at` is an aware instant; `hash` covers everything else."""

    code: str
    sequence: int
    at: datetime
    act: str
    holder: str
    public: Mapping[str, str] = field(default_factory=dict)
    private_digest: str = ""
    previous: str = GENESIS
    hash: str = ""


@dataclass(frozen=True, slots=True)
class Anchor:
    """What the audit trail says of one link."""

    code: str
    sequence: int
    hash: str


@dataclass(frozen=True, slots=True)
class Break:
    """Where a chain does not hold (sequence number; 0 = the head), and why."""

    code: str
    sequence: int
    reason: Reason

    @property
    def sentence(self) -> str:
        """One Chinese sentence for people."""
        where = f"第 {self.sequence} 条" if self.sequence else "链头"
        return f"{self.code} {where}：{SENTENCES[self.reason]}。"


def canonical(value: object) -> str:
    """Return the one spelling of a JSON value that digests are taken of (sorted, compact)."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def link_hash(link: Link) -> str:
    """Return the SHA-256 (hex) of everything in the link but its own hash."""
    body = {
        "code": link.code,
        "sequence": link.sequence,
        "at": link.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "act": str(link.act),
        "holder": link.holder,
        "public": dict(link.public),
        "private": link.private_digest,
        "previous": link.previous,
    }
    return hashlib.sha256(canonical(body).encode()).hexdigest()


def sealed(link: Link) -> Link:
    """Return the link with its hash."""
    return replace(link, hash=link_hash(link))


def private_digest(private: Mapping[str, str] | None) -> str:
    """Return the digest of private facts ("" for none).

    Raises `ValueError` when their salt is missing or short: a seal number has few digits, and
    without a salt it could be found by trying them all.
    """
    if not private:
        return ""
    if len(private.get("salt", "")) < SALT_LETTERS:
        raise ValueError(f"private facts need a salt of {SALT_LETTERS} letters")
    return hashlib.sha256(canonical(dict(private)).encode()).hexdigest()


def unknown_facts(public: Mapping[str, str]) -> list[str]:
    """Return the names among public facts that no link may show."""
    return sorted(set(public) - set(PUBLIC_FACTS))


def breaks(
    code: str, links: Sequence[Link], anchors: Iterable[Anchor], head: tuple[int, str] | None
) -> tuple[Break, ...]:
    """Return everywhere a sample's chain does not hold; empty = it holds.

    `links` in the order they are kept; `anchors` what the audit trail says of this code; `head`
    the last sequence number and hash as kept apart, None when no head is kept.
    """
    found = _inner(code, links)
    anchored: dict[int, set[str]] = {}
    for anchor in anchors:
        anchored.setdefault(anchor.sequence, set()).add(anchor.hash)
    found += _against(code, links, anchored)
    last = (links[-1].sequence, links[-1].hash) if links else (0, GENESIS)
    if (head or (0, GENESIS)) != last:
        found.append(Break(code, 0, Reason.HEAD_DIFFERS))
    return tuple(dict.fromkeys(found))


def _inner(code: str, links: Sequence[Link]) -> list[Break]:
    """Judge the links by themselves: order, content, each hooked to the one before."""
    found: list[Break] = []
    previous = GENESIS
    for place, link in enumerate(links, start=1):
        wrong = (
            (Reason.ORDER, link.sequence != place),
            (Reason.FOREIGN, link.code != code),
            (Reason.UNLINKED, link.previous != previous),
            (Reason.CHANGED, link.hash != link_hash(link)),
        )
        found += [Break(code, link.sequence, reason) for reason, is_so in wrong if is_so]
        previous = link.hash
    return found


def _against(code: str, links: Sequence[Link], anchored: Mapping[int, set[str]]) -> list[Break]:
    """Judge the links by what the audit trail says.

    One link was noted once: a second, other digest in the trail means that somebody added an entry
    to cover a rewritten link, for the first entry could not be changed.
    """
    found: list[Break] = []
    seen: set[int] = set()
    for link in links:
        if link.sequence in seen:
            found.append(Break(code, link.sequence, Reason.EXTRA))
        seen.add(link.sequence)
        kept = anchored.get(link.sequence)
        if kept is None:
            found.append(Break(code, link.sequence, Reason.UNANCHORED))
        elif kept != {link.hash}:
            found.append(Break(code, link.sequence, Reason.ANCHOR_DIFFERS))
    return found + [
        Break(code, sequence, Reason.MISSING) for sequence in sorted(set(anchored) - seen)
    ]
