"""What lets a result gate a certificate: our own results, what a certificate rests on, annexes.

Old rows need nothing: what was issued before this has no line in `certificate_reports` and is found
by its batch, as before.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aquacert.kernel import db as kernel_db
from aquacert.kernel import ddl

revision = "0025_gate"
down_revision = "0024_sampling"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OTHER_BATCH = """
    NEW.sample_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM samples WHERE samples.id = NEW.sample_id AND samples.batch_id = NEW.batch_id
    )
"""
REFUSAL = "a sample serves one batch only"
GUARDED = (
    ("ordered_tests", "INSERT", OTHER_BATCH),
    ("ordered_tests", "UPDATE", OTHER_BATCH),
    ("certificate_reports", "INSERT", f"NEW.rule_id = '' AND {OTHER_BATCH}"),
    (
        "samples",
        "UPDATE",
        (
            "NEW.batch_id <> OLD.batch_id OR NEW.blind_code <> OLD.blind_code"
            " OR NEW.declaration_id <> OLD.declaration_id"
        ),
    ),
)
"""Table, act, when it is refused: a result can never back a second batch, whoever writes it."""


def upgrade() -> None:
    """Make the tables and what guards them."""
    make_own_results()
    make_certificate_reports()
    make_annexes()
    dialect = op.get_bind().dialect.name
    for table in ("certificate_reports", "sample_annexes"):
        for statement in ddl.append_only(table, dialect):
            op.execute(statement)
    for statement in guards(dialect):
        op.execute(statement)


def guards(dialect: str) -> list[str]:
    """Return the statements that let a sample serve one batch only."""
    statements: list[str] = []
    for table, act, refused in GUARDED:
        name = f"tr_{table}_one_batch_{act.lower()}"
        if dialect == "postgresql":
            function = f"aquacert_one_batch_{table}_{act.lower()}"
            statements += [
                (
                    f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger AS $$ BEGIN"
                    f" IF {refused} THEN RAISE EXCEPTION '{REFUSAL}'; END IF;"
                    " RETURN NEW; END $$ LANGUAGE plpgsql"
                ),
                (
                    f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW"
                    f" EXECUTE FUNCTION {function}()"
                ),
            ]
        else:
            statements.append(
                f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW WHEN {refused}"
                f" BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            )
    return statements


def make_own_results() -> None:
    """Make the observations of our own laboratories."""
    op.create_table(
        "own_results",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sample_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("division_code", sa.Text(), nullable=False),
        sa.Column("disease_code", sa.Text(), nullable=False),
        sa.Column("disease_name", sa.Text(), nullable=False),
        sa.Column("species_code", sa.Text(), nullable=False),
        sa.Column("species_name", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("life_stage", sa.Text(), nullable=False),
        sa.Column("individuals", BIG, nullable=False),
        sa.Column("sampled_on", sa.Date(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("method_code", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("lab_id", sa.Uuid(), nullable=False),
        sa.Column("lab_name", sa.Text(), nullable=False),
        sa.Column("in_scope", sa.Boolean(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("report_no", sa.Text(), nullable=False),
        sa.Column("reported_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("heard_at", kernel_db.UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "purpose IN ('certificate', 'suspicion', 'plan', 'self')",
            name=op.f("ck_own_results_purpose"),
        ),
        sa.CheckConstraint("level IN ('I', 'II', 'III')", name=op.f("ck_own_results_level")),
        sa.CheckConstraint(
            "outcome IN ('negative', 'positive', 'inconclusive')",
            name=op.f("ck_own_results_outcome"),
        ),
        sa.CheckConstraint("individuals > 0", name=op.f("ck_own_results_individuals")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_own_results_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["lab_id"], ["organisations.id"], name=op.f("fk_own_results_lab_id")
        ),
        sa.ForeignKeyConstraint(
            ["division_code"], ["divisions.code"], name=op.f("fk_own_results_division_code")
        ),
        sa.ForeignKeyConstraint(
            ["disease_code"], ["diseases.code"], name=op.f("fk_own_results_disease_code")
        ),
        sa.ForeignKeyConstraint(
            ["species_code"], ["species.code"], name=op.f("fk_own_results_species_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_own_results")),
        sa.UniqueConstraint(
            "sample_id", "disease_code", name=op.f("uq_own_results_sample_id_disease_code")
        ),
    )
    op.create_index(
        "ix_own_results_farm",
        "own_results",
        ["organisation_id", "disease_code", "species_code", "sampled_on"],
    )
    op.create_index("ix_own_results_day", "own_results", ["sampled_on", "id"])


def make_certificate_reports() -> None:
    """Make what names, for each certificate, the reports it rests on."""
    op.create_table(
        "certificate_reports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("certificate_id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("disease_code", sa.Text(), nullable=False),
        sa.Column("sample_id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("rule_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["certificate_id"],
            ["certificates.id"],
            name=op.f("fk_certificate_reports_certificate_id"),
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batches.id"], name=op.f("fk_certificate_reports_batch_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_reports")),
        sa.UniqueConstraint(
            "certificate_id",
            "batch_id",
            "disease_code",
            name=op.f("uq_certificate_reports_certificate_id_batch_id_disease_code"),
        ),
    )
    for column in ("report_id", "sample_id"):
        op.create_index(op.f(f"ix_certificate_reports_{column}"), "certificate_reports", [column])


def make_annexes() -> None:
    """Make the signed annexes that tie a blind report to its batch."""
    op.create_table(
        "sample_annexes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sample_id", sa.Uuid(), nullable=False),
        sa.Column("origin_code", sa.Text(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("vet_id", sa.Uuid(), nullable=True),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("report_no", sa.Text(), nullable=False),
        sa.Column("report_digest", sa.Text(), nullable=False),
        sa.Column("content", kernel_db.Json(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("cose", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("made_at", kernel_db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sample_id"], ["samples.id"], name=op.f("fk_sample_annexes_sample_id")
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["organisations.id"], name=op.f("fk_sample_annexes_office_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_sample_annexes_organisation_id"),
        ),
        sa.ForeignKeyConstraint(["vet_id"], ["people.id"], name=op.f("fk_sample_annexes_vet_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sample_annexes")),
        sa.UniqueConstraint(
            "sample_id", "report_id", name=op.f("uq_sample_annexes_sample_id_report_id")
        ),
    )


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
