"""Reference: divisions, species, diseases, methods, dated rules, working calendar.

What the country publishes may be written only while a load of the seed folder is open: a county can
add no disease, no duty and no rule, whatever reaches the database.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aquacert.kernel import db as kernel_db
from aquacert.kernel import ddl

revision = "0002_reference"
down_revision = "0001_kernel"
branch_labels = None
depends_on = None

PUBLISHED = ("diseases", "disease_species", "methods", "rules")
OPEN = "SELECT 1 FROM reference_loads WHERE is_open"
SHUT_FUNCTION = f"""
CREATE OR REPLACE FUNCTION aquacert_reference_shut() RETURNS trigger AS $$
BEGIN
  IF NOT EXISTS ({OPEN}) THEN
    RAISE EXCEPTION '% is published, not written here: %', TG_TABLE_NAME, TG_OP;
  END IF;
  RETURN COALESCE(NEW, OLD);
END $$ LANGUAGE plpgsql
"""


def upgrade() -> None:
    """Make the tables and their triggers."""
    op.create_table(
        "diseases",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("agent_kind", sa.Text(), nullable=False),
        sa.Column(
            "class_573", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("woah", sa.Text(), nullable=False),
        sa.Column("trigger", sa.Text(), nullable=False),
        sa.Column("former_names", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("sureness", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "sureness IN ('verified', 'recalled', 'unverified', 'bracketed')",
            name=op.f("ck_diseases_sureness"),
        ),
        sa.CheckConstraint(
            "trigger IN ('always', 'suspicion', 'category', 'plan', 'clinical')",
            name=op.f("ck_diseases_trigger"),
        ),
        sa.CheckConstraint("woah IN ('listed', 'no', 'unsure')", name=op.f("ck_diseases_woah")),
        sa.CheckConstraint("class_573 IN (0, 1, 2, 3)", name=op.f("ck_diseases_class_573")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_diseases")),
        sa.UniqueConstraint("code", name=op.f("uq_diseases_code")),
    )
    op.create_table(
        "divisions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("parent_code", sa.Text(), nullable=True),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("successor_code", sa.Text(), nullable=True),
        sa.Column("former_names", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("sureness", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(parent_code IS NULL) = (level = 'province')", name=op.f("ck_divisions_parent")
        ),
        sa.CheckConstraint(
            "level IN ('province', 'prefecture', 'county')", name=op.f("ck_divisions_level")
        ),
        sa.CheckConstraint(
            "sureness IN ('verified', 'recalled', 'unverified', 'bracketed')",
            name=op.f("ck_divisions_sureness"),
        ),
        sa.CheckConstraint("length(code) = 6", name=op.f("ck_divisions_code")),
        sa.CheckConstraint("parent_code <> code", name=op.f("ck_divisions_own_parent")),
        sa.CheckConstraint("until_on >= from_on", name=op.f("ck_divisions_period")),
        sa.ForeignKeyConstraint(
            ["parent_code"], ["divisions.code"], name=op.f("fk_divisions_parent_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_divisions")),
        sa.UniqueConstraint("code", name=op.f("uq_divisions_code")),
    )
    op.create_index(op.f("ix_divisions_parent_code"), "divisions", ["parent_code"], unique=False)
    op.create_table(
        "holidays",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('holiday', 'workday')", name=op.f("ck_holidays_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holidays")),
        sa.UniqueConstraint("day_on", name=op.f("uq_holidays_day_on")),
    )
    op.create_table(
        "reference_loads",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("loaded_at", kernel_db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reference_loads")),
    )
    op.create_table(
        "rules",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rule_id", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("sureness", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "sureness IN ('verified', 'recalled', 'unverified', 'bracketed')",
            name=op.f("ck_rules_sureness"),
        ),
        sa.CheckConstraint(
            "unit IN ('natural_days', 'working_days', 'hours', 'months', 'edition')",
            name=op.f("ck_rules_unit"),
        ),
        sa.CheckConstraint("until_on >= from_on", name=op.f("ck_rules_period")),
        sa.CheckConstraint("value >= 0", name=op.f("ck_rules_value")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rules")),
        sa.UniqueConstraint("rule_id", "from_on", name=op.f("uq_rules_rule_id_from_on")),
    )
    op.create_table(
        "species",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("scientific_name", sa.Text(), nullable=False),
        sa.Column("other_scientific_name", sa.Text(), nullable=False),
        sa.Column("fao_code", sa.Text(), nullable=True),
        sa.Column("group", sa.Text(), nullable=False),
        sa.Column("water", sa.Text(), nullable=False),
        sa.Column("base_unit", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("sureness", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "sureness IN ('verified', 'recalled', 'unverified', 'bracketed')",
            name=op.f("ck_species_sureness"),
        ),
        sa.CheckConstraint(
            "water IN ('fresh', 'brackish', 'marine')", name=op.f("ck_species_water")
        ),
        sa.CheckConstraint(
            "\"group\" IN ('fish', 'crustacean', 'mollusc', 'amphibian_reptile', 'echinoderm')",
            name=op.f("ck_species_group"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_species")),
        sa.UniqueConstraint("code", name=op.f("uq_species_code")),
        sa.UniqueConstraint("fao_code", name=op.f("uq_species_fao_code")),
    )
    op.create_table(
        "disease_species",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("disease_code", sa.Text(), nullable=False),
        sa.Column("species_code", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("sureness", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "basis IN ('2011', '2023', 'host')", name=op.f("ck_disease_species_basis")
        ),
        sa.CheckConstraint(
            "sureness IN ('verified', 'recalled', 'unverified', 'bracketed')",
            name=op.f("ck_disease_species_sureness"),
        ),
        sa.ForeignKeyConstraint(
            ["disease_code"], ["diseases.code"], name=op.f("fk_disease_species_disease_code")
        ),
        sa.ForeignKeyConstraint(
            ["species_code"], ["species.code"], name=op.f("fk_disease_species_species_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disease_species")),
        sa.UniqueConstraint(
            "disease_code",
            "species_code",
            "basis",
            name=op.f("uq_disease_species_disease_code_species_code_basis"),
        ),
    )
    op.create_index(
        op.f("ix_disease_species_species_code"), "disease_species", ["species_code"], unique=False
    )
    op.create_table(
        "methods",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("disease_code", sa.Text(), nullable=False),
        sa.Column("standard", sa.Text(), nullable=False),
        sa.Column("technique", sa.Text(), nullable=False),
        sa.Column("used_for", sa.Text(), nullable=False),
        sa.Column("sureness", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "sureness IN ('verified', 'recalled', 'unverified', 'bracketed')",
            name=op.f("ck_methods_sureness"),
        ),
        sa.ForeignKeyConstraint(
            ["disease_code"], ["diseases.code"], name=op.f("fk_methods_disease_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_methods")),
        sa.UniqueConstraint("code", name=op.f("uq_methods_code")),
    )
    op.create_index(op.f("ix_methods_disease_code"), "methods", ["disease_code"], unique=False)
    op.create_table(
        "rule_adoptions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rule_row_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("person_label", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("adopted_at", kernel_db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["rule_row_id"], ["rules.id"], name=op.f("fk_rule_adoptions_rule_row_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_adoptions")),
        sa.UniqueConstraint(
            "rule_row_id", "person_id", name=op.f("uq_rule_adoptions_rule_row_id_person_id")
        ),
    )
    op.create_table(
        "species_aliases",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("species_code", sa.Text(), nullable=False),
        sa.Column("alias", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("initials", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('name', 'variety', 'stage', 'broad', 'scientific')",
            name=op.f("ck_species_aliases_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["species_code"], ["species.code"], name=op.f("fk_species_aliases_species_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_species_aliases")),
        sa.UniqueConstraint(
            "species_code", "alias", name=op.f("uq_species_aliases_species_code_alias")
        ),
    )
    op.create_index(op.f("ix_species_aliases_folded"), "species_aliases", ["folded"], unique=False)
    dialect = op.get_bind().dialect.name
    for statement in ddl.append_only("rule_adoptions", dialect):
        op.execute(statement)
    if dialect == "postgresql":
        op.execute(SHUT_FUNCTION)
    for table in PUBLISHED:
        for act in ("INSERT", "UPDATE", "DELETE"):
            op.execute(_shut(table, act, dialect))


def _shut(table: str, act: str, dialect: str) -> str:
    """Return the trigger that refuses `act` on `table` while no load is open."""
    head = f"CREATE TRIGGER {ddl.trigger_name(table, act)} BEFORE {act} ON {table} FOR EACH ROW"
    if dialect == "postgresql":
        return f"{head} EXECUTE FUNCTION aquacert_reference_shut()"
    return (
        f"{head} WHEN NOT EXISTS ({OPEN})"
        f" BEGIN SELECT RAISE(ABORT, '{table} is published, not written here: {act}'); END"
    )


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
