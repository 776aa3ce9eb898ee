"""Playbooks and walks through them, gaps and what is improved, judged answers, complaints and outages."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "f2a94c7d1b60"
down_revision: str | None = "e7c31a5d9042"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "article_day",
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
        sa.Column("helped", sa.Integer(), nullable=False),
        sa.Column("unhelpful", sa.Integer(), nullable=False),
        sa.Column("tickets", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("slug", "day", name=op.f("pk_article_day")),
    )
    with op.batch_alter_table("article_day", schema=None) as batch_op:
        batch_op.create_index("ix_article_day_day", ["day"], unique=False)

    op.create_table(
        "gap_progress",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("answer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gap_progress")),
    )
    op.create_table(
        "model_count",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("use", sa.String(length=20), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "use", "what", name=op.f("pk_model_count")),
    )
    op.create_table(
        "playbook",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("current_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_playbook")),
        sa.UniqueConstraint("key", name=op.f("uq_playbook_key")),
    )
    with op.batch_alter_table("playbook", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_playbook_updated_at"), ["updated_at"], unique=False)

    op.create_table(
        "playbook_walk",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("node", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_playbook_walk")),
    )
    with op.batch_alter_table("playbook_walk", schema=None) as batch_op:
        batch_op.create_index("ix_playbook_walk_reference", ["reference", "state"], unique=False)
        batch_op.create_index("ix_playbook_walk_started", ["started_at", "key"], unique=False)

    op.create_table(
        "quality_sample",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("seed", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("criteria", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_sample")),
    )
    op.create_table(
        "quality_sheet",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("criteria", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_sheet")),
    )
    op.create_table(
        "radar_state",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("complaint_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_radar_state")),
    )
    op.create_table(
        "labelled_question",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("answer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("locale", sa.String(length=2), nullable=False),
        sa.Column("given", sa.String(), nullable=True),
        sa.Column("slug", sa.String(), nullable=True),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["answer_id"],
            ["answer_log.id"],
            name=op.f("fk_labelled_question_answer_id_answer_log"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_labelled_question")),
        sa.UniqueConstraint("answer_id", name=op.f("uq_labelled_question_answer_id")),
    )
    with op.batch_alter_table("labelled_question", schema=None) as batch_op:
        batch_op.create_index("ix_labelled_question_article", ["slug", "id"], unique=False)

    op.create_table(
        "outage_proposal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("newest_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("over_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("why", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["decided_by"], ["staff.id"], name=op.f("fk_outage_proposal_decided_by_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outage_proposal")),
    )
    with op.batch_alter_table("outage_proposal", schema=None) as batch_op:
        batch_op.create_index(
            "ix_outage_proposal_open",
            ["newest_at"],
            unique=False,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
        batch_op.create_index("ix_outage_proposal_opened", ["opened_at", "id"], unique=False)

    op.create_table(
        "playbook_part",
        sa.Column(
            "version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column(
            "staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_playbook_part_staff_id_staff")),
        sa.PrimaryKeyConstraint("version_id", "staff_id", name=op.f("pk_playbook_part")),
        sa.UniqueConstraint("version_id", "staff_id", "part", name=op.f("uq_playbook_part_version_id_staff_id_part")),
    )
    with op.batch_alter_table("playbook_part", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_playbook_part_staff_id"), ["staff_id"], unique=False)

    op.create_table(
        "quality_item",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("sample_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("first_answer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("last_answer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("locale", sa.String(length=2), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["sample_id"],
            ["quality_sample.id"],
            name=op.f("fk_quality_item_sample_id_quality_sample"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_item")),
        sa.UniqueConstraint("reference", "first_answer_id", name=op.f("uq_quality_item_reference_first_answer_id")),
    )
    with op.batch_alter_table("quality_item", schema=None) as batch_op:
        batch_op.create_index("ix_quality_item_sample", ["sample_id", "id"], unique=False)

    op.create_table(
        "search_fit_refusal",
        sa.Column(
            "calibration_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["calibration_id"],
            ["search_calibration.id"],
            name=op.f("fk_search_fit_refusal_calibration_id_search_calibration"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("calibration_id", name=op.f("pk_search_fit_refusal")),
    )
    op.create_table(
        "gap",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("centre", sa.LargeBinary(), nullable=False),
        sa.Column("model", sa.String(length=80), nullable=False),
        sa.Column("foreign", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("newest_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("unhelped", sa.Integer(), nullable=False),
        sa.Column("weeks", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("doubts", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("examples", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("remedy", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("near_slug", sa.String(), nullable=True),
        sa.Column("article_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("aside_reason", sa.Text(), nullable=False),
        sa.Column("aside_by", sa.String(length=80), nullable=False),
        sa.Column("aside_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("aside_people", sa.Integer(), nullable=False),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_gap_article_id_article"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gap")),
    )
    with op.batch_alter_table("gap", schema=None) as batch_op:
        batch_op.create_index("ix_gap_article", ["article_id"], unique=False)
        batch_op.create_index("ix_gap_listed", ["state", "score", "id"], unique=False)

    op.create_table(
        "playbook_version",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("playbook_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("title_zh", sa.String(), nullable=False),
        sa.Column("title_en", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("approved_part", sa.String(), nullable=False),
        sa.Column("approver", sa.String(), nullable=False),
        sa.Column("approved_digest", sa.String(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("approved_part = 'reviewer'", name=op.f("ck_playbook_version_approved_by_reviewer")),
        sa.CheckConstraint(
            "state NOT IN ('published', 'replaced', 'retired') OR origin = 'shipped'"
            " OR (approved_by IS NOT NULL AND approved_digest = digest)",
            name=op.f("ck_playbook_version_approved_as_it_is"),
        ),
        sa.ForeignKeyConstraint(
            ["id", "approved_by", "approved_part"],
            ["playbook_part.version_id", "playbook_part.staff_id", "playbook_part.part"],
            name="fk_playbook_version_reviewer",
        ),
        sa.ForeignKeyConstraint(
            ["playbook_id"], ["playbook.id"], name=op.f("fk_playbook_version_playbook_id_playbook"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_playbook_version")),
        sa.UniqueConstraint("playbook_id", "number", name=op.f("uq_playbook_version_playbook_id_number")),
    )
    with op.batch_alter_table("playbook_version", schema=None) as batch_op:
        batch_op.create_index("ix_playbook_version_digest", ["digest"], unique=False)
        batch_op.create_index(
            "uq_playbook_version_live",
            ["playbook_id"],
            unique=True,
            sqlite_where=sa.text("state = 'published'"),
            postgresql_where=sa.text("state = 'published'"),
        )
        batch_op.create_index(
            "uq_playbook_version_open",
            ["playbook_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('draft', 'review')"),
            postgresql_where=sa.text("state IN ('draft', 'review')"),
        )

    op.create_table(
        "quality_score",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("scorer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("scorer", sa.String(length=80), nullable=False),
        sa.Column("marks", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["quality_item.id"], name=op.f("fk_quality_score_item_id_quality_item"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_score")),
        sa.UniqueConstraint("item_id", "scorer_id", name=op.f("uq_quality_score_item_id_scorer_id")),
    )
    with op.batch_alter_table("quality_score", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quality_score_at"), ["at"], unique=False)

    op.create_table(
        "complaint",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("conversation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("component", sa.String(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("wording", sa.String(), nullable=False),
        sa.Column("proposal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_complaint_contact_id_contact")),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("fk_complaint_conversation_id_conversation")
        ),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_complaint_message_id_message")),
        sa.ForeignKeyConstraint(["proposal_id"], ["outage_proposal.id"], name="fk_complaint_proposal"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint")),
    )
    with op.batch_alter_table("complaint", schema=None) as batch_op:
        batch_op.create_index("ix_complaint_at", ["at"], unique=False)
        batch_op.create_index("ix_complaint_contact", ["contact_id", "at"], unique=False)
        batch_op.create_index("ix_complaint_proposal", ["proposal_id", "at"], unique=False)

    op.create_table(
        "gap_question",
        sa.Column(
            "answer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("gap_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failure", sa.String(length=20), nullable=True),
        sa.Column("nearness", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["answer_log.id"], name=op.f("fk_gap_question_answer_id_answer_log"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["gap_id"], ["gap.id"], name=op.f("fk_gap_question_gap_id_gap"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("answer_id", name=op.f("pk_gap_question")),
    )
    with op.batch_alter_table("gap_question", schema=None) as batch_op:
        batch_op.create_index("ix_gap_question_at", ["at"], unique=False)
        batch_op.create_index("ix_gap_question_gap", ["gap_id", "at"], unique=False)

    op.create_table(
        "improvement_item",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("gap_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("category", sa.String(length=80), nullable=False),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("baseline", sa.Integer(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("effect", sa.Integer(), nullable=True),
        sa.Column("measured_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_of", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["gap_id"], ["gap.id"], name=op.f("fk_improvement_item_gap_id_gap"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["staff.id"], name=op.f("fk_improvement_item_owner_id_staff"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_improvement_item")),
    )
    with op.batch_alter_table("improvement_item", schema=None) as batch_op:
        batch_op.create_index("ix_improvement_item_gap", ["gap_id"], unique=False)
        batch_op.create_index("ix_improvement_item_listed", ["state", "due_on", "id"], unique=False)
        batch_op.create_index("ix_improvement_item_measured", ["measured_at", "done_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_improvement_item_owner_id"), ["owner_id"], unique=False)

    with op.batch_alter_table("article_version", schema=None) as batch_op:
        batch_op.create_index("ix_article_version_changed", ["changed_at", "article_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("article_version", schema=None) as batch_op:
        batch_op.drop_index("ix_article_version_changed")

    with op.batch_alter_table("improvement_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_improvement_item_owner_id"))
        batch_op.drop_index("ix_improvement_item_measured")
        batch_op.drop_index("ix_improvement_item_listed")
        batch_op.drop_index("ix_improvement_item_gap")

    op.drop_table("improvement_item")
    with op.batch_alter_table("gap_question", schema=None) as batch_op:
        batch_op.drop_index("ix_gap_question_gap")
        batch_op.drop_index("ix_gap_question_at")

    op.drop_table("gap_question")
    with op.batch_alter_table("complaint", schema=None) as batch_op:
        batch_op.drop_index("ix_complaint_proposal")
        batch_op.drop_index("ix_complaint_contact")
        batch_op.drop_index("ix_complaint_at")

    op.drop_table("complaint")
    with op.batch_alter_table("quality_score", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_quality_score_at"))

    op.drop_table("quality_score")
    with op.batch_alter_table("playbook_version", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_playbook_version_open",
            sqlite_where=sa.text("state IN ('draft', 'review')"),
            postgresql_where=sa.text("state IN ('draft', 'review')"),
        )
        batch_op.drop_index(
            "uq_playbook_version_live",
            sqlite_where=sa.text("state = 'published'"),
            postgresql_where=sa.text("state = 'published'"),
        )
        batch_op.drop_index("ix_playbook_version_digest")

    op.drop_table("playbook_version")
    with op.batch_alter_table("gap", schema=None) as batch_op:
        batch_op.drop_index("ix_gap_listed")
        batch_op.drop_index("ix_gap_article")

    op.drop_table("gap")
    op.drop_table("search_fit_refusal")
    with op.batch_alter_table("quality_item", schema=None) as batch_op:
        batch_op.drop_index("ix_quality_item_sample")

    op.drop_table("quality_item")
    with op.batch_alter_table("playbook_part", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_playbook_part_staff_id"))

    op.drop_table("playbook_part")
    with op.batch_alter_table("outage_proposal", schema=None) as batch_op:
        batch_op.drop_index("ix_outage_proposal_opened")
        batch_op.drop_index(
            "ix_outage_proposal_open",
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )

    op.drop_table("outage_proposal")
    with op.batch_alter_table("labelled_question", schema=None) as batch_op:
        batch_op.drop_index("ix_labelled_question_article")

    op.drop_table("labelled_question")
    op.drop_table("radar_state")
    op.drop_table("quality_sheet")
    op.drop_table("quality_sample")
    with op.batch_alter_table("playbook_walk", schema=None) as batch_op:
        batch_op.drop_index("ix_playbook_walk_started")
        batch_op.drop_index("ix_playbook_walk_reference")

    op.drop_table("playbook_walk")
    with op.batch_alter_table("playbook", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_playbook_updated_at"))

    op.drop_table("playbook")
    op.drop_table("model_count")
    op.drop_table("gap_progress")
    with op.batch_alter_table("article_day", schema=None) as batch_op:
        batch_op.drop_index("ix_article_day_day")

    op.drop_table("article_day")
