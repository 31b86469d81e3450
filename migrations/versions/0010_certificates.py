"""Certificates: numbers, issuances, certificates, their standing, the news, and the views."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aquacert.kernel import db as kernel_db
from aquacert.kernel import ddl

revision = "0010_certificates"
down_revision = "0009_sampling"
branch_labels = None
depends_on = None

APPEND_ONLY = ("certificates", "certificate_lines", "certificate_changes", "log_leaves")


def upgrade() -> None:
    """Make the tables, their triggers and the read-only views."""
    make_tables()
    counters = sa.table("certificate_counters", sa.column("name"), sa.column("value"))
    op.bulk_insert(counters, [{"name": "changes", "value": 0}, {"name": "leaves", "value": 0}])
    dialect = op.get_bind().dialect.name
    for statement in guards(dialect):
        op.execute(statement)
    for statement in views(dialect):
        op.execute(statement)


def guards(dialect: str) -> list[str]:
    """What is sealed stays sealed, what is final stays final, and nothing is taken away."""
    statements = [one for table in APPEND_ONLY for one in ddl.append_only(table, dialect)]
    # A number's row may still move from reserved to used or void, and from used to void.
    final = (
        "OLD.state = 'void' OR OLD.number <> NEW.number"
        " OR (OLD.state = 'used' AND NEW.state = 'reserved')"
    )
    statements += ddl.frozen_when("certificate_numbers", final, dialect)
    statements += ddl.append_only("certificate_numbers", dialect)[1:]
    # A plan's bytes never change, and a settled plan not at all.
    settled = "OLD.stage <> 'planned' OR OLD.payload <> NEW.payload OR OLD.number <> NEW.number"
    statements += ddl.frozen_when("issuances", settled, dialect)
    statements += ddl.append_only("issuances", dialect)[1:]
    # Void, replaced and recalled are final; only the arrival may still be noted.
    dead = (
        "OLD.status IN ('void', 'replaced', 'recalled') AND OLD.status <> NEW.status"
        " OR OLD.load_id <> NEW.load_id"
    )
    statements += ddl.frozen_when("certificate_standings", dead, dialect)
    statements += ddl.append_only("certificate_standings", dialect)[1:]
    # A segment's pointer only grows: a number once passed is never given again.
    back = "NEW.next_free < OLD.next_free OR OLD.first <> NEW.first OR OLD.last <> NEW.last"
    statements += ddl.frozen_when("number_segments", back, dialect)
    statements += ddl.append_only("number_segments", dialect)[1:]
    return statements


def instant(column: str, dialect: str) -> str:
    """Return SQL that gives an instant as RFC 3339 text in UTC."""
    if dialect == "postgresql":
        return f"to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"
    return f"replace(substr({column}, 1, 23), ' ', 'T') || 'Z'"


def ten(column: str, dialect: str) -> str:
    """Return SQL that gives a number as its ten digits."""
    if dialect == "postgresql":
        return f"lpad({column}::text, 10, '0')"
    return f"printf('%010d', {column})"


def views(dialect: str) -> list[str]:
    """Return the read-only views of the outside contract."""
    at = {
        name: instant(name, dialect)
        for name in ("c.issued_at", "c.valid_until", "s.arrived_at", "at")
    }
    certificates = (
        "CREATE VIEW v_certificates AS SELECT c.number AS number, c.kind AS kind,"
        f" s.status AS status, {at['c.issued_at']} AS issued_at,"
        " c.declaration_no AS declaration_no, c.load_no AS load, c.origin_code AS origin,"
        " c.destination_code AS destination, c.species AS species, c.quantity AS quantity,"
        " c.unit AS unit, c.vet_number AS vet, c.office AS office,"
        f" {at['c.valid_until']} AS valid_until,"
        f" CASE WHEN s.arrived_at IS NULL THEN NULL ELSE {at['s.arrived_at']} END AS arrived_at"
        " FROM certificates c JOIN certificate_standings s ON s.id = c.id"
    )
    numbers = (
        "CREATE VIEW v_numbers AS SELECT n.number AS number,"
        f" {ten('g.first', dialect)} || '-' || {ten('g.last', dialect)} AS segment,"
        " n.state AS state, n.because AS reason"
        " FROM certificate_numbers n JOIN number_segments g ON g.id = n.segment_id"
    )
    audit = (
        f"CREATE VIEW v_audit AS SELECT seq, {at['at']} AS at, actor, tag,"
        " subject_kind || ':' || subject_id AS subject, hash FROM audit_entries"
    )
    return [certificates, numbers, audit]


def make_tables() -> None:
    """Make the tables, as migrations/draft.py writes them."""
    op.create_table(
        "certificate_changes",
        sa.Column(
            "seq",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("certificate_id", sa.Uuid(), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("at", kernel_db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_certificate_changes")),
    )
    op.create_table(
        "certificate_counters",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_certificate_counters")),
    )
    op.create_table(
        "log_leaves",
        sa.Column(
            "position",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("certificate_id", sa.Uuid(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("entry", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_log_leaves")),
    )
    op.create_table(
        "status_listings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("published_at", kernel_db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_listings")),
        sa.UniqueConstraint("number", name=op.f("uq_status_listings_number")),
    )
    op.create_table(
        "number_segments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("division_code", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("first", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("last", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "next_free", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("received_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("received_by_id", sa.Uuid(), nullable=True),
        sa.Column("because", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('A', 'B')", name=op.f("ck_number_segments_kind")),
        sa.CheckConstraint("first <= last", name=op.f("ck_number_segments_range")),
        sa.CheckConstraint(
            "next_free >= first AND next_free <= last + 1",
            name=op.f("ck_number_segments_next_free"),
        ),
        sa.ForeignKeyConstraint(
            ["holder_id"], ["organisations.id"], name=op.f("fk_number_segments_holder_id")
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["number_segments.id"], name=op.f("fk_number_segments_parent_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_number_segments")),
    )
    op.create_index(
        "ix_number_segments_holder", "number_segments", ["holder_id", "kind", "first"], unique=False
    )
    op.create_table(
        "certificate_numbers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("segment_id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("county", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("load_id", sa.Uuid(), nullable=True),
        sa.Column("reserved_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("reserved_by_id", sa.Uuid(), nullable=True),
        sa.Column("settled_at", kernel_db.UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "state <> 'void' OR because <> ''", name=op.f("ck_certificate_numbers_because")
        ),
        sa.CheckConstraint(
            "state IN ('reserved', 'used', 'void')", name=op.f("ck_certificate_numbers_state")
        ),
        sa.CheckConstraint("length(number) = 10", name=op.f("ck_certificate_numbers_number")),
        sa.ForeignKeyConstraint(
            ["segment_id"], ["number_segments.id"], name=op.f("fk_certificate_numbers_segment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_numbers")),
        sa.UniqueConstraint("number", name=op.f("uq_certificate_numbers_number")),
    )
    op.create_index(
        "ix_certificate_numbers_segment",
        "certificate_numbers",
        ["segment_id", "state"],
        unique=False,
    )
    op.create_index(
        "uq_certificate_numbers_reserved_load",
        "certificate_numbers",
        ["load_id"],
        unique=True,
        sqlite_where=sa.text("state = 'reserved'"),
        postgresql_where=sa.text("state = 'reserved'"),
    )
    op.create_table(
        "issuances",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("load_id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("county", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("preview", sa.Text(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column(
            "status_list", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "status_index", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("replaces_id", sa.Uuid(), nullable=True),
        sa.Column("planned_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("planned_by_id", sa.Uuid(), nullable=True),
        sa.Column("settled_at", kernel_db.UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "stage <> 'abandoned' OR because <> ''", name=op.f("ck_issuances_because")
        ),
        sa.CheckConstraint(
            "stage IN ('planned', 'published', 'abandoned')", name=op.f("ck_issuances_stage")
        ),
        sa.ForeignKeyConstraint(
            ["number"], ["certificate_numbers.number"], name=op.f("fk_issuances_number")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issuances")),
        sa.UniqueConstraint("number", name=op.f("uq_issuances_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_issuances_public_id")),
        sa.UniqueConstraint(
            "status_list", "status_index", name=op.f("uq_issuances_status_list_status_index")
        ),
    )
    op.create_index(op.f("ix_issuances_load_id"), "issuances", ["load_id"], unique=False)
    op.create_index(
        "uq_issuances_planned_load",
        "issuances",
        ["load_id"],
        unique=True,
        sqlite_where=sa.text("stage = 'planned'"),
        postgresql_where=sa.text("stage = 'planned'"),
    )
    op.create_table(
        "certificates",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("load_id", sa.Uuid(), nullable=False),
        sa.Column("load_no", sa.Text(), nullable=False),
        sa.Column("declaration_id", sa.Uuid(), nullable=False),
        sa.Column("declaration_no", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("office", sa.Text(), nullable=False),
        sa.Column("county", sa.Text(), nullable=False),
        sa.Column("origin_code", sa.Text(), nullable=False),
        sa.Column("destination_code", sa.Text(), nullable=False),
        sa.Column("species_code", sa.Text(), nullable=False),
        sa.Column("species", sa.Text(), nullable=False),
        sa.Column("quantity", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("vet_id", sa.Uuid(), nullable=False),
        sa.Column("vet_number", sa.Text(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.Column("cose", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("vet_signature", sa.LargeBinary(), nullable=False),
        sa.Column("issued_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("departs_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("valid_until", kernel_db.UtcDateTime(), nullable=False),
        sa.Column(
            "status_list", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "status_index", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("replaces_id", sa.Uuid(), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("kind IN ('A', 'B')", name=op.f("ck_certificates_kind")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_certificates_quantity")),
        sa.ForeignKeyConstraint(["load_id"], ["loads.id"], name=op.f("fk_certificates_load_id")),
        sa.ForeignKeyConstraint(
            ["number"], ["certificate_numbers.number"], name=op.f("fk_certificates_number")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificates")),
        sa.UniqueConstraint("number", name=op.f("uq_certificates_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_certificates_public_id")),
        sa.UniqueConstraint(
            "status_list", "status_index", name=op.f("uq_certificates_status_list_status_index")
        ),
    )
    op.create_index(
        op.f("ix_certificates_declaration_id"), "certificates", ["declaration_id"], unique=False
    )
    op.create_index(op.f("ix_certificates_load_id"), "certificates", ["load_id"], unique=False)
    op.create_index(
        "ix_certificates_month",
        "certificates",
        ["issued_on", "county", "species_code"],
        unique=False,
    )
    op.create_index(
        op.f("ix_certificates_organisation_id"), "certificates", ["organisation_id"], unique=False
    )
    op.create_table(
        "certificate_lines",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("certificate_id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=True),
        sa.Column("quantity", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_certificate_lines_quantity")),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batches.id"], name=op.f("fk_certificate_lines_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["certificate_id"],
            ["certificates.id"],
            name=op.f("fk_certificate_lines_certificate_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_lines")),
        sa.UniqueConstraint(
            "certificate_id", "batch_id", name=op.f("uq_certificate_lines_certificate_id_batch_id")
        ),
    )
    op.create_index(
        op.f("ix_certificate_lines_batch_id"), "certificate_lines", ["batch_id"], unique=False
    )
    op.create_table(
        "certificate_standings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("load_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("successor_id", sa.Uuid(), nullable=True),
        sa.Column("changed_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("changed_by_id", sa.Uuid(), nullable=True),
        sa.Column("arrived_at", kernel_db.UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "status <> 'replaced' OR successor_id IS NOT NULL",
            name=op.f("ck_certificate_standings_successor"),
        ),
        sa.CheckConstraint(
            "status = 'valid' OR because <> ''", name=op.f("ck_certificate_standings_because")
        ),
        sa.CheckConstraint(
            "status IN ('valid', 'suspended', 'void', 'replaced', 'recalled')",
            name=op.f("ck_certificate_standings_status"),
        ),
        sa.ForeignKeyConstraint(
            ["id"], ["certificates.id"], name=op.f("fk_certificate_standings_id")
        ),
        sa.ForeignKeyConstraint(
            ["successor_id"],
            ["certificates.id"],
            name=op.f("fk_certificate_standings_successor_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_standings")),
    )
    op.create_index(
        "uq_certificate_standings_live_load",
        "certificate_standings",
        ["load_id"],
        unique=True,
        sqlite_where=sa.text("status IN ('valid', 'suspended')"),
        postgresql_where=sa.text("status IN ('valid', 'suspended')"),
    )


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
