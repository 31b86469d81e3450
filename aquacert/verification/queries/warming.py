"""Pages made before anybody asks: after a start, those of certificates that are on the road.

The first scan of a lorry's certificate would otherwise wait for its proof. What is made beforehand
is made in the same way and watched in the same way; making stops when the memory for pages is three
quarters full, and steps aside while people ask.
"""

from __future__ import annotations

import threading
import time

import structlog

from aquacert.kernel.work import Database
from aquacert.verification.queries.judgement import Register
from aquacert.verification.queries.pages import NOT_ANSWERING, PublicPages

SHARE = 0.75
"""Of the memory for pages: the rest is for what people ask for besides."""
REST_SECONDS = 0.002
"""Pause after each page while requests come in."""
SETTLE_SECONDS = 0.5
log = structlog.get_logger("verification")


def start_warming(database: Database, register: Register, pages: PublicPages, most: int) -> None:
    """Make the pages of the newest `most` live certificates in a thread of their own."""
    arguments = (database, register, pages, most)
    threading.Thread(target=warm, args=arguments, name="warming", daemon=True).start()


def warm(database: Database, register: Register, pages: PublicPages, most: int) -> int:
    """Make pages until all are there or their memory is filled; return how many were made."""
    time.sleep(SETTLE_SECONDS)
    made = 0
    try:
        with database.look() as look:
            wanted = register.live_pages(look, most)
        for public_id in wanted:
            if pages.held > SHARE * pages.limit:
                break
            made += pages.make_ready(public_id)
            if pages.is_asked:
                time.sleep(REST_SECONDS)
    except NOT_ANSWERING as error:
        log.warning("warming stopped", error=type(error).__name__)
    log.info("pages warmed", made=made)
    return made
