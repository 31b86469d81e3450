"""Tasks that news of certificates starts. Each may come late, twice, or beside itself."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from aquacert.certificates import commands, queries
from aquacert.certificates.checks.commands import check
from aquacert.certificates.checks.queries import last_run
from aquacert.certificates.log import commands as log
from aquacert.certificates.log import queries as public_log
from aquacert.certificates.numbers import commands as numbers
from aquacert.certificates.peers import commands as peers
from aquacert.certificates.recalls import commands as recalls
from aquacert.certificates.recalls.commands import sweep
from aquacert.certificates.rules.states import Status
from aquacert.certificates.scans import commands as scans
from aquacert.declarations.queries import facts as papers
from aquacert.hatcheries.commands.stock import settle_origin
from aquacert.hatcheries.queries import origins as hatcheries
from aquacert.hatcheries.rules import is_ours
from aquacert.inspections.commands import complete_record
from aquacert.kernel.scope import SYSTEM
from aquacert.kernel.work import Database
from aquacert.trust.keys import KeyRing

DAILY = timedelta(hours=23)
"""Age at which the last check of everything issued is too old."""


def render(certificate_id: UUID, *, database: Database, keys: KeyRing) -> None:
    """Make the PDF and the .docx of a certificate that was issued; once made, nothing to do.

    Its number is written into the field record of the visit that it rests on.
    The first certificate of a quarter also brings its status list into the world, the first of an
    office its key into the trust list.
    """
    commands.render(database, keys, certificate_id)
    _complete_record(database, certificate_id)
    commands.refresh_lists(database, keys)
    peers.renew(database, keys)


def publish_status(certificate_id: UUID, *, database: Database, keys: KeyRing) -> None:
    """Publish the status list that speaks for a certificate whose standing changed."""
    with database.look(SYSTEM) as look:
        number = queries.status_list_of(look, certificate_id)
    commands.publish_list(database, keys, number)


def tidy(database: Database, keys: KeyRing, *, at_start: bool = False) -> commands.Resumed:
    """Settle what a crash left and keep the status lists fresh: at each start and every minute."""
    done = commands.resume(database, after_restore=at_start)
    commands.refresh_lists(database, keys)
    peers.renew(database, keys)
    return done


def visit_peers(database: Database) -> int:
    """Visit the other provinces whose lists we believe: every hour; return how many answered."""
    return sum(not one.trouble for one in peers.refresh_peers(database))


def check_origin(database: Database, origin_id: UUID) -> None:
    """Look up the certificate that bought seed travelled with, when its number is one of ours."""
    with database.work(SYSTEM) as w:
        number = hatcheries.origin_in_scope(w, origin_id).certificate_number
        if not is_ours(number, w.settings.province):
            return
        settle_origin(w, origin_id, queries.worth_of_number(w, number))


def recall(database: Database, order_id: UUID) -> None:
    """Carry a recall order out: suspend, recall or resume everything it hit."""
    recalls.advance(database, order_id)


def report_changed(database: Database, report_id: UUID) -> None:
    """Suspend what rests on a report that is positive, or that was withdrawn."""
    sweep.after_report(database, report_id)


def zone_changed(database: Database, zone_id: UUID) -> None:
    """Suspend what is on the road from, or to, a zone that came into force."""
    sweep.after_zone(database, zone_id)


def zones_begun(database: Database) -> int:
    """Suspend what is on the road of a zone that was laid for a later day, once it begins: hourly."""
    return sweep.after_beginnings(database)


def check_issued(database: Database, keys: KeyRing) -> int:
    """Check everything issued, once a day; return how many findings there are.

    Asked every hour: a worker that is started anew each day would else never come to it.
    """
    with database.look(SYSTEM) as look:
        run = last_run(look)
        if run is not None and look.now - run.finished_at < DAILY:
            return 0
    outcome = check(
        database, keys, by="每夜复核", monitor=lambda look: public_log.monitor(look, keys).wrong
    )
    return len(outcome.found)


def publish_log(database: Database, keys: KeyRing) -> int:
    """Publish what the log has gained: every few seconds, so that no leaf waits for a minute."""
    return log.publish(database, keys)


def watch_numbers(database: Database) -> int:
    """Tell who runs low on numbers, once per crossing: every hour. Returns how many were told."""
    with database.look(SYSTEM) as look:
        if not numbers.crossings(look):
            return 0
    with database.work(SYSTEM) as w:
        return numbers.watch_stock(w)


def fold_scans(database: Database) -> None:
    """Add what the public page counted to the certificates' counts: every minute.

    What cannot be written is counted again, so that a silent database costs no scan.
    """
    counts = database.tally.fold("scans")
    if not counts:
        return
    try:
        with database.work(SYSTEM) as w:
            commands.fold_scans(w, counts)
    except Exception:
        database.tally.give_back("scans", counts)
        raise


def fold_places(database: Database) -> None:
    """Add the places that visitors and checkpoints told, and forget old ones: every minute."""
    counts = database.tally.fold("places")
    try:
        with database.work(SYSTEM) as w:
            scans.fold_places(w, counts)
            scans.forget_places(w)
    except Exception:
        database.tally.give_back("places", counts)
        raise


def complete_timestamps(database: Database, keys: KeyRing) -> int:
    """Add the timestamps that did not come while signing; return how many came: every 10 minutes."""
    return sum(done.level is not None for done in commands.complete(database, keys))


def preserve_documents(database: Database, keys: KeyRing) -> int:
    """Bring documents to B-LTA and keep them there; return how many were changed: each night."""
    return sum(done.level is not None for done in commands.preserve_due(database, keys))


def _complete_record(database: Database, certificate_id: UUID) -> None:
    """File the field record anew with the numbers of the case's certificates that still hold."""
    with database.work(SYSTEM) as w:
        paper_id = queries.certificate(w, certificate_id).declaration_id
        batches = [one.batch_id for one in papers.batches_of(w, paper_id)]
        lines = queries.certificates_of_batches(w, batches)
        complete_record(
            w, paper_id, sorted(line.number for line in lines if line.status == Status.VALID.value)
        )
