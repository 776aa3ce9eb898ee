"""Articles are written in versions and reviewed; the search keeps its fit; callers are found by company."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "e7c31a5d9042"
down_revision: str | None = "d94e6a2b8f37"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "article_picture",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("mime", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_picture")),
    )
    op.create_table(
        "search_calibration",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("encoder", sa.String(length=80), nullable=False),
        sa.Column("weights", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("figures", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("fitted_by", sa.String(length=80), nullable=False),
        sa.Column("fitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_by", sa.String(length=80), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_calibration")),
    )
    with op.batch_alter_table("search_calibration", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_search_calibration_accepted_at"), ["accepted_at"], unique=False)

    op.create_table(
        "search_synonym",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("locale", sa.String(length=2), nullable=False),
        sa.Column("word", sa.String(length=40), nullable=False),
        sa.Column("variant", sa.String(length=40), nullable=False),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_synonym")),
        sa.UniqueConstraint("locale", "variant", name=op.f("uq_search_synonym_locale_variant")),
    )
    op.create_table(
        "article_redirect",
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("article_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_article_redirect_article_id_article"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_article_redirect")),
    )
    with op.batch_alter_table("article_redirect", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_article_redirect_article_id"), ["article_id"], unique=False)

    op.create_table(
        "article_version",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("article_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("title_zh", sa.String(), nullable=False),
        sa.Column("title_en", sa.String(), nullable=False),
        sa.Column("zh_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("en_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("removed", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("approver", sa.String(), nullable=False),
        sa.Column("approved_digest", sa.String(), nullable=True),
        sa.Column("publish_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'published', 'replaced', 'retired') OR origin = 'shipped'"
            " OR (approved_by IS NOT NULL AND approved_digest = digest)",
            name=op.f("ck_article_version_approved_as_it_is"),
        ),
        sa.ForeignKeyConstraint(["approved_by"], ["staff.id"], name=op.f("fk_article_version_approved_by_staff")),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_article_version_article_id_article"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_version")),
        sa.UniqueConstraint("article_id", "number", name=op.f("uq_article_version_article_id_number")),
    )
    with op.batch_alter_table("article_version", schema=None) as batch_op:
        batch_op.create_index(
            "ix_article_version_review",
            ["id"],
            unique=False,
            sqlite_where=sa.text("state IN ('review', 'approved')"),
            postgresql_where=sa.text("state IN ('review', 'approved')"),
        )
        batch_op.create_index(
            "uq_article_version_live",
            ["article_id"],
            unique=True,
            sqlite_where=sa.text("state = 'published'"),
            postgresql_where=sa.text("state = 'published'"),
        )
        batch_op.create_index(
            "uq_article_version_open",
            ["article_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('draft', 'review', 'approved')"),
            postgresql_where=sa.text("state IN ('draft', 'review', 'approved')"),
        )

    op.create_table(
        "article_part",
        sa.Column(
            "version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column(
            "staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_article_part_staff_id_staff")),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["article_version.id"],
            name=op.f("fk_article_part_version_id_article_version"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("version_id", "staff_id", name=op.f("pk_article_part")),
    )
    with op.batch_alter_table("article_part", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_article_part_staff_id"), ["staff_id"], unique=False)

    with op.batch_alter_table("answer_log", schema=None) as batch_op:
        batch_op.add_column(sa.Column("led_to_ticket", sa.Boolean(), nullable=True))
        batch_op.create_index("ix_answer_log_given", ["slug", "at"], unique=False)
        batch_op.create_index(
            "ix_answer_log_unsettled",
            ["at"],
            unique=False,
            sqlite_where=sa.text("led_to_ticket IS NULL AND slug IS NOT NULL"),
            postgresql_where=sa.text("led_to_ticket IS NULL AND slug IS NOT NULL"),
        )

    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.add_column(sa.Column("state", sa.String(), server_default="published", nullable=False))
        batch_op.add_column(
            sa.Column("current_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))
        batch_op.add_column(sa.Column("review_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("reminded_on", sa.Date(), nullable=True))
        batch_op.create_index("ix_article_listed", ["updated_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_article_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index("ix_article_review", ["review_on"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_article_owner_id_staff"), "staff", ["owner_id"], ["id"], ondelete="SET NULL"
        )

    with op.batch_alter_table("article_text", schema=None) as batch_op:
        batch_op.add_column(sa.Column("outdated", sa.Boolean(), server_default=sa.false(), nullable=False))

    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.create_index(
            "ix_contact_company",
            ["company"],
            unique=False,
            sqlite_where=sa.text("company IS NOT NULL"),
            postgresql_where=sa.text("company IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_contact_tax_id",
            ["tax_id"],
            unique=False,
            sqlite_where=sa.text("tax_id IS NOT NULL"),
            postgresql_where=sa.text("tax_id IS NOT NULL"),
        )

    with op.batch_alter_table("staff_notice", schema=None) as batch_op:
        batch_op.alter_column("ticket_id", existing_type=sa.INTEGER(), nullable=True)
        batch_op.create_index(
            "ix_staff_notice_unread",
            ["staff_id", "read_at", "id", "ticket_id"],
            unique=False,
            sqlite_where=sa.text("read_at IS NULL"),
            postgresql_where=sa.text("read_at IS NULL"),
        )


def downgrade() -> None:
    # What is about an article has no place in the schema before, nor has an article that nobody has published.
    op.execute("DELETE FROM staff_notice WHERE ticket_id IS NULL")
    op.execute("DELETE FROM article WHERE id NOT IN (SELECT article_id FROM article_text)")
    with op.batch_alter_table("staff_notice", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_staff_notice_unread",
            sqlite_where=sa.text("read_at IS NULL"),
            postgresql_where=sa.text("read_at IS NULL"),
        )
        batch_op.alter_column("ticket_id", existing_type=sa.INTEGER(), nullable=False)

    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_contact_tax_id",
            sqlite_where=sa.text("tax_id IS NOT NULL"),
            postgresql_where=sa.text("tax_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_contact_company",
            sqlite_where=sa.text("company IS NOT NULL"),
            postgresql_where=sa.text("company IS NOT NULL"),
        )

    with op.batch_alter_table("article_text", schema=None) as batch_op:
        batch_op.drop_column("outdated")

    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_article_owner_id_staff"), type_="foreignkey")
        batch_op.drop_index("ix_article_review")
        batch_op.drop_index(batch_op.f("ix_article_owner_id"))
        batch_op.drop_index("ix_article_listed")
        batch_op.drop_column("reminded_on")
        batch_op.drop_column("review_on")
        batch_op.drop_column("owner_id")
        batch_op.drop_column("current_id")
        batch_op.drop_column("state")

    with op.batch_alter_table("answer_log", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_answer_log_unsettled",
            sqlite_where=sa.text("led_to_ticket IS NULL AND slug IS NOT NULL"),
            postgresql_where=sa.text("led_to_ticket IS NULL AND slug IS NOT NULL"),
        )
        batch_op.drop_index("ix_answer_log_given")
        batch_op.drop_column("led_to_ticket")

    with op.batch_alter_table("article_part", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_article_part_staff_id"))

    op.drop_table("article_part")
    with op.batch_alter_table("article_version", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_article_version_open",
            sqlite_where=sa.text("state IN ('draft', 'review', 'approved')"),
            postgresql_where=sa.text("state IN ('draft', 'review', 'approved')"),
        )
        batch_op.drop_index(
            "uq_article_version_live",
            sqlite_where=sa.text("state = 'published'"),
            postgresql_where=sa.text("state = 'published'"),
        )
        batch_op.drop_index(
            "ix_article_version_review",
            sqlite_where=sa.text("state IN ('review', 'approved')"),
            postgresql_where=sa.text("state IN ('review', 'approved')"),
        )

    op.drop_table("article_version")
    with op.batch_alter_table("article_redirect", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_article_redirect_article_id"))

    op.drop_table("article_redirect")
    op.drop_table("search_synonym")
    with op.batch_alter_table("search_calibration", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_search_calibration_accepted_at"))

    op.drop_table("search_calibration")
    op.drop_table("article_picture")
