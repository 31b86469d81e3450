"""Accounts: bodies, people and roles, sessions and second factors, tokens, the inbox."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aquacert.kernel import db as kernel_db
from aquacert.kernel import ddl

revision = "0003_accounts"
down_revision = "0002_reference"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and their triggers."""
    op.create_table(
        "capabilities",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("division_code", sa.Text(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("since_at", kernel_db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_capabilities")),
        sa.UniqueConstraint(
            "name", "division_code", name=op.f("uq_capabilities_name_division_code")
        ),
    )
    op.create_table(
        "consignee_links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("expires_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("used_at", kernel_db.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consignee_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_consignee_links_token_hash")),
    )
    op.create_index(
        op.f("ix_consignee_links_subject_id"), "consignee_links", ["subject_id"], unique=False
    )
    op.create_table(
        "organisations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("division_code", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("opened_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("closed_at", kernel_db.UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "kind = 'agency' OR uscc IS NOT NULL", name=op.f("ck_organisations_uscc_known")
        ),
        sa.CheckConstraint(
            "kind IN ('agency', 'lab', 'hatchery', 'carrier', 'dealer')",
            name=op.f("ck_organisations_kind"),
        ),
        sa.CheckConstraint("state IN ('open', 'closed')", name=op.f("ck_organisations_state")),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["organisations.id"], name=op.f("fk_organisations_parent_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations")),
        sa.UniqueConstraint("uscc", name=op.f("uq_organisations_uscc")),
    )
    op.create_index(
        op.f("ix_organisations_division_code"), "organisations", ["division_code"], unique=False
    )
    op.create_index(
        op.f("ix_organisations_parent_id"), "organisations", ["parent_id"], unique=False
    )
    op.create_table(
        "people",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("password_changed_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("name", kernel_db.Encrypted(), nullable=True),
        sa.Column("name_index", sa.Text(), nullable=True),
        sa.Column("phone", kernel_db.Encrypted(), nullable=True),
        sa.Column("phone_index", sa.Text(), nullable=True),
        sa.Column("identity", kernel_db.Encrypted(), nullable=True),
        sa.Column("identity_index", sa.Text(), nullable=True),
        sa.Column("wants_second_factor", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("elder", sa.Boolean(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("created_at", kernel_db.UtcDateTime(), nullable=False),
        sa.CheckConstraint("state IN ('active', 'frozen')", name=op.f("ck_people_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("identity_index", name=op.f("uq_people_identity_index")),
        sa.UniqueConstraint("username", name=op.f("uq_people_username")),
    )
    op.create_index(op.f("ix_people_name_index"), "people", ["name_index"], unique=False)
    op.create_index(op.f("ix_people_phone_index"), "people", ["phone_index"], unique=False)
    op.create_table(
        "throttles",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("gate", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("since_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("tries", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "gate IN ('account', 'address', 'code', 'link')", name=op.f("ck_throttles_gate")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_throttles")),
        sa.UniqueConstraint("gate", "key", name=op.f("uq_throttles_gate_key")),
    )
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("scopes", kernel_db.Json(), nullable=False),
        sa.Column("made_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("expires_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("ended_at", kernel_db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_api_tokens_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_tokens_token_hash")),
    )
    op.create_index(op.f("ix_api_tokens_person_id"), "api_tokens", ["person_id"], unique=False)
    op.create_table(
        "inbox_messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("to_organisation_id", sa.Uuid(), nullable=True),
        sa.Column("to_person_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("sent_at", kernel_db.UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "(to_organisation_id IS NULL) <> (to_person_id IS NULL)",
            name=op.f("ck_inbox_messages_one_addressee"),
        ),
        sa.ForeignKeyConstraint(
            ["to_organisation_id"],
            ["organisations.id"],
            name=op.f("fk_inbox_messages_to_organisation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["to_person_id"], ["people.id"], name=op.f("fk_inbox_messages_to_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_messages")),
    )
    op.create_index(
        op.f("ix_inbox_messages_to_organisation_id"),
        "inbox_messages",
        ["to_organisation_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_inbox_messages_to_person_id"), "inbox_messages", ["to_person_id"], unique=False
    )
    op.create_table(
        "inbox_questions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("from_organisation_id", sa.Uuid(), nullable=False),
        sa.Column("to_organisation_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_at", kernel_db.UtcDateTime(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'answered')", name=op.f("ck_inbox_questions_state")),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["people.id"], name=op.f("fk_inbox_questions_asked_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["from_organisation_id"],
            ["organisations.id"],
            name=op.f("fk_inbox_questions_from_organisation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["to_organisation_id"],
            ["organisations.id"],
            name=op.f("fk_inbox_questions_to_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_questions")),
    )
    op.create_index(
        op.f("ix_inbox_questions_from_organisation_id"),
        "inbox_questions",
        ["from_organisation_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_inbox_questions_to_organisation_id"),
        "inbox_questions",
        ["to_organisation_id"],
        unique=False,
    )
    op.create_table(
        "memberships",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("division_code", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("appointment_number", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "role <> 'official_vet' OR appointment_number IS NOT NULL",
            name=op.f("ck_memberships_vet_numbered"),
        ),
        sa.CheckConstraint(
            "role IN ('hatchery_owner', 'hatchery_clerk', 'dealer', 'carrier', 'consignee', 'office_clerk', 'station_assistant', 'official_vet', 'number_keeper', 'county_supervisor', 'city_supervisor', 'province_supervisor', 'lab_receiver', 'lab_technician', 'lab_reviewer', 'lab_authoriser', 'surveillance_officer', 'checkpoint_officer', 'administrator', 'auditor')",
            name=op.f("ck_memberships_role"),
        ),
        sa.CheckConstraint(
            "until_on IS NULL OR until_on >= from_on", name=op.f("ck_memberships_order")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_memberships_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_memberships_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memberships")),
    )
    op.create_index(
        op.f("ix_memberships_division_code"), "memberships", ["division_code"], unique=False
    )
    op.create_index(
        op.f("ix_memberships_organisation_id"), "memberships", ["organisation_id"], unique=False
    )
    op.create_index(op.f("ix_memberships_person_id"), "memberships", ["person_id"], unique=False)
    op.create_index(
        "uq_memberships_number",
        "memberships",
        ["appointment_number"],
        unique=True,
        sqlite_where=sa.text("appointment_number IS NOT NULL AND until_on IS NULL"),
        postgresql_where=sa.text("appointment_number IS NOT NULL AND until_on IS NULL"),
    )
    op.create_index(
        "uq_memberships_open",
        "memberships",
        ["person_id", "organisation_id", "role"],
        unique=True,
        sqlite_where=sa.text("until_on IS NULL"),
        postgresql_where=sa.text("until_on IS NULL"),
    )
    op.create_table(
        "organisation_names",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_organisation_names_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_names")),
    )
    op.create_index(
        "uq_organisation_names_current",
        "organisation_names",
        ["organisation_id"],
        unique=True,
        sqlite_where=sa.text("until_on IS NULL"),
        postgresql_where=sa.text("until_on IS NULL"),
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("opened_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("seen_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("ended_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('half', 'open', 'ended')", name=op.f("ck_sessions_state")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_sessions_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_sessions_secret_hash")),
    )
    op.create_index(op.f("ix_sessions_person_id"), "sessions", ["person_id"], unique=False)
    op.create_table(
        "standings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("from_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "level IN ('good', 'normal', 'watched', 'restricted')", name=op.f("ck_standings_level")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_standings_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standings")),
    )
    op.create_index(
        "ix_standings_organisation_from", "standings", ["organisation_id", "from_at"], unique=False
    )
    op.create_table(
        "totp_secrets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("secret", kernel_db.Encrypted(), nullable=False),
        sa.Column(
            "last_counter", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("made_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("confirmed_at", kernel_db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_totp_secrets_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_totp_secrets")),
        sa.UniqueConstraint("person_id", name=op.f("uq_totp_secrets_person_id")),
    )
    op.create_table(
        "inbox_answers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("answered_by_id", sa.Uuid(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("answered_at", kernel_db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["people.id"], name=op.f("fk_inbox_answers_answered_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["inbox_questions.id"], name=op.f("fk_inbox_answers_question_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_answers")),
    )
    op.create_index(
        op.f("ix_inbox_answers_question_id"), "inbox_answers", ["question_id"], unique=False
    )
    op.create_table(
        "inbox_reads",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("read_at", kernel_db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["inbox_messages.id"], name=op.f("fk_inbox_reads_message_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_inbox_reads_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_reads")),
        sa.UniqueConstraint(
            "message_id", "person_id", name=op.f("uq_inbox_reads_message_id_person_id")
        ),
    )
    op.create_index(op.f("ix_inbox_reads_person_id"), "inbox_reads", ["person_id"], unique=False)
    op.create_table(
        "step_up_grants",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("granted_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("expires_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("spent_at", kernel_db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_step_up_grants_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name=op.f("fk_step_up_grants_session_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_step_up_grants")),
    )
    op.create_index(
        op.f("ix_step_up_grants_session_id"), "step_up_grants", ["session_id"], unique=False
    )
    for table in ("standings", "inbox_answers"):
        for statement in ddl.append_only(table, op.get_bind().dialect.name):
            op.execute(statement)


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
