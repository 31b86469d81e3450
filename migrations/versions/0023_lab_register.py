"""What a designated laboratory has: accreditations, instruments, lots, staff, proficiency tests."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aquacert.kernel import db as kernel_db
from aquacert.kernel import ddl
from aquacert.kernel.ids import new_id

revision = "0023_lab_register"
down_revision = "0022_issuing"
branch_labels = None
depends_on = None

APPEND_ONLY = ("lab_calibrations", "lab_proficiency_tests")
SEARCHED = {
    "ix_lab_results_tested": ["tested_on", "id"],
    "ix_lab_results_lab_tested": ["lab_id", "tested_on", "id"],
    "ix_lab_results_lab_outcome": ["lab_id", "outcome", "tested_on", "id"],
    "ix_lab_results_scope_tested": ["scope_id", "tested_on", "id"],
}
KINDS = (("designated", None), ("cma", "cma_number"), ("cnas", "cnas_number"))


def upgrade() -> None:
    """Make the tables; what laboratories were entitled to before becomes dated rows."""
    op.create_table(
        "lab_accreditations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lab_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ended_because", sa.Text(), nullable=False),
        sa.Column("recorded_at", kernel_db.UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "(ended_on IS NULL) = (ended_because = '')", name=op.f("ck_lab_accreditations_ended")
        ),
        sa.CheckConstraint(
            "kind IN ('designated', 'cma', 'cnas')", name=op.f("ck_lab_accreditations_kind")
        ),
        sa.CheckConstraint("from_on <= until_on", name=op.f("ck_lab_accreditations_span")),
        sa.ForeignKeyConstraint(
            ["lab_id"], ["laboratories.id"], name=op.f("fk_lab_accreditations_lab_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_accreditations")),
        sa.UniqueConstraint(
            "lab_id", "kind", "from_on", name=op.f("uq_lab_accreditations_lab_id_kind_from_on")
        ),
    )
    op.create_index(
        op.f("ix_lab_accreditations_lab_id"), "lab_accreditations", ["lab_id"], unique=False
    )
    op.create_table(
        "lab_authorisations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lab_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("disease_code", sa.Text(), nullable=False),
        sa.Column("method_code", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ended_because", sa.Text(), nullable=False),
        sa.Column("granted_by_id", sa.Uuid(), nullable=True),
        sa.Column("granted_at", kernel_db.UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "(ended_on IS NULL) = (ended_because = '')", name=op.f("ck_lab_authorisations_ended")
        ),
        sa.CheckConstraint(
            "act IN ('test', 'review', 'sign')", name=op.f("ck_lab_authorisations_act")
        ),
        sa.CheckConstraint("from_on <= until_on", name=op.f("ck_lab_authorisations_span")),
        sa.ForeignKeyConstraint(
            ["granted_by_id"], ["people.id"], name=op.f("fk_lab_authorisations_granted_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["lab_id"], ["laboratories.id"], name=op.f("fk_lab_authorisations_lab_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_lab_authorisations_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_authorisations")),
    )
    op.create_index(
        op.f("ix_lab_authorisations_lab_id"), "lab_authorisations", ["lab_id"], unique=False
    )
    op.create_index(
        op.f("ix_lab_authorisations_person_id"), "lab_authorisations", ["person_id"], unique=False
    )
    op.create_table(
        "lab_instruments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lab_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("serial_number", sa.Text(), nullable=False),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("retired_because", sa.Text(), nullable=False),
        sa.Column("added_at", kernel_db.UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "(retired_on IS NULL) = (retired_because = '')", name=op.f("ck_lab_instruments_retired")
        ),
        sa.ForeignKeyConstraint(
            ["lab_id"], ["laboratories.id"], name=op.f("fk_lab_instruments_lab_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_instruments")),
        sa.UniqueConstraint("lab_id", "code", name=op.f("uq_lab_instruments_lab_id_code")),
    )
    op.create_index(op.f("ix_lab_instruments_lab_id"), "lab_instruments", ["lab_id"], unique=False)
    op.create_table(
        "lab_kit_lots",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lab_id", sa.Uuid(), nullable=False),
        sa.Column("kit", sa.Text(), nullable=False),
        sa.Column("maker", sa.Text(), nullable=False),
        sa.Column("lot", sa.Text(), nullable=False),
        sa.Column("disease_code", sa.Text(), nullable=False),
        sa.Column("method_code", sa.Text(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=True),
        sa.Column(
            "days_after_opening",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column("finished_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_because", sa.Text(), nullable=False),
        sa.Column("added_at", kernel_db.UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "(withdrawn_on IS NULL) = (withdrawn_because = '')",
            name=op.f("ck_lab_kit_lots_withdrawn"),
        ),
        sa.CheckConstraint(
            "days_after_opening IS NULL OR days_after_opening >= 0",
            name=op.f("ck_lab_kit_lots_opening"),
        ),
        sa.ForeignKeyConstraint(
            ["lab_id"], ["laboratories.id"], name=op.f("fk_lab_kit_lots_lab_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_kit_lots")),
        sa.UniqueConstraint("lab_id", "kit", "lot", name=op.f("uq_lab_kit_lots_lab_id_kit_lot")),
    )
    op.create_index(op.f("ix_lab_kit_lots_lab_id"), "lab_kit_lots", ["lab_id"], unique=False)
    op.create_index(op.f("ix_lab_kit_lots_lot"), "lab_kit_lots", ["lot"], unique=False)
    op.create_table(
        "lab_proficiency_tests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lab_id", sa.Uuid(), nullable=False),
        sa.Column("disease_code", sa.Text(), nullable=False),
        sa.Column("method_code", sa.Text(), nullable=False),
        sa.Column("organiser", sa.Text(), nullable=False),
        sa.Column("round_name", sa.Text(), nullable=False),
        sa.Column("taken_on", sa.Date(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("next_due_on", sa.Date(), nullable=True),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", kernel_db.UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('satisfactory', 'questionable', 'unsatisfactory')",
            name=op.f("ck_lab_proficiency_tests_outcome"),
        ),
        sa.CheckConstraint(
            "next_due_on IS NULL OR next_due_on > taken_on",
            name=op.f("ck_lab_proficiency_tests_due"),
        ),
        sa.ForeignKeyConstraint(
            ["lab_id"], ["laboratories.id"], name=op.f("fk_lab_proficiency_tests_lab_id")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["people.id"], name=op.f("fk_lab_proficiency_tests_recorded_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_proficiency_tests")),
    )
    op.create_index(
        op.f("ix_lab_proficiency_tests_lab_id"), "lab_proficiency_tests", ["lab_id"], unique=False
    )
    op.create_table(
        "lab_calibrations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lab_id", sa.Uuid(), nullable=False),
        sa.Column("instrument_id", sa.Uuid(), nullable=False),
        sa.Column("calibrated_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("is_passed", sa.Boolean(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("recorded_at", kernel_db.UtcDateTime(), nullable=False),
        sa.CheckConstraint("calibrated_on <= until_on", name=op.f("ck_lab_calibrations_span")),
        sa.ForeignKeyConstraint(
            ["instrument_id"],
            ["lab_instruments.id"],
            name=op.f("fk_lab_calibrations_instrument_id"),
        ),
        sa.ForeignKeyConstraint(
            ["lab_id"], ["laboratories.id"], name=op.f("fk_lab_calibrations_lab_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_calibrations")),
    )
    op.create_index(
        op.f("ix_lab_calibrations_instrument_id"),
        "lab_calibrations",
        ["instrument_id"],
        unique=False,
    )

    for name in ("needs_cma", "needs_cnas"):
        column = sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())
        op.add_column("lab_scopes", column)
    for name, columns in SEARCHED.items():
        op.create_index(name, "lab_results", columns)
    op.create_index("ix_lab_reports_number", "lab_reports", ["number"])
    dialect = op.get_bind().dialect.name
    for table in APPEND_ONLY:
        for statement in ddl.append_only(table, dialect):
            op.execute(statement)
    _carry_over()


def _carry_over() -> None:
    """Write one row for each accreditation that a laboratory's own row named."""
    old = sa.table(
        "laboratories",
        sa.column("id", sa.Uuid()),
        sa.column("cma_number", sa.Text()),
        sa.column("cnas_number", sa.Text()),
        sa.column("accredited_from_on", sa.Date()),
        sa.column("accredited_until_on", sa.Date()),
        sa.column("designated_at", kernel_db.UtcDateTime()),
    )
    new = sa.table(
        "lab_accreditations",
        sa.column("id", sa.Uuid()),
        sa.column("lab_id", sa.Uuid()),
        sa.column("kind", sa.Text()),
        sa.column("number", sa.Text()),
        sa.column("from_on", sa.Date()),
        sa.column("until_on", sa.Date()),
        sa.column("ended_because", sa.Text()),
        sa.column("recorded_at", kernel_db.UtcDateTime()),
    )
    connection = op.get_bind()
    for row in connection.execute(sa.select(old)).mappings().all():
        for kind, column in KINDS:
            number = row[column] if column else ""
            if column and not number:
                continue
            values = {
                "id": new_id(row["designated_at"]),
                "lab_id": row["id"],
                "kind": kind,
                "number": number,
                "from_on": row["accredited_from_on"],
                "until_on": row["accredited_until_on"],
                "ended_because": "",
                "recorded_at": row["designated_at"],
            }
            connection.execute(sa.insert(new).values(**values))


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
