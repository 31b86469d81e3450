"""The days of the draw: commitments ahead of time, the beacon, the secret on the next morning."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import date, timedelta

from sqlalchemy import select

from aquacert.inspections.commands.drawfacts import (
    BeaconTaken,
    BeaconTyped,
    DrawDaysCommitted,
    SecretRevealed,
)
from aquacert.inspections.commands.draws import draw_waiting
from aquacert.inspections.models import DrawDay
from aquacert.inspections.parsers.drawbook import draw_book
from aquacert.inspections.queries.draws import day_of
from aquacert.inspections.rules.draw import Beacon, beacon_round, commitment, opens_at
from aquacert.inspections.rules.drawproof import BeaconValue, read_drand, read_lottery
from aquacert.kernel.audit import WHOLE
from aquacert.kernel.errors import Conflict, Invalid, NotAllowed, NotAllowedNow, NotFound
from aquacert.kernel.work import Work
from aquacert.reference import queries as reference

AHEAD = 7
"""Days whose commitments are published beforehand: a worker that stands still for some days
costs no draw."""
SECRET_BYTES = 32
REVEAL_AFTER = timedelta(hours=32)
"""From the opening of the day: eight o'clock on the next morning."""
BOOK = "draw.book"


def commit_days(w: Work, make: Callable[[int], bytes] = secrets.token_bytes) -> list[date]:
    """Publish the commitments of the coming days; return those that are new. Never today's.

    Where the weights do not bind (production before two officers adopted them) there is no draw.
    """
    made = {}
    for step in range(1, AHEAD + 1):
        on = w.today + timedelta(days=step)
        rule = reference.binding_rule(w, BOOK, on)
        if rule is None or day_of(w, on) is not None:
            continue
        book = draw_book(rule.value, w.settings.draw_beacon)
        secret, key = make(SECRET_BYTES), make(SECRET_BYTES)
        key_hash = hashlib.sha256(key).digest()
        row = w.add(
            DrawDay(
                id=w.new_id(),
                day_on=on,
                commitment=commitment(on, book, key_hash, secret).hex(),
                salt_key_sha256=key_hash.hex(),
                secret=secret.hex(),
                salt_key=key.hex(),
                book=book,
                committed_at=w.now,
                beacon_round=beacon_round(book["beacon"], on, book["beacon_hour"]),
            )
        )
        made[on] = row.commitment
    if made:
        said = {on.isoformat(): value for on, value in made.items()}
        w.record(DrawDaysCommitted(said), on=("draw_days", min(said)), county=WHOLE)
    return list(made)


def take_drand(w: Work, on: date, data: bytes) -> int:
    """Take a round of drand as the beacon of a day; return how many tickets were drawn by it.

    The same round again changes nothing. Raises `Invalid` for another round than the day's own.
    """
    day = _day_for_beacon(w, on, Beacon.DRAND)
    return _take(w, day, read_drand(data, day.beacon_round))


def type_lottery(w: Work, on: date, issue: str, numbers: str) -> int | None:
    """Type the lottery's result; the second of two persons makes it the day's beacon.

    Returns None after the first typing, then how many tickets were drawn. Raises `Invalid` when
    the two differ: nothing is kept of the second; the first person may type his again.
    """
    day = _day_for_beacon(w, on, Beacon.LOTTERY)
    if w.actor.person_id is None:
        raise NotAllowed("彩票信标要两名人员录入。")
    found = read_lottery(issue, numbers, day.beacon_round)
    if day.beacon_value is None and day.typed_by_id in {None, w.actor.person_id}:
        day.typed_value, day.typed_by_id, day.typed_at = found.value, w.actor.person_id, w.now
        w.record(BeaconTyped(on, found.value), on=day, county=WHOLE)
        return None
    if day.beacon_value is None and day.typed_value != found.value:
        sentence = "和第一个人录入的不一样。请都照开奖公告再核对：第一个人可以重录。"
        raise Invalid(sentence, numbers=sentence)
    day.confirmed_by_id = day.confirmed_by_id or w.actor.person_id
    return _take(w, day, found)


def reveal_days(w: Work) -> list[date]:
    """Make the secrets of past days public, from eight o'clock on the next morning."""
    rows = w.scalars(
        select(DrawDay)
        .where(DrawDay.revealed_at.is_(None), DrawDay.day_on < w.today)
        .order_by(DrawDay.day_on)
        .with_for_update()
    )
    done = []
    for day in rows:
        if w.now >= opens_at(day.day_on) + REVEAL_AFTER:
            day.revealed_at = w.now
            w.record(SecretRevealed(day.day_on, day.secret), on=day, county=WHOLE)
            done.append(day.day_on)
    return done


def _day_for_beacon(w: Work, on: date, source: Beacon) -> DrawDay:
    found = day_of(w, on)
    if found is None:
        raise NotFound("这一天没有公布过承诺，不抽签。")
    day = w.get_for_change(DrawDay, found.id)
    if day.book["beacon"] != source:
        raise NotAllowedNow("这一天的规则用的是另一种信标。")
    if w.today > on or w.now < opens_at(on) - timedelta(days=1):
        raise NotAllowedNow("只能录入今天的信标；前一晚开奖后可以先录明天的。")
    return day


def _take(w: Work, day: DrawDay, found: BeaconValue) -> int:
    if day.beacon_value is not None:
        if day.beacon_value != found.value:
            raise Conflict("这一天的信标已经有了，和您给的不一样。公布过的不能改。")
        return 0
    day.beacon_value, day.beacon_given = found.value, dict(found.given)
    day.beacon_at = w.now
    w.record(BeaconTaken(day.day_on, found.round, found.value), on=day, county=WHOLE)
    return draw_waiting(w, day)
