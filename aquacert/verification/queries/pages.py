"""The pages a process keeps: made from a proof, watched for changes, amber when nothing answers.

A page is kept until its certificate changes (asked at most once a second), until its words stop
being true (remaining time, expiry), or until older pages must make room. If the question cannot be
asked, nothing kept is served as fresh: the answer is 暂时无法核验, never green, never 500.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from aquacert.kernel.clock import SHANGHAI
from aquacert.kernel.errors import Unavailable
from aquacert.kernel.work import Database
from aquacert.verification.documents.page import (
    LANGUAGES,
    Frame,
    Pieces,
    frame,
    middle,
    own_bytes,
    title_of,
)
from aquacert.verification.documents.spoken import (
    Told,
    sheet_of,
    unknown_sheet,
    unsure_sheet,
)
from aquacert.verification.queries.judgement import Judgement, Register, judgement
from aquacert.verification.queries.keys import KeyWatch, key_rows
from aquacert.verification.rules.verdict import Proof, Verdict

NOT_ANSWERING = (Unavailable, SQLAlchemyError, OSError)
WATCH_SECONDS = 1.0
STALE_SECONDS = 3.0
"""Longest age of the last answered question while another thread is asking the next."""
WAIT_SECONDS = 1.0
"""How long a page waits for another thread's question when the last answer is too old."""
BUSY_SECONDS = 0.1
"""So long after a question the pages count as being asked for: then warming steps aside."""
REST_SECONDS = 0.002
WARM_SHARE = 0.75
"""Of the memory for pages: the rest is for what people ask for besides."""
OVERHEAD = 400
"""Bytes of bookkeeping per kept page: key, tuple, dict slot."""
FOREVER = float("inf")
log = structlog.get_logger("verification")


@dataclass(frozen=True)
class Answer:
    """One page to send."""

    status: int
    body: bytes
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Kept:
    """A page's own part, and until when (seconds since 1970) its words are true."""

    verdict: Verdict
    middle: Pieces
    good_until: float


class PublicPages:
    """Pages of certificates in this process's memory, at most `limit` bytes of them."""

    def __init__(
        self,
        database: Database,
        register: Register,
        keys: KeyWatch,
        *,
        limit: int,
        host: str,
        tick: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._register = register
        self._keys = keys
        self._limit = limit
        self._tick = tick
        self._frames: dict[str, Frame] = {lang: frame(lang, host) for lang in LANGUAGES}
        self._titles = {(v, lang): title_of(v, lang) for v in Verdict for lang in LANGUAGES}
        self._kept: dict[str, Kept] = {}
        self._held = 0
        self._seq: int | None = None
        self._turn = 0
        self._looked = -FOREVER
        self._is_down = False
        self._lock = threading.Lock()
        self._store = threading.Lock()
        self._second = (-1, b"")
        self._asked = -FOREVER

    @property
    def held(self) -> int:
        """Bytes kept now, bookkeeping included."""
        return self._held

    def start_warming(self, most: int) -> None:
        """Make the pages of the newest `most` live certificates in a thread of their own."""
        threading.Thread(target=self.warm, args=(most,), name="warming", daemon=True).start()

    def warm(self, most: int) -> int:
        """Make pages before anybody asks, until all are there or their memory is filled.

        The first scan of a lorry's certificate would otherwise wait for its proof. They are made
        and watched like any other; returns how many were made.
        """
        made = 0
        try:
            with self._database.look() as look:
                wanted = self._register.live_pages(look, most)
            for public_id in wanted:
                if self._held > WARM_SHARE * self._limit:
                    break
                made += self._make_unless_kept(public_id)
                if self._tick() - self._asked < BUSY_SECONDS:
                    time.sleep(REST_SECONDS)
        except NOT_ANSWERING as error:
            log.warning("warming stopped", error=type(error).__name__)
        log.info("pages warmed", made=made)
        return made

    def _make_unless_kept(self, public_id: str) -> bool:
        self._watch()
        if public_id in self._kept:
            return False
        self._make(public_id, public_id, "zh_CN")
        return True

    def answer(self, public_id: str, lang: str) -> Answer:
        """Return the page of `public_id`; never raises for a database that is silent."""
        self._asked = self._tick()
        now = self._database.clock.now()
        try:
            self._watch()
            key = public_id if lang == "zh_CN" else f"{public_id}.{lang}"
            kept = self._kept.get(key)
            if kept is None or kept.good_until <= now.timestamp():
                kept = self._make(key, public_id, lang)
        except NOT_ANSWERING as error:
            log.warning("not answering", error=type(error).__name__)
            return self.dress(Verdict.UNSURE, middle(unsure_sheet(), lang), lang)
        return self.dress(kept.verdict, kept.middle, lang)

    def judged(self, public_id: str) -> Judgement | None:
        """Return the judgement itself, for programs; raises when the database is silent."""
        self._watch()
        with self._database.look() as look:
            return judgement(look, self._register, self._keys.trust, public_id)

    def keys_of(self, kid: bytes) -> list[dict[str, Any]]:
        """Return the issuing keys this process believes under `kid`, as published."""
        self._watch()
        return key_rows(self._keys.trust, kid)

    def dress(self, verdict: Verdict, own: Pieces, lang: str) -> Answer:
        """Return the answer around `own`, with the moment of the answer."""
        body = self.whole(self._titles[verdict, lang], own, lang)
        return Answer(404 if verdict is Verdict.UNKNOWN else 200, body, verdict)

    def whole(self, title: bytes, own: Pieces, lang: str) -> bytes:
        """Return a whole page: frame, title, its own part, the moment of the answer."""
        return self._frames[lang].join(title, own, self._stamp())

    def _stamp(self) -> bytes:
        now = self._database.clock.now()
        second = int(now.timestamp())
        if self._second[0] != second:
            at = now.astimezone(SHANGHAI)
            self._second = (second, f"{at.year}-{at:%m-%d %H:%M:%S}".encode())
        return self._second[1]

    def _watch(self) -> None:
        """Forget what changed, asking at most once a second; raise when nobody answers."""
        age = self._tick() - self._looked
        if age < WATCH_SECONDS:
            if self._is_down:
                raise Unavailable("核验服务器没有回应。")
            return
        if not self._lock.acquire(blocking=False):
            self._trust_whoever_asks(age)
            return
        try:
            self._ask()
            self._is_down = False
        except NOT_ANSWERING:
            self._is_down = True
            raise
        finally:
            self._looked = self._tick()
            self._lock.release()

    def _trust_whoever_asks(self, age: float) -> None:
        """Go on while another thread asks; after a quiet time wait for its answer. Or raise."""
        if not self._is_down and age > STALE_SECONDS and self._lock.acquire(timeout=WAIT_SECONDS):
            self._lock.release()
            age = self._tick() - self._looked
        if self._is_down or age > STALE_SECONDS:
            raise Unavailable("核验服务器没有回应。")

    def _ask(self) -> None:
        if self._keys.refresh():
            self._forget_all()
        with self._database.look() as look:
            if self._seq is None:
                self._seq = self._register.last_change(look)
                return
            while rows := self._register.changes_since(look, self._seq):
                self._forget([public_id for _, public_id in rows], rows[-1][0])

    def _forget(self, public_ids: list[str], seq: int) -> None:
        with self._store:
            for public_id in public_ids:
                for key in (public_id, f"{public_id}.en"):
                    gone = self._kept.pop(key, None)
                    if gone is not None:
                        self._held -= own_bytes(gone.middle) + OVERHEAD
            self._seq = seq
            self._turn += 1

    def _forget_all(self) -> None:
        with self._store:
            self._kept.clear()
            self._held = 0
            self._turn += 1

    def _make(self, key: str, public_id: str, lang: str) -> Kept:
        """Prove, judge and draw one page; keep it unless something changed meanwhile."""
        turn = self._turn
        with self._database.look() as look:
            found = judgement(look, self._register, self._keys.trust, public_id)
        if found is None:
            return Kept(Verdict.UNKNOWN, middle(unknown_sheet(lang), lang), 0.0)
        if found.proof is not Proof.GOOD:
            log.error("certificate not proved", public_id=public_id, proof=found.proof.value)
        sheet, holds = sheet_of(found.verdict, _told(found), lang)
        kept = Kept(found.verdict, middle(sheet, lang), _until(found, holds))
        self._keep(key, kept, turn)
        return kept

    def _keep(self, key: str, kept: Kept, turn: int) -> None:
        with self._store:
            if self._turn != turn:
                return
            old = self._kept.pop(key, None)
            self._held += own_bytes(kept.middle) + OVERHEAD
            if old is not None:
                self._held -= own_bytes(old.middle) + OVERHEAD
            self._kept[key] = kept
            while self._held > self._limit and self._kept:
                first = self._kept.pop(next(iter(self._kept)))
                self._held -= own_bytes(first.middle) + OVERHEAD


def _told(found: Judgement) -> Told:
    return Told(
        now=found.now,
        record=found.record,
        digest=found.digest,
        arrived_at=found.arrived_at,
        successor=found.successor,
        successor_record=found.successor_record,
        times=found.times,
    )


def _until(found: Judgement, holds: timedelta | None) -> float:
    """Return until when a page's words hold; an unproved page is proved again each time."""
    if found.proof is not Proof.GOOD or found.verdict is Verdict.UNSURE:
        return 0.0
    return FOREVER if holds is None else (found.now + holds).timestamp()
