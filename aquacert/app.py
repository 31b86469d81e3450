"""The composition root: the only place that knows every room.

`create_app` chooses everything swappable (clock, cipher, keys), joins the rooms in the order a
certificate travels, and holds the only table of which news goes to which tasks.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from flask import Flask, Response, jsonify, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import CSRFProtect
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.middleware.proxy_fix import ProxyFix

from aquacert.certificates import tasks as certificates
from aquacert.certificates.queries import (
    numbered,
    resting_on,
    travelling_on,
    travelling_within,
    worth_of_number,
)
from aquacert.declarations import tasks as declarations
from aquacert.declarations.queries.impact import open_of, open_within, wanted_of_lot
from aquacert.hatcheries import tasks as hatcheries
from aquacert.http import db as http_db
from aquacert.http import gates, headers, openapi, pages, problems
from aquacert.http.house import House, install
from aquacert.http.routing import PatientRule
from aquacert.inspections import tasks as inspections
from aquacert.inspections.commands.sync import tidy_uploads
from aquacert.inspections.queries.drawing import TESTS_ASKED
from aquacert.inspections.queries.standing import open_cases_of
from aquacert.kernel import schema
from aquacert.kernel.clock import Clock, SystemClock
from aquacert.kernel.db import install_cipher
from aquacert.kernel.errors import Unavailable
from aquacert.kernel.outbox import Runner, Task
from aquacert.kernel.rounds import Round, Rounds
from aquacert.kernel.settings import Settings
from aquacert.kernel.topics import Topic
from aquacert.kernel.work import Database
from aquacert.movements import tasks as movements
from aquacert.sampling import tasks as sampling
from aquacert.sampling.queries import waiting_on
from aquacert.sampling.queries.required import tests_asked
from aquacert.supervision import tasks as supervision
from aquacert.surveillance import tasks as surveillance
from aquacert.surveillance.commands.digest import make_digests
from aquacert.surveillance.commands.register import publish_register
from aquacert.trust.cipher import Cipher
from aquacert.trust.keys import open_ring
from aquacert.verification import tasks as verification
from labs.exchange import tasks as exchange
from labs.reports import tasks as reports
from labs.turnaround import tasks as turnaround

ROOT = Path(__file__).parents[1]
ROOMS = (
    "aquacert.reference",
    "aquacert.accounts",
    "labs.register",
    "labs.instruments",
    "labs.turnaround",
    "labs.custody",
    "labs.intake",
    "labs.bench",
    "labs.plates",
    "labs.pools",
    "labs.quality",
    "labs.review",
    "labs.reports",
    "labs.exchange",
    "aquacert.hatcheries",
    "aquacert.surveillance",
    "aquacert.declarations",
    "aquacert.inspections",
    "aquacert.sampling",
    "aquacert.certificates",
    "aquacert.movements",
    "aquacert.verification",
    "aquacert.supervision",
)
"""Rooms in the order a certificate travels; each may have doors: views.py and api.py."""

NEWS: Mapping[Topic, tuple[str, ...]] = {
    Topic.BULK_SENT: ("declarations.send_bulk",),
    Topic.CAMPAIGN_OPENED: ("hatcheries.announce_campaign",),
    Topic.CASE_ASKED: ("supervision.make_case",),
    Topic.CERTIFICATE_ISSUED: ("certificates.render", "movements.open"),
    Topic.CERTIFICATE_RECALLED: ("certificates.publish_status",),
    Topic.CERTIFICATE_REPLACED: ("certificates.publish_status", "movements.close"),
    Topic.CERTIFICATE_RESUMED: ("certificates.publish_status",),
    Topic.CERTIFICATE_SUSPENDED: ("certificates.publish_status",),
    Topic.CERTIFICATE_VOID: ("certificates.publish_status", "movements.close"),
    Topic.CONSIGNMENT_CLOSED: ("sampling.consignment_closed",),
    Topic.DECLARATION_ACCEPTED: ("inspections.draw",),
    Topic.DECLARATION_INSPECTED: ("sampling.declaration_inspected",),
    Topic.FEED_RECEIVED: ("surveillance.import_file",),
    Topic.POOL_RETRACTED: ("labs.pool_retracted",),
    Topic.LAB_WORK_CHANGED: ("labs.exchange.work_changed",),
    Topic.RECALL_MOVED: ("certificates.recall",),
    Topic.REPORT_POSITIVE: ("certificates.report_changed",),
    Topic.REPORT_RELEASED: (
        "sampling.report_changed",
        "sampling.make_annex",
        "labs.sign_report",
    ),
    Topic.REPORT_WITHDRAWN: ("sampling.report_changed", "certificates.report_changed"),
    Topic.STOCK_BOUGHT: ("certificates.check_origin",),
    Topic.STOCK_SHEET_CONFIRMED: ("hatcheries.book_sheet",),
    Topic.SUSPICION_REPORTED: ("inspections.report_suspicion",),
    Topic.TABLE_MAPPED: ("surveillance.forget_table",),
    Topic.ZONE_CHANGED: (
        "certificates.zone_changed",
        "declarations.zone_changed",
        "surveillance.zone_changed",
    ),
}
"""The only table topic → tasks of higher rooms."""


class ShiftedClock:
    """A running clock set to another instant when it was made: the demo's."""

    def __init__(self, start: datetime) -> None:
        self.shift: timedelta = start - SystemClock().now()

    def now(self) -> datetime:
        """Return the machine's time, shifted."""
        return SystemClock().now() + self.shift


def clock_of(settings: Settings) -> Clock:
    """Return the clock that the settings ask for."""
    if settings.clock_at:
        return ShiftedClock(datetime.fromisoformat(settings.clock_at))
    return SystemClock()


def open_house(settings: Settings, clock: Clock | None = None) -> House:
    """Open everything below the web: cipher, keys, database. Used by pages, tasks and commands."""
    install_cipher(Cipher(settings.secret))
    database = Database(settings, clock or clock_of(settings), subscribers=NEWS)
    database.impact.register("zone", "待办申报", open_within)
    database.impact.register("hatchery", "待办申报", open_of)
    database.impact.register("hatchery", "检疫处理", open_cases_of)
    database.impact.register("lot", "待办申报", wanted_of_lot)
    database.impact.register("certificate_number", "检疫证明", numbered)
    database.impact.answer("certificate_of_number", worth_of_number)
    database.impact.answer(TESTS_ASKED, tests_asked)
    database.impact.register("zone", "在途证明", travelling_within)
    database.impact.register("report", "有效证明", resting_on)
    database.impact.register("report", "在途证明", travelling_on)
    database.impact.register("report", "待出证申报", waiting_on)
    return House(settings, database, open_ring(settings))


def tasks_of(house: House) -> dict[str, Task]:
    """Return every task by the name that NEWS gives it, bound to the house."""
    database, keys = house.database, house.keys
    return {
        "certificates.check_origin": partial(certificates.check_origin, database),
        "certificates.publish_status": partial(
            certificates.publish_status, database=database, keys=keys
        ),
        "certificates.render": partial(certificates.render, database=database, keys=keys),
        "certificates.recall": partial(certificates.recall, database),
        "certificates.report_changed": partial(certificates.report_changed, database),
        "certificates.zone_changed": partial(certificates.zone_changed, database),
        "hatcheries.announce_campaign": partial(hatcheries.announce_campaign, database),
        "hatcheries.book_sheet": partial(hatcheries.book_sheet, database),
        "declarations.send_bulk": partial(declarations.send_bulk, database),
        "declarations.zone_changed": partial(declarations.zone_changed, database),
        "inspections.draw": partial(inspections.draw, database),
        "inspections.report_suspicion": partial(inspections.report_suspicion, database),
        "labs.pool_retracted": partial(reports.pool_retracted, database),
        "labs.sign_report": partial(reports.sign, database, keys),
        "labs.exchange.work_changed": partial(exchange.work_changed, database),
        "movements.close": partial(movements.close_movement, database),
        "movements.open": partial(movements.open_movement, database),
        "sampling.consignment_closed": partial(sampling.consignment_closed, database),
        "sampling.declaration_inspected": partial(sampling.declaration_inspected, database),
        "sampling.make_annex": partial(sampling.make_annex, database, keys),
        "surveillance.forget_table": partial(surveillance.forget_table, database),
        "surveillance.import_file": partial(surveillance.import_file, database),
        "surveillance.zone_changed": partial(surveillance.zone_changed, database),
        "supervision.make_case": partial(supervision.make_case, database),
        "sampling.report_changed": partial(sampling.report_changed, database),
    }


def rounds_of(house: House) -> Rounds:
    """Return what a worker does by the clock."""
    database, keys = house.database, house.keys
    return Rounds(
        database.clock,
        (
            Round("tidy", timedelta(minutes=1), partial(certificates.tidy, database, keys)),
            Round("reports", timedelta(minutes=2), partial(reports.sign_waiting, database, keys)),
            Round("log", timedelta(seconds=5), partial(certificates.publish_log, database, keys)),
            Round("numbers", timedelta(hours=1), partial(certificates.watch_numbers, database)),
            Round("scans", timedelta(minutes=1), partial(certificates.fold_scans, database)),
            Round("zones", timedelta(hours=1), partial(certificates.zones_begun, database)),
            Round("zoned", timedelta(hours=1), partial(declarations.zones_begun, database)),
            Round("uploads", timedelta(hours=6), partial(tidy_uploads, database)),
            Round("bulk", timedelta(hours=1), partial(verification.sweep_jobs, database)),
            Round("places", timedelta(minutes=1), partial(certificates.fold_places, database)),
            Round(
                "timestamps",
                timedelta(minutes=10),
                partial(certificates.complete_timestamps, database, keys),
            ),
            Round(
                "preserve",
                timedelta(days=1),
                partial(certificates.preserve_documents, database, keys),
            ),
            Round("peers", timedelta(hours=1), partial(certificates.visit_peers, database)),
            Round("turnaround", timedelta(hours=1), partial(turnaround.warn_of_late, database)),
            Round("draws", timedelta(minutes=1), partial(inspections.keep_draws, database)),
            Round("licences", timedelta(hours=1), partial(hatcheries.remind_renewals, database)),
            Round("tables", timedelta(days=1), partial(surveillance.forget_left_tables, database)),
            Round("months", timedelta(hours=1), partial(surveillance.remind_late, database)),
            Round("overdue", timedelta(hours=1), partial(movements.remind_overdue, database)),
            Round("check", timedelta(hours=1), partial(certificates.check_issued, database, keys)),
            Round("feeds", timedelta(minutes=1), partial(surveillance.exchange_beside, database)),
            Round("register", timedelta(minutes=1), partial(publish_register, database)),
            Round("digests", timedelta(hours=1), partial(make_digests, database)),
            Round("chains", timedelta(days=1), partial(supervision.check_chains, database)),
        ),
    )


def runner_of(house: House) -> Runner:
    """Return the runner that works the outbox."""
    database = house.database
    return Runner(database.engine, database.reader, database.clock, tasks_of(house))


def create_app(
    settings: Settings, *, clock: Clock | None = None, house: House | None = None
) -> Flask:
    """Build the application for `settings`; `clock` and `house` are for tests and the demo."""
    app = Flask(
        "aquacert",
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "aquacert" / "http" / "static"),
    )
    app.url_rule_class = PatientRule
    house = house or open_house(settings, clock)
    app.config.update(
        SECRET_KEY=settings.secret,
        MAX_CONTENT_LENGTH=settings.upload_limit_bytes,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        SESSION_COOKIE_NAME="__Host-session" if settings.is_production else "session",
        SESSION_COOKIE_SECURE=settings.is_production,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SEND_FILE_MAX_AGE_DEFAULT=3600,
    )
    if settings.proxies:  # else the whole province would share the proxy's tries and its place
        proxied = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=0)
        app.wsgi_app = proxied  # type: ignore[method-assign]
    install(app, house)
    http_db.bind(app, settings.db_url)
    headers.dress(app)
    gates.guard(app)
    pages.furnish(app)
    problems.render(app)
    csrf = CSRFProtect(app)
    join_rooms(app, csrf)
    add_plain_doors(app, house)
    return app


def join_rooms(app: Flask, csrf: CSRFProtect) -> None:
    """Register every room's doors; API doors take tokens and are free of CSRF."""
    for room in ROOMS:
        for member in ("views", "api"):
            name = f"{room}.{member}"
            found = importlib.util.find_spec(name)
            if found is None or found.origin is None:
                continue
            module = importlib.import_module(name)
            app.register_blueprint(module.bp)
            if member == "api":
                csrf.exempt(module.bp)
            prepare = getattr(module, "prepare", None)
            if prepare is not None:
                prepare(app)


def add_plain_doors(app: Flask, house: House) -> None:
    """Add the doors of the house itself: home, health, metrics, the API's description."""

    @app.get("/")
    @gates.open_to_all("sends everybody to their own first page")
    def home() -> ResponseReturnValue:
        return redirect(url_for("accounts.home"))

    @app.get("/healthz")
    @gates.open_to_all("says that the process lives")
    def healthz() -> ResponseReturnValue:
        return Response("ok\n", mimetype="text/plain")

    @app.get("/readyz")
    @gates.open_to_all("says that the database answers")
    def readyz() -> ResponseReturnValue:
        try:
            with house.database.look() as look:
                behind = schema.standing(look.session)
        except SQLAlchemyError as error:
            raise Unavailable("数据库没有准备好。", detail=str(error)) from error
        if behind:
            raise Unavailable(behind)
        return Response("ready\n", mimetype="text/plain")

    @app.get("/metrics")
    @gates.open_to_all("counts only; a production proxy keeps it inside")
    def metrics() -> ResponseReturnValue:
        return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)

    @app.get("/openapi.json")
    @gates.open_to_all("describes the doors, opens none")
    def openapi_document() -> ResponseReturnValue:
        return jsonify(openapi.describe(app))
