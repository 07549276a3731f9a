"""The whole model: a report, its events, words, people, photos, and the figures written beside them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = (
    "category",
    "city_version",
    "day_figure",
    "kept",
    "map_count",
    "one_time_code",
    "person",
    "retired_name",
    "unit",
    "unit_count",
    "ward",
    "membership",
    "report",
    "unit_template",
    "ward_outline",
    "anonymous_join",
    "consent",
    "draft",
    "event",
    "participation",
    "report_contact",
    "report_text",
    "delivery",
    "photo",
    "words",
)


def upgrade() -> None:
    op.create_table(
        "category",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_category")),
        sa.UniqueConstraint("code", name=op.f("uq_category_code")),
    )
    op.create_table(
        "city_version",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("loaded_at", sa.BigInteger(), nullable=False),
        sa.Column("by", KEY, nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_city_version")),
    )
    op.create_index("uq_city_version_number", "city_version", ["number"], unique=True)
    op.create_table(
        "day_figure",
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("dimension", sa.String(), nullable=False),
        sa.Column("key", KEY, autoincrement=False, nullable=False),
        sa.Column("filed", sa.Integer(), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("received_on_time", sa.Integer(), nullable=False),
        sa.Column("resolved", sa.Integer(), nullable=False),
        sa.Column("resolved_on_time", sa.Integer(), nullable=False),
        sa.Column("fixed", sa.Integer(), nullable=False),
        sa.Column("declined", sa.Integer(), nullable=False),
        sa.Column("reopened", sa.Integer(), nullable=False),
        sa.Column("rated", sa.Integer(), nullable=False),
        sa.Column("rated_well", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("on", "dimension", "key", name=op.f("pk_day_figure")),
    )
    op.create_index("ix_day_figure_key", "day_figure", ["dimension", "key", "on"], unique=False)
    op.create_table(
        "kept",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_kept")),
    )
    op.create_table(
        "map_count",
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("category_id", KEY, autoincrement=False, nullable=False),
        sa.Column("cell", KEY, autoincrement=False, nullable=False),
        sa.Column("n_open", sa.Integer(), nullable=False),
        sa.Column("n_done", sa.Integer(), nullable=False),
        sa.Column("n_declined", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("level", "category_id", "cell", name=op.f("pk_map_count")),
    )
    op.create_index("ix_map_count_level", "map_count", ["level", "category_id", "cell"], unique=False)
    op.create_table(
        "one_time_code",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_code")),
    )
    op.create_index("ix_one_time_code_subject", "one_time_code", ["purpose", "subject"], unique=False)
    op.create_table(
        "person",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("session_epoch", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("erased_at", sa.BigInteger(), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    op.create_index("uq_person_email", "person", ["email"], unique=True)
    op.create_index("uq_person_phone", "person", ["phone"], unique=True)
    op.create_table(
        "retired_name",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_retired_name")),
    )
    op.create_table(
        "unit",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("code", name=op.f("uq_unit_code")),
    )
    op.create_table(
        "unit_count",
        sa.Column("unit_id", KEY, autoincrement=False, nullable=False),
        sa.Column("status", sa.String(length=30), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("unit_id", "status", name=op.f("pk_unit_count")),
    )
    op.create_table(
        "ward",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("valid_from_on", sa.Date(), nullable=True),
        sa.Column("valid_to_on", sa.Date(), nullable=True),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ward")),
        sa.UniqueConstraint("code", name=op.f("uq_ward_code")),
    )
    op.create_table(
        "membership",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("unit_id", KEY, nullable=True),
        sa.Column("role", sa.String(length=30), nullable=False),
        sa.Column("sees_contact", sa.Boolean(), nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("wards", sa.JSON(), nullable=False),
        sa.Column("granted_by_id", KEY, nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_by_id", KEY, nullable=True),
        sa.ForeignKeyConstraint(["ended_by_id"], ["person.id"], name=op.f("fk_membership_ended_by_id_person")),
        sa.ForeignKeyConstraint(["granted_by_id"], ["person.id"], name=op.f("fk_membership_granted_by_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_membership_person_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_membership_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
    )
    op.create_index("ix_membership_unit_id", "membership", ["unit_id"], unique=False)
    op.create_index(
        "uq_membership_running",
        "membership",
        ["person_id", "unit_id", "role"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "report",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("category_id", KEY, nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("severity", sa.String(length=30), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("channel", sa.String(length=30), nullable=False),
        sa.Column("observed_at", sa.BigInteger(), nullable=True),
        sa.Column("filed_at", sa.BigInteger(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lng", sa.Double(), nullable=False),
        sa.Column("cell", KEY, nullable=False),
        sa.Column("public_lat", sa.Double(), nullable=True),
        sa.Column("public_lng", sa.Double(), nullable=True),
        sa.Column("public_cell", KEY, nullable=True),
        sa.Column("place_source", sa.String(length=30), nullable=False),
        sa.Column("accuracy_m", sa.Integer(), nullable=True),
        sa.Column("nearest_address", sa.String(), nullable=False),
        sa.Column("ward_id", KEY, nullable=False),
        sa.Column("is_ward_confirmed", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=30), nullable=False),
        sa.Column("outcome", sa.String(length=30), nullable=True),
        sa.Column("waiting_for", sa.String(length=30), nullable=True),
        sa.Column("planned_on", sa.Date(), nullable=True),
        sa.Column("unit_id", KEY, nullable=False),
        sa.Column("assignee_id", KEY, nullable=True),
        sa.Column("rule_code", sa.String(), nullable=False),
        sa.Column("site_code", sa.String(), nullable=False),
        sa.Column("city_version", sa.Integer(), nullable=False),
        sa.Column("needs_routing_check", sa.Boolean(), nullable=False),
        sa.Column("transfers", sa.Integer(), nullable=False),
        sa.Column("is_transferred", sa.Boolean(), nullable=False),
        sa.Column("questions_asked", sa.Integer(), nullable=False),
        sa.Column("appealed_at", sa.BigInteger(), nullable=True),
        sa.Column("is_appeal_open", sa.Boolean(), nullable=False),
        sa.Column("reopened", sa.Integer(), nullable=False),
        sa.Column("receive_due_at", sa.BigInteger(), nullable=False),
        sa.Column("handle_due_at", sa.BigInteger(), nullable=False),
        sa.Column("first_handle_due_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("remaining_minutes", sa.Integer(), nullable=True),
        sa.Column("extension_asked_until", sa.BigInteger(), nullable=True),
        sa.Column("extended_at", sa.BigInteger(), nullable=True),
        sa.Column("received_at", sa.BigInteger(), nullable=True),
        sa.Column("resolved_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("object_until", sa.BigInteger(), nullable=True),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("publication", sa.String(length=30), nullable=False),
        sa.Column("is_content_hidden", sa.Boolean(), nullable=False),
        sa.Column("content_due_at", sa.BigInteger(), nullable=True),
        sa.Column("withheld_reason", sa.String(), nullable=False),
        sa.Column("hidden_at", sa.BigInteger(), nullable=True),
        sa.Column("is_contact_confirmed", sa.Boolean(), nullable=False),
        sa.Column("is_nameless", sa.Boolean(), nullable=False),
        sa.Column("affected", sa.Integer(), nullable=False),
        sa.Column("photo_count", sa.Integer(), nullable=False),
        sa.Column("has_news", sa.Boolean(), nullable=False),
        sa.Column("rating", sa.String(length=30), nullable=True),
        sa.Column("last_public_word_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("merged_into_id", KEY, nullable=True),
        sa.Column("recurs_of_id", KEY, nullable=True),
        sa.Column("recurrence", sa.Integer(), nullable=False),
        sa.Column("split_from_id", KEY, nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["assignee_id"], ["person.id"], name=op.f("fk_report_assignee_id_person")),
        sa.ForeignKeyConstraint(["category_id"], ["category.id"], name=op.f("fk_report_category_id_category")),
        sa.ForeignKeyConstraint(["merged_into_id"], ["report.id"], name=op.f("fk_report_merged_into_id_report")),
        sa.ForeignKeyConstraint(["recurs_of_id"], ["report.id"], name=op.f("fk_report_recurs_of_id_report")),
        sa.ForeignKeyConstraint(["split_from_id"], ["report.id"], name=op.f("fk_report_split_from_id_report")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_report_unit_id_unit")),
        sa.ForeignKeyConstraint(["ward_id"], ["ward.id"], name=op.f("fk_report_ward_id_ward")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
    )
    op.create_index("ix_report_merged_into_id", "report", ["merged_into_id"], unique=False)
    op.create_index(
        "ix_report_recurs_of_id",
        "report",
        ["recurs_of_id"],
        unique=False,
        sqlite_where=sa.text("recurs_of_id IS NOT NULL"),
        postgresql_where=sa.text("recurs_of_id IS NOT NULL"),
    )
    op.create_index(
        "ix_report_split_from_id",
        "report",
        ["split_from_id"],
        unique=False,
        sqlite_where=sa.text("split_from_id IS NOT NULL"),
        postgresql_where=sa.text("split_from_id IS NOT NULL"),
    )
    op.create_index(
        "q_check",
        "report",
        ["due_at", "id"],
        unique=False,
        sqlite_where=sa.text(
            "needs_routing_check AND status IN ('new', 'received', 'in_progress', 'waiting', 'planned')"
        ),
        postgresql_where=sa.text(
            "needs_routing_check AND status IN ('new', 'received', 'in_progress', 'waiting', 'planned')"
        ),
    )
    op.create_index(
        "q_city",
        "report",
        ["due_at", "id", "unit_id", "category_id", "ward_id", "status"],
        unique=False,
        sqlite_where=sa.text("status IN ('new', 'received', 'in_progress', 'waiting', 'planned')"),
        postgresql_where=sa.text("status IN ('new', 'received', 'in_progress', 'waiting', 'planned')"),
    )
    op.create_index(
        "q_mine",
        "report",
        ["assignee_id", "due_at", "id"],
        unique=False,
        sqlite_where=sa.text(
            "assignee_id IS NOT NULL AND status IN ('new', 'received', 'in_progress', 'waiting', 'planned')"
        ),
        postgresql_where=sa.text(
            "assignee_id IS NOT NULL AND status IN ('new', 'received', 'in_progress', 'waiting', 'planned')"
        ),
    )
    op.create_index("q_new", "report", ["unit_id", "id"], unique=False)
    op.create_index(
        "q_news",
        "report",
        ["unit_id", "id"],
        unique=False,
        sqlite_where=sa.text("has_news"),
        postgresql_where=sa.text("has_news"),
    )
    op.create_index(
        "q_object_until",
        "report",
        ["object_until", "id"],
        unique=False,
        sqlite_where=sa.text("object_until IS NOT NULL"),
        postgresql_where=sa.text("object_until IS NOT NULL"),
    )
    op.create_index(
        "q_open",
        "report",
        ["unit_id", "due_at", "id", "category_id", "ward_id", "assignee_id", "status"],
        unique=False,
        sqlite_where=sa.text("status IN ('new', 'received', 'in_progress', 'waiting', 'planned')"),
        postgresql_where=sa.text("status IN ('new', 'received', 'in_progress', 'waiting', 'planned')"),
    )
    op.create_index(
        "q_publish",
        "report",
        ["unit_id", "content_due_at", "id"],
        unique=False,
        sqlite_where=sa.text("content_due_at IS NOT NULL"),
        postgresql_where=sa.text("content_due_at IS NOT NULL"),
    )
    op.create_index(
        "q_ward_public",
        "report",
        ["ward_id", "id"],
        unique=False,
        sqlite_where=sa.text("publication <> 'none'"),
        postgresql_where=sa.text("publication <> 'none'"),
    )
    op.create_index("s2_cat", "report", ["category_id", "cell", "status", "filed_at", "id"], unique=False)
    op.create_index(
        "s2_map",
        "report",
        ["public_cell", "status", "category_id", "filed_at", "id", "severity", "ward_id", "publication"],
        unique=False,
        sqlite_where=sa.text("publication <> 'none'"),
        postgresql_where=sa.text("publication <> 'none'"),
    )
    op.create_index(
        "s2_open",
        "report",
        ["public_cell", "status", "category_id", "filed_at", "id", "severity", "ward_id", "publication"],
        unique=False,
        sqlite_where=sa.text(
            "publication <> 'none' AND status IN ('new', 'received', 'in_progress', 'waiting', 'planned')"
        ),
        postgresql_where=sa.text(
            "publication <> 'none' AND status IN ('new', 'received', 'in_progress', 'waiting', 'planned')"
        ),
    )
    op.create_index("uq_report_client_id", "report", ["client_id"], unique=True)
    op.create_index("uq_report_code", "report", ["code"], unique=True)
    op.create_table(
        "unit_template",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("unit_id", KEY, nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.Column("for_moves", sa.JSON(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_template_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_template")),
    )
    op.create_index("ix_unit_template_unit_id", "unit_template", ["unit_id"], unique=False)
    op.create_table(
        "ward_outline",
        sa.Column("ward_id", KEY, autoincrement=False, nullable=False),
        sa.Column("geometry", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("loaded_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["ward_id"], ["ward.id"], name=op.f("fk_ward_outline_ward_id_ward")),
        sa.PrimaryKeyConstraint("ward_id", name=op.f("pk_ward_outline")),
    )
    op.create_table(
        "anonymous_join",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("report_id", KEY, nullable=False),
        sa.Column("browser_hash", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_anonymous_join_report_id_report")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_anonymous_join")),
        sa.UniqueConstraint("report_id", "browser_hash", name=op.f("uq_anonymous_join_report_id_browser_hash")),
    )
    op.create_table(
        "consent",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("person_id", KEY, nullable=True),
        sa.Column("report_id", KEY, nullable=True),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("given_at", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_consent_person_id_person")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_consent_report_id_report")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index("ix_consent_person_id", "consent", ["person_id"], unique=False)
    op.create_index("ix_consent_report_id", "consent", ["report_id"], unique=False)
    op.create_table(
        "draft",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("secret_hash", sa.String(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("report_id", KEY, nullable=True),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_draft_report_id_report")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
    )
    op.create_index("ix_draft_expires_at", "draft", ["expires_at"], unique=False)
    op.create_index("uq_draft_client_id", "draft", ["client_id"], unique=True)
    op.create_table(
        "event",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("report_id", KEY, nullable=True),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor_kind", sa.String(length=30), nullable=False),
        sa.Column("actor_id", KEY, nullable=True),
        sa.Column("unit_id", KEY, nullable=True),
        sa.Column("public_at", sa.BigInteger(), nullable=True),
        sa.Column("batch", sa.String(), nullable=True),
        sa.Column("undone_at", sa.BigInteger(), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("announced_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_event_actor_id_person")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_event_report_id_report")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_event_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    op.create_index("ix_event_actor", "event", ["actor_id", "id"], unique=False)
    op.create_index(
        "ix_event_batch",
        "event",
        ["batch"],
        unique=False,
        sqlite_where=sa.text("batch IS NOT NULL"),
        postgresql_where=sa.text("batch IS NOT NULL"),
    )
    op.create_index("ix_event_report_id", "event", ["report_id", "id"], unique=False)
    op.create_index(
        "ix_event_unannounced",
        "event",
        ["id"],
        unique=False,
        sqlite_where=sa.text("announced_at IS NULL"),
        postgresql_where=sa.text("announced_at IS NULL"),
    )
    op.create_table(
        "participation",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("report_id", KEY, nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("part", sa.String(length=30), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_participation_person_id_person")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_participation_report_id_report")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participation")),
        sa.UniqueConstraint("report_id", "person_id", "part", name=op.f("uq_participation_report_id_person_id_part")),
    )
    op.create_index("ix_participation_person_id", "participation", ["person_id", "report_id"], unique=False)
    op.create_table(
        "report_contact",
        sa.Column("report_id", KEY, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_report_contact_report_id_report")),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_report_contact")),
    )
    op.create_table(
        "report_text",
        sa.Column("report_id", KEY, autoincrement=False, nullable=False),
        sa.Column("public", sa.String(), nullable=False),
        sa.Column("staff", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_report_text_report_id_report")),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_report_text")),
    )
    op.create_table(
        "delivery",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("event_id", KEY, nullable=True),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("channel", sa.String(length=30), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("not_before", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("claimed_at", sa.BigInteger(), nullable=True),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_delivery_event_id_event")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_delivery_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("event_id", "person_id", "channel", name=op.f("uq_delivery_event_id_person_id_channel")),
    )
    op.create_index(
        "ix_delivery_due",
        "delivery",
        ["not_before", "id"],
        unique=False,
        sqlite_where=sa.text("state IN ('waiting', 'claimed')"),
        postgresql_where=sa.text("state IN ('waiting', 'claimed')"),
    )
    op.create_index("ix_delivery_person_id", "delivery", ["person_id"], unique=False)
    op.create_table(
        "photo",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("draft_id", KEY, nullable=True),
        sa.Column("report_id", KEY, nullable=True),
        sa.Column("event_id", KEY, nullable=True),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("original", sa.String(), nullable=False),
        sa.Column("raw", sa.String(), nullable=False),
        sa.Column("claimed_until", sa.BigInteger(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("alt", sa.String(), nullable=False),
        sa.Column("phash", sa.BigInteger(), nullable=True),
        sa.Column("has_location", sa.Boolean(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lng", sa.Double(), nullable=True),
        sa.Column("taken_at", sa.BigInteger(), nullable=True),
        sa.Column("boxes", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name=op.f("fk_photo_draft_id_draft")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_photo_event_id_event")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_photo_report_id_report")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo")),
    )
    op.create_index("ix_photo_draft_id", "photo", ["draft_id"], unique=False)
    op.create_index(
        "ix_photo_raw",
        "photo",
        ["id"],
        unique=False,
        sqlite_where=sa.text("state = 'raw'"),
        postgresql_where=sa.text("state = 'raw'"),
    )
    op.create_index("ix_photo_report_id", "photo", ["report_id", "position"], unique=False)
    op.create_index("uq_photo_name", "photo", ["name"], unique=True)
    op.create_table(
        "words",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("report_id", KEY, nullable=False),
        sa.Column("event_id", KEY, nullable=True),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("original", sa.String(), nullable=False),
        sa.Column("public_text", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("erased_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_words_event_id_event")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_words_report_id_report")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_words")),
    )
    op.create_index("ix_words_event_id", "words", ["event_id"], unique=False)
    op.create_index("ix_words_report_id", "words", ["report_id"], unique=False)
    _full_text()


def _full_text() -> None:
    """Full-text search over the folded columns: FTS5 kept by triggers on SQLite, two GIN indexes on PostgreSQL."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE report_fts USING fts5("
            "public, staff, content='report_text', content_rowid='report_id', prefix='2 3', tokenize='unicode61')"
        )
        op.execute(
            "CREATE TRIGGER report_text_ai AFTER INSERT ON report_text BEGIN "
            "INSERT INTO report_fts(rowid, public, staff) VALUES (new.report_id, new.public, new.staff); END"
        )
        op.execute(
            "CREATE TRIGGER report_text_ad AFTER DELETE ON report_text BEGIN "
            "INSERT INTO report_fts(report_fts, rowid, public, staff) "
            "VALUES ('delete', old.report_id, old.public, old.staff); END"
        )
        op.execute(
            "CREATE TRIGGER report_text_au AFTER UPDATE ON report_text BEGIN "
            "INSERT INTO report_fts(report_fts, rowid, public, staff) "
            "VALUES ('delete', old.report_id, old.public, old.staff); "
            "INSERT INTO report_fts(rowid, public, staff) VALUES (new.report_id, new.public, new.staff); END"
        )
    else:
        for column in ("public", "staff"):
            op.execute(
                f"CREATE INDEX ix_report_text_{column} ON report_text USING gin (to_tsvector('simple', {column}))"
            )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE report_fts")
    for table in reversed(TABLES):
        op.drop_table(table)
