"""The register of feeds: put on record, changed, switched, asked for now."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import select

from aquacert.kernel.audit import Fact
from aquacert.kernel.errors import Invalid, NotAllowedNow
from aquacert.kernel.outbound import check_address
from aquacert.kernel.work import Look, Work
from aquacert.reference.rules.text import clean
from aquacert.surveillance.models.mappings import FeedMapping
from aquacert.surveillance.models.visits import Feed, FeedStanding
from aquacert.surveillance.parsers.formats import FORMATS
from aquacert.surveillance.queries.feednames import MAPPED, RESERVED, may_speak
from aquacert.surveillance.queries.mappings import newest_version
from aquacert.surveillance.queries.sources import standing_of
from aquacert.surveillance.rules.visits import KEY, Way

SHORTEST, LONGEST_MINUTES, LONGEST_DAYS = 5, 44_640, 400
PRINTABLE = 512


@dataclass(frozen=True)
class FeedRegistered(Fact):
    """A feed was put on record."""

    tag: ClassVar[str] = "surveillance:feed:register"
    title: ClassVar[str] = "登记数据来源"
    key: str
    format: str
    way: str


@dataclass(frozen=True)
class FeedChanged(Fact):
    """What is on record of a feed was changed; `diff` names no secret."""

    tag: ClassVar[str] = "surveillance:feed:change"
    title: ClassVar[str] = "修改数据来源"
    key: str
    diff: dict[str, Any]


@dataclass(frozen=True)
class FeedSaid:
    """What is put on record of a feed. `form` names a format or a mapping's id as text."""

    key: str
    name: str
    form: str
    way: Way
    address: str = ""
    every_minutes: int = 60
    expected_days: int = 35
    is_whole: bool = False
    secret: str = ""
    """Empty: none, or the one that is kept."""


def register_feed(w: Work, said: FeedSaid) -> UUID:
    """Put a feed on record, kept by whoever does it; return its id. Raises `Invalid` by field."""
    key = said.key.strip().lower()
    if not KEY.fullmatch(key) or key in RESERVED:
        sentence = "代号用 2 到 40 个小写字母、数字、- 和 _，不能与本系统自己的来源同名。"
        raise Invalid(sentence, feed_key=sentence)
    if w.one(select(Feed.id).where(Feed.key == key)) is not None:
        raise Invalid("这个代号已经登记过。", feed_key="这个代号已经登记过。")
    if not may_speak(w, key, *form_of(w, said.form)):
        sentence = "这个代号是别的格式、对照或来源的名字，请换一个。"
        raise Invalid(sentence, feed_key=sentence)
    if w.actor.person_id is None:
        raise Invalid("数据来源要有人负责，请用自己的账号登记。")
    row = w.add(
        Feed(
            id=w.new_id(),
            key=key,
            **_checked(w, said),
            is_on=True,
            keeper_id=w.actor.person_id,
            secret=_secret(said.secret),
            made_at=w.now,
            changed_at=w.now,
        )
    )
    w.session.flush()
    w.add(
        FeedStanding(
            id=w.new_id(),
            feed_id=row.id,
            etag="",
            last_modified="",
            next_at=w.now,
            failures=0,
            fault="",
        )
    )
    w.record(FeedRegistered(row.key, row.format, row.way), on=row)
    return row.id


def change_feed(w: Work, feed_id: UUID, said: FeedSaid) -> None:
    """Change what is on record (never the key); whoever changes it keeps it from now on."""
    row = w.get_for_change(Feed, feed_id)
    if w.actor.person_id is None:
        raise Invalid("数据来源要有人负责，请用自己的账号修改。")
    values = _checked(w, said) | {"keeper_id": w.actor.person_id}
    diff = {name: value for name, value in values.items() if getattr(row, name) != value}
    before = {name: getattr(row, name) for name in diff}
    if said.secret.strip():
        row.secret = _secret(said.secret)
        diff["secret"], before["secret"] = "新的", "旧的"
    elif row.secret and _leads_elsewhere(row, values):
        row.secret = None  # what was agreed with one host is not told to another
        diff["secret"], before["secret"] = "", "旧的"
    if not diff:
        return
    for name, value in values.items():
        setattr(row, name, value)
    row.changed_at = w.now
    _start_over(w, row)
    shown = {name: [str(before[name]), str(diff[name])] for name in sorted(diff)}
    w.record(FeedChanged(row.key, shown), on=row)


def switch_feed(w: Work, feed_id: UUID, *, on: bool) -> None:
    """Switch a feed on or off; switched on again it is visited at once."""
    row = w.get_for_change(Feed, feed_id)
    if row.is_on == on:
        return
    row.is_on, row.changed_at = on, w.now
    if on:
        _start_over(w, row)
    w.record(FeedChanged(row.key, {"is_on": [str(not on), str(on)]}), on=row)


def ask_now(w: Work, feed_id: UUID) -> None:
    """Let a feed be visited with the next round; raise `NotAllowedNow` for one nobody fetches."""
    row = w.get(Feed, feed_id)
    if not row.is_on or Way(row.way) not in {Way.URL, Way.FOLDER}:
        raise NotAllowedNow("这个来源已停用，或者不是由本系统去取的。")
    standing = w.get_for_change(FeedStanding, standing_of(w, feed_id).id)
    standing.next_at = w.now


def new_secret(w: Work, feed_id: UUID) -> str:
    """Give a feed that is pushed a new signing key and return it: it is shown this once."""
    row = w.get_for_change(Feed, feed_id)
    if row.way != Way.PUSH.value:
        raise NotAllowedNow("只有推送的来源才有签名密钥。")
    row.secret, row.changed_at = secrets.token_urlsafe(32), w.now
    w.record(FeedChanged(row.key, {"secret": ["旧的", "新的"]}), on=row)
    return row.secret


def _leads_elsewhere(row: Feed, values: dict[str, Any]) -> bool:
    hosts = [urlsplit(one).netloc for one in (row.address, values["address"])]
    return hosts[0] != hosts[1] or row.way != values["way"]


def _start_over(w: Work, row: Feed) -> None:
    standing = w.get_for_change(FeedStanding, standing_of(w, row.id).id)
    standing.etag = standing.last_modified = standing.fault = ""
    standing.failures, standing.next_at = 0, w.now


def _checked(w: Work, said: FeedSaid) -> dict[str, Any]:
    form, mapping_id = form_of(w, said.form)
    address = said.address.strip() if said.way is Way.URL else ""
    if said.way is Way.URL:
        try:
            check_address(address, allow_private=w.settings.allow_private_fetch)
        except Invalid as error:
            raise Invalid(error.sentence, address=error.sentence) from None
    minutes, days = said.every_minutes, said.expected_days
    if not SHORTEST <= minutes <= LONGEST_MINUTES:
        raise Invalid("间隔应在 5 分钟到 31 天之间。", every_minutes="应在 5 到 44640 之间。")
    if not 1 <= days <= LONGEST_DAYS:
        raise Invalid("天数应在 1 到 400 之间。", expected_days="应在 1 到 400 之间。")
    name = clean(said.name, field="name")
    if not name:
        raise Invalid("请写名称。", name="请写名称。")
    return {
        "name": name[:60],
        "format": form,
        "mapping_id": mapping_id,
        "way": said.way.value,
        "address": address,
        "every_minutes": minutes,
        "expected_days": days,
        "is_whole": said.is_whole,
    }


def form_of(look: Look, form: str) -> tuple[str, UUID | None]:
    """Return the format and mapping that a choice names; raise `Invalid` for none there is."""
    known = FORMATS.get(form)
    if known is not None and not known.is_hidden:
        return form, None
    try:
        mapping = look.session.get(FeedMapping, UUID(form))
    except ValueError:
        mapping = None
    if mapping is None:
        raise Invalid("没有这种读法。", form="请从列表里选一种读法。")
    newest_version(look, mapping.id)
    return MAPPED, mapping.id


def _secret(written: str) -> str | None:
    text = written.strip()
    if not text:
        return None
    if len(text) > PRINTABLE or not text.isascii() or not text.isprintable() or " " in text:
        raise Invalid("令牌只能是不带空格的英文字符。", token="令牌只能是不带空格的英文字符。")  # noqa: S106
    return text
