"""Put away what is left of an item; two people destroy it when its days of keeping are over."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select

from aquacert.kernel.clock import legal_day
from aquacert.kernel.errors import Conflict, Invalid, NotAllowed, NotAllowedNow, NotFound
from aquacert.kernel.journal import JournalEntry
from aquacert.kernel.work import Work
from labs.custody import commands as custody
from labs.custody.rules import Act
from labs.intake.commands.facts import (
    DestructionAsked,
    DestructionRefused,
    ItemDestroyed,
    ItemStored,
)
from labs.intake.models import Item, Storage
from labs.intake.queries import item_by_code
from labs.intake.queries.care import keeping_days
from labs.intake.rules import (
    STORAGE_MOVES,
    Condition,
    ItemAct,
    ItemState,
    StorageAct,
    StorageState,
)

FINISHED = frozenset({ItemState.REPORTED, ItemState.UNFIT})


def store_item(w: Work, code: str, place: str) -> UUID:
    """Put an item away and return the storage's id; a second time changes its place."""
    item = item_by_code(w, code)
    if not place.strip():
        raise Invalid("请写存放位置。", place="例如：-80 冰箱 A 架 3 层 12 格")
    if item.condition in {None, Condition.MISSING}:
        raise NotAllowedNow("这份样品没有收到，没有可存的。")
    row = w.one(select(Storage).where(Storage.item_id == item.id, w.visible(Storage)))
    if row is None:
        row = w.add(_row(w, item, place.strip()))
    elif row.state != StorageState.STORED:
        raise Conflict(f"这份留样现在是“{STORAGE_MOVES.words[StorageState(row.state)]}”。")
    elif row.place == place.strip():
        return row.id
    row.place = place.strip()
    kept = row.kept_until_on.isoformat()
    w.record(ItemStored(item.blind_code, row.place, kept), on=row)
    public = {"place": row.place, "kept_until": kept}
    custody.note(w, item.blind_code, Act.STORED, public=public)
    return row.id


def ask_destruction(w: Work, storage_id: UUID, how: str) -> None:
    """Ask, as the first of two people, that a stored item be destroyed.

    Raises `NotAllowedNow` while it must be kept, or while its report is still to come.
    """
    row, item = _both(w, storage_id)
    if not how.strip():
        raise Invalid("请写销毁方法。", how="例如：121 ℃ 高压 30 分钟")
    if ItemState(item.state) not in FINISHED:
        raise NotAllowedNow("这份样品还没有出报告，不能销毁。")
    kept = max(row.kept_until_on, _kept_after_report(w, item))
    if kept >= w.today:
        raise NotAllowedNow(f"留样期到 {kept.isoformat()} 为止，还不能销毁。")
    row.how, row.asked_at, row.asked_by_id = how.strip(), w.now, w.actor.person_id
    w.move(row, STORAGE_MOVES, StorageAct.ASK, because=row.how)
    w.record(DestructionAsked(item.blind_code, row.how), on=row)


def keep_item(w: Work, storage_id: UUID, because: str) -> None:
    """Say, instead of destroying an item, that it stays; its days go on."""
    row, item = _both(w, storage_id)
    if not because.strip():
        raise Invalid("请写明为什么保留。", because="例如：结果有争议")
    row.how, row.asked_at, row.asked_by_id = "", None, None
    w.move(row, STORAGE_MOVES, StorageAct.KEEP, because=because.strip())
    w.record(DestructionRefused(item.blind_code), on=row, reason=because.strip())


def confirm_destruction(w: Work, storage_id: UUID) -> None:
    """Confirm, as the second of two people, that an item was destroyed; its chain ends here."""
    row, item = _both(w, storage_id)
    if row.asked_by_id is not None and row.asked_by_id == w.actor.person_id:
        raise NotAllowed("销毁要两个人：申请的人不能自己确认。")
    w.move(row, STORAGE_MOVES, StorageAct.DESTROY, because=row.how)
    row.destroyed_at, row.destroyed_by_id = w.now, w.actor.person_id
    w.record(ItemDestroyed(item.blind_code, row.how), on=row)
    custody.note(w, item.blind_code, Act.DESTROYED, public={"reason": row.how, "count": "2"})


def _row(w: Work, item: Item, place: str) -> Storage:
    return Storage(
        id=w.new_id(),
        lab_id=item.lab_id,
        item_id=item.id,
        place=place,
        state=StorageState.STORED.value,
        kept_until_on=w.today + timedelta(days=keeping_days(w, w.today)),
        stored_at=w.now,
        stored_by_id=w.actor.person_id,
        how="",
        asked_at=None,
        asked_by_id=None,
        destroyed_at=None,
        destroyed_by_id=None,
    )


def _kept_after_report(w: Work, item: Item) -> date:
    """Return until when an item is kept, counted from its last report: it may be disputed till then."""
    reported = w.one(
        select(JournalEntry.at)
        .where(
            JournalEntry.subject_kind == Item.__tablename__,
            JournalEntry.subject_id == item.id,
            JournalEntry.act == ItemAct.REPORT.value,
        )
        .order_by(JournalEntry.seq.desc())
    )
    if reported is None:
        return date.min
    on = legal_day(reported)
    return on + timedelta(days=keeping_days(w, on))


def _both(w: Work, storage_id: UUID) -> tuple[Storage, Item]:
    row = w.get_for_change(Storage, storage_id)
    item = w.session.get(Item, row.item_id)
    if item is None:
        raise NotFound
    return row, item
