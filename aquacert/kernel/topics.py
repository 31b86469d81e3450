"""News that travels up the rooms. app.py holds the only table topic → tasks."""

from __future__ import annotations

from enum import StrEnum


class Topic(StrEnum):
    """What happened, spelt `thing.happened`. Alphabetical."""

    BULK_SENT = "bulk.sent"
    CAMPAIGN_OPENED = "campaign.opened"
    CASE_ASKED = "case.asked"
    CERTIFICATE_ISSUED = "certificate.issued"
    CERTIFICATE_RECALLED = "certificate.recalled"
    CERTIFICATE_REPLACED = "certificate.replaced"
    CERTIFICATE_RESUMED = "certificate.resumed"
    CERTIFICATE_SUSPENDED = "certificate.suspended"
    CERTIFICATE_VOID = "certificate.void"
    CONSIGNMENT_CLOSED = "consignment.closed"
    DECLARATION_ACCEPTED = "declaration.accepted"
    DECLARATION_INSPECTED = "declaration.inspected"
    DECLARATION_SUBMITTED = "declaration.submitted"
    EVENT_CHANGED = "event.changed"
    FEED_RECEIVED = "feed.received"
    POOL_RETRACTED = "pool.retracted"
    LAB_WORK_CHANGED = "lab_work.changed"
    RECALL_MOVED = "recall.moved"
    REPORT_POSITIVE = "report.positive"
    REPORT_RELEASED = "report.released"
    REPORT_WITHDRAWN = "report.withdrawn"
    STOCK_BOUGHT = "stock.bought"
    STOCK_SHEET_CONFIRMED = "stock_sheet.confirmed"
    SUSPICION_REPORTED = "suspicion.reported"
    TABLE_MAPPED = "table.mapped"
    ZONE_CHANGED = "zone.changed"
